"""Verbs for watchlists: new versions of them, read, shown, applied and discarded."""

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from parakh.access import Actor, Permission
from parakh.cli.calibration import calibrate
from parakh.cli.centre import as_json, note, opened, operator, print_json, second_person, signed_in
from parakh.cli.galleries import gallery_named
from parakh.domain.listing import Difference, DifferenceKind, Version, VersionState
from parakh.domain.message import Severity
from parakh.domain.watchlist import Handling, Watchlist
from parakh.errors import InvalidInput, ParakhError, Unreadable
from parakh.ingest.lists.formats import FORMS
from parakh.services import versions
from parakh.services import watchlists as lists
from parakh.services.centre import Centre
from parakh.services.list_reading import Prepared

FIRST_ROWS = 5
"""Differences of each kind that are shown unless all are asked for."""

_SIGNS = {DifferenceKind.ADDED: "+", DifferenceKind.CHANGED: "~", DifferenceKind.REMOVED: "-"}

_APPROVED_BY = click.option(
    "--approved-by", help="A second person, who gives his password: in force at once."
)
_CONFIRM = click.option(
    "--confirm-removal",
    is_flag=True,
    help="Apply a version even if it takes more than a third of the list away, or anything while "
    "rows of its file could not be read.",
)


@click.group()
def watchlist() -> None:
    """Watchlists."""


watchlist.add_command(calibrate)


@watchlist.command("import")
@click.argument("form", metavar="FORMAT", type=click.Choice(list(FORMS)))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--list", "list_name", default="", help="The list; only csv may name it itself.")
@_APPROVED_BY
@_CONFIRM
@click.option("--source", default="", help="Where lists that are new come from.")
@click.option("--legal-basis", default="", help="Why lists that are new may be held.")
@click.option(
    "--handling",
    type=click.Choice([own.value for own in Handling]),
    default=Handling.INSPECT.value,
    show_default=True,
    help="What units are advised to do about hits on lists that are new.",
)
@click.option(
    "--fetched",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Day on which the file was got from its source; today if not given.",
)
@click.option(
    "--gallery",
    "gallery_name",
    default="",
    help="Name of the gallery in which faces of lists that are new are enrolled.",
)
@click.option(
    "--faces-only",
    is_flag=True,
    help="Travellers are not screened by name against lists that are new.",
)
@click.option("--show", is_flag=True, help="Print every difference, not only the first ones.")
@as_json
def import_(  # noqa: PLR0913, PLR0917  (one for each option)
    form: str,
    file: Path,
    list_name: str,
    approved_by: str | None,
    confirm_removal: bool,
    source: str,
    legal_basis: str,
    handling: str,
    fetched: datetime | None,
    gallery_name: str,
    faces_only: bool,
    show: bool,
    as_json: bool,
) -> None:
    """Read FILE as a new version of a watchlist, and show what it changes.

    FORMAT is csv, ofac-csv, ofac-xml, un-xml, eu-csv or ftm. Nothing is in force until a second
    person applies it: on the console, with `parakh watchlist apply`, or at once by --approved-by.
    Lists that do not exist yet are made when --source and --legal-basis are given. Exit code 1
    when an entry could not be read (warnings alone leave it 0), 2 when FILE is no such list, or
    has no entry: to take a whole list away, retire its entries.
    """
    if not list_name and not FORMS[form].own:
        raise click.UsageError(f"--list: name the list of which {file.name} is a new version")
    new_list = None
    if source.strip() and legal_basis.strip():
        new_list = Watchlist(
            id="",
            name="",
            source=source,
            legal_basis=legal_basis,
            handling=Handling(handling),
            by_name=not faces_only,
        )
    at = fetched and fetched.replace(tzinfo=UTC)
    with opened() as centre:
        approver = second_person(centre, approved_by)
        if approver is not None:
            approver.require(Permission.DECIDE_ENTRIES)
        actor = operator()
        if new_list is not None and gallery_name:
            new_list = replace(new_list, gallery_id=gallery_named(centre, gallery_name).id)
        done = _read(centre, actor, form, file, list_name, new_list, at)
        if approver is not None:
            done = tuple(_applied(centre, approver, own, confirm_removal) for own in done)
        documents = [_prepared_json(centre, actor, own, show) for own in done]
    if as_json:
        print_json({"versions": documents})
    else:
        for document in documents:
            _print_prepared(document, file.name)
    problems = (own.severity for found in done for own in found.version.problems)
    if Severity.ERROR in problems:
        sys.exit(1)


@watchlist.command("versions")
@click.argument("list_name", metavar="[LIST]", default="")
@as_json
def versions_(list_name: str, as_json: bool) -> None:
    """The versions of one watchlist, or of all, the newest first."""
    with opened() as centre:
        found = [own for own, _ in lists.lists(centre, operator())]
        if list_name and list_name not in {own.name for own in found}:
            raise InvalidInput(f"there is no watchlist {list_name}")
        rows = [
            _version_json(own, version)
            for own in found
            if list_name in ("", own.name)
            for version in versions.versions(centre, operator(), own.id)
        ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['id']}  {row['list']} {row['ordinal']}: {_told(row)}")


@watchlist.command()
@click.argument("version")
@click.option(
    "--approved-by", required=True, help="The person who applies it, and gives his password."
)
@_CONFIRM
@click.option("--reason", default="applied on the command line", show_default=True)
@as_json
def apply(
    version: str, approved_by: str, confirm_removal: bool, reason: str, as_json: bool
) -> None:
    """Put VERSION (its identifier) in force.

    Another person than the one who prepared it must do so, and gives his password.
    """
    with opened() as centre:
        actor = signed_in(centre, approved_by)
        done = versions.apply(centre, actor, version, reason, confirm_removal=confirm_removal)
        own = lists.get_list(centre, operator(), done.watchlist_id)
    _print_version(own, done, as_json=as_json)


@watchlist.command()
@click.argument("version")
@click.option("--reason", required=True, help="Why it is not applied.")
@as_json
def discard(version: str, reason: str, as_json: bool) -> None:
    """Put VERSION (its identifier) away for good."""
    with opened() as centre:
        done = versions.discard(centre, operator(), version, reason)
        own = lists.get_list(centre, operator(), done.watchlist_id)
    _print_version(own, done, as_json=as_json)


def _read(
    centre: Centre,
    actor: Actor,
    form: str,
    file: Path,
    list_name: str,
    new_list: Watchlist | None,
    at: datetime | None,
) -> tuple[Prepared, ...]:
    """A version of the one list that is named, or of each list that the file names."""
    more: dict[str, Any] = {"new_list": new_list, "fetched_at": at, "progress": _progress}
    try:
        if not list_name:
            return versions.prepare_each(centre, actor, file, **more)
        return (versions.prepare(centre, actor, form, file, list_name=list_name, **more),)
    except Unreadable as error:
        raise InvalidInput(str(error)) from error


def _progress(count: int) -> None:
    note(f"{count:,} entries read …")


def _applied(centre: Centre, approver: Actor, own: Prepared, confirm_removal: bool) -> Prepared:
    if own.version.state is not VersionState.PENDING:
        return own
    reason = f"approved when {own.version.file_name} was imported"
    try:
        done = versions.apply(
            centre, approver, own.version.id, reason, confirm_removal=confirm_removal
        )
    except ParakhError:
        note(f"not applied; it waits: {_to_apply(own.version.id)}")
        raise
    # Also of a file that had been read before: it is in force only now.
    return Prepared(watchlist=own.watchlist, version=done, new=True)


def _prepared_json(centre: Centre, actor: Actor, own: Prepared, show: bool) -> dict[str, Any]:
    """A version with its problems and its differences: all, or the first of each kind."""
    rows: list[Difference] = []
    for kind in DifferenceKind:
        page, pages = 0, 1
        while page < pages and (show or page == 0):
            page += 1
            found = versions.differences(centre, actor, own.version.id, kind, page)
            pages = found.pages
            rows += found.rows if show else found.rows[:FIRST_ROWS]
    return {
        **_version_json(own.watchlist, own.version),
        "new": own.new,
        "problems": [
            {
                "line": problem.line,
                "column": problem.column,
                "file": problem.segment,
                "cause": problem.cause,
                "entry": problem.entry,
                "severity": problem.severity.value,
            }
            for problem in own.version.problems
        ],
        "differences": [
            {
                "kind": row.kind.value,
                "entry": row.entry_id,
                "name": row.name,
                "fields": [
                    {"field": field.field, "before": field.before, "after": field.after}
                    for field in row.fields
                ],
            }
            for row in rows
        ],
    }


def _version_json(own: Watchlist, version: Version) -> dict[str, Any]:
    return {
        "id": version.id,
        "list": own.name,
        "ordinal": version.ordinal,
        "state": version.state.value,
        "format": version.form,
        "file": version.file_name,
        "published": version.published,
        "fetched": version.fetched_at.isoformat(),
        "added": version.added,
        "changed": version.changed,
        "removed": version.removed,
        "same": version.same,
        "drastic": version.drastic,
        "unread": version.unread,
        "doubtful": version.doubtful,
        "prepared_by": version.imported_by,
        "decided_by": version.decided_by,
        "decided_at": version.decided_at and version.decided_at.isoformat(),
    }


def _told(row: dict[str, Any]) -> str:
    counts = ", ".join(f"{row[kind]} {kind}" for kind in ("added", "changed", "removed", "same"))
    return f"{row['state']}, {counts} ({row['file']}, got {row['fetched'][:10]})"


def _print_version(own: Watchlist, version: Version, *, as_json: bool) -> None:
    row = _version_json(own, version)
    if as_json:
        print_json(row)
    else:
        click.echo(f"{row['id']}  {row['list']} {row['ordinal']}: {_told(row)}")


def _print_prepared(document: dict[str, Any], file: str) -> None:
    if document["new"] or document["state"] == VersionState.PENDING:
        again = "" if document["new"] else " (the same file again)"
        click.echo(f"{document['list']} {document['ordinal']}{again}: {_told(document)}")
        _print_differences(document)
    else:
        click.echo(
            f"{document['list']}: the same file as version {document['ordinal']}, applied on "
            f"{document['decided_at'][:10]}; nothing differs"
        )
    for problem in document["problems"]:
        place = f"{problem['file'] or file}:{problem['line']}:{problem['column']}"
        whom = f" [{problem['entry']}]" if problem["entry"] else ""
        click.echo(f"  {place}: {problem['cause']}{whom} ({problem['severity']})")
    if document["state"] == VersionState.PENDING:
        if document["drastic"]:
            click.echo("  ! it takes more than a third of the list away: see --confirm-removal")
        elif document["doubtful"]:
            click.echo("  ! entries go while rows could not be read: see --confirm-removal")
        click.echo(f"  waits for a second person: {_to_apply(document['id'])}")


def _to_apply(version_id: str) -> str:
    return f"parakh watchlist apply {version_id} --approved-by NAME"


def _print_differences(document: dict[str, Any]) -> None:
    for row in document["differences"]:
        sign = _SIGNS[DifferenceKind(row["kind"])]
        click.echo(f"  {sign} {row['name']}")
        if row["kind"] == DifferenceKind.CHANGED:
            for field in row["fields"]:
                click.echo(f"      {field['field']}: {field['before']} -> {field['after']}")
