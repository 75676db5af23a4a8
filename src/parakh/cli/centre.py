"""What the verbs share: settings, the centre, who acts, and JSON on standard output."""

import getpass
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
import orjson
from pydantic import ValidationError

from parakh.access import Actor, system_actor
from parakh.errors import Misconfigured
from parakh.services import totp
from parakh.services.centre import Centre
from parakh.settings import Settings

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def settings() -> Settings:
    """The settings; raises Misconfigured and names each variable that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"PARAKH_{str(found['loc'][0]).upper()}: {found['msg']}" for found in error.errors()
        )
        raise Misconfigured(wrong) from error


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error; it is told how much is done, and of how much."""
    with click.progressbar(length=1000, label=label, file=sys.stderr) as bar:
        done = 0

        def progress(now: int, of: int) -> None:
            nonlocal done
            step = now * 1000 // max(1, of) - done
            done += step
            bar.update(step)

        yield progress


@contextmanager
def opened() -> Iterator[Centre]:
    """The centre, closed at the end."""
    centre = Centre.open(settings())
    try:
        yield centre
    finally:
        centre.close()


def operator() -> Actor:
    """Whoever runs the command on this machine, by the name of the operating system's account."""
    return system_actor(f"cli:{getpass.getuser()}")


def second_person(centre: Centre, name: str | None) -> Actor | None:
    """The person of that name, who gives his password; None without a name."""
    return None if name is None else signed_in(centre, name)


def signed_in(centre: Centre, name: str) -> Actor:
    """The person of that name, who gives his password, and a code where he has an app."""
    password = click.prompt(f"Password of {name}", hide_input=True, err=True)
    return totp.identify(
        centre, name, password, lambda: str(click.prompt(f"Code of {name}'s app", err=True))
    )


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def note(text: str) -> None:
    """Progress, on standard error."""
    click.echo(text, err=True)
