"""Declarations with what became of them, as tables in the columns of a public data set.

The columns are those of Seondong/Customs-Declaration-Datasets (Jeong et al., Customs Import
Declaration Datasets, 2022): one declaration a row, with one line of goods.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl

from parakh.errors import Unreadable
from parakh.learn.cargo_counting import Past
from parakh.screen.cargo_lines import (
    FIELDS,
    NUMBERS,
    Lines,
    Tokeniser,
    Tokens,
    code_levels,
    rest_of,
    transit,
)

MOST_BYTES = 2 * 2**30

_TEXTS: Mapping[str, str] = {
    "importer": "Importer ID",
    "exporter": "Seller ID",
    "agent": "Declarant ID",
    "carrier": "Courier ID",
    "origin": "Country of Origin",
    "departure": "Country of Departure",
    "office": "Office ID",
    "procedure": "Process Type",
    "kind": "Import Type",
    "use": "Import Use",
    "payment": "Payment Type",
    "mode": "Mode of Transport",
    "regime": "Tax Type",
    "proof": "Country of Origin Indicator",
    "rate_step": "Tax Rate",
    "mass": "Net Mass",
}
_CODES = {"HS10 Code": 10, "HS6 Code": 6}
_DAY, _RATE, _MASS, _PRICE, _FOUND = "Date", "Tax Rate", "Net Mass", "Item Price", "Fraud"


def read(path: Path, tokeniser: Tokeniser) -> Past:
    """Reads one table; raises Unreadable where a column lacks, or a number or day is none."""
    if path.stat().st_size > MOST_BYTES:
        raise Unreadable(f"{path.name} is larger than {MOST_BYTES // 2**30} GiB")
    try:
        table = pl.read_csv(path, infer_schema=False).fill_null("")
        code = next((own for own in _CODES if own in table.columns), "")
        lacking = {*_TEXTS.values(), _DAY, _PRICE, _FOUND} - set(table.columns)
        if not code or lacking:
            raise Unreadable(
                f"{path.name} lacks columns: {', '.join(sorted(lacking)) or 'HS10 Code'}"
            )
        return _past(table, code, tokeniser)
    except pl.exceptions.PolarsError as error:
        raise Unreadable(f"{path.name} is no such table: {type(error).__name__}") from error


def _past(table: pl.DataFrame, code: str, tokeniser: Tokeniser) -> Past:
    texts = {name: table[column].to_list() for name, column in _TEXTS.items()}
    full = [own.zfill(_CODES[code]) for own in table[code].to_list()]
    codes = [code_levels(own) for own in full]
    for level in ("hs10", "hs6", "hs4", "hs2"):
        texts[level] = [own[level] for own in codes]
    numbers = table.select(
        day=pl.col(_DAY).str.to_date().cast(pl.Int32).cast(pl.Float64),
        rate=pl.col(_RATE).cast(pl.Float64),
        kg=pl.col(_MASS).cast(pl.Float64),
        value=pl.col(_PRICE).cast(pl.Float64),
    )
    numbers = numbers.with_columns(
        duty=pl.col("value") * pl.col("rate") / 100,
        price=pl.lit(None, pl.Float64),
        transit=pl.Series(map(transit, texts["origin"], texts["departure"]), dtype=pl.Float64),
        rest=pl.Series(map(rest_of, full), dtype=pl.Float64),
    )
    untold = [""] * len(table)
    found = table[_FOUND].cast(pl.Float64).to_numpy()
    return Past(
        lines=Lines(
            tokens={name: tokeniser.column(name, texts.get(name, untold)) for name in FIELDS},
            numbers={name: numbers[name].fill_null(np.nan).to_numpy() for name in NUMBERS},
            owner=np.arange(len(table), dtype=np.int64),
            words=np.empty(0, dtype=np.uint64),
            word_line=np.empty(0, dtype=np.int64),
        ),
        found=found,
    )


def together(*parts: Past) -> Past:
    """Several tables as one, in their order."""
    owners, words, line, consignment = [], [], 0, 0
    for own in parts:
        owners.append(own.lines.owner + consignment)
        words.append(own.lines.word_line + line)
        consignment += len(own)
        line += len(own.lines)
    return Past(
        lines=Lines(
            tokens={name: _stacked([own.lines.tokens[name] for own in parts]) for name in FIELDS},
            numbers={
                name: np.concatenate([own.lines.numbers[name] for own in parts]) for name in NUMBERS
            },
            owner=np.concatenate(owners),
            words=_stacked([own.lines.words for own in parts]),
            word_line=np.concatenate(words),
        ),
        found=np.concatenate([own.found for own in parts]),
    )


def _stacked(parts: list[Tokens]) -> Tokens:
    return np.concatenate(parts)
