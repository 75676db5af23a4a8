"""Stories in the trade of the demonstration: what is wrong, and where it can be seen.

Each is about invented companies, containers, trucks and passengers.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from parakh.simulate.seizures import enforcement
from parakh.simulate.things import container_number
from parakh.simulate.trade import HOME, PORTS, RING, WARES, Company, Lodged, Ware, lodge, tax_number

EMPTY_TRUCK, HEAVY_TRUCK = "C-31877", "TLJ-4482"
LISTED_COMPANY = "ZARGHUN GENERAL TRADING LLC"
"""A company on the simulated watchlist (see `parakh.simulate.things`)."""

_HEADPHONES = next(own for own in WARES if own.code == "85183000")
_TILES = next(own for own in WARES if own.code == "69072100")


@dataclass(frozen=True, kw_only=True, slots=True)
class Carrier:
    """A passenger who carries money, by what his passport says; `phone` as he booked by."""

    family_name: str
    given_names: str
    birth_date: str
    nationality: str
    document_number: str
    document_issuer: str
    phone: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bill:
    """A bill of the manifest; `house` ones travel under the master's number."""

    number: str
    master: str
    shipper: str
    consignee: str
    country: str
    description: str
    packages: int
    kg: float
    container: str
    seal: str
    loading: str
    code: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stories:
    """All that is told: declarations, what is otherwise in some of them, and the other files."""

    declarations: tuple[Lodged, ...]
    changes: Mapping[str, Mapping[str, Any]]
    bills: tuple[Bill, ...]
    movements: tuple[Mapping[str, Any], ...]
    currency: tuple[Mapping[str, Any], ...]
    enforcement: bytes
    truth: Mapping[str, Any] = field(default_factory=dict)


def undervaluer(rng: Random) -> Company:
    """An importer who declares a third to two thirds of what goods cost, nearly always."""
    seller = Company(
        name="LONG RIVER TRADING FZE",
        number="771204118",
        country="CHN",
        bad=0,
        wares=(_HEADPHONES,),
    )
    return Company(
        name="NOOR GATE TRADERS",
        number=tax_number(rng),
        country=HOME,
        bad=0.8,
        wares=(_HEADPHONES,),
        sellers=(seller,),
        phone="+922134440071",
    )


def all_of(
    rng: Random,
    now: datetime,
    importers: Sequence[Company],
    cheat: Company,
    carriers: Sequence[Carrier],
) -> Stories:
    """The stories of one day; `carriers` are the passengers of the courier ring."""
    honest = next(own for own in importers if own.bad == 0)
    cheap = [_undervalued(rng, cheat, now, place) for place in range(3)]
    tiles, seals, box_moves = _rip_on(rng, honest, now)
    new = _new_importer(rng, now)
    ring = _of_ring(rng, now, carriers)
    day = f"{now:%y%m%d}"
    return Stories(
        declarations=(*cheap, tiles, new, ring),
        changes={tiles.reference: seals},
        bills=tuple(_bills(rng, importers)),
        movements=(*box_moves, *_truck_never_crossed(now, day), *_heavy_truck(now, day)),
        currency=tuple(_money(now, day, carriers)),
        enforcement=json.dumps(enforcement(rng, now), indent=1).encode(),
        truth={
            "undervaluer": {
                "company": cheat.name,
                "declarations": [own.reference for own in cheap],
            },
            "rip_on": {"container": tiles.container, "declaration": tiles.reference},
            "new_importer": {"company": new.importer.name, "declaration": new.reference},
            "courier_ring": {
                "company": RING,
                "declaration": ring.reference,
                "documents": [own.document_number for own in carriers],
            },
            "truck_never_crossed": EMPTY_TRUCK,
            "heavy_truck": HEAVY_TRUCK,
            "listed_company": LISTED_COMPANY,
        },
    )


# --- declarations ---------------------------------------------------------------------------------


def _undervalued(rng: Random, cheat: Company, now: datetime, place: int) -> Lodged:
    own = lodge(rng, cheat, now - timedelta(hours=2 + place), 950_000 + place)
    kg = round(_HEADPHONES.kg * rng.uniform(0.9, 1.2), 1)
    value = round(kg * _HEADPHONES.kg_price * rng.uniform(0.36, 0.45), 2)
    return replace(own, kg=kg, value=value, wrong="undervalued")


def _rip_on(
    rng: Random, honest: Company, now: datetime
) -> tuple[Lodged, Mapping[str, Any], list[dict[str, Any]]]:
    """Drugs laid into somebody else's container on the way: another seal, and too heavy."""
    box = container_number(rng, "TCLU")
    kg = 23_900.0
    own = replace(
        lodge(rng, honest, now - timedelta(hours=5), 960_000),
        ware=_TILES,
        description=_TILES.name,
        origin="CHN",
        kg=kg,
        value=round(kg * _TILES.kg_price, 2),
        container=box,
        route=("CNSHA", "AEJEA", "PKKHI"),
        wrong="rip_on",
    )
    loaded, changed = "CN771020", "AE009431"
    containers = [
        {"number": box, "type": "22G1", "seal": changed, "seal_at_loading": loaded, "empty": False}
    ]
    steps = (
        ("loaded", 19, "CNSHA", "Yangshan terminal", 28_100.0, loaded),
        ("discharged", 9, "AEJEA", "Jebel Ali terminal 2", 28_100.0, loaded),
        ("loaded", 4, "AEJEA", "Jebel Ali terminal 2", 28_640.0, changed),
        ("discharged", 1, "PKKHI", "South Asia terminal", 28_640.0, changed),
    )
    moves = [
        {
            "reference": f"{box}-{place}",
            "action": "recorded",
            "kind": kind,
            "conveyance": {"kind": "container", "number": box},
            "at": (now - timedelta(days=days)).isoformat(timespec="seconds"),
            "place": where,
            "port": port if port == "PKKHI" else None,
            "gross_kg": mass,
            "seal": seal,
            "consignment": own.reference,
        }
        for place, (kind, days, port, where, mass, seal) in enumerate(steps)
    ]
    return own, {"containers": containers}, moves


def _new_importer(rng: Random, now: datetime) -> Lodged:
    """Nobody imported under this number before, and the words are not those of the code."""
    phones = next(own for own in WARES if own.code == "85171300")
    covers = Ware(
        code="39269099", name="PLASTIC COVERS", origins=("CHN",), kg_price=4.1, kg=1_450, duty=44
    )
    own = lodge(
        rng,
        Company(
            name="FRESH START IMPEX",
            number=tax_number(rng),
            country=HOME,
            bad=0,
            wares=(phones,),
            sellers=(
                Company(name="CITY GATE EXPORT CO", number="330912", country="CHN", bad=0,
                        wares=(phones,)),
            ),
            phone="+923219990142",
        ),
        now - timedelta(hours=3),
        970_000,
    )  # fmt: skip
    return replace(
        own,
        ware=covers,
        description="MOBILE PHONES ACCESSORIES PLASTIC COVERS",
        kg=1_450.0,
        value=round(1_450 * covers.kg_price, 2),
        wrong="misdeclared",
    )


def _of_ring(rng: Random, now: datetime, carriers: Sequence[Carrier]) -> Lodged:
    seller = Company(name="DESERT ROSE TRADING FZE", number="445120", country="ARE", bad=0,
                     wares=(_HEADPHONES,))  # fmt: skip
    ring = Company(
        name=RING,
        number="4417702-1",
        country=HOME,
        bad=0.5,
        wares=(_HEADPHONES,),
        sellers=(seller,),
        phone=carriers[0].phone if carriers else "",
    )
    own = lodge(rng, ring, now - timedelta(hours=7), 980_000)
    return replace(own, origin="CHN", route=("AEJEA", "PKKHI"), wrong="undervalued")


# --- the manifest ---------------------------------------------------------------------------------


def _bills(rng: Random, importers: Sequence[Company]) -> list[Bill]:
    """One vessel's bills; every third master holds two house bills, and one names a listed one."""
    found: list[Bill] = []
    for place in range(24):
        importer = rng.choice(importers)
        ware = rng.choice(importer.wares)
        origin = rng.choice(ware.origins)
        kg = round(ware.kg * rng.lognormvariate(0, 0.3), 1)
        master = Bill(
            number=f"MSCU{rng.randrange(10**8, 10**9)}",
            master="",
            shipper=importer.sellers[0].name,
            consignee=LISTED_COMPANY if place == 11 else importer.name,
            country="ARE" if place == 11 else HOME,
            description=ware.name,
            packages=max(1, round(kg / 24)),
            kg=kg,
            container=container_number(rng, "MSKU"),
            seal=f"ML{rng.randrange(10**6):06d}",
            loading=PORTS[origin],
            code=ware.code[:6],
        )
        found.append(master)
        if place % 3 == 0:
            found += [
                replace(
                    master,
                    number=f"HBL{rng.randrange(10**7, 10**8)}",
                    master=master.number,
                    shipper="OPEN SEA FORWARDING",
                    consignee=rng.choice(importers).name,
                    packages=max(1, master.packages // 2),
                    kg=round(kg / 2, 1),
                )
                for _ in range(2)
            ]
    return found


# --- movements ------------------------------------------------------------------------------------


def _truck_never_crossed(now: datetime, day: str) -> list[dict[str, Any]]:
    posts = (("JAMRUD CHECKPOST", 26), ("KOHAT TUNNEL", 19), ("ATTOCK BRIDGE", 11))
    return [
        _move(f"{day}-S{place}", "sighting", EMPTY_TRUCK, "AFG", now - timedelta(hours=hours), post)
        | {"heading": "inland"}
        for place, (post, hours) in enumerate(posts)
    ]


def _heavy_truck(now: datetime, day: str) -> list[dict[str, Any]]:
    """Left empty, and came back with seventeen tonnes that no document tells of."""
    out = _move(f"{day}-X0", "crossing", HEAVY_TRUCK, "PAK", now - timedelta(hours=30), "TORKHAM")
    back = _move(f"{day}-X1", "crossing", HEAVY_TRUCK, "PAK", now - timedelta(hours=4), "TORKHAM")
    return [
        out | {"port": "PKPEW", "direction": "exit", "gross_kg": 14_250, "empty": True},
        back | {"port": "PKPEW", "direction": "entry", "gross_kg": 31_420, "empty": True},
    ]


def _move(
    reference: str, kind: str, plate: str, country: str, at: datetime, place: str
) -> dict[str, Any]:
    return {
        "reference": reference,
        "action": "recorded",
        "kind": kind,
        "conveyance": {"kind": "vehicle", "number": plate, "country": country},
        "at": at.isoformat(timespec="seconds"),
        "place": place,
    }


# --- money ----------------------------------------------------------------------------------------


def _money(now: datetime, day: str, carriers: Sequence[Carrier]) -> list[dict[str, Any]]:
    """Each declares a little under the threshold, again and again; all for one owner."""
    rows = []
    for place, own in enumerate(carriers):
        for time, (days, amount) in enumerate(((16, 9_700), (9, 9_850), (1, 9_600 + 100 * place))):
            rows.append(_declared(f"{day}-{place}{time}", now - timedelta(days=days), own, amount))
    return rows


def _declared(reference: str, at: datetime, own: Carrier, amount: int) -> dict[str, Any]:
    return {
        "reference": reference,
        "action": "recorded",
        "port": "KHI",
        "direction": "exit",
        "at": at.isoformat(timespec="seconds"),
        "traveller": {
            "family_name": own.family_name,
            "given_names": own.given_names,
            "birth_date": own.birth_date,
            "nationality": own.nationality,
            "document_number": own.document_number,
            "document_issuer": own.document_issuer,
        },
        "amounts": [{"instrument": "cash", "amount": amount, "currency": "USD"}],
        "origin": "Business savings",
        "purpose": "Purchase of goods",
        "owner": RING,
    }
