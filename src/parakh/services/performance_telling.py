"""Tells of troubles by the channels that were set up for alerts: e-mail and signed webhooks."""

from dataclasses import dataclass, replace
from datetime import timedelta

import orjson
import structlog

from parakh.access import Purpose
from parakh.catalogues import SOURCE, worded
from parakh.domain.channel import Dispatch, DispatchState, Occurrence
from parakh.domain.ids import new_id
from parakh.domain.phrase import N_, phrase
from parakh.domain.trouble import Trouble, TroubleKind
from parakh.services.centre import Centre
from parakh.services.delivery_post import COURIER, deliver, key_of, put_off
from parakh.services.delivery_webhook import Undelivered
from parakh.store import announcements, people, posts, routing
from parakh.store import troubles as store
from parakh.store.database import Tx

_log = structlog.get_logger()
CLAIM = timedelta(minutes=5)
_TROUBLE = N_("Trouble")
_SINCE = N_("Since {at}.")
_SOME_LINK = N_("A linked system does not answer")


@dataclass(frozen=True, kw_only=True, slots=True)
class TroubleNews:
    """What a telling of a trouble says; no trouble is about a person."""

    own: Trouble
    where: str
    url: str
    language: str = SOURCE

    @property
    def subject(self) -> str:
        """The subject of a mail."""
        trouble = worded(self.language, _TROUBLE)
        return f"{trouble}: {self.where}" if self.where else trouble

    @property
    def text(self) -> str:
        """The text of a mail."""
        begun = worded(self.language, _SINCE, at=self.own.since.isoformat(timespec="seconds"))
        what = worded(self.language, self.own.sentence.template, **self.own.sentence.values)
        return "\n\n".join([what, begun, self.url]) + "\n"

    @property
    def body(self) -> bytes:
        """The body of a webhook's message, JSON."""
        told = {
            "trouble_id": self.own.id,
            "kind": self.own.key.kind.value,
            "post": self.own.key.post,
            "lane": self.own.key.lane,
            "sentence": str(self.own.sentence),
            "since": self.own.since.isoformat(timespec="seconds"),
            "url": self.url,
        }
        return orjson.dumps({"type": "trouble.opened", "data": told})


def for_anybody(own: Trouble) -> Trouble:
    """A trouble as it is told where nobody knows who reads it: without a linked system's name."""
    if own.key.kind is not TroubleKind.LINK_DOWN:
        return own
    return replace(own, sentence=phrase(_SOME_LINK), key=replace(own.key, subject=""))


def prepare(tx: Tx, own: Trouble) -> None:
    """Notes by which channels a trouble is told."""
    units = {
        unit.id
        for unit in people.units(tx.connection).values()
        if unit.central or own.key.post in unit.ports
    }
    store.add_dispatches(
        tx.connection,
        [
            Dispatch(
                id=new_id(),
                channel_id=channel.id,
                alert_id=own.id,
                what=Occurrence.TROUBLE,
                made_at=tx.at,
                next_at=tx.at,
            )
            for channel in routing.channels(tx.connection)
            if channel.wants_trouble(units)
        ],
    )
    told = {"kind": own.key.kind.value, "post": own.key.post, "lane": own.key.lane}
    announcements.add(tx, "operations", "trouble.opened", {"trouble_id": own.id} | told)


def step(centre: Centre) -> bool:
    """Sends what waits longest, or puts it off; False when nothing is to be sent now."""
    now = centre.clock()
    with centre.db.maintain() as connection:
        claimed = store.claim_dispatch(connection, now, now + CLAIM)
    if claimed is None:
        return False
    done = replace(claimed, state=DispatchState.DELIVERED, error="", done_at=centre.clock())
    try:
        _send(centre, claimed)
    except Undelivered as error:
        done = put_off(centre, claimed, error)
    except Exception as error:
        _log.exception("not told", dispatch=claimed.id)
        done = put_off(centre, claimed, Undelivered(f"unexpected: {type(error).__name__}"))
    with centre.db.write(COURIER, Purpose.PERFORMANCE) as tx:
        store.settle_dispatch(tx.connection, done)
        state = "put_off" if done.state is DispatchState.WAITING else done.state.value
        tx.audit(f"dispatch.{state}", "dispatch", done.id, trouble=done.alert_id, error=done.error)
    return True


def _send(centre: Centre, claimed: Dispatch) -> None:
    with centre.db.read() as connection:
        channel = routing.get_channel(connection, claimed.channel_id)
        if not channel.active:
            raise Undelivered("the channel is switched off", final=True)
        own = for_anybody(store.get(connection, claimed.alert_id))
        post = posts.posts(connection).get(own.key.post)
        key = key_of(centre, connection, channel)
    base = centre.settings.public_url.rstrip("/")
    url = f"{base}/control/posts/{own.key.post}" if own.key.post else f"{base}/control"
    news = TroubleNews(
        own=own, where=post.name if post else own.key.post, url=url, language=channel.language
    )
    deliver(centre, channel, key, claimed, news)
