"""The command line: thin verbs over `parakh.services`.

`--json` prints one JSON document on standard output; progress goes to standard error. Exit codes:
0 fine, 1 found problems, 2 bad usage.
"""

from typing import Any

import click

from parakh import logs
from parakh.cli import (
    agencies,
    backup,
    cargo,
    carriers,
    cases,
    centre,
    connectors,
    data,
    examinations,
    faces,
    galleries,
    links,
    lookouts,
    measure,
    operate,
    people,
    posts,
    profiles,
    rates,
    report,
    rules,
    screening,
    selectivity,
    station,
    watchlists,
)
from parakh.errors import InvalidInput, Misconfigured, ParakhError


class _Main(click.Group):
    """Turns the project's own errors into a message and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (InvalidInput, Misconfigured) as error:
            click.echo(f"parakh: {error}", err=True)
            ctx.exit(2)
        except ParakhError as error:
            click.echo(f"parakh: {error}", err=True)
            ctx.exit(1)


@click.group(cls=_Main, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="parakh", prog_name="parakh")
def main() -> None:
    """Parakh: an open National Targeting Centre for customs and border agencies."""
    logs.configure(centre.settings().log_level)


for command in (
    operate.demo,
    operate.serve,
    operate.worker,
    operate.db,
    backup.backup,
    people.user,
    operate.unit,
    agencies.agency,
    agencies.region,
    operate.key,
    operate.answer,
    operate.audit,
    operate.doctor,
    data.ingest,
    data.parse,
    watchlists.watchlist,
    rules.rules,
    screening.screen,
    lookouts.lookout,
    cases.cases,
    cases.labels,
    rates.rates,
    report.report,
    selectivity.selectivity,
    data.simulate,
    carriers.timetables,
    carriers.carriers,
    faces.face,
    examinations.examinations,
    galleries.keys,
    links.links,
    connectors.connector,
    profiles.profiles,
    station.station,
    posts.posts,
    cargo.train,
    measure.evaluate,
    measure.bench,
):
    main.add_command(command)
