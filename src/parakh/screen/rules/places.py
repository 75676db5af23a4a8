"""Ports as rules need them: where they lie, in which country; as columns, for Polars.

Codes are IATA's, or UN/LOCODE of a place whose airport has the same three letters in the same
country, as `parakh.normalise.codes.port` reads them.
"""

from functools import cache, lru_cache
from math import radians

import numpy as np
import polars as pl
from numpy.typing import NDArray

from parakh.normalise import codes

EARTH_KM = 6371.0088
"""Mean radius (IUGG: (2a + b) / 3 of WGS 84)."""

Floats = NDArray[np.float64]

_UNKNOWN = (float("nan"), float("nan"))


@lru_cache(maxsize=65536)
def _position(code: str) -> tuple[float, float]:
    """Latitude and longitude in radians; NaN for a code that is not known."""
    airport = codes.airports().get(code[-3:])
    if airport is None or (len(code) == 5 and airport["country"] != code[:2]):
        return _UNKNOWN
    return (radians(float(airport["lat"])), radians(float(airport["lon"])))


def country_of(port: pl.Expr) -> pl.Expr:
    """Country (ISO 3166-1 alpha-3) of a port's code; null for a code that is not known.

    Each different code is looked up once: a table of all codes would be hashed every time.
    """

    def find(column: pl.Series) -> pl.Series:
        different = column.drop_nulls().unique()
        countries = [codes.port_country(code) for code in different.to_list()]
        found = pl.Series(countries, dtype=pl.String)
        return column.replace_strict(different, found, default=None, return_dtype=pl.String)

    return port.map_batches(find, return_dtype=pl.String, is_elementwise=True)


@cache
def ports_of(country: str) -> frozenset[str]:
    """IATA codes of a country's airports (ISO 3166-1 alpha-3)."""
    return frozenset(
        code
        for code, airport in codes.airports().items()
        if codes.country(airport["country"]) == country
    )


@cache
def short_code(country: str) -> str | None:
    """A country's two letters, with which its UN/LOCODEs begin; None where it has no airport."""
    found = (own["country"] for own in codes.airports().values())
    return next((own for own in found if codes.country(own) == country), None)


def distance_km(first: pl.Expr, second: pl.Expr) -> pl.Expr:
    """Great-circle distance between two ports, in km; null where one has no known place."""

    def measure(pairs: pl.Series) -> pl.Series:
        one, other = (_places(pairs.struct.field(name)) for name in ("first", "second"))
        return _known(_arcs_km(*one, *other))

    pairs = pl.struct(first=first, second=second)
    return pairs.map_batches(measure, return_dtype=pl.Float64, is_elementwise=True)


def detour(ports: pl.Expr) -> pl.Expr:
    """Length of a route over the direct way; null where that is under 1 km, or a port's place is
    not known.
    """
    return ports.map_batches(_detours, return_dtype=pl.Float64, is_elementwise=True)


def _detours(routes: pl.Series) -> pl.Series:
    """All legs of all routes at once; a leg between two routes counts for neither."""
    lengths = routes.list.len().fill_null(0).to_numpy().astype(np.int64)
    ends = np.cumsum(lengths)
    some = lengths > 1
    latitude, longitude = _places(routes.explode(empty_as_null=False, keep_nulls=False))
    legs = _arcs_km(latitude[:-1], longitude[:-1], latitude[1:], longitude[1:])
    first, last = (ends - lengths)[some], ends[some] - 1
    way = np.full(lengths.size, np.nan)
    if first.size:
        # Not by differences of a running sum: one unknown leg would make all after it unknown.
        bounds = np.stack([first, last], axis=1).ravel()
        sums = np.add.reduceat(np.append(legs, 0.0), bounds)[::2]
        direct = _arcs_km(latitude[first], longitude[first], latitude[last], longitude[last])
        way[some] = sums / np.where(direct > 1, direct, np.nan)
    return _known(way)


def _places(ports: pl.Series) -> tuple[Floats, Floats]:
    """Latitudes and longitudes in radians, NaN where not known; each code is looked up once."""
    different = ports.drop_nulls().unique()
    found = np.array([_position(code) for code in different.to_list()] or [_UNKNOWN])
    rows = ports.replace_strict(
        different, pl.Series(range(different.len()), dtype=pl.Int64), default=None,
        return_dtype=pl.Int64,
    )  # fmt: skip
    place = np.append(found, [_UNKNOWN], axis=0)[rows.fill_null(len(found)).to_numpy()]
    return place[:, 0], place[:, 1]


def _arcs_km(lat1: Floats, lon1: Floats, lat2: Floats, lon2: Floats) -> Floats:
    """Great-circle distances by the haversine formula, in km.

    They are off by up to 0.5%, as the Earth is no sphere (Sinnott, "Virtues of the Haversine",
    1984).
    """
    across = np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
    square = np.sin((lat2 - lat1) / 2) ** 2 + across
    found: Floats = 2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(square, 0, 1)))
    return found


def _known(values: Floats) -> pl.Series:
    return pl.Series(values, dtype=pl.Float64).fill_nan(None)
