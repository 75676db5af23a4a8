"""Sends what waits, one telling at a time; what a thread of the worker does all day.

A telling is claimed for longer than a try can take. Whoever dies in between leaves it to be sent
once more under the same identifier, by which the receiver knows it.
"""

import ssl
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

import orjson
import sqlalchemy as sa
import structlog

from parakh import metrics
from parakh.access import Purpose, system_actor
from parakh.catalogues import SOURCE, worded
from parakh.domain.channel import (
    Channel,
    ChannelKind,
    Detail,
    Dispatch,
    DispatchState,
    Occurrence,
    wait_after,
)
from parakh.domain.hit import Advice, Kind
from parakh.domain.phrase import N_, in_zone
from parakh.errors import Misconfigured
from parakh.services import delivery_mail
from parakh.services.alerted import things
from parakh.services.centre import Centre
from parakh.services.delivery import SEALED
from parakh.services.delivery_webhook import Undelivered, Webhook, post
from parakh.store import alerts, assessments, people, travellers
from parakh.store import routing as store

_log = structlog.get_logger()
COURIER = system_actor("courier")
CLAIM = timedelta(minutes=5)
MOST_REASONS = 10

_WORDS = {
    Advice.PROCEED: N_("Proceed"),
    Advice.INCOMPLETE: N_("Incomplete"),
    Advice.COMPARE: N_("Compare"),
    Advice.INSPECT: N_("Inspect"),
    Advice.REFER: N_("Refer"),
}
_WHAT = {
    Occurrence.RAISED: N_("Alert"),
    Occurrence.ESCALATED: N_("Alert escalated"),
    Occurrence.TROUBLE: N_("Trouble"),
}
_SUBJECT = N_("{what}: {advice}, {unit}")
_TEXT = N_("{subject}, raised {at}.")


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """What a telling says, in its channel's language. `who` and `reasons` are empty unless the
    channel may say them."""

    what: Occurrence
    alert_id: str
    unit: str
    advice: Advice
    raised_at: str
    url: str
    who: str = ""
    reasons: tuple[str, ...] = ()
    language: str = SOURCE

    @property
    def subject(self) -> str:
        """The subject of a mail; never names a person."""
        what, advice = (
            worded(self.language, own) for own in (_WHAT[self.what], _WORDS[self.advice])
        )
        return worded(self.language, _SUBJECT, what=what, advice=advice, unit=self.unit)

    @property
    def text(self) -> str:
        """The text of a mail."""
        first = worded(self.language, _TEXT, subject=self.subject, at=self.raised_at)
        parts = [first, self.who, *self.reasons, self.url]
        return "\n\n".join(part for part in parts if part) + "\n"

    @property
    def body(self) -> bytes:
        """The body of a webhook's message, JSON."""
        told: dict[str, object] = {
            "alert_id": self.alert_id,
            "unit": self.unit,
            "advice": self.advice.value,
            "raised_at": self.raised_at,
            "url": self.url,
        }
        if self.who or self.reasons:
            told |= {"who": self.who, "reasons": self.reasons}
        return orjson.dumps({"type": f"alert.{self.what.value}", "data": told})


def step(centre: Centre) -> bool:
    """Sends what waits longest, or puts it off; False when nothing is to be sent now."""
    now = centre.clock()
    with centre.db.maintain() as connection:
        claimed = store.claim_dispatch(connection, now, now + CLAIM)
    if claimed is None:
        return False
    try:
        _send(centre, claimed)
    except Undelivered as error:
        _settle(centre, claimed, put_off(centre, claimed, error))
    except Exception as error:
        # Whatever is wrong with one telling, the others go on; its own words may name somebody.
        _log.exception("not told", dispatch=claimed.id)
        unexpected = Undelivered(f"unexpected: {type(error).__name__}")
        _settle(centre, claimed, put_off(centre, claimed, unexpected))
    else:
        done = replace(claimed, state=DispatchState.DELIVERED, error="", done_at=centre.clock())
        _settle(centre, claimed, done)
    return True


def _send(centre: Centre, claimed: Dispatch) -> None:
    with centre.db.read() as connection:
        channel = store.get_channel(connection, claimed.channel_id)
        if not channel.active:
            # Whoever switched it off may have done so because the wrong people read it.
            raise Undelivered("the channel is switched off", final=True)
        news = _news(centre, connection, channel, claimed)
        key = key_of(centre, connection, channel)
    deliver(centre, channel, key, claimed, news)


class Words(Protocol):
    """What a telling says, for mails and for webhooks."""

    @property
    def subject(self) -> str:
        """The subject of a mail."""

    @property
    def text(self) -> str:
        """The text of a mail."""

    @property
    def body(self) -> bytes:
        """The body of a webhook's message."""


def deliver(centre: Centre, channel: Channel, key: bytes, claimed: Dispatch, news: Words) -> None:
    """Sends one telling by its channel; raises Undelivered."""
    settings = centre.settings
    try:
        tls = ssl.create_default_context(cafile=settings.trust_file)
    except OSError as error:
        raise Undelivered("PARAKH_TRUST_FILE cannot be read") from error
    if channel.kind is ChannelKind.WEBHOOK:
        webhook = Webhook(url=channel.address, key=key, private=settings.webhook_private, tls=tls)
        post(webhook, claimed.id, centre.clock(), news.body)
        return
    message = delivery_mail.compose(
        settings,
        channel.address,
        news.subject,
        news.text,
        message_id=claimed.id,
        at=claimed.made_at,
    )
    try:
        delivery_mail.send(settings, tls, message)
    except Misconfigured as error:
        raise Undelivered(str(error)) from error


def key_of(centre: Centre, connection: sa.Connection, channel: Channel) -> bytes:
    """The key that signs what a webhook gets; empty for other channels."""
    sealed = store.sealed_secret(connection, channel.id)
    if sealed is None:
        return b""
    try:
        return centre.db.vault.open(connection, SEALED, channel.id, sealed)
    except Misconfigured as error:
        raise Undelivered("the webhook's key cannot be opened: give it a new one") from error


def _news(centre: Centre, connection: sa.Connection, channel: Channel, claimed: Dispatch) -> News:
    alert = alerts.get_alert(connection, claimed.alert_id)
    unit = people.units(connection)[alert.unit_id]
    news = News(
        what=claimed.what,
        alert_id=alert.id,
        unit=unit.name,
        advice=alert.advice,
        raised_at=alert.at.isoformat(timespec="seconds"),
        url=f"{centre.settings.public_url.rstrip('/')}/alerts/{alert.id}",
        language=channel.language,
    )
    if channel.detail is Detail.LINK:
        return news
    hits = assessments.get_assessment(connection, alert.assessment_id).hits
    ids = [alert.subject.id] if alert.subject.kind is Kind.TRAVELLER else []
    known = travellers.travellers_by_id(connection, ids)
    about = things(connection, [alert.subject]).values()
    who = ", ".join([*(str(own.name) for own in known), *(own.name for own in about)])
    zone = centre.settings.zone
    sentences = [hit.sentence for hit in hits[:MOST_REASONS]]
    reasons = tuple(
        in_zone(worded(channel.language, own.template, **own.values), zone) for own in sentences
    )
    return replace(news, who=who, reasons=reasons)


def put_off(centre: Centre, claimed: Dispatch, error: Undelivered) -> Dispatch:
    """What becomes of a telling after a try in vain: it is tried later, or given up."""
    now, tries = centre.clock(), claimed.tries + 1
    wait = None if error.final else wait_after(tries)
    failed = replace(claimed, tries=tries, error=str(error))
    if wait is None:
        return replace(failed, state=DispatchState.DEAD, done_at=now)
    return replace(failed, next_at=now + wait)


def _settle(centre: Centre, claimed: Dispatch, now: Dispatch) -> None:
    with centre.db.write(COURIER, Purpose.ALERT) as tx:
        if not store.settle_dispatch(tx, now, claimed):
            tx.audit("dispatch.left", "dispatch", now.id, cause="another worker took it up")
            return
        kind = store.get_channel(tx.connection, now.channel_id).kind
        action = "put_off" if now.state is DispatchState.WAITING else now.state.value
        tx.audit(
            f"dispatch.{action}",
            "dispatch",
            now.id,
            alert=now.alert_id,
            channel=now.channel_id,
            error=now.error,
        )
    metrics.DELIVERIES.labels(kind.value, action).inc()
