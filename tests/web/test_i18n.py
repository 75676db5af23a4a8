"""Everything on screen goes through gettext, in either direction of writing."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from parakh.domain.phrase import phrase
from parakh.web import formats, i18n, labels

ROOT = Path(__file__).parents[2]
POT = ROOT / "src" / "parakh" / "web" / "locale" / "parakh.pot"


@pytest.fixture
def urdu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A catalogue that marks each text as translated, in a language written from the right."""
    with POT.open("rb") as file:
        catalogue = read_po(file, locale="ur")
    for message in catalogue:
        if message.id:
            many = isinstance(message.id, tuple)
            message.string = (
                tuple(f"«{text}»" for text in message.id) if many else f"«{message.id}»"
            )
    folder = tmp_path / "ur" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    (folder / "parakh.mo").write_bytes(compiled.getvalue())
    monkeypatch.setattr(i18n, "LOCALE_DIR", tmp_path)
    i18n.languages.cache_clear()
    i18n._catalogue.cache_clear()
    yield
    i18n.languages.cache_clear()
    i18n._catalogue.cache_clear()


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


def test_a_page_is_translated_and_written_from_the_right(browser: Any, urdu: None) -> None:
    mine = browser("targeting")
    mine.client.cookies.set(i18n.COOKIE, "ur", domain="testserver.local")
    text = mine.get("/alerts").text
    assert '<html lang="ur" dir="rtl">' in text
    assert "«Arrivals»" in text
    assert "«Acknowledge»" in text
    assert "MAZARI, ZULFIQAR has the name and the birth date" in text
    assert "»<" in text.partition('class="why')[2][:400]


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
    urdu: None, cookie: str | None, accept: str | None, wanted: str
) -> None:
    assert i18n.choose(cookie, accept) == wanted


def test_a_phrase_keeps_its_values(urdu: None) -> None:
    token = i18n.language.set("ur")
    try:
        said = i18n.translate(phrase("The sex is equal", name="{odd}"))
        assert said == "«The sex is equal»"
        assert str(formats.country("PAK")) == '<abbr title="پاکستان">PAK</abbr>'
    finally:
        i18n.language.reset(token)
