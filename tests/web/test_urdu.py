"""The Urdu catalogue: complete, and true to the rules of docs/urdu.md."""

import re
import string
from html.parser import HTMLParser

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from parakh.catalogues import LOCALE_DIR, UNITS, word_in
from parakh.screen.rules.attributes import CATALOGUE

PLACE = re.compile(r"%\((\w+)\)s|\{(\w*)\}|(%%)")
LATIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:[.-][A-Za-z0-9_]+)*")
ENDS = str.maketrans("۔؟؛،", ".?;,")

STAYS = """
    AIRIMP API CSV ECE EDIFACT ETA ETD Earth FIR Fisher HMAC-SHA256 HS HTTP HTTPS IATA ICAO IMO ISO
    JPEG JavaScript KiB MMSI MiB Natural OFAC OpenAPI PDF PNG QR RE2 RFC Recommendation SFTP SHA-256
    TIFF TOML UN UTC UTF-8 VIN Wilson alpha-3 base64 docx sftp xlsx

    Enter Esc Tab FILE FOLDER HOST USER PARAKH_AGENCY PARAKH_DATABASE_URL PARAKH_SMTP_HOST
    all attribute audit bearer cargo chmod client_id code connectors.toml d date day duration exists
    expires_at filter from h h30m has header i identifier import in into j key_file kind latitude
    list longitude monday name no null officer parakh post posts random_share region since size
    sunday taken_at text timestamp timetable to token_path token_url train unit until url user value
    verify written_at yes

    A-Z AB1234567 AFG AP-BLX F HH LEA4567 M MM N P PAK PIA PK T09 T13 X YYYY YYYY-MM YYYY-MM-DD Z a
    a-f z
"""
"""Latin words that Urdu keeps: standards, formats, bodies and proper names; keys, commands, columns
of a file and words of the language of rules; examples."""


def _forms(text: object) -> tuple[str, ...]:
    return tuple(map(str, text)) if isinstance(text, tuple | list) else (str(text or ""),)


@pytest.fixture(scope="module")
def english() -> Catalog:
    with (LOCALE_DIR / "parakh.pot").open("rb") as file:
        return read_po(file)


@pytest.fixture(scope="module")
def urdu() -> Catalog:
    with (LOCALE_DIR / "ur" / "LC_MESSAGES" / "parakh.po").open("rb") as file:
        return read_po(file, locale="ur")


@pytest.fixture(scope="module")
def pairs(urdu: Catalog) -> list[tuple[str, str]]:
    """Each English form with its Urdu one; the forms of a plural one by one."""
    found: list[tuple[str, str]] = []
    for message in urdu:
        if message.id:
            found += zip(_forms(message.id), _forms(message.string), strict=True)
    return found


def test_every_text_is_translated(english: Catalog, urdu: Catalog) -> None:
    wanted = {message.id for message in english if message.id}
    known = {message.id for message in urdu if message.id}
    assert wanted - known == set()
    assert known - wanted == set(), "texts that nothing says any more"
    assert {message.id for message in urdu if message.id and message.fuzzy} == set()
    empty = [message.id for message in urdu if message.id and not all(_forms(message.string))]
    assert empty == []


def test_urdu_has_two_plural_forms(urdu: Catalog) -> None:
    assert (urdu.num_plurals, urdu.plural_expr) == (2, "(n != 1)")
    assert {len(_forms(message.string)) for message in urdu if message.pluralizable} == {2}


def test_places_are_kept(pairs: list[tuple[str, str]]) -> None:
    wrong = [
        (own, said) for own, said in pairs if set(PLACE.findall(own)) != set(PLACE.findall(said))
    ]
    assert wrong == []


def test_sentences_can_be_filled(pairs: list[tuple[str, str]]) -> None:
    """A stray brace or percent sign would break a page, not only its text."""
    for _, said in pairs:
        if "%(" in said:
            assert said % dict.fromkeys(re.findall(r"%\((\w+)\)s", said), "x")
        elif "{" in said:
            assert list(string.Formatter().parse(said))


def test_no_english_is_left(pairs: list[tuple[str, str]]) -> None:
    left = {word for _, said in pairs for word in LATIN.findall(PLACE.sub(" ", said))}
    assert left - set(STAYS.split()) == set()


def test_letters_and_marks_are_those_of_urdu(pairs: list[tuple[str, str]]) -> None:
    assert [said for _, said in pairs if set("يكهىة") & set(said)] == []
    assert [said for _, said in pairs if re.search(r"[\u06f0-\u06f9\u0660-\u0669]", said)] == []
    assert [
        said for _, said in pairs if re.search(r"[\u0600-\u06ff][,;?]|[\u0600-\u06ff]\.$", said)
    ] == []


def test_a_sentence_ends_as_the_english_one_does(pairs: list[tuple[str, str]]) -> None:
    ends = [(own, said) for own, said in pairs if own[-1:] in ".?:" and own not in ("No.", "Nat.")]
    assert [said for own, said in ends if said[-1:].translate(ENDS) != own[-1:]] == []


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.found.append(tag)


def test_no_text_brings_markup(pairs: list[tuple[str, str]]) -> None:
    reader = _Tags()
    for _, said in pairs:
        reader.feed(said)
    assert reader.found == []


def test_amounts_are_told_with_their_units() -> None:
    counted = {own.unit for entity in CATALOGUE.entities for own in entity.attributes} - {""}
    assert {own for own in counted if not own.startswith("USD")} <= UNITS
    told = {own: word_in("ur", own) for own in ("26 hours", "1,250.5 kg", "100 USD", "12 MAIN")}
    assert list(told.values()) == ["26 گھنٹے", "1,250.5 کلوگرام", "100 USD", "12 MAIN"]
