"""Cargo model: how long training takes, and how many declarations are scored with reasons a second.

Claims: training on 37,385 declarations takes under 60 s; 5,000 (at least 1,000) declarations a
second are scored with their reasons on 2 cores, fields made into tokens and counts read from the
embedded database included. Told beside that rate: the same by seconds of processor time, which
other work on the machine hardly changes; and LightGBM's own two answers on inputs that are there
already, scores alone and scores with reasons (its TreeSHAP gives the same values as ours).

Without --table, declarations are made up.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from time import perf_counter, process_time
from typing import Any

import numpy as np

from parakh.access import Purpose, system_actor
from parakh.domain.cargo import ModelState
from parakh.domain.consignment import Consignment, Declaration, Item, Party, PartyRole
from parakh.domain.hit import Kind, Ref
from parakh.domain.ids import new_id
from parakh.learn import cargo_table
from parakh.learn.cargo_card import train
from parakh.screen.cargo_lines import Tokeniser, day_of, pack
from parakh.screen.screener import ConsignmentSubject
from parakh.services import cargo_history, cargo_models, cargo_scoring
from parakh.services.centre import Centre
from parakh.settings import Settings
from parakh.store import cargo
from parakh.store.cargo_history import Row

ROWS = 37_385
SCORED = 10_000
START = datetime.now(UTC) - timedelta(days=365)
GOAL_SECONDS, GOAL_RATE, FLOOR_RATE = 60, 5_000, 1_000


def made_up(rng: Random, count: int) -> list[Consignment]:
    """Declarations of a year: 6,000 importers, 2,000 codes of 97 chapters, 60 origins."""
    codes = [f"{rng.randint(1, 97):02d}{rng.randint(0, 9999):04d}00" for _ in range(2_000)]
    origins = [f"{a}{b}X" for a in "ABCDEFGH" for b in "ABCDEFGH"][:60]
    words = [f"WORD{n}" for n in range(400)]
    return [_one(rng, number, count, codes, origins, words) for number in range(count)]


def _one(
    rng: Random,
    number: int,
    count: int,
    codes: Sequence[str],
    origins: Sequence[str],
    words: Sequence[str],
) -> Consignment:
    place = int(len(codes) * rng.random() ** 2)
    kg = round(rng.lognormvariate(6, 2), 1) + 0.1
    value = Decimal(f"{kg * (1 + place % 50) * rng.lognormvariate(0, 0.4):.2f}")
    item = Item(
        ordinal=1,
        hs_code=codes[place],
        description=f"{words[place % 400]} {words[(place * 7) % 400]}",
        origin=origins[(place * 13 + rng.randint(0, 5)) % 60],
        net_kg=kg,
        value=value,
        duty=value / 5,
        rate=float(place % 30),
    )
    importer = int(6_000 * rng.random() ** 2)
    at = START + timedelta(minutes=525_600 * number / count)
    return Consignment(
        id=new_id(),
        reference=f"B{number}",
        port="PKKHI",
        export_country=item.origin,
        loading_port=f"{(item.origin or 'XX')[:2]}P{rng.randint(0, 3):02d}",
        declaration=Declaration(reference=f"D{number}", office=f"O{number % 20}", lodged_at=at),
        items=(item,),
        parties=(
            Party(role=PartyRole.IMPORTER, name=f"FIRM {importer}", identifier=f"N{importer}"),
            Party(role=PartyRole.EXPORTER, name=f"SELLER {rng.randint(0, 9_000)}"),
            Party(role=PartyRole.AGENT, name=f"AGENT {rng.randint(0, 300)}"),
        ),
    )


def found_in(rng: Random, own: Consignment) -> bool:
    """A fifth of the importers cheat in half of what they bring."""
    number = int(own.parties[0].identifier[1:])
    return rng.random() < (0.5 if number % 5 == 0 else 0.05)


def fill(centre: Centre, told: Sequence[Consignment], found: Sequence[bool]) -> float:
    """Counts all declarations; gives how many a second."""
    rows = [
        Row(
            key=own.id,
            day=day_of(own, START),
            found=hit,
            lines=pack(own, centre.cargo.tokeniser, START),
        )
        for own, hit in zip(told, found, strict=True)
    ]
    began = perf_counter()
    for start in range(0, len(rows), 2_000):
        with centre.db.write(system_actor("bench"), Purpose.GOODS) as tx:
            cargo_history.replace(tx, {}, rows[start : start + 2_000])
            tx.audit("bench", "model", "")
    return len(rows) / (perf_counter() - began)


def scoring(centre: Centre, told: Sequence[Consignment]) -> tuple[float, float, int]:
    """Declarations scored with reasons a second, and a second of processor time, the model being
    loaded; and reasons given."""
    subjects = [
        ConsignmentSubject(ref=Ref(kind=Kind.CONSIGNMENT, id=own.id), consignment=own)
        for own in told
    ]
    with centre.db.read() as connection:
        cargo_scoring.scores(centre, connection, subjects[:100], START)
        began, worked = perf_counter(), process_time()
        found = cargo_scoring.scores(centre, connection, subjects, START)
        took, worked = perf_counter() - began, process_time() - worked
    reasons = sum(len(own.contributions) for own in found.values())
    return len(told) / took, len(told) / worked, reasons


def of_lightgbm(centre: Centre, count: int, reasons: bool) -> float:
    """LightGBM's own predict of inputs that are there, in declarations a second of processor time:
    scores alone, or with what each input adds."""
    live = centre.cargo.current()
    assert live is not None
    width = live[1].trees[0].num_feature()
    inputs = np.random.default_rng(0).random((count, width))
    worked = process_time()
    for own in live[1].trees:
        own.predict(inputs, raw_score=True, pred_contrib=reasons)
    return count / (process_time() - worked)


def measure(folder: Path, table: Path | None) -> dict[str, Any]:
    """All figures."""
    rng = Random(7)
    told = made_up(rng, ROWS + SCORED)
    past, new = told[:ROWS], told[ROWS:]
    centre = Centre.create(Settings(data_dir=folder, country="PAK"))
    try:
        counted = fill(centre, past, [found_in(rng, own) for own in past])
        seconds = _trained(centre)
        rate, by_processor, reasons = scoring(centre, new)
        result = {
            "rows": ROWS,
            "training_seconds": seconds,
            "counted_per_second": counted,
            "scored_per_second": rate,
            "scored_per_processor_second": by_processor,
            "reasons": reasons,
            "lightgbm_scores_per_processor_second": of_lightgbm(centre, SCORED, reasons=False),
            "lightgbm_reasons_per_processor_second": of_lightgbm(centre, SCORED, reasons=True),
            "cores": os.cpu_count(),
        }
    finally:
        centre.close()
    if table is not None:
        result["table_training_seconds"] = _of_table(table)
    result["met"] = seconds < GOAL_SECONDS and rate >= GOAL_RATE
    result["floor_met"] = seconds < GOAL_SECONDS and rate >= FLOOR_RATE
    return result


def _trained(centre: Centre) -> float:
    """Trains of the counted declarations, and puts the model in force; gives the seconds."""
    began = perf_counter()
    card = cargo_models.train_model(centre, system_actor("bench"))
    seconds = perf_counter() - began
    with centre.db.write(system_actor("second"), Purpose.GOODS) as tx:
        cargo.decide(tx, card.id, ModelState.IN_FORCE, "bench")
        tx.audit("bench", "model", card.id)
    return seconds


def _of_table(path: Path) -> float:
    """Seconds to train of a table of declarations."""
    past = cargo_table.read(path, Tokeniser(b"bench"))
    began = perf_counter()
    train(past, os.cpu_count() or 1)
    return perf_counter() - began


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", type=Path, help="declarations with a label to train of as well")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = measure(Path(folder) / "data", given.table)
    if given.json:
        print(json.dumps(result, indent=2))
        return
    print(f"training on {ROWS:,} declarations: {result['training_seconds']:.1f} s")
    if "table_training_seconds" in result:
        print(f"training on the table: {result['table_training_seconds']:.1f} s")
    print(f"counted: {result['counted_per_second']:,.0f} a second")
    print(
        f"scored with reasons: {result['scored_per_second']:,.0f} a second,"
        f" {result['scored_per_processor_second']:,.0f} a second of processor time"
    )
    for name in ("scores", "reasons"):
        told = result[f"lightgbm_{name}_per_processor_second"]
        print(f"LightGBM's {name} alone: {told:,.0f} a second of processor time")


if __name__ == "__main__":
    main()
