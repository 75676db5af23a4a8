"""Browsers and programs before the application of one test's centre."""

import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import copied, seat_liaison

from parakh.web.app import create_app
from parakh.web.security import COOKIE

with warnings.catch_warnings():
    # Starlette asks for a successor of httpx that the project does not need otherwise.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient


@dataclass(frozen=True, kw_only=True)
class Browser:
    """A signed-in user; sends the token with every change, as the console does."""

    client: TestClient
    csrf: str

    def get(self, path: str, **kwargs: Any) -> Any:
        """A page."""
        return self.client.get(path, **kwargs)

    def post(self, path: str, **kwargs: Any) -> Any:
        """A form, without following where it leads."""
        headers = {"x-csrf-token": self.csrf, **kwargs.pop("headers", {})}
        return self.client.post(path, headers=headers, follow_redirects=False, **kwargs)


@pytest.fixture(scope="session")
def house(staged: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The folder of a centre with one thing of each kind, made once, and their identifiers."""
    from tests.web.test_permissions import one_of_each

    folder = tmp_path_factory.mktemp("house") / "data"
    with copied(staged, folder) as stage:
        seat_liaison(stage)
        tokens = {name: [own.token, own.csrf] for name, own in stage.sessions.items()}
        (folder / "sessions.json").write_text(json.dumps(tokens))
        ids = one_of_each(stage, folder.parent / "list.csv")
    return folder, ids


@pytest.fixture
def client(stage: Any) -> TestClient:
    """Nobody in particular."""
    return TestClient(create_app(stage.centre), raise_server_exceptions=False)


@pytest.fixture
def browser(stage: Any) -> Callable[[str], Browser]:
    """Gives the browser of a user by name."""
    return browsers(stage)


def browsers(stage: Any) -> Callable[[str], Browser]:
    """The same where a fixture lives longer than a test."""
    app = create_app(stage.centre)

    def of(name: str) -> Browser:
        signed = stage.sessions[name]
        made = TestClient(app, raise_server_exceptions=False)
        made.cookies.set(COOKIE, signed.token, domain="testserver.local")
        return Browser(client=made, csrf=signed.csrf)

    return of
