"""What the demonstration's own people did before a visitor comes: each thing once, at any start.

Everybody and everything in it is invented.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import partial

import structlog

from parakh.access import Actor
from parakh.act.rules import Draft
from parakh.domain.alert import Alert, AlertState, OutcomeKind
from parakh.domain.case import Case, CaseState
from parakh.domain.hit import HitState, Kind, Ref
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
from parakh.domain.rule import Scope
from parakh.domain.traveller import Traveller
from parakh.domain.voyage import Direction
from parakh.errors import ParakhError
from parakh.services import (
    accounts,
    alerts,
    cases,
    cases_work,
    profile_facts,
    profile_sources,
    profiles,
    rule_review,
    rules,
)
from parakh.services import demonstration_desks as desks
from parakh.services.alerts import OPEN
from parakh.services.centre import Centre
from parakh.services.demonstration_history import DAYS, history
from parakh.services.profiles import NewProfile
from parakh.simulate.coming import Coming
from parakh.store import alerts as store
from parakh.store import assessments, travellers
from parakh.store import cases as cases_store
from parakh.store import profiles as profiles_store

_AROUND = timedelta(hours=48)
_log = structlog.get_logger()
_Step = Callable[[Centre], None]

_MADE_UP = "The demonstration; it is invented"
_COURIER_PROFILE, _COMPANY = "Courier between Dubai and Karachi", "Indus Star Trading (invented)"
_CLOSED, _TODAY = "Gold on a frequent traveller", "A listed traveller comes today"
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
class _People:
    """Those of the demonstration who act, as the services know them."""

    targeting: Actor
    supervisor: Actor
    gate: Actor
    islamabad: Actor


def before(centre: Centre, courier: str) -> None:
    """What is known before the coming flight is told of: a history, a seizure, a profile.

    `courier` is the passport of the one whom the simulator tells of. Whatever is there already is
    left as it is, and what a visitor has made impossible (he may close accounts) is left out.
    """
    people, own = _people(centre), _traveller(centre, courier)
    steps: list[_Step] = [history]
    if people is not None and own is not None:
        steps += [partial(_seizure, people=people, courier=own)]
        steps += [partial(_profiles, people=people, courier=own)]
    _take(centre, steps)


def after(centre: Centre, coming: Coming) -> None:
    """What is under way once the coming flight is told of; the same holds for it."""
    people = _people(centre)
    if people is None:
        return
    steps: list[_Step] = [
        partial(desks.roster, supervisor=people.supervisor),
        partial(desks.placed, targeting=people.targeting, supervisor=people.supervisor),
        partial(desks.route, supervisor=people.supervisor),
        partial(desks.view, targeting=people.targeting),
        partial(_outcomes, islamabad=people.islamabad),
        partial(desks.handed_over, gate=people.gate),
        partial(_followed, targeting=people.targeting, coming=coming),
        partial(_rule, targeting=people.targeting),
    ]
    _take(centre, steps)


def _take(centre: Centre, steps: Iterable[_Step]) -> None:
    for step in steps:
        try:
            step(centre)
        except ParakhError:
            _log.exception("a step of the demonstration failed")


def _people(centre: Centre) -> _People | None:
    """None where an account of theirs is closed."""
    known = {own.name: own for own in accounts.actors(centre).values()}
    if not known.keys() >= {"targeting", "supervisor", "gate", "gate-isb"}:
        return None
    return _People(
        targeting=known["targeting"],
        supervisor=known["supervisor"],
        gate=known["gate"],
        islamabad=known["gate-isb"],
    )


# --- the courier --------------------------------------------------------------------------------


def _seizure(centre: Centre, people: _People, courier: Traveller) -> None:
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


def _profiles(centre: Centre, people: _People, courier: Traveller) -> None:
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


def _outcomes(centre: Centre, islamabad: Actor) -> None:
    """What came of the first alerts of one unit."""
    with centre.db.read() as connection:
        done = store.alerts(connection, units=["demo-isb"], states=[AlertState.CLOSED])
        raised = store.alerts(connection, units=["demo-isb"], states=OPEN)
    if not done:
        for own, (kind, note) in zip(raised, _CAME_OF_IT, strict=False):
            _work_off(centre, islamabad, own, kind, note)


def _followed(centre: Centre, targeting: Actor, coming: Coming) -> None:
    """A case on a listed person of the coming flight, which somebody works on."""
    if _case(centre, targeting, _TODAY) is not None:
        return
    found = [
        own
        for number in coming.listed
        if (traveller := _traveller(centre, number)) is not None
        for own in _alerts_on(centre, traveller, "demo-khi")
    ]
    if not found:
        return
    opened = cases.open_from(centre, targeting, [found[0].id], _TODAY)
    cases_work.move(centre, targeting, opened.id, CaseState.IN_PROGRESS)
    cases_work.add_task(
        centre, targeting, opened.id, "Compare the passport with the one on the list", "supervisor",
        cases.today(centre),
    )  # fmt: skip
    cases_work.note(
        centre, targeting, opened.id, f"Lands with {coming.flight}; the gate at Karachi was told"
    )
    cases_work.attach(
        centre, targeting, opened.id, "call.txt", _CALL.encode(), "What the station manager said"
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
