"""Verbs for cases and outcomes: listed, printed, opened to a person, given as labels."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from parakh.cli.centre import as_json, note, opened, operator, print_json
from parakh.domain.case import LIVE, CaseState, Section
from parakh.services import case_report, cases_sharing, outcomes
from parakh.services import cases as services
from parakh.services.case_report import Speech
from parakh.services.cases_view import CaseRow
from parakh.store.cases import Wanted


@click.group()
def cases() -> None:
    """Cases: what is followed up after alerts."""


@cases.command("list")
@click.option("--text", default="", help="Part of a number, a title, or a party's name.")
@click.option("--closed", is_flag=True, help="The closed ones instead of those that are not.")
@click.option("--overdue", is_flag=True, help="Those with overdue tasks only.")
@click.option("--page", type=click.IntRange(1), default=1, show_default=True)
@as_json
def list_(text: str, closed: bool, overdue: bool, page: int, as_json: bool) -> None:
    """Cases, fifty at a time; restricted ones are left out."""
    with opened() as centre:
        wanted = Wanted(
            text=text,
            states=frozenset({CaseState.CLOSED}) if closed else LIVE,
            overdue_on=services.today(centre) if overdue else None,
        )
        found = services.list_cases(centre, operator(), wanted, page=page)
    if as_json:
        print_json({"cases": [_json(row) for row in found.rows], "total": found.total})
        return
    for row in found.rows:
        own = row.case
        late = f", {row.figures.overdue} overdue" if row.figures.overdue else ""
        click.echo(f"{own.number}  {own.title}  ({own.state.value}, {own.owner}{late})")
    if not found.rows:
        click.echo("no cases")


@cases.command()
@click.argument("number")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option(
    "--section",
    "sections",
    type=click.Choice([own.value for own in Section]),
    multiple=True,
    help="What stands in it; everything where none is named.",
)
@click.option("--classification", default="", help="Stands at the head and foot of each page.")
def report(number: str, out: Path, sections: tuple[str, ...], classification: str) -> None:
    """Write a case as a PDF, in English."""
    chosen = frozenset(map(Section, sections)) or frozenset(Section)
    with opened() as centre:
        actor = operator()
        found = services.list_cases(centre, actor, Wanted(text=number)).rows
        case_id = next((row.case.id for row in found if row.case.number == number), "")
        zone = centre.settings.zone
        speech = Speech(
            text=str,
            sentence=str,
            word=lambda own: own.value.replace("_", " "),
            moment=lambda own: f"{own.astimezone(zone):%Y-%m-%d %H:%M}",
            day=str,
        )
        made = case_report.report(centre, actor, case_id, chosen, classification, speech)
    out.write_bytes(made.data)
    note(f"{out}: {len(made.data)} bytes")


@cases.command()
@click.argument("number")
@click.argument("person")
@click.option("--reason", required=True, help="Why; it stands in the case and in the audit trail.")
def admit(number: str, person: str, reason: str) -> None:
    """Name PERSON in a case, such as a restricted one whose people have left."""
    with opened() as centre:
        made = cases_sharing.admit(centre, operator(), number, person, reason)
    click.echo(f"{person} is named in {made.number}")


@click.command()
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    help="First day, in UTC: outcomes recorded from then on.",
)
@as_json
def labels(since: datetime, as_json: bool) -> None:
    """What became of hits: whether they were confirmed, and whether something was found."""
    with opened() as centre:
        found = outcomes.labels(centre, operator(), since.replace(tzinfo=UTC))
    if as_json:
        print_json([asdict(own) | {"kinds": sorted(own.kinds)} for own in found])
        return
    for own in found:
        told = {True: "found", False: "nothing", None: "unknown"}[own.found]
        click.echo(f"{own.at:%Y-%m-%d}  {own.screener}  {own.target.id}  {told}")
    if not found:
        click.echo("no labels")


def _json(row: CaseRow) -> dict[str, object]:
    own = row.case
    return {
        "number": own.number,
        "title": own.title,
        "state": own.state,
        "priority": own.priority,
        "owner": own.owner,
        "unit": row.unit.name,
        "opened_at": own.opened_at,
        "changed_at": own.changed_at,
        "open_tasks": row.figures.open_tasks,
        "overdue": row.figures.overdue,
    }
