"""The documented shape of goods in `parakh parse --json`."""

from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from parakh.domain.message import Problem
from parakh.ingest.goods_records import (
    DeclaredConsignment,
    DeclaredEnforcement,
    DeclaredGoods,
    DeclaredMovement,
)
from parakh.ingest.submission import Submission
from parakh.normalise.dates import sent_at
from parakh.normalise.goods import read
from parakh.normalise.goods_values import Home
from parakh.normalise.plates import plate_forms

_NOWHERE = Home(country="", currency="")
"""Files are read apart from any centre: what only a centre can tell is left out."""

_LEFT_OUT = ("id", "direction", "port", "voyage_id", "conveyance_id", "due_at", "cancelled")


def goods_json(submission: Submission) -> tuple[dict[str, Any], list[Problem]]:
    """`consignments` (countries in alpha-3, numbers as numbers) and `records` of the other kinds as
    they stand; and what is wrong with their values.

    Customs values are those that are told; prices are not turned into another currency.
    """
    sent = sent_at(submission.envelope) if submission.envelope else None
    told: dict[str, Any] = {"consignments": [], "records": []}
    problems: list[Problem] = []
    for own in submission.goods:
        if isinstance(own, DeclaredConsignment):
            shown, found = _consignment(own, sent or datetime.now(UTC))
            told["consignments"].append(shown)
            problems += found
        else:
            told["records"].append(_record(own))
    return told, problems


def _consignment(
    own: DeclaredConsignment, said_at: datetime
) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    found = read(own, _NOWHERE, said_at, lambda currency, on: None, plate_forms())
    shown = asdict(found.consignment)
    for name in _LEFT_OUT:
        del shown[name]
    if own.declaration is not None and not own.declaration.lodged_at:
        shown["declaration"]["lodged_at"] = None
    journey = found.journey
    voyage = None if journey is None else {
        name: getattr(journey, name) or None
        for name in ("mode", "carrier", "number", "origin", "destination", "departure", "arrival")
    }  # fmt: skip
    unit = None if found.unit is None else asdict(found.unit)
    whole = {"line": own.line, "action": own.action, "voyage": voyage, "conveyance": unit}
    return _plain(whole | shown), found.problems


def _record(own: DeclaredGoods) -> dict[str, Any]:
    """A record of another kind; pictures only by their number."""
    told = asdict(own)
    if isinstance(own, DeclaredMovement):
        told["picture"] = bool(own.picture)
    if isinstance(own, DeclaredEnforcement):
        told["pictures"] = len(own.pictures)
    shown: dict[str, Any] = _plain(told)
    return shown


def _plain(value: Any) -> Any:
    """Values as JSON has them; what was not told is null."""
    if isinstance(value, dict):
        return {name: _plain(own) for name, own in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(own) for own in value]
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return None if value == "" else value
