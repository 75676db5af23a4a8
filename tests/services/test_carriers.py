from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from parakh.access import Actor, Role, system_actor
from parakh.domain.delivery import Delivery
from parakh.errors import Forbidden, InvalidInput, NotFound
from parakh.services import carriers
from parakh.services.carriers import CarrierRow
from parakh.services.centre import Centre

SELF = system_actor("test")
ERROR = ("expiry: 'A1' is wrong", "error")


def rows(centre: Centre, actor: Actor = SELF, days: int = 30) -> dict[str, CarrierRow]:
    return {row.carrier: row for row in carriers.overview(centre, actor, days).rows}


def test_the_figures_of_a_carrier(any_centre: Centre, delivered: Any) -> None:
    db = any_centre.db
    delivered(db, lead=5, complete=10)
    delivered(db, lead=1, problems=(ERROR, ERROR, ("odd", "warning")))
    delivered(db, lead=0.5, problems=(("odd", "warning"),))
    delivered(db, lead=-0.5)
    delivered(db, lead=None)
    delivered(db, lead=None, cancelled=True)
    delivered(db, lead=6, leaves=5)  # not left yet
    delivered(db, lead=3, direction="transit", travellers=0, complete=0)
    row = rows(any_centre)["PK"]
    assert (row.voyages, row.lists, row.on_time, row.missing) == (5, 4, 2, 1)
    assert row.punctuality == pytest.approx(0.4)
    assert row.lead == timedelta(minutes=45)
    assert (row.travellers, row.complete) == (40, 34)
    assert row.completeness == pytest.approx(0.85)
    assert (row.messages, row.quarantined, row.wrong, row.errors) == (6, 0, 1, 2)
    assert row.errors_per_hundred == pytest.approx(4.0)
    assert row.shortfall == pytest.approx((0.6 + 0.15 + 1 / 6) / 3)


@pytest.mark.parametrize(("leads", "median"), [((1,), 60), ((1, 2, 9), 120), ((1, 2, 4, 9), 180)])
def test_the_usual_lead_is_the_median(
    any_centre: Centre, delivered: Any, leads: tuple[int, ...], median: int
) -> None:
    for lead in leads:
        delivered(any_centre.db, lead=lead)
    assert rows(any_centre)["PK"].lead == timedelta(minutes=median)


def test_the_first_list_counts_and_repeats_do_not_make_it_late(
    any_centre: Centre, delivered: Any
) -> None:
    own = delivered(any_centre.db, lead=2)
    delivered(any_centre.db, own, lead=0.2)
    delivered(any_centre.db, own, lead=40, function="250")
    row = rows(any_centre)["PK"]
    assert (row.voyages, row.on_time, row.lead) == (1, 1, timedelta(hours=2))
    assert row.travellers == 30


def test_a_span_has_stretches(any_centre: Centre, delivered: Any) -> None:
    for leaves, lead in ((-1, 2), (-1, 0), (-24 * 6.5, 2), (-24 * 8, 2)):
        delivered(any_centre.db, leaves=leaves, lead=lead)
    trend = [(own.voyages, own.on_time) for own in rows(any_centre, days=7)["PK"].trend]
    assert trend == [(1, 1), (0, 0), (0, 0), (0, 0), (0, 0), (0, 0), (2, 1)]
    assert rows(any_centre, days=30)["PK"].voyages == 4
    assert len(rows(any_centre, days=90)["PK"].trend) == 13


def test_the_worst_comes_first(centre: Centre, delivered: Any) -> None:
    delivered(centre.db, carrier="AA", complete=10)
    delivered(centre.db, carrier="BB", lead=None)
    delivered(centre.db, carrier="CC", complete=5)
    delivered(centre.db, carrier="", quarantined=True, scheduled=False)
    found = carriers.overview(centre, SELF)
    assert [row.carrier for row in found.rows] == ["BB", "CC", "AA", ""]
    unknown = found.rows[-1]
    assert (unknown.voyages, unknown.quarantined, unknown.faults) == (0, 1, 1.0)
    assert (unknown.punctuality, unknown.completeness, unknown.lead) == (None, None, None)


def test_units_see_carriers_of_their_ports(
    centre: Centre, delivered: Any, acting: Callable[..., Actor]
) -> None:
    delivered(centre.db, carrier="AA", port="KHI")
    delivered(centre.db, carrier="BB", port="LHE")
    delivered(centre.db, carrier="", quarantined=True, scheduled=False)
    lahore = acting(Role.TARGETING, "LHE")
    assert set(rows(centre, lahore)) == {"BB"}
    assert set(rows(centre, acting(Role.ANALYST))) == {"AA", "BB", ""}
    assert carriers.carrier(centre, lahore, "BB").voyages.total == 1
    for code in ("AA", "", "ZZ"):
        with pytest.raises(NotFound):
            carriers.carrier(centre, lahore, code)
    for look in (carriers.overview, lambda c, a: carriers.carrier(c, a, "BB")):
        with pytest.raises(Forbidden):
            look(centre, acting(Role.AUDITOR))


def test_a_carriers_own_system_sees_its_own(centre: Centre, delivered: Any) -> None:
    for code in ("PK", "SV"):
        delivered(centre.db, carrier=code)
    own = replace(SELF, carrier="SV")
    assert set(rows(centre, own)) == {"SV"}
    assert carriers.carrier(centre, own, "SV").row.voyages == 1
    with pytest.raises(NotFound):
        carriers.carrier(centre, own, "PK")


def test_only_known_spans(centre: Centre) -> None:
    with pytest.raises(InvalidInput, match="7, 30, 90"):
        carriers.overview(centre, SELF, 8)


def test_the_page_of_a_carrier(any_centre: Centre, delivered: Any) -> None:
    db = any_centre.db
    delivered(db, problems=(ERROR, ("expiry: 'B2' is wrong", "error")), removed=(("VGML", 2),))
    delivered(db, problems=(("no voyage", "error"), ("odd", "warning")), removed=(("VGML", 1),))
    delivered(db, carrier="SV", problems=(ERROR,), removed=(("WCHR", 1),))
    view = carriers.carrier(any_centre, SELF, "PK")
    assert [(own.cause, own.count, own.segment, own.line) for own in view.errors] == [
        ("expiry: 'A1' is wrong", 2, "DTM", 3),
        ("no voyage", 1, "DTM", 3),
    ]
    assert view.removed == (("VGML", 3),)
    shares = {own.name: (own.filled, own.of) for own in view.attributes}
    assert shares["birth_date"] == shares["seat"] == (20, 20)
    assert view.row.completeness == pytest.approx(0.8)
    assert len(view.points) == view.voyages.total == 2


@pytest.mark.parametrize(
    ("state", "numbers"),
    [
        (None, ["7", "1", "2", "3", "4", "5"]),
        (Delivery.LATE, ["2"]),
        (Delivery.MISSING, ["3"]),
        (Delivery.CANCELLED, ["4"]),
    ],
)
def test_voyages_by_state(
    any_centre: Centre, delivered: Any, state: Delivery | None, numbers: list[str]
) -> None:
    db = any_centre.db
    delivered(db, number="1", leaves=-1)
    delivered(db, number="2", leaves=-2, lead=0.5)
    delivered(db, number="3", leaves=-3, lead=None)
    delivered(db, number="4", leaves=-4, lead=None, cancelled=True)
    delivered(db, number="5", leaves=-5, scheduled=False)
    delivered(db, number="6", leaves=-6, scheduled=False, lead=None)
    delivered(db, number="7", leaves=20, lead=None)
    found = carriers.carrier(any_centre, SELF, "PK", state=state).voyages
    assert [own.voyage.number for own in found.rows] == numbers
    assert found.total == len(numbers)
    if state is None:
        assert [own.state for own in found.rows] == [
            Delivery.AWAITED, Delivery.ON_TIME, Delivery.LATE, Delivery.MISSING,
            Delivery.CANCELLED, Delivery.ON_TIME,
        ]  # fmt: skip
        assert found.rows[1].lead == timedelta(hours=3)
        assert found.rows[3].lead is None


def test_voyages_page_by_page(
    centre: Centre, delivered: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carriers, "PAGE", 2)
    for n in range(3):
        delivered(centre.db, number=str(n), leaves=-n - 1)
    last = carriers.carrier(centre, SELF, "PK", page=9).voyages
    assert (last.page, last.pages, last.total) == (2, 2, 3)
    assert [own.voyage.number for own in last.rows] == ["2"]
