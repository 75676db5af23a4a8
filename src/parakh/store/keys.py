"""The secrets of one centre: the key that wraps data keys, and the key that signs the audit."""

import base64
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from parakh.errors import Misconfigured


@dataclass(frozen=True, kw_only=True)
class Keys:
    """Secrets, never logged: `repr` shows the master key's identifier only.

    Attributes:
        master_id: names the master key in wrapped data keys, so that it can be rotated.
        master: 32 bytes for AES-256-GCM.
        audit: signs the head of the audit chain (Ed25519, RFC 8032).
    """

    master_id: str
    master: bytes
    audit: Ed25519PrivateKey

    def __repr__(self) -> str:
        return f"Keys({self.master_id})"

    @classmethod
    def generate(cls) -> "Keys":
        """New random keys."""
        return cls(
            master_id=secrets.token_hex(4),
            master=secrets.token_bytes(32),
            audit=Ed25519PrivateKey.generate(),
        )

    @property
    def pan_key(self) -> bytes:
        """The secret of card tokens: 32 bytes, HKDF-SHA256 (RFC 5869) of the master key.

        Tokens made under one master key stay comparable; those of another say nothing about them.
        """
        derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"parakh card tokens")
        return derivation.derive(self.master)

    @classmethod
    def load(cls, path: Path) -> "Keys":
        """Reads a key file; raises Misconfigured when it is missing, open to others, or broken."""
        if not path.is_file():
            raise Misconfigured(f"no key file at {path}: run `parakh db upgrade`, or restore it")
        if path.stat().st_mode & 0o077:
            raise Misconfigured(f"{path} can be read by others: run `chmod 600 {path}`")
        try:
            content = json.loads(path.read_text())
            master = base64.b64decode(content["master"], validate=True)
            audit = base64.b64decode(content["audit"], validate=True)
            return cls(
                master_id=str(content["id"]),
                master=_of_length(master),
                audit=Ed25519PrivateKey.from_private_bytes(audit),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise Misconfigured(f"{path} is not a key file: restore it from your backup") from error

    def save(self, path: Path) -> None:
        """Writes a file that only its owner can read; raises FileExistsError, never overwrites."""
        path.parent.mkdir(parents=True, exist_ok=True)
        content = {
            "id": self.master_id,
            "master": base64.b64encode(self.master).decode(),
            "audit": base64.b64encode(self.audit.private_bytes_raw()).decode(),
        }
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump(content, file)
            file.flush()
            os.fsync(file.fileno())


def _of_length(master: bytes) -> bytes:
    if len(master) != 32:
        raise ValueError("a master key has 32 bytes")
    return master
