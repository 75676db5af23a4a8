"""What the cargo model in force says of consignments, with its reasons, and what is unusual.

A consignment of several lines has the score of its worst line, and that line's reasons.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
import sqlalchemy as sa

from parakh.domain.cargo import CargoScore, Contribution, ModelCard
from parakh.domain.consignment import Consignment
from parakh.domain.hit import Kind, Ref
from parakh.domain.phrase import Phrase
from parakh.learn.cargo import CargoModel
from parakh.screen.cargo_features import REPEAT, Known, Matrix
from parakh.screen.cargo_lines import Lines, Numbers, Tokeniser, lines_of
from parakh.screen.cargo_reasons import Told, contributions
from parakh.screen.screener import ConsignmentSubject
from parakh.services import cargo_history
from parakh.services.centre import Centre

AT_ONCE = 5_000
"""Consignments that are scored together."""

_CLIP = 1e-6


def scores(
    centre: Centre,
    connection: sa.Connection,
    subjects: Sequence[ConsignmentSubject],
    at: datetime,
) -> dict[str, CargoScore]:
    """The score of each consignment by its identifier; nothing while no model is in force."""
    live = centre.cargo.current()
    if live is None:
        return {}
    found: dict[str, CargoScore] = {}
    for start in range(0, len(subjects), AT_ONCE):
        some = subjects[start : start + AT_ONCE]
        ids = [own.ref.id for own in some]
        lines = lines_of(some, centre.cargo.tokeniser, at)
        known = cargo_history.known(connection, lines, ids, live[1].keys)
        found |= {own.consignment_id: own for own in scored(live, lines, known, ids, at)}
    return found


def signals(centre: Centre, connection: sa.Connection, own: Consignment) -> tuple[Phrase, ...]:
    """What is out of the ordinary of a consignment, whether or not a model is in force."""
    ref = Ref(kind=Kind.CONSIGNMENT, id=own.id)
    subject = ConsignmentSubject(ref=ref, consignment=own)
    lines = lines_of([subject], centre.cargo.tokeniser, centre.clock())
    told = Told(lines, cargo_history.known(connection, lines, [own.id], ()))
    found = [one for row in range(len(lines)) for one in told.signals(row)]
    return tuple({str(one): one for one in found}.values())


def fits(
    connection: sa.Connection,
    tokeniser: Tokeniser,
    subjects: Sequence[ConsignmentSubject],
    at: datetime,
) -> dict[str, list[bool | None]]:
    """For each consignment, whether the words of each item are at home in its heading; None where
    too little of them or of the heading is known to say."""
    found: dict[str, list[bool | None]] = {}
    for start in range(0, len(subjects), AT_ONCE):
        some = [own for own in subjects[start : start + AT_ONCE] if own.consignment.items]
        if not some:
            continue
        lines = lines_of(some, tokeniser, at)
        known = cargo_history.known(connection, lines, [own.ref.id for own in some], ())
        told = Told(lines, known)
        for row, owner in enumerate(lines.owner.tolist()):
            found.setdefault(some[owner].ref.id, []).append(told.fits(row))
    return found


def scored(
    live: tuple[ModelCard, CargoModel],
    lines: Lines,
    known: Known,
    ids: Sequence[str],
    at: datetime,
) -> list[CargoScore]:
    """The scores of consignments whose lines are known, in their order."""
    card, model = live
    inputs = model.inputs(lines, known)
    weights, base = model.contributions(inputs)
    fresh = 1 / (1 + np.exp(-(weights.sum(axis=1) + base)))
    raw = model.repeated(fresh, known)
    worst = _worst(lines, raw)
    share = model.calibrated(raw[worst])
    told = _reasons(model, lines, known, weights, _odds(raw) - _odds(fresh), worst)
    duty = lines.numbers["duty"]
    owed = np.bincount(lines.owner, weights=np.nan_to_num(duty), minlength=len(ids))
    tells = np.bincount(lines.owner, weights=~np.isnan(duty), minlength=len(ids)) > 0
    start = float(model.calibrated(np.asarray([1 / (1 + np.exp(-base))]))[0])
    return [
        CargoScore(
            consignment_id=own,
            model=card.version,
            score=float(share[place]),
            base=start,
            contributions=told[place],
            revenue=float(share[place] * owed[place]) if tells[place] else None,
            at=at,
            inputs=tuple(inputs[worst[place]].tolist()),
        )
        for place, own in enumerate(ids)
    ]


def _worst(lines: Lines, raw: Numbers) -> list[int]:
    """The line with the highest score of each consignment."""
    order = np.lexsort((-raw, lines.owner))
    _, first = np.unique(lines.owner[order], return_index=True)
    worst: list[int] = order[first].tolist()
    return worst


def _reasons(
    model: CargoModel,
    lines: Lines,
    known: Known,
    weights: Matrix,
    repeats: Numbers,
    rows: Sequence[int],
) -> list[tuple[Contribution, ...]]:
    """Reasons of some lines, the repeats of the first stage as one of them; what no table counts is
    told as it was in training."""
    names = (*model.features, f"found:{REPEAT}")
    whole = np.column_stack([weights, repeats])[rows]
    told = replace(known, counts={**model.effects.counts(lines), **known.counts})
    return contributions(lines, told, names, whole, rows)


def _odds(share: Numbers) -> Numbers:
    told = np.clip(share, _CLIP, 1 - _CLIP)
    odds: Numbers = np.log(told / (1 - told))
    return odds
