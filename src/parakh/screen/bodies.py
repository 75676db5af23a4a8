"""Screeners of organisations and conveyances: by the numbers they are known by, and by name."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from parakh.clock import Clock
from parakh.domain.hit import Agreement, Evidence, Hit, Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.watchlist import EntryKind, Identifier, IdentifierKind
from parakh.screen.names import ListedPerson
from parakh.screen.organisations import THRESHOLD, VESSEL_THRESHOLD, organisation_tokens
from parakh.screen.screener import ConveyanceSubject, OrganisationSubject, Subject
from parakh.screen.watchlists import WatchlistIndex, best_first

IDENTIFIER_WEIGHTS = {
    "number.equal": 0.90,
    "country.equal": 0.10,
    "country.differs": -0.40,
    "name.equal": 0.05,
    "name.differs": -0.05,
}
"""Points of the score of a number. Vessels change their names, and keep their IMO number."""

IDENTIFIER_THRESHOLD = 0.60

WORLDWIDE = frozenset(
    {
        IdentifierKind.IMO,
        IdentifierKind.MMSI,
        IdentifierKind.CALL_SIGN,
        IdentifierKind.AIRCRAFT_REGISTRATION,
        IdentifierKind.CHASSIS,
        IdentifierKind.CONTAINER,
    }
)
"""Kinds of number that no two countries give twice; of others the country counts as well."""

_NOTES = {
    "number.equal": N_("The numbers are equal"),
    "country.equal": N_("One country issued both"),
    "country.differs": N_("Different countries issued them"),
    "country.unknown": N_("A country that issued one is not known"),
    "name.equal": N_("The names are equal"),
    "name.differs": N_("The names differ; names of conveyances change"),
}

_SENTENCES = {
    IdentifierKind.IMO: N_("IMO number {number} is on the list {list}, as {listed}"),
    IdentifierKind.MMSI: N_("MMSI {number} is on the list {list}, as {listed}"),
    IdentifierKind.CALL_SIGN: N_("Call sign {number} is on the list {list}, as {listed}"),
    IdentifierKind.AIRCRAFT_REGISTRATION: N_(
        "Aircraft registration {number} is on the list {list}, as {listed}"
    ),
    IdentifierKind.AIRCRAFT_SERIAL: N_(
        "Aircraft serial number {number} is on the list {list}, as {listed}"
    ),
    IdentifierKind.PLATE: N_("Number plate {number} is on the list {list}, as {listed}"),
    IdentifierKind.CHASSIS: N_("Chassis number {number} is on the list {list}, as {listed}"),
    IdentifierKind.CONTAINER: N_("Container {number} is on the list {list}, as {listed}"),
    IdentifierKind.REGISTRATION: N_(
        "Registration number {number} is on the list {list}, as {listed}"
    ),
    IdentifierKind.TAX: N_("Tax number {number} is on the list {list}, as {listed}"),
}

Body = OrganisationSubject | ConveyanceSubject


class IdentifierScreener:
    """Organisations and conveyances by their exact number, with issuing country and name besides.

    The score is points of IDENTIFIER_WEIGHTS, from 0 to 1.
    """

    name = "identifier@1"

    def __init__(self, index: WatchlistIndex, clock: Clock) -> None:
        self._index = index
        self._clock = clock

    def applies(self, subject: Subject) -> bool:
        """Whether there is a number."""
        return isinstance(subject, Body) and bool(subject.identifiers)

    def screen(self, subjects: Sequence[Subject]) -> list[list[Hit]]:
        """Hits on numbers, the best first; one for each entry."""
        moment = self._clock()
        return [
            self._hits(subject, moment) if isinstance(subject, Body) else [] for subject in subjects
        ]

    def _hits(self, subject: Body, moment: datetime) -> list[Hit]:
        best: dict[str, Hit] = {}
        for ours in subject.identifiers:
            for listed in self._index.with_identifier(ours, moment):
                hit = self._hit(subject, ours, listed)
                known = best.get(listed.entry.id)
                if hit.score >= IDENTIFIER_THRESHOLD and (known is None or hit.score > known.score):
                    best[listed.entry.id] = hit
        return sorted(best.values(), key=best_first)

    def _hit(self, subject: Body, ours: Identifier, listed: ListedPerson) -> Hit:
        theirs = [
            item
            for item in listed.entry.identifiers
            if (item.kind, item.value) == (ours.kind, ours.value)
        ]
        evidence = max(
            (_compared(subject.name, ours, item, listed) for item in theirs), key=_points
        )
        return _hit(
            self.name,
            subject,
            listed,
            min(1.0, max(0.0, _points(evidence))),
            IDENTIFIER_THRESHOLD,
            _sentence(ours, listed),
            evidence,
        )


class OrganisationScreener:
    """Organisations, and vessels, by name (see `parakh.screen.organisations`).

    Names of vessels are weak evidence: many bear one, and they change. One raises a hit only if it
    is equal and rare.
    """

    name = "organisation@1"

    def __init__(self, index: WatchlistIndex, clock: Clock) -> None:
        self._index = index
        self._clock = clock

    def applies(self, subject: Subject) -> bool:
        """Whether there is a name of an organisation or a vessel."""
        return _kind(subject) is not None and bool(organisation_tokens(_name(subject)))

    def screen(self, subjects: Sequence[Subject]) -> list[list[Hit]]:
        """Hits on names, the most alike first."""
        moment = self._clock()
        return [
            self._hits(subject, moment) if isinstance(subject, Body) else [] for subject in subjects
        ]

    def _hits(self, subject: Body, moment: datetime) -> list[Hit]:
        kind = _kind(subject)
        if kind is None:
            return []
        country = subject.country if isinstance(subject, OrganisationSubject) else None
        threshold = VESSEL_THRESHOLD if kind is EntryKind.VESSEL else THRESHOLD
        found = self._index.bodies(kind, subject.name, country, moment, threshold)
        return sorted(
            (
                _hit(
                    self.name,
                    subject,
                    listed,
                    own.score,
                    threshold,
                    own.sentence,
                    own.evidence,
                )
                for listed, own in found
                if own.score >= threshold
            ),
            key=best_first,
        )


def _kind(subject: Subject) -> EntryKind | None:
    """Among which entries a subject's name is looked for."""
    if isinstance(subject, OrganisationSubject):
        return EntryKind.ORGANISATION
    if isinstance(subject, ConveyanceSubject) and subject.kind is EntryKind.VESSEL:
        return EntryKind.VESSEL
    return None


def _name(subject: Subject) -> str:
    return subject.name if isinstance(subject, Body) else ""


def _hit(
    screener: str,
    subject: Body,
    listed: ListedPerson,
    score: float,
    threshold: float,
    sentence: Phrase,
    evidence: tuple[Evidence, ...],
) -> Hit:
    return Hit(
        id=new_id(),
        subject=subject.ref,
        target=Ref(kind=Kind.WATCHLIST_ENTRY, id=listed.entry.id),
        screener=screener,
        score=score,
        threshold=threshold,
        sentence=sentence,
        evidence=evidence,
    )


def _points(evidence: Iterable[Evidence]) -> float:
    return sum(item.weight for item in evidence)


def _compared(
    name: str, ours: Identifier, theirs: Identifier, listed: ListedPerson
) -> tuple[Evidence, ...]:
    compared = [_evidence(ours.kind.value, "number.equal", ours.value, theirs.value)]
    if ours.kind not in WORLDWIDE:
        known = bool(ours.country and theirs.country)
        relation = "equal" if ours.country == theirs.country else "differs"
        relation = f"country.{relation if known else 'unknown'}"
        compared.append(_evidence("country", relation, ours.country or "", theirs.country or ""))
    words = sorted(organisation_tokens(name)) if name else []
    if words and listed.entry.names:
        equal = any(words == sorted(organisation_tokens(own.full)) for own in listed.entry.names)
        relation = "name.equal" if equal else "name.differs"
        compared.append(_evidence("name", relation, name, str(listed.entry.names[0])))
    return tuple(compared)


def _evidence(attribute: str, relation: str, ours: str, theirs: str) -> Evidence:
    agreement = Agreement.AGREES if relation.endswith(".equal") else Agreement.DIFFERS
    return Evidence(
        attribute=attribute,
        ours=ours,
        theirs=theirs,
        agreement=Agreement.UNKNOWN if relation.endswith(".unknown") else agreement,
        weight=IDENTIFIER_WEIGHTS.get(relation, 0.0),
        note=phrase(_NOTES[relation]),
    )


def _sentence(ours: Identifier, listed: ListedPerson) -> Phrase:
    name = listed.entry.names[0].full if listed.entry.names else ours.value
    return phrase(_SENTENCES[ours.kind], number=ours.value, listed=name, list=listed.watchlist.name)
