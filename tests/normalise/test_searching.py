"""By which words entries are found."""

import pytest

from parakh.domain.traveller import Document, DocumentType, PersonName
from parakh.domain.watchlist import EntryKind, Identifier, IdentifierKind, WatchlistEntry
from parakh.normalise.searching import entry_searched, wanted_words

SHIP = WatchlistEntry(
    id="s",
    watchlist_id="w",
    kind=EntryKind.VESSEL,
    names=(PersonName(family="LARK", given=""), PersonName(family="كنار", given="")),
    weak_names=(PersonName(family="O'HARA II", given=""), PersonName(family="LARK", given="")),
    documents=(Document(type=DocumentType.OTHER, number="QP7741203"),),
    identifiers=(
        Identifier(kind=IdentifierKind.IMO, value="9074729"),
        Identifier(kind=IdentifierKind.CALL_SIGN, value="EPXY7"),
    ),
    source_id="QDe.004",
)


def test_each_name_and_number_stands_in_it_once() -> None:
    assert entry_searched(SHIP).split(" | ") == [
        "LARK", "کنار", "OHARA II", "QP7741203", "IMO9074729", "EPXY7", "QDE 004",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ()),
        ("%_ ;", ()),
        ("o’hara, lárk", ("OHARA", "LARK")),
        ("qp-774 1203", ("QP", "774", "1203")),
        ("كنار", ("کنار",)),
    ],
)
def test_words_are_read_as_names_are(text: str, words: tuple[str, ...]) -> None:
    assert wanted_words(text) == words
