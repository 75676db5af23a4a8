"""What a regional centre tells of its lookouts and cases: whole, as they stand."""

from dataclasses import dataclass
from typing import Any

from parakh.domain.case import Case, Event, Note, Party, Task
from parakh.domain.hit import Kind
from parakh.domain.lookout import Lookout
from parakh.domain.outcome import OutcomeRecord
from parakh.store.codec import Codec


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertTold:
    """An alert as both centres find it, whose identifiers differ.

    Attributes:
        kind: of what it is about.
        told: the region's messages that tell of it, with the line.
        targets: kinds and identifiers of what was met.
    """

    kind: Kind
    told: tuple[tuple[str, int], ...]
    targets: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseTold:
    """A case with what stands in it, but for its files, hand-overs and shares."""

    case: Case
    alerts: tuple[AlertTold, ...] = ()
    parties: tuple[Party, ...] = ()
    notes: tuple[Note, ...] = ()
    tasks: tuple[Task, ...] = ()
    events: tuple[Event, ...] = ()
    outcomes: tuple[OutcomeRecord, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class LookoutTold:
    """A lookout, and the reason of the last word on it."""

    lookout: Lookout
    decision: str = ""


def named_at(name: str, region: str) -> str:
    """A name of a region's officer, as it is told from those at the centre; 80 letters at most."""
    mark = f"@{region}"
    return f"{name[: 80 - len(mark)]}{mark}"


LOOKOUT: Codec[LookoutTold] = Codec(LookoutTold)
CASE: Codec[CaseTold] = Codec(CaseTold)
ALERT: Codec[AlertTold] = Codec(AlertTold)

Told = dict[str, Any]
"""A row of the audit trail with what belongs to it, as JSON holds it."""
