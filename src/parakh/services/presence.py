"""Challenges of active checks: drawn at random, signed, short-lived, good for one capture.

A challenge names the capture that it is for: its identifier is that capture's. So it is used once:
a second capture with that identifier is refused, unless it is the first one sent again.
"""

import base64
import binascii
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from parakh.access import Actor, Permission
from parakh.domain.face import PadResult
from parakh.domain.ids import new_id
from parakh.domain.phrase import N_, phrase
from parakh.errors import InvalidInput
from parakh.faces import liveness
from parakh.faces.burst import LONGEST, MOST_FRAMES
from parakh.faces.detect import shrink_to
from parakh.faces.liveness import Challenge, Method, Step
from parakh.faces.picture import decode_picture
from parakh.services.centre import Centre

GRACE = timedelta(seconds=20)
"""After the last frame: so long the frames may take to arrive."""

READING = timedelta(seconds=20)
"""Before the first frame: so long the person has to hear what is asked."""

SOONER = timedelta(seconds=0.5)

EXPIRED = phrase(N_("The active check came too late: it is good for a short while only"))
TOO_SOON = phrase(N_("The active check was answered sooner than it takes"))
_NOT_OURS = "this active check was not given to you by this centre"


@dataclass(frozen=True, kw_only=True, slots=True)
class Issued:
    """A challenge for one capture; `token` comes back with its frames."""

    token: str
    capture_id: str
    challenge: Challenge
    expires_at: datetime


def issue(centre: Centre, actor: Actor, method: Method | None = None) -> Issued:
    """Draws a challenge for the actor's next capture."""
    actor.require(Permission.USE_GATE)
    challenge, capture_id, now = liveness.draw(method), new_id(), centre.clock()
    expires_at = now + READING + timedelta(seconds=challenge.steps[-1].at) + GRACE
    content = {
        "id": capture_id,
        "by": actor.id,
        "method": challenge.method.value,
        "steps": [[step.at, step.x] for step in challenge.steps],
        "at": now.timestamp(),
        "until": expires_at.timestamp(),
    }
    body = orjson.dumps(content)
    token = f"{_encoded(body)}.{_encoded(_signature(centre, body))}"
    return Issued(token=token, capture_id=capture_id, challenge=challenge, expires_at=expires_at)


def capture_of(centre: Centre, actor: Actor, token: str) -> str:
    """The identifier of the capture that a challenge is for; raises InvalidInput for a forgery."""
    return str(_content(centre, actor, token)["id"])


def check(
    centre: Centre, actor: Actor, token: str, frames: Sequence[bytes], times: Sequence[float]
) -> PadResult:
    """What the frames show of the challenge; `times` are in seconds from its start.

    Raises InvalidInput for a challenge that was not given to this actor, Unreadable for frames
    that are no pictures.
    """
    content = _content(centre, actor, token)
    method, now = Method(content["method"]), centre.clock().timestamp()
    steps = tuple(Step(at=at, x=x) for at, x in content["steps"])
    if now > content["until"]:
        return PadResult(method=method.value, reason=EXPIRED)
    if now < content["at"] + steps[-1].at - SOONER.total_seconds():
        return PadResult(method=method.value, reason=TOO_SOON)
    challenge = Challenge(method=method, steps=steps)
    if len(frames) > MOST_FRAMES:
        raise InvalidInput(f"a capture has at most {MOST_FRAMES} frames, not {len(frames)}")
    pictures = [shrink_to(decode_picture(own), LONGEST) for own in frames]
    return liveness.judge(centre.faces, challenge, pictures, times)


def _content(centre: Centre, actor: Actor, token: str) -> dict[str, Any]:
    body, _, signature = token.partition(".")
    try:
        content, given = _decoded(body), _decoded(signature)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput(_NOT_OURS) from error
    if not hmac.compare_digest(given, _signature(centre, content)):
        raise InvalidInput(_NOT_OURS)
    found: dict[str, Any] = orjson.loads(content)
    if found["by"] != actor.id:
        raise InvalidInput(_NOT_OURS)
    return found


def _signature(centre: Centre, body: bytes) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"parakh active checks")
    return hmac.digest(derivation.derive(centre.db.keys.master), body, "sha256")


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
