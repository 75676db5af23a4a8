"""Operational alerts: what is read off the figures, what becomes of each, and who is told."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.act.decisions import require_human
from parakh.domain.connector import LinkState
from parakh.domain.hit import Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.performance import BUCKET, Counts, Feed, Standing, bucket_of
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.station import Station
from parakh.domain.trouble import (
    Key,
    Reading,
    Trouble,
    TroubleKind,
    TroubleState,
    follow,
)
from parakh.errors import Conflict, Forbidden, InvalidInput
from parakh.services import accounts, performance_telling
from parakh.services.centre import WORKER, Centre
from parakh.services.posts import limits_of
from parakh.store import connectors, duty, notices, stations
from parakh.store import performance as figures
from parakh.store import troubles as store
from parakh.store.database import Tx
from parakh.store.notices import Notice

RECENT = timedelta(hours=1)
"""Rates and times are read off the figures of so long."""

CROWD = 20
"""While so many travellers wait, a lane is not idle: the time from one crossing to the next is what
one traveller takes."""

LONGEST_NOTE = 500

_CAMERA = N_("The camera of {station}, lane {lane}, is down")
_SILENT = N_("{station}, lane {lane}, is not heard")
_BEHIND = N_("{count} captures wait in {station}, lane {lane}")
_QUEUE = N_("{count} travellers of voyages that came wait to cross")
_HANDLING = N_("Lane {lane} is slow: one traveller in twenty takes over {seconds} s")
_UNFIT = N_("Lane {lane}: {percent}% of the pictures show no face fit to search by")
_MATCHING = N_("Lane {lane}: only {percent}% of the faces match their documents")
_LATE = N_("{what}: none came; {minutes} min without one are usual")
_LATE_OF = N_("{what} of {sender}: none came; {minutes} min without one are usual")
_ERRORS = N_("{what}: {percent}% of those of today could not be read")
_ERRORS_OF = N_("{what} of {sender}: {percent}% of those of today could not be read")
_LINK = N_("The linked system {name} does not answer")
_ALERTS = N_("{count} alerts are past their service level")
_RANDOM = N_("Only {percent}% of what chance drew for examination was examined")


def acknowledge(centre: Centre, actor: Actor, trouble_id: str, note: str = "") -> Trouble:
    """Notes that somebody sees to a trouble; audited.

    Raises NotFound, Forbidden for another's port, Conflict where it is over or in hand already.
    """
    actor.require(Permission.KEEP_POSTS)
    require_human(actor)
    if len(note) > LONGEST_NOTE:
        raise InvalidInput(f"a note has at most {LONGEST_NOTE} characters")
    with centre.db.write(actor, Purpose.PERFORMANCE) as tx:
        own = store.get(tx.connection, trouble_id)
        _require_sight(centre, tx.connection, actor, own)
        if own.state is not TroubleState.OPEN:
            raise Conflict("this operational alert is over, or somebody sees to it already")
        made = own.acknowledged(actor.name, tx.at, note.strip())
        store.acknowledge(tx.connection, made)
        tx.audit("trouble.acknowledged", "post", own.key.post, of=own.key.kind.value)
    centre.wall.notify()
    return as_seen(actor, made)


def _require_sight(centre: Centre, connection: sa.Connection, actor: Actor, own: Trouble) -> None:
    now = centre.clock()
    if not sees(actor, own, figures.feeds(connection, now - timedelta(hours=1), now)):
        raise Forbidden(f"{actor.name} does not work at {own.key.post or 'its posts'}")


def sees(actor: Actor, own: Trouble, feeds: Iterable[Feed]) -> bool:
    """Whether a trouble is one of the actor's posts, or of a feed that serves one of them."""
    if actor.everywhere or own.key.post in actor.ports:
        return True
    return any(one.name == own.key.subject and actor.ports & set(one.posts) for one in feeds)


def as_seen(actor: Actor, own: Trouble) -> Trouble:
    """A trouble as somebody may read it: which systems are linked is told to those who see them."""
    return own if actor.may(Permission.SEE_CONNECTORS) else performance_telling.for_anybody(own)


# --- following --------------------------------------------------------------------------------


def follow_all(centre: Centre, stood: Sequence[Standing], feeds: Sequence[Feed]) -> None:
    """Brings every trouble to what the figures say now; tells of those that are new."""
    now = centre.clock()
    with centre.db.read() as connection:
        readings = {own.key: own for own in _readings(connection, stood, feeds, now)}
        known = {own.key: own for own in store.living(connection)}
        limits = limits_of(connection)
    changed = [
        after
        for key in readings.keys() | known.keys()
        if (after := follow(known.get(key), readings.get(key), limits(key), now)) is not None
        and after != known.get(key)
    ]
    turned = [own for own in changed if _turned(known.get(own.key), own)]
    if turned:
        opened = [own for own in turned if own.state is TroubleState.OPEN]
        keepers = _keepers(centre) if opened else []
        with centre.db.write(WORKER, Purpose.PERFORMANCE) as tx:
            store.put(tx.connection, changed)
            for own in turned:
                tx.audit(f"trouble.{own.state}", "post", own.key.post, of=own.key.kind.value)
            _tell(tx, keepers, opened, feeds)
    elif changed:
        with centre.db.maintain() as connection:
            store.put(connection, changed)


def _turned(before: Trouble | None, after: Trouble) -> bool:
    """Whether people should know: it was told to nobody before, or is over."""
    told = before is not None and before.opened_at is not None
    if after.state is TroubleState.CLEARED:
        return told
    return after.state is TroubleState.OPEN and not told


def _keepers(centre: Centre) -> list[Actor]:
    """The supervisors of posts. Read before anything is written: of many it takes its time."""
    return [
        own
        for own in accounts.actors(centre).values()
        if own.may(Permission.KEEP_POSTS) and own.may(Permission.SEE_PROFILES)
    ]


def _tell(
    tx: Tx, keepers: Sequence[Actor], opened: Sequence[Trouble], feeds: Sequence[Feed]
) -> None:
    """Gives notice to supervisors of the post: to those on duty, where one of them is."""
    if not opened:
        return
    on_duty = {own.officer for own in duty.shifts_at(tx.connection, tx.at)}
    made = []
    for own in opened:
        theirs = [one for one in keepers if sees(one, own, feeds)]
        here = [one for one in theirs if one.name in on_duty] or theirs
        made += [_notice(one, own, tx.at) for one in here]
        performance_telling.prepare(tx, own)
    notices.add(tx, made)


def _notice(actor: Actor, own: Trouble, at: datetime) -> Notice:
    where = f"/control/posts/{own.key.post}" if own.key.post else "/control"
    return Notice(
        id=new_id(),
        user_id=actor.id,
        subject=Ref(kind=Kind.POST, id=own.key.post or "feeds"),
        key=own.id,
        kind=own.key.kind.value,
        text=as_seen(actor, own).sentence,
        path=where,
        at=at,
    )


# --- readings ---------------------------------------------------------------------------------


def _readings(
    connection: sa.Connection, stood: Sequence[Standing], feeds: Sequence[Feed], now: datetime
) -> Iterable[Reading]:
    for own, _ in stations.all_stations(connection):
        if own.revoked_at is None and own.heard is not None:
            yield from _of_station(own, now)
    for post in stood:
        yield from _of_post(post)
    for feed in feeds:
        yield from _of_feed(feed)
    for link in connectors.health(connection, now):
        yield Reading(
            key=Key(kind=TroubleKind.LINK_DOWN, post="", subject=link.name),
            value=float(link.state is LinkState.DOWN),
            sentence=phrase(_LINK, name=link.name),
        )
    lanes: dict[tuple[str, str], list[Counts]] = {}
    since = bucket_of(now - RECENT)
    for bucket in figures.buckets(connection, since, bucket_of(now) + BUCKET, None):
        lanes.setdefault((bucket.post, bucket.lane), []).append(bucket.counts)
    crowded = {own.post for own in stood if own.waiting >= CROWD}
    for (code, lane), counts in lanes.items():
        hour = Counts.sum(counts)
        # Those who wait came: they crowd the lanes by which people enter.
        waited_at = code in crowded and 2 * hour.entries > hour.crossings
        yield from _of_lane(code, lane, hour, crowded=waited_at)


def _of_station(own: Station, now: datetime) -> Iterable[Reading]:
    heard = own.heard
    if heard is None:
        return
    told = {"station": own.name, "lane": own.lane or "–"}

    def reading(
        kind: TroubleKind, value: float, text: str, since: datetime | None = None, **more: object
    ) -> Reading:
        key = Key(kind=kind, post=own.port, lane=own.lane, subject=own.id)
        sentence = phrase(text, **told, **more)
        return Reading(key=key, value=value, sentence=sentence, since=since)

    silent = (now - heard.at).total_seconds() / 60
    yield reading(TroubleKind.STATION_SILENT, silent, _SILENT, heard.at)
    broken = heard.camera_since
    minutes = (now - broken).total_seconds() / 60 if broken else 0.0
    yield reading(TroubleKind.CAMERA_DOWN, minutes, _CAMERA, broken)
    yield reading(TroubleKind.STATION_BEHIND, heard.waiting, _BEHIND, count=heard.waiting)


def _of_post(own: Standing) -> Iterable[Reading]:
    def reading(
        kind: TroubleKind, value: float, sentence: Phrase, cases: int | None = None
    ) -> Reading:
        return Reading(
            key=Key(kind=kind, post=own.post), value=value, sentence=sentence, cases=cases
        )

    yield reading(TroubleKind.QUEUE, own.waiting, phrase(_QUEUE, count=own.waiting))
    yield reading(TroubleKind.ALERTS_LATE, own.alerts_late, phrase(_ALERTS, count=own.alerts_late))
    if own.drawn_share is not None:
        percent = own.drawn_share * 100
        sentence = phrase(_RANDOM, percent=int(percent))
        yield reading(TroubleKind.RANDOM_SHARE, percent, sentence, own.drawn)


def _of_feed(own: Feed) -> Iterable[Reading]:
    told = {"what": own.what, "sender": own.sender}
    if own.usual is not None and own.lag is not None and own.last_at is not None:
        over = (own.lag - own.usual).total_seconds() / 60
        usual = round(own.usual.total_seconds() / 60)
        yield Reading(
            key=Key(kind=TroubleKind.FEED_LATE, post="", subject=own.name),
            value=max(over, 0.0),
            sentence=phrase(_LATE_OF if own.sender else _LATE, **told, minutes=usual),
            since=own.last_at,
        )
    if own.error_share is not None:
        percent = own.error_share * 100
        yield Reading(
            key=Key(kind=TroubleKind.FEED_ERRORS, post="", subject=own.name),
            value=percent,
            sentence=phrase(_ERRORS_OF if own.sender else _ERRORS, **told, percent=round(percent)),
            cases=own.messages,
        )


def _of_lane(code: str, lane: str, own: Counts, *, crowded: bool) -> Iterable[Reading]:
    def reading(kind: TroubleKind, value: float, cases: int, text: str, **told: object) -> Reading:
        key = Key(kind=kind, post=code, lane=lane)
        sentence = phrase(text, lane=lane or "–", **told)
        return Reading(key=key, value=value, sentence=sentence, cases=cases)

    slow = own.times.quantile(0.95)
    if slow is not None and crowded:
        cases = own.times.count
        yield reading(TroubleKind.HANDLING, slow, cases, _HANDLING, seconds=round(slow))
    if own.tries:
        unfit = 100 * own.unfit / own.tries
        yield reading(TroubleKind.UNFIT, unfit, own.tries, _UNFIT, percent=round(unfit))
    if own.compared:
        matched = 100 * own.matched / own.compared
        cases = own.compared
        yield reading(TroubleKind.MATCHING, matched, cases, _MATCHING, percent=int(matched))
