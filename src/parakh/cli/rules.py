"""`parakh rules`: targeting rules listed, checked, brought in, given out, tried on the history."""

import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from parakh.cli.centre import as_json, note, opened, operator, print_json, progress_bar
from parakh.domain.backtest import Backtest, BacktestState, Findings
from parakh.domain.hit import Kind
from parakh.domain.rule import RuleVersion, Scope
from parakh.errors import InvalidInput, ParakhError
from parakh.services import accounts, backtests, ready_rules, rule_files
from parakh.services import rules as services
from parakh.services.centre import Centre
from parakh.services.rules import RuleRow, Standing

LOOK = 0.2
"""Seconds between two looks at how far a back-test is."""

USUAL = timedelta(days=90)

_DAY = click.DateTime(["%Y-%m-%d"])
_SUBJECT = click.option(
    "--about",
    type=click.Choice([Kind.TRAVELLER.value, Kind.CONSIGNMENT.value, Kind.CONVEYANCE.value]),
    default=Kind.TRAVELLER.value,
    show_default=True,
    help="What the rule is about.",
)


@click.group()
def rules() -> None:
    """Targeting rules."""


@rules.command("list")
@click.option(
    "--standing", type=click.Choice([own.value for own in Standing]), help="Only those that are so."
)
@as_json
def list_(standing: str | None, as_json: bool) -> None:
    """All rules: how each stands, its hits, and the share of them with a finding."""
    wanted = Standing(standing) if standing else None
    with opened() as centre:
        rows = [_row_json(row) for row in _rows(centre, wanted)]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        share = "" if row["precision"] is None else f", found {row['precision']:.1%}"
        click.echo(
            f"{row['rule']}@{row['version']}  ({row['standing']}, priority {row['priority']}): "
            f"{row['hits']} {'hit' if row['hits'] == 1 else 'hits'}{share}"
        )
        if row["worn_out"]:
            click.echo(f"  ! {row['worn_out']}")


@rules.command()
@click.argument("name")
@as_json
def show(name: str, as_json: bool) -> None:
    """The rule NAME with its condition, its versions, and how well it does."""
    with opened() as centre:
        view = services.rule(centre, operator(), _rule_id(centre, name))
        row = _row_json(view.row)
        versions = [_version_json(own) for own in view.versions]
    if as_json:
        print_json(row | {"versions": versions})
        return
    shown = view.row.version
    click.echo(f"{shown.label}  ({row['standing']}, priority {shown.priority}, {shown.handling})")
    click.echo(shown.reason)
    for number, line in enumerate(shown.text.splitlines(), start=1):
        click.echo(f"{number:4}  {line}")
    for own in view.versions:
        click.echo(f"{own.number}: {own.state.value}, written by {own.written_by}")


@rules.command()
@click.argument("rule", metavar="TEXT|FILE")
@_SUBJECT
@as_json
def check(rule: str, about: str, as_json: bool) -> None:
    """Whether TEXT, or the text in FILE, is a rule; exit code 1 and every problem where not."""
    with opened() as centre:
        found = services.check(centre, operator(), _text(rule), Kind(about))
    problems = [
        {
            "line": own.line,
            "column": own.column,
            "end_column": own.end_column,
            "message": str(own.message),
        }
        for own in found.problems
    ]
    if as_json:
        told = {"needs": sorted(found.needs), "lists": sorted(found.lists)}
        print_json({"problems": problems} | told)
    else:
        for one in problems:
            click.echo(f"{one['line']}:{one['column']}: {one['message']}")
        if not problems:
            click.echo(f"it can be used; it needs {', '.join(sorted(found.needs)) or 'nothing'}")
    if problems:
        sys.exit(1)


@rules.command("import")
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--ready", is_flag=True, help="The rules that come with the program, not a file.")
@as_json
def import_(file: Path | None, ready: bool, as_json: bool) -> None:
    """Write the rules of FILE (TOML or JSON) as drafts: new ones, and next versions of known ones.

    On the console each is tried on the history, given to review, and approved by another person.
    """
    if ready is (file is not None):
        raise click.UsageError("name a file, or say --ready")
    data = _content(file) if file else ready_rules.document()
    with opened() as centre:
        done = rule_files.install(centre, operator(), data)
    rows = [
        {"rule": own.version.name, "version": own.version.number, "changed": own.changed}
        for own in done
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['rule']}@{row['version']}  {'draft' if row['changed'] else 'known'}")


@rules.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
def export(names: tuple[str, ...]) -> None:
    """Print rules as a JSON file that `import` reads: those in force, or those that are named."""
    with opened() as centre:
        units = accounts.units(centre)
        if names:
            wanted = [services.base(centre, operator(), _rule_id(centre, own)) for own in names]
        else:
            wanted = [row.version for row in _rows(centre, Standing.IN_FORCE)]
    print_json(rule_files.dumped(wanted, units))


@rules.command()
@click.argument("rule", metavar="TEXT|FILE|NAME")
@_SUBJECT
@click.option("--since", type=_DAY, help="First day; 90 days back if not given.")
@click.option("--until", type=_DAY, help="The day after the last; tomorrow if not given.")
@click.option("--port", "ports", multiple=True, help="Only at this port; may be repeated.")
@as_json
def backtest(
    rule: str,
    about: str,
    since: datetime | None,
    until: datetime | None,
    ports: tuple[str, ...],
    as_json: bool,
) -> None:
    """Try a rule on the history: TEXT, the text in FILE, or the rule NAME as it is written now.

    Progress goes to standard error. Exit code 1 when it failed.
    """
    today = datetime.now(UTC).date()
    first = since.date() if since else today - USUAL
    last = until.date() if until else today + timedelta(days=1)
    with opened() as centre:
        text, subject, scope = _tried(centre, rule, Kind(about), ports)
        own = _run(centre, text, subject, scope, first, last)
        units = {unit.id: unit.name for unit in accounts.units(centre).values()}
        known = services.names(centre, operator())
    if own.findings is None:
        raise ParakhError(f"the back-test {own.state.value}: {own.failure or 'nothing came of it'}")
    told = _findings_json(own.findings, units, known)
    if as_json:
        print_json({"id": own.id, "since": str(first), "until": str(last)} | told)
        return
    _print_findings(told, own.findings)


# --- within -----------------------------------------------------------------------------------


def _rows(centre: Centre, standing: Standing | None) -> list[RuleRow]:
    rows: list[RuleRow] = []
    while True:
        number = len(rows) // services.PAGE + 1
        page = services.rules(centre, operator(), standing=standing, page=number)
        rows += page.rows
        if page.page >= page.pages:
            return rows


def _rule_id(centre: Centre, name: str) -> str:
    """The rule of that name or identifier; raises InvalidInput when there is none."""
    known = services.names(centre, operator())
    found = next((own for own, called in known.items() if name in (own, called)), None)
    if found is None:
        raise InvalidInput(f"there is no rule {name}")
    return found


def _text(told: str) -> str:
    """What was told itself, or the text of the file that it names."""
    try:
        path = Path(told)
        return _content(path).decode("utf-8") if path.is_file() else told
    except (OSError, ValueError):  # too long for a name, or no text
        return told


def _content(path: Path) -> bytes:
    """A file's bytes, at most so many as a file of rules has, and one more."""
    with path.open("rb") as file:
        return file.read(rule_files.MOST_BYTES + 1)


def _tried(
    centre: Centre, rule: str, subject: Kind, ports: tuple[str, ...]
) -> tuple[str, Kind, Scope]:
    known = services.names(centre, operator())
    if rule in known.values() or rule in known:
        own = services.base(centre, operator(), _rule_id(centre, rule))
        return own.text, own.subject, own.scope
    scope = Scope(ports=frozenset(port.strip().upper() for port in ports))
    return _text(rule), subject, scope


def _run(
    centre: Centre, text: str, subject: Kind, scope: Scope, since: date, until: date
) -> Backtest:
    """Waits for the back-test, whoever runs it: this process, or a worker."""
    own_id = backtests.start(centre, operator(), text, subject, scope, since, until)
    with progress_bar("trying it on the history") as progress:
        while True:
            own = backtests.get(centre, operator(), own_id)
            progress(own.total if own.state is BacktestState.DONE else own.done, own.total)
            if own.state.over:
                return own
            time.sleep(LOOK)


def _findings_json(value: Findings, units: dict[str, str], names: dict[str, str]) -> dict[str, Any]:
    return {
        "travellers": value.subjects,
        "hits": value.hits,
        "undecided": value.undecided,
        "not_kept": list(value.not_kept),
        "share": value.share,
        "hits_a_day": value.hits_a_day,
        "ports": dict(value.ports),
        "alerts_a_day": {units.get(own, own): n for own, n in value.alerts_a_day.items()},
        "overlaps": [
            {"rule": names.get(own.rule_id, own.rule_id), "shared": own.shared, "of": own.of}
            for own in value.overlaps
        ],
        "decided": value.precision.decided,
        "found": value.precision.found,
        "precision": value.precision.share,
        "low": value.precision.low,
        "high": value.precision.high,
        "days": [[str(own.day), own.subjects, own.hits] for own in value.days],
    }


def _print_findings(told: dict[str, Any], value: Findings) -> None:
    click.echo(
        f"{value.hits:,} of {value.subjects:,} ({value.share:.3%}), {value.hits_a_day:.1f} a day; "
        f"{value.undecided:,} could not be decided"
    )
    if value.not_kept:
        click.echo(f"the history does not keep {', '.join(value.not_kept)}")
    own = value.precision
    if own.share is not None:
        click.echo(
            f"found: {own.found} of {own.decided}, {own.share:.1%} "
            f"({own.low:.1%} to {own.high:.1%})"
        )
    for unit, count in told["alerts_a_day"].items():
        click.echo(f"{unit}: {count:.1f} alerts a day")
    for one in told["overlaps"]:
        click.echo(f"also hit by {one['rule']}: {one['shared']:,} of its {one['of']:,}")
    note(f"{len(value.days)} days of history")


def _row_json(row: RuleRow) -> dict[str, Any]:
    whole = row.record.whole
    rate = whole.precision
    return {
        "id": row.version.rule_id,
        "rule": row.version.name,
        "version": row.version.number,
        "standing": row.standing.value,
        "priority": row.version.priority,
        "handling": row.version.handling.value,
        "reason": row.version.reason,
        "hits": whole.hits,
        "open": whole.open,
        "confirmed": whole.confirmed,
        "cleared": whole.cleared,
        "decided": whole.decided,
        "found": whole.found,
        "precision": rate and rate.value,
        "low": rate and rate.low,
        "high": rate and rate.high,
        "last_hit": row.record.last and row.record.last.isoformat(),
        "worn_out": str(row.worn_out or ""),
    }


def _version_json(own: RuleVersion) -> dict[str, Any]:
    return {
        "version": own.number,
        "state": own.state.value,
        "text": own.text,
        "written_by": own.written_by,
        "written_at": own.written_at.isoformat(),
        "reviewed_by": own.reviewed_by,
        "review": own.review,
        "active_from": own.active_from and own.active_from.isoformat(),
        "active_until": own.active_until and own.active_until.isoformat(),
    }
