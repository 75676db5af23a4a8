"""The demonstration's posts: a day with its incidents, which goes on while it is watched."""

from datetime import timedelta
from random import Random

import pytest
from tests.conftest import SetClock

from parakh.access import system_actor
from parakh.services import accounts, performance, stations
from parakh.services import demonstration_posts as own
from parakh.services.centre import Centre
from parakh.services.demonstration_posts_live import Living, waiting_of
from parakh.services.performance import Level
from parakh.simulate.posts import SITES

SMALL = tuple(one for one in SITES if one.post.code in {"PKPEW", "PEW", "SKT", "MUX", "LYP", "GWD"})
MAKER = system_actor("test")


@pytest.fixture
def shown(centre: Centre, clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> Centre:
    """Six of the posts, after four hours."""
    monkeypatch.setattr(own, "SITES", SMALL)
    monkeypatch.setattr(own, "BACK", timedelta(hours=4))
    for unit in own.UNITS:
        accounts.add_unit(centre, MAKER, unit)
    own.load_posts(centre)
    own.load_day(centre, 7)
    return centre


def test_a_day_with_incidents_goes_on_while_somebody_watches(
    shown: Centre, clock: SetClock
) -> None:
    board = performance.board(shown, MAKER)
    levels = {tile.post.code: tile.level for tile in board.tiles}
    sentences = [str(trouble.sentence) for trouble in board.troubles]
    assert levels["PKPEW"] is levels["PEW"] is Level.TROUBLE
    assert levels["GWD"] is Level.NORMAL
    assert "The camera of Torkham gate 2, lane 2, is down" in sentences
    assert "210 travellers of voyages that came wait to cross" in sentences
    assert "Passenger lists of PF: none came; 30 min without one are usual" in sentences
    torkham = next(tile for tile in board.tiles if tile.post.code == "PKPEW")
    assert min(torkham.series[:20]) > 0
    assert torkham.standing is not None
    assert (torkham.standing.stations_down, torkham.standing.stations_up) == (1, 3)
    before = performance.board(shown, MAKER, clock.now - timedelta(hours=3))
    assert before.count(Level.TROUBLE) == 0
    again = performance.board(shown, MAKER)
    own.load_day(shown, 7)
    assert performance.board(shown, MAKER).tiles == again.tiles
    # While somebody watches it goes on.
    live = Living(centre=shown, seed=7, sites=SMALL, faults=own.begun_faults(clock.now))
    waiting = waiting_of(shown)
    assert len(waiting) == 210
    since = clock.now
    clock.advance(minutes=2)
    live.tick(Random(7), since, clock.now, waiting)
    live.hear(clock.now)
    assert len(waiting) == 209
    (down,) = [
        row.station
        for row in stations.every(shown, MAKER)
        if row.station.heard is not None and not row.station.heard.camera
    ]
    assert (down.port, down.lane) == ("PKPEW", "2")
