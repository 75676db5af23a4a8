"""Which record each share of a list is about, as far as its reader may know."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.domain.sharing import RecordKind, Share
from parakh.errors import Forbidden, NotFound
from parakh.services import cases_view
from parakh.services.centre import Centre
from parakh.services.sharing import SharedPage
from parakh.store import alerts, cases, profiles


def titles(centre: Centre, actor: Actor, page: SharedPage) -> Mapping[str, str]:
    """What the records of a page's shares are called, by share; a look that is audited.

    Of what he received one is told the number of a case, and the rest once the conditions were
    accepted; of what his agency shares, what he might open himself. The others are left out.
    """
    received = [row.share for row in page.received]
    given = [row.share for row in (*page.waiting, *page.given)]
    with centre.db.read() as connection:
        accepted = [own for own in received if own.acknowledged_by]
        told = _called(centre, connection, actor, accepted, lambda _: True)
        for own in received:
            if own.kind is RecordKind.CASE and own.id not in told:
                told[own.id] = cases.get(connection, own.ref_id).number
        passed = {own.id: told[own.parent_id] for own in given if own.parent_id in told}
        opens = _opens(connection, actor, centre.clock())
        told |= passed | _called(centre, connection, actor, given, opens)
    if told:
        with centre.db.write(actor, Purpose.SHARING) as tx:
            tx.audit("share.listed", "share", "", shares=sorted(told))
    return told


def _called(
    centre: Centre,
    connection: sa.Connection,
    actor: Actor,
    shares: Iterable[Share],
    may: Callable[[Share], bool],
) -> dict[str, str]:
    seen = [own for own in shares if may(own)]
    ids = {own.ref_id for own in seen if own.kind is RecordKind.ALERT}
    whose = {
        own.alert.id: own.who for own in cases_view.case_alerts(centre, connection, actor, ids)
    }
    return {own.id: _title(connection, own, whose) for own in seen}


def _title(connection: sa.Connection, own: Share, whose: Mapping[str, str]) -> str:
    if own.kind is RecordKind.ALERT:
        return whose[own.ref_id]
    if own.kind is RecordKind.PROFILE:
        return profiles.get(connection, own.ref_id).title
    found = cases.get(connection, own.ref_id)
    return f"{found.number} {found.title}"


def _opens(connection: sa.Connection, actor: Actor, at: datetime) -> Callable[[Share], bool]:
    """Whether somebody might open the record of a share by himself."""

    def may(own: Share) -> bool:
        try:
            if own.kind is RecordKind.PROFILE:
                return actor.may(Permission.SEE_PROFILES)
            if own.kind is RecordKind.CASE:
                cases.reach(connection, actor, own.ref_id, at)
                return actor.may(Permission.SEE_CASES)
            unit = alerts.get_alert(connection, own.ref_id).unit_id
        except (Forbidden, NotFound):
            return False
        return actor.may(Permission.SEE_ALERTS) and (actor.everywhere or unit in actor.units)

    return may
