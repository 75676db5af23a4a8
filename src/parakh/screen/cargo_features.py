"""What the cargo model looks at: how often values came before and what was found, and measures.

All of it is told by counts (`Known`), which training makes of past consignments and scoring reads
from tables, so that both see the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from parakh.screen.cargo_lines import Lines, Numbers, Tokens, distinct

Matrix = NDArray[np.float64]

KEYS: Mapping[str, tuple[str, ...]] = {
    "importer": ("importer",),
    "exporter": ("exporter",),
    "agent": ("agent",),
    "carrier": ("carrier",),
    "hs2": ("hs2",),
    "hs4": ("hs4",),
    "hs6": ("hs6",),
    "hs10": ("hs10",),
    "origin": ("origin",),
    "departure": ("departure",),
    "office": ("office",),
    "procedure": ("procedure",),
    "kind": ("kind",),
    "use": ("use",),
    "payment": ("payment",),
    "mode": ("mode",),
    "regime": ("regime",),
    "proof": ("proof",),
    "rate": ("rate_step",),
    "hs2+origin": ("hs2", "origin"),
    "hs4+origin": ("hs4", "origin"),
    "hs6+origin": ("hs6", "origin"),
    "hs10+origin": ("hs10", "origin"),
    "hs4+origin+departure": ("hs4", "origin", "departure"),
    "hs10+origin+departure": ("hs10", "origin", "departure"),
    "hs6+regime": ("hs6", "regime"),
    "hs10+regime": ("hs10", "regime"),
    "hs4+rate": ("hs4", "rate_step"),
    "hs10+rate": ("hs10", "rate_step"),
    "origin+departure": ("origin", "departure"),
    "origin+regime": ("origin", "regime"),
    "importer+hs2": ("importer", "hs2"),
    "importer+origin": ("importer", "origin"),
    "importer+exporter": ("importer", "exporter"),
    "agent+hs4": ("agent", "hs4"),
    "office+hs4": ("office", "hs4"),
    "route": ("hs2", "origin", "departure", "loading"),
}
"""Fields, alone and together, of which is counted how often they came and what was found."""

SIGNATURE = ("hs10", "origin", "departure", "rate_step", "regime", "mass")
"""Of a repeated consignment: the same goods in the same amount from the same place."""

REPEAT = "repeat"
"""The key of the signature."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "hs10+origin": ("hs10", "origin"),
    "hs4+origin": ("hs4", "origin"),
    "hs4": ("hs4",),
    "hs2": ("hs2",),
}
"""Among what value a kilogram and mass are compared, the narrowest first."""

STEP = 0.05
"""Steps in which measures are counted, in natural logarithms: about 5%."""

LEAST = 5
"""A median rests on so many lines at least."""

_WORD, _WORD_CODE = "word", "word+hs4"
_PRIOR = 5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """Of each line, by how often its value came before: `seen`, `known` what became of it, and
    `found` something."""

    seen: Numbers
    known: Numbers
    found: Numbers


@dataclass(frozen=True, kw_only=True, slots=True)
class Spread:
    """Where a measure lies among those of a group, of each line.

    Attributes:
        median: natural logarithm; NaN where fewer than `LEAST` are known.
        below: share of the group that lies lower.
        count: how many there are.
    """

    median: Numbers
    below: Numbers
    count: Numbers


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What was known before, of each line.

    Attributes:
        counts: by key of `KEYS`, and of `REPEAT`.
        spreads: by measure and group; of the duty, by "all".
        words: of each word, how often it came, and how often with the line's heading.
        share: in which something was found, of all.
        total: lines counted.
    """

    counts: Mapping[str, Counts]
    spreads: Mapping[tuple[str, str], Spread]
    words: tuple[Numbers, Numbers]
    share: float
    total: float


# --- what is counted --------------------------------------------------------------------------


def key_tokens(lines: Lines) -> dict[str, Tokens]:
    """By key, what stands for the values of each line."""
    of = {name: [lines.tokens[own] for own in fields] for name, fields in KEYS.items()}
    of[REPEAT] = [lines.tokens[own] for own in SIGNATURE]
    return {name: distinct(*own, salt=_salt(name)) for name, own in of.items()}


def word_tokens(lines: Lines) -> tuple[Tokens, Tokens]:
    """What stands for each word, and for each word with its line's heading."""
    heading = lines.tokens["hs4"][lines.word_line]
    return (
        distinct(lines.words, salt=_salt(_WORD)),
        distinct(lines.words, heading, salt=_salt(_WORD_CODE)),
    )


def all_token() -> np.uint64:
    """What stands for every line."""
    return np.uint64(_salt("all"))


def measures(lines: Lines) -> dict[str, Numbers]:
    """Natural logarithms of value a kilogram, mass and duty of each line; NaN where untold."""
    own = lines.numbers
    value = np.where(np.isnan(own["value"]), own["price"], own["value"])
    with np.errstate(divide="ignore", invalid="ignore"):
        mass = np.where(own["kg"] > 0, own["kg"], np.nan)
        price = np.where(value > 0, value, np.nan) / mass
        duty = np.where(own["duty"] > 0, own["duty"], np.nan)
        return {"price": np.log(price), "mass": np.log(mass), "duty": np.log(duty)}


def group_tokens(lines: Lines) -> dict[tuple[str, str], Tokens]:
    """By measure and group, what stands for the group of each line."""
    found: dict[tuple[str, str], Tokens] = {}
    for measure in ("price", "mass"):
        for group, fields in GROUPS.items():
            told = [lines.tokens[own] for own in fields]
            found[measure, group] = distinct(*told, salt=_salt(f"{measure}/{group}"))
    found["duty", "all"] = np.full(len(lines), _salt("duty/all"), dtype=np.uint64)
    return found


def steps(values: Numbers) -> NDArray[np.int64]:
    """In which step a measure lies; of NaN, nothing that means anything."""
    return np.floor(np.nan_to_num(values) / STEP).astype(np.int64)


def _salt(name: str) -> int:
    return crc32(name.encode()) << 20 | len(name)


# --- what is looked at ------------------------------------------------------------------------


MEASURED = (
    "rate",
    "mass",
    "mass_round",
    "price",
    "duty",
    "transit",
    "rest",
    *(f"price:{own}" for own in GROUPS),
    *(f"mass:{own}" for own in GROUPS),
    "description",
    "way",
)
"""Features that are no shares of findings: `price:hs4` is the value a kilogram against the median
of the heading, `description` how well the words fit the heading, `way` how usual the route is."""


def feature_names(keys: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the columns of `features` for some keys."""
    return (
        *(name for key in keys for name in (f"found:{key}", f"seen:{key}")),
        *MEASURED,
    )


def features(lines: Lines, known: Known, keys: tuple[str, ...]) -> Matrix:
    """What the model looks at: of each key, the share of findings and how much it rests on."""
    columns: list[Numbers] = []
    for key in keys:
        own = known.counts[key]
        columns += [share(own, known.share), np.log1p(own.seen)]
    columns += _measured(lines, known)
    return np.column_stack(columns)


def share(counts: Counts, whole: float, weight: float = _PRIOR) -> Numbers:
    """Share of findings, drawn to that of all by so many consignments (Micci-Barreca 2001)."""
    shares: Numbers = (counts.found + weight * whole) / (counts.known + weight)
    return shares


def fit_of_words(lines: Lines, known: Known) -> Numbers:
    """How well each line's words fit its heading: mean pointwise mutual information, in nats.

    0 is no better than chance, above is better; NaN without words that are known.
    """
    everywhere, here = known.words
    heading = known.counts["hs4"].seen[lines.word_line]
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = everywhere * heading / max(1.0, known.total)
        told = np.where(everywhere >= LEAST, np.log((here + 0.5) / (expected + 0.5)), np.nan)
    counted = ~np.isnan(told)
    line = lines.word_line[counted]
    sums = np.bincount(line, weights=told[counted], minlength=len(lines))
    count = np.bincount(line, minlength=len(lines)).astype(np.float64)
    return np.where(count > 0, sums / np.maximum(count, 1), np.nan)


def way(known: Known) -> Numbers:
    """How usual the route is for chapter and origin: natural logarithm of its share."""
    route, base = known.counts["route"].seen, known.counts["hs2+origin"].seen
    usual: Numbers = np.log((route + 0.5) / (base + 1.0))
    return usual


def _measured(lines: Lines, known: Known) -> list[Numbers]:
    own, kg = measures(lines), lines.numbers["kg"]
    rounded = (kg % 1 == 0).astype(np.float64) + (kg % 10 == 0) + (kg % 100 == 0)
    columns = [
        lines.numbers["rate"],
        own["mass"],
        np.where(np.isnan(kg), np.nan, rounded),
        own["price"],
        own["duty"],
        lines.numbers["transit"],
        lines.numbers["rest"],
    ]
    for measure in ("price", "mass"):
        columns += [own[measure] - known.spreads[measure, group].median for group in GROUPS]
    return [*columns, fit_of_words(lines, known), way(known)]
