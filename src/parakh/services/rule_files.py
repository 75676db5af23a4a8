"""Rules as files, TOML or JSON: shared between centres, and kept beside other configuration.

[[rule]]
name = "Short booking, cash"
text = 'booking.hours_before_departure < 24 && "CA" in booking.payment_forms'
reason = "Booked on the last day and paid in cash"
ports = ["KHI"]
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from parakh.access import Actor
from parakh.act.rules import HIGHEST, LOWEST, Draft
from parakh.domain.hit import Kind
from parakh.domain.rule import RuleVersion, Scope
from parakh.domain.unit import Unit
from parakh.domain.voyage import Direction
from parakh.domain.watchlist import Handling
from parakh.errors import InvalidInput, Unreadable
from parakh.services import accounts, rules
from parakh.services.centre import Centre

MOST_BYTES = 5_000_000
MOST_RULES = 2_000


class _Rule(BaseModel):
    """One rule of a file; units by name or identifier, the rest as in the API."""

    model_config = ConfigDict(extra="forbid")

    name: str
    subject: Kind = Kind.TRAVELLER
    text: str
    reason: str
    instruction: str = ""
    handling: Handling = Handling.INSPECT
    priority: int = Field(3, ge=HIGHEST, le=LOWEST)
    ports: list[str] = []
    units: list[str] = []
    directions: list[Direction] = []
    agencies: list[str] = []
    active_from: AwareDatetime | None = None
    active_until: AwareDatetime | None = None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    rule: list[_Rule] = Field(max_length=MOST_RULES)


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """A rule of a file, and whether it is new here, or says something new."""

    version: RuleVersion
    changed: bool


def read(data: bytes, units: Mapping[str, Unit]) -> tuple[Draft, ...]:
    """The rules of a file in TOML or JSON.

    Raises Unreadable for what is neither or too large, InvalidInput for what it may not say.
    """
    if len(data) > MOST_BYTES:
        raise Unreadable(f"a file of rules has at most {MOST_BYTES:,} bytes")
    try:
        text = data.decode("utf-8")
        told = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
        found = _File.model_validate(told)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, json.JSONDecodeError) as error:
        raise Unreadable(f"this is no file of rules: {error}") from error
    except RecursionError as error:
        raise Unreadable("this is no file of rules: it is nested too deep") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(own) for own in first["loc"])
        raise InvalidInput(f"{place}: {first['msg']}") from error
    return tuple(_draft(own, units) for own in found.rule)


def install(centre: Centre, actor: Actor, data: bytes) -> tuple[Imported, ...]:
    """Writes the rules of a file as drafts: new ones, and next versions of those that are known.

    What says nothing new is left as it is. Each rule stands by itself: what was written before one
    that is refused stays. Raises as `read`, and as `parakh.services.rules.write` and `revise`.
    """
    drafts = read(data, accounts.units(centre))
    known = {name: rule_id for rule_id, name in rules.names(centre, actor).items()}
    done = []
    for draft in drafts:
        rule_id = known.get(" ".join(draft.name.split()))
        if rule_id is None:
            version = rules.write(centre, actor, draft)
            known[version.name] = version.rule_id
            done.append(Imported(version=version, changed=True))
            continue
        before = rules.base(centre, actor, rule_id)
        if _says(draft) == _says(before):
            done.append(Imported(version=before, changed=False))
        else:
            version = rules.revise(centre, actor, rule_id, draft)
            done.append(Imported(version=version, changed=True))
    return tuple(done)


def dumped(versions: list[RuleVersion], units: Mapping[str, Unit]) -> dict[str, Any]:
    """Versions as the document of a file in JSON; units by name."""
    return {"rule": [_told(own, units) for own in versions]}


# --- within -----------------------------------------------------------------------------------


def _draft(own: _Rule, units: Mapping[str, Unit]) -> Draft:
    by_name = {unit.name: unit.id for unit in units.values()}
    return Draft(
        name=own.name,
        subject=own.subject,
        text=own.text,
        reason=own.reason,
        instruction=own.instruction,
        handling=own.handling,
        priority=own.priority,
        scope=Scope(
            ports=frozenset(port.strip().upper() for port in own.ports),
            units=frozenset(by_name.get(name, name) for name in own.units),
            directions=frozenset(own.directions),
            agencies=frozenset(name.strip() for name in own.agencies),
        ),
        active_from=own.active_from,
        active_until=own.active_until,
    )


def _says(own: Draft | RuleVersion) -> tuple[object, ...]:
    """What must differ for a next version to be worth it; not when it is in force."""
    return (
        own.text.strip(),
        own.reason.strip(),
        own.instruction.strip(),
        own.handling,
        own.priority,
        own.scope,
    )


def _told(own: RuleVersion, units: Mapping[str, Unit]) -> dict[str, Any]:
    scope = own.scope
    told: dict[str, Any] = {
        "name": own.name,
        "subject": own.subject.value,
        "text": own.text,
        "reason": own.reason,
        "instruction": own.instruction,
        "handling": own.handling.value,
        "priority": own.priority,
        "ports": sorted(scope.ports),
        "units": sorted(units[id_].name if id_ in units else id_ for id_ in scope.units),
        "directions": sorted(one.value for one in scope.directions),
        "agencies": sorted(scope.agencies),
    }
    return {name: value for name, value in told.items() if value not in ("", [])}
