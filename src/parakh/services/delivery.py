"""Channels that tell of alerts beside the wall, and what became of each telling."""

import base64
import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from sqlalchemy.exc import IntegrityError

from parakh.access import Actor, Permission, Purpose
from parakh.catalogues import languages
from parakh.domain.channel import Channel, ChannelKind, Dispatch, DispatchState
from parakh.domain.ids import new_id
from parakh.domain.unit import Unit
from parakh.errors import Conflict, InvalidInput
from parakh.services.centre import Centre
from parakh.services.delivery_webhook import checked_url
from parakh.store import people
from parakh.store import routing as store
from parakh.store.database import Tx

SEALED = "webhooks"
"""Purpose of the data key that seals the keys of webhooks."""

KEY_BYTES = 32
MOST_ADDRESSES = 20
PAGE = 50
_MAIL = re.compile(r"[^@\s,<>\"]{1,64}@[A-Za-z0-9.-]{1,190}")


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelRow:
    """A channel, and how many of its tellings are in each state."""

    channel: Channel
    counts: dict[DispatchState, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelsView:
    """All channels, and the units they may belong to. `mail`: whether a mail server is set."""

    rows: tuple[ChannelRow, ...]
    units: dict[str, Unit]
    mail: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved:
    """A channel as it was stored; a new webhook's key, which is shown this once."""

    channel: Channel
    key: str = ""


# --- channels ---------------------------------------------------------------------------------


def channels(centre: Centre, actor: Actor) -> ChannelsView:
    """All channels."""
    actor.require(Permission.ROUTE_ALERTS)
    with centre.db.read() as connection:
        counts = store.dispatch_counts(connection)
        return ChannelsView(
            rows=tuple(
                ChannelRow(channel=own, counts=counts.get(own.id, {}))
                for own in store.channels(connection)
            ),
            units=people.units(connection),
            mail=bool(centre.settings.smtp_host),
        )


def save_channel(centre: Centre, actor: Actor, value: Channel) -> Saved:
    """Adds a channel (without identifier), or changes one; a new webhook gets a key.

    Raises InvalidInput for an address that cannot be, NotFound, Conflict for a name that is taken.
    """
    actor.require(Permission.ROUTE_ALERTS)
    made = _checked(centre, value)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        if made.unit_id and made.unit_id not in people.units(tx.connection):
            raise InvalidInput("there is no such unit")
        old = store.get_channel(tx.connection, value.id) if value.id else None
        if old is not None and old.kind is not made.kind:
            raise InvalidInput("a channel keeps its kind: add another one")
        made = replace(made, id=value.id or new_id())
        try:
            store.save_channel(tx, made)
        except IntegrityError:
            raise Conflict(f"there is a channel {made.name} already") from None
        webhook = made.kind is ChannelKind.WEBHOOK
        key = _new_key(centre, tx, made.id) if webhook and old is None else ""
        tx.audit("channel.saved", "channel", made.id, now=_told_of(made), before=_told_of(old))
    return Saved(channel=made, key=key)


def renew_key(centre: Centre, actor: Actor, channel_id: str) -> Saved:
    """Puts a new key in place of a webhook's; the one before signs nothing from now on."""
    actor.require(Permission.ROUTE_ALERTS)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        own = store.get_channel(tx.connection, channel_id)
        if own.kind is not ChannelKind.WEBHOOK:
            raise InvalidInput("only webhooks have a key")
        key = _new_key(centre, tx, channel_id)
        tx.audit("channel.rekeyed", "channel", channel_id)
    return Saved(channel=own, key=key)


# --- tellings ---------------------------------------------------------------------------------


def deliveries(
    centre: Centre,
    actor: Actor,
    *,
    state: DispatchState | None = None,
    offset: int = 0,
) -> Sequence[Dispatch]:
    """What was or is to be sent, newest first, fifty at a time."""
    actor.require(Permission.ROUTE_ALERTS)
    with centre.db.read() as connection:
        return store.dispatches(connection, state=state, offset=offset, limit=PAGE)


def send_again(centre: Centre, actor: Actor, dispatch_id: str) -> Dispatch:
    """Tries again what was given up; raises Conflict for what was not."""
    actor.require(Permission.ROUTE_ALERTS)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        store.get_dispatch(tx.connection, dispatch_id)
        if not store.revive_dispatch(tx, dispatch_id):
            raise Conflict("this was delivered, or is still being tried")
        tx.audit("dispatch.revived", "dispatch", dispatch_id)
        return store.get_dispatch(tx.connection, dispatch_id)


# --- within -----------------------------------------------------------------------------------


def _checked(centre: Centre, value: Channel) -> Channel:
    name = value.name.strip()
    if not name or len(name) > 120:
        raise InvalidInput("give the channel a name")
    if not value.tells:
        raise InvalidInput("choose what the channel tells of")
    if value.language not in languages():
        raise InvalidInput(f"choose one of these languages: {', '.join(languages())}")
    if value.kind is ChannelKind.WEBHOOK:
        address = value.address.strip()
        checked_url(address, private=centre.settings.webhook_private)
    else:
        found = [own.strip() for own in value.address.split(",") if own.strip()]
        if not 1 <= len(found) <= MOST_ADDRESSES or not all(map(_MAIL.fullmatch, found)):
            raise InvalidInput(f"write one to {MOST_ADDRESSES} e-mail addresses, parted by commas")
        address = ", ".join(found)
    return replace(value, name=name, address=address)


def _new_key(centre: Centre, tx: Tx, channel_id: str) -> str:
    """A new key, sealed; in the form of the Standard Webhooks specification."""
    raw = secrets.token_bytes(KEY_BYTES)
    vault = centre.db.vault
    vault.create_key(tx.connection, SEALED)
    store.set_secret(tx, channel_id, vault.seal(tx.connection, SEALED, channel_id, raw))
    return f"whsec_{base64.b64encode(raw).decode()}"


def _told_of(value: Channel | None) -> dict[str, object]:
    if value is None:
        return {}
    told = asdict(value) | {"tells": sorted(value.tells)}
    return {name: own for name, own in told.items() if own is not None}
