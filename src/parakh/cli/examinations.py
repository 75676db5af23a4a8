"""Verbs for examinations: what waits, rosters, and whether reports and draws are as they were."""

import sys
from datetime import datetime

import click

from parakh.cli.centre import as_json, opened, operator, print_json
from parakh.services import examination_reports, examination_views, rosters


@click.group()
def examinations() -> None:
    """Examinations of goods and their documents."""


@examinations.command("list")
@as_json
def list_(as_json: bool) -> None:
    """List what waits at each terminal, in order, and what is in hand; a look that is audited."""
    with opened() as centre:
        board = examination_views.board(centre, operator())
    if as_json:
        print_json({"terminals": [_json(own) for own in board.terminals]})
        return
    for own in board.terminals:
        click.echo(f"{own.terminal.name} ({own.terminal.port}), room for {own.room}")
        for one in own.queue:
            why = "; ".join(map(str, one.why))
            click.echo(f"  {one.place:3}  {one.order.id}  {one.order.consignment:20}  {why}")
        for held in own.in_hand:
            order = held.order
            who = order.assigned_to or "nobody"
            click.echo(f"       {order.id}  {order.consignment:20}  {order.state.value}, {who}")


@examinations.command()
@click.option(
    "--since", required=True, type=click.DateTime(["%Y-%m-%d"]), help="First day of the roster."
)
@click.option(
    "--days",
    type=click.IntRange(1, rosters.MOST_DAYS),
    default=rosters.USUAL_DAYS,
    show_default=True,
    help="How many days it has.",
)
@as_json
def roster(since: datetime, days: int, as_json: bool) -> None:
    """Make the draft of a roster, which a planner then looks at and publishes.

    Exit code 1 when some shift cannot be covered within the rules; the draft tells which.
    """
    with opened() as centre:
        made = rosters.make(centre, operator(), since.date(), days)
    lacking = sum(own.lacking for own in made.shortages)
    if as_json:
        told = {"id": made.id, "penalty": made.penalty, "bound": made.bound, "lacking": lacking}
        print_json(told | {"greedy": made.greedy, "seconds": made.seconds})
    else:
        click.echo(
            f"roster {made.id}: penalty {made.penalty:.0f} (none has less than {made.bound:.0f}), "
            f"{lacking} lacking, {made.seconds:.1f} s"
        )
    sys.exit(1 if lacking else 0)


@examinations.command()
@as_json
def verify(as_json: bool) -> None:
    """Check that every report is as it was signed, and every draw as it was drawn.

    Exit code 1 when one is not.
    """
    with opened() as centre:
        verdict = examination_reports.verify(centre)
    if as_json:
        faults = [{"id": own, "cause": cause} for own, cause in verdict.faults]
        print_json({"reports": verdict.reports, "draws": verdict.draws, "faults": faults})
    else:
        click.echo(f"{verdict.reports} reports, {verdict.draws} draws")
        for own, cause in verdict.faults:
            click.echo(f"{own}: {cause}")
    sys.exit(1 if verdict.faults else 0)


def _json(own: examination_views.TerminalBoard) -> dict[str, object]:
    return {
        "name": own.terminal.name,
        "port": own.terminal.port,
        "room": own.room,
        "queue": [
            {
                "id": one.order.id,
                "consignment": one.order.consignment,
                "why": list(map(str, one.why)),
            }
            for one in own.queue
        ],
        "in_hand": [
            {"id": one.order.id, "state": one.order.state.value, "examiner": one.order.assigned_to}
            for one in own.in_hand
        ],
    }
