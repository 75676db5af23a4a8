"""What is set up at the desks of the demonstration: duty, lookouts, routing, a view, a hand-over.

Each thing once, at any start; everybody and everything in it is invented.
"""

from datetime import timedelta

from parakh.access import Actor
from parakh.domain.alert import AlertState
from parakh.domain.hit import Advice, Kind
from parakh.domain.lookout import LookoutState
from parakh.domain.routing import Route
from parakh.domain.traveller import Document, DocumentType
from parakh.domain.vetting import Wanted
from parakh.domain.watchlist import EntryKind, Handling, Identifier, IdentifierKind, WatchlistEntry
from parakh.services import (
    alerts,
    duty,
    handovers,
    lookouts,
    routing,
    vetting,
)
from parakh.services.centre import Centre
from parakh.store import alerts as store
from parakh.store import duty as duty_store

_SHIFTS = (
    ("demo-ntc", "targeting", "07:00", "15:00"),
    ("demo-ntc", "supervisor", "15:00", "23:00"),
    ("demo-khi", "gate", "08:00", "20:00"),
    ("demo-isb", "gate-isb", "06:00", "18:00"),
    ("demo-lhe", "gate-lhe", "06:00", "18:00"),
)
_LOST, _VAN = "Lost passport, offered for sale online (invented)", "Fetches couriers (invented)"
_URGENT = "Refer at Karachi: tell the centre too"
_SOON = "New, due within six hours"


def roster(centre: Centre, supervisor: Actor) -> None:
    """This week and the first day of the next, by the file that a supervisor imports."""
    today = centre.clock().astimezone(centre.settings.zone).date()
    monday = today - timedelta(days=today.weekday())
    lines = [",".join(duty.COLUMNS)]
    for day in range(duty.DAYS + 1):
        on = monday + timedelta(days=day)
        lines += [f"{unit},{who},{on},{since},{until}" for unit, who, since, until in _SHIFTS]
    duty.import_roster(centre, supervisor, "\n".join(lines).encode())


def placed(centre: Centre, targeting: Actor, supervisor: Actor) -> None:
    """One that two persons stand behind, and one that waits for the second."""
    known = {
        own.lookout.entry.reason: own.lookout
        for own in lookouts.lookouts(centre, supervisor, lookouts.Which.ALL, ended=True)
    }
    passport = known.get(_LOST) or lookouts.place(
        centre,
        targeting,
        WatchlistEntry(
            id="",
            watchlist_id="",
            kind=EntryKind.DOCUMENT,
            names=(),
            documents=(Document(type=DocumentType.PASSPORT, number="XK7204419", issuer="PAK"),),
            reason=_LOST,
        ),
        instruction="Keep the document, and call the targeting desk",
        handling=Handling.REFER,
        ends_at=centre.clock() + timedelta(days=30),
    )
    if passport.state(centre.clock()) is LookoutState.PROVISIONAL:
        lookouts.decide(
            centre, supervisor, passport.id, agree=True, reason="The holder reported it"
        )
    if _VAN not in known:
        lookouts.place(
            centre,
            targeting,
            WatchlistEntry(
                id="",
                watchlist_id="",
                kind=EntryKind.VEHICLE,
                names=(),
                identifiers=(Identifier(kind=IdentifierKind.PLATE, value="BKL4471"),),
                reason=_VAN,
            ),
            instruction="Note who gets in, and tell the targeting desk",
        )


def route(centre: Centre, supervisor: Actor) -> None:
    if any(own.name == _URGENT for own in routing.view(centre, supervisor).routes):
        return
    routing.save_route(
        centre,
        supervisor,
        Route(
            id="",
            position=0,
            name=_URGENT,
            units=("demo-khi", "demo-ntc"),
            zone=centre.settings.time_zone,
            ports=frozenset({"KHI"}),
            advice=frozenset({Advice.REFER}),
            goes_on=True,
        ),
    )


def view(centre: Centre, targeting: Actor) -> None:
    saved, _ = vetting.views(centre, targeting)
    if not any(own.name == _SOON for own in saved):
        wanted = Wanted(hours=6, fresh=True)
        vetting.save_view(centre, targeting, _SOON, wanted, unit_id="demo-ntc")


def handed_over(centre: Centre, gate: Actor) -> None:
    """What the gate did not come to in its shift."""
    with centre.db.read() as connection:
        done = duty_store.handovers(connection, ["demo-khi"])
        raised = store.alerts(connection, units=["demo-khi"], states=[AlertState.NEW])
    doubtful = [
        own for own in raised if own.advice is Advice.COMPARE and own.subject.kind is Kind.TRAVELLER
    ]
    if done or not doubtful:
        return
    first = min(doubtful, key=lambda own: own.id)
    own = alerts.acknowledge(centre, gate, first.id)
    handovers.hand_over(centre, gate, [own.id], "Only the name was compared; ask for the father's")
