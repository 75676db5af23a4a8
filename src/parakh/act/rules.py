"""The steps in the life of a rule's version, and what each needs."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from difflib import SequenceMatcher

from parakh.access import Actor
from parakh.act.decisions import reason_of, require_human
from parakh.domain.hit import Kind
from parakh.domain.rule import RuleState, RuleVersion, Scope
from parakh.domain.unit import Unit
from parakh.domain.watchlist import Handling
from parakh.errors import Conflict, InvalidInput

SUBJECTS = (Kind.TRAVELLER, Kind.CONSIGNMENT, Kind.CONVEYANCE)
"""What a rule can be about."""

HIGHEST, LOWEST = 1, 5
"""Priorities."""

MOST = {"name": 120, "text": 8192, "reason": 500, "instruction": 2000}
"""Characters of each text."""

_MOST_SCOPE = 200
_STEPS = {
    RuleState.DRAFT: "sent back",
    RuleState.IN_REVIEW: "submitted",
    RuleState.REJECTED: "rejected",
    RuleState.APPROVED: "approved",
    RuleState.RETIRED: "retired",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What somebody writes of a rule; see `parakh.domain.rule.RuleVersion` for each part."""

    name: str
    subject: Kind = Kind.TRAVELLER
    text: str
    reason: str
    instruction: str = ""
    handling: Handling = Handling.INSPECT
    priority: int = 3
    scope: Scope = field(default_factory=Scope)
    active_from: datetime | None = None
    active_until: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Overrun:
    """A unit that a rule would give more alerts a day than it can see to."""

    unit: Unit
    alerts_a_day: float
    budget: int


_WORDS = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A piece of a line, and whether the other text's line has it too."""

    text: str
    same: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line of two texts side by side; a number is None where one of them lacks it."""

    left: int | None
    before: str
    right: int | None
    after: str

    @property
    def same(self) -> bool:
        """Whether both have it."""
        return self.left is not None and self.right is not None and self.before == self.after

    @property
    def parts_before(self) -> tuple[Part, ...]:
        """The line of the first text, the words marked that the second lacks."""
        return self._parts()[0]

    @property
    def parts_after(self) -> tuple[Part, ...]:
        """The line of the second text, the words marked that the first lacks."""
        return self._parts()[1]

    def _parts(self) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
        mine, theirs = _WORDS.findall(self.before), _WORDS.findall(self.after)
        steps = SequenceMatcher(a=mine, b=theirs, autojunk=False).get_opcodes()
        return (
            tuple(
                Part(text="".join(mine[start:end]), same=step == "equal")
                for step, start, end, _, _ in steps
                if start < end
            ),
            tuple(
                Part(text="".join(theirs[start:end]), same=step == "equal")
                for step, _, _, start, end in steps
                if start < end
            ),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Two versions side by side.

    Attributes:
        fields: names of what differs, other than the text.
        lines: of both texts.
    """

    old: RuleVersion
    new: RuleVersion
    fields: tuple[str, ...]
    lines: tuple[Line, ...]


# --- writing ----------------------------------------------------------------------------------


def tidied(draft: Draft, units: Mapping[str, Unit]) -> Draft:
    """A draft without blanks around its texts; raises InvalidInput for what cannot be used."""
    made = replace(
        draft,
        name=" ".join(draft.name.split()),
        text=draft.text.replace("\r\n", "\n").strip(),
        reason=draft.reason.strip(),
        instruction=draft.instruction.strip(),
    )
    for name, most in MOST.items():
        told: str = getattr(made, name)
        if not told and name != "instruction":
            raise InvalidInput(f"{name}: write something")
        if len(told) > most:
            raise InvalidInput(f"{name}: write at most {most} characters")
    if made.subject not in SUBJECTS:
        raise InvalidInput(f"a rule cannot be about a {made.subject.value}")
    if not HIGHEST <= made.priority <= LOWEST:
        raise InvalidInput(f"priority: from {HIGHEST}, the most urgent, to {LOWEST}")
    _check_span(made.active_from, made.active_until)
    _check_scope(made.scope, units)
    return made


def written(
    draft: Draft, own_id: str, rule_id: str, number: int, by: str, at: datetime
) -> RuleVersion:
    """The first or next version of a rule, as a draft."""
    empty = RuleVersion(
        id=own_id,
        rule_id=rule_id,
        number=number,
        name=draft.name,
        subject=draft.subject,
        text=draft.text,
        reason=draft.reason,
        written_by=by,
        written_at=at,
    )
    return revised(empty, draft, by, at)


def revised(version: RuleVersion, draft: Draft, by: str, at: datetime) -> RuleVersion:
    """A draft with other words; its name and subject stay. Raises Conflict in any other state."""
    if version.state is not RuleState.DRAFT:
        raise Conflict(f"{version.label} is {_told(version.state)}: only a draft can be changed")
    return replace(
        version,
        text=draft.text,
        reason=draft.reason,
        instruction=draft.instruction,
        handling=draft.handling,
        priority=draft.priority,
        scope=draft.scope,
        active_from=draft.active_from,
        active_until=draft.active_until,
        written_by=by,
        written_at=at,
        authors=version.authors | {by},
    )


# --- reviewing --------------------------------------------------------------------------------


def submitted(version: RuleVersion) -> RuleVersion:
    """A draft that waits for another person; raises Conflict for what is none."""
    _require(version, RuleState.IN_REVIEW)
    return replace(
        version, state=RuleState.IN_REVIEW, reviewed_by=None, reviewed_at=None, review=""
    )


def reviewed(
    version: RuleVersion, state: RuleState, review: str, actor: Actor, at: datetime
) -> RuleVersion:
    """A version sent back to be changed, rejected or approved, with the reason.

    Raises Forbidden for a program, InvalidInput without a reason, Conflict for a version that does
    not wait for review, or whose last day is over.
    """
    require_human(actor)
    _require(version, state)
    done = replace(
        version, state=state, review=reason_of(review), reviewed_by=actor.name, reviewed_at=at
    )
    if state is not RuleState.APPROVED:
        return done
    if version.active_until is not None and version.active_until <= at:
        raise Conflict("its last day is over: send it back to be given another")
    return replace(done, active_from=max(at, version.active_from or at))


def superseded(versions: Iterable[RuleVersion], by: RuleVersion) -> list[RuleVersion]:
    """Approved versions of the same rule that end where a newer one begins, as they then are."""
    start = by.active_from
    return [
        replace(own, active_until=start)
        for own in versions
        if start is not None
        and own.id != by.id
        and own.state is RuleState.APPROVED
        and (own.active_until is None or own.active_until > start)
    ]


def retired(version: RuleVersion, reason: str, actor: Actor, at: datetime) -> RuleVersion:
    """A version that raises nothing more, or a draft given up; raises as `reviewed` does."""
    require_human(actor)
    _require(version, RuleState.RETIRED)
    until = version.active_until
    if version.state is RuleState.APPROVED:
        until = at if until is None else min(at, until)
    return replace(
        version,
        state=RuleState.RETIRED,
        active_until=until,
        retired_by=actor.name,
        retired_at=at,
        retirement=reason_of(reason),
    )


def overruns(alerts_a_day: Mapping[str, float], units: Mapping[str, Unit]) -> tuple[Overrun, ...]:
    """Units that would get more alerts a day than their budgets, the largest excess first."""
    found = [
        Overrun(unit=unit, alerts_a_day=told, budget=unit.alert_budget)
        for unit_id, told in alerts_a_day.items()
        if (unit := units.get(unit_id)) is not None
        and unit.alert_budget is not None
        and told > unit.alert_budget
    ]
    return tuple(sorted(found, key=lambda own: own.budget - own.alerts_a_day))


# --- comparing --------------------------------------------------------------------------------

_COMPARED = (
    "reason",
    "instruction",
    "handling",
    "priority",
    "ports",
    "units",
    "directions",
    "agencies",
    "active_from",
    "active_until",
)


def compared(old: RuleVersion, new: RuleVersion) -> Comparison:
    """Two versions side by side; that a newer one begins with its approval is no difference."""
    names = [name for name in _COMPARED if field_of(old, name) != field_of(new, name)]
    if new.active_from is None and "active_from" in names:
        names.remove("active_from")
    return Comparison(
        old=old,
        new=new,
        fields=tuple(names),
        lines=_lines(old.text.splitlines(), new.text.splitlines()),
    )


def field_of(version: RuleVersion, name: str) -> object:
    """A part of a version, of its scope too, by name."""
    return getattr(version.scope if hasattr(version.scope, name) else version, name)


def _lines(before: Sequence[str], after: Sequence[str]) -> tuple[Line, ...]:
    found: list[Line] = []
    matcher = SequenceMatcher(a=before, b=after, autojunk=False)
    for _, left, left_end, right, right_end in matcher.get_opcodes():
        for place in range(max(left_end - left, right_end - right)):
            a, b = left + place, right + place
            found.append(
                Line(
                    left=a + 1 if a < left_end else None,
                    before=before[a] if a < left_end else "",
                    right=b + 1 if b < right_end else None,
                    after=after[b] if b < right_end else "",
                )
            )
    return tuple(found)


# --- within -----------------------------------------------------------------------------------


def _require(version: RuleVersion, state: RuleState) -> None:
    if not version.state.can_become(state):
        raise Conflict(f"{version.label} is {_told(version.state)}: it cannot be {_STEPS[state]}")


def _told(state: RuleState) -> str:
    return "in review" if state is RuleState.IN_REVIEW else f"{state.value}"


def _check_span(start: datetime | None, end: datetime | None) -> None:
    if start is not None and end is not None and end <= start:
        raise InvalidInput("it must end after it begins")


def _check_scope(scope: Scope, units: Mapping[str, Unit]) -> None:
    for told in (scope.ports, scope.units, scope.agencies):
        if len(told) > _MOST_SCOPE or any(not own.strip() or len(own) > 80 for own in told):
            raise InvalidInput("scope: name at most 200 of a kind, each in 1 to 80 characters")
    for unit_id in scope.units - set(units):
        raise InvalidInput(f"there is no unit {unit_id}")
