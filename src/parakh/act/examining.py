"""What a report of an examination must say."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from parakh.act.checklists import ALL, DOCUMENTS, GENERAL, Point, groups_of
from parakh.act.outcomes import checked
from parakh.domain.alert import OutcomeKind
from parakh.domain.examination import Check, Counted, Order, Sample
from parakh.domain.hit import HitState
from parakh.domain.outcome import NO_DETAILS, Details
from parakh.domain.selectivity import Lane
from parakh.errors import InvalidInput

MOST_PICTURES = 12
MOST_SAMPLES = 20
MOST_ITEMS = 999
LONGEST_NOTE = 4000
_LONGEST = 300
_CLIENT = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Findings:
    """What an examiner says; see `parakh.domain.examination.Report` for each part."""

    client_id: str
    outcome: OutcomeKind
    note: str = ""
    details: Details = NO_DETAILS
    checks: tuple[Check, ...] = ()
    counted: tuple[Counted, ...] = ()
    samples: tuple[Sample, ...] = ()
    written_at: datetime


def points_for(order: Order) -> tuple[tuple[str, tuple[Point, ...]], ...]:
    """The points that an examiner answers, under the names of their groups; "" for the general."""
    if order.lane is not Lane.RED:
        return (("", DOCUMENTS),)
    groups = groups_of(order.facts.chapters)
    return (("", GENERAL), *((own.name, own.points) for own in groups))


def tidied(
    told: Findings, states: Iterable[HitState], pictures: int, ordinals: Sequence[int]
) -> Findings:
    """The findings without blanks around their texts; raises InvalidInput for what cannot be used.

    `states` are those of the hits on the consignment, `ordinals` those of its items.
    """
    if not _CLIENT.fullmatch(told.client_id):
        raise InvalidInput("client_id: 32 hexadecimal digits, made for this report")
    if told.written_at.tzinfo is None:
        raise InvalidInput("written_at: give the offset from UTC")
    if pictures > MOST_PICTURES:
        raise InvalidInput(f"a report has at most {MOST_PICTURES} pictures")
    if len(told.samples) > MOST_SAMPLES or len(told.counted) > MOST_ITEMS:
        raise InvalidInput(f"at most {MOST_SAMPLES} samples and {MOST_ITEMS} items")
    unknown = {own.point for own in told.checks} - ALL.keys()
    if unknown or len({own.point for own in told.checks}) != len(told.checks):
        raise InvalidInput("a point of the checklist is unknown or answered twice")
    if not {own.ordinal for own in told.counted} <= set(ordinals):
        raise InvalidInput("an item that was counted is not declared: name it in the note")
    return replace(
        told,
        note=_short(told.note, LONGEST_NOTE),
        details=checked(told.outcome, states, told.details),
        checks=tuple(replace(own, note=_short(own.note)) for own in told.checks),
        counted=tuple(_counted(own) for own in told.counted),
        samples=tuple(_sample(own) for own in told.samples),
    )


def _counted(own: Counted) -> Counted:
    for value in (own.quantity, own.net_kg):
        if value is not None and not 0 <= value < 10**12:
            raise InvalidInput("a quantity or mass is none, or too large")
    if own.hs_code and not (own.hs_code.isdigit() and 6 <= len(own.hs_code) <= 10):
        raise InvalidInput("a tariff code has six to ten figures")
    return replace(own, note=_short(own.note))


def _sample(own: Sample) -> Sample:
    made = Sample(number=_short(own.number), seal=_short(own.seal), what=_short(own.what))
    if not (made.number and made.seal and made.what):
        raise InvalidInput("a sample has its number, the seal of its bag, and what it is of")
    return made


def _short(text: str, most: int = _LONGEST) -> str:
    tidy = text.strip()
    if len(tidy) > most:
        raise InvalidInput(f"a text has more than {most} characters")
    return tidy
