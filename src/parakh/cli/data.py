"""Verbs for data: ingest, parse, watchlist, screen, simulate."""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import click

from parakh.access import Purpose
from parakh.cli.centre import as_json, note, opened, operator, print_json, second_person
from parakh.domain.hit import Hit, Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.message import Channel, Severity, Source
from parakh.domain.traveller import Document, DocumentType, Traveller, TravellerRole
from parakh.domain.watchlist import Handling, Watchlist
from parakh.errors import Unreadable
from parakh.ingest import reader
from parakh.ingest.records import Submission, Unmapped
from parakh.normalise.codes import country
from parakh.normalise.dates import read_birth_date
from parakh.normalise.documents import document_number
from parakh.normalise.names import read_name
from parakh.normalise.wire_json import parsed_json
from parakh.screen.pipeline import screen as run_screeners
from parakh.screen.screener import TravellerSubject
from parakh.services import imports, intake, queue
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
            click.echo(f"{row['file']}: {row['state']}, {row['travellers']} travellers")
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
    counted = ("crossings",) if "crossings" in document else ("voyages", "travellers")
    holds = ", ".join(f"{len(document[name])} {name}" for name in counted)
    kind = f"{document['message_type'] or 'unknown'} {document['version']}"
    click.echo(f"{document['file']}: {kind}, {holds}")
    for error in document["errors"]:
        place = f"{document['file']}:{error['line']}:{error['column']}"
        click.echo(f"  {place}: {error['segment']}: {error['cause']} ({error['severity']})")


@click.group()
def watchlist() -> None:
    """Watchlists."""


@watchlist.command("import")
@click.argument("form", metavar="FORMAT", type=click.Choice(["csv"]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--approved-by", help="A second person, who gives his password: in force at once.")
@click.option("--source", default="", help="Where lists that are new come from.")
@click.option("--legal-basis", default="", help="Why lists that are new may be held.")
@click.option(
    "--handling",
    type=click.Choice([own.value for own in Handling]),
    default=Handling.INSPECT.value,
    show_default=True,
    help="What units are advised to do about hits on lists that are new.",
)
@as_json
def import_(
    form: str,
    file: Path,
    approved_by: str | None,
    source: str,
    legal_basis: str,
    handling: str,
    as_json: bool,
) -> None:
    """Import a watchlist FILE; the entries wait for approval unless a second person gives it.

    Lists that do not exist yet are made when --source and --legal-basis are given. Entries that
    are in their list already are passed over.
    """
    new_list = None
    if source.strip() and legal_basis.strip():
        new_list = Watchlist(
            id="", name="", source=source, legal_basis=legal_basis, handling=Handling(handling)
        )
    with opened() as centre:
        approver = second_person(centre, approved_by)
        done = imports.import_csv(centre, operator(), file, approver=approver, new_list=new_list)
    if as_json:
        problems = [{"line": own.line, "cause": own.cause} for own in done.problems]
        print_json(
            {
                "lists": done.lists,
                "entries": done.entries,
                "known": done.known,
                "problems": problems,
            }
        )
    else:
        click.echo(f"{done.entries} new entries, {done.known} known, {done.lists} new lists")
        for problem in done.problems:
            click.echo(f"  {problem.at(file.name)}")
    if done.problems:
        sys.exit(1)


@click.command()
@click.option("--name", required=True, help="`FAMILY, GIVEN NAMES`, or the whole name.")
@click.option("--born", default="", help="YYYY, YYYY-MM or YYYY-MM-DD.")
@click.option("--nationality", default="", help="ISO 3166-1 code.")
@click.option("--document", default="", help="Number of a travel document.")
@as_json
def screen(name: str, born: str, nationality: str, document: str, as_json: bool) -> None:
    """Screen one person against the watchlists, without storing anything but the audit record.

    Exit code 1 when there is a hit, or a screener failed.
    """
    subject = TravellerSubject(
        ref=Ref(kind=Kind.TRAVELLER, id=new_id()),
        traveller=_person(name, born, nationality, document),
        voyage=None,
    )
    with opened() as centre:
        screened = run_screeners(centre.traveller_screeners(), [subject])[0]
        centre.looked(operator(), Purpose.SCREENING, "person.screened", "person", "")
    failed = [own.screener for own in screened.results if own.state.value == "failed"]
    if as_json:
        print_json({"hits": [_hit_json(hit) for hit in screened.hits], "failed": failed})
    else:
        for hit in screened.hits:
            click.echo(f"{hit.score:.2f}  {hit.screener}  {hit.sentence}")
            for own in hit.evidence:
                click.echo(f"      {own.weight:+.2f}  {own.attribute}: {own.note}")
        click.echo(f"hits: {len(screened.hits)}; failed: {', '.join(failed) or 'none'}")
    if screened.hits or failed:
        sys.exit(1)


def _person(name: str, born: str, nationality: str, document: str) -> Traveller:
    family, comma, given = name.partition(",")
    code = country(nationality) if nationality else None
    if nationality and code is None:
        raise click.BadParameter(f"{nationality} is no known country code")
    try:
        birth_date = read_birth_date(born, date.today())  # noqa: DTZ011  (only settles centuries)
    except Unreadable as error:
        raise click.BadParameter(f"--born: {error}") from error
    number = document_number(document)
    return Traveller(
        id=new_id(),
        voyage_id="",
        role=TravellerRole.PASSENGER,
        name=read_name(family, given) if comma else read_name("", name),
        birth_date=birth_date,
        nationality=code,
        documents=(Document(type=DocumentType.PASSPORT, number=number),) if number else (),
    )


def _hit_json(hit: Hit) -> dict[str, Any]:
    return {
        "screener": hit.screener,
        "entry": hit.target.id,
        "score": round(hit.score, 4),
        "threshold": hit.threshold,
        "sentence": str(hit.sentence),
        "evidence": [
            {
                "attribute": own.attribute,
                "ours": own.ours,
                "theirs": own.theirs,
                "agreement": own.agreement.value,
                "weight": round(own.weight, 4),
                "note": str(own.note),
            }
            for own in hit.evidence
        ],
    }


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
