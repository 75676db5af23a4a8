"""Screeners of watchlists: travel documents by number, persons by name.

Both look into one `WatchlistIndex`, which is built from the approved entries and kept up to date
while it is used.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from threading import RLock

from parakh.clock import Clock
from parakh.domain.hit import Agreement, Evidence, Hit, Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.traveller import Document, DocumentType
from parakh.domain.watchlist import Watchlist, WatchlistEntry
from parakh.screen.lexicon import name_tokens
from parakh.screen.names import THRESHOLD, ListedPerson, Match, match
from parakh.screen.retrieval import NameIndex
from parakh.screen.screener import Subject, TravellerSubject

DOCUMENT_WEIGHTS = {
    "number.equal": 0.85,
    "issuer.equal": 0.15,
    "issuer.differs": -0.20,
    "type.equal": 0.0,
    "type.differs": -0.10,
}
"""Points of the score of a document. Issuer and type that both differ leave 0.55."""

DOCUMENT_THRESHOLD = 0.60

SHORTEST_NUMBER = 4
"""Shorter numbers, and those of one sign only (`00000000`), are fillers rather than numbers."""

_NOTES = {
    "number.equal": N_("The document numbers are equal"),
    "issuer.equal": N_("The issuers are equal"),
    "issuer.differs": N_("The issuers differ"),
    "issuer.unknown": N_("An issuer is not known"),
    "type.equal": N_("The kinds of document are equal"),
    "type.differs": N_("The kinds of document differ"),
    "type.unknown": N_("A kind of document is not known"),
}


class WatchlistIndex:
    """Entries with their lists, found by document number and by name; safe between threads."""

    def __init__(self, entries: Iterable[tuple[WatchlistEntry, Watchlist]] = ()) -> None:
        self._lock = RLock()
        self._entries: dict[str, ListedPerson] = {}
        self._numbers: defaultdict[str, set[str]] = defaultdict(set)
        self._names = NameIndex()
        for entry, watchlist in entries:
            self.put(entry, watchlist)

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, entry: WatchlistEntry, watchlist: Watchlist) -> None:
        """Adds an entry, or takes its new state in place of the old one."""
        words = tuple(name_tokens(name) for name in entry.names)
        with self._lock:
            self.remove(entry.id)
            self._entries[entry.id] = ListedPerson(entry=entry, watchlist=watchlist, words=words)
            for document in entry.documents:
                if _meaningful(document.number):
                    self._numbers[document.number].add(entry.id)
            if any(words):
                self._names.put(entry.id, words, entry.birth_dates)

    def remove(self, entry_id: str) -> None:
        """Takes an entry out, if it is there."""
        with self._lock:
            listed = self._entries.pop(entry_id, None)
            if listed is None:
                return
            for document in listed.entry.documents:
                owners = self._numbers.get(document.number, set())
                owners.discard(entry_id)
                if not owners:
                    self._numbers.pop(document.number, None)
            self._names.remove(entry_id)

    def with_number(self, number: str, moment: datetime) -> list[ListedPerson]:
        """The entries in force that have a document of this number."""
        with self._lock:
            owners = [self._entries[owner] for owner in sorted(self._numbers.get(number, ()))]
        return [listed for listed in owners if listed.entry.listed_at(moment)]

    def matches(self, subject: TravellerSubject, moment: datetime) -> list[tuple[str, Match]]:
        """The entries in force, by identifier, of which a name may be the traveller's."""
        traveller = subject.traveller
        words = name_tokens(traveller.name)
        with self._lock:
            found = []
            for owner in self._names.find(words, traveller.birth_date):
                listed = self._entries[owner]
                if not listed.entry.listed_at(moment):
                    continue
                compared = match(traveller, words, listed, self._names.rarity)
                if compared is not None:
                    found.append((owner, compared))
        return found


class NameScreener:
    """Name with birth date, nationality and sex, weighed by `parakh.screen.names`.

    The score is points of the table WEIGHTS there, from 0 to 1.
    """

    name = "name@1"

    def __init__(self, index: WatchlistIndex, clock: Clock) -> None:
        self._index = index
        self._clock = clock

    def applies(self, subject: Subject) -> bool:
        """Whether there is a name."""
        return isinstance(subject, TravellerSubject) and bool(subject.traveller.name.full)

    def screen(self, subjects: Sequence[Subject]) -> list[list[Hit]]:
        """Hits on persons, the most alike first."""
        moment = self._clock()
        return [
            self._hits(subject, moment) if isinstance(subject, TravellerSubject) else []
            for subject in subjects
        ]

    def _hits(self, subject: TravellerSubject, moment: datetime) -> list[Hit]:
        found = self._index.matches(subject, moment)
        hits = [
            Hit(
                id=new_id(),
                subject=subject.ref,
                target=Ref(kind=Kind.WATCHLIST_ENTRY, id=entry_id),
                screener=self.name,
                score=compared.score,
                threshold=THRESHOLD,
                sentence=compared.sentence,
                evidence=compared.evidence,
            )
            for entry_id, compared in found
            if compared.score >= THRESHOLD
        ]
        return sorted(hits, key=_best_first)


class DocumentScreener:
    """Travel documents by their exact number, with issuer and kind as further evidence.

    The score is points of DOCUMENT_WEIGHTS, from 0 to 1.
    """

    name = "document@1"

    def __init__(self, index: WatchlistIndex, clock: Clock) -> None:
        self._index = index
        self._clock = clock

    def applies(self, subject: Subject) -> bool:
        """Whether there is a document."""
        return isinstance(subject, TravellerSubject) and bool(subject.traveller.documents)

    def screen(self, subjects: Sequence[Subject]) -> list[list[Hit]]:
        """Hits on documents, the best first; one for each entry."""
        moment = self._clock()
        return [
            self._hits(subject, moment) if isinstance(subject, TravellerSubject) else []
            for subject in subjects
        ]

    def _hits(self, subject: TravellerSubject, moment: datetime) -> list[Hit]:
        best: dict[str, Hit] = {}
        for document in subject.traveller.documents:
            for listed in self._index.with_number(document.number, moment):
                hit = self._hit(subject, document, listed)
                known = best.get(listed.entry.id)
                if hit.score >= DOCUMENT_THRESHOLD and (known is None or hit.score > known.score):
                    best[listed.entry.id] = hit
        return sorted(best.values(), key=_best_first)

    def _hit(self, subject: TravellerSubject, ours: Document, listed: ListedPerson) -> Hit:
        candidates = [item for item in listed.entry.documents if item.number == ours.number]
        compared = [_compare_documents(ours, theirs) for theirs in candidates]
        evidence = max(compared, key=_points)
        return Hit(
            id=new_id(),
            subject=subject.ref,
            target=Ref(kind=Kind.WATCHLIST_ENTRY, id=listed.entry.id),
            screener=self.name,
            score=min(1.0, max(0.0, _points(evidence))),
            threshold=DOCUMENT_THRESHOLD,
            sentence=_sentence(subject, ours, listed, evidence),
            evidence=evidence,
        )


def _best_first(hit: Hit) -> tuple[float, str]:
    return -hit.score, hit.target.id


def _points(evidence: Iterable[Evidence]) -> float:
    return sum(item.weight for item in evidence)


def _meaningful(number: str) -> bool:
    return len(number) >= SHORTEST_NUMBER and len(set(number)) > 1


def _compare_documents(ours: Document, theirs: Document) -> tuple[Evidence, ...]:
    known_types = DocumentType.OTHER not in (ours.type, theirs.type)
    return (
        _evidence("document", "number", ours.number, theirs.number, known=True),
        _evidence(
            "document_issuer",
            "issuer",
            ours.issuer or "",
            theirs.issuer or "",
            known=bool(ours.issuer and theirs.issuer),
        ),
        _evidence("document_type", "type", ours.type, theirs.type, known=known_types),
    )


def _evidence(attribute: str, what: str, ours: str, theirs: str, *, known: bool) -> Evidence:
    relation = f"{what}.equal" if ours == theirs else f"{what}.differs"
    agreement = Agreement.AGREES if ours == theirs else Agreement.DIFFERS
    if not known:
        relation, agreement = f"{what}.unknown", Agreement.UNKNOWN
    return Evidence(
        attribute=attribute,
        ours=ours,
        theirs=theirs,
        agreement=agreement,
        weight=DOCUMENT_WEIGHTS.get(relation, 0.0),
        note=phrase(_NOTES[relation]),
    )


def _sentence(
    subject: TravellerSubject, ours: Document, listed: ListedPerson, evidence: Iterable[Evidence]
) -> Phrase:
    values = {
        "name": subject.traveller.name,
        "number": ours.number,
        "list": listed.watchlist.name,
    }
    if any(item.agreement is Agreement.DIFFERS for item in evidence):
        return phrase(
            N_(
                "{name} carries document {number}; a document of this number, but of another "
                "issuer or kind, is on the list {list}"
            ),
            **values,
        )
    return phrase(N_("{name} carries document {number}, which is on the list {list}"), **values)
