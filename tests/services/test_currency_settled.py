"""Currency declarations that are valued, recognised or taken back after others were weighed."""

from collections.abc import Callable
from typing import Any

from tests.services.test_currency import SENDER, announce, rows, tell

from parakh.domain.hit import Kind, Ref
from parakh.normalise.fields import BadField
from parakh.services import currency, currency_screening, intake, queue, rates, revaluing
from parakh.services.centre import Centre
from parakh.services.revaluing import Waiting
from parakh.store import assessments

__all__ = ["announce", "tell"]

AMNA = {"family_name": "NOON", "given_names": "AMNA", "document_number": "PA1000002"}
THREE: list[dict[str, Any]] = [
    {"days_ago": 9, "amount": 9000},
    {"days_ago": 5, "amount": 9600},
    {"amount": 9400, "direction": "entry"},
]


def hits(centre: Centre) -> list[str]:
    """The screeners of all hits that those who declared have now."""
    ids = {own.declaration.traveller_id for own in rows(centre)} - {None}
    refs = [Ref(kind=Kind.TRAVELLER, id=own) for own in ids if own]
    with centre.db.read() as connection:
        found = assessments.assessments_of(connection, refs)
    return [hit.screener for some in found.values() for hit in some[0].hits]


def test_what_a_family_declared_asks_for_nothing_once_a_part_is_taken_back(
    any_centre: Centre, tell: Callable[..., str]
) -> None:
    tell({"family": "F1"}, {"family": "F1", "reference": "A", "traveller": AMNA, "amount": 9900})
    assert all(own.standing.reasons for own in rows(any_centre))
    tell({"family": "F1", "reference": "A", "traveller": AMNA, "action": "cancelled"})
    (left,) = rows(any_centre)
    assert left.standing.reasons == ()


def test_a_pattern_is_found_once_its_bearer_comes_on_file(
    any_centre: Centre, tell: Callable[..., str], announce: Callable[..., None], units: Any
) -> None:
    units(any_centre)
    tell(*(dict(own) for own in THREE))
    announce()
    assert currency.recognise_due(any_centre) > 0
    assert hits(any_centre) == []
    assert currency_screening.screen_due(any_centre) == 1
    assert currency_screening.screen_due(any_centre) == 0
    assert hits(any_centre) == ["currency@1"]


def test_a_pattern_is_found_once_a_rate_is_known(
    any_centre: Centre, tell: Callable[..., str], announce: Callable[..., None], units: Any
) -> None:
    units(any_centre)
    announce()
    euros = [{"instrument": "cash", "amount": 9400, "currency": "EUR"}]
    tell(*(dict(own) | {"amounts": euros} for own in THREE))
    assert hits(any_centre) == []
    days = sorted({own.declaration.at.date().isoformat() for own in rows(any_centre)})
    table = "currency,on,rate\n" + "".join(f"EUR,{day},1\n" for day in days)
    done = rates.import_rates(any_centre, SENDER, table.encode())
    assert done.waiting == Waiting(consignments=0, declarations=3)
    assert (revaluing.work(any_centre), revaluing.work(any_centre)) == (3, 0)
    assert currency_screening.screen_due(any_centre) == 1
    assert hits(any_centre) == ["currency@1"]


def test_a_declaration_that_its_message_does_not_tell_any_more_counts_no_more(
    any_centre: Centre, tell: Callable[..., str], announce: Callable[..., None], monkeypatch: Any
) -> None:
    announce()
    tell(*(dict(own) for own in THREE[:2]))
    last = tell(dict(THREE[2]))
    assert hits(any_centre) == ["currency@1"]

    def nothing(*_: object, **__: object) -> Any:
        raise BadField("amounts", "says nothing")

    monkeypatch.setattr(currency, "declaration", nothing)
    intake.rerun(any_centre, SENDER, last)
    queue.drain(any_centre)
    assert len(rows(any_centre)) == 2
    assert hits(any_centre) == []
