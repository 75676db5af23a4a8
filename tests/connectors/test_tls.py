"""TLS with a linked system: its certificate is checked, and ours is shown where it wants one."""

import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.connectors.servers import OtherSide, PageHouse

from parakh.access import system_actor
from parakh.services import connectors
from parakh.services.centre import Centre

MAKER = system_actor("test")


def certificate(path: Path, host: str) -> Path:
    """A certificate that vouches for itself, with its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    path.write_bytes(made.public_bytes(pem) + key.private_bytes(pem, form, plain))
    path.chmod(0o600)
    return path


@pytest.fixture
def theirs(tmp_path: Path) -> Iterator[OtherSide]:
    """A system that wants to see our certificate."""
    server = OtherSide()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate(tmp_path / "theirs.pem", "localhost"))
    tls.load_verify_locations(certificate(tmp_path / "ours.pem", "ntc.example"))
    tls.verify_mode = ssl.CERT_REQUIRED
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    server.url = f"https://localhost:{server.server_port}/api"
    PageHouse(server, "/crossings")
    with server.running():
        yield server


@pytest.mark.parametrize(
    ("host", "settings", "cause"),
    [
        ("localhost", "", "its certificate is not trusted"),
        ("127.0.0.1", 'ca_file = "theirs.pem"', "its certificate is not trusted"),
        ("localhost", 'ca_file = "theirs.pem"', "."),
        ("localhost", 'ca_file = "none.pem"', "cannot be used"),
        ("localhost", 'ca_file = "theirs.pem"\ncertificate = "ours.pem"', ""),
    ],
)
def test_certificates(
    centre: Centre,
    theirs: OtherSide,
    link: Callable[..., None],
    tmp_path: Path,
    host: str,
    settings: str,
    cause: str,
) -> None:
    theirs.url = theirs.url.replace("localhost", host)
    settings = settings.replace('= "', f'= "{tmp_path}/')
    link(centre, f'kind = "crossings"\npath = "crossings"\n{settings}')
    found = connectors.test(centre, MAKER, "other")
    assert (found.cause == "") == (cause == "")
    assert cause.strip(".") in found.cause
    assert theirs.count("GET", "/crossings") == (not cause)
