"""Verbs for data: ingest, parse, simulate."""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import click

from parakh.cli.centre import as_json, note, opened, operator, print_json
from parakh.domain.message import Channel, Severity, Source
from parakh.ingest import reader
from parakh.ingest.submission import Submission, Unmapped
from parakh.normalise.wire_json import parsed_json
from parakh.services import intake, queue
from parakh.services.intake import Received

_INDEX = re.compile(r"\[\d+\]")

_FILES = click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)


@click.command()
@_FILES
@click.option("--wait/--no-wait", default=True, help="Also read and screen them before returning.")
@as_json
def ingest(files: tuple[Path, ...], wait: bool, as_json: bool) -> None:
    """Store message files, and screen what they declare.

    Each file is acknowledged once its bytes are stored for good. Exit code 1 when a part of any
    had to be quarantined.
    """
    actor = operator()
    with opened() as centre:
        received = []
        for path in files:
            source = Source(channel=Channel.CLI, name=path.name)
            received.append((path, intake.receive_file(centre, actor, path, source)))
            note(f"{path}: {_acknowledged(received[-1][1])}")
        failed = queue.drain(centre) if wait else set()
        rows = [_outcome(path, intake.view(centre, actor, r.message.id), r) for path, r in received]
    if as_json:
        print_json(rows)
    else:
        for row in rows:
            told = f", {row['goods']} records of goods" if row["goods"] else ""
            click.echo(f"{row['file']}: {row['state']}, {row['travellers']} travellers{told}")
            for problem in row["problems"]:
                click.echo(f"  {problem}")
    if failed or any(row["quarantined"] for row in rows):
        sys.exit(1)


def _acknowledged(received: Received) -> str:
    return f"stored as {received.message.id}" if received.new else "known already"


def _outcome(path: Path, view: intake.MessageView, received: Received) -> dict[str, Any]:
    return {
        "file": str(path),
        "message": view.message.id,
        "new": received.new,
        "state": view.message.state.value,
        "parts": len(view.parts),
        "quarantined": sum(part.state.value == "quarantined" for part, _ in view.parts),
        "travellers": view.travellers,
        "goods": sum(part.goods for part, _ in view.parts),
        "problems": [own.problem.at(path.name) for _, found in view.parts for own in found],
    }


@click.command()
@_FILES
@as_json
@click.option(
    "--unmapped",
    is_flag=True,
    help="Count the segments, or members of crossings, that no field takes.",
)
def parse(files: tuple[Path, ...], as_json: bool, unmapped: bool) -> None:
    """Read message files without storing anything.

    Broken messages give what could be read of them, and errors with line and column. Exit code 1
    when anything was wrong; warnings alone leave it 0.
    """
    counts = Counter[str]()
    wrong = False
    documents = []
    for path, submission in _submissions(files):
        counts.update(map(_unmapped, submission.unmapped))
        document = parsed_json(path.name, submission)
        wrong |= any(error["severity"] == Severity.ERROR for error in document["errors"])
        if as_json and not unmapped:
            documents.append(document)
        elif not unmapped:
            _print_parsed(document)
    if unmapped:
        print_json(dict(counts.most_common())) if as_json else _print_counts(counts)
    elif as_json:
        print_json(documents)
    if wrong:
        sys.exit(1)


def _submissions(files: tuple[Path, ...]) -> Iterator[tuple[Path, Submission]]:
    """Every message of every file, one at a time, so that a file may be of any length."""
    for path in files:
        with path.open("rb") as file:
            for submission in reader.stream(file):
                yield path, submission


def _unmapped(own: Unmapped) -> str:
    """The tag of a segment; the JSON path of a member, alike for every element of an array."""
    return own.segment or _INDEX.sub("[*]", own.text)


def _print_counts(counts: Counter[str]) -> None:
    for segment, count in counts.most_common():
        click.echo(f"{count:8}  {segment}")


def _print_parsed(document: dict[str, Any]) -> None:
    counted: tuple[str, ...] = ("voyages", "travellers")
    if "crossings" in document:
        counted = ("crossings",)
    elif "consignments" in document:
        counted = tuple(name for name in ("consignments", "records") if document[name])
    holds = ", ".join(f"{len(document[name])} {name}" for name in counted)
    kind = f"{document['message_type'] or 'unknown'} {document['version']}"
    click.echo(f"{document['file']}: {kind}, {holds}")
    for error in document["errors"]:
        place = f"{document['file']}:{error['line']}:{error['column']}"
        click.echo(f"  {place}: {error['segment']}: {error['cause']} ({error['severity']})")


@click.command()
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--seed", default=7, show_default=True, help="The same seed gives the same people.")
@click.option(
    "--day", type=click.DateTime(["%Y-%m-%d"]), help="Day of the first arrival; today if not given."
)
@as_json
def simulate(out: Path, seed: int, day: Any, as_json: bool) -> None:
    """Write believable traffic: three flights, a watchlist, gate crossings, and the truth."""
    from parakh.simulate import traffic

    today = day.date() if day else date.today()  # noqa: DTZ011  (the operator's own day)
    done = traffic.write(out, seed=seed, today=today)
    files = [
        *done.messages,
        *done.bookings,
        done.timetable,
        done.watchlist,
        done.crossings,
        done.truth,
    ]
    if as_json:
        print_json({"files": [str(path) for path in files], "travellers": done.travellers})
    else:
        click.echo(f"{done.travellers} travellers in {len(done.messages)} messages")
        for path in files:
            click.echo(f"  {path}")
