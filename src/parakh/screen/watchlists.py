"""Screeners of watchlists: travel documents by number, persons by name.

Both look into one `WatchlistIndex`, which is built from the approved entries and kept up to date
while it is used.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from threading import Lock

from parakh.clock import Clock
from parakh.domain.hit import Agreement, Evidence, Hit, Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.traveller import Document, DocumentType, PersonName, Traveller
from parakh.domain.watchlist import EntryKind, Identifier, Watchlist, WatchlistEntry
from parakh.screen.calibration import STANDARD, Calibration
from parakh.screen.comparison import cut_word
from parakh.screen.frequency import UNKNOWN, Frequencies
from parakh.screen.lexicon import name_tokens
from parakh.screen.listing import Listing
from parakh.screen.names import THRESHOLD, WEIGHTS, ListedPerson, Match, match
from parakh.screen.organisations import (
    ListedOrganisation,
    OrganisationMatch,
    match_organisation,
    organisation_tokens,
)
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

_NOTES = {
    "number.equal": N_("The document numbers are equal"),
    "issuer.equal": N_("The issuers are equal"),
    "issuer.differs": N_("The issuers differ"),
    "issuer.unknown": N_("An issuer is not known"),
    "type.equal": N_("The kinds of document are equal"),
    "type.differs": N_("The kinds of document differ"),
    "type.unknown": N_("A kind of document is not known"),
}


_NAMELESS = (
    N_("Document {number} is on the list {list}"),
    N_("A document with the number {number}, but of another issuer or kind, is on the list {list}"),
)
"""Of a document without the name of whoever carries it: equal, and not wholly so."""

LEAST_SHOWN = 0.60
"""Matches of a lower score are of no use to anybody, not even as what came close."""


BODIES_MORE = 0.15
"""The most that an organisation may gain by its country, and by words that count for less than the
index of names takes them for."""


class WatchlistIndex:
    """Entries with their lists, found by document, by other numbers and by name.

    Safe between threads; searching never waits for a change. Thresholds (`calibration`) may be
    replaced while it is used.
    """

    def __init__(
        self,
        entries: Iterable[tuple[WatchlistEntry, Watchlist]] = (),
        like: "WatchlistIndex | None" = None,
    ) -> None:
        """With `like`, names are as rare, and thresholds as high, as in another index."""
        self._lock = Lock()
        self._like = like
        self._calibration = STANDARD
        self._listing = Listing(entries, None if like is None else like.listing)

    def __len__(self) -> int:
        return len(self._listing)

    @property
    def listing(self) -> Listing:
        """The entries as they are packed and indexed."""
        return self._listing

    @property
    def calibration(self) -> Calibration:
        """The thresholds by which names raise a hit."""
        return self._calibration if self._like is None else self._like.calibration

    @calibration.setter
    def calibration(self, value: Calibration) -> None:
        self._calibration = value

    def load(
        self,
        entries: Iterable[tuple[WatchlistEntry, Watchlist]],
        frequencies: Frequencies = UNKNOWN,
    ) -> None:
        """Takes these entries in place of all it had; until they are there, it has those."""
        with self._lock:
            fresh = Listing(entries, None if self._like is None else self._like.listing)
            fresh.see(frequencies)
            self._listing = fresh

    def see(self, frequencies: Frequencies) -> None:
        """Takes other counts of how often words of names are borne."""
        with self._lock:
            self._listing.see(frequencies)

    def relist(self, watchlists: Iterable[Watchlist]) -> None:
        """Takes the new settings of lists: their names stand in the sentences of hits."""
        with self._lock:
            self._listing.relist(watchlists)

    def put(self, entry: WatchlistEntry, watchlist: Watchlist) -> None:
        """Adds an entry, or takes its new state in place of the old one."""
        with self._lock:
            self._listing.put(entry, watchlist)

    def remove(self, entry_id: str) -> None:
        """Takes an entry out, if it is there."""
        with self._lock:
            self._listing.remove(entry_id)

    def rarity(self, name: PersonName) -> float:
        """How rare a person's whole name is (see `parakh.screen.calibration.band_of`)."""
        rarity = self._listing.names[EntryKind.PERSON].rarity
        return sum(map(rarity, name_tokens(name)))

    def with_number(self, number: str, moment: datetime) -> list[ListedPerson]:
        """The entries in force that have a document of this number."""
        return _in_force(self._listing.with_number(number), moment)

    def with_identifier(self, wanted: Identifier, moment: datetime) -> list[ListedPerson]:
        """The entries in force that have this number, whoever issued it."""
        return _in_force(self._listing.with_identifier(wanted), moment)

    def matches(
        self, subject: TravellerSubject, moment: datetime, least: float = LEAST_SHOWN
    ) -> list[tuple[str, Match]]:
        """The entries in force, by identifier, of which a name may be the traveller's.

        Those that cannot reach a score of `least` are left out, as far as an index can tell.
        """
        compared = self.compared(subject, moment, least)
        return [(listed.entry.id, own) for listed, own in compared]

    def compared(
        self, subject: TravellerSubject, moment: datetime, least: float
    ) -> list[tuple[ListedPerson, Match]]:
        """As `matches`, with the entries."""
        traveller, listing = subject.traveller, self._listing
        names = listing.names[EntryKind.PERSON]
        words = name_tokens(traveller.name)
        rows = names.find(
            words,
            traveller.birth_date,
            cut=cut_word(traveller.name),
            least=least - _more(traveller),
        )
        for document in traveller.documents:
            # An equal number speaks for a name that alone would not be looked at.
            rows += listing.rows_with_number(document.number)
        rarity = Remembered(names.rarity).__getitem__
        found = []
        for row in dict.fromkeys(rows):
            listed = listing.at(row)
            if listed is None or not listed.entry.listed_at(moment):
                continue
            if listed.entry.kind is not EntryKind.PERSON:
                continue
            compared = match(traveller, words, listed, rarity)
            if compared is not None:
                found.append((listed, compared))
        return found

    def bodies(
        self, kind: EntryKind, name: str, country: str | None, moment: datetime, least: float
    ) -> list[tuple[ListedPerson, OrganisationMatch]]:
        """The organisations or vessels in force of which a name may be this one.

        Those that cannot reach a score of `least` are left out, as far as an index can tell.
        """
        listing = self._listing
        names = listing.names[kind]
        found = []
        for row in names.find(organisation_tokens(name), None, least=least - BODIES_MORE):
            listed = listing.at(row)
            if listed is None or not listed.entry.listed_at(moment):
                continue
            body = ListedOrganisation(
                entry=listed.entry, watchlist=listed.watchlist, words=listed.words
            )
            compared = match_organisation(name, country, body, names.rarity)
            if compared is not None:
                found.append((listed, compared))
        return found


class Remembered(dict[str, float]):
    """Answers of a function, each asked for once."""

    def __init__(self, ask: Callable[[str], float]) -> None:
        super().__init__()
        self._ask = ask

    def __missing__(self, word: str) -> float:
        answer = self[word] = self._ask(word)
        return answer


def _more(traveller: Traveller) -> float:
    """The most that may be added by what the index of names does not know."""
    told = {
        "nationality": traveller.nationality,
        "sex": traveller.sex,
        "father_name": traveller.father_name,
        "birth_place": traveller.birth_place,
    }
    return sum(WEIGHTS[f"{attribute}.equal"] for attribute, value in told.items() if value)


def _in_force(found: Iterable[ListedPerson], moment: datetime) -> list[ListedPerson]:
    return [listed for listed in found if listed.entry.listed_at(moment)]


class NameScreener:
    """Name with all that is known besides, weighed by `parakh.screen.names`.

    The score is points of the table WEIGHTS there, from 0 to 1; the threshold is the list's own for
    names as rare as the traveller's (see `parakh.screen.calibration`).
    """

    name = "name@2"

    def __init__(self, index: WatchlistIndex, clock: Clock) -> None:
        self._index = index
        self._clock = clock

    def applies(self, subject: Subject) -> bool:
        """Whether there is a name."""
        return isinstance(subject, TravellerSubject) and bool(subject.traveller.name.full)

    def screen(self, subjects: Sequence[Subject]) -> list[list[Hit]]:
        """Hits on persons, the most alike first."""
        moment, calibration = self._clock(), self._index.calibration
        return [
            self._hits(subject, moment, calibration)
            if isinstance(subject, TravellerSubject)
            else []
            for subject in subjects
        ]

    def _hits(
        self, subject: TravellerSubject, moment: datetime, calibration: Calibration
    ) -> list[Hit]:
        hits = []
        for listed, compared in self._index.compared(subject, moment, _least(calibration)):
            threshold = calibration.threshold(listed.watchlist.id, compared)
            if compared.score >= threshold:
                hits.append(_name_hit(subject, listed, compared, threshold))
        return sorted(hits, key=best_first)


def _least(calibration: Calibration) -> float:
    """The lowest of all thresholds."""
    own = (level for levels in calibration.thresholds.values() for level in levels.values())
    return min((THRESHOLD, *own))


def _name_hit(
    subject: TravellerSubject, listed: ListedPerson, compared: Match, threshold: float
) -> Hit:
    return Hit(
        id=new_id(),
        subject=subject.ref,
        target=Ref(kind=Kind.WATCHLIST_ENTRY, id=listed.entry.id),
        screener=NameScreener.name,
        score=compared.score,
        threshold=threshold,
        sentence=compared.sentence,
        evidence=compared.evidence,
    )


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
        return sorted(best.values(), key=best_first)

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


def best_first(hit: Hit) -> tuple[float, str]:
    """Order of hits: the highest score first, then by what they met."""
    return -hit.score, hit.target.id


def _points(evidence: Iterable[Evidence]) -> float:
    return sum(item.weight for item in evidence)


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
        _evidence("document_type", "type", _type(ours), _type(theirs), known=known_types),
    )


def _type(document: Document) -> str:
    """The kind of a document, "" where it is not known."""
    return "" if document.type is DocumentType.OTHER else document.type.value


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
    differs = any(item.agreement is Agreement.DIFFERS for item in evidence)
    if not subject.traveller.name.full:
        return phrase(_NAMELESS[differs], **values)
    if differs:
        return phrase(
            N_(
                "{name} carries document {number}; a document of this number, but of another "
                "issuer or kind, is on the list {list}"
            ),
            **values,
        )
    return phrase(N_("{name} carries document {number}, which is on the list {list}"), **values)
