"""A year at every post of a country, in columns: crossings in the layout that history is kept in.

Nobody is simulated as a person with a name: a row has what trends and back-tests count by. Days
have their weekdays, seasons and holidays, routes their carriers and nationalities; and travellers
come again under the same document. The same seed gives the same rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

AIRPORTS: Mapping[str, float] = {
    "KHI": 20, "LHE": 18, "ISB": 18, "PEW": 8, "MUX": 6, "SKT": 6, "LYP": 4, "UET": 2, "GWD": 1,
    "RYK": 1,
}  # fmt: skip
LAND: Mapping[str, float] = {
    "PKPEW": 9, "PKCMN": 7, "PKTFT": 3, "PKWGA": 3, "PKSST": 1, "PKGHK": 1, "PKKHR": 1,
    "PKANG": 0.5, "PKKTP": 1, "PKGBD": 0.7, "PKAZK": 0.2, "PKLHE": 0.2, "PKSKT": 0.1,
    "PKLYP": 0.1, "PKMUX": 0.1,
}  # fmt: skip
RAIL: Mapping[str, float] = {"PKWGR": 0.5, "PKZPT": 0.3}
SEA: Mapping[str, float] = {
    "PKKHI": 1, "PKBQM": 0.6, "PKGWD": 0.4,
}  # fmt: skip
PORTS: Mapping[str, float] = {**AIRPORTS, **LAND, **RAIL, **SEA}
"""The thirty posts of `parakh.simulate.posts` with their shares of all crossings."""

_BEYOND = {"PKWGA": "IND", "PKKTP": "IND", "PKWGR": "IND", "PKZPT": "IND", "PKSST": "CHN",
           "PKTFT": "IRN", "PKGBD": "IRN"}  # fmt: skip
"""The country behind a crossing by land; of all others, Afghanistan."""

_FAR: Mapping[str, tuple[float, str, tuple[str, ...]]] = {
    "DXB": (20, "ARE", ("EK", "FZ", "PK")), "AUH": (9, "ARE", ("EY", "PK")),
    "SHJ": (8, "ARE", ("G9", "PA")), "DOH": (9, "QAT", ("QR", "PK")),
    "JED": (14, "SAU", ("SV", "PK")), "RUH": (9, "SAU", ("SV", "XY")),
    "MED": (5, "SAU", ("SV", "PK")), "MCT": (5, "OMN", ("WY", "OV")), "KWI": (3, "KWT", ("KU",)),
    "BAH": (2, "BHR", ("GF",)), "IST": (4, "TUR", ("TK", "PC")), "LHR": (4, "GBR", ("PK", "VS")),
    "MAN": (2, "GBR", ("PK",)), "BKK": (2, "THA", ("TG",)), "KUL": (2, "MYS", ("OD",)),
    "PEK": (1, "CHN", ("CA", "PK")), "YYZ": (1, "CAN", ("PK",)), "CMB": (1, "LKA", ("UL",)),
    "IKA": (1, "IRN", ("IR",)), "KBL": (1, "AFG", ("FG",)),
}  # fmt: skip
"""Airports abroad: share, country, carriers."""

_HOME = "PAK"
_ISSUERS = (
    "PAK", "AFG", "GBR", "IND", "CHN", "ARE", "SAU", "USA", "IRN", "TUR", "CAN", "BGD", "LKA",
    "NPL", "PHL", "DEU", "FRA", "ITA", "ESP", "NOR", "SWE", "NLD", "AUS", "MYS", "THA", "IDN",
    "RUS", "UZB", "KAZ", "KGZ", "TJK", "AZE", "EGY", "JOR", "SYR", "YEM", "SDN", "SOM", "KEN",
    "TZA", "UGA", "NGA", "ZAF", "MAR", "DZA", "JPN", "KOR", "SGP", "OMN", "QAT", "KWT", "BHR",
    "IRQ", "LBN", "BRA", "MEX", "POL", "ROU", "GRC", "PRT",
)  # fmt: skip
_SEASON = (1.08, 0.96, 1.0, 1.0, 0.97, 1.1, 1.16, 1.1, 0.92, 0.92, 0.9, 1.12)
_WEEKDAY = (0.94, 0.93, 0.97, 1.04, 1.02, 1.06, 1.04)
_HOURS = np.array([9, 8, 7, 6, 5, 5, 5, 4, 4, 5, 5, 6, 6, 5, 4, 4, 4, 5, 6, 7, 8, 8, 9, 9.5])
"""How busy each hour is (UTC): most flights come at night."""

_PEOPLE = 1 << 26


@dataclass(frozen=True, kw_only=True, slots=True)
class Surge:
    """A planted change: a route has so many times its crossings from a day on."""

    route: str
    since: date
    factor: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """Where people go by whom: its port here, share of all crossings and who travels on it."""

    port: str
    direction: str
    origin: str
    destination: str
    carrier: str
    mode: str
    share: float
    abroad: str

    @property
    def name(self) -> str:
        """As trends name it."""
        return f"{self.origin}–{self.destination}"


class Columns:
    """Makes days of crossings."""

    def __init__(self, seed: int = 8, surges: Sequence[Surge] = ()) -> None:
        self._seed, self._surges = seed, surges
        self.routes = _routes(np.random.default_rng(seed))
        self._shares = np.array([own.share for own in self.routes])
        self._issuers = [_issuers(own.abroad) for own in self.routes]

    def expected(self, day: date, rows: float, holiday: bool = False) -> float:
        """How many cross on a day, where `rows` is the average."""
        usual = rows * _SEASON[day.month - 1] * _WEEKDAY[day.weekday()]
        return usual * (0.7 if holiday else 1.0)

    def day(self, day: date, rows: float, *, holiday: bool = False) -> pl.DataFrame:
        """One day (UTC) of crossings: so many on average over the year."""
        rng = np.random.default_rng((self._seed, day.toordinal()))
        shares = self._shares * self._factors(day)
        # The whole scatters more than chance alone would: weather, cancelled flights.
        level = self.expected(day, rows, holiday) * rng.gamma(60, 1 / 60) * shares.sum()
        count = int(rng.poisson(level))
        chosen = rng.choice(len(self.routes), count, p=shares / shares.sum())
        return self._frame(rng, day, np.sort(chosen))

    def _factors(self, day: date) -> NDArray[np.float64]:
        return np.array(
            [
                float(np.prod([s.factor for s in self._surges if self._hits(s, own, day)]))
                for own in self.routes
            ]
        )

    @staticmethod
    def _hits(surge: Surge, own: Route, day: date) -> bool:
        return surge.route == own.name and day >= surge.since

    def _frame(
        self, rng: np.random.Generator, day: date, chosen: NDArray[np.int64]
    ) -> pl.DataFrame:
        count = len(chosen)
        table = pl.DataFrame(
            {
                "port": [own.port for own in self.routes],
                "direction": [own.direction for own in self.routes],
                "voyage.origin": [own.origin for own in self.routes],
                "voyage.destination": [own.destination for own in self.routes],
                "voyage.carrier": [own.carrier for own in self.routes],
                "voyage.mode": [own.mode for own in self.routes],
            }
        )
        hours = rng.choice(24, count, p=_HOURS / _HOURS.sum())
        seconds = hours * 3600 + rng.integers(0, 3600, count)
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        at = pl.lit(start).dt.cast_time_unit("us") + pl.duration(seconds="second")
        persons = rng.integers(0, _PEOPLE, count, dtype=np.uint64)
        issuer = self._issuer(rng, chosen, persons)
        own = table[chosen].with_columns(pl.Series("second", seconds))
        own = own.with_columns(
            pl.Series("subject_id", _hex(rng.integers(0, 2**63, (count, 2), dtype=np.uint64))),
            pl.Series("traveller.nationality", issuer),
            pl.Series("traveller.age", rng.integers(0, 90, count).astype(float)),
            pl.Series("crossing.lane", np.array([f"L{n}" for n in range(1, 9)])[seconds % 8]),
            at.alias("at"),
            at.alias("crossing.at"),
            ((pl.Series(seconds) // 3600 + 5) % 24).cast(pl.Float64).alias("crossing.hour"),
            pl.Series("number", _hex(np.stack([_mixed(persons, 1), _mixed(persons, 2)], axis=1))),
        )
        papers = pl.struct(
            pl.lit("P").alias("type"),
            pl.col("number"),
            pl.col("traveller.nationality").alias("issuer"),
        )
        return own.with_columns(pl.concat_list(papers).alias("documents")).drop("number", "second")

    def _issuer(
        self, rng: np.random.Generator, chosen: NDArray[np.int64], persons: NDArray[np.uint64]
    ) -> NDArray[Any]:
        """Who issued each document: of one person always the same where his routes allow it."""
        drawn = (_mixed(persons, 3) % np.uint64(10_000)) / 10_000
        names = np.array(_ISSUERS)
        out = np.empty(len(chosen), dtype=names.dtype)
        bounds = np.searchsorted(chosen, np.arange(len(self.routes) + 1))
        for route, (begin, end) in enumerate(pairwise(bounds)):
            if begin < end:
                places = np.searchsorted(self._issuers[route], drawn[begin:end], side="right")
                out[begin:end] = names[np.minimum(places, len(names) - 1)]
        return out


def in_layout(told: pl.DataFrame, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """A day with all columns of a layout; nothing is known of those that it lacks."""
    documents = schema["documents"]
    assert isinstance(documents, pl.List)  # noqa: S101  (an entity of which there are many)
    assert isinstance(documents.inner, pl.Struct)  # noqa: S101
    papers = [
        pl.element().struct.field(own.name)
        if own.name in ("type", "number", "issuer")
        else pl.lit(None, dtype=own.dtype).alias(own.name)
        for own in documents.inner.fields
    ]
    missing = [
        pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in schema.items()
        if name not in told.columns
    ]
    filled = told.with_columns(pl.col("documents").list.eval(pl.struct(papers)), *missing)
    return filled.select(*schema)


def _routes(rng: np.random.Generator) -> list[Route]:
    found = []
    far = sum(own[0] for own in _FAR.values())
    for port, share in AIRPORTS.items():
        for abroad, (weight, country, carriers) in _FAR.items():
            part = share * weight / far / 2 * rng.uniform(0.4, 1.6)
            for place, carrier in enumerate(carriers):
                own = part * (0.7 if place == 0 and len(carriers) > 1 else 0.3)
                found += _both(port, abroad, carrier, "air", own, country)
    for mode, ports in (("road", LAND), ("rail", RAIL)):
        for port, share in ports.items():
            country = _BEYOND.get(port, "AFG")
            found += _both(port, f"{country[:2]}BOR", "", mode, share / 2, country)
    for port, share in SEA.items():
        for abroad, country in (("AEJEA", "ARE"), ("OMMCT", "OMN"), ("CNSHA", "CHN")):
            found += _both(port, abroad, "MSC", "sea", share / 6, country)
    return found


def _both(
    port: str, abroad: str, carrier: str, mode: str, share: float, country: str
) -> list[Route]:
    common = {"port": port, "carrier": carrier, "mode": mode, "share": share, "abroad": country}
    whole = sum(PORTS.values())
    common["share"] = share / whole
    return [
        Route(direction="entry", origin=abroad, destination=port, **common),  # type: ignore[arg-type]
        Route(direction="exit", origin=port, destination=abroad, **common),  # type: ignore[arg-type]
    ]


def _issuers(abroad: str) -> NDArray[np.float64]:
    """Shares of issuers on a route, summed up: home, the country abroad, and a long tail."""
    shares = np.array([0.6**n for n in range(len(_ISSUERS))]) * 0.05 + 0.0004
    shares[_ISSUERS.index(_HOME)] += 0.7
    shares[_ISSUERS.index(abroad)] += 0.15
    total: NDArray[np.float64] = np.cumsum(shares / shares.sum())
    return total


def _mixed(values: NDArray[np.uint64], salt: int) -> NDArray[np.uint64]:
    """Numbers that look random and are always the same for the same (SplitMix64, Steele et al.,
    OOPSLA 2014)."""
    with np.errstate(over="ignore"):
        own = values + np.uint64(salt) * np.uint64(0x9E3779B97F4A7C15)
        own = (own ^ (own >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        own = (own ^ (own >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return own ^ (own >> np.uint64(31))


_DIGITS = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)


def _hex(values: NDArray[np.uint64]) -> pl.Series:
    """Pairs of numbers as 32 hexadecimal digits, as tokens and identifiers are."""
    raw = np.ascontiguousarray(values).view(np.uint8).reshape(len(values), 16)
    digits = np.empty((len(values), 32), dtype=np.uint8)
    digits[:, 0::2], digits[:, 1::2] = _DIGITS[raw >> 4], _DIGITS[raw & 15]
    return pl.Series(np.ascontiguousarray(digits).view("S32").ravel()).cast(pl.String)
