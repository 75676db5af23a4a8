"""Goods and units as the intake leaves them, for tests of what comes after."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from parakh.access import Purpose, system_actor
from parakh.domain.consignment import (
    Consignment,
    ContainerUse,
    Declaration,
    Item,
    Party,
    PartyRole,
)
from parakh.domain.conveyance import Conveyance, ConveyanceKind, Movement, MovementKind
from parakh.domain.hit import Hit, Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.message import Channel, Message, MessageState, Source
from parakh.domain.rule import RuleState, RuleVersion
from parakh.domain.voyage import Direction
from parakh.domain.watchlist import Handling
from parakh.services import goods_screening
from parakh.services.assessing import Assessed
from parakh.services.centre import Centre
from parakh.store import consignments, conveyances, rules

SENDER = system_actor("test")
NTN = "4455667"


def importer(name: str = "ZARGHUN TRADING", number: str = NTN, **more: Any) -> Party:
    return Party(role=PartyRole.IMPORTER, name=name, identifier=number, country="PAK", **more)


def tiles(value: int = 2000, kg: float = 1000, **more: Any) -> Item:
    told = {"hs_code": "690721", "origin": "CHN", "description": "CERAMIC TILES", "ordinal": 1}
    return Item(**told | {"value": Decimal(value), "net_kg": kg} | more)


def bill(**more: Any) -> Consignment:
    told: dict[str, Any] = {
        "id": new_id(),
        "reference": f"B{new_id()[:8].upper()}",
        "port": "KHI",
        "direction": Direction.ENTRY,
        "items": (tiles(),),
        "parties": (importer(),),
        "route": ("CNSHA", "AEJEA", "PKKHI"),
    }
    return Consignment(**told | more)


def declared(at: datetime, reference: str = "KAPE-HC-1", **more: Any) -> Consignment:
    lodged = Declaration(reference=reference, office="KAPE", lodged_at=at, procedure="4000")
    return bill(declaration=lodged, **more)


def box(number: str = "CSQU3054383", **more: Any) -> ContainerUse:
    return ContainerUse(number=number, **more)


def message() -> Message:
    return Message(
        id=new_id(),
        received_at=datetime(2026, 11, 22, tzinfo=UTC),
        source=Source(channel=Channel.CLI, name="goods.json"),
        digest="0" * 64,
        size=1,
        state=MessageState.PARSED,
    )


def tell(centre: Centre, *told: Consignment) -> list[Assessed]:
    """Takes consignments in and screens them; gives what was assessed."""
    own = message()
    with centre.db.write(SENDER, Purpose.INTAKE) as tx:
        consignments.put_all(tx, [(one, one.id) for one in told], due_for=own.id)
        tx.audit("test", "message", own.id)
    return screen(centre, own)


def unit(
    centre: Centre,
    identifier: str = "TKP4417",
    kind: ConveyanceKind = ConveyanceKind.VEHICLE,
    country: str | None = "AFG",
    name: str = "",
) -> Conveyance:
    with centre.db.write(SENDER, Purpose.INTAKE) as tx:
        tx.audit("test", "conveyance", "")
        return conveyances.find_or_add(tx, kind, identifier, country, name)


def move(centre: Centre, own: Conveyance, kind: MovementKind, hours: float, **more: Any) -> None:
    """A movement so many hours ago, which is not screened."""
    _put(centre, [_movement(centre, own, kind, hours, **more)], None)


def moved(
    centre: Centre, own: Conveyance, kind: MovementKind, hours: float = 0, **more: Any
) -> list[Assessed]:
    """A movement so many hours ago, screened."""
    sent = message()
    _put(centre, [_movement(centre, own, kind, hours, **more)], sent.id)
    return screen(centre, sent)


def screen(centre: Centre, own: Message) -> list[Assessed]:
    """As `parakh.services.screening` does, without the message."""
    with centre.db.read() as connection:
        goods = goods_screening.screen(centre, connection, own.id)
    with centre.db.write(SENDER, Purpose.SCREENING) as tx:
        tx.audit("test", "message", own.id)
        return goods_screening.settle(tx, centre, goods, f"{own.id}#1")


def enforce(
    centre: Centre, text: str, subject: Kind = Kind.CONSIGNMENT, name: str = "rule", **more: Any
) -> RuleVersion:
    """Puts a rule in force."""
    with centre.db.write(SENDER, Purpose.RULES) as tx:
        rule_id = new_id()
        rules.add_rule(tx, rule_id, name, subject)
        version = RuleVersion(
            id=new_id(),
            rule_id=rule_id,
            number=1,
            name=name,
            subject=subject,
            text=text,
            reason="It looks odd",
            handling=more.pop("handling", Handling.INSPECT),
            state=RuleState.APPROVED,
            written_by="somebody",
            written_at=tx.at,
            **more,
        )
        rules.save(tx, version)
        tx.audit("test", "rule", rule_id)
    return version


def hits(done: Sequence[Assessed], kind: Kind | None = None) -> list[Hit]:
    """All hits, or those on targets of a kind."""
    found = [hit for own in done for hit in own.assessment.hits]
    return [own for own in found if kind is None or own.target.kind is kind]


def ref(own: Consignment) -> Ref:
    return Ref(kind=Kind.CONSIGNMENT, id=own.id)


def _movement(
    centre: Centre, own: Conveyance, kind: MovementKind, hours: float, **more: Any
) -> Movement:
    at = centre.clock() - timedelta(hours=hours)
    return Movement(
        id=new_id(),
        conveyance_id=own.id,
        kind=kind,
        at=at,
        place=more.pop("place", "TORKHAM"),
        **more,
    )


def _put(centre: Centre, told: Sequence[Movement], due_for: str | None) -> None:
    with centre.db.write(SENDER, Purpose.INTAKE) as tx:
        conveyances.put_movements(tx, [(own.id, own) for own in told], due_for=due_for)
        tx.audit("test", "movement", "")
