"""Everything on screen goes through gettext, in either direction of writing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from parakh.catalogues import languages
from parakh.domain.phrase import phrase
from parakh.domain.traveller import PersonName
from parakh.web import formats, i18n, labels
from parakh.web.rendering import _environment

ROOT = Path(__file__).parents[2]
POT = ROOT / "src" / "parakh" / "web" / "locale" / "parakh.pot"


@pytest.fixture
def urdu() -> Iterator[None]:
    """A request in Urdu, which is written from the right."""
    token = i18n.language.set("ur")
    yield
    i18n.language.reset(token)


def extracted() -> set[str]:
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    keywords = {
        "_": None,
        "N_": None,
        "gettext": None,
        "ngettext": (1, 2),
    }
    found = extract_from_dir(ROOT / "src" / "parakh", methods, options, keywords)
    return {text[0] if isinstance(text, tuple) else text for _, _, text, _, _ in found}


def test_the_catalogue_of_texts_is_up_to_date() -> None:
    with POT.open("rb") as file:
        kept = {m.id[0] if isinstance(m.id, tuple) else m.id for m in read_po(file) if m.id}
    assert kept == extracted(), "run `make messages`"


def test_every_label_has_a_word() -> None:
    texts = extracted()
    for kind, values in labels.LABELS.items():
        assert set(values) == set(kind)
        assert {word for word, _ in values.values()} <= texts


def test_a_page_is_translated_and_written_from_the_right(browser: Any) -> None:
    mine = browser("targeting")
    mine.client.cookies.set(i18n.COOKIE, "ur", domain="testserver.local")
    text = mine.get("/alerts").text
    assert '<html lang="ur" dir="rtl">' in text
    assert ">آمد<" in text
    assert "وصول کریں" in text
    assert "\u2068MAZARI, ZULFIQAR\u2069 کا نام اور تاریخِ پیدائش وہی ہے" in text


def test_whoever_signs_in_chooses_the_language_first(client: Any) -> None:
    assert 'href="/language/ur?next=%2Falerts"' in client.get("/sign-in?next=/alerts").text
    text = client.get("/language/ur?next=/alerts").text
    assert '<html lang="ur" dir="rtl">' in text
    assert 'value="/alerts"' in text
    assert 'lang="ur"' in client.get("/language/xx").text, "an unknown language changes nothing"


def test_the_account_remembers_language_and_calendars(browser: Any) -> None:
    mine = browser("targeting")
    page = "/arrivals?day=2026-11-23"
    assert '2026 <span class="hijri">12 Jumada al-Thani 1448 AH</span></h1>' in mine.get(page).text
    mine.post("/account/language", data={"language": "ur", "calendar": "gregorian"})
    told = mine.get(page).text
    assert '<html lang="ur"' in told
    assert "hijri" not in told
    mine.post("/account/language", data={"language": "ur", "calendar": "both"})
    assert "12 جمادی الثانی 1448 ہجری</span>" in mine.get(page).text


@pytest.mark.parametrize(
    ("cookie", "accept", "wanted"),
    [
        (None, None, "en"),
        ("ur", None, "ur"),
        ("xx", "ur", "ur"),
        (None, "ur-PK,en;q=0.5", "ur"),
        (None, "de,ur;q=0.3,en;q=0.7", "en"),
        (None, "ur;q=0", "en"),
        (None, "ur;q=much,*", "en"),
    ],
)
def test_the_language_is_chosen_by_cookie_then_browser(
    cookie: str | None, accept: str | None, wanted: str
) -> None:
    assert i18n.choose(cookie, accept) == wanted


def test_a_phrase_keeps_its_values(urdu: None) -> None:
    said = i18n.translate(phrase("The sex is equal", name="{odd}"))
    assert said == "جنس برابر ہے"
    assert str(formats.country("PAK")) == '<abbr title="پاکستان">PAK</abbr>'


def test_what_a_rule_looked_at_is_told_in_words(urdu: None) -> None:
    said = phrase(
        "{what}: {value}; the rule asks for that", what="It is declared empty", value="yes"
    )
    assert i18n.translate(said) == "خالی ظاہر کیا گیا ہے: ہاں؛ قاعدہ یہی چاہتا ہے"


def test_languages_are_told_in_their_own_words() -> None:
    assert [i18n.own_name(code) for code in languages()] == ["English", "اردو"]


@pytest.mark.parametrize(
    ("language", "value", "told"),
    [
        ("en", "NOON", "NOON"),
        ("en", "نون", "\u2068نون\u2069"),
        ("ur", "NOON", "\u2068NOON\u2069"),
        ("ur", "نون", "نون"),
        ("ur", "12", "12"),
        ("ur", "2026-11-23", "\u20682026-11-23\u2069"),
        ("ur", "-3", "\u2068-3\u2069"),
        ("en", "2026-11-23", "2026-11-23"),
    ],
)
def test_names_written_the_other_way_are_isolated(language: str, value: str, told: str) -> None:
    token = i18n.language.set(language)
    try:
        assert i18n.isolated(value) == told
        assert i18n.shown(phrase("{name}", name=value)) == told
    finally:
        i18n.language.reset(token)


def test_sentences_tell_moments_in_the_zone_of_the_centre() -> None:
    token = i18n.zone.set(ZoneInfo("Asia/Karachi"))
    try:
        assert i18n.translate(phrase("at {at}", at="2026-11-23 09:00 UTC")) == (
            "at 2026-11-23 14:00 PKT"
        )
        assert i18n.local("2026-11-23 09:00 UTC") == "2026-11-23 14:00 PKT"
    finally:
        i18n.zone.reset(token)


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("<h1>{{ name }}</h1>", "<h1>\u2068نون, گلاب\u2069</h1>"),
        ('{{ _("born %(who)s", who=name) }}', "born \u2068نون, گلاب\u2069"),
        ('{{ _("%(tag)s", tag="<b>" | e) }}', "&lt;b&gt;"),
        ('{{ ngettext("%(num)s of %(who)s", "%(num)s of %(who)s", 2, who="x") }}', "2 of x"),
    ],
)
def test_templates_set_names_in_another_script_apart(template: str, told: str) -> None:
    name = PersonName(family="نون", given="گلاب")
    assert _environment().from_string(template).render(name=name) == told
