"""Files of goods for the demonstration: declarations, a manifest, movements, money and seizures.

Everything is invented. Told in them are stories that the pages should reveal; who they are about
stands in the file of truth.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from parakh.simulate import goods_stories as stories
from parakh.simulate.goods_manifest import manifest
from parakh.simulate.goods_stories import Carrier
from parakh.simulate.trade import Company, Lodged, companies, lodge, year

IMPORTERS = 60
PAST_DAYS, A_DAY = 360, 14.0
"""Of the declarations from which the model learns."""

RECENT_DAYS, RECENT_A_DAY = 45, 8.0
TODAY = 60
"""Declarations lodged in the last twelve hours."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PastFiles:
    """A table to learn from, and the declarations of the last weeks.

    `wrong` tells what is wrong with each of the latter, by number; "" for nothing.
    """

    table: Path
    recent: Path
    wrong: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class TodayFiles:
    """Messages in the order in which they are taken in, and whom their stories are about."""

    messages: tuple[Path, ...]
    told: Mapping[str, Any]


def write_past(out: Path, seed: int, now: datetime) -> PastFiles:
    """Writes what happened before the day of `now`; the same seed and day give the same files.

    Raises OSError if the folder cannot be written.
    """
    traders, today = _Traders.of(seed), _midnight(now)
    past = list(year(traders.rng, traders.all, today, PAST_DAYS, A_DAY))
    of_today = _of_day(seed, today)
    recent = [
        replace(own, reference=f"{own.reference}R")
        for own in year(of_today, traders.all, today, RECENT_DAYS, RECENT_A_DAY)
    ]
    files = {
        f"past-{today:%Y%m%d}.csv": _table(past),
        f"recent-{today:%Y%m%d}.json": _declarations(recent),
    }
    table, lodged = _written(out, files)
    return PastFiles(table=table, recent=lodged, wrong={own.reference: own.wrong for own in recent})


def write_today(out: Path, seed: int, now: datetime, carriers: Sequence[Carrier]) -> TodayFiles:
    """Writes what is told on the day of `now`, unless it is there already.

    `carriers` are passengers who carry currency. Raises OSError if the folder cannot be written.
    """
    traders, today = _Traders.of(seed), _midnight(now)
    rng = _of_day(seed, today)
    fresh = _fresh(rng, traders.importers, now)
    told = stories.all_of(rng, now, traders.importers, traders.undervaluer, carriers)
    name = f"{today:%Y%m%d}"
    files = {
        f"manifest-{name}.edi": manifest(rng, told.bills, now),
        f"today-{name}.json": _declarations([*fresh, *told.declarations], told.changes),
        f"movements-{name}.json": _json("movements", "CHECKPOSTS", told.movements),
        f"currency-{name}.json": _json("currency", "CURRENCY DESK", told.currency),
        f"enforcement-{name}.json": told.enforcement,
    }
    messages = _written(out, files)
    truth = json.dumps(told.truth, indent=2) + "\n"
    _written(out, {f"truth-{name}.json": truth.encode()})
    return TodayFiles(messages=messages, told=told.truth)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Traders:
    """The companies of one seed, which trade on all days."""

    importers: Sequence[Company]
    undervaluer: Company
    rng: Random

    @classmethod
    def of(cls, seed: int) -> "_Traders":
        rng = Random(f"{seed} goods")  # noqa: S311  (believable, repeatable data; nothing secret)
        importers = companies(rng, IMPORTERS)
        return cls(importers=importers, undervaluer=stories.undervaluer(rng), rng=rng)

    @property
    def all(self) -> list[Company]:
        return [*self.importers, self.undervaluer]


def _midnight(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _of_day(seed: int, today: datetime) -> Random:
    return Random(f"{seed} goods {today:%Y%m%d}")  # noqa: S311


def _written(out: Path, files: Mapping[str, bytes]) -> tuple[Path, ...]:
    out.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        if not (out / name).exists():
            (out / name).write_bytes(data)
    return tuple(out / name for name in files)


def _fresh(rng: Random, importers: Sequence[Company], now: datetime) -> list[Lodged]:
    moments = sorted(rng.uniform(0.2, 12) for _ in range(TODAY))
    return [
        lodge(rng, rng.choice(importers), now - timedelta(hours=hours), 900_000 + place)
        for place, hours in enumerate(reversed(moments))
    ]


_COLUMNS = (
    "reference", "kind", "declaration", "office", "lodged_at", "mode", "port", "origin",
    "loading_port", "importer_name", "importer_id", "importer_country", "exporter_name",
    "exporter_id", "exporter_country", "agent_name", "hs_code", "item_description", "item_origin",
    "net_kg", "value", "duty", "rate", "found",
)  # fmt: skip


def _table(past: Iterable[Lodged]) -> bytes:
    """The declarations with what was found, as `parakh train cargo --from` reads them."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(_COLUMNS)
    writer.writerows(_row(own) for own in past)
    return file.getvalue().encode()


def _row(own: Lodged) -> tuple[object, ...]:
    return (
        own.bill, "master_bill", own.reference, "KAPE", own.lodged_at.isoformat(), "sea", "PKKHI",
        own.route[0], own.route[0], own.importer.name, own.importer.number, own.importer.country,
        own.seller.name, own.seller.number, own.seller.country, own.agent, own.ware.code,
        own.description, own.origin, own.kg, own.value, own.duty, own.ware.duty,
        "1" if own.wrong else "0",
    )  # fmt: skip


def _declarations(
    lodged: Iterable[Lodged], changes: Mapping[str, Mapping[str, Any]] | None = None
) -> bytes:
    rows = [_declaration(own) | dict((changes or {}).get(own.reference, {})) for own in lodged]
    return _json("consignments", "WEBOC", rows)


def _declaration(own: Lodged) -> dict[str, Any]:
    arrival = own.lodged_at + timedelta(days=1, hours=8)
    return {
        "transport_document": {"number": own.bill, "kind": "master_bill"},
        "direction": "entry",
        "voyage": {
            "mode": "sea", "carrier": own.carrier, "number": f"{arrival:%y%j}W",
            "origin": own.route[-2], "destination": "PKKHI", "arrival": f"{arrival:%Y-%m-%dT%H:00}",
        },
        "port": "PKKHI",
        "loading_port": own.route[0],
        "discharge_port": "PKKHI",
        "route": list(own.route),
        "export_country": own.origin,
        "packages": max(1, round(own.kg / 24)),
        "gross_kg": round(own.kg * 1.06, 1),
        "description": own.description,
        "declaration": {
            "reference": own.reference, "office": "KAPE", "lodged_at": own.lodged_at.isoformat(),
            "procedure": "4000", "currency": "USD", "invoice_total": own.value,
            "freight": round(own.value * 0.04, 2), "insurance": round(own.value * 0.01, 2),
        },
        "parties": [
            _party("importer", own.importer), _party("exporter", own.seller),
            {"role": "agent", "name": own.agent, "country": "PAK"},
        ],
        "containers": [
            {"number": own.container, "type": "45G1", "seal": f"S{own.container[-6:]}",
             "seal_at_loading": f"S{own.container[-6:]}", "empty": False}
        ],
        "items": [
            {
                "hs_code": own.ware.code, "description": own.description, "origin": own.origin,
                "quantity": own.kg, "unit": "KGM", "gross_kg": round(own.kg * 1.06, 1),
                "net_kg": own.kg, "price": own.value, "currency": "USD", "value": own.value,
                "duty": own.duty, "rate": own.ware.duty,
            }
        ],
    }  # fmt: skip


def _party(role: str, own: Company) -> dict[str, Any]:
    told = {"role": role, "name": own.name, "identifier": own.number, "country": own.country}
    return told | ({"phone": own.phone} if own.phone else {})


def _json(kind: str, source: str, rows: Sequence[Mapping[str, Any]]) -> bytes:
    list_name = "declarations" if kind == "currency" else kind
    document = {"format": f"parakh-{kind}/1", "source": source, list_name: list(rows)}
    return json.dumps(document, indent=1).encode()
