"""The inbox: what waits for whom, and deciding from there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from tests.services.signing_kit import enrolled, joined

from parakh.access import Actor, Role, system_actor
from parakh.domain.ids import new_id
from parakh.domain.selectivity import Policy, TrustedTrader
from parakh.domain.traveller import PersonName
from parakh.domain.watchlist import (
    EntryKind,
    Handling,
    Identifier,
    IdentifierKind,
    Watchlist,
    WatchlistEntry,
)
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.services import (
    factor_resets,
    inbox,
    lookouts,
    selectivity_policies,
    trusted_traders,
    watchlists,
)
from parakh.services.centre import Centre
from parakh.services.inbox_kinds import KINDS
from parakh.store import inbox as store

pytestmark = pytest.mark.usefixtures("cheap_passwords")
WHY = "checked with the directorate"


@dataclass(frozen=True, kw_only=True)
class Desk:
    """An officer who proposes, and two who decide."""

    centre: Centre
    officer: Actor
    head: Actor
    other: Actor

    def kinds(self, actor: Actor, *, own: bool = False) -> list[str]:
        """What the inbox of one of them holds, in its order."""
        found = inbox.waiting(self.centre, actor)
        return [one.kind for one in found if one.own is own]


@pytest.fixture
def desk(any_centre: Centre) -> Desk:
    return Desk(
        centre=any_centre,
        officer=joined(any_centre, "officer"),
        head=joined(any_centre, "head", Role.SUPERVISOR),
        other=joined(any_centre, "other", Role.SUPERVISOR),
    )


def entry(desk: Desk, by: Actor) -> str:
    own_list = Watchlist(
        id=new_id(), name=new_id(), source="Directorate", legal_basis="Act 1, section 2",
        handling=Handling.INSPECT,
    )  # fmt: skip
    watchlists.add_list(desk.centre, system_actor("second"), own_list)
    proposed = WatchlistEntry(
        id="", watchlist_id=own_list.id, kind=EntryKind.PERSON, reason="Carried currency twice",
        names=(PersonName(family="MAZARI", given="ZULFIQAR"),),
    )  # fmt: skip
    return watchlists.propose(desk.centre, by, proposed).id


def lookout(desk: Desk, by: Actor) -> str:
    value = WatchlistEntry(
        id="", watchlist_id="", kind=EntryKind.PERSON, reason="Seen at the market",
        names=(PersonName(family="TALPUR", given="SAFIA"),),
    )  # fmt: skip
    return lookouts.place(desk.centre, by, value, instruction="Call the desk").id


def policy(desk: Desk, by: Actor) -> str:
    made = selectivity_policies.propose(desk.centre, by, Policy(id="", port="", reason=WHY))
    return made.id


def trader(desk: Desk, by: Actor) -> str:
    draft = TrustedTrader(
        id="", identifier="1234567-8", name="Faisal Textiles", reason=WHY,
        authorisation="AEO-7",
        expires_at=desk.centre.clock() + timedelta(days=300),
    )  # fmt: skip
    return trusted_traders.propose(desk.centre, by, draft).id


PROPOSALS: list[tuple[str, Callable[[Desk, Actor], str]]] = [
    ("entry", entry),
    ("lookout", lookout),
    ("lane_policy", policy),
    ("trader", trader),
]


@pytest.mark.parametrize(("kind", "propose"), PROPOSALS, ids=[name for name, _ in PROPOSALS])
def test_what_somebody_proposed_waits_for_others(
    desk: Desk, kind: str, propose: Callable[[Desk, Actor], str]
) -> None:
    thing = propose(desk, desk.head)
    assert desk.kinds(desk.head) == []
    assert desk.kinds(desk.head, own=True) == [kind]
    assert desk.kinds(desk.officer) == [], "nobody sees what he may not decide"
    assert desk.kinds(desk.officer, own=True) == []
    found = inbox.waiting(desk.centre, desk.other)[0]
    assert (found.kind, found.by, found.at) == (kind, "head", desk.centre.clock())
    assert found.decide == f"/inbox/{kind}/{thing}"
    assert "{" not in str(found.title)
    with pytest.raises((Forbidden, Conflict)):
        inbox.decide(desk.centre, desk.head, kind, thing, approve=True, reason=WHY)
    with pytest.raises(Forbidden):
        inbox.decide(desk.centre, desk.officer, kind, thing, approve=True, reason=WHY)
    with pytest.raises(InvalidInput):
        inbox.decide(desk.centre, desk.other, kind, thing, approve=True, reason=" ")
    inbox.decide(desk.centre, desk.other, kind, thing, approve=True, reason=WHY)
    assert desk.kinds(desk.other) == []
    assert desk.kinds(desk.head, own=True) == []


def test_a_page_that_the_proposer_may_not_open_is_not_linked(desk: Desk) -> None:
    examiner = joined(desk.centre, "examiner", Role.EXAMINER)
    row = store.Row(id="1", place="", by=("examiner",), at=desk.centre.clock(), about="A FIRM")
    (own,) = [kind for kind in KINDS if kind.name == "profile"]
    assert own.told(row, examiner, own=True).href == ""
    assert own.told(row, desk.officer, own=True).href == "/profiles/1"


def test_a_lookout_without_a_name_is_told_by_its_number(desk: Desk) -> None:
    plate = Identifier(kind=IdentifierKind.PLATE, value="BKL4471")
    value = WatchlistEntry(
        id="", watchlist_id="", kind=EntryKind.VEHICLE, reason="Fetches couriers",
        names=(), identifiers=(plate,),
    )  # fmt: skip
    lookouts.place(desk.centre, desk.officer, value, instruction="Call the desk")
    told = inbox.waiting(desk.centre, desk.other)[0].title
    assert told.values["about"] == "BKL4471"


def test_what_lapses_soon_stands_first_then_the_newest(desk: Desk, clock: Any) -> None:
    lookout(desk, desk.officer)
    clock.advance(hours=1)
    entry(desk, desk.officer)
    clock.advance(hours=1)
    trader(desk, desk.head)
    assert desk.kinds(desk.other) == ["lookout", "trader", "entry"]
    assert inbox.count(desk.centre, desk.other) == 3
    assert inbox.count(desk.centre, desk.head) == 2


def test_the_count_is_remembered_for_seconds_until_somebody_decides(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    rows = store.rows
    monkeypatch.setattr(store, "rows", lambda *own: asked.append(1) or rows(*own))
    thing = entry(desk, desk.officer)
    assert inbox.count(desk.centre, desk.head) == 1
    once = len(asked)
    assert once <= len(KINDS), "one query for each kind"
    assert inbox.count(desk.centre, desk.head) == 1
    assert len(asked) == once
    inbox.decide(desk.centre, desk.head, "entry", thing, approve=False, reason=WHY)
    assert inbox.count(desk.centre, desk.head) == 0
    assert len(asked) > once
    assert inbox.count(desk.centre, desk.officer) == 0


def test_a_reset_of_a_second_factor_waits_for_a_second_person(desk: Desk) -> None:
    keeper = joined(desk.centre, "keeper", Role.INTEGRATOR)
    enrolled(desk.centre, desk.head)
    asked = factor_resets.ask(desk.centre, keeper, "head", "lost his phone")
    assert desk.kinds(keeper, own=True) == ["reset"]
    assert desk.kinds(desk.head) == [], "not he whose factor it is"
    assert desk.kinds(desk.other) == ["reset"]
    inbox.decide(desk.centre, desk.other, "reset", asked.id, approve=True, reason=WHY)
    assert desk.kinds(desk.other) == []


@pytest.mark.parametrize("kind", ["picture", "nothing", ""])
def test_what_needs_its_own_page_is_not_decided_here(desk: Desk, kind: str) -> None:
    with pytest.raises(NotFound):
        inbox.decide(desk.centre, desk.head, kind, "x", approve=True, reason=WHY)


def test_every_kind_can_be_asked_for(desk: Desk) -> None:
    """All queries hold on both databases, though most find nothing here."""
    with desk.centre.db.read() as connection:
        for kind in KINDS:
            assert store.rows(connection, kind.query, desk.head, desk.centre.clock()) == []
