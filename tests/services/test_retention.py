"""What tells who travelled is deleted once its time is over."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from parakh.access import Role, system_actor
from parakh.domain.message import Channel, Source
from parakh.errors import NotFound
from parakh.services import dossier, intake, queue, retention
from parakh.services.centre import Centre
from parakh.store import messages
from parakh.store.tables import crossing, hit, message, metadata, traveller

SENDER = system_actor("test")
SECRETS = ("NOON", "GULAB", "PA1000001", "1971-01-01")


@pytest.fixture
def took(any_centre: Centre, declare: Callable[..., bytes], person: Any, units: Any) -> Any:
    """Takes in a flight; gives its message."""
    units(any_centre)

    def take(*people: Any, number: str = "304") -> str:
        data = declare(*people, number=number)
        source = Source(channel=Channel.CLI, name=f"{number}.edi")
        received = intake.receive(any_centre, SENDER, data, source)
        queue.drain(any_centre)
        return str(received.message.id)

    return take


def everything(centre: Centre) -> str:
    """All that stands in the database, as text."""
    with centre.db.read() as connection:
        return "\n".join(
            repr(tuple(row))
            for table in metadata.sorted_tables
            for row in connection.execute(sa.select(table))
        )


def test_nothing_tells_who_it_was(any_centre: Centre, took: Any, person: Any, clock: Any) -> None:
    sent = took(person())
    clock.advance(days=5 * 366 - 1)
    assert retention.forget_due(any_centre) == 0
    assert "NOON" in everything(any_centre)
    clock.advance(days=2)
    assert retention.forget_due(any_centre) == 1, "the traveller"
    assert retention.forget_due(any_centre) == 1, "the message that told of him"
    assert retention.forget_due(any_centre) == 0
    told = everything(any_centre)
    for secret in SECRETS:
        assert secret not in told
    with any_centre.db.read() as connection:
        (own,) = connection.execute(sa.select(traveller)).all()
        assert (own.nationality, own.forgotten_at) == ("PAK", clock())
        assert connection.execute(sa.select(sa.func.count(crossing.c.id))).scalar_one() == 1
        assert connection.execute(sa.select(message.c.state)).scalar_one() == "screened"
    assert dossier.traveller(any_centre, SENDER, own.id).masked
    view = intake.view(any_centre, SENDER, sent)
    assert (view.masked, view.readable) == (True, False)
    with any_centre.db.read() as connection, pytest.raises(NotFound, match="deleted"):
        messages.body(connection, any_centre.db.vault, sent)


def test_whoever_is_of_interest_stays_and_so_does_his_message(
    any_centre: Centre, took: Any, person: Any, enlist: Any, clock: Any, acting: Any
) -> None:
    enlist(any_centre, document="PA7654321")
    took(person(), person(family="MAZARI", document="PA7654321"))
    clock.advance(days=3000)
    assert retention.forget_due(any_centre) == 1
    told = everything(any_centre)
    assert "MAZARI" in told
    assert "NOON" not in told
    officer = acting(Role.TARGETING, "KHI")
    with any_centre.db.read() as connection:
        kept = connection.execute(
            sa.select(traveller.c.id).where(traveller.c.forgotten_at.is_(None))
        ).scalar_one()
    assert not dossier.traveller(any_centre, officer, kept).masked


def test_a_hit_that_was_cleared_says_no_more_of_whom(
    any_centre: Centre, took: Any, person: Any, enlist: Any, clock: Any
) -> None:
    enlist(any_centre, document="PA7654321")
    took(person(family="MAZARI", document="PA7654321"))
    with any_centre.db.engine.begin() as connection:
        connection.execute(hit.update().values(state="cleared"))
        connection.execute(sa.text("UPDATE alert SET state = 'closed'"))
    clock.advance(days=3000)
    retention.forget_due(any_centre)
    with any_centre.db.read() as connection:
        for row in connection.execute(sa.select(hit)):
            assert (row.state, row.evidence) == ("cleared", [])
            assert "MAZARI" not in repr(row.sentence)
