"""Writes the reference pages that follow from the code: configuration, command line, permissions.

`make docs` runs it; a test fails when a page is not what it would write.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from parakh.access import (
    AGENCY_GRANTS,
    FOR_HUMANS,
    FOR_PURPOSE,
    GRANTS,
    Permission,
    Purpose,
    Role,
)
from parakh.cli import main as command_line
from parakh.domain.agency import AgencyKind
from parakh.settings import Settings

HERE = Path(__file__).parent
_WIDTH: dict[str, Any] = {"terminal_width": 100, "max_content_width": 100}
_CONTEXT: dict[str, Any] = _WIDTH | dict(command_line.context_settings)
_NOTE = "<!-- Written by docs/generate.py: run `make docs` instead of editing. -->"


def configuration() -> str:
    """A table of all settings."""
    lines = [
        "# Configuration",
        _NOTE,
        "",
        "Settings are environment variables. All have a default that is safe on one machine.",
        "",
        "| variable | default | meaning |",
        "|---|---|---|",
    ]
    for name, own in Settings.model_fields.items():
        default = f"`{own.default}`" if own.default not in (None, "") else "–"
        lines.append(f"| `PARAKH_{name.upper()}` | {default} | {own.description} |")
    return "\n".join(lines) + "\n"


def commands() -> str:
    """The help text of every verb."""
    lines = [
        "# Command line",
        _NOTE,
        "",
        "`--json` prints one JSON document on standard output; progress goes to standard error.",
        "Exit codes: 0 fine, 1 found problems, 2 bad usage.",
    ]
    for context in _verbs(click.Context(command_line, info_name="parakh", **_CONTEXT)):
        help_text = context.command.get_help(context)
        lines += ["", f"## {context.command_path}", "", "```", help_text, "```"]
    return "\n".join(lines) + "\n"


def permissions() -> str:
    """What each role may do, and what each agency's officers may do for which purpose."""
    kinds = list(AgencyKind)
    lines = [
        "# Permissions",
        _NOTE,
        "",
        "What is not granted is refused. An action needs the grant of one's role and, for its",
        "purpose, of one's agency; both tables are data of `parakh.access`, where `allowed` alone",
        "decides. Every look at personal data and every change states its purpose, and one for",
        "which an agency does not work is refused by the database layer itself.",
        "",
        "Which records that covers follows from units: officers see the ports, alerts and cases of",
        "their units; a regional centre those of its region; a central unit, and whoever has",
        "`every_unit`, those of all, but a guest's head office only those of its own agency.",
        "API keys are granted permissions one by one, and never those that only humans take:",
        f"{', '.join(f'`{own.value}`' for own in Permission if own in FOR_HUMANS)}.",
        "",
        "## Roles",
        "",
        *_table(["permission", *Role], ([f"`{own}`", *_role_marks(own)] for own in Permission)),
        "",
        "## Agencies and purposes",
        "",
        "`centre` is the agency whose centre this is (`PARAKH_AGENCY`); the others are its guests",
        "([agencies](agencies.md)). A guest never runs the centre, whatever the role.",
        "",
        *_table(
            ["purpose", "permission", *(own.value.replace("_", " ") for own in kinds)],
            (
                [f"`{purpose}`", f"`{own}`", *_agency_marks(purpose, own)]
                for purpose in Purpose
                for own in Permission
                if own in FOR_PURPOSE[purpose]
            ),
        ),
        "",
        "Everybody works for `administration` as far as his own account goes.",
    ]
    return "\n".join(lines) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [
        f"| {' | '.join(head)} |",
        f"|{'---|' * len(head)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def _role_marks(own: Permission) -> list[str]:
    return ["yes" if own in GRANTS[role] else "" for role in Role]


def _agency_marks(purpose: Purpose, own: Permission) -> list[str]:
    granted = (AGENCY_GRANTS[kind].get(purpose, frozenset()) for kind in AgencyKind)
    return ["yes" if own in actions else "" for actions in granted]


def _verbs(context: click.Context) -> Iterator[click.Context]:
    """A context for each verb, below those of its groups, which pass on how help is asked for."""
    command = context.command
    if not isinstance(command, click.Group):
        yield context
        return
    for name in sorted(command.commands):
        below = click.Context(command.commands[name], parent=context, info_name=name, **_WIDTH)
        yield from _verbs(below)


PAGES = {
    "configuration.md": configuration,
    "command-line.md": commands,
    "permissions.md": permissions,
}


def main() -> None:
    """Writes every page."""
    for name, write in PAGES.items():
        (HERE / name).write_text(write(), encoding="utf-8")
        sys.stderr.write(f"docs/{name}\n")


if __name__ == "__main__":
    main()
