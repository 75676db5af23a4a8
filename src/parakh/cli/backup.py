"""Verbs for backups: key, create, verify, restore."""

from pathlib import Path
from typing import Any

import click

from parakh.cli.centre import as_json, opened, operator, print_json, settings
from parakh.errors import InvalidInput
from parakh.services import backup as backups
from parakh.services import backup_restore
from parakh.services.backup import Manifest
from parakh.store.sealed_stream import Identity, Lock, Opener, Passphrase, Recipient

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_PATH = click.Path(path_type=Path)

_identity = click.option("--key", "key", type=_FILE, help="File with the private key.")
_passphrase = click.option(
    "--passphrase-file", type=_FILE, help="File of mode 600 with the passphrase."
)


@click.group()
def backup() -> None:
    """Sealed backups of the whole centre, and the way back."""


@backup.command()
@click.argument("file", type=_PATH)
def key(file: Path) -> None:
    """Make a key pair: the private half goes into FILE, the public half is printed.

    Keep FILE away from the centre: whoever has it reads every backup made for it.
    """
    made = Identity.generate()
    made.save(file)
    click.echo(str(made.recipient))


@backup.command()
@click.argument("destination", type=_PATH)
@click.option("--for", "recipient", help="Public key for whose owner the backup is sealed.")
@_passphrase
@click.option(
    "--keys-for", help="Public key of who alone shall open the centre's own keys in the backup."
)
@click.option(
    "--keep",
    default=0,
    type=click.IntRange(0, 10_000),
    help="So many backups of a folder stay.",
)
@as_json
def create(
    destination: Path,
    recipient: str | None,
    passphrase_file: Path | None,
    keys_for: str | None,
    keep: int,
    as_json: bool,
) -> None:
    """Back the centre up while it works, into the file or folder DESTINATION."""
    lock = _lock(recipient, passphrase_file)
    with opened() as centre:
        made = backups.create(
            centre,
            operator(),
            destination,
            lock=lock,
            keys_lock=Recipient.parse(keys_for) if keys_for else None,
            keep=keep,
        )
    if as_json:
        told = {"path": str(made.path), "size": made.size, "removed": list(map(str, made.removed))}
        print_json(told | _told(made.manifest))
    else:
        _tell(made.manifest)
        click.echo(f"{made.path}: {made.size:,} bytes; {len(made.removed)} older ones removed")


@backup.command()
@click.argument("file", type=_FILE)
@_identity
@_passphrase
@as_json
def verify(file: Path, key: Path | None, passphrase_file: Path | None, as_json: bool) -> None:
    """Read the backup FILE to its end, and check every part. Exit code 1 when one is wrong."""
    manifest = backups.verify(file, _opener(key, passphrase_file))
    if as_json:
        print_json(_told(manifest))
    else:
        _tell(manifest)
        click.echo("the backup is whole")


@backup.command()
@click.argument("file", type=_FILE)
@_identity
@_passphrase
@click.option("--keys-key", type=_FILE, help="Private key for the centre's keys, if another.")
@click.option("--into", type=_PATH, help="Data folder, in place of the one that is set.")
@as_json
def restore(
    file: Path,
    key: Path | None,
    passphrase_file: Path | None,
    keys_key: Path | None,
    into: Path | None,
    as_json: bool,
) -> None:
    """Put the backup FILE into an empty data folder and database, and verify what came of it."""
    own = settings()
    restored = backup_restore.restore(
        file,
        own.model_copy(update={"data_dir": into}) if into else own,
        operator(),
        opener=_opener(key, passphrase_file),
        keys_opener=Identity.load(keys_key) if keys_key else None,
    )
    if as_json:
        more = {"audit_rows": restored.audit_rows, "files": restored.files}
        print_json(_told(restored.manifest) | more)
    else:
        _tell(restored.manifest)
        click.echo(
            f"restored with {restored.files} files; {restored.audit_rows:,} rows of the audit "
            "trail verified, all counts equal"
        )


def _lock(recipient: str | None, passphrase_file: Path | None) -> Lock:
    if recipient and not passphrase_file:
        return Recipient.parse(recipient)
    if passphrase_file and not recipient:
        return Passphrase.load(passphrase_file)
    raise InvalidInput("give either --for or --passphrase-file")


def _opener(key: Path | None, passphrase_file: Path | None) -> Opener:
    if key and not passphrase_file:
        return Identity.load(key)
    if passphrase_file and not key:
        return Passphrase.load(passphrase_file)
    raise InvalidInput("give either --key or --passphrase-file")


def _told(manifest: Manifest) -> dict[str, Any]:
    return {
        "made_at": manifest.made_at,
        "program": manifest.program,
        "database": manifest.database,
        "revision": manifest.revision,
        "audit_seq": manifest.audit_seq,
        "audit_hash": manifest.audit_hash,
        "rows": manifest.rows,
        "parts": len(manifest.parts),
    }


def _tell(manifest: Manifest) -> None:
    click.echo(
        f"{manifest.database}, revision {manifest.revision}, {manifest.made_at:%Y-%m-%d %H:%M:%S}"
        f" UTC: {manifest.rows:,} rows in {len(manifest.counts)} tables, "
        f"{len(manifest.parts)} parts, audit trail to row {manifest.audit_seq:,}"
    )
