"""Channels, against a mail server and a web server of this machine: slow, wrong and down too."""

import base64
import hashlib
import hmac
import http.server
import json
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_string, policy
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from parakh.access import Actor, Role, system_actor
from parakh.domain.alert import StepKind
from parakh.domain.channel import (
    MOST_TRIES,
    Channel,
    ChannelKind,
    Detail,
    Dispatch,
    DispatchState,
    Occurrence,
)
from parakh.domain.hit import Advice
from parakh.domain.message import Channel as By
from parakh.domain.message import Source
from parakh.errors import Conflict, Forbidden, InvalidInput
from parakh.services import (
    alerts,
    delivery,
    delivery_post,
    delivery_webhook,
    intake,
    queue,
    trail,
)
from parakh.services.centre import Centre
from parakh.services.delivery_webhook import checked_url, signature

MAKER = system_actor("test")
MAIL = Channel(id="", name="Chief", kind=ChannelKind.EMAIL, address="chief@example.org")


class WebServer(http.server.ThreadingHTTPServer):
    """Answers each request with the next status of `answers`, then 204; keeps what came."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Received)
        self.answers: list[int] = []
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.wait = 0.0
        self.url = f"http://127.0.0.1:{self.server_port}/hook?unit=khi"


class Received(http.server.BaseHTTPRequestHandler):
    server: WebServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append((self.path, headers, body))
        time.sleep(self.server.wait)
        try:
            self.send_response(self.server.answers.pop(0) if self.server.answers else 204)
            self.send_header("location", "/elsewhere")
            self.end_headers()
        except ConnectionError:
            pass  # who asked did not wait

    def log_message(self, *_: object) -> None:
        """Says nothing."""


class MailServer(socketserver.ThreadingTCPServer):
    """An SMTP server with STARTTLS (RFC 5321, RFC 3207); keeps the messages it was given."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, certificate: Path) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(certificate)
        self.messages: list[str] = []
        self.refuse: set[str] = set()
        self.secured: list[bool] = []


class Conversation(socketserver.BaseRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self._begin(self.request)
        self._say("220 test")
        secured = False
        while line := self._file.readline().decode().strip():
            verb = line.upper()
            if verb.startswith("EHLO"):
                self._say("250-test\r\n250 STARTTLS" if not secured else "250 test")
            elif verb == "STARTTLS":
                self._say("220 go")
                self._file.close()
                secured = self._secure()
                if not secured:
                    return
            elif verb.startswith("RCPT"):
                wrong = any(own.upper() in verb for own in self.server.refuse)
                self._say("550 5.1.1 Ali Khan does not live here" if wrong else "250 ok")
            elif verb == "DATA":
                self._say("354 go on")
                lines = iter(self._file.readline, b".\r\n")
                self.server.messages.append(b"".join(lines).decode())
                self.server.secured.append(secured)
                self._say("250 ok")
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _secure(self) -> bool:
        try:
            self._begin(self.server.tls.wrap_socket(self.request, server_side=True))
        except OSError:
            return False  # who asked does not trust the certificate
        return True

    def finish(self) -> None:
        self._file.close()
        self._connection.close()

    def _begin(self, connection: socket.socket) -> None:
        self._connection = connection
        self._file = connection.makefile("rb")

    def _say(self, text: str) -> None:
        self._connection.sendall(f"{text}\r\n".encode())


def running(server: socketserver.BaseServer) -> Iterator[Any]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def web() -> Iterator[WebServer]:
    yield from running(WebServer())


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of this machine that vouches for itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, form, plain)
    )
    return path


@pytest.fixture
def mail(certificate: Path) -> Iterator[MailServer]:
    yield from running(MailServer(certificate))


@pytest.fixture
def ready(
    any_centre: Centre, units: Any, enlist: Any, mail: MailServer, certificate: Path
) -> Centre:
    """Units, one listed person, and settings that lead to the two servers."""
    units(any_centre)
    enlist(any_centre, document="PA7654321")
    any_centre.settings = any_centre.settings.model_copy(
        update={
            "public_url": "https://ntc.example.org/",
            "smtp_host": "localhost",
            "smtp_port": mail.server_address[1],
            "mail_from": "parakh@example.org",
            "trust_file": certificate,
            "webhook_private": True,
        }
    )
    return any_centre


@pytest.fixture
def chief(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.SUPERVISOR)


@pytest.fixture
def alerted(ready: Centre, declare: Callable[..., bytes], person: Any) -> Callable[[], str]:
    """Raises an alert, and gives its identifier."""

    def raise_one() -> str:
        who = person(family="MAZARI", given="ZULFIQAR", born="800505", document="PA7654321")
        intake.receive(ready, MAKER, declare(who), Source(channel=By.DROP, name="a.edi"))
        queue.drain(ready)
        return alerts.list_alerts(ready, MAKER)[0].alert.id

    return raise_one


def hook(web: WebServer, **fields: Any) -> Channel:
    given = {"id": "", "name": "Partner", "kind": ChannelKind.WEBHOOK, "address": web.url}
    return Channel(**(given | fields))


def sent(centre: Centre) -> Dispatch:
    (found,) = delivery.deliveries(centre, MAKER)
    return found


def test_a_webhook_is_signed_and_names_nobody(
    ready: Centre, chief: Actor, web: WebServer, alerted: Callable[[], str]
) -> None:
    saved = delivery.save_channel(ready, chief, hook(web))
    alert_id = alerted()
    assert delivery_post.step(ready)
    assert not delivery_post.step(ready)
    ((path, headers, body),) = web.requests
    assert path == "/hook?unit=khi"
    told = json.loads(body)
    assert told["type"] == "alert.raised"
    assert told["data"] == {
        "alert_id": alert_id,
        "unit": "KHI airport",
        "advice": "inspect",
        "raised_at": "2026-11-22T12:00:00+00:00",
        "url": f"https://ntc.example.org/alerts/{alert_id}",
    }
    key = base64.b64decode(saved.key.removeprefix("whsec_"))
    at = headers["webhook-timestamp"]
    signed = f"{headers['webhook-id']}.{at}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert int(at) == int(ready.clock().timestamp())
    assert headers["webhook-id"] == sent(ready).id
    assert sent(ready).state is DispatchState.DELIVERED
    steps = alerts.path_of(ready, MAKER, alert_id)
    assert (steps[-1].kind, str(steps[-1].text)) == (
        StepKind.DELIVERED,
        "Sent to a webhook: Partner",
    )


def test_the_signature_of_the_specification() -> None:
    """The example of the Standard Webhooks specification's own libraries."""
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    assert signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_a_mail_goes_over_tls_and_names_nobody(
    ready: Centre, chief: Actor, mail: MailServer, alerted: Callable[[], str]
) -> None:
    delivery.save_channel(ready, chief, replace(MAIL, address="a@example.org,  b@example.org"))
    alert_id = alerted()
    assert delivery_post.step(ready)
    (message,) = mail.messages
    assert mail.secured == [True]
    assert "Subject: Alert: Inspect, KHI airport" in message
    assert "To: a@example.org, b@example.org" in message
    assert f"Message-ID: <{sent(ready).id}@example.org>" in message
    assert f"https://ntc.example.org/alerts/{alert_id}" in message
    assert "MAZARI" not in message


def test_a_mail_is_worded_in_the_language_of_its_channel(
    ready: Centre, chief: Actor, mail: MailServer, alerted: Callable[[], str]
) -> None:
    delivery.save_channel(ready, chief, replace(MAIL, language="ur", detail=Detail.REASONS))
    alerted()
    assert delivery_post.step(ready)
    message = message_from_string(mail.messages[0], policy=policy.default)
    assert message["Subject"] == "الرٹ: معائنہ کریں، KHI airport"
    assert "MAZARI, ZULFIQAR کا نام اور تاریخِ پیدائش وہی ہے" in message.get_content()


def test_a_channel_that_may_tells_who_and_why(
    ready: Centre, chief: Actor, web: WebServer, alerted: Callable[[], str]
) -> None:
    delivery.save_channel(ready, chief, hook(web, detail=Detail.REASONS))
    alerted()
    delivery_post.step(ready)
    data = json.loads(web.requests[0][2])["data"]
    assert data["who"] == "MAZARI, ZULFIQAR"
    assert "MAZARI" in data["reasons"][0]


@pytest.mark.parametrize(
    "fields",
    [
        {"active": False},
        {"unit_id": "lhe"},
        {"least": Advice.REFER},
        {"tells": frozenset({Occurrence.ESCALATED})},
    ],
)
def test_what_a_channel_does_not_want_is_not_sent(
    ready: Centre, chief: Actor, web: WebServer, alerted: Callable[[], str], fields: Any
) -> None:
    delivery.save_channel(ready, chief, hook(web, **fields))
    alerted()
    assert not delivery_post.step(ready)


def test_a_wrong_answer_is_tried_again_under_the_same_identifier(
    ready: Centre, chief: Actor, web: WebServer, alerted: Callable[[], str], clock: Any
) -> None:
    delivery.save_channel(ready, chief, hook(web))
    alerted()
    web.answers = [500, 302]
    assert delivery_post.step(ready)
    assert not delivery_post.step(ready)  # not before its time
    put_off = sent(ready)
    assert (put_off.state, put_off.tries) == (DispatchState.WAITING, 1)
    assert put_off.error == "the server answered 500"
    clock.advance(seconds=15)
    assert delivery_post.step(ready)  # a redirect is an error, and leads nowhere
    clock.advance(seconds=45)
    assert delivery_post.step(ready)
    assert len({headers["webhook-id"] for _, headers, _ in web.requests}) == 1
    assert len(web.requests) == 3
    assert sent(ready).state is DispatchState.DELIVERED


def test_what_is_down_is_given_up_until_a_human_sends_it_again(
    ready: Centre, chief: Actor, web: WebServer, alerted: Callable[[], str], clock: Any
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    made = delivery.save_channel(ready, chief, hook(web, address=f"http://127.0.0.1:{port}/"))
    alert_id = alerted()
    for _ in range(MOST_TRIES):
        assert delivery_post.step(ready)
        clock.advance(hours=1)
    assert not delivery_post.step(ready)
    dead = sent(ready)
    assert (dead.state, dead.error) == (DispatchState.DEAD, "the server refused the connection")
    assert alerts.path_of(ready, MAKER, alert_id)[-1].kind is StepKind.UNDELIVERED
    (row,) = delivery.channels(ready, chief).rows
    assert row.counts == {DispatchState.DEAD: 1}
    delivery.save_channel(ready, chief, replace(made.channel, address=web.url))
    assert delivery.send_again(ready, chief, dead.id).state is DispatchState.WAITING
    assert delivery_post.step(ready)
    assert web.requests[0][1]["webhook-id"] == dead.id
    with pytest.raises(Conflict):
        delivery.send_again(ready, chief, dead.id)


def test_a_server_that_wants_no_more_is_given_up_at_once(
    ready: Centre, chief: Actor, web: WebServer, alerted: Callable[[], str]
) -> None:
    delivery.save_channel(ready, chief, hook(web))
    alerted()
    web.answers = [410]
    delivery_post.step(ready)
    assert sent(ready).state is DispatchState.DEAD


def test_a_channel_that_was_switched_off_sends_nothing(
    ready: Centre, chief: Actor, web: WebServer, alerted: Callable[[], str]
) -> None:
    made = delivery.save_channel(ready, chief, hook(web)).channel
    alerted()
    delivery.save_channel(ready, chief, replace(made, active=False))
    assert delivery_post.step(ready)
    assert web.requests == []
    dead = sent(ready)
    assert (dead.state, dead.error) == (DispatchState.DEAD, "the channel is switched off")
    delivery.save_channel(ready, chief, made)
    delivery.send_again(ready, chief, dead.id)
    assert delivery_post.step(ready)
    assert [headers["webhook-id"] for _, headers, _ in web.requests] == [dead.id]


def test_one_telling_that_goes_wrong_holds_no_other_up(
    ready: Centre,
    chief: Actor,
    web: WebServer,
    mail: MailServer,
    alerted: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    delivery.save_channel(ready, chief, hook(web))
    delivery.save_channel(ready, chief, MAIL)
    alerted()

    def broken(*_: object) -> None:
        raise ValueError("Ali Khan")

    monkeypatch.setattr(delivery_post, "post", broken)
    assert delivery_post.step(ready)
    assert delivery_post.step(ready)
    errors = {own.error for own in delivery.deliveries(ready, MAKER)}
    assert errors == {"", "unexpected: ValueError"}
    assert len(mail.messages) == 1


def test_a_slow_server_is_cut_off(
    ready: Centre,
    chief: Actor,
    web: WebServer,
    alerted: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delivery_webhook, "WHOLE", 0.2)
    delivery.save_channel(ready, chief, hook(web))
    alerted()
    web.wait = 1.0
    delivery_post.step(ready)
    assert sent(ready).error.startswith("the server was not reached")


def test_a_refused_address_is_told_without_the_servers_words(
    ready: Centre, chief: Actor, mail: MailServer, alerted: Callable[[], str]
) -> None:
    both = replace(MAIL, address="a@example.org, gone@example.org")
    delivery.save_channel(ready, chief, both)
    alerted()
    mail.refuse = {"gone@"}
    delivery_post.step(ready)
    # The other address has it: it is not sent to both once more.
    found = sent(ready)
    assert found.state is DispatchState.DEAD
    assert found.error == "the mail server refused 1 of the addresses"


@pytest.mark.parametrize(
    ("update", "cause"),
    [
        ({"smtp_host": ""}, "no mail server is set"),
        ({"trust_file": None}, "certificate of the server is not trusted"),
        ({"smtp_security": "none", "smtp_host": "mail.example.org"}, "on this machine only"),
        ({"smtp_user": "parakh"}, "PARAKH_SMTP_PASSWORD_FILE is not set"),
        ({"trust_file": Path("/nowhere.pem")}, "PARAKH_TRUST_FILE cannot be read"),
    ],
)
def test_a_mail_server_that_cannot_be_used(
    ready: Centre,
    chief: Actor,
    mail: MailServer,
    alerted: Callable[[], str],
    update: dict[str, Any],
    cause: str,
) -> None:
    delivery.save_channel(ready, chief, MAIL)
    alerted()
    ready.settings = ready.settings.model_copy(update=update)
    delivery_post.step(ready)
    assert cause in sent(ready).error
    assert mail.messages == []


def test_who_dies_while_sending_leaves_it_to_be_sent(
    ready: Centre,
    chief: Actor,
    web: WebServer,
    alerted: Callable[[], str],
    clock: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    delivery.save_channel(ready, chief, hook(web))
    alerted()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(delivery_post, "_settle", killed)
        with pytest.raises(KeyboardInterrupt):
            delivery_post.step(ready)
    assert not delivery_post.step(ready)  # somebody else has it
    clock.now += delivery_post.CLAIM
    assert delivery_post.step(ready)
    ids = [headers["webhook-id"] for _, headers, _ in web.requests]
    assert len(ids) == 2
    assert len(set(ids)) == 1


@pytest.mark.parametrize(
    ("url", "private", "allowed"),
    [
        ("https://hooks.example.org/a?b=c", False, True),
        ("https://hooks.example.org:8443/", False, True),
        ("http://hooks.example.org/", True, False),
        ("https://user:secret@hooks.example.org/", True, False),
        ("ftp://hooks.example.org/", True, False),
        ("https:///path", True, False),
        ("https://hooks.example.org:99999/", True, False),
        ("https://hooks.example.org/a b", True, False),
        ("not a url", True, False),
        ("http://127.0.0.1:8000/", True, True),
        ("http://localhost/", True, True),
        ("http://127.0.0.1:8000/", False, False),
        ("https://localhost/", False, False),
        ("https://10.0.0.7/", False, False),
        ("https://10.0.0.7/", True, True),
        ("https://169.254.169.254/latest", False, False),
        ("https://[::1]/", False, False),
        ("https://[::ffff:10.0.0.1]/", False, False),
        ("https://[64:ff9b::a00:1]/", False, False),
        ("https://[2002:a00:1::]/", False, False),
        ("https://[64:ff9b::808:808]/", False, False),
        ("https://[64:ff9b:1::7f00:1]/", False, False),
        ("https://[::7f00:1]/", False, False),
        ("https://[::ffff:0:7f00:1]/", False, False),
        ("https://[fec0::1]/", False, False),
        ("https://[fec0::1]/", True, True),
        ("https://[::ffff:8.8.8.8]/", False, True),
        ("https://[2606:4700::1111]/", False, True),
        ("http://10.0.0.7/", True, False),
    ],
)
def test_where_a_webhook_may_be(url: str, private: bool, allowed: bool) -> None:
    if allowed:
        assert checked_url(url, private=private).hostname
        return
    with pytest.raises(InvalidInput):
        checked_url(url, private=private)


def test_a_name_that_leads_to_a_private_address_is_not_called(
    ready: Centre,
    chief: Actor,
    web: WebServer,
    alerted: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ready.settings = ready.settings.model_copy(update={"webhook_private": False})
    here = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", web.server_port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: here)
    url = f"https://innocent.example.org:{web.server_port}/"
    delivery.save_channel(ready, chief, hook(web, address=url))
    alerted()
    delivery_post.step(ready)
    assert sent(ready).error == "the host has no address that may be called"
    assert web.requests == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"address": "nobody"},
        {"address": ""},
        {"address": "a@b.org\nBcc: c@d.org"},
        {"tells": frozenset()},
        {"unit_id": "gone"},
        {"language": "xx"},
        {"kind": ChannelKind.WEBHOOK, "address": "http://example.org"},
    ],
)
def test_channels_that_cannot_be(ready: Centre, chief: Actor, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        delivery.save_channel(ready, chief, replace(MAIL, **wrong))


def test_keys_are_sealed_shown_once_and_renewed(
    ready: Centre, chief: Actor, web: WebServer, alerted: Callable[[], str]
) -> None:
    made = delivery.save_channel(ready, chief, hook(web))
    with pytest.raises(Conflict):
        delivery.save_channel(ready, chief, hook(web))
    assert delivery.save_channel(ready, chief, made.channel).key == ""
    renewed = delivery.renew_key(ready, chief, made.channel.id)
    assert renewed.key not in ("", made.key)
    rows = trail.search(ready, MAKER, trail.TrailFilter(action="channel")).rows
    assert not any(made.key[6:] in own.detail for own in rows)
    mailbox = delivery.save_channel(ready, chief, MAIL)
    assert mailbox.key == ""
    with pytest.raises(InvalidInput):
        delivery.renew_key(ready, chief, mailbox.channel.id)
    with pytest.raises(InvalidInput, match="keeps its kind"):
        delivery.save_channel(ready, chief, hook(web, id=mailbox.channel.id, name="Other"))


def test_only_who_routes_alerts_keeps_channels(
    ready: Centre, acting: Callable[..., Actor], web: WebServer
) -> None:
    for role in (Role.TARGETING, Role.GATE, Role.INTEGRATOR):
        actor = acting(role)
        for step in (
            lambda actor=actor: delivery.channels(ready, actor),
            lambda actor=actor: delivery.save_channel(ready, actor, hook(web)),
            lambda actor=actor: delivery.deliveries(ready, actor),
            lambda actor=actor: delivery.send_again(ready, actor, "x"),
            lambda actor=actor: delivery.renew_key(ready, actor, "x"),
        ):
            with pytest.raises(Forbidden):
                step()
