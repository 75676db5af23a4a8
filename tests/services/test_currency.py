"""Currency declarations: taken in, corrected, recognised, summed up; patterns that raise hits."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from parakh.access import Actor, Role, system_actor
from parakh.domain.currency import Instrument
from parakh.domain.hit import Kind, Ref
from parakh.domain.message import Channel, MessageState, Source
from parakh.errors import Forbidden
from parakh.services import (
    currency,
    currency_views,
    features,
    goods_retention,
    intake,
    queue,
    rates,
    retention,
    revaluing,
    trail,
)
from parakh.services.centre import Centre
from parakh.services.currency_views import CurrencyView, Wanted
from parakh.services.subjects import subjects_of
from parakh.store import assessments, messages, travellers
from parakh.store import currency as store
from parakh.store.tables import goods_record, traveller

SENDER = system_actor("test")
NOON: dict[str, Any] = {
    "family_name": "NOON",
    "given_names": "GULAB",
    "birth_date": "1971-01-01",
    "nationality": "PAK",
    "document_number": "PA1000001",
    "document_issuer": "PAK",
}


@pytest.fixture
def tell(any_centre: Centre) -> Callable[..., str]:
    """Sends one currency declaration of NOON, with some changes; gives the message."""
    numbers: Iterator[int] = iter(range(1, 1000))

    def send(*changes: dict[str, Any]) -> str:
        rows = []
        for change in changes or ({},):
            number = next(numbers)
            days_ago = change.pop("days_ago", 0)
            amount = change.pop("amount", 9500)
            at = any_centre.clock() - timedelta(days=days_ago)
            base = {
                "reference": f"C{number}",
                "action": "recorded",
                "port": "KHI",
                "direction": "exit",
                "at": at.isoformat(),
                "traveller": NOON,
                "origin": "salary",
                "amounts": [{"instrument": "cash", "amount": amount, "currency": "USD"}],
            }
            rows.append(base | change)
        document = {"format": "parakh-currency/1", "source": "WEBOC", "declarations": rows}
        any_centre.clock.advance(minutes=1)  # type: ignore[attr-defined]
        source = Source(channel=Channel.DROP, name="currency.json")
        received = intake.receive(any_centre, SENDER, json.dumps(document).encode(), source)
        assert queue.drain(any_centre) == set()
        return received.message.id

    return send


@pytest.fixture
def announce(any_centre: Centre, declare: Callable[..., bytes], person: Any) -> Callable[..., None]:
    def send(number: str = "304", **values: str) -> None:
        source = Source(channel=Channel.CLI, name=f"{number}.edi")
        intake.receive(any_centre, SENDER, declare(person(**values), number=number), source)
        queue.drain(any_centre)

    return send


def rows(centre: Centre, **wanted: Any) -> list[currency_views.Row]:
    page = currency_views.listing(centre, SENDER, Wanted(days=365, **wanted))
    return list(page.rows)


def newest(centre: Centre) -> CurrencyView:
    own = max(rows(centre), key=lambda row: row.declaration.at)
    return currency_views.view(centre, SENDER, own.declaration.id)


def test_a_declaration_is_kept_with_its_value(any_centre: Centre, tell: Callable[..., str]) -> None:
    with any_centre.db.write(SENDER, currency.Purpose.ADMINISTRATION) as tx:
        day = any_centre.clock().date()
        tx.audit("test", "rate", "")
        currency.rates.put(
            tx, [currency.rates.Rate(currency="PKR", on=day, rate=Decimal("0.0036"))]
        )
    amounts = [
        {"instrument": "cash", "amount": 1000.5, "currency": "USD"},
        {"instrument": "cheque", "amount": "250000", "currency": "PKR"},
    ]
    message = tell({"amounts": amounts})
    with any_centre.db.read() as connection:
        assert messages.get(connection, message).state is MessageState.SCREENED
    (row,) = rows(any_centre)
    own = row.declaration
    assert (own.name.full, own.document_number, own.port) == ("GULAB NOON", "PA1000001", "KHI")
    assert [(one.instrument, one.value) for one in own.carried] == [
        (Instrument.CASH, Decimal("1000.50")),
        (Instrument.CHEQUE, Decimal("900.00")),
    ]
    assert own.value == Decimal("1900.50")
    assert own.traveller_id is None


def test_what_had_no_rate_is_valued_once_there_is_one(
    any_centre: Centre, tell: Callable[..., str]
) -> None:
    tell({"amounts": [{"instrument": "cash", "amount": 100, "currency": "EUR"}]})
    (row,) = rows(any_centre)
    assert row.declaration.value is None
    assert "No rate of exchange is known for EUR" in str(row.standing.reasons[0])
    day = any_centre.clock().date().isoformat()
    table = f"currency,on,rate\nEUR,{day},1.5\nXX,{day},1\nGBP,{day},0\n".encode()
    done = rates.import_rates(any_centre, SENDER, table)
    assert (done.rates, done.waiting.declarations, len(done.problems)) == (1, 1, 2)
    revaluing.work(any_centre)
    (row,) = rows(any_centre)
    assert (row.declaration.value, row.standing.reasons) == (Decimal("150.00"), ())


def test_said_again_it_is_corrected_and_cancelled_it_is_gone(
    any_centre: Centre, tell: Callable[..., str]
) -> None:
    tell({"reference": "A"})
    tell({"reference": "A", "amount": 400})
    (row,) = rows(any_centre)
    assert row.declaration.value == Decimal(400)
    tell({"reference": "A", "action": "cancelled"})
    assert rows(any_centre) == []


def test_a_bad_declaration_is_named_and_the_others_go_on(
    any_centre: Centre, tell: Callable[..., str]
) -> None:
    message = tell({"reference": "A"}, {"reference": "B", "at": "2199-01-01T00:00:00Z"})
    assert [own.declaration.reference for own in rows(any_centre)] == ["A"]
    with any_centre.db.read() as connection:
        (part,) = messages.parts(connection, message)
    assert [(own.segment, own.cause) for own in part.problems] == [("at", "lies in the future")]


def test_the_bearer_is_found_by_document_or_by_name_and_birth(
    any_centre: Centre, tell: Callable[..., str], announce: Callable[..., None]
) -> None:
    announce()
    tell({"direction": "entry"})
    tell({"direction": "entry", "traveller": NOON | {"document_number": None}})
    tell({"direction": "entry", "traveller": NOON | {"birth_date": None, "document_number": None}})
    found = [own.declaration for own in rows(any_centre)]
    assert sorted(own.traveller_id is not None for own in found) == [False, True, True]


def test_who_comes_on_file_later_is_recognised_then(
    any_centre: Centre, tell: Callable[..., str], announce: Callable[..., None]
) -> None:
    tell({"direction": "entry"})
    assert currency.recognise_due(any_centre) == 0
    announce()
    assert currency.recognise_due(any_centre) == 1
    assert rows(any_centre)[0].declaration.traveller_id is not None


def test_parts_under_the_threshold_raise_a_hit_on_the_traveller(
    any_centre: Centre,
    tell: Callable[..., str],
    announce: Callable[..., None],
    units: Callable[[Centre], None],
) -> None:
    units(any_centre)
    announce()
    tell({"days_ago": 9, "amount": 9000}, {"days_ago": 5, "amount": 9600, "direction": "entry"})
    ref = Ref(kind=Kind.TRAVELLER, id=rows(any_centre)[0].declaration.traveller_id or "")
    with any_centre.db.read() as connection:
        assert assessments.hits_of(connection, [ref]) == {}
    tell({"amount": 9400, "direction": "entry"})
    with any_centre.db.read() as connection:
        (hit,) = assessments.hits_of(connection, [ref])[ref]
    assert (hit.screener, hit.target.kind) == ("currency@1", Kind.CURRENCY)
    assert str(hit.sentence) == (
        "Declared 3 times within 30 days, each time under 10,000 USD, together 28,000 USD"
    )
    assert [own.ours for own in hit.evidence] == ["9,000 USD", "9,600 USD", "9,400 USD"]
    view = newest(any_centre)
    assert [own.id for own in view.hits] == [hit.id]
    assert [(own.days, own.entered, own.left, own.count) for own in view.person_totals] == [
        (7, Decimal("19000"), Decimal(0), 2),
        (30, Decimal("19000"), Decimal("9000"), 3),
        (365, Decimal("19000"), Decimal("9000"), 3),
    ]


def test_a_family_that_shares_a_sum_asks_for_attention(
    any_centre: Centre, tell: Callable[..., str]
) -> None:
    other = {"family_name": "NOON", "given_names": "AMNA", "document_number": "PA1000002"}
    tell({"family": "F1"}, {"family": "F1", "traveller": other, "amount": 9900})
    first = rows(any_centre)
    assert {str(own.standing.reasons[0]) for own in first} == {
        "2 of one family declared on one journey, each under 10,000 USD, together 19,400 USD"
    }
    view = newest(any_centre)
    assert len(view.family) == 1
    assert view.family_totals[0].left == Decimal("19400")


def test_the_list_begins_with_what_asks_for_attention(
    any_centre: Centre, tell: Callable[..., str]
) -> None:
    other = {"family_name": "MIR", "document_number": "PB2000002"}
    tell({"days_ago": 3, "amount": 15000, "origin": "", "traveller": other})
    tell({"amount": 50})
    first, second = rows(any_centre)
    assert first.standing.attention > 0
    assert "nothing said of where the money comes from" in str(first.standing.reasons[0])
    assert second.standing.reasons == ()
    assert len(rows(any_centre, asking=True)) == 1


def test_others_ports_are_not_shown(
    any_centre: Centre,
    tell: Callable[..., str],
    units: Callable[[Centre], None],
    acting: Callable[..., Actor],
) -> None:
    units(any_centre)
    tell({"port": "KHI"}, {"port": "LHE", "direction": "entry"})
    gate = acting(Role.GATE, "LHE")
    page = currency_views.listing(any_centre, gate, Wanted())
    assert [own.declaration.port for own in page.rows] == ["LHE"]
    view = currency_views.view(any_centre, gate, page.rows[0].declaration.id)
    assert (len(view.own), view.elsewhere) == (1, 1)
    khi = next(own for own in rows(any_centre) if own.declaration.port == "KHI")
    with pytest.raises(Forbidden):
        currency_views.view(any_centre, gate, khi.declaration.id)
    with pytest.raises(Forbidden):
        currency_views.listing(any_centre, acting(Role.ANALYST), Wanted())


def test_each_look_is_audited(any_centre: Centre, tell: Callable[..., str]) -> None:
    tell()
    newest(any_centre)
    looks = trail.search(any_centre, SENDER, trail.TrailFilter(action="currency.viewed"))
    assert looks.total == 1


def test_of_masked_travellers_the_money_is_shown_and_not_the_person(
    any_centre: Centre, tell: Callable[..., str], announce: Callable[..., None]
) -> None:
    announce()
    tell({"direction": "entry"}, {"traveller": {"family_name": "STRANGER"}})
    any_centre.clock.advance(days=200)  # type: ignore[attr-defined]
    page = currency_views.listing(any_centre, SENDER, Wanted(days=366))
    assert {own.declaration.name.full for own in page.rows} == {"•••"}
    assert all(own.masked and not own.declaration.document_number for own in page.rows)


def test_a_message_read_again_says_what_it_says_now(
    any_centre: Centre, tell: Callable[..., str]
) -> None:
    message = tell({"reference": "A"}, {"reference": "B"})
    before = sorted(own.declaration.id for own in rows(any_centre))
    intake.rerun(any_centre, SENDER, message)
    queue.drain(any_centre)
    assert sorted(own.declaration.id for own in rows(any_centre)) == before


def test_rules_see_what_was_declared(
    any_centre: Centre, tell: Callable[..., str], announce: Callable[..., None]
) -> None:
    announce()
    needs = ("cash.value_30d", "cash.declarations_30d", "cash.out_not_in_365d", "cash_declarations")

    def seen() -> dict[str, Any]:
        with any_centre.db.read() as connection:
            ids = list(connection.execute(sa.select(traveller.c.id)).scalars())
            subjects = subjects_of(connection, travellers.travellers_by_id(connection, ids))
            found = features.frame(connection, subjects, needs, any_centre.clock())
        return found.drop("at").to_dicts()[0]

    assert seen() == dict.fromkeys(needs)
    other = {"family_name": "MIR", "document_number": "PB2000002"}
    tell({"traveller": other})
    assert seen()["cash.value_30d"] == 0
    assert seen()["cash_declarations"] == []
    tell({"days_ago": 40, "amount": 700}, {"days_ago": 2, "amount": 300}, {"direction": "entry"})
    now = seen()
    assert (now["cash.value_30d"], now["cash.declarations_30d"]) == (9800, 2)
    assert now["cash.out_not_in_365d"] == 0
    assert [own["amount"] for own in now["cash_declarations"]] == [9500, 300, 700]


def test_declarations_go_with_the_travellers(
    any_centre: Centre, tell: Callable[..., str], announce: Callable[..., None]
) -> None:
    announce()
    tell({"direction": "entry"}, {"traveller": {"family_name": "STRANGER"}})
    any_centre.clock.advance(days=5 * 366 + 2)  # type: ignore[attr-defined]
    assert goods_retention.forget_due(any_centre) == 1
    with any_centre.db.read() as connection:
        assert store.any_told(connection)
    while retention.forget_due(any_centre):
        pass
    assert goods_retention.forget_due(any_centre) == 1
    with any_centre.db.read() as connection:
        assert not store.any_told(connection)
        query = sa.select(sa.func.count()).select_from(goods_record)
        assert connection.execute(query).scalar_one() == 0
