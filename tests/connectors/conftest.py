"""A linked system of this machine, a line to it, and centres that are linked with it."""

import ssl
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.connectors.servers import TOKEN, OtherSide

from parakh.access import system_actor
from parakh.connectors.line import Line, Login, Server
from parakh.domain.connector import Exchange
from parakh.services import connectors
from parakh.services.centre import Centre

KEEPER = system_actor("test")


@pytest.fixture
def theirs() -> Iterator[OtherSide]:
    """Another system."""
    with OtherSide().running() as server:
        yield server


@pytest.fixture
def said() -> list[Exchange]:
    """What a line noted."""
    return []


@pytest.fixture
def line(theirs: OtherSide, said: list[Exchange]) -> Iterator[Callable[..., Line]]:
    """Makes lines to the other system: `line(whole=1.0)`."""
    made: list[Line] = []

    def make(**options: Any) -> Line:
        given: dict[str, Any] = {"private": True, "step": 20.0, "whole": 60.0} | options
        server = Server(
            name="other",
            url=theirs.url,
            tls=ssl.create_default_context(),
            login=Login(header="authorization", value=lambda _: f"Bearer {TOKEN}"),
            **given,
        )
        made.append(Line(server, said.append))
        return made[-1]

    yield make
    for own in made:
        own.close()


@pytest.fixture
def link(theirs: OtherSide, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Links a centre: `link(centre, 'kind = "crossings"', name="border")` puts it in force.

    `seconds` is how long it waits for each answer.
    """
    monkeypatch.setenv("THEIR_KEY", TOKEN)

    def make(
        centre: Centre, text: str, *, name: str = "other", on: bool = True, seconds: float = 60
    ) -> None:
        auth = "oauth2" if "token_" in text else "bearer"
        web = f'url = "{theirs.url}"\nprivate = true\nauth = "{auth}"\nsecret_env = "THEIR_KEY"\n'
        web += f"step_seconds = {seconds}\nwhole_seconds = {seconds}\n"
        path = centre.settings.connectors_path
        before = path.read_text() if path.exists() else ""
        top, _, nested = text.partition("\n[")
        tables = f"\n[{nested}" if nested else ""
        own = "" if 'kind = "folder"' in text else web
        path.write_text(f"{before}\n[{name}]\n{own}{top}\n{tables}\n")
        centre.linked.declare()
        if on:
            connectors.switch(centre, KEEPER, name, on=True)

    return make
