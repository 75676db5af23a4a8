"""The secrets of one centre: the key that wraps data keys, and the key that signs the audit."""

import base64
import json
import os
import secrets
from dataclasses import dataclass, replace
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
        former: the master key before, by its name, while data keys may still be wrapped by it.
        cards: the secret of card tokens, once the master key that it came from was replaced.
        path: the file they were read from.
    """

    master_id: str
    master: bytes
    audit: Ed25519PrivateKey
    former: tuple[str, bytes] | None = None
    cards: bytes | None = None
    path: Path | None = None

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
    def masters(self) -> dict[str, bytes]:
        """The master keys that data keys may be wrapped by, by their names."""
        return {self.master_id: self.master, **dict([self.former] if self.former else [])}

    def again(self) -> "Keys":
        """The keys as their file has them now; the same where they came from none."""
        return Keys.load(self.path) if self.path else self

    def rotated(self) -> "Keys":
        """With a new master key; the present one is kept beside it until `settled`."""
        return replace(
            self,
            master_id=secrets.token_hex(4),
            master=secrets.token_bytes(32),
            former=(self.master_id, self.master),
            cards=self.pan_key,
        )

    def settled(self) -> "Keys":
        """Without the master key before."""
        return replace(self, former=None)

    @property
    def pan_key(self) -> bytes:
        """The secret of card tokens: 32 bytes, HKDF-SHA256 (RFC 5869) of the first master key.

        It stays when the master key is rotated, so that tokens stay comparable; those of another
        centre say nothing about them.
        """
        if self.cards is not None:
            return self.cards
        derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"parakh card tokens")
        return derivation.derive(self.master)

    def token_key(self, purpose: str) -> bytes:
        """The secret of a purpose's tokens: 32 bytes, which stay when the master key is rotated.

        A token is HMAC-SHA256 under it: equal values have equal tokens, and nobody without the
        secret can tell or try out what stands behind one.
        """
        info = f"parakh tokens {purpose}".encode()
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(self.pan_key)

    @classmethod
    def load(cls, path: Path) -> "Keys":
        """Reads a key file; raises Misconfigured when it is missing, open to others, or broken."""
        if not path.is_file():
            raise Misconfigured(f"no key file at {path}: run `parakh db upgrade`, or restore it")
        if path.stat().st_mode & 0o077:
            raise Misconfigured(f"{path} can be read by others: run `chmod 600 {path}`")
        try:
            content = json.loads(path.read_text())
            audit = base64.b64decode(content["audit"], validate=True)
            former, cards = content.get("former"), content.get("cards")
            return cls(
                master_id=str(content["id"]),
                master=_secret(content["master"]),
                audit=Ed25519PrivateKey.from_private_bytes(audit),
                former=(str(former["id"]), _secret(former["master"])) if former else None,
                cards=_secret(cards) if cards else None,
                path=path,
            )
        except (ValueError, KeyError, TypeError) as error:
            raise Misconfigured(f"{path} is not a key file: restore it from your backup") from error

    def save(self, path: Path) -> None:
        """Writes a file that only its owner can read; raises FileExistsError, never overwrites."""
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, self._content())

    def replace_file(self, path: Path) -> None:
        """Puts these in the place of the file's content, all or nothing."""
        beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        _write(beside, self._content())
        beside.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _content(self) -> dict[str, object]:
        content: dict[str, object] = {
            "id": self.master_id,
            "master": base64.b64encode(self.master).decode(),
            "audit": base64.b64encode(self.audit.private_bytes_raw()).decode(),
        }
        if self.former:
            own_id, master = self.former
            content["former"] = {"id": own_id, "master": base64.b64encode(master).decode()}
        if self.cards:
            content["cards"] = base64.b64encode(self.cards).decode()
        return content


def _write(path: Path, content: dict[str, object]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())


def _secret(text: str) -> bytes:
    return _of_length(base64.b64decode(text, validate=True))


def _of_length(master: bytes) -> bytes:
    if len(master) != 32:
        raise ValueError("a master key has 32 bytes")
    return master
