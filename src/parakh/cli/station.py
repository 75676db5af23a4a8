"""Verbs for capture stations: the register, and the program that runs at a station."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from parakh.cli.centre import as_json, note, opened, operator, print_json
from parakh.cli.outbox import Outbox
from parakh.cli.program import Program
from parakh.cli.sender import Sender
from parakh.domain.station import StationKind
from parakh.domain.voyage import Direction
from parakh.errors import Misconfigured
from parakh.services import stations

_KIND = click.Choice([own.value for own in StationKind], case_sensitive=False)
_DIRECTION = click.Choice([Direction.ENTRY.value, Direction.EXIT.value], case_sensitive=False)
_FOLDER = click.Path(file_okay=False, path_type=Path)
_PAUSE = 0.1
_OUT = click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="New file for the key, readable by its owner only; it is not printed then.",
)


@click.group()
def station() -> None:
    """Capture stations: gates, desks and handhelds that send faces."""


@station.command("add")
@click.argument("name")
@click.option("--kind", required=True, type=_KIND)
@click.option("--port", required=True, help="Port code, of one of the units.")
@click.option("--lane", default="", help="Where it stands; a handheld names it each time.")
@click.option("--direction", type=_DIRECTION, help="Both, and named each time, if not given.")
@click.option("--owner", default="", help="Who answers for it; else you.")
@_OUT
def add_station(
    name: str, kind: str, port: str, lane: str, direction: str | None, owner: str, out: Path | None
) -> None:
    """Register a station NAME and print its key; it cannot be shown again."""
    with opened() as centre, _told(out) as tell:
        key = stations.register(
            centre,
            operator(),
            name=name,
            kind=StationKind(kind),
            port=port,
            lane=lane,
            direction=Direction(direction) if direction else None,
            owner=owner,
        )
        tell(key)


@contextmanager
def _told(out: Path | None) -> Iterator[Callable[[str], None]]:
    """Where a new key goes: a file, made before the key so that none is lost; else the terminal."""
    if out is None:
        yield click.echo
        return
    try:
        file = os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w")
    except OSError as error:
        raise Misconfigured(f"{out} cannot be made: {error.strerror}") from error
    try:
        with file:
            yield lambda key: print(key, file=file)
    except BaseException:
        out.unlink()
        raise


@station.command("list")
@click.option("--port", default="", help="Of this port only.")
@as_json
def list_stations(port: str, as_json: bool) -> None:
    """List all stations, revoked ones too: when each was heard, and how its day goes."""
    with opened() as centre:
        rows = [_row(own) for own in stations.every(centre, operator(), port.strip().upper())]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        place = f"{row['port']} {row['lane'] or '-'}"
        captures = f"{row['captures_today']} captures, {row['unfit_today']} not fit"
        said = ""
        if row["heard_at"] is not None and row["state"] != "revoked":
            camera = "works" if row["camera"] else "fails"
            clock = f"clock {row['clock_offset'] + 0.0:+.1f} s"
            said = f"; {row['waiting']} waiting, camera {camera}, {clock}"
        click.echo(
            f"{row['name']:20} {row['kind']:9} {place:12} {row['state']:11} {captures}{said}"
        )


def _row(row: stations.StationRow) -> dict[str, Any]:
    own, heard = row.station, row.station.heard
    state = "revoked" if own.revoked_at else "silent" if row.silent else "heard"
    if heard is None and state == "silent":
        state = "never heard"
    return {
        "id": own.id,
        "name": own.name,
        "kind": own.kind.value,
        "port": own.port,
        "lane": own.lane,
        "direction": own.direction.value if own.direction else None,
        "owner": own.owner,
        "state": state,
        "heard_at": heard.at if heard else None,
        "waiting": heard.waiting if heard else None,
        "camera": heard.camera if heard else None,
        "clock_offset": heard.clock_offset if heard else None,
        "captures_today": row.tally.captures,
        "unfit_today": row.tally.unfit,
    }


@station.command("rekey")
@click.argument("name")
@_OUT
def rekey_station(name: str, out: Path | None) -> None:
    """Give the station NAME another key and print it; the one before is refused from now on."""
    with opened() as centre, _told(out) as tell:
        actor = operator()
        tell(stations.rekey(centre, actor, stations.named(centre, actor, name)))


@station.command("revoke")
@click.argument("name")
def revoke_station(name: str) -> None:
    """Refuse the key of the station NAME from now on."""
    with opened() as centre:
        actor = operator()
        stations.revoke(centre, actor, stations.named(centre, actor, name))
    click.echo("revoked")


@station.command("run")
@click.option("--centre", required=True, help="Address, such as https://centre.example.")
@click.option(
    "--key-file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with the station's key, readable by its owner only.",
)
@click.option("--spool", required=True, type=_FOLDER, help="Folder of the queue.")
@click.option("--watch", type=_FOLDER, help="Folder where the camera's software drops captures.")
@click.option(
    "--camera-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File that the camera's software touches every minute while the camera works.",
)
def run_station(
    centre: str, key_file: Path, spool: Path, watch: Path | None, camera_file: Path | None
) -> None:
    """Send captures to the centre from the station itself, and queue them while it is away.

    The queue is sealed with the station's key; former keys, on further lines of the file, open
    what waits since before. Runs until it is stopped.
    """
    key, *former = read_keys(key_file)
    outbox = Outbox(spool, key, former=former, say=note)
    program = Program(Sender(centre, key), outbox, watch=watch, camera=camera_file, say=note)
    stop = threading.Event()
    beats = threading.Thread(target=program.beat_on, args=(stop,), daemon=True)
    beats.start()
    note("working; stop with Ctrl-C")
    try:
        while True:
            if not program.step():
                stop.wait(_PAUSE)
    except KeyboardInterrupt:
        note("stopping")
    finally:
        stop.set()


def read_keys(path: Path) -> list[str]:
    """The station's key in a file, and former ones on the lines below it.

    Raises Misconfigured when others can read the file, or a line of it is no key.
    """
    if path.stat().st_mode & 0o077:
        raise Misconfigured(f"{path} can be read by others: run `chmod 600 {path}`")
    keys = path.read_text().split()
    if not keys or not all(key.startswith(stations.PREFIX) for key in keys):
        raise Misconfigured(
            f"{path} holds no station's key ({stations.PREFIX}…), or more than keys"
        )
    return keys
