"""Envelope encryption of pictures and templates: AES-256-GCM (NIST SP 800-38D).

Every purpose (such as one gallery) has its own data key, wrapped by the master key and kept in the
`data_key` table; deleting that row erases all that was sealed under it. Data keys are read from
their row each time and never kept: a key that another process replaced or destroyed is at once
replaced or destroyed here.
"""

import secrets
from collections.abc import Callable

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from parakh.errors import Misconfigured
from parakh.store.keys import Keys
from parakh.store.tables import data_key

Opener = Callable[[str, bytes], bytes]
"""Takes a context and what was sealed with it, and gives what was sealed."""

_NONCE = 12
_ADDED = sa.text(
    "INSERT INTO data_key (purpose, master, wrapped) VALUES (:purpose, :master, :wrapped) "
    "ON CONFLICT (purpose) DO NOTHING"
)


class Vault:
    """Seals and opens bytes.

    `context` (a row's identifier) is authenticated, so that sealed rows cannot be swapped. All
    raise Misconfigured when the purpose's key is gone or wrong.
    """

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    # --- bytes --------------------------------------------------------------------------------

    def seal(self, connection: sa.Connection, purpose: str, context: str, data: bytes) -> bytes:
        """Encrypts `data` under the purpose's key.

        The key cannot be replaced before the transaction ends: else what is sealed here could be
        missed by whoever seals everything anew.
        """
        return _encrypt(self._ciphers(connection, purpose, share=True)[0], data, context)

    def open(self, connection: sa.Connection, purpose: str, context: str, sealed: bytes) -> bytes:
        """Decrypts; raises Misconfigured, too, when the bytes were altered."""
        return self.opener(connection, purpose)(context, sealed)

    def opener(self, connection: sa.Connection, purpose: str) -> Opener:
        """Decrypts many, with one look for the key."""
        ciphers = self._ciphers(connection, purpose)

        def opened(context: str, sealed: bytes) -> bytes:
            # While a key is replaced, what is not sealed anew yet opens under the one before.
            for cipher in ciphers[:-1]:
                found = _tried(cipher, sealed, context)
                if found is not None:
                    return found
            return _decrypt(ciphers[-1], sealed, context, purpose)

        return opened

    def sealer(self, connection: sa.Connection, purpose: str) -> "Sealer":
        """Seals and opens under the key now in force, without further looks for it.

        For a copy of what the database holds: once the key was replaced, the copy cannot be opened
        any more and is made anew.
        """
        return Sealer(self._ciphers(connection, purpose)[0], purpose)

    def reseal(
        self, connection: sa.Connection, purpose: str, context: str, sealed: bytes
    ) -> bytes | None:
        """The same sealed under the key in force; None for what is so already."""
        now, *former = self._ciphers(connection, purpose)
        if not former or _tried(now, sealed, context) is not None:
            return None
        return _encrypt(now, _decrypt(former[0], sealed, context, purpose), context)

    # --- data keys ----------------------------------------------------------------------------

    def create_key(self, connection: sa.Connection, purpose: str) -> None:
        """Makes the purpose's data key; one that is there must be the master key's."""
        known = sa.select(data_key.c.purpose).where(data_key.c.purpose == purpose)
        if connection.execute(known).first() is not None:
            self._ciphers(connection, purpose)
            return
        connection.execute(_ADDED, {"purpose": purpose, **self._wrapped_new(connection, purpose)})

    def destroy_key(self, connection: sa.Connection, purpose: str) -> bool:
        """Destroys a data key, and with it all that it sealed; False when there was none."""
        gone = connection.execute(data_key.delete().where(data_key.c.purpose == purpose))
        return gone.rowcount > 0

    def begin_rotation(self, connection: sa.Connection, purpose: str) -> bool:
        """Puts a new data key in force, and keeps the old one until all is sealed anew.

        False when an earlier rotation is not over yet, which is gone on with then.
        """
        row = self._row(connection, purpose, lock=True)
        if row.former is not None:
            return False
        new = self._wrapped_new(connection, purpose)
        connection.execute(
            data_key.update().where(data_key.c.purpose == purpose).values(**new, former=row.wrapped)
        )
        return True

    def end_rotation(self, connection: sa.Connection, purpose: str) -> None:
        """Destroys the key before; whatever is still sealed under it is lost."""
        connection.execute(
            data_key.update().where(data_key.c.purpose == purpose).values(former=None)
        )

    def rotating(self, connection: sa.Connection) -> set[str]:
        """The purposes of which a former key is still kept."""
        query = sa.select(data_key.c.purpose).where(data_key.c.former.is_not(None))
        return set(connection.execute(query).scalars())

    def rewrap(self, connection: sa.Connection) -> int:
        """Wraps every data key under the master key in force; gives how many were not yet."""
        self._keys = self._keys.again()
        now = AESGCM(self._keys.master)
        rows = connection.execute(sa.select(data_key).with_for_update()).all()
        old = [row for row in rows if row.master != self._keys.master_id]
        for row in old:
            before = AESGCM(self._master(row.master, row.purpose))
            wrapped = {
                name: _encrypt(now, _decrypt(before, kept, row.purpose, row.purpose), row.purpose)
                for name, kept in (("wrapped", row.wrapped), ("former", row.former))
                if kept is not None
            }
            connection.execute(
                data_key.update()
                .where(data_key.c.purpose == row.purpose)
                .values(master=self._keys.master_id, **wrapped)
            )
        return len(old)

    # --- within -------------------------------------------------------------------------------

    def _ciphers(
        self, connection: sa.Connection, purpose: str, *, share: bool = False
    ) -> list[AESGCM]:
        """The data key in force, and the one before where there still is one."""
        row = self._row(connection, purpose, share=share)
        master = AESGCM(self._master(row.master, purpose))
        kept = [own for own in (row.wrapped, row.former) if own is not None]
        return [AESGCM(_decrypt(master, own, purpose, purpose)) for own in kept]

    def _row(
        self, connection: sa.Connection, purpose: str, *, share: bool = False, lock: bool = False
    ) -> sa.Row[tuple[object, ...]]:
        query = sa.select(data_key).where(data_key.c.purpose == purpose)
        if share or lock:
            query = query.with_for_update(read=share)
        row = connection.execute(query).one_or_none()
        if row is None:
            raise Misconfigured(f"the key for {purpose} is gone: what it sealed is lost")
        return row

    def _master(self, master_id: str, purpose: str) -> bytes:
        """The master key of that name; the key file is read again when it was rotated meanwhile."""
        if master_id not in self._keys.masters:
            self._keys = self._keys.again()
        if master_id not in self._keys.masters:
            raise Misconfigured(
                f"{purpose} was sealed under master key {master_id}, "
                f"but the key file holds {self._keys.master_id}"
            )
        return self._keys.masters[master_id]

    def _wrapped_new(self, connection: sa.Connection, purpose: str) -> dict[str, object]:
        """A new data key, wrapped by the master key that the others are wrapped by.

        Whoever rotates the master key changes them all; until this transaction ends he waits, so
        that no key is made meanwhile under a master key that is about to go.
        """
        query = sa.select(data_key.c.master).order_by(data_key.c.purpose).limit(1)
        master_id = connection.execute(query.with_for_update(read=True)).scalar()
        own_id = self._keys.master_id if master_id is None else str(master_id)
        master = AESGCM(self._master(own_id, purpose))
        return {"master": own_id, "wrapped": _encrypt(master, secrets.token_bytes(32), purpose)}


class Sealer:
    """One key, bound to a purpose; may be used from several threads."""

    def __init__(self, cipher: AESGCM, purpose: str) -> None:
        self._cipher = cipher
        self._purpose = purpose

    def seal(self, context: str, data: bytes) -> bytes:
        """Encrypts."""
        return _encrypt(self._cipher, data, context)

    def open(self, context: str, sealed: bytes) -> bytes:
        """Decrypts; raises Misconfigured when the bytes were altered or sealed by another key."""
        return _decrypt(self._cipher, sealed, context, self._purpose)


def _encrypt(cipher: AESGCM, data: bytes, context: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + cipher.encrypt(nonce, data, context.encode())


def _tried(cipher: AESGCM, sealed: bytes, context: str) -> bytes | None:
    try:
        return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], context.encode())
    except (InvalidTag, ValueError):
        return None


def _decrypt(cipher: AESGCM, sealed: bytes, context: str, purpose: str) -> bytes:
    found = _tried(cipher, sealed, context)
    if found is None:
        raise Misconfigured(f"{purpose}: wrong key, or the stored bytes were altered")
    return found
