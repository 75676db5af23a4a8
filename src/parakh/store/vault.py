"""Envelope encryption of pictures and templates: AES-256-GCM (NIST SP 800-38D).

Every purpose (such as one gallery) has its own data key, wrapped by the master key and kept in the
`data_key` table; deleting that row erases all that was sealed under it.
"""

import secrets

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from parakh.errors import Misconfigured
from parakh.store.keys import Keys
from parakh.store.tables import data_key

_NONCE = 12


class Vault:
    """Seals and opens bytes.

    `context` (a row's identifier) is authenticated, so that sealed rows cannot be swapped. Both
    raise Misconfigured when the purpose's key is gone or wrong.
    """

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._ciphers: dict[str, AESGCM] = {}

    def create_key(self, connection: sa.Connection, purpose: str) -> None:
        """Makes the purpose's data key; one that is there must be the master key's."""
        query = sa.select(data_key.c.purpose).where(data_key.c.purpose == purpose)
        if connection.execute(query).first() is not None:
            self._cipher(connection, purpose)
            return
        wrapped = _encrypt(AESGCM(self._keys.master), secrets.token_bytes(32), purpose)
        connection.execute(
            data_key.insert().values(purpose=purpose, master=self._keys.master_id, wrapped=wrapped)
        )

    def seal(self, connection: sa.Connection, purpose: str, context: str, data: bytes) -> bytes:
        """Encrypts `data` under the purpose's key."""
        return _encrypt(self._cipher(connection, purpose), data, context)

    def open(self, connection: sa.Connection, purpose: str, context: str, sealed: bytes) -> bytes:
        """Decrypts; raises Misconfigured, too, when the bytes were altered."""
        return _decrypt(self._cipher(connection, purpose), sealed, context, purpose)

    def _cipher(self, connection: sa.Connection, purpose: str) -> AESGCM:
        if purpose not in self._ciphers:
            row = connection.execute(
                sa.select(data_key).where(data_key.c.purpose == purpose)
            ).one_or_none()
            if row is None:
                raise Misconfigured(f"the key for {purpose} is gone: what it sealed is lost")
            if row.master != self._keys.master_id:
                raise Misconfigured(
                    f"{purpose} was sealed under master key {row.master}, "
                    f"but the key file holds {self._keys.master_id}"
                )
            key = _decrypt(AESGCM(self._keys.master), row.wrapped, purpose, purpose)
            self._ciphers[purpose] = AESGCM(key)
        return self._ciphers[purpose]


def _encrypt(cipher: AESGCM, data: bytes, context: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + cipher.encrypt(nonce, data, context.encode())


def _decrypt(cipher: AESGCM, sealed: bytes, context: str, purpose: str) -> bytes:
    try:
        return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], context.encode())
    except (InvalidTag, ValueError) as error:
        raise Misconfigured(f"{purpose}: wrong key, or the stored bytes were altered") from error
