"""Cases: opened from alerts or from nothing, listed, and looked at whole."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.act.cases import LONGEST_TITLE, require_live, text_of
from parakh.act.decisions import require_human
from parakh.domain.case import LIVE, Case, PartyRole, Priority
from parakh.domain.hit import HitState, Kind
from parakh.domain.ids import new_id
from parakh.domain.phrase import N_, phrase
from parakh.domain.unit import Unit
from parakh.errors import Forbidden, InvalidInput
from parakh.services import agencies, cases_parties, cases_view, masking
from parakh.services.cases_view import (
    AlertCases,
    CaseAlert,
    CasePage,
    CaseRow,
    CaseView,
    case_alerts,
)
from parakh.services.centre import Centre
from parakh.store import case_parts, people, travellers
from parakh.store import cases as store
from parakh.store.cases import EVERY_CASE, Wanted
from parakh.store.database import Tx

PAGE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """What a new case is to be; empty fields are filled in.

    Attributes:
        unit_id: of the first alert, else of whoever opens it.
        owner: whoever opens it.
        alert_ids: what it is opened from; their travellers stand in it.
        traveller_ids, profile_ids: who else stands in it from the start.
    """

    title: str = ""
    summary: str = ""
    priority: Priority = Priority.NORMAL
    unit_id: str = ""
    owner: str = ""
    restricted: bool = False
    alert_ids: tuple[str, ...] = ()
    traveller_ids: tuple[str, ...] = ()
    profile_ids: tuple[str, ...] = ()


# --- opening ------------------------------------------------------------------------------------


def open_from(centre: Centre, actor: Actor, alert_ids: Iterable[str], title: str = "") -> Case:
    """Opens a case from alerts of the actor's units; see `open_case`."""
    return open_case(centre, actor, Opening(title=title, alert_ids=tuple(alert_ids)))


def open_case(centre: Centre, actor: Actor, wanted: Opening) -> Case:
    """Opens a case, with the travellers of its alerts as parties.

    Raises InvalidInput without a title and without an alert to take it from, Forbidden for an alert
    or traveller that is not the actor's to see, or a unit that is not his.
    """
    actor.require(Permission.WORK_CASES)
    require_human(actor)
    with centre.db.write(actor, Purpose.CASE) as tx:
        found = _alerts(centre, tx.connection, actor, dict.fromkeys(wanted.alert_ids))
        value = _opened(centre, tx, wanted, found)
        store.add(tx, value)
        case_parts.tell(tx, value.id, "opened", phrase(N_("The case was opened")))
        tx.audit("case.opened", "case", value.id, number=value.number, alerts=len(found))
        for own in found:
            put_alert(centre, tx, value.id, own)
        for traveller_id in dict.fromkeys(wanted.traveller_ids):
            cases_parties.add_traveller(
                centre, tx, value.id, traveller_id, PartyRole.SUSPECT,
                phrase(N_("page of the traveller")),
            )  # fmt: skip
        for profile_id in dict.fromkeys(wanted.profile_ids):
            cases_parties.add_profile(
                tx, value.id, actor, profile_id, PartyRole.SUSPECT,
                phrase(N_("page of the profile")),
            )  # fmt: skip
        if wanted.restricted:
            store.name_person(tx, value.id, actor.name, "opened it")
    return value


def put_alert(centre: Centre, tx: Tx, case_id: str, own: CaseAlert) -> bool:
    """Puts an alert and its traveller into a case; False when it is in it already.

    Raises Forbidden where the traveller is masked.
    """
    if not store.add_alert(tx, case_id, own.alert.id):
        return False
    who = own.who
    raised = f"{own.alert.at:%Y-%m-%d %H:%M}"
    sentence = phrase(N_("The alert of {time} UTC on {name} was added"), time=raised, name=who)
    case_parts.tell(tx, case_id, "alert_added", sentence)
    tx.audit("case.alert_added", "case", case_id, alert=own.alert.id)
    if own.traveller is not None:
        confirmed = any(hit.state is HitState.CONFIRMED for hit in own.hits)
        role = PartyRole.SUSPECT if confirmed else PartyRole.OTHER
        cases_parties.add_alerted(centre, tx, case_id, own.traveller, role, raised)
    elif own.thing is not None:
        cases_parties.add_thing(tx, case_id, own.thing, raised)
    return True


# --- looks --------------------------------------------------------------------------------------


def list_cases(
    centre: Centre, actor: Actor, wanted: Wanted = EVERY_CASE, *, page: int = 1
) -> CasePage:
    """A page of the cases that the actor may see; a look that is audited."""
    actor.require(Permission.SEE_CASES)
    page, at = max(1, page), centre.clock()
    with centre.db.read() as connection:
        found, total = store.search(
            connection, actor, wanted, at=at, offset=(page - 1) * PAGE, limit=PAGE
        )
        units = people.units(connection)
        hide = partial(masking.masked, centre, connection, actor)
        shown = case_parts.figures(connection, [own.id for own in found], today(centre), hide)
    with centre.db.write(actor, Purpose.CASE) as tx:
        tx.audit("cases.listed", "case", "all", searched=wanted.text, total=total)
    rows = (CaseRow(case=own, unit=units[own.unit_id], figures=shown[own.id]) for own in found)
    return CasePage(rows=tuple(rows), total=total, page=page, pages=max(1, -(-total // PAGE)))


def view(centre: Centre, actor: Actor, case_id: str) -> CaseView:
    """All of a case that the actor may see; a look that is audited. Raises as `store.reach`."""
    actor.require(Permission.SEE_CASES)
    with centre.db.read() as connection:
        reach = store.reach(connection, actor, case_id, centre.clock())
        shown = cases_view.whole(centre, connection, actor, reach)
    centre.looked(actor, Purpose.CASE, "case.viewed", "case", case_id)
    return shown


def of_alert(centre: Centre, actor: Actor, alert_id: str) -> AlertCases:
    """The cases of an alert, and what a new one could be opened from; a look that is audited."""
    actor.require(Permission.SEE_CASES)
    with centre.db.read() as connection:
        (own,) = _alerts(centre, connection, actor, [alert_id])
        person = own.alert.subject.id if own.alert.subject.kind is Kind.TRAVELLER else ""
        ids = cases_view.same_person(connection, person) if person else set()
        here = store.by_id(
            connection, actor, store.with_alert(connection, alert_id), centre.clock()
        )
        about = store.by_id(connection, actor, store.with_party(connection, ids), centre.clock())
        others = cases_view.open_alerts(centre, connection, actor, ids, alert_id)
    centre.looked(actor, Purpose.CASE, "case.of_alert", "alert", alert_id)
    known = {own.id for own in here}
    return AlertCases(
        alert=own.alert,
        cases=tuple(here),
        others=tuple(others),
        live=tuple(case for case in about if case.id not in known and case.state in LIVE),
        outcomes=own.outcomes,
    )


def of_traveller(centre: Centre, actor: Actor, traveller_id: str) -> tuple[Case, ...]:
    """The cases in which a traveller's person stands; a look that is audited."""
    actor.require(Permission.SEE_CASES)
    with centre.db.read() as connection:
        lasting = travellers.lasting_id(connection, traveller_id)
        ids = store.with_party(connection, cases_view.same_person(connection, lasting))
        found = store.by_id(connection, actor, ids, centre.clock())
    centre.looked(actor, Purpose.CASE, "case.of_traveller", "traveller", lasting)
    return tuple(found)


def offered(centre: Centre, actor: Actor) -> tuple[Unit, ...]:
    """The units for which somebody may open a case, his own ones first; raises Forbidden."""
    actor.require(Permission.WORK_CASES)
    with centre.db.read() as connection:
        units = people.units(connection).values()
    seen = [own for own in units if _his(own, actor)]
    return tuple(sorted(seen, key=lambda own: (own.id not in actor.units, own.name)))


def of_profile(centre: Centre, actor: Actor, profile_id: str) -> tuple[Case, ...]:
    """The cases in which a profile stands; a look that is audited."""
    actor.require(Permission.SEE_CASES)
    with centre.db.read() as connection:
        found = store.by_id(
            connection, actor, store.with_party(connection, [profile_id]), centre.clock()
        )
    centre.looked(actor, Purpose.CASE, "case.of_profile", "profile", profile_id)
    return tuple(found)


@contextmanager
def working(
    centre: Centre,
    actor: Actor,
    case_id: str,
    *,
    permission: Permission = Permission.WORK_CASES,
    live: bool = True,
) -> Iterator[tuple[Tx, Case]]:
    """A transaction in which a human works on a case that is his to work on.

    Raises Conflict for a closed one (unless not `live`), Forbidden where it may only be looked at.
    """
    actor.require(permission)
    require_human(actor)
    with centre.db.write(actor, Purpose.CASE) as tx:
        reach = store.reach(tx.connection, actor, case_id, tx.at, lock=True)
        if not reach.works:
            raise Forbidden("what was handed over to your unit may be looked at, not changed")
        if live:
            require_live(reach.case)
        yield tx, reach.case


def known_person(connection: sa.Connection, actor: Actor, name: str) -> str:
    """The sign-in name of somebody who may work here; raises InvalidInput."""
    tidy = name.strip()
    if tidy == actor.name:
        return tidy
    if tidy not in {own.name for own in people.users(connection) if own.active}:
        raise InvalidInput("nobody who may sign in has that name")
    return tidy


def today(centre: Centre) -> date:
    """The day of the centre's calendar."""
    return centre.clock().astimezone(centre.settings.zone).date()


# --- within -------------------------------------------------------------------------------------


def _opened(centre: Centre, tx: Tx, wanted: Opening, found: Sequence[CaseAlert]) -> Case:
    title = wanted.title.strip() or next((own.who for own in found if own.who), "")
    unit_id = wanted.unit_id or next((own.alert.unit_id for own in found), "")
    unit_id = unit_id or next(iter(sorted(tx.actor.units)), "")
    units = people.units(tx.connection)
    if unit_id not in units:
        raise InvalidInput("say which unit the case is for")
    if not _his(units[unit_id], tx.actor):
        raise Forbidden("a case is opened for a unit of one's own")
    return Case(
        id=new_id(),
        number=store.new_number(tx, today(centre).year),
        title=text_of(title, "the title", most=LONGEST_TITLE, least=3),
        summary=text_of(wanted.summary, "the summary", least=0),
        priority=wanted.priority,
        restricted=wanted.restricted,
        unit_id=unit_id,
        agency=agencies.name_of(centre, tx.connection, units[unit_id].agency),
        owner=known_person(tx.connection, tx.actor, wanted.owner or tx.actor.name),
        opened_by=tx.actor.name,
        opened_at=tx.at,
        changed_at=tx.at,
    )


def _his(unit: Unit, actor: Actor) -> bool:
    """Whether somebody may open a case for a unit: his own, or any of an agency he oversees."""
    return unit.id in actor.units or (actor.everywhere and unit.agency == actor.agency)


def _alerts(
    centre: Centre, connection: sa.Connection, actor: Actor, ids: Iterable[str]
) -> list[CaseAlert]:
    found = case_alerts(centre, connection, actor, list(ids))
    if not all(own.mine for own in found):
        raise Forbidden("the alert belongs to another unit")
    return found
