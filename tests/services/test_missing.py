from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from parakh.access import Actor, Role, system_actor
from parakh.domain.delivery import Awaited
from parakh.errors import Forbidden
from parakh.services import missing
from parakh.services.centre import Centre

SELF = system_actor("test")
LIST, BOOKINGS = Awaited.LIST, Awaited.BOOKINGS


def lacking(centre: Centre, actor: Actor = SELF) -> list[tuple[str, tuple[Awaited, ...]]]:
    return [(own.voyage.number, own.awaited) for own in missing.monitor(centre, actor).rows]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"lead": None, "leaves": 30}, []),
        ({"lead": None, "leaves": 24}, []),
        ({"lead": None, "leaves": 23}, [BOOKINGS]),
        ({"lead": None, "leaves": 0.9}, [LIST, BOOKINGS]),
        ({"lead": None, "leaves": -20}, [LIST, BOOKINGS]),
        ({"lead": None, "leaves": -25}, []),
        ({"lead": 3, "leaves": 0.9}, [BOOKINGS]),
        ({"lead": 3, "leaves": -1}, [BOOKINGS]),
        ({"lead": 3, "leaves": -3}, []),
        ({"lead": 3, "leaves": 0.9, "kind": "PNRGOV"}, [LIST]),
        ({"lead": None, "leaves": 0.9, "cancelled": True}, []),
        ({"lead": None, "leaves": 0.9, "scheduled": False}, []),
        ({"lead": None, "leaves": 0.9, "direction": "transit"}, []),
        ({"lead": None, "leaves": 0.9, "direction": "exit"}, [LIST, BOOKINGS]),
        # Neither a crew list nor a close-out, change or cancellation is the passenger list.
        ({"lead": 3, "leaves": 0.9, "function": "250"}, [LIST, BOOKINGS]),
        ({"lead": 3, "leaves": 0.9, "function": "266"}, [LIST, BOOKINGS]),
        ({"lead": 3, "leaves": 0.9, "action": "cancel"}, [LIST, BOOKINGS]),
        ({"lead": 3, "leaves": 0.9, "action": "boarded"}, [LIST, BOOKINGS]),
        ({"lead": 3, "leaves": 0.9, "action": "change"}, [LIST, BOOKINGS]),
        ({"lead": 3, "leaves": 0.9, "action": "reduction"}, [LIST, BOOKINGS]),
        ({"lead": 3, "leaves": 0.9, "action": "replace"}, [BOOKINGS]),
    ],
)
def test_what_is_missing(
    any_centre: Centre, delivered: Any, told: dict[str, Any], expected: list[Awaited]
) -> None:
    delivered(any_centre.db, **told)
    found = missing.monitor(any_centre, SELF).rows
    assert [what for own in found for what in own.awaited] == expected


def test_the_most_urgent_comes_first(centre: Centre, delivered: Any) -> None:
    for number, leaves in (("1", 0.5), ("2", 20), ("3", -1), ("4", -10), ("5", -1.5), ("6", 0.2)):
        delivered(centre.db, number=number, leaves=leaves, lead=None)
    delivered(centre.db, number="7", leaves=0.1)
    both = (LIST, BOOKINGS)
    assert lacking(centre) == [
        ("5", both), ("3", both), ("6", both), ("1", both), ("4", both),
        ("7", (BOOKINGS,)), ("2", (BOOKINGS,)),
    ]  # fmt: skip
    first, *_, fifth, _, _ = missing.monitor(centre, SELF).rows
    assert (first.departed, first.arrived) == (True, False)
    assert (fifth.departed, fifth.arrived) == (True, True)


def test_units_watch_their_ports(
    centre: Centre, delivered: Any, acting: Callable[..., Actor]
) -> None:
    delivered(centre.db, number="1", port="KHI", lead=None)
    delivered(centre.db, number="2", port="LHE", lead=None)
    assert {number for number, _ in lacking(centre, acting(Role.GATE, "LHE"))} == {"2"}
    assert missing.monitor(centre, acting(Role.GATE, "LHE")).watched == 1
    assert len(lacking(centre, acting(Role.ANALYST))) == 2
    with pytest.raises(Forbidden):
        missing.monitor(centre, acting(Role.AUDITOR))


def test_settings_say_when_it_is_due(centre: Centre, delivered: Any) -> None:
    delivered(centre.db, leaves=2, lead=None)
    assert lacking(centre) == [("214", (BOOKINGS,))]
    changed = {"list_due_minutes": 180, "bookings_due_hours": 0}
    centre.settings = centre.settings.model_copy(update=changed)
    assert lacking(centre) == [("214", (LIST,))]


def test_a_carriers_own_system_sees_its_own(centre: Centre, delivered: Any) -> None:
    delivered(centre.db, number="1", carrier="PK", lead=None)
    delivered(centre.db, number="2", carrier="SV", lead=None)
    assert [number for number, _ in lacking(centre, replace(SELF, carrier="SV"))] == ["2"]


def test_pages(centre: Centre, delivered: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in ("1", "2"):
        delivered(centre.db, number=number, leaves=int(number) / 10, lead=None)
    monkeypatch.setattr(missing, "PAGE", 1)
    found = missing.monitor(centre, SELF)
    assert [found.page(n).rows[0].voyage.number for n in (1, 2, 9)] == ["1", "2", "2"]
    assert (found.page(9).page, found.page(1).pages, found.page(1).total) == (2, 2, 2)
