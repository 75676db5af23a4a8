"""The fields of a rule on the pages, as text, and rules as such fields."""

from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from parakh.act.rules import HIGHEST, LOWEST, MOST, Draft
from parakh.domain.hit import Kind
from parakh.domain.rule import RuleVersion, Scope
from parakh.domain.voyage import Direction
from parakh.domain.watchlist import Handling
from parakh.errors import InvalidInput
from parakh.web.queries import day_of, last_day, midnight

_NO_DAY = date.min
Line = Annotated[str, Field(max_length=2000)]


class RuleForm(BaseModel):
    """What a page sends of a rule; ports and agencies are parted by commas, days are those of the
    centre's calendar. `seen` is when the draft that was shown had been written."""

    model_config = ConfigDict(str_strip_whitespace=True)

    name: Line = ""
    subject: Kind = Kind.TRAVELLER
    text: str = Field("", max_length=2 * MOST["text"])
    reason: Line = ""
    instruction: str = Field("", max_length=2 * MOST["instruction"])
    handling: Handling = Handling.INSPECT
    priority: int = Field(3, ge=HIGHEST, le=LOWEST)
    ports: Line = ""
    units: list[str] = Field([], max_length=200)
    directions: list[Direction] = Field([], max_length=3)
    agencies: Line = ""
    first_day: str = Field("", max_length=10)
    last_day: str = Field("", max_length=10)
    seen: str = Field("", max_length=40)

    @property
    def scope(self) -> Scope:
        """Where it is to hold."""
        return Scope(
            ports=frozenset(own.upper() for own in _parts(self.ports)),
            units=frozenset(filter(None, self.units)),
            directions=frozenset(self.directions),
            agencies=frozenset(_parts(self.agencies)),
        )

    @property
    def seen_at(self) -> datetime | None:
        """When the draft that was shown had been written; raises InvalidInput."""
        try:
            return datetime.fromisoformat(self.seen) if self.seen else None
        except ValueError:
            raise InvalidInput("the page is not the console's: open it again") from None

    def draft(self, zone: ZoneInfo) -> Draft:
        """The same as the services' value; raises InvalidInput for a day that is none."""
        first, last = day_of(self.first_day, _NO_DAY), day_of(self.last_day, _NO_DAY)
        return Draft(
            name=self.name,
            subject=self.subject,
            text=self.text,
            reason=self.reason,
            instruction=self.instruction,
            handling=self.handling,
            priority=self.priority,
            scope=self.scope,
            active_from=midnight(first, zone) if self.first_day else None,
            active_until=midnight(last, zone, days=1) if self.last_day else None,
        )


def filled(value: RuleVersion, zone: ZoneInfo) -> RuleForm:
    """A version as the page's fields; what began or ended already is left to be said anew."""
    open_ = value.reviewed_at is None or value.state.value == "draft"
    start = value.active_from if open_ else None
    end = value.active_until if open_ else None
    return RuleForm(
        name=value.name,
        subject=value.subject,
        text=value.text,
        reason=value.reason,
        instruction=value.instruction,
        handling=value.handling,
        priority=value.priority,
        ports=", ".join(sorted(value.scope.ports)),
        units=sorted(value.scope.units),
        directions=sorted(value.scope.directions),
        agencies=", ".join(sorted(value.scope.agencies)),
        first_day=start.astimezone(zone).date().isoformat() if start else "",
        last_day=last_day(end, zone).isoformat() if end else "",
        seen=value.written_at.isoformat(),
    )


def _parts(text: str) -> list[str]:
    return [own.strip() for own in text.split(",") if own.strip()]
