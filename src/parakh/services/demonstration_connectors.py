"""The demonstration's linked systems: named in a file, put in force, answered on this machine."""

import base64
import re
import secrets
from collections.abc import Mapping

import structlog

from parakh.services import accounts, connectors
from parakh.services.centre import Centre
from parakh.services.demonstration_sides import OtherSides
from parakh.services.linked import WEBHOOK_KEY

_log = structlog.get_logger()

IN_FORCE = ("airline", "declaration-lanes", "exchange-folder", "identity-register", "immigration")
"""Those that the integrator has put in force; `duty-room` waits for somebody to do it."""

_FILE = """\
# The linked systems of the demonstration: it plays the other sides itself, on this machine.
# Change what you like; delete the file, and the next start writes it again.

[immigration]
kind = "crossings"
url = "{url}/immigration"
path = "crossings"
confirm = "confirmed"
every_seconds = 20
{web}
[identity-register]
kind = "identity"
url = "{url}/register"
path = "verify"
test_path = "health"
{web}
[declaration-lanes]
kind = "lanes"
url = "{url}/declarations"
path = "lanes"
test_path = "health"
{web}
[airline]
kind = "carrier"
carrier = "EK"
url = "{url}/airline"
path = "messages"
every_seconds = 5
{web}
[duty-room]
kind = "webhook"
url = "{url}/duty-room"
topics = ["operations"]
private = true

[exchange-folder]
kind = "folder"
folder = "demo/exchange"
"""
_WEB = """private = true
auth = "bearer"
secret_file = "demo/other-sides.key"
"""
_PORT = re.compile(r"http://127\.0\.0\.1:(\d+)/immigration")


def start(centre: Centre, passwords: Mapping[str, str]) -> OtherSides | None:
    """Plays the other sides from now on; the first time it names them and puts them in force.

    None where the file of linked systems is somebody's own, or another program has the port that
    it names: what it links with then shows as failing.
    """
    path = centre.settings.connectors_path
    text = path.read_text("utf-8") if path.exists() else ""
    named = _PORT.search(text)
    if centre.settings.connectors_file or (text and not named):
        return None
    try:
        sides = OtherSides(centre, _key(centre), int(named[1]) if named else 0)
    except OSError as error:
        _log.warning("linked systems of the demonstration do not answer", cause=str(error))
        return None
    sides.start()
    if not named:
        url = f"http://127.0.0.1:{sides.server_port}"
        path.write_text(_FILE.format(url=url, web=_WEB), encoding="utf-8")
        _put_in_force(centre, passwords)
    return sides


def _key(centre: Centre) -> str:
    """The key by which the other sides let the centre in, made where there is none."""
    path = centre.settings.data_dir / "demo/other-sides.key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(0o600)
        path.write_text(secrets.token_urlsafe(24), encoding="utf-8")
    return path.read_text("utf-8")


def _put_in_force(centre: Centre, passwords: Mapping[str, str]) -> None:
    (centre.settings.data_dir / "demo/exchange").mkdir(exist_ok=True)
    integrator = accounts.identify(centre, "integrator", passwords["integrator"])
    centre.linked.follow()
    signing = base64.b64encode(secrets.token_bytes(24)).decode()
    connectors.set_secret(centre, integrator, "duty-room", WEBHOOK_KEY + signing)
    for name in IN_FORCE:
        connectors.switch(centre, integrator, name, on=True)
