"""Keys that hold for a while, asked of a real server."""

import base64
import json
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.connectors.conftest import KEEPER
from tests.connectors.servers import Asked, OtherSide, PageHouse, Said

from parakh.connectors.failures import LinkFailed
from parakh.connectors.line import Line, Login, Server
from parakh.connectors.tokens import ClientToken
from parakh.domain.connector import Exchange, Verb
from parakh.services import connectors
from parakh.services.centre import Centre

OAUTH = 'kind = "crossings"\npath = "crossings"\nuser = "ntc"\ntoken_url = "{url}/token"'


def test_keys_of_another_server(
    centre: Centre, theirs: OtherSide, link: Callable[..., None]
) -> None:
    PageHouse(theirs, "/crossings")
    with OtherSide().running() as keys:
        link(centre, OAUTH.format(url=keys.url), on=False)
        given = json.dumps({"access_token": theirs.token.replace(" ", "-")}).encode()
        theirs.token = theirs.token.replace(" ", "-")
        keys.open_to["/token"] = lambda _: Said(body=given)
        assert connectors.test(centre, KEEPER, "other").cause == ""
        assert keys.asked[0].headers["authorization"].startswith("Basic ")
        assert b"client_credentials" in keys.asked[0].body
    assert theirs.count("POST", "/token") == 0


@dataclass(kw_only=True)
class Client:
    """A line whose keys run out, and its clock."""

    line: Line
    said: list[Exchange] = field(default_factory=list)
    now: float = 0.0

    def got(self) -> Any:
        return self.line.get("/hello").json()


@pytest.fixture
def client(theirs: OtherSide) -> Iterator[Client]:
    given = iter(range(1, 9))

    def token(asked: Asked) -> Said:
        name = base64.b64decode(asked.headers["authorization"].removeprefix("Basic ")).decode()
        if name != "ntc:a+secret" or b"grant_type=client_credentials" not in asked.body:
            return Said(status=401)
        theirs.token = f"key-{next(given)}"
        told = {"access_token": theirs.token, "expires_in": 300}
        return Said(body=json.dumps(told).encode())

    theirs.open_to["/token"] = token
    theirs.routes["GET", "/hello"] = lambda _: Said(body=b'"hello"')
    made: Client
    own = ClientToken(
        path="token",
        client="ntc",
        secret=lambda: "a secret",
        scope="crossings",
        steady=lambda: made.now,
    )
    server = Server(
        name="other",
        url=theirs.url,
        tls=ssl.create_default_context(),
        private=True,
        login=Login(header="authorization", value=own.header, refused=own.refused),
    )
    said: list[Exchange] = []
    made = Client(line=Line(server, said.append), said=said)
    yield made
    made.line.close()


def test_a_key_is_asked_for_once_and_again_when_it_runs_out_or_is_refused(
    client: Client, theirs: OtherSide
) -> None:
    assert [client.got() for _ in range(3)] == ["hello"] * 3
    assert theirs.count("POST", "/token") == 1
    client.now = 271.0
    client.got()
    assert theirs.count("POST", "/token") == 2
    theirs.token = "another"
    with pytest.raises(LinkFailed, match="401"):
        client.got()
    assert client.got() == "hello"
    assert theirs.count("POST", "/token") == 3
    assert [own.verb for own in client.said].count(Verb.SIGN_IN) == 3
    assert "secret" not in str(client.said)


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b'{"access_token": ""}', b'{"access_token": "a\\r\\nb: c"}']
)
def test_what_is_no_key(client: Client, theirs: OtherSide, body: bytes) -> None:
    theirs.open_to["/token"] = lambda _: Said(body=body)
    with pytest.raises(LinkFailed, match="it gave no key"):
        client.got()
    assert theirs.count("GET", "/hello") == 0
