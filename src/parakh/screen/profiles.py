"""The screener of profiles whose members are to be told of when they are seen again."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from parakh.clock import Clock
from parakh.domain.hit import Agreement, Evidence, Hit, Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.traveller import SHORTEST_PROOF, Traveller, is_number
from parakh.screen.grouping import near
from parakh.screen.persons import LINK, Identity, Likeness
from parakh.screen.screener import (
    ConveyanceSubject,
    OrganisationSubject,
    Subject,
    TravellerSubject,
)

PROFILE_WEIGHTS = {
    "number.equal": 0.90,
    "issuer.equal": 0.10,
    "issuer.differs": -0.40,
}
"""Points of the score of a number; that of a person is the confidence that he is the same."""

NUMBER_THRESHOLD = 0.60

_NUMBER = N_("{number} belongs to the profile {title}")
_PERSON = N_("The same person as in the profile {title}")
_NOTES = {
    "number.equal": N_("The numbers are equal"),
    "issuer.equal": N_("One country issued both"),
    "issuer.differs": N_("Different countries issued them"),
    "issuer.unknown": N_("A country that issued one is not known"),
}
_ITSELF = N_("This journey belongs to the profile")


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchedNumber:
    """A number of a profile; `issuer` is alpha-3, "" where it is not known."""

    value: str
    issuer: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """A profile in force that raises a hit when a member is seen.

    Attributes:
        numbers: documents and other identifiers, as they are compared.
        identities: of its travellers, by their identifiers.
        named: those of them whose journeys officers said belong to it; the others are taken for
            the same persons.
        until: when it ends.
    """

    profile_id: str
    title: str
    numbers: tuple[WatchedNumber, ...]
    identities: Mapping[str, Identity]
    named: Collection[str] = ()
    until: datetime


@dataclass(kw_only=True, slots=True)
class ProfileIndex:
    """The watched profiles, by number and by traveller; `replace` takes in others."""

    numbers: dict[str, list[tuple[Watched, WatchedNumber]]] = field(default_factory=dict)
    identities: dict[str, Identity] = field(default_factory=dict)
    owners: dict[str, list[Watched]] = field(default_factory=dict)

    def replace(self, watched: Iterable[Watched]) -> None:
        """Forgets all that was watched, and watches these."""
        numbers: defaultdict[str, list[tuple[Watched, WatchedNumber]]] = defaultdict(list)
        owners: defaultdict[str, list[Watched]] = defaultdict(list)
        identities: dict[str, Identity] = {}
        for own in watched:
            for number in own.numbers:
                if is_number(number.value, SHORTEST_PROOF):
                    numbers[number.value].append((own, number))
            for traveller_id in own.identities:
                owners[traveller_id].append(own)
            identities |= own.identities
        self.numbers, self.owners, self.identities = dict(numbers), dict(owners), identities


class ProfileScreener:
    """Travellers, organisations and conveyances that belong to a watched profile.

    By an exact number, or because a traveller is the same person as a member (as journeys are
    linked, see `parakh.screen.persons`); each profile raises one hit, the surest.
    """

    name = "profiles@1"

    def __init__(self, index: ProfileIndex, clock: Clock) -> None:
        self._index = index
        self._clock = clock

    def applies(self, subject: Subject) -> bool:
        """Whether it is a person, an organisation or a conveyance."""
        return isinstance(subject, TravellerSubject | OrganisationSubject | ConveyanceSubject)

    def screen(self, subjects: Sequence[Subject]) -> list[list[Hit]]:
        """Hits on profiles, the surest first."""
        identities = {
            own.ref.id: _identity(own.traveller)
            for own in subjects
            if isinstance(own, TravellerSubject)
        }
        alike = near(identities, self._index.identities, LINK) if self._index.identities else {}
        now = self._clock()
        return [self._hits(own, alike.get(own.ref.id, {}), now) for own in subjects]

    def _hits(self, subject: Subject, alike: Mapping[str, Likeness], now: datetime) -> list[Hit]:
        found = [*self._by_number(subject), *self._by_person(subject, alike)]
        best: dict[str, Hit] = {}
        for watched, hit in found:
            known = best.get(watched.profile_id)
            if now < watched.until and (known is None or hit.score > known.score):
                best[watched.profile_id] = hit
        return sorted(best.values(), key=lambda own: (-own.score, own.target.id))

    def _by_number(self, subject: Subject) -> Iterable[tuple[Watched, Hit]]:
        for value, issuer in _numbers(subject):
            for watched, theirs in self._index.numbers.get(value, ()):
                evidence = _compared(value, issuer, theirs)
                score = sum(own.weight for own in evidence)
                if score >= NUMBER_THRESHOLD:
                    sentence = phrase(_NUMBER, number=value, title=watched.title)
                    hit = _hit(subject, watched, score, NUMBER_THRESHOLD, sentence, evidence)
                    yield watched, hit

    def _by_person(
        self, subject: Subject, alike: Mapping[str, Likeness]
    ) -> Iterable[tuple[Watched, Hit]]:
        if not isinstance(subject, TravellerSubject):
            return
        own, reached = subject.ref.id, set()
        for other, likeness in alike.items():
            for watched in self._index.owners.get(other, ()) if other != own else ():
                reached.add(watched.profile_id)
                theirs = str(watched.identities[other].name)
                evidence = [
                    _evidence(subject, theirs, 0.0 if place else likeness.confidence, reason)
                    for place, reason in enumerate(likeness.reasons)
                ]
                score = likeness.confidence
                yield watched, _hit(subject, watched, score, LINK, _same(watched), evidence)
        for watched in self._index.owners.get(own, ()):
            # Whoever is only taken for a member is told by what: an officer judges by that.
            if own in watched.named or watched.profile_id not in reached:
                evidence = [_evidence(subject, str(subject.traveller.name), 1.0, phrase(_ITSELF))]
                yield watched, _hit(subject, watched, 1.0, LINK, _same(watched), evidence)


def _same(watched: Watched) -> Phrase:
    return phrase(_PERSON, title=watched.title)


def _evidence(subject: TravellerSubject, theirs: str, weight: float, note: Phrase) -> Evidence:
    return Evidence(
        attribute="person",
        ours=str(subject.traveller.name),
        theirs=theirs,
        agreement=Agreement.AGREES,
        weight=weight,
        note=note,
    )


def _identity(own: Traveller) -> Identity:
    return Identity.made(
        name=own.name,
        birth_date=own.birth_date,
        sex=own.sex,
        nationality=own.nationality,
        documents=own.documents,
    )


def _numbers(subject: Subject) -> list[tuple[str, str]]:
    if isinstance(subject, TravellerSubject):
        return [(own.number, own.issuer or "") for own in subject.traveller.documents]
    if isinstance(subject, OrganisationSubject | ConveyanceSubject):
        return [(own.value, own.country or "") for own in subject.identifiers]
    return []


def _compared(value: str, issuer: str, theirs: WatchedNumber) -> list[Evidence]:
    known = bool(issuer and theirs.issuer)
    relation = "equal" if issuer == theirs.issuer else "differs"
    told = (
        ("document_number", "number.equal", value, theirs.value),
        ("issuer", f"issuer.{relation if known else 'unknown'}", issuer, theirs.issuer),
    )
    agreements = {"equal": Agreement.AGREES, "differs": Agreement.DIFFERS}
    return [
        Evidence(
            attribute=attribute,
            ours=ours,
            theirs=their,
            agreement=agreements.get(what.partition(".")[2], Agreement.UNKNOWN),
            weight=PROFILE_WEIGHTS.get(what, 0.0),
            note=phrase(_NOTES[what]),
        )
        for attribute, what, ours, their in told
    ]


def _hit(
    subject: Subject,
    watched: Watched,
    score: float,
    threshold: float,
    sentence: Phrase,
    evidence: Sequence[Evidence],
) -> Hit:
    return Hit(
        id=new_id(),
        subject=subject.ref,
        target=Ref(kind=Kind.PROFILE, id=watched.profile_id),
        screener=ProfileScreener.name,
        score=min(1.0, score),
        threshold=threshold,
        sentence=sentence,
        evidence=tuple(evidence),
    )
