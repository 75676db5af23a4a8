"""Sharing between agencies: given, seen under conditions, passed on, taken back; who is refused."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose, Role, permissions_of, system_actor
from parakh.act.sharing import Terms
from parakh.alert.route import units_for
from parakh.domain.agency import Agency, AgencyKind
from parakh.domain.case import Section
from parakh.domain.profile import ProfileKind
from parakh.domain.sharing import PARTS, Part, RecordKind, RequestState, ShareState
from parakh.domain.unit import Unit
from parakh.domain.watchlist import Handling, Watchlist
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound, ParakhError
from parakh.services import (
    accounts,
    agencies,
    alerts,
    cases,
    cases_sharing,
    profile_views,
    profiles,
    sharing,
    sharing_requests,
)
from parakh.services.cases_sharing import Giving
from parakh.services.centre import Centre
from parakh.services.profiles import NewProfile
from parakh.store import agencies as seats
from parakh.store import tables

KEEPER = system_actor("test")
CONDITIONS = "For the inquiry 12/26 only"


def settle_guests(centre: Centre) -> None:
    """Police and anti-narcotics with a unit each, and an agency that has a liaison desk only."""
    for code, kind in (
        ("police", AgencyKind.POLICE),
        ("anf", AgencyKind.ANTI_NARCOTICS),
        ("interpol", AgencyKind.OTHER),
    ):
        agencies.save(centre, KEEPER, Agency(id=code, name=f"The {code}", kind=kind))
        unit = Unit(id=f"{code}-desk", name=f"{code} desk", agency=code)
        accounts.add_unit(centre, KEEPER, unit)


def seated(centre: Centre, name: str, unit: str, *roles: Role) -> Actor:
    """An officer as he would sign in."""
    permissions = permissions_of(frozenset(roles))
    with centre.db.read() as connection:
        seat = seats.seat(connection, [unit], permissions)
    return Actor(
        id=name, name=name, permissions=permissions, units=seat.units, ports=seat.ports,
        central=seat.central, agency=seat.agency, kind=seat.kind,
    )  # fmt: skip


def terms(centre: Centre, agency: str = "police", unit: str = "police-desk", **over: Any) -> Terms:
    values: dict[str, Any] = {
        "agency": agency,
        "unit_id": unit,
        "sections": frozenset({Part.REASONS, Part.FACTS}),
        "legal_basis": "Act 1, section 2",
        "conditions": CONDITIONS,
        "expires_at": centre.clock() + timedelta(days=10),
    }
    return Terms(**(values | over))


@pytest.fixture
def officer(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.TARGETING)


@pytest.fixture
def supervisor(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.SUPERVISOR)


@pytest.fixture
def guests(centre: Centre, units: Callable[[Centre], None]) -> Centre:
    units(centre)
    settle_guests(centre)
    return centre


@pytest.fixture
def profile_id(guests: Centre, officer: Actor) -> str:
    return suspect(guests, officer)


def suspect(centre: Centre, officer: Actor) -> str:
    new = NewProfile(
        kind=ProfileKind.PERSON, title="Gulab Noon", suspicion="carries gold", legal_basis="Act 1"
    )
    return profiles.open_profile(centre, officer, new).id


def text_of(found: Any) -> str:
    return str(found.record)


# --- from the first word to the last ------------------------------------------------------------


def test_seen_under_conditions_until_it_ends(
    any_centre: Centre, units: Any, officer: Actor, clock: Any
) -> None:
    centre = any_centre
    units(centre)
    settle_guests(centre)
    ref = suspect(centre, officer)
    police = seated(centre, "ali", "police-desk", Role.TARGETING)
    made = sharing.give(centre, officer, RecordKind.PROFILE, ref, terms(centre))
    assert made.state is ShareState.IN_FORCE

    shown = sharing.view(centre, police, made.id)
    assert shown.record is None
    assert shown.row.share.conditions == CONDITIONS
    assert "Gulab" not in str(sharing.overview(centre, police))

    sharing.acknowledge(centre, police, made.id, "FIR 7")
    shown = sharing.view(centre, police, made.id)
    assert "carries gold" in text_of(shown)
    assert [own.part for own in shown.record.parts] == [Part.REASONS, Part.FACTS]
    with centre.db.read() as connection:
        trail = connection.execute(
            sa.select(tables.audit.c.action, tables.audit.c.purpose)
            .where(tables.audit.c.action.startswith("share."))
            .order_by(tables.audit.c.seq)
        ).all()
    steps = ["share.given", "share.viewed", "share.acknowledged", "share.viewed"]
    assert [tuple(row) for row in trail] == [(own, "sharing") for own in steps]

    clock.advance(days=10, seconds=1)
    with pytest.raises(NotFound):
        sharing.view(centre, police, made.id)
    assert sharing.overview(centre, police).received == ()


def test_taken_back_is_gone_at_once(guests: Centre, officer: Actor, profile_id: str) -> None:
    police = seated(guests, "ali", "police-desk", Role.TARGETING)
    made = sharing.give(guests, officer, RecordKind.PROFILE, profile_id, terms(guests))
    sharing.acknowledge(guests, police, made.id)
    with pytest.raises(NotFound):
        sharing.end(guests, seated(guests, "anf", "anf-desk", Role.TARGETING), made.id, "not mine")
    sharing.end(guests, officer, made.id, "the inquiry is over")
    with pytest.raises(NotFound):
        sharing.view(guests, police, made.id)
    again = sharing.give(guests, officer, RecordKind.PROFILE, profile_id, terms(guests))
    assert sharing.view(guests, police, again.id).record is None, "conditions are accepted anew"


def test_nobody_else_sees_it(guests: Centre, officer: Actor, profile_id: str) -> None:
    accounts.add_unit(guests, KEEPER, Unit(id="cid", name="CID", agency="police"))
    made = sharing.give(guests, officer, RecordKind.PROFILE, profile_id, terms(guests))
    for name, unit, role in (
        ("cid", "cid", Role.TARGETING),
        ("anf", "anf-desk", Role.SUPERVISOR),
        ("ntc", "ntc", Role.SUPERVISOR),
    ):
        with pytest.raises(NotFound):
            sharing.view(guests, seated(guests, name, unit, role), made.id)
    head = seated(guests, "head", "cid", Role.SUPERVISOR)
    assert head.units == {"cid", "police-desk"}
    assert sharing.view(guests, head, made.id).row.giver == "Customs"


@pytest.mark.parametrize(
    ("over", "error"),
    [
        ({"agency": ""}, InvalidInput),
        ({"agency": "unknown"}, NotFound),
        ({"unit_id": "anf-desk"}, InvalidInput),
        ({"unit_id": "ntc"}, InvalidInput),
        ({"sections": frozenset()}, InvalidInput),
        ({"sections": frozenset({Part.TASKS})}, InvalidInput),
        ({"legal_basis": " "}, InvalidInput),
        ({"conditions": "no"}, InvalidInput),
        ({"expires_at": timedelta(0)}, InvalidInput),
        ({"expires_at": timedelta(days=367)}, InvalidInput),
    ],
)
def test_a_share_says_enough(
    guests: Centre, officer: Actor, profile_id: str, over: dict[str, Any], error: type[ParakhError]
) -> None:
    if "expires_at" in over:
        over = {"expires_at": guests.clock() + over["expires_at"]}
    wanted = replace(terms(guests), **over)
    with pytest.raises(error):
        sharing.give(guests, officer, RecordKind.PROFILE, profile_id, wanted)


def test_it_is_shared_once_at_a_time(guests: Centre, officer: Actor, profile_id: str) -> None:
    sharing.give(guests, officer, RecordKind.PROFILE, profile_id, terms(guests))
    with pytest.raises(Conflict):
        sharing.give(guests, officer, RecordKind.PROFILE, profile_id, terms(guests))


# --- agencies outside, liaison officers ---------------------------------------------------------


def test_what_leaves_the_centre_needs_a_second_person(
    guests: Centre, officer: Actor, supervisor: Actor, profile_id: str
) -> None:
    liaison = seated(guests, "li", "interpol-desk", Role.LIAISON)
    wanted = terms(guests, "interpol", "")
    made = sharing.give(guests, supervisor, RecordKind.PROFILE, profile_id, wanted)
    assert made.state is ShareState.WAITING
    with pytest.raises(NotFound):
        sharing.view(guests, liaison, made.id)
    with pytest.raises(Forbidden):
        sharing.decide(guests, supervisor, made.id, approve=True, reason="my own word")
    with pytest.raises(Forbidden):
        sharing.decide(guests, officer, made.id, approve=True, reason="seen by me")
    second = replace(supervisor, id="two", name="second")
    assert [own.share.id for own in sharing.overview(guests, second).waiting] == [made.id]
    sharing.decide(guests, second, made.id, approve=True, reason="the treaty covers it")
    assert sharing.view(guests, liaison, made.id).record is None
    with pytest.raises(Conflict):
        sharing.decide(guests, second, made.id, approve=False, reason="on second thought")


def test_liaison_shares_on_only_as_the_conditions_allow(
    guests: Centre, officer: Actor, supervisor: Actor, profile_id: str, clock: Any
) -> None:
    liaison = seated(guests, "li", "anf-desk", Role.LIAISON)
    police = seated(guests, "ali", "police-desk", Role.TARGETING)
    closed = sharing.give(
        guests, officer, RecordKind.PROFILE, profile_id, terms(guests, "anf", "anf-desk")
    )
    sharing.acknowledge(guests, liaison, closed.id)
    with pytest.raises(Forbidden, match="conditions do not allow"):
        sharing.pass_on(guests, liaison, closed.id, terms(guests))
    sharing.end(guests, officer, closed.id, "shared anew below")

    wanted = terms(guests, "anf", "anf-desk", may_pass_on=True)
    root = sharing.give(guests, officer, RecordKind.PROFILE, profile_id, wanted)
    with pytest.raises(Conflict, match="accept the conditions"):
        sharing.pass_on(guests, liaison, root.id, terms(guests))
    sharing.acknowledge(guests, liaison, root.id)
    for over in (
        {"expires_at": root.expires_at + timedelta(days=1)},
        {"sections": root.sections | {Part.JOURNEYS}},
        {"agency": "", "unit_id": "ntc"},
    ):
        with pytest.raises(InvalidInput):
            sharing.pass_on(guests, liaison, root.id, replace(terms(guests), **over))
    child = sharing.pass_on(guests, liaison, root.id, terms(guests))
    assert (child.from_agency, child.may_pass_on) == ("anf", False)
    sharing.acknowledge(guests, police, child.id)
    assert "carries gold" in text_of(sharing.view(guests, police, child.id))

    anf = seated(guests, "sara", "anf-desk", Role.TARGETING)
    firsthand = sharing.give(
        guests,
        anf,
        RecordKind.PROFILE,
        suspect(guests, anf),
        terms(guests, "interpol", "interpol-desk"),
    )
    assert [own.share.id for own in sharing.overview(guests, liaison).given] == [child.id]
    with pytest.raises(Forbidden):
        sharing.end(guests, liaison, firsthand.id, "not what he passed on")

    outside = sharing.pass_on(guests, liaison, root.id, terms(guests, "interpol", ""))
    assert [own.share.id for own in sharing.overview(guests, supervisor).waiting] == [outside.id]

    sharing.end(guests, liaison, outside.id, "passed on in error")
    sharing.end(guests, officer, root.id, "no longer needed")
    with pytest.raises(NotFound):
        sharing.view(guests, police, child.id)


def test_a_request_is_granted_by_sharing_or_refused(
    guests: Centre, officer: Actor, profile_id: str
) -> None:
    liaison = seated(guests, "li", "interpol-desk", Role.LIAISON)
    asked = [
        sharing_requests.ask(
            guests, liaison, asked_agency="", kind=RecordKind.PROFILE, about="Gulab Noon",
            reason="A warrant of Lyon",
        )
        for _ in range(2)
    ]  # fmt: skip
    found = sharing.of_record(guests, officer, RecordKind.PROFILE, profile_id)
    assert len(found.requests) == 2
    with pytest.raises(InvalidInput, match="another agency's"):
        sharing.give(
            guests, officer, RecordKind.PROFILE, profile_id, terms(guests), request_id=asked[0].id
        )
    wanted = terms(guests, "interpol", "interpol-desk")
    made = sharing.give(
        guests, officer, RecordKind.PROFILE, profile_id, wanted, request_id=asked[0].id
    )
    sharing_requests.refuse(guests, officer, asked[1].id, "asked twice")
    states = {own.request.id: own.request for own in sharing.overview(guests, liaison).requests}
    assert states[asked[0].id].share_id == made.id
    assert states[asked[1].id].state is RequestState.REFUSED
    with pytest.raises(Conflict):
        sharing_requests.refuse(guests, officer, asked[1].id, "once more")


# --- alerts and cases ---------------------------------------------------------------------------


def test_an_alert_and_a_case_show_what_was_chosen(stage: Any, ids: dict[str, str]) -> None:
    centre, officer = stage.centre, stage.actor("targeting")
    settle_guests(centre)
    police = seated(centre, "ali", "police-desk", Role.TARGETING)
    case = cases.open_from(centre, officer, [ids["alert"]], "Couriers of Noon")
    everything = terms(centre, sections=frozenset(PARTS[RecordKind.ALERT]))
    some = terms(centre, sections=frozenset({Part.PARTIES}))
    given = {
        RecordKind.ALERT: sharing.give(centre, officer, RecordKind.ALERT, ids["alert"], everything),
        RecordKind.CASE: sharing.give(centre, officer, RecordKind.CASE, case.id, some),
    }
    for own in given.values():
        sharing.acknowledge(centre, police, own.id)
    alert = sharing.view(centre, police, given[RecordKind.ALERT].id).record
    assert alert.title == "MAZARI, ZULFIQAR"
    assert [len(own.lines) > 0 for own in alert.parts] == [True, True, False]
    shown = sharing.view(centre, police, given[RecordKind.CASE].id).record
    assert [own.part for own in shown.parts] == [Part.PARTIES]
    told = [str(own.sentence) for own in cases.view(centre, officer, case.id).timeline]
    assert any(own.startswith("Shared with The police until") for own in told)
    # Neither the case nor the alert is in their own view.
    with pytest.raises(Forbidden):
        cases.view(centre, police, case.id)
    with pytest.raises(Forbidden):
        alerts.view(centre, police, ids["alert"])
    lahore = stage.actor("lahore")
    with pytest.raises(Forbidden):
        sharing.give(centre, lahore, RecordKind.ALERT, ids["alert"], everything)


def test_cases_of_agencies_stay_apart(guests: Centre, supervisor: Actor) -> None:
    police = seated(guests, "ali", "police-desk", Role.SUPERVISOR)
    theirs = cases.open_case(guests, police, cases.Opening(title="Stolen cars"))
    assert theirs.agency == "The police"
    assert cases.list_cases(guests, supervisor).total == 0
    with pytest.raises(Forbidden):
        cases.view(guests, supervisor, theirs.id)
    with pytest.raises(Forbidden):
        cases.open_case(guests, supervisor, cases.Opening(title="Mine", unit_id="police-desk"))
    mine = cases.open_case(guests, supervisor, cases.Opening(title="Gold", unit_id="khi"))
    with pytest.raises(InvalidInput, match="another agency's"):
        cases_sharing.share(
            guests, supervisor, mine.id, unit_id="police-desk", person="", reason="they asked"
        )
    giving = Giving(
        agency="Somebody", unit_id="police-desk", sections=frozenset({Section.NOTES}),
        legal_basis="Act 1, section 2",
    )  # fmt: skip
    assert cases_sharing.hand_over(guests, supervisor, mine.id, giving).agency == "The police"
    assert cases_sharing.agencies(guests) == ("The anf", "The interpol", "The police")


# --- the bounds of an agency, at the services ---------------------------------------------------


def test_the_database_refuses_a_purpose_that_is_not_the_agencys(guests: Centre) -> None:
    police = seated(guests, "ali", "police-desk", Role.SUPERVISOR)
    assert not police.everywhere
    refused = pytest.raises(Forbidden, match="does not work for this purpose: goods")
    with refused, guests.db.write(police, Purpose.GOODS) as tx:
        tx.audit("never", "x", "x")
    with guests.db.write(police, Purpose.CASE) as tx:
        tx.audit("test", "x", "x")


def test_agencies_are_kept(guests: Centre, acting: Callable[..., Actor]) -> None:
    keeper = acting(Role.INTEGRATOR)
    for value in (
        Agency(id="P", name="Short", kind=AgencyKind.POLICE),
        Agency(id="ok", name="x", kind=AgencyKind.POLICE),
        Agency(id="ok", name="Ours", kind=AgencyKind.CENTRE),
    ):
        with pytest.raises(InvalidInput):
            agencies.save(guests, keeper, value)
    for name in ("Customs", "The anf"):
        with pytest.raises(Conflict):
            agencies.save(guests, keeper, Agency(id="two", name=name, kind=AgencyKind.OTHER))
    with pytest.raises(Forbidden):
        agencies.save(
            guests, acting(Role.TARGETING), Agency(id="x1", name="X1", kind=AgencyKind.OTHER)
        )
    rows = {own.agency.id: own for own in agencies.overview(guests, keeper)}
    assert list(rows) == ["", "anf", "interpol", "police"]
    assert [own.id for own in rows["police"].units] == ["police-desk"]


def test_a_person_works_for_one_agency(guests: Centre, cheap_passwords: None) -> None:
    new = {
        "display_name": "",
        "roles": frozenset({Role.TARGETING}),
        "password": "unlikely winter pebble",
    }
    with pytest.raises(InvalidInput, match="more than one agency"):
        accounts.add_user(
            guests, KEEPER, name="both", units=frozenset({"khi", "police-desk"}), **new
        )
    accounts.add_user(guests, KEEPER, name="wali", units=frozenset({"khi", "lhe"}), **new)
    with pytest.raises(Conflict, match="wali works"):
        agencies.place_unit(guests, KEEPER, "khi", agency="police", region="", regional=False)
    placed = agencies.place_unit(guests, KEEPER, "khi", agency="", region="Sindh", regional=True)
    assert placed.regional


def test_a_regional_centre_sees_its_region(guests: Centre) -> None:
    for unit, port in (("pew", "PEW"), ("tkm", "TKM")):
        value = Unit(id=unit, name=unit, ports=frozenset({port}), region="Peshawar")
        accounts.add_unit(guests, KEEPER, value)
    head = Unit(id="rc", name="Peshawar centre", region="Peshawar", regional=True)
    accounts.add_unit(guests, KEEPER, head)
    accounts.add_unit(
        guests, KEEPER, Unit(id="cid", name="CID", agency="police", region="Peshawar")
    )
    actor = seated(guests, "khan", "rc", Role.TARGETING)
    assert actor.ports == {"PEW", "TKM"}
    assert actor.units == {"rc", "pew", "tkm"}
    assert not actor.everywhere
    assert actor.may(Permission.SEE_GOODS)


def test_a_guest_is_told_of_no_alert_that_does_not_name_it(guests: Centre) -> None:
    everywhere = Unit(
        id="police-hq", name="Police HQ", ports=frozenset({"KHI"}), central=True, agency="police"
    )
    accounts.add_unit(guests, KEEPER, everywhere)
    known = accounts.units(guests).values()
    assert [own.id for own in units_for("KHI", known)] == ["khi"]
    assert [own.id for own in units_for("GWD", known)] == ["ntc"]
    theirs = Watchlist(
        id="cars", name="Stolen cars", source="Police", legal_basis="Act 5",
        handling=Handling.INSPECT, unit_id="police-desk", alerts_port=False,
    )  # fmt: skip
    assert [own.id for own in units_for("KHI", known, [theirs])] == ["police-desk"]


def test_a_profile_is_shared_by_the_agency_that_opened_it(guests: Centre, officer: Actor) -> None:
    narcotics = seated(guests, "sara", "anf-desk", Role.TARGETING)
    theirs = suspect(guests, narcotics)
    with pytest.raises(Forbidden, match="opened by another agency"):
        sharing.give(guests, officer, RecordKind.PROFILE, theirs, terms(guests))
    assert profile_views.view(guests, officer, theirs).agency == "The anf"
    given = sharing.give(guests, narcotics, RecordKind.PROFILE, theirs, terms(guests))
    assert given.from_agency == "anf"
