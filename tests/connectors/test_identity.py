"""Identities verified with a register, against a real server."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from tests.connectors.servers import OtherSide, Registry

from parakh.access import Role, system_actor
from parakh.connectors import line as lines
from parakh.connectors.failures import LinkFailed
from parakh.connectors.line import Answer
from parakh.connectors.register import _reply
from parakh.domain.connector import Compared, IdentityVerdict
from parakh.domain.message import Channel, Source
from parakh.errors import Conflict, Forbidden, InvalidInput, ParakhError
from parakh.services import identity, intake, queue
from parakh.services.centre import Centre
from parakh.services.identity import Wanted
from parakh.store import tables

MAKER = system_actor("test")
CARD = "42101-1234567-1"
REGISTER = (
    'kind = "identity"\npath = "verify"\nofficer_an_hour = 3\nall_an_hour = 5\nkeep_days = 10'
)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "jittered", lambda tries: 0.0)


@pytest.fixture
def registry(theirs: OtherSide) -> Registry:
    found = Registry(theirs)
    found.persons["4210112345671"] = {"family": "NOON", "born": "1971-01-01"}
    return found


@pytest.fixture
def arrive(
    declare: Callable[..., bytes], person: Any, link: Callable[..., None], registry: Registry
) -> Callable[[Centre], str]:
    """Links a centre with the register, and lets somebody come to Karachi; gives who."""

    def make(centre: Centre) -> str:
        link(centre, REGISTER, name="nadra")
        source = Source(channel=Channel.DROP, name="list.edi")
        intake.receive(centre, MAKER, declare(person()), source)
        queue.drain(centre)
        with centre.db.read() as connection:
            return str(connection.execute(sa.select(tables.traveller.c.id)).scalar_one())

    return make


@pytest.fixture
def traveller(centre: Centre, arrive: Callable[[Centre], str]) -> str:
    return arrive(centre)


def wanted(number: str = CARD, reason: str = "passport looks altered", **changed: Any) -> Wanted:
    return Wanted(number=number, reason=reason, **changed)


def test_it_agrees_and_nothing_else_is_kept(
    any_centre: Centre,
    arrive: Callable[[Centre], str],
    acting: Callable[..., Any],
    theirs: OtherSide,
    clock: Any,
) -> None:
    traveller, officer = arrive(any_centre), acting(Role.GATE, "KHI")
    done = identity.verify(any_centre, officer, traveller, wanted())
    assert done.agreement is IdentityVerdict.MATCH
    assert done.fields == {Compared.NUMBER: True, Compared.NAME: True, Compared.BIRTH_DATE: True}
    asked = theirs.asked[-1].json
    assert asked == {
        "number": "4210112345671",
        "family_name": "NOON",
        "given_names": "GULAB",
        "birth_date": "1971-01-01",
    }
    with any_centre.db.read() as connection:
        row = connection.execute(sa.select(tables.verification)).one()
        trail = connection.execute(sa.select(tables.audit)).all()
    assert "Secret Lane" not in str(row)
    assert "4210112345671" not in str(row)
    assert row.tail == "5671"
    assert "4210112345671" not in str(trail)
    view = identity.of_traveller(any_centre, officer, traveller)
    assert [own.id for own in view.verifications] == [done.id]
    assert (view.registers, view.left) == (("nadra",), 2)
    clock.advance(days=11)
    assert identity.forget(any_centre) == 1


@pytest.mark.parametrize(
    ("number", "agreement"),
    [(CARD, IdentityVerdict.PARTLY), ("42101 0000000 0", IdentityVerdict.UNKNOWN)],
)
def test_other_answers(
    centre: Centre, traveller: str, acting: Callable[..., Any], registry: Registry,
    number: str, agreement: IdentityVerdict,
) -> None:  # fmt: skip
    registry.persons["4210112345671"]["born"] = "1980-01-01"
    officer = acting(Role.TARGETING)
    done = identity.verify(centre, officer, traveller, wanted(number))
    assert done.agreement is agreement
    assert done.fields.get(Compared.BIRTH_DATE, False) is False


def test_bounds_permissions_and_reasons(
    centre: Centre, traveller: str, acting: Callable[..., Any], theirs: OtherSide, clock: Any
) -> None:
    officer, other = acting(Role.GATE, "KHI"), acting(Role.TARGETING)
    refused: list[tuple[Any, Wanted, type[ParakhError]]] = [
        (acting(Role.GATE, "LHE"), wanted(), Forbidden),
        (acting(Role.ANALYST), wanted(), Forbidden),
        (MAKER, wanted(), Forbidden),
        (officer, wanted(reason=" "), InvalidInput),
        (officer, wanted(number="' OR 1=1"), InvalidInput),
        (officer, wanted(portrait=b"no picture"), ParakhError),
    ]
    for actor, asked, error in refused:
        with pytest.raises(error):
            identity.verify(centre, actor, traveller, asked)
    with pytest.raises(Conflict):
        identity.verify(centre, officer, traveller, wanted(), register="other")
    assert theirs.asked == []
    for _ in range(3):
        identity.verify(centre, officer, traveller, wanted())
    with pytest.raises(Forbidden, match="3 times"):
        identity.verify(centre, officer, traveller, wanted())
    for _ in range(2):
        identity.verify(centre, other, traveller, wanted())
    with pytest.raises(Forbidden, match="as often"):
        identity.verify(centre, other, traveller, wanted())
    clock.advance(hours=2)
    assert identity.verify(centre, officer, traveller, wanted()).agreement is IdentityVerdict.MATCH


def test_no_answer_is_no_answer(
    centre: Centre, traveller: str, acting: Callable[..., Any], theirs: OtherSide
) -> None:
    for fault in ("html", "500"):
        theirs.faults = [fault] * 3
        done = identity.verify(centre, acting(Role.TARGETING), traveller, wanted())
        assert done.agreement is IdentityVerdict.UNANSWERED
    assert done.expires_at - done.at == timedelta(days=10)


@pytest.mark.parametrize(
    "body",
    [b"[]", b"{}", b'{"result": "yes"}', b'{"result": "match", "fields": []}',
     b'{"result": "match", "fields": {"name": false}}',
     b'{"result": "not", "fields": {"name": true}}'],
)  # fmt: skip
def test_answers_that_cannot_be_right(body: bytes) -> None:
    with pytest.raises(LinkFailed):
        _reply(Answer(status=200, headers={}, body=body))
