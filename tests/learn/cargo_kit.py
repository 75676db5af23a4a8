"""Made-up consignments with what became of them: some importers cheat, and some goods repeat."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np

from parakh.domain.consignment import Consignment, Declaration, Item, Party, PartyRole
from parakh.learn.cargo_counting import Past
from parakh.screen.cargo_lines import Tokeniser, joined, pack

START = datetime(2025, 1, 1, tzinfo=UTC)
TOKENISER = Tokeniser(b"k" * 32)
WARES = (
    ("690721", "CERAMIC FLOOR TILES", 2.0),
    ("850440", "POWER SUPPLY UNITS", 30.0),
    ("611020", "COTTON PULLOVERS", 12.0),
    ("870830", "BRAKE PADS FOR CARS", 8.0),
)


def consignment(
    number: int,
    *,
    importer: int = 0,
    ware: int = 0,
    origin: str = "CHN",
    kg: float = 1000,
    per_kg: float | None = None,
    at: datetime = START,
    **more: object,
) -> Consignment:
    """A declaration of one line."""
    code, words, usual = WARES[ware]
    value = Decimal(round(kg * (usual if per_kg is None else per_kg), 2)).quantize(Decimal("0.01"))
    item = Item(
        ordinal=1,
        hs_code=code,
        description=words,
        origin=origin,
        net_kg=kg,
        value=value,
        duty=value / 5,
        rate=20.0,
    )
    told = {
        "id": f"{number:032x}",
        "reference": f"B{number}",
        "port": "KHI",
        "export_country": origin,
        "loading_port": "CNSHA",
        "declaration": Declaration(reference=f"D{number}", office="KAPE", lodged_at=at),
        "items": (item,),
        "parties": (
            Party(role=PartyRole.IMPORTER, name=f"FIRM {importer}", identifier=f"N{importer}"),
        ),
    }
    return Consignment(**told | more)  # type: ignore[arg-type]


def traffic(count: int, seed: int = 0, every: int = 5) -> tuple[list[Consignment], list[bool]]:
    """Consignments of a year in order of time: one importer in `every` under-values most of what he
    brings, and then something is found."""
    rng = np.random.default_rng(seed)
    told, found = [], []
    for number in range(count):
        importer = int(rng.integers(40))
        ware = int(rng.integers(len(WARES)))
        cheats = importer % every == 0 and rng.random() < 0.75
        usual = WARES[ware][2]
        told.append(
            consignment(
                number,
                importer=importer,
                ware=ware,
                kg=float(rng.integers(100, 5000)),
                per_kg=usual * float(rng.uniform(0.35, 0.55) if cheats else rng.uniform(0.9, 1.1)),
                origin=str(rng.choice(["CHN", "ARE", "TUR"])),
                at=START + timedelta(hours=number * 8760 / count),
            )
        )
        found.append(bool(cheats or rng.random() < 0.03))
    return told, found


def past(count: int, seed: int = 0) -> Past:
    """The same as a model learns from it."""
    told, found = traffic(count, seed)
    lines = joined([pack(own, TOKENISER, START) for own in told])
    return Past(lines=lines, found=np.asarray(found, dtype=np.float64))
