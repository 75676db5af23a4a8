"""A day's goods for browser tests: a declaration whose container was opened on its way, and what
else the pages of goods show."""

import json
from typing import Any

import pytest
import sqlalchemy as sa
from tests.services.goods_kit import enforce

from parakh.access import system_actor
from parakh.domain.consignment import Consignment
from parakh.domain.message import Channel, Source
from parakh.services import intake, queue, selectivity
from parakh.store import consignments
from parakh.store.tables import consignment

RED, GREEN = "KAPE-HC-1", "KAPE-HC-2"
IMPORTER, NUMBER = "ZARGHUN TRADING", "4455667"
CONTAINER, PLATE = "CSQU3054383", "TLX417"
RULE = "Another seal than on loading"


def declared(
    reference: str, *, seal: str, container: str, importer: str = IMPORTER, number: str = NUMBER
) -> dict[str, Any]:
    """One declaration of tiles at Karachi in a container that was loaded with the seal S1."""
    return {
        "transport_document": {"number": f"TSTL{reference[-1]}34567", "kind": "master_bill"},
        "direction": "entry",
        "port": "KHI",
        "route": ["CNSHA", "AEJEA", "PKKHI"],
        "declaration": {
            "reference": reference,
            "office": "KAPE",
            "lodged_at": "2026-11-20T08:00:00Z",
            "currency": "USD",
            "invoice_total": 4200,
        },
        "parties": [
            {"role": "importer", "name": importer, "identifier": number, "country": "PAK"},
            {"role": "exporter", "name": "DONGTAI CERAMICS", "country": "CHN"},
        ],
        "containers": [{"number": container, "seal": seal, "seal_at_loading": "S1"}],
        "items": [
            {
                "hs_code": "690721",
                "description": "Ceramic tiles",
                "origin": "CHN",
                "quantity": 500,
                "unit": "MTK",
                "net_kg": 9000,
                "value": 4200,
                "duty": 630,
            }
        ],
    }


def lodge(stage: Any, patch: pytest.MonkeyPatch) -> None:
    """Puts the rule in force and takes in two declarations: one meets it, none is drawn by lot."""
    patch.setattr(selectivity, "drawn_number", lambda secret, key: 0.9)
    enforce(stage.centre, "containers.exists(c, c.seal_changed)", name=RULE)
    other = {"importer": "BETA HOME", "number": "7788990", "container": "MSKU1234565"}
    rows = [declared(RED, seal="S2", container=CONTAINER), declared(GREEN, seal="S1", **other)]
    send(stage, "consignments", consignments=rows)


def tell_of_the_rest(stage: Any) -> None:
    """A truck that was seen, currency that was declared, and a seizure with its route."""
    at = stage.centre.clock().isoformat()
    send(
        stage,
        "movements",
        movements=[
            {
                "reference": "M1",
                "action": "recorded",
                "kind": "sighting",
                "at": at,
                "place": "Hub checkpost",
                "conveyance": {"kind": "vehicle", "number": PLATE, "country": "PAK"},
            }
        ],
    )
    send(
        stage,
        "currency",
        declarations=[
            {
                "reference": f"C{number}",
                "action": "recorded",
                "port": "KHI",
                "direction": "exit",
                "at": at,
                "traveller": {"family_name": "MIR", "document_number": "PB2000002"},
                "origin": "salary",
                "amounts": [{"instrument": "cash", "amount": 9500, "currency": "USD"}],
            }
            for number in range(3)
        ],
    )
    send(
        stage,
        "enforcement",
        seizures=[
            {
                "reference": "S1",
                "action": "recorded",
                "at": "2026-11-20T08:00:00Z",
                "place": {
                    "name": "Port Qasim",
                    "country": "PAK",
                    "latitude": 24.78,
                    "longitude": 67.35,
                },
                "goods": [{"commodity": "heroin", "quantity": 12.5}],
                "origin": "AFG",
                "destination": "DEU",
                "route": ["PKKHI"],
            }
        ],
    )


def send(stage: Any, name: str, **lists: Any) -> None:
    """Takes a document in, and does all that is due of it."""
    document = {"format": f"parakh-{name}/1", "source": "PORT DESK", **lists}
    source = Source(channel=Channel.DROP, name=f"{name}.json")
    intake.receive(stage.centre, system_actor("test"), json.dumps(document).encode(), source)
    assert queue.drain(stage.centre) == set()


def declaration(stage: Any, reference: str) -> Consignment:
    """The consignment of a declaration."""
    with stage.centre.db.read() as connection:
        ids = connection.execute(sa.select(consignment.c.id)).scalars().all()
        found = consignments.by_ids(connection, ids).values()
    return next(own for own in found if own.name == reference)
