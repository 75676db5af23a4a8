"""Linked systems: how each is doing, put in force and tested by people who keep them."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from parakh.domain.connector import ConnectorKind, Exchange, LinkState, Outcome, Verb
from parakh.services import connectors
from parakh.services.connectors import NAME, ConnectorRow, ConnectorView
from parakh.web.api.auth import Calling
from parakh.web.api.wire import Wire

router = APIRouter(prefix="/connectors", tags=["linked systems"])

Name = Annotated[str, Path(pattern=NAME, description="name of the linked system")]


class ConnectorOut(Wire):
    """A linked system at a glance."""

    name: str
    kind: ConnectorKind
    state: LinkState
    where: str = Field(description="host or folder; empty for what the file names no more")
    in_force: bool = Field(description="false until somebody put its settings of now in force")
    last_at: datetime | None = Field(description="when it last did what was asked of it")
    next_at: datetime | None
    lag_seconds: float | None = Field(description="since both sides were level")
    error_share: float = Field(description="of the last fifty exchanges")
    waiting: int = Field(description="things that it is still to be told")
    skew_seconds: int = Field(description="by which its clock is ahead of the centre's")
    error: str = Field(description="why its last turn failed; empty where it did not")

    @classmethod
    def of(cls, value: ConnectorRow) -> "ConnectorOut":
        """From the service's value."""
        own, kept = value.health, value.standing
        return cls(
            name=own.name,
            kind=own.kind,
            state=own.state,
            where=value.where,
            in_force=kept.in_force if kept else own.state is not LinkState.OFF,
            last_at=own.last_at,
            next_at=value.next_at,
            lag_seconds=own.lag_seconds,
            error_share=own.error_share,
            waiting=own.waiting,
            skew_seconds=kept.skew if kept else 0,
            error=kept.error if kept else "",
        )


class ConnectorsOut(Wire):
    """All linked systems."""

    connectors: list[ConnectorOut]
    wrong: str = Field(description="what is wrong with the file that names them; empty for nothing")


class ExchangeOut(Wire):
    """One request to a linked system, without anything that was in it."""

    at: datetime
    verb: Verb
    method: str
    path: str
    outcome: Outcome
    status: int = Field(description="0 where no answer came")
    sent: int = Field(description="bytes")
    received: int = Field(description="bytes")
    milliseconds: int
    cause: str

    @classmethod
    def of(cls, value: Exchange) -> "ExchangeOut":
        """From the domain value."""
        return cls(**{name: getattr(value, name) for name in cls.model_fields})


class ConnectorViewOut(Wire):
    """A linked system with its settings, and the newest that was said to it."""

    connector: ConnectorOut
    settings: dict[str, str] = Field(description="as the file has them; no key is among them")
    has_key: bool = Field(description="whether the centre keeps a key for it")
    takes_key: bool = Field(description="whether it wants one that the centre keeps")
    exchanges: list[ExchangeOut]

    @classmethod
    def of(cls, value: ConnectorView) -> "ConnectorViewOut":
        """From the service's value."""
        return cls(
            connector=ConnectorOut.of(value.row),
            settings=dict(value.settings),
            has_key=value.sealed,
            takes_key=value.takes_key,
            exchanges=[ExchangeOut.of(own) for own in value.exchanges],
        )


class SwitchIn(Wire):
    """Whether it is to be in force, by its settings of now."""

    on: bool


class SecretIn(Wire):
    """The key with which it lets us in."""

    secret: str = Field(max_length=connectors.LONGEST_SECRET)


class TestedOut(Wire):
    """What came of a test."""

    good: bool
    cause: str
    milliseconds: int


@router.get("")
def list_connectors(calling: Calling) -> ConnectorsOut:
    """All linked systems, and how each is doing."""
    found = connectors.overview(calling.centre, calling.actor)
    return ConnectorsOut(connectors=[ConnectorOut.of(own) for own in found.rows], wrong=found.wrong)


@router.get("/{name}")
def get_connector(calling: Calling, name: Name) -> ConnectorViewOut:
    """One linked system."""
    return ConnectorViewOut.of(connectors.view(calling.centre, calling.actor, name))


@router.post("/{name}/switch")
def switch_connector(calling: Calling, name: Name, body: SwitchIn) -> ConnectorViewOut:
    """Puts it in force, or switches it off; 409 when its settings changed just now."""
    connectors.switch(calling.centre, calling.actor, name, on=body.on)
    return ConnectorViewOut.of(connectors.view(calling.centre, calling.actor, name))


@router.post("/{name}/test")
def test_connector(calling: Calling, name: Name) -> TestedOut:
    """Asks whether it is there and lets us in; changes nothing there."""
    done = connectors.test(calling.centre, calling.actor, name)
    return TestedOut(good=done.good, cause=done.cause, milliseconds=done.milliseconds)


@router.post("/{name}/turn", status_code=202)
def hasten_connector(calling: Calling, name: Name) -> ConnectorViewOut:
    """Lets its next turn be at once; 409 unless it is in force."""
    connectors.try_now(calling.centre, calling.actor, name)
    return ConnectorViewOut.of(connectors.view(calling.centre, calling.actor, name))


@router.put("/{name}/secret", status_code=204)
def set_connector_secret(calling: Calling, name: Name, body: SecretIn) -> None:
    """Seals its key, which is never told again; 409 where it takes none."""
    connectors.set_secret(calling.centre, calling.actor, name, body.secret)
