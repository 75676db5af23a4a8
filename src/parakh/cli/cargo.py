"""`parakh train cargo` and `parakh evaluate cargo`: the model of risky goods."""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from parakh.cli.centre import as_json, note, opened, operator, print_json
from parakh.domain.cargo import ModelCard

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SHOWN = ("p@1", "p@2", "p@5", "p@10", "r@10", "rev@10")


@click.group()
def train() -> None:
    """Models that learn from the centre's own outcomes."""


@train.command()
@click.option(
    "--from",
    "file",
    type=_FILE,
    help="Past declarations with a column `found`, learnt from beside the centre's own outcomes.",
)
@click.option("--note", "text", default="", help="What to remember of this training.")
@as_json
def cargo(file: Path | None, text: str, as_json: bool) -> None:
    """Train the cargo model of what examinations found.

    Needs 500 outcomes, 50 of them with a finding. The model scores nothing until a second person
    puts it in force (console: Goods, Cargo model).
    """
    from parakh.services import cargo_files, cargo_models

    with opened() as centre:
        actor = operator()
        if file is not None:
            count = cargo_files.bring(centre, actor, file.read_bytes(), file.name)
            note(f"{count} declarations read")
        card = cargo_models.train_model(centre, actor, text)
    if as_json:
        print_json(_card_json(card))
    else:
        click.echo(_card_text(card))


@click.command("cargo")
@click.option("--train", "train_file", required=True, type=_FILE, help="Rows to learn from.")
@click.option("--valid", required=True, type=_FILE, help="Rows to choose and calibrate by.")
@click.option("--test", required=True, type=_FILE, help="Rows that figures are told of.")
@click.option("--peers/--no-peers", default=True, help="LightGBM, XGBoost and chance beside it.")
@as_json
def evaluate_cargo(train_file: Path, valid: Path, test: Path, peers: bool, as_json: bool) -> None:
    """The cargo model on tables of declarations with a label, with intervals of 95%.

    The columns are those of Seondong/Customs-Declaration-Datasets. `full` ranks all test rows,
    `novel` those that repeat nothing before them, `cold` all rows by a model from which what they
    repeat was withheld; `random` draws.
    """
    from parakh.learn import cargo_evaluation as evaluation
    from parakh.learn import cargo_table
    from parakh.screen.cargo_lines import Tokeniser

    tokeniser = Tokeniser(b"evaluation")
    parts = [cargo_table.read(own, tokeniser) for own in (train_file, valid, test)]
    split = evaluation.Split.of(*parts)
    threads = os.cpu_count() or 1
    ours = evaluation.evaluate(split, evaluation.two_stages(split, threads))
    chance = evaluation.evaluate(split, evaluation.by_chance)
    others: dict[str, Any] = {}
    if peers:
        plain = evaluation.evaluate(split, evaluation.plain_lightgbm(threads))
        others = {"lightgbm": plain}
        if find_spec("xgboost"):
            others["xgboost"] = evaluation.evaluate(split, evaluation.plain_xgboost(threads))
        else:
            click.echo("xgboost is not installed: it comes with parakh[peers]", err=True)
    if as_json:
        tracks = {name: _track_json(own) for name, own in ours.items()}
        peers_told = {
            peer: {name: _track_json(own) for name, own in told.items()}
            for peer, told in others.items()
        }
        print_json({**tracks, "random": _track_json(chance["full"]), "peers": peers_told})
    else:
        click.echo(_table({"parakh": ours, **others, "random": chance}))


def _track_json(own: Any) -> dict[str, Any]:
    intervals = {name: list(bounds) for name, bounds in own.intervals.items()}
    return {**own.figures, "intervals": intervals, "rows": own.rows, "found": own.found}


def _table(told: dict[str, Any]) -> str:
    lines = [f"{'':10}{'track':7}{'rows':>7}" + "".join(f"{name:>21}" for name in _SHOWN)]
    for who, tracks in told.items():
        for name, own in tracks.items():
            cells = [
                f"{own.figures[key]:.3f} [{own.intervals[key][0]:.3f}, {own.intervals[key][1]:.3f}]"
                for key in _SHOWN
            ]
            lines.append(
                f"{who:10}{name:7}{own.rows:>7}" + "".join(f"{cell:>21}" for cell in cells)
            )
    return "\n".join(lines)


def _card_json(card: ModelCard) -> dict[str, Any]:
    return {
        "id": card.id,
        "version": card.version,
        "state": card.state.value,
        "since": card.since,
        "until": card.until,
        "rows": card.rows,
        "found": card.found,
        "features": card.features,
        "figures": card.figures,
        "threshold": card.threshold,
        "digest": card.digest,
    }


def _card_text(card: ModelCard) -> str:
    lines = [
        f"{card.version} learnt of {card.rows} consignments from {card.since} to {card.until}, "
        f"{card.found} of them with a finding",
        "held out:      rows  found    p@1    p@2    p@5   p@10   r@10",
    ]
    for name, own in card.figures.items():
        told = "".join(f"{own[key]:7.3f}" for key in _SHOWN[:5])
        lines.append(f"{name:13}{own['rows']:6.0f}{own['found']:7.0f}{told}")
    lines.append("It scores nothing until a second person puts it in force.")
    return "\n".join(lines)
