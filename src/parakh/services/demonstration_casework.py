"""What the demonstration's own people did before a visitor comes: each thing once, at any start.

Everybody and everything in it is invented.
"""

from dataclasses import dataclass
from datetime import UTC, timedelta
from decimal import Decimal
from enum import StrEnum
from random import Random

import polars as pl
import polars.selectors as cs

from parakh.access import Actor
from parakh.act.rules import Draft
from parakh.domain.alert import Alert, AlertState, OutcomeKind
from parakh.domain.case import Case, CaseState
from parakh.domain.hit import Advice, HitState, Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.lookout import LookoutState
from parakh.domain.outcome import (
    NO_DETAILS,
    Commodity,
    Concealment,
    Details,
    Measure,
    Money,
    Seizure,
)
from parakh.domain.profile import (
    Fact,
    FactKind,
    NameKind,
    Profile,
    ProfileKind,
    ProfileState,
    Scheme,
    Tie,
)
from parakh.domain.routing import Route
from parakh.domain.rule import Scope
from parakh.domain.traveller import Document, DocumentType, Traveller
from parakh.domain.vetting import Wanted
from parakh.domain.voyage import Direction
from parakh.domain.watchlist import EntryKind, Handling, Identifier, IdentifierKind, WatchlistEntry
from parakh.screen.rules.attributes import CATALOGUE
from parakh.services import (
    alerts,
    cases,
    cases_work,
    duty,
    features,
    lookouts,
    profile_facts,
    profile_sources,
    profiles,
    routing,
    rule_review,
    rules,
    vetting,
)
from parakh.services.alerts import OPEN
from parakh.services.archive import archive_of
from parakh.services.centre import Centre
from parakh.services.profiles import NewProfile
from parakh.services.subjects import subjects_of
from parakh.simulate.coming import Coming
from parakh.store import alerts as store
from parakh.store import assessments, travellers
from parakh.store import cases as cases_store
from parakh.store import profiles as profiles_store

DAYS = 60
"""So many days of history are made up."""

_AROUND = timedelta(hours=48)
_MADE_UP = "The demonstration; it is invented"
_SHIFTS = (
    ("demo-ntc", "targeting", "07:00", "15:00"),
    ("demo-ntc", "supervisor", "15:00", "23:00"),
    ("demo-ntc", "analyst", "23:00", "07:00"),
    ("demo-khi", "gate", "08:00", "20:00"),
    ("demo-khi", "custody", "20:00", "08:00"),
    ("demo-isb", "gate-isb", "06:00", "18:00"),
    ("demo-lhe", "gate-lhe", "06:00", "18:00"),
)
_COURIER_PROFILE, _COMPANY = "Courier between Dubai and Karachi", "Indus Star Trading (invented)"
_CLOSED, _TODAY = "Gold on a frequent traveller", "A listed traveller comes today"
_LOST, _VAN = "Lost passport, offered for sale online (invented)", "Fetches couriers (invented)"
_URGENT = "Refer at Karachi: tell the centre too"
_SOON = "New, due within six hours"
_NO_LAW = "None is needed: everybody in it is invented"
_NEW_RULE = Draft(
    name="Alone, no luggage, from Dubai",
    text=(
        'voyage.origin == "DXB" && traveller.age >= 18\n'
        "  && traveller.bag_count == 0 && traveller.co_travellers == 0"
    ),
    reason="Couriers of gold travel alone, without checked bags",
    instruction="Examine the hand luggage, and what is worn on the body",
    scope=Scope(ports=frozenset({"KHI"}), directions=frozenset({Direction.ENTRY})),
)
_GOLD = Seizure(
    commodity=Commodity.GOLD,
    description="Chains, worn under the shirt (invented)",
    quantity=Decimal(640),
    measure=Measure.GRAM,
    value=Money(amount=Decimal(14_200_000), currency="PKR"),
    concealment=Concealment.ON_BODY,
)
_CAME_OF_IT = (
    (OutcomeKind.NOTHING_FOUND, "Luggage examined; all was in order"),
    (OutcomeKind.PENALTY, "Currency above the limit was not declared"),
    (OutcomeKind.NOTHING_FOUND, "Questioned; the account of the journey holds"),
    (OutcomeKind.REFUSED, "Refused entry by the immigration officer"),
)
_CALL = """Call with the airline's station manager (invented)

Checked in alone, two hours before departure, with hand luggage only.
Asked for a seat near the front door.
Was told nothing of this call.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class People:
    """Those of the demonstration who act, as the services know them."""

    targeting: Actor
    supervisor: Actor
    gate: Actor
    islamabad: Actor


def before(centre: Centre, people: People, passport: str) -> None:
    """What is known before the coming flight is told of: a history, a seizure, a profile.

    `passport` is that of the courier whom the simulator tells of.
    """
    _history(centre)
    courier = _traveller(centre, passport)
    if courier is None:
        return
    _seizure(centre, people, courier)
    _profiles(centre, people, courier)


def after(centre: Centre, people: People, coming: Coming) -> None:
    """What is under way once the coming flight is told of."""
    duty.import_roster(centre, people.supervisor, _roster(centre))
    _lookouts(centre, people)
    _route(centre, people.supervisor)
    _view(centre, people.targeting)
    _outcomes(centre, people.islamabad)
    _followed(centre, people, coming)
    _rule(centre, people.targeting)


# --- history ------------------------------------------------------------------------------------


def _history(centre: Centre) -> None:
    """Earlier days on which like travellers came: those on file, some each day, as if then."""
    archive, today = archive_of(centre), centre.clock().astimezone(UTC).date()
    if len(archive.days(today - timedelta(days=DAYS), today)) > DAYS // 2:
        return
    rng = Random("history")  # noqa: S311  (believable, repeatable data; nothing secret)
    flights = _flights(centre)
    shown = [
        _on_day(flight.sample(rng.randrange(15, 32), seed=rng.randrange(2**31)), day)
        for day in range(1, DAYS + 1)
        for flight in flights
    ]
    if shown:
        archive.add(pl.concat([*flights, *shown]))


def _flights(centre: Centre) -> list[pl.DataFrame]:
    """The travellers of each flight on file as rules see them when it is due."""
    needs, now = CATALOGUE.of(Kind.TRAVELLER).columns(), centre.clock()
    frames = []
    with centre.db.read() as connection:
        for voyage in travellers.voyages_between(connection, now - _AROUND, now + _AROUND, None):
            came = travellers.travellers_of_voyage(connection, voyage.id)
            if len(came) < 100 or voyage.due_at is None:
                continue
            rows = features.frame(connection, subjects_of(connection, came), needs, voyage.due_at)
            frames.append(
                rows.with_columns(
                    pl.Series("subject_id", [own.id for own in came]),
                    port=pl.lit(voyage.port),
                    direction=pl.lit(voyage.direction.value),
                )
            )
    return frames


def _on_day(rows: pl.DataFrame, days: int) -> pl.DataFrame:
    """The rows so many days earlier, of persons of whom nothing else is known."""
    earlier = cs.date() | cs.datetime()
    return rows.with_columns(
        earlier.dt.offset_by(f"-{days}d"),
        pl.Series("subject_id", [new_id() for _ in range(len(rows))]),
    )


# --- the courier --------------------------------------------------------------------------------


def _seizure(centre: Centre, people: People, courier: Traveller) -> None:
    """The rule was right: gold was found, so that the rule has one of one found."""
    found = _alerts_on(centre, courier, "demo-khi")
    known = _case(centre, people.targeting, _CLOSED)
    if not found or (known is not None and known.state is CaseState.CLOSED):
        return
    details = Details(seizures=(_GOLD,), place="KHI, red channel")
    for own in found:
        _work_off(
            centre, people.gate, own, OutcomeKind.SEIZURE, "Wore gold under his shirt", details
        )
    opened = known or cases.open_from(centre, people.targeting, [own.id for own in found], _CLOSED)
    cases_work.close(
        centre,
        people.targeting,
        opened.id,
        OutcomeKind.SEIZURE,
        "Handed to the adjudication court (invented)",
        details,
    )


def _profiles(centre: Centre, people: People, courier: Traveller) -> None:
    """One in force, on the courier, and one that waits for review, on whom he works for."""
    person = _profile(centre, _COURIER_PROFILE)
    if person is None:
        drafted = profile_sources.draft(centre, people.targeting, Kind.TRAVELLER, courier.id)
        person = profiles.open_profile(
            centre,
            people.targeting,
            NewProfile(
                kind=ProfileKind.PERSON,
                title=_COURIER_PROFILE,
                suspicion="Carries gold for others, four times within a fortnight",
                legal_basis=_NO_LAW,
                facts=(*drafted.facts, *_TOLD),
            ),
        )
    if _profile(centre, _COMPANY) is None:
        company = profiles.open_profile(
            centre,
            people.targeting,
            NewProfile(
                kind=ProfileKind.ORGANISATION,
                title=_COMPANY,
                suspicion="Pays the tickets of couriers",
                legal_basis=_NO_LAW,
                facts=(_fact(FactKind.IDENTIFIER, "0714-2209", Scheme.REGISTRATION),),
            ),
        )
        tie = _fact(FactKind.ASSOCIATION, company.id, Tie.WORKS_FOR)
        profile_facts.add_fact(centre, people.targeting, person.id, tie)
    if person.state is ProfileState.PROPOSED:
        profiles.decide(
            centre,
            people.supervisor,
            person.id,
            approve=True,
            reason="The seizure bears it out",
        )


def _fact(kind: FactKind, value: str, scheme: StrEnum | None = None) -> Fact:
    """A fact that nobody told yet."""
    named = scheme.value if scheme is not None else ""
    return Fact(id="", profile_id="", kind=kind, scheme=named, value=value, source=_MADE_UP)


_TOLD = (
    _fact(FactKind.NAME, "CHACHA SONA", NameKind.ALIAS),
    _fact(FactKind.IDENTIFIER, "42201-5550199-3", Scheme.IDENTITY_CARD),
    _fact(FactKind.NOTE, "Meets somebody at the car park of the domestic terminal"),
)


# --- what is under way --------------------------------------------------------------------------


def _roster(centre: Centre) -> bytes:
    """This week and the first day of the next, as the file that a supervisor imports."""
    today = centre.clock().astimezone(centre.settings.zone).date()
    monday = today - timedelta(days=today.weekday())
    lines = [",".join(duty.COLUMNS)]
    for day in range(duty.DAYS + 1):
        on = monday + timedelta(days=day)
        lines += [f"{unit},{who},{on},{since},{until}" for unit, who, since, until in _SHIFTS]
    return "\n".join(lines).encode()


def _lookouts(centre: Centre, people: People) -> None:
    """One that two persons stand behind, and one that waits for the second."""
    placed = {
        own.lookout.entry.reason: own.lookout
        for own in lookouts.lookouts(centre, people.supervisor, lookouts.Which.ALL, ended=True)
    }
    passport = placed.get(_LOST) or lookouts.place(
        centre,
        people.targeting,
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
            centre, people.supervisor, passport.id, agree=True, reason="The holder reported it"
        )
    if _VAN not in placed:
        lookouts.place(
            centre,
            people.targeting,
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


def _route(centre: Centre, supervisor: Actor) -> None:
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


def _view(centre: Centre, targeting: Actor) -> None:
    saved, _ = vetting.views(centre, targeting)
    if not any(own.name == _SOON for own in saved):
        wanted = Wanted(hours=6, fresh=True)
        vetting.save_view(centre, targeting, _SOON, wanted, unit_id="demo-ntc")


def _outcomes(centre: Centre, islamabad: Actor) -> None:
    """What came of the first alerts of one unit."""
    with centre.db.read() as connection:
        done = store.alerts(connection, units=["demo-isb"], states=[AlertState.CLOSED])
        raised = store.alerts(connection, units=["demo-isb"], states=OPEN)
    if not done:
        for own, (kind, note) in zip(raised, _CAME_OF_IT, strict=False):
            _work_off(centre, islamabad, own, kind, note)


def _followed(centre: Centre, people: People, coming: Coming) -> None:
    """A case on a listed person of the coming flight, which somebody works on."""
    if _case(centre, people.targeting, _TODAY) is not None:
        return
    found = [
        own
        for number in coming.listed
        if (traveller := _traveller(centre, number)) is not None
        for own in _alerts_on(centre, traveller, "demo-khi")
    ]
    if not found:
        return
    officer = people.targeting
    opened = cases.open_from(centre, officer, [found[0].id], _TODAY)
    cases_work.move(centre, officer, opened.id, CaseState.IN_PROGRESS)
    cases_work.add_task(
        centre, officer, opened.id, "Compare the passport with the one on the list", "supervisor",
        cases.today(centre),
    )  # fmt: skip
    cases_work.note(
        centre, officer, opened.id, f"Lands with {coming.flight}; the gate at Karachi was told"
    )
    cases_work.attach(
        centre, officer, opened.id, "call.txt", _CALL.encode(), "What the station manager said"
    )


def _rule(centre: Centre, targeting: Actor) -> None:
    """A rule that was tried on the history and waits for another person."""
    if _NEW_RULE.name in rules.names(centre, targeting).values():
        return
    written = rules.write(centre, targeting, _NEW_RULE)
    today = centre.clock().astimezone(UTC).date()
    since, until = today - timedelta(days=DAYS), today + timedelta(days=1)
    rule_review.try_out(centre, targeting, written.id, since, until)
    centre.backtesting.wait()
    rule_review.submit(centre, targeting, written.id)


# --- within -------------------------------------------------------------------------------------


def _traveller(centre: Centre, passport: str) -> Traveller | None:
    """Who shows a passport on a flight of these days."""
    now = centre.clock()
    with centre.db.read() as connection:
        for voyage in travellers.voyages_between(connection, now - _AROUND, now + _AROUND, None):
            for own in travellers.travellers_of_voyage(connection, voyage.id):
                if any(one.number == passport for one in own.documents):
                    return own
    return None


def _alerts_on(centre: Centre, own: Traveller, unit_id: str) -> list[Alert]:
    with centre.db.read() as connection:
        found = store.alerts_on(connection, Ref(kind=Kind.TRAVELLER, id=own.id))
    return [one for one in found if one.unit_id == unit_id]


def _work_off(
    centre: Centre,
    officer: Actor,
    own: Alert,
    kind: OutcomeKind,
    note: str,
    details: Details = NO_DETAILS,
) -> None:
    """Acknowledges an alert, decides its hits and closes it, as far as that is still to do."""
    if own.state is AlertState.NEW:
        own = alerts.acknowledge(centre, officer, own.id)
    with centre.db.read() as connection:
        hits = assessments.get_assessment(connection, own.assessment_id).hits
    confirmed = kind is not OutcomeKind.FALSE_MATCH
    for hit in hits:
        if hit.state is HitState.OPEN:
            alerts.decide(centre, officer, own.id, hit.id, confirmed=confirmed, reason=note)
    if own.state is not AlertState.CLOSED:
        alerts.close(centre, officer, own.id, kind, note, details)


def _case(centre: Centre, actor: Actor, title: str) -> Case | None:
    with centre.db.read() as connection:
        found, _ = cases_store.search(
            connection, actor, cases_store.Wanted(text=title), at=centre.clock(), offset=0, limit=1
        )
    return found[0] if found else None


def _profile(centre: Centre, title: str) -> Profile | None:
    with centre.db.read() as connection:
        found, _ = profiles_store.search(connection, text=title)
    return next((own for own in found if own.title == title), None)
