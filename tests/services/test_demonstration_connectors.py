"""The demonstration's linked systems answer, and go on when it is started again."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from parakh.access import Actor, Role, system_actor
from parakh.domain.connector import IdentityVerdict as Verdict
from parakh.domain.connector import LinkState
from parakh.domain.unit import Unit
from parakh.services import (
    accounts,
    connector_runs,
    connectors,
    demonstration_connectors,
    demonstration_sides,
    identity,
    inbox,
    queue,
)
from parakh.services.centre import Centre
from parakh.services.connector_runs import Turn
from parakh.services.identity import Wanted
from parakh.store import tables, travellers

MAKER = system_actor("test")
PASSWORD = "four unrelated words here"


@pytest.fixture
def _integrator(centre: Centre, cheap_passwords: None) -> None:
    accounts.add_unit(centre, MAKER, Unit(id="ntc", name="National centre", central=True))
    accounts.add_user(
        centre,
        MAKER,
        name="integrator",
        display_name="Integration desk",
        roles=frozenset({Role.INTEGRATOR}),
        units=frozenset({"ntc"}),
        password=PASSWORD,
    )


def turn(centre: Centre, name: str) -> Turn:
    connectors.try_now(centre, MAKER, name)
    found = connector_runs.turn(centre, name)
    assert found is not None
    return found


@pytest.mark.usefixtures("_integrator")
def test_they_answer_one_stops_and_all_go_on_after_a_new_start(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = demonstration_connectors.start(centre, {"integrator": PASSWORD})
    assert first is not None
    assert turn(centre, "immigration") == Turn(taken=1)
    assert turn(centre, "declaration-lanes") == turn(centre, "exchange-folder") == Turn()
    assert turn(centre, "airline") == Turn()
    integrator = accounts.identify(centre, "integrator", PASSWORD)
    assert [own.kind for own in inbox.waiting(centre, integrator)] == ["link"]
    assert connectors.test(centre, MAKER, "duty-room").good
    first.halt()

    monkeypatch.setattr(demonstration_sides, "AIRLINE_SECONDS", 0.0)
    again = demonstration_connectors.start(centre, {})
    assert again is not None
    assert again.server_port == first.server_port
    assert turn(centre, "immigration") == Turn()
    assert "503" in turn(centre, "airline").error
    states = {row.health.name: row.health.state for row in connectors.overview(centre, MAKER).rows}
    assert states["duty-room"] is LinkState.OFF
    assert states["airline"] is LinkState.SLOW
    again.halt()


@pytest.mark.usefixtures("_integrator")
def test_the_register_knows_those_on_file(centre: Centre, acting: Callable[..., Actor]) -> None:
    sides = demonstration_connectors.start(centre, {"integrator": PASSWORD})
    assert sides is not None
    turn(centre, "immigration")
    queue.drain(centre)
    with centre.db.read() as connection:
        first, second = (
            travellers.get_traveller(connection, row.id)
            for row in connection.execute(sa.select(tables.traveller.c.id))
        )
    officer = acting(Role.TARGETING)
    numbers = [first.documents[0].number, second.documents[0].number, "000000"]
    found = [
        identity.verify(centre, officer, first.id, Wanted(number=own, reason="looks altered"))
        for own in numbers
    ]
    elsewhere = numbers[0].endswith(demonstration_sides.ELSEWHERE)
    assert [own.agreement for own in found] == [
        Verdict.PARTLY if elsewhere else Verdict.MATCH,
        Verdict.NOT,
        Verdict.UNKNOWN,
    ]
    sides.halt()


@pytest.mark.usefixtures("_integrator")
def test_a_file_of_somebody_s_own_is_left_alone(centre: Centre) -> None:
    own = '[theirs]\nkind = "folder"\nfolder = "theirs"\n'
    centre.settings.connectors_path.write_text(own, encoding="utf-8")
    assert demonstration_connectors.start(centre, {}) is None
    assert centre.settings.connectors_path.read_text("utf-8") == own
