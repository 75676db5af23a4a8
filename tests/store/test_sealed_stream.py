from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.errors import InvalidInput, Misconfigured, Unreadable
from parakh.store import sealed_stream
from parakh.store.sealed_stream import (
    CHUNK,
    Identity,
    Lock,
    Opener,
    Passphrase,
    Recipient,
    SealedReader,
    SealedWriter,
)

OWN, OTHER = Identity.generate(), Identity.generate()
SENTENCE = Passphrase(text="correct horse battery")


@pytest.fixture(autouse=True)
def cheap_scrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed_stream, "LOG_N", 4)


def seal(data: bytes, lock: Lock = OWN.recipient) -> bytes:
    file = BytesIO()
    with SealedWriter(file, lock) as writer:
        writer.write(data)
    return file.getvalue()


def unseal(data: bytes, opener: Opener = OWN) -> bytes:
    return SealedReader(BytesIO(data), opener).read()


@pytest.mark.parametrize(("lock", "opener"), [(OWN.recipient, OWN), (SENTENCE, SENTENCE)])
@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_what_is_sealed_is_opened(lock: Lock, opener: Opener, size: int) -> None:
    data = bytes(n % 251 for n in range(size))
    sealed = seal(data, lock)
    assert unseal(sealed, opener) == data
    assert data[:64] not in sealed or size < 16


@given(st.lists(st.binary(max_size=400), max_size=8))
def test_pieces_are_joined(pieces: list[bytes]) -> None:
    file = BytesIO()
    with SealedWriter(file, OWN.recipient) as writer:
        for piece in pieces:
            writer.write(piece)
    assert unseal(file.getvalue()) == b"".join(pieces)


SEALED = seal(b"x" * (2 * CHUNK + 10))
HEAD = SEALED.index(b"}\n") + 2
BLOCK = CHUNK + 16


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(SEALED[:-1], id="a byte is missing"),
        pytest.param(SEALED[: HEAD + BLOCK], id="cut off between chunks"),
        pytest.param(SEALED[:HEAD], id="nothing but the lock"),
        pytest.param(SEALED + b"x", id="a byte too many"),
        pytest.param(SEALED[:-1] + bytes([SEALED[-1] ^ 1]), id="the last bit turned"),
        pytest.param(
            SEALED[:HEAD] + SEALED[HEAD + BLOCK : HEAD + 2 * BLOCK] + SEALED[HEAD : HEAD + BLOCK]
            + SEALED[HEAD + 2 * BLOCK :],
            id="chunks in another order",
        ),
        pytest.param(SEALED.replace(b"parakh-sealed/1", b"parakh-sealed/2"), id="another version"),
        pytest.param(SEALED[:HEAD].replace(b"x25519", b"x25518") + SEALED[HEAD:], id="the lock"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"parakh-sealed/1\n[]\n", id="no lock"),
        pytest.param(b'parakh-sealed/1\n{"kind":"x25519","ephemeral":"AA=="}\n', id="a short key"),
    ],
)  # fmt: skip
def test_what_was_altered_is_refused(broken: bytes) -> None:
    with pytest.raises(Unreadable):
        unseal(broken)


@pytest.mark.parametrize(
    ("lock", "opener", "cause"),
    [
        (OWN.recipient, OTHER, "another key"),
        (OWN.recipient, SENTENCE, "not by a passphrase"),
        (SENTENCE, OWN, "by a passphrase"),
        (SENTENCE, Passphrase(text="incorrect horse"), "another one"),
    ],
)
def test_only_who_it_was_sealed_for_opens_it(lock: Lock, opener: Opener, cause: str) -> None:
    with pytest.raises(Unreadable, match=cause):
        unseal(seal(b"secret", lock), opener)


def test_a_file_cannot_ask_for_all_memory() -> None:
    sealed = seal(b"secret", SENTENCE).replace(b'"log_n":4', b'"log_n":40')
    with pytest.raises(Unreadable, match="more memory"):
        unseal(sealed, SENTENCE)


def test_keys_are_kept_in_files(tmp_path: Path) -> None:
    path = tmp_path / "key"
    OWN.save(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert unseal(seal(b"x", Recipient.parse(str(OWN.recipient))), Identity.load(path)) == b"x"
    with pytest.raises(Misconfigured, match="never overwritten"):
        OTHER.save(path)
    path.chmod(0o644)
    with pytest.raises(Misconfigured, match="chmod 600"):
        Identity.load(path)


@pytest.mark.parametrize("text", ["", "parakh-public:AA==", "parakh-private:" + "A" * 44, "é"])
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        Recipient.parse(text)


def test_a_short_passphrase_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sentence"
    path.touch(mode=0o600)
    path.write_text("short\n")
    with pytest.raises(Misconfigured, match="12 characters"):
        Passphrase.load(path)
