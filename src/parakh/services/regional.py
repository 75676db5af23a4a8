"""The centre's side of its regional centres: what they may copy, and what they send up.

A regional centre is a Parakh of its own. What it sends is its audit trail, row by row, in order;
with some rows comes what the centre needs to do the same: messages as they may be kept, crossings,
and what officers decided about alerts. Rows are told by number and chained by hash, so that none
is taken in twice, none is lost, and none is changed on the way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import orjson
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from parakh.access import Actor, Permission, Purpose
from parakh.domain.message import Channel, Source
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound, ParakhError
from parakh.services import api_keys, intake, regional_records
from parakh.services.centre import Centre
from parakh.store import audit, copies, people
from parakh.store import regional as store
from parakh.store.audit import AuditRow
from parakh.store.regional import DROPPED, LEFT, REFUSED, Region, RegionEvent

LOST = timedelta(seconds=30)
"""A regional centre that was not heard of for so long is told to act alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """A row of a region's audit trail, with what belongs to it, if anything does.

    Attributes:
        message: its name and bytes.
        step: a step with an alert, or a lookout or case as it stands.
        refused: why what belongs to it was refused here before, and does not come with it.
        dropped: why the region gave that up.
    """

    row: AuditRow
    message: tuple[str, bytes] | None = None
    step: Mapping[str, Any] | None = None
    refused: str = ""
    dropped: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RegionRow:
    """A regional centre at a glance.

    Attributes:
        down_since: when it was heard of last, while the link is down; None while it is up.
        waiting: steps of it that wait here for a message to be read.
        left: steps for which nothing was found here.
        refused: rows of which a part was refused here, and was neither sent again nor dropped.
    """

    region: Region
    units: tuple[str, ...]
    down_since: datetime | None
    waiting: int
    left: int
    refused: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Joining:
    """What is set at a regional centre: its key, shown once, and the key of the centre."""

    region: str
    key: str
    public_key: str


# --- looks --------------------------------------------------------------------------------------


def overview(centre: Centre, actor: Actor) -> tuple[RegionRow, ...]:
    """The regional centres and whether the link to each stands."""
    actor.require(Permission.SEE_AGENCIES)
    now = centre.clock()
    with centre.db.read() as connection:
        units = people.units(connection).values()
        heads = {own.region for own in units if own.regional}
        known = {own.name: own for own in store.regions(connection)}
        counts = store.counts(connection)
    rows = []
    for name in sorted(heads | known.keys()):
        own = known.get(name, Region(name=name))
        lost = own.seen_at is not None and now - own.seen_at > LOST
        waiting, left, refused = counts.get(name, (0, 0, 0))
        rows.append(
            RegionRow(
                region=own,
                units=tuple(unit.name for unit in units if unit.region == name),
                down_since=own.seen_at if lost else None,
                waiting=waiting,
                left=left,
                refused=refused,
            )
        )
    return tuple(rows)


# --- steps --------------------------------------------------------------------------------------


def join(centre: Centre, actor: Actor, unit_id: str) -> Joining:
    """Makes the key of a regional centre's system; a key that it had is revoked.

    Raises InvalidInput for a unit that is no regional centre of the centre's own agency.
    """
    actor.require(Permission.MANAGE_USERS)
    with centre.db.read() as connection:
        unit = people.units(connection).get(unit_id)
    if unit is None:
        raise NotFound("there is no such unit")
    if not unit.regional or unit.agency:
        raise InvalidInput("name a unit that is a regional centre of the centre's own agency")
    name = f"region:{unit.region}"
    api_keys.revoke(centre, actor, name)
    key = api_keys.add(
        centre,
        actor,
        name=name,
        permissions=frozenset({Permission.ACT_FOR_REGION}),
        units=frozenset({unit_id}),
    )
    return Joining(region=unit.region, key=key, public_key=public_key(centre))


def public_key(centre: Centre) -> str:
    """By which a regional centre checks what it copies: Ed25519, in hexadecimal."""
    own = centre.db.keys.audit.public_key()
    return own.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def copy(centre: Centre, actor: Actor, marks: Mapping[str, Any]) -> tuple[bytes, str]:
    """What a regional centre's copy lacks, as JSON, and its signature in hexadecimal."""
    _region(actor)
    with centre.db.read() as connection:
        found = copies.lacking(connection, marks)
    body = orjson.dumps({"rows": found.rows, "marks": found.marks, "more": found.more})
    if found.rows:
        with centre.db.write(actor, Purpose.LINKED) as tx:
            counts = {name: len(rows) for name, rows in found.rows.items()}
            tx.audit("region.copied", "region", actor.region, **counts)
    return body, centre.db.keys.audit.sign(body).hex()


def take(
    centre: Centre,
    actor: Actor,
    sent: Sequence[Sent],
    *,
    alone: tuple[datetime, datetime] | None = None,
) -> int:
    """Takes in rows of a regional centre's audit trail; gives the number of the last one here.

    Rows that are here already are passed over. Raises Conflict where rows are missing in between,
    or one does not follow the last; then nothing of these rows is stored.
    """
    name = _region(actor)
    with centre.db.read() as connection:
        known = store.get(connection, name)
    new = _following(known, sent)
    # Before the rows, and each by itself: what came before is known again.
    events = [_taken(centre, name, own) for own in new]
    with centre.db.maintain() as connection:
        region = store.lock(connection, name)
        seen = replace(region, seen_at=centre.clock())
        if alone is not None:
            seen = replace(seen, alone_since=alone[0], alone_until=alone[1])
        store.save(connection, seen)
    if new:
        _store(centre, actor, events)
    return new[-1].row.seq if new else known.seq


def take_again(centre: Centre, actor: Actor, sent: Sent) -> None:
    """Takes in what belongs to a row that is here without it, or notes that it was given up.

    Once it is here, sending it again changes nothing. Raises NotFound for a row that is not here,
    Conflict for another one of its number, and as taking it in does.
    """
    name = _region(actor)
    came = _taken(centre, name, sent)
    with centre.db.write(actor, Purpose.LINKED) as tx:
        own = store.event(tx, name, sent.row.seq)
        if own.row.hash != sent.row.hash:
            raise Conflict(f"another row {sent.row.seq} is here")
        if own.outcome.startswith(REFUSED):
            dropped = replace(own, pending=None, outcome=f"{DROPPED}{sent.dropped}")
            store.again(tx, dropped if sent.dropped else came)
        tx.audit("region.sent_again", "region", name, row=own.row.seq, dropped=sent.dropped)


# --- within -------------------------------------------------------------------------------------


def _region(actor: Actor) -> str:
    actor.require(Permission.ACT_FOR_REGION, Purpose.LINKED)
    if not actor.region:
        raise Forbidden("the key is not that of a regional centre")
    return actor.region


def _following(known: Region, sent: Sequence[Sent]) -> list[Sent]:
    """The rows that are not here yet; raises Conflict unless they follow on what is."""
    new = [own for own in sent if own.row.seq > known.seq]
    seq, previous = known.seq, known.hash or audit.ORIGIN
    for own in new:
        if own.row.seq != seq + 1 or own.row.previous != previous or not audit.intact(own.row):
            raise Conflict(f"row {own.row.seq} does not follow row {seq}")
        seq, previous = own.row.seq, own.row.hash
    return new


def _received(centre: Centre, region: str, own: Sent) -> str:
    """Takes in the message that comes with a row; gives its identifier here, or "" for none."""
    if own.message is None:
        return ""
    name, data = own.message
    source = Source(channel=Channel.LINK, name=name[:200])
    return intake.receive(centre, _system_of(region), data, source).message.id


def _taken(centre: Centre, region: str, own: Sent) -> RegionEvent:
    """A row with what is still to be done because of it.

    A lookout is in force here before the messages that came after it are read: nothing holds it
    against goods afterwards.
    """
    made = RegionEvent(region=region, row=own.row, pending=own.step, outcome="")
    if own.refused:
        return replace(made, pending=None, outcome=f"{REFUSED}{own.refused}")
    if own.step is None or own.step.get("kind") != "lookout":
        return replace(made, outcome=_received(centre, region, own))
    try:
        outcome = regional_records.take(centre, made)
    except (ParakhError, ValueError) as error:
        outcome = f"{LEFT}{error if isinstance(error, ParakhError) else type(error).__name__}"
    return replace(made, pending=None, outcome=outcome)


def _store(centre: Centre, actor: Actor, new: Sequence[RegionEvent]) -> None:
    with centre.db.write(actor, Purpose.LINKED) as tx:
        region = store.lock(tx.connection, actor.region)
        if region.seq + 1 != new[0].row.seq:
            raise Conflict("these rows came by another way just now")
        store.add_events(tx, new)
        last = new[-1].row
        store.save(tx.connection, replace(region, seq=last.seq, hash=last.hash))
        tx.audit(
            "region.reported", "region", actor.region, rows=len(new), last=last.seq, head=last.hash
        )


def _system_of(region: str) -> Actor:
    """A regional centre's system, as it sends messages."""
    return Actor(
        id=f"region:{region}",
        name=f"region:{region}",
        permissions=frozenset({Permission.SEND_MESSAGES}),
        human=False,
    )
