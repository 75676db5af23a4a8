"""Writes the reference pages that follow from the code: configuration, command line, permissions.

`make docs` runs it; a test fails when a page is not what it would write.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from parakh.access import GRANTS, Permission, Role
from parakh.cli import main as command_line
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
    """A table of what each role may do."""
    head = " | ".join(role.value for role in Role)
    lines = [
        "# Permissions",
        _NOTE,
        "",
        "What is not granted is refused. Units see their own ports and alerts; a central unit, and",
        "whoever has `every_unit`, sees all. API keys are granted permissions one by one.",
        "",
        f"| permission | {head} |",
        f"|---|{'---|' * len(Role)}",
    ]
    for own in Permission:
        marks = " | ".join("yes" if own in GRANTS[role] else "" for role in Role)
        lines.append(f"| `{own.value}` | {marks} |")
    return "\n".join(lines) + "\n"


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
