"""Keeps the counts that the cargo model scores by, and tells what they know of consignments."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import sqlalchemy as sa

from parakh.access import Purpose
from parakh.domain.consignment import Consignment
from parakh.learn.cargo_counting import Past, stepped, tallied
from parakh.screen.cargo_features import (
    LEAST,
    REPEAT,
    STEP,
    Counts,
    Known,
    Spread,
    all_token,
    group_tokens,
    key_tokens,
    measures,
    steps,
    word_tokens,
)
from parakh.screen.cargo_lines import Lines, Numbers, Places, Tokens, day_of, distinct, joined, pack
from parakh.services.centre import WORKER, Centre
from parakh.store import cargo_history as store
from parakh.store import examinations
from parakh.store.cargo_history import Row
from parakh.store.database import Tx

SIGNALLED = ("importer", "importer+hs2", "hs2+origin", "hs4", "route")
"""Keys that signals are told by, whether or not a model looks at them."""

_OVERLAP = timedelta(hours=1)
"""Outcomes are looked for again from so long before the last one: another transaction may have
told of one meanwhile."""


# --- counting ---------------------------------------------------------------------------------


def count(tx: Tx, centre: Centre, told: Sequence[Consignment]) -> None:
    """Counts consignments, new or changed; those that were taken back count no more.

    Called within the transaction that screens them.
    """
    ids = [own.id for own in told]
    known = store.rows(tx.connection, ids)
    found = examinations.found_of(tx.connection, ids)
    tokeniser = centre.cargo.tokeniser
    rows = [
        Row(
            key=own.id,
            day=day_of(own, tx.at),
            found=found.get(own.id),
            lines=b"" if own.cancelled else pack(own, tokeniser, tx.at),
        )
        for own in told
    ]
    replace(tx, known, rows)


def learn_due(centre: Centre) -> int:
    """Takes in what was found meanwhile; gives of how many consignments that is new."""
    with centre.db.read() as connection:
        last = store.learnt_until(connection)
        since = last - _OVERLAP if last else datetime.min.replace(tzinfo=UTC)
        told = examinations.found(connection, since, centre.clock() + _OVERLAP)
        new = _unlearnt(connection, told)
    if not new:
        return 0
    with centre.db.write(WORKER, Purpose.GOODS) as tx:
        return learn(tx, {key: told[key] for key in new})


def learn(tx: Tx, found: Mapping[str, bool]) -> int:
    """Counts that something was found, or nothing, in consignments that were counted."""
    known = store.rows(tx.connection, found)
    new = [own for own in known.values() if own.found is not found[own.key]]
    rows = [Row(key=own.key, day=own.day, found=found[own.key], lines=own.lines) for own in new]
    replace(tx, {own.key: own for own in new}, rows)
    tx.audit("cargo.learnt", "model", "", consignments=len(rows))
    return len(rows)


def _unlearnt(connection: sa.Connection, told: Mapping[str, bool]) -> list[str]:
    known = store.rows(connection, told)
    return [key for key, own in known.items() if own.found is not told[key]]


def replace(tx: Tx, before: Mapping[str, Row], rows: Sequence[Row]) -> None:
    """Counts rows, and no more what stands in their place."""
    now = {own.key: own for own in rows}
    changed = [key for key, own in now.items() if before.get(key) != own]
    gone = past_of([before[key] for key in changed if key in before])
    come = past_of([now[key] for key in changed])
    store.add(tx, tallied(gone), -1, stepped(gone))
    store.add(tx, tallied(come), 1, stepped(come))
    store.put_rows(tx, [now[key] for key in changed])


def forget(tx: Tx, keys: Sequence[str]) -> None:
    """Deletes rows, and takes away what they added to the counts."""
    gone = past_of(list(store.rows(tx.connection, keys).values()))
    store.add(tx, tallied(gone), -1, stepped(gone))
    store.drop_rows(tx, keys)


def past_of(rows: Collection[Row]) -> Past:
    """Rows as consignments with what became of them; without those that were taken back."""
    held = [own for own in rows if own.lines]
    found = [np.nan if own.found is None else float(own.found) for own in held]
    return Past(lines=joined([own.lines for own in held]), found=np.asarray(found, np.float64))


# --- what is known ----------------------------------------------------------------------------


def known(
    connection: sa.Connection, lines: Lines, ids: Sequence[str], keys: Collection[str]
) -> Known:
    """What the counts tell of lines, without what their own consignments added to them.

    `ids` are the consignments in the order of `lines.owner`; `keys` those that are asked for.
    """
    own = _Own(connection, lines, ids)
    wanted = {*keys, *SIGNALLED, REPEAT}
    told = {name: tokens for name, tokens in key_tokens(lines).items() if name in wanted}
    everywhere, here = word_tokens(lines)
    line = np.arange(len(lines))
    asked = [(tokens, line) for tokens in told.values()]
    asked += [(everywhere, lines.word_line), (here, lines.word_line)]
    whole = np.asarray([all_token()])
    found = store.counts(connection, np.concatenate([*(one for one, _ in asked), whole]))
    counts, start = [], 0
    for tokens, rows in asked:
        end = start + len(tokens)
        counts.append(own.without(tokens, rows, *(one[start:end] for one in found)))
        start = end
    total, looked_at, hits = (float(one[-1]) for one in found)
    return Known(
        counts=dict(zip(told, counts, strict=False)),
        spreads=_spreads(connection, lines),
        words=(counts[-2].seen, counts[-1].seen),
        share=hits / looked_at if looked_at else 0.0,
        total=total,
    )


class _Own:
    """What consignments added to the counts before, for they must not be judged by themselves."""

    def __init__(self, connection: sa.Connection, lines: Lines, ids: Sequence[str]) -> None:
        self._lines = lines
        rows = store.rows(connection, ids)
        held = [(place, rows[key]) for place, key in enumerate(ids) if key in rows]
        past = past_of([row for _, row in held])
        places = np.asarray([place for place, row in held if row.lines], dtype=np.int64)
        self._found = np.full(len(ids), np.nan)
        self._found[places] = past.found
        told = [(own, past.lines.owner) for own in key_tokens(past.lines).values()]
        told += [(own, past.lines.owner[past.lines.word_line]) for own in word_tokens(past.lines)]
        self._pairs = [_pairs(own, places[owner]) for own, owner in told if len(own)]
        self._known = np.unique(np.concatenate(self._pairs)) if self._pairs else None

    def without(
        self, tokens: Tokens, rows: Places, seen: Numbers, known: Numbers, found: Numbers
    ) -> Counts:
        """Counts of tokens that stand in some lines, less their own consignment's part."""
        if self._known is None:
            return Counts(seen=seen, known=known, found=found)
        owner = self._lines.owner[rows]
        mine = np.isin(_pairs(tokens, owner), self._known).astype(np.float64)
        hit = self._found[owner]
        return Counts(
            seen=seen - mine,
            known=known - mine * ~np.isnan(hit),
            found=found - mine * np.nan_to_num(hit),
        )


def _pairs(tokens: Tokens, owner: Places) -> Tokens:
    return distinct(tokens, owner.astype(np.uint64), salt=0)


def _spreads(connection: sa.Connection, lines: Lines) -> dict[tuple[str, str], Spread]:
    asked, own = group_tokens(lines), measures(lines)
    if not len(lines):
        return {name: _spread(*_NOTHING, tokens, own[name[0]]) for name, tokens in asked.items()}
    told = store.steps_of(connection, np.concatenate(list(asked.values())))
    return {name: _spread(*told, tokens, own[name[0]]) for name, tokens in asked.items()}


_NOTHING = (np.empty(0, np.uint64), np.empty(0, np.int64), np.empty(0))


def _spread(groups: Tokens, at: Places, seen: Numbers, tokens: Tokens, values: Numbers) -> Spread:
    """Median of each line's group, and where the line lies in it, from the counted steps."""
    reached = np.concatenate([[0.0], np.cumsum(seen)])
    start, end = np.searchsorted(groups, tokens), np.searchsorted(groups, tokens, side="right")
    count = reached[end] - reached[start]
    middle = np.searchsorted(reached, reached[start] + count / 2, side="left") - 1
    known = count >= LEAST
    found = np.where(known, np.clip(middle, start, np.maximum(end - 1, start)), 0)
    median = np.full(len(tokens), np.nan)
    if len(at):
        median = np.where(known, (at[np.minimum(found, len(at) - 1)] + 0.5) * STEP, np.nan)
    below = _below(groups, at, tokens, values)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(np.isnan(values), np.nan, (reached[below] - reached[start]) / count)
    return Spread(median=median, below=share, count=count)


def _below(groups: Tokens, at: Places, tokens: Tokens, values: Numbers) -> Places:
    """The first place in each line's group whose step is not under the line's own."""
    if not len(groups):
        return np.zeros(len(tokens), dtype=np.int64)
    wanted = steps(values)
    low = np.searchsorted(groups, tokens).astype(np.int64)
    high = np.searchsorted(groups, tokens, side="right").astype(np.int64)
    while (open_ := low < high).any():
        middle = (low + high) // 2
        under = at[np.minimum(middle, len(at) - 1)] < wanted
        low = np.where(open_ & under, middle + 1, low)
        high = np.where(open_ & ~under, middle, high)
    return low
