"""Entries that come into force are held against everybody who is expected already."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from parakh.access import Role, system_actor
from parakh.domain.message import Channel, Source
from parakh.domain.traveller import Document, DocumentType
from parakh.domain.watchlist import EntryKind, Handling, Watchlist, WatchlistEntry
from parakh.services import alerts, intake, queue, screening, watchlists
from parakh.services.centre import Centre
from parakh.store.tables import alert, audit, watchlist_entry

SENDER = system_actor("test")


def take_in(centre: Centre, data: bytes) -> None:
    intake.receive(centre, SENDER, data, Source(channel=Channel.DROP, name="list.edi"))
    assert queue.drain(centre) == set()


def number_of(centre: Centre, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
    with centre.db.read() as connection:
        query = sa.select(sa.func.count()).select_from(table).where(*where)
        return int(connection.execute(query).scalar_one())


def approve(centre: Centre, number: str) -> WatchlistEntry:
    """An entry for a document, put in force and not swept yet."""
    one, two = system_actor("one"), system_actor("two")
    held = Watchlist(
        id="l", name="Lost", source="Police", legal_basis="Act 1", handling=Handling.INSPECT
    )
    watchlists.add_list(centre, two, held)
    entry = WatchlistEntry(
        id="",
        watchlist_id=held.id,
        kind=EntryKind.DOCUMENT,
        names=(),
        documents=(Document(type=DocumentType.PASSPORT, number=number, issuer="PAK"),),
        reason="Reported stolen",
    )
    proposed = watchlists.propose(centre, one, entry)
    return watchlists.decide(centre, two, proposed.id, approve=True, reason="checked")


@pytest.fixture
def listed(person: Any) -> Any:
    return person(family="MAZARI", given="ZULFIQAR", born="800505", document="PA7654321")


def test_who_was_announced_before_the_entry_is_found(
    any_centre: Centre,
    declare: Callable[..., bytes],
    listed: Any,
    units: Any,
    acting: Any,
) -> None:
    units(any_centre)
    take_in(any_centre, declare(listed))
    assert number_of(any_centre, alert) == 0
    entry = approve(any_centre, listed.document)
    assert queue.drain(any_centre) == set()
    (row,) = alerts.list_alerts(any_centre, acting(Role.TARGETING, "KHI"))
    assert {hit.target.id for hit in row.hits} == {entry.id}
    assert number_of(any_centre, watchlist_entry, watchlist_entry.c.swept_at.is_(None)) == 0


def test_a_second_sweep_does_nothing(
    centre: Centre, declare: Callable[..., bytes], listed: Any, units: Any
) -> None:
    units(centre)
    take_in(centre, declare(listed))
    approve(centre, listed.document)
    assert screening.sweep(centre) == 1
    assert screening.sweep(centre) == 0
    assert number_of(centre, alert) == 1
    assert number_of(centre, audit, audit.c.action == "watchlist.swept") == 1


def test_who_was_screened_against_the_entry_already_is_not_alerted_twice(
    centre: Centre, declare: Callable[..., bytes], listed: Any, units: Any
) -> None:
    units(centre)
    approve(centre, listed.document)
    take_in(centre, declare(listed))
    assert number_of(centre, alert) == 1


def test_who_is_long_gone_is_left_alone(
    centre: Centre, clock: Any, declare: Callable[..., bytes], listed: Any, units: Any
) -> None:
    units(centre)
    take_in(centre, declare(listed))
    clock.now += timedelta(days=2)
    approve(centre, listed.document)
    assert screening.sweep(centre) == 1
    assert number_of(centre, alert) == 0


def test_a_sweep_that_fails_is_tried_again(
    centre: Centre,
    declare: Callable[..., bytes],
    listed: Any,
    units: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    units(centre)
    take_in(centre, declare(listed))
    approve(centre, listed.document)
    with monkeypatch.context() as patch:
        patch.setattr(screening, "assess", lambda *_, **__: 1 / 0)
        assert queue.drain(centre) == {queue.SWEEP}
    assert number_of(centre, alert) == 0
    assert queue.drain(centre) == set()
    assert number_of(centre, alert) == 1
