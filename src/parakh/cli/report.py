"""Verbs for trends and reports: count, findings, list, make, plan."""

from datetime import datetime
from pathlib import Path

import click

from parakh.cli.centre import as_json, opened, operator, print_json, progress_bar
from parakh.domain.trend import Finding, Report, ReportKind
from parakh.services import report_pdf, reports, trends, trends_build, trends_watch
from parakh.services.trends_words import outcome, plain_about, sentence

_KIND = click.Choice([own.value for own in ReportKind])


@click.group()
def report() -> None:
    """Trends and the reports of them."""


@report.command("list")
@as_json
def list_reports(as_json: bool) -> None:
    """Show the reports that were made, the newest first."""
    with opened() as centre:
        found = [row.report for row in reports.overview(centre, operator()).rows]
    if as_json:
        print_json({"reports": [_told(own) for own in found]})
        return
    for own in found:
        click.echo(f"{own.id}  {own.kind.value:<8} {own.since} to {own.until} (not included)")
    if not found:
        click.echo("no reports")


@report.command()
@click.argument("kind", type=_KIND)
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Of the time before this day.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the PDF to this file.",
)
@as_json
def make(kind: str, day: datetime | None, out: Path | None, as_json: bool) -> None:
    """Make the report of the last whole week or month, or give the one that was made."""
    with opened() as centre:
        trends_build.build(centre)
        own = reports.make(centre, operator(), ReportKind(kind), day.date() if day else None)
        if out is not None:
            settings = centre.settings
            speech = report_pdf.plain_speech(settings.zone)
            out.write_bytes(report_pdf.typeset(own, speech, settings.agency))
    if as_json:
        print_json(_told(own))
    else:
        click.echo(f"{own.id}  {own.since} to {own.until} (not included)")


@report.command()
@click.argument("kind", type=_KIND)
@click.option("--to", "addresses", multiple=True, help="Address it is mailed to; repeatable.")
@click.option("--off", is_flag=True, help="Make none by itself.")
def plan(kind: str, addresses: tuple[str, ...], off: bool) -> None:
    """Say whether reports of a KIND are made by themselves, and to whom they are mailed."""
    with opened() as centre:
        made = reports.plan(
            centre, operator(), ReportKind(kind), active=not off, addresses=addresses
        )
    click.echo(f"{kind}: {'made' if made.active else 'not made'}, {len(made.addresses)} addresses")


@report.command()
@as_json
def count(as_json: bool) -> None:
    """Count the days of the history that changed, and look for what is out of line."""
    with opened() as centre, progress_bar("counting") as progress:
        done = trends_build.build(centre, report=progress)
        new = trends_watch.work(centre)
    if as_json:
        print_json({"days": done.days, "rows": done.rows, "findings": new})
    else:
        click.echo(f"{done.days} days, {done.rows} rows, {new} new findings")


@report.command()
@as_json
def findings(as_json: bool) -> None:
    """Show what changed and is not over."""
    with opened() as centre:
        found = trends.findings(centre, operator())
    if as_json:
        print_json(
            {
                "findings": [
                    {"id": own.id, "series": str(own.key), "state": own.state.value,
                     "since": own.since, "observed": own.observed, "low": own.low,
                     "high": own.high}
                    for own in found
                ]
            }
        )  # fmt: skip
        return
    for own in found:
        told = [str(sentence(own, plain_about(own, {}))), *filter(None, [_outcome(own)])]
        click.echo(f"{own.since}  {'; '.join(told)}")
    if not found:
        click.echo("nothing is out of its band")


def _outcome(own: Finding) -> str:
    told = outcome(own)
    return "" if told is None else str(told)


def _told(own: Report) -> dict[str, object]:
    return {
        "id": own.id,
        "kind": own.kind.value,
        "since": own.since,
        "until": own.until,
        "made_at": own.made_at,
        "made_by": own.made_by,
    }
