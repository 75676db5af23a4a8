"""The screener of currency: declarations of one person or family that only together say something.

FATF Recommendation 32 asks for declarations from a threshold on; whoever carries more in parts,
each just under it, or carries out again and again what never came in, is a courier by his pattern,
not by any one declaration.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from parakh.clock import Clock
from parakh.domain.currency import CurrencyDeclaration
from parakh.domain.hit import Agreement, Evidence, Hit, Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.voyage import Direction
from parakh.screen.screener import Subject, TravellerSubject

NEAR = Decimal("0.8")
"""From this share of the threshold on, a declaration under it is just under it."""

YEAR = timedelta(days=365)
JOURNEY = timedelta(days=2)
"""Declarations of one family so near each other are of one journey."""

SPLIT_LEAST = 3
"""So many declarations of one person must be under the threshold, two of them just under it."""

LOPSIDED = Decimal(2)
"""So many thresholds more must have gone out than came in."""

THRESHOLD = 0.5

_SPLIT = N_(
    "Declared {count} times within {days} days, each time under {threshold} {currency}, together"
    " {total} {currency}"
)
_FAMILY = N_(
    "{count} of one family declared on one journey, each under {threshold} {currency}, together"
    " {total} {currency}"
)
_OUT = N_(
    "Declared {out} {currency} on leaving, on {count} journeys within a year, and {in_} {currency}"
    " on entering"
)
_IN_NOTE = N_("Declared on entering at {port}, on {day}")
_OUT_NOTE = N_("Declared on leaving at {port}, on {day}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """What the centre looks for.

    Attributes:
        threshold: from which on money must be declared, in `currency`, the centre's own.
        window: declarations so near each other are looked at together.
    """

    threshold: Decimal
    window: timedelta
    currency: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """Declarations of one person (`own`) and of the families he declared with, each in order of
    time, those that stand alone."""

    own: Sequence[CurrencyDeclaration]
    family: Sequence[CurrencyDeclaration]


@dataclass(frozen=True, kw_only=True, slots=True)
class Pattern:
    """Something that declarations say together: how surely (0 to 1), in a sentence, and which."""

    score: float
    sentence: Phrase
    declarations: tuple[CurrencyDeclaration, ...]


class CurrencySource(Protocol):
    """Where declarations are known."""

    def known(self, subjects: Sequence[TravellerSubject]) -> Mapping[str, Known]:
        """What is known of some travellers, by their identifiers, of the last year."""
        ...


def patterns(known: Known, policy: Policy, at: datetime) -> list[Pattern]:
    """What a person's declarations up to a moment say together, the surest first."""
    own = [one for one in known.own if at - YEAR <= one.at <= at and one.value is not None]
    recent = [one for one in own if one.at >= at - policy.window]
    if not recent:
        return []
    family = [one for one in known.family if one.at <= at and one.value is not None]
    found = (
        _split(recent, policy),
        _of_family(recent, family, policy),
        _lopsided(own, policy),
    )
    return sorted((one for one in found if one), key=lambda one: -one.score)


def total(declarations: Iterable[CurrencyDeclaration]) -> Decimal:
    """The value of all together; those without a rate count nothing."""
    return sum((own.value or Decimal(0) for own in declarations), Decimal(0))


def just_under(own: CurrencyDeclaration, threshold: Decimal) -> bool:
    """Whether a declaration is under the threshold, and not far."""
    return own.value is not None and threshold * NEAR <= own.value < threshold


def _split(recent: Sequence[CurrencyDeclaration], policy: Policy) -> Pattern | None:
    small = _small(recent, policy)
    near = [own for own in small if just_under(own, policy.threshold)]
    if len(small) < SPLIT_LEAST or len(near) < SPLIT_LEAST - 1:
        return None
    sentence = phrase(
        _SPLIT,
        count=len(small),
        days=policy.window.days,
        threshold=money(policy.threshold),
        total=money(total(small)),
        currency=policy.currency,
    )
    return Pattern(score=1 - 0.5 ** len(near), sentence=sentence, declarations=tuple(small))


def _of_family(
    recent: Sequence[CurrencyDeclaration], family: Sequence[CurrencyDeclaration], policy: Policy
) -> Pattern | None:
    newest = recent[-1]
    if not newest.family:
        return None
    journey = [
        own
        for own in family
        if own.family == newest.family
        and own.direction is newest.direction
        and abs(own.at - newest.at) <= JOURNEY
    ]
    small = _small(journey, policy)
    near = [own for own in small if just_under(own, policy.threshold)]
    persons = {own.document_number or own.name.full for own in small}
    if len(persons) < 2 or len(near) < 2:
        return None
    sentence = phrase(
        _FAMILY,
        count=len(persons),
        threshold=money(policy.threshold),
        total=money(total(small)),
        currency=policy.currency,
    )
    return Pattern(score=1 - 0.5 ** len(near), sentence=sentence, declarations=tuple(small))


def _lopsided(own: Sequence[CurrencyDeclaration], policy: Policy) -> Pattern | None:
    out = [one for one in own if one.direction is Direction.EXIT]
    gone = total(out)
    came = total(one for one in own if one.direction is Direction.ENTRY)
    if len(out) < 2 or gone - came < policy.threshold * LOPSIDED:
        return None
    score = float((gone - came) / gone) * (1 - 0.5 ** (len(out) - 1))
    if score < THRESHOLD:
        return None
    sentence = phrase(
        _OUT, out=money(gone), count=len(out), in_=money(came), currency=policy.currency
    )
    return Pattern(score=score, sentence=sentence, declarations=tuple(own))


def _small(
    declarations: Iterable[CurrencyDeclaration], policy: Policy
) -> list[CurrencyDeclaration]:
    return [own for own in declarations if own.value is not None and own.value < policy.threshold]


def money(value: Decimal) -> str:
    """An amount to the unit, with commas between thousands."""
    return f"{value:,.0f}"


class CurrencyScreener:
    """Travellers whose declarations of currency, together with those of their family, show a
    pattern.

    A hit's score tells how surely: each further declaration just under the threshold halves what
    is left of the doubt, as does each further journey of money that went out; of that, the score is
    the share that did not come in.
    """

    name = "currency@1"

    def __init__(self, source: CurrencySource, policy: Policy, clock: Clock) -> None:
        self._source = source
        self._policy = policy
        self._clock = clock

    def applies(self, subject: Subject) -> bool:
        """Whether it is a traveller on file."""
        return isinstance(subject, TravellerSubject) and subject.ref.kind is Kind.TRAVELLER

    def screen(self, subjects: Sequence[Subject]) -> list[list[Hit]]:
        """At most one hit a traveller: on the newest declaration of the surest pattern."""
        travellers = [own for own in subjects if isinstance(own, TravellerSubject)]
        known = self._source.known(travellers)
        now = self._clock()
        return [self._hits(own.ref, known.get(own.ref.id), now) for own in subjects]

    def _hits(self, ref: Ref, known: Known | None, now: datetime) -> list[Hit]:
        found = patterns(known, self._policy, now) if known else []
        if not found or found[0].score < THRESHOLD:
            return []
        first = found[0]
        told = {own.id: own for one in found for own in one.declarations}
        hit = Hit(
            id=new_id(),
            subject=ref,
            target=Ref(kind=Kind.CURRENCY, id=first.declarations[-1].id),
            screener=self.name,
            score=round(first.score, 4),
            threshold=THRESHOLD,
            sentence=first.sentence,
            evidence=self._evidence(sorted(told.values(), key=lambda own: own.at), first),
        )
        return [hit]

    def _evidence(
        self, declarations: Sequence[CurrencyDeclaration], first: Pattern
    ) -> tuple[Evidence, ...]:
        policy = self._policy
        counted = {own.id for own in first.declarations}
        share = first.score / len(counted)
        limit = f"{money(policy.threshold)} {policy.currency}"
        return tuple(
            Evidence(
                attribute="currency",
                ours=f"{money(own.value or Decimal(0))} {policy.currency}",
                theirs=limit,
                agreement=Agreement.AGREES if own.id in counted else Agreement.UNKNOWN,
                weight=round(share, 4) if own.id in counted else 0.0,
                note=phrase(
                    _IN_NOTE if own.direction is Direction.ENTRY else _OUT_NOTE,
                    port=own.port or "?",
                    day=own.at.date(),
                ),
            )
            for own in declarations
        )
