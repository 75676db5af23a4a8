from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

import pytest

from parakh.alert.route import Behind, Told, told
from parakh.domain.hit import Advice, Kind
from parakh.domain.routing import Occasion, Route
from parakh.domain.rule import RuleVersion, Scope
from parakh.domain.unit import Unit
from parakh.domain.watchlist import Handling, Watchlist

KHI = Unit(id="khi", name="Karachi", ports=frozenset({"KHI"}))
LHE = Unit(id="lhe", name="Lahore", ports=frozenset({"LHE"}))
ANF = Unit(id="anf", name="Narcotics")
NTC = Unit(id="ntc", name="National centre", central=True)
UNITS = (ANF, KHI, LHE, NTC)
NOON = datetime(2026, 11, 22, 7, tzinfo=UTC)  # a Sunday, 12:00 in Karachi
AT_KHI = Occasion(port="KHI", lane="A1", advice=Advice.INSPECT, at=NOON)
GOLD = Watchlist(id="gold", name="Gold", source="s", legal_basis="b", handling=Handling.INSPECT)
CLOSED = replace(GOLD, id="closed", unit_id="anf", alerts_port=False)


def rule(rule_id: str = "r", *units: str) -> RuleVersion:
    return RuleVersion(
        id=f"{rule_id}1",
        rule_id=rule_id,
        number=1,
        name=rule_id,
        subject=Kind.TRAVELLER,
        text="true",
        reason="x",
        scope=Scope(units=frozenset(units)),
        written_by="a",
        written_at=NOON,
    )


def route(route_id: str, *units: str, **fields: Any) -> Route:
    wanted = {name: frozenset(own) if isinstance(own, set) else own for name, own in fields.items()}
    return Route(id=route_id, position=1, name=route_id, units=units, zone="Asia/Karachi", **wanted)


def by_unit(found: list[Told]) -> dict[str, str]:
    return {own.unit.id: "+".join(route.id for route in own.routes) for own in found}


NOBODY = [Behind()]
ON_GOLD = [Behind(watchlist=GOLD)]
SECRET = [Behind(watchlist=CLOSED)]


@pytest.mark.parametrize(
    ("behind", "routes", "expected"),
    [
        # The standing way, where no routing rule fits.
        (ON_GOLD, [], {"khi": ""}),
        (NOBODY, [route("1", "anf", ports={"LHE"})], {"khi": ""}),
        (SECRET, [], {"anf": ""}),
        ([Behind(rule=rule())], [], {"khi": ""}),
        ([Behind(rule=rule("r", "lhe"))], [], {"lhe": ""}),
        ([Behind(rule=rule("r", "gone"))], [], {"khi": ""}),
        # The first that fits is the last one read, unless it goes on.
        (ON_GOLD, [route("1", "anf"), route("2", "lhe")], {"anf": "1"}),
        (ON_GOLD, [route("1", "anf", goes_on=True), route("2", "lhe")], {"anf": "1", "lhe": "2"}),
        (ON_GOLD, [route("1", "anf", goes_on=True)], {"anf": "1", "khi": ""}),
        (ON_GOLD, [route("1", "khi", goes_on=True)], {"khi": "1"}),
        (ON_GOLD, [route("1", "anf", active=False), route("2", "lhe")], {"lhe": "2"}),
        # By list, by rule; each hit goes its own way.
        (ON_GOLD, [route("1", "anf", lists={"gold"})], {"anf": "1"}),
        (ON_GOLD, [route("1", "anf", lists={"other"}, rules={"r"})], {"khi": ""}),
        (
            [Behind(rule=rule())],
            [route("1", "anf", lists={"gold"}, rules={"r"})],
            {"anf": "1"},
        ),
        (
            [*ON_GOLD, Behind(rule=rule())],
            [route("1", "anf", rules={"r"})],
            {"anf": "1", "khi": ""},
        ),
        # A list of which only its unit may know is routed by rules alone that name it.
        (SECRET, [route("1", "lhe", ports={"KHI"})], {"anf": ""}),
        (SECRET, [route("1", "lhe", lists={"closed"})], {"lhe": "1"}),
        # Circumstances.
        (NOBODY, [route("1", "anf", lanes={"A1"}, advice={Advice.INSPECT})], {"anf": "1"}),
        (NOBODY, [route("1", "anf", lanes={"B2"})], {"khi": ""}),
        (NOBODY, [route("1", "anf", advice={Advice.REFER})], {"khi": ""}),
        # Nobody is lost: units that are gone, and nobody on duty.
        (NOBODY, [route("1", "gone")], {"khi": ""}),
        (NOBODY, [route("1", "gone", "anf")], {"anf": "1"}),
        (NOBODY, [route("1", "anf", on_duty=True)], {"khi": ""}),
        (NOBODY, [route("1", "anf", "lhe", on_duty=True)], {"lhe": "1"}),
    ],
)
def test_who_is_told(behind: list[Behind], routes: list[Route], expected: dict[str, str]) -> None:
    assert by_unit(told(behind, AT_KHI, routes, UNITS, {"lhe"})) == expected


def test_where_no_unit_has_the_port_the_central_ones_are_told() -> None:
    nowhere = replace(AT_KHI, port="")
    assert by_unit(told(ON_GOLD, nowhere, [], UNITS, ())) == {"ntc": ""}
    assert by_unit(told(ON_GOLD, nowhere, [route("1", "gone")], UNITS, ())) == {"ntc": ""}
    assert told(ON_GOLD, nowhere, [], (), ()) == []


SATURDAY, SUNDAY, MONDAY = 5, 6, 0


@pytest.mark.parametrize(
    ("fields", "local", "fits"),
    [
        ({}, "2026-11-22 12:00", True),
        ({"weekdays": {SUNDAY}}, "2026-11-22 00:00", True),
        ({"weekdays": {SATURDAY}}, "2026-11-22 23:59", False),
        ({"since": time(8), "until": time(16)}, "2026-11-22 08:00", True),
        ({"since": time(8), "until": time(16)}, "2026-11-22 15:59", True),
        ({"since": time(8), "until": time(16)}, "2026-11-22 16:00", False),
        ({"since": time(22), "until": time(6)}, "2026-11-22 23:00", True),
        ({"since": time(22), "until": time(6)}, "2026-11-22 05:59", True),
        ({"since": time(22), "until": time(6)}, "2026-11-22 06:00", False),
        ({"since": time(22), "until": time(6)}, "2026-11-22 12:00", False),
        # The night of Saturday goes on until Sunday morning.
        ({"since": time(22), "until": time(6), "weekdays": {SATURDAY}}, "2026-11-22 03:00", True),
        ({"since": time(22), "until": time(6), "weekdays": {SATURDAY}}, "2026-11-21 23:00", True),
        ({"since": time(22), "until": time(6), "weekdays": {SATURDAY}}, "2026-11-21 03:00", False),
        ({"since": time(22), "until": time(6), "weekdays": {SUNDAY}}, "2026-11-23 03:00", True),
        ({"since": time(22), "until": time(6), "weekdays": {MONDAY}}, "2026-11-23 03:00", False),
    ],
)
def test_time_of_day_and_weekday_by_the_clock_of_the_rule(
    fields: dict[str, Any], local: str, fits: bool
) -> None:
    at = datetime.fromisoformat(f"{local}+05:00").astimezone(UTC)
    assert route("1", "anf", **fields).suits(replace(AT_KHI, at=at)) is fits
