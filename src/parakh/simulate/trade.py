"""Invented trade: goods with their usual prices, companies, and declarations that they lodge."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from parakh.simulate.things import container_number

HOME = "PAK"

RING = "INDUS STAR TRADING"
"""Whose money the courier ring carries, and who receives a consignment."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ware:
    """One kind of goods: what it is, where it comes from, and what a kilogram usually costs.

    Attributes:
        code: eight figures of the tariff.
        kg_price: usual customs value of a kilogram, in US dollars.
        kg: usual net mass of one declaration.
        duty: duties and taxes in per cent of the value.
        tempting: how much more likely than usual it is that something is wrong with it.
    """

    code: str
    name: str
    origins: tuple[str, ...]
    kg_price: float
    kg: float
    duty: float
    tempting: float = 1.0


WARES = (
    Ware(code="69072100", name="CERAMIC TILES GLAZED", origins=("CHN", "ARE"), kg_price=0.42,
         kg=24_000, duty=36),
    Ware(code="85171300", name="MOBILE PHONES", origins=("CHN", "VNM"), kg_price=310, kg=640,
         duty=22, tempting=2.2),
    Ware(code="61091000", name="COTTON T-SHIRTS KNITTED", origins=("BGD", "CHN"), kg_price=9.5,
         kg=5_200, duty=41, tempting=1.5),
    Ware(code="52010000", name="RAW COTTON NOT CARDED", origins=("USA", "BRA"), kg_price=1.9,
         kg=42_000, duty=5, tempting=0.4),
    Ware(code="84713000", name="LAPTOP COMPUTERS", origins=("CHN",), kg_price=180, kg=900, duty=12,
         tempting=1.4),
    Ware(code="87032200", name="USED MOTOR CARS 1300 CC", origins=("JPN",), kg_price=6.2,
         kg=9_800, duty=85, tempting=1.8),
    Ware(code="09023000", name="BLACK TEA IN BULK", origins=("KEN", "RWA"), kg_price=2.6,
         kg=26_000, duty=33),
    Ware(code="39012000", name="POLYETHYLENE GRANULES", origins=("SAU", "ARE"), kg_price=1.15,
         kg=48_000, duty=17, tempting=0.5),
    Ware(code="30049099", name="MEDICINES PACKED FOR RETAIL", origins=("CHE", "CHN", "TUR"),
         kg_price=92, kg=1_100, duty=7, tempting=1.1),
    Ware(code="33049900", name="SKIN CARE PREPARATIONS", origins=("THA", "ARE", "TUR"),
         kg_price=14, kg=3_800, duty=48, tempting=1.9),
    Ware(code="85183000", name="HEADPHONES AND EARPHONES", origins=("CHN",), kg_price=36,
         kg=1_900, duty=33, tempting=1.6),
    Ware(code="08021200", name="ALMONDS SHELLED", origins=("USA", "AUS"), kg_price=5.4,
         kg=19_000, duty=24),
    Ware(code="72085100", name="HOT ROLLED STEEL SHEETS", origins=("CHN", "JPN"), kg_price=0.66,
         kg=75_000, duty=26, tempting=0.6),
    Ware(code="94036000", name="WOODEN FURNITURE", origins=("CHN", "MYS"), kg_price=2.9,
         kg=8_700, duty=44),
    Ware(code="40111000", name="TYRES FOR MOTOR CARS", origins=("THA", "CHN"), kg_price=3.4,
         kg=15_500, duty=39, tempting=1.3),
)  # fmt: skip

PORTS = {
    "CHN": "CNSHA", "ARE": "AEJEA", "VNM": "VNSGN", "BGD": "BDCGP", "USA": "USHOU", "BRA": "BRSSZ",
    "JPN": "JPYOK", "KEN": "KEMBA", "RWA": "TZDAR", "SAU": "SADMM", "CHE": "NLRTM", "TUR": "TRMER",
    "THA": "THLCH", "AUS": "AUSYD", "MYS": "MYPKG",
}  # fmt: skip
"""Where goods of a country are loaded (UN/LOCODE)."""

_FIRST = (
    "INDUS", "MEHRAN", "KHYBER", "RAVI", "CHENAB", "BOLAN", "SUTLEJ", "MARGALLA", "HIMALAYA",
    "ARABIAN", "CRESCENT", "GULISTAN", "NISHAT", "SHALIMAR", "PEARL", "CORAL", "UNITED",
    "NATIONAL", "PRIME", "ORIENT", "EASTERN", "PUNJAB", "SINDH", "MAKRAN",
)  # fmt: skip
_SECOND = (
    "TRADERS", "ENTERPRISES", "IMPEX (PVT) LTD", "INTERNATIONAL", "BROTHERS", "TRADING COMPANY",
    "INDUSTRIES LTD", "COMMERCIAL CORPORATION",
)  # fmt: skip
_SELLERS = (
    "GOLDEN BRIDGE", "EAST HARBOUR", "SUN VALLEY", "BLUE LOTUS", "GREAT PLAIN", "SILVER ROAD",
    "NEW HORIZON", "LONG RIVER", "DESERT ROSE", "OPEN SEA", "HIGH PEAK", "CITY GATE",
)  # fmt: skip
_AGENTS = ("QUICK CLEAR AGENCY", "PORT SERVICES BUREAU", "SAFE CUSTOMS BROKERS", "SEAVIEW CLEARING")
_CARRIERS = ("MAEU", "MSCU", "COSU", "HLCU", "CMDU")


@dataclass(frozen=True, kw_only=True, slots=True)
class Company:
    """A company that trades; `bad` is the share of its declarations with which something is wrong.

    `number` is a national tax number, invented.
    """

    name: str
    number: str
    country: str
    bad: float
    wares: tuple[Ware, ...] = ()
    sellers: tuple["Company", ...] = ()
    phone: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lodged:
    """One declaration as it was lodged, and the truth about it.

    Attributes:
        wrong: what is wrong with it, `undervalued` or `misdeclared`; "" for nothing.
    """

    reference: str
    bill: str
    importer: Company
    seller: Company
    agent: str
    ware: Ware
    description: str
    origin: str
    kg: float
    value: float
    lodged_at: datetime
    container: str
    carrier: str
    route: tuple[str, ...]
    wrong: str = ""

    @property
    def duty(self) -> float:
        """Duties and taxes as declared."""
        return round(self.value * self.ware.duty / 100, 2)


def companies(rng: Random, count: int) -> list[Company]:
    """Importers: most are honest, some are not, and each keeps to a few goods and sellers."""
    names = [f"{first} {second}" for first in _FIRST for second in _SECOND]
    found = []
    for name in rng.sample(names, count):
        wares = tuple(rng.sample(WARES, rng.choice((1, 1, 2, 3))))
        found.append(
            Company(
                name=name,
                number=tax_number(rng),
                country=HOME,
                bad=rng.choice((0.0, 0.01, 0.02, 0.03, 0.05, 0.10, 0.45)),
                wares=wares,
                sellers=tuple(_seller(rng, ware) for ware in wares for _ in range(2)),
                phone=f"+9221{rng.randrange(10**7, 10**8)}",
            )
        )
    return found


def tax_number(rng: Random) -> str:
    """Seven figures and a last one after a hyphen, as national tax numbers are written."""
    return f"{rng.randrange(1_000_000, 10_000_000)}-{rng.randrange(10)}"


def lodge(rng: Random, importer: Company, at: datetime, number: int) -> Lodged:
    """A declaration of one of the importer's usual goods."""
    ware = rng.choice(importer.wares)
    origin = rng.choice(ware.origins)
    seller = rng.choice([own for own in importer.sellers if own.wares == (ware,)])
    kg = round(ware.kg * rng.lognormvariate(0, 0.35), 1)
    usual = ware.kg_price * rng.lognormvariate(0, 0.13)
    wrong = ""
    if rng.random() < min(0.9, importer.bad * ware.tempting):
        wrong = "undervalued" if rng.random() < 0.75 else "misdeclared"
        usual *= rng.uniform(0.32, 0.68) if wrong == "undervalued" else rng.uniform(0.7, 0.95)
    loading = PORTS[origin]
    via = ("AEJEA",) if wrong and loading != "AEJEA" and rng.random() < 0.35 else ()
    return Lodged(
        reference=f"KAPE-HC-{at:%y}{number:06d}",
        bill=f"{rng.choice(_CARRIERS)}{rng.randrange(10**8, 10**9)}",
        importer=importer,
        seller=seller,
        agent=rng.choice(_AGENTS),
        ware=ware,
        description=ware.name,
        origin=origin,
        kg=kg,
        value=round(kg * usual, 2),
        lodged_at=at,
        container=container_number(rng, rng.choice(("MSKU", "TCLU", "CSQU", "HLXU"))),
        carrier=rng.choice(_CARRIERS),
        route=(loading, *via, "PKKHI"),
        wrong=wrong,
    )


def year(
    rng: Random, importers: Sequence[Company], until: datetime, days: int, a_day: float
) -> Iterator[Lodged]:
    """Declarations of the days before a moment, oldest first; weekends bring a third of them."""
    # A third of the importers lodges two thirds of all.
    weights = [3 if place % 3 == 0 else 1 for place in range(len(importers))]
    number = 0
    for day in range(days, 0, -1):
        start = until - timedelta(days=day)
        rate = a_day / 3 if start.weekday() >= 5 else a_day
        moments = sorted(rng.uniform(3, 13) for _ in range(round(rng.gauss(rate, rate**0.5))))
        for hours in moments:
            number += 1
            (importer,) = rng.choices(importers, weights)
            yield lodge(rng, importer, start + timedelta(hours=hours), number)


def _seller(rng: Random, ware: Ware) -> Company:
    name = f"{rng.choice(_SELLERS)} {rng.choice(('EXPORT CO', 'MANUFACTURING', 'TRADING FZE'))}"
    return Company(
        name=name,
        number=f"{rng.randrange(10**8, 10**9)}",
        country=rng.choice(ware.origins),
        bad=0.0,
        wares=(ware,),
    )
