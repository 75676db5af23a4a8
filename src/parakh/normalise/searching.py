"""By which words an entry of a watchlist is found by who types some of it."""

from collections.abc import Iterable

from parakh.domain.watchlist import IdentifierKind, WatchlistEntry
from parakh.normalise.names import comparison_form


def searched(texts: Iterable[str]) -> str:
    """The texts as they are searched: capitals, letters and digits, each text once."""
    return " | ".join(dict.fromkeys(filter(None, map(comparison_form, texts))))


def entry_searched(entry: WatchlistEntry) -> str:
    """All names, weak ones and those in other scripts too, and all numbers of an entry."""
    names = (name.full for name in (*entry.names, *entry.weak_names))
    documents = (own.number for own in entry.documents)
    # Ships' numbers are told as IMO 9074729 and IMO9074729.
    identifiers = (
        f"IMO{own.value}" if own.kind is IdentifierKind.IMO else own.value
        for own in entry.identifiers
    )
    return searched((*names, *documents, *identifiers, entry.source_id))


def wanted_words(text: str) -> tuple[str, ...]:
    """What an entry must hold, in whatever order, to be found by a text.

    Signs part words: `qp-774 1203` wants `QP`, `774` and `1203`, each of which the number QP7741203
    holds; of `O'BRIEN` one word is left, as of the name itself.
    """
    return tuple(comparison_form(text).split())
