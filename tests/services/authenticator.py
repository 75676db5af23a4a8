"""A passkey authenticator in software: one ES256 credential, as WebAuthn level 2 describes it."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url as text

_PRESENT, _VERIFIED, _ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """Signs for one place; `verifies` whether it asked its user for a PIN or a finger."""

    origin: str = "https://ntc.example"
    domain: str = "ntc.example"
    verifies: bool = True
    count: int = 0
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    user: bytes = b""

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())

    def make(self, options: str) -> str:
        """The answer to CreationOptions."""
        asked = json.loads(options)
        assert asked["authenticatorSelection"]["userVerification"] == "required"
        self.user = _bytes(asked["user"]["id"])
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + self._cose()
        content = {
            "fmt": "none",
            "attStmt": {},
            "authData": self._data(_ATTESTED) + attested,
        }
        return self._answer(
            {
                "clientDataJSON": text(self._client("webauthn.create", asked["challenge"])),
                "attestationObject": text(cbor2.dumps(content)),
                "transports": ["internal", "carrier pigeon"],
            }
        )

    def sign(self, options: str, **changes: Any) -> str:
        """The answer to RequestOptions; `changes` of the client's data."""
        asked = json.loads(options)
        self.count += 1
        data = self._data()
        client = self._client("webauthn.get", asked["challenge"], **changes)
        signed = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {
                "clientDataJSON": text(client),
                "authenticatorData": text(data),
                "signature": text(signed),
                "userHandle": text(self.user),
            }
        )

    def _answer(self, response: dict[str, Any]) -> str:
        own = text(self.id)
        return json.dumps({"id": own, "rawId": own, "type": "public-key", "response": response})

    def _client(self, kind: str, challenge: str, **changes: Any) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin} | changes
        return json.dumps(told).encode()

    def _data(self, more: int = 0) -> bytes:
        flags = _PRESENT | (_VERIFIED if self.verifies else 0) | more
        place = hashlib.sha256(self.domain.encode()).digest()
        return place + bytes([flags]) + self.count.to_bytes(4, "big")

    def _cose(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        x, y = (own.to_bytes(32, "big") for own in (numbers.x, numbers.y))
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})


def _bytes(value: str) -> bytes:
    from webauthn.helpers import base64url_to_bytes

    return base64url_to_bytes(value)
