"""Long files sealed by a passphrase, or for a public key, whose owner alone opens them.

After age (C2SP specification `age.md`): a random file key seals the content, and a lock seals the
file key. The file is

1. the line `parakh-sealed/1`;
2. one line of JSON, the lock: `{"kind": "x25519", "ephemeral": …, "wrapped": …}` or
   `{"kind": "scrypt", "salt": …, "log_n": 17, "wrapped": …}`, bytes in base64. The wrapping key is
   HKDF-SHA256 (RFC 5869) of the X25519 secret (RFC 7748), salted with both public keys, or scrypt
   (RFC 7914) with r = 8, p = 1; it wraps one file key only, by AES-256-GCM with a nonce of zeros;
3. chunks of 64 KiB, the last one shorter or equal, each sealed by AES-256-GCM under
   HKDF-SHA256(file key) with the nonce `counter (11 bytes, big-endian) | 1 at the last, else 0`
   and the first two lines' SHA-256 as associated data (STREAM: Hoang, Reyhanitabar, Rogaway and
   Vizár, 2015). So nothing can be changed, cut off, or put into another order unnoticed.
"""

import base64
import io
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Protocol

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from parakh.errors import InvalidInput, Misconfigured, Unreadable

MAGIC = b"parakh-sealed/1\n"
CHUNK = 64 * 1024
_TAG = 16
_LINE = 4096
LOG_N = 17
"""Cost of scrypt: 128 MiB and some 0.4 s a try."""

MOST_LOG_N = 20
"""A file that asks for more is refused: it would fill memory."""

PUBLIC, PRIVATE = "parakh-public:", "parakh-private:"
"""Beginnings of the two halves of a key, so that nobody takes one for the other."""

Stanza = Mapping[str, str | int]


class Lock(Protocol):
    """Somebody for whom files are sealed."""

    def wrap(self, file_key: bytes) -> Stanza:
        """The file key as only he can open it."""


class Opener(Protocol):
    """Somebody who opens files."""

    def unwrap(self, stanza: Stanza) -> bytes:
        """The file key; raises Unreadable when the file was not sealed for him."""


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """The public half of a key: it seals and cannot open."""

    key: X25519PublicKey

    @classmethod
    def parse(cls, text: str) -> "Recipient":
        """From its text; raises InvalidInput."""
        raw = _decoded(text.strip(), PUBLIC)
        return cls(key=X25519PublicKey.from_public_bytes(raw))

    def __str__(self) -> str:
        return PUBLIC + _text(self.key.public_bytes_raw())

    def wrap(self, file_key: bytes) -> Stanza:
        """Seals a file key by a fresh X25519 exchange."""
        own = X25519PrivateKey.generate()
        ephemeral = own.public_key().public_bytes_raw()
        wrapping = _exchanged(own.exchange(self.key), ephemeral, self.key)
        wrapped = AESGCM(wrapping).encrypt(bytes(12), file_key, None)
        return {"kind": "x25519", "ephemeral": _text(ephemeral), "wrapped": _text(wrapped)}


@dataclass(frozen=True, kw_only=True)
class Identity:
    """The private half of a key; never logged."""

    key: X25519PrivateKey

    @classmethod
    def generate(cls) -> "Identity":
        """A new key."""
        return cls(key=X25519PrivateKey.generate())

    @classmethod
    def load(cls, path: Path) -> "Identity":
        """From its file; raises Misconfigured when it is missing, open to others, or no key."""
        try:
            raw = _decoded(_secret(path), PRIVATE)
        except InvalidInput as error:
            raise Misconfigured(f"{path} holds no private key of this program") from error
        return cls(key=X25519PrivateKey.from_private_bytes(raw))

    def __repr__(self) -> str:
        return f"Identity({self.recipient})"

    @property
    def recipient(self) -> Recipient:
        """The public half."""
        return Recipient(key=self.key.public_key())

    def save(self, path: Path) -> None:
        """Writes a new file of mode 600; raises Misconfigured where there is one."""
        text = f"{PRIVATE}{_text(self.key.private_bytes_raw())}\n"
        try:
            path.touch(mode=0o600, exist_ok=False)
        except FileExistsError as error:
            raise Misconfigured(f"{path} is there already: a key is never overwritten") from error
        path.write_text(text)

    def unwrap(self, stanza: Stanza) -> bytes:
        """The file key of a file sealed for the public half."""
        if stanza.get("kind") != "x25519":
            raise Unreadable("the file was sealed by a passphrase, not for a key")
        ephemeral = _bytes(stanza, "ephemeral")
        shared = self.key.exchange(X25519PublicKey.from_public_bytes(ephemeral))
        wrapping = _exchanged(shared, ephemeral, self.key.public_key())
        return _unwrapped(wrapping, stanza, "the file was sealed for another key")


@dataclass(frozen=True, kw_only=True)
class Passphrase:
    """A passphrase that seals and opens; never logged."""

    text: str

    @classmethod
    def load(cls, path: Path) -> "Passphrase":
        """From a file; raises Misconfigured when it is missing, open to others, or short."""
        text = _secret(path)
        if len(text) < 12:
            raise Misconfigured(f"{path}: a passphrase has at least 12 characters")
        return cls(text=text)

    def __repr__(self) -> str:
        return "Passphrase()"

    def wrap(self, file_key: bytes) -> Stanza:
        """Seals a file key under a key derived from the passphrase and a fresh salt."""
        salt = secrets.token_bytes(16)
        wrapped = AESGCM(self._derived(salt, LOG_N)).encrypt(bytes(12), file_key, None)
        return {"kind": "scrypt", "salt": _text(salt), "log_n": LOG_N, "wrapped": _text(wrapped)}

    def unwrap(self, stanza: Stanza) -> bytes:
        """The file key of a file sealed by this passphrase."""
        log_n = stanza.get("log_n")
        if stanza.get("kind") != "scrypt":
            raise Unreadable("the file was sealed for a key, not by a passphrase")
        if not isinstance(log_n, int) or not 1 <= log_n <= MOST_LOG_N:
            raise Unreadable("the file asks for more memory than it should")
        wrapping = self._derived(_bytes(stanza, "salt"), log_n)
        return _unwrapped(wrapping, stanza, "the passphrase is another one")

    def _derived(self, salt: bytes, log_n: int) -> bytes:
        return Scrypt(salt=salt, length=32, n=2**log_n, r=8, p=1).derive(self.text.encode())


class SealedWriter(io.RawIOBase):
    """Seals what is written to it, and writes that to a file, which stays open."""

    def __init__(self, file: BinaryIO, lock: Lock) -> None:
        file_key = secrets.token_bytes(32)
        head = MAGIC + orjson.dumps(dict(lock.wrap(file_key))) + b"\n"
        file.write(head)
        self._file = file
        self._chunks = _Chunks(file_key, head)
        self._waiting = bytearray()

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, data: object) -> int:
        """Takes all of it."""
        given = memoryview(data).cast("B")  # type: ignore[arg-type]
        self._waiting += given
        # The last chunk is marked, so that one is held back until it is known to be no last one.
        while len(self._waiting) > CHUNK:
            self._file.write(self._chunks.seal(bytes(self._waiting[:CHUNK]), last=False))
            del self._waiting[:CHUNK]
        return len(given)

    def close(self) -> None:
        """Writes the last chunk."""
        if not self.closed:
            self._file.write(self._chunks.seal(bytes(self._waiting), last=True))
        super().close()


class SealedReader(io.RawIOBase):
    """Opens a sealed file as it is read; raises Unreadable where it is not as it was written."""

    def __init__(self, file: BinaryIO, opener: Opener) -> None:
        magic, line = file.readline(_LINE), file.readline(_LINE)
        if magic != MAGIC or not line.endswith(b"\n"):
            raise Unreadable("this is no file sealed by this program, or of a later version")
        self._file = file
        self._chunks = _Chunks(opener.unwrap(_stanza(line)), magic + line)
        self._next = file.read(CHUNK + _TAG)
        self._open = b""
        self._ended = False

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fills the buffer as far as the chunk in hand goes; 0 at the end."""
        into = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        while not self._open and not self._ended:
            sealed, self._next = self._next, self._file.read(CHUNK + _TAG)
            self._ended = not self._next
            self._open = self._chunks.open(sealed, last=self._ended)
        count = min(len(into), len(self._open))
        into[:count] = self._open[:count]
        self._open = self._open[count:]
        return count


class _Chunks:
    """Seals or opens the chunks of one file in their order."""

    def __init__(self, file_key: bytes, head: bytes) -> None:
        derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"parakh sealed chunks")
        self._cipher = AESGCM(derivation.derive(file_key))
        self._about = sha256(head).digest()
        self._counter = 0

    def seal(self, data: bytes, *, last: bool) -> bytes:
        return self._cipher.encrypt(self._nonce(last), data, self._about)

    def open(self, data: bytes, *, last: bool) -> bytes:
        try:
            return self._cipher.decrypt(self._nonce(last), data, self._about)
        except (InvalidTag, ValueError) as error:
            raise Unreadable("the sealed file was altered or cut off") from error

    def _nonce(self, last: bool) -> bytes:
        nonce = self._counter.to_bytes(11, "big") + bytes([last])
        self._counter += 1
        return nonce


def _exchanged(shared: bytes, ephemeral: bytes, recipient: X25519PublicKey) -> bytes:
    salt = ephemeral + recipient.public_bytes_raw()
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"parakh sealed x25519").derive(
        shared
    )


def _unwrapped(wrapping: bytes, stanza: Stanza, cause: str) -> bytes:
    try:
        return AESGCM(wrapping).decrypt(bytes(12), _bytes(stanza, "wrapped"), None)
    except InvalidTag as error:
        raise Unreadable(cause) from error


def _stanza(line: bytes) -> Stanza:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise Unreadable("the sealed file's lock cannot be read") from error
    if not isinstance(found, dict):
        raise Unreadable("the sealed file's lock cannot be read")
    return found


def _bytes(stanza: Stanza, name: str) -> bytes:
    try:
        found = base64.b64decode(str(stanza[name]), validate=True)
    except (KeyError, ValueError) as error:
        raise Unreadable("the sealed file's lock cannot be read") from error
    if name == "ephemeral" and len(found) != 32:
        raise Unreadable("the sealed file's lock cannot be read")
    return found


def _decoded(text: str, start: str) -> bytes:
    try:
        raw = base64.b64decode(text.removeprefix(start), validate=True)
    except ValueError:
        raw = b""
    if not text.startswith(start) or len(raw) != 32:
        raise InvalidInput(f"a key begins with {start} and has 32 bytes in base64")
    return raw


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _secret(path: Path) -> str:
    """The text of a file that only its owner can read."""
    try:
        if path.stat().st_mode & 0o077:
            raise Misconfigured(f"{path} can be read by others: run `chmod 600 {path}`")
        return path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path} cannot be read") from error
