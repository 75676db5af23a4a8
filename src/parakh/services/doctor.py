"""Examines an installation: what is there, what is missing, and what to do about it."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import sqlalchemy as sa

from parakh.clock import utc_now
from parakh.errors import Misconfigured, ParakhError
from parakh.faces import selftest
from parakh.faces.backends import Choice, cores
from parakh.faces.catalogue import SFACE, YUNET
from parakh.faces.extract import FaceEngine
from parakh.faces.weights import load_weights
from parakh.services import oidc_sign_in, sftp
from parakh.services.centre import Centre
from parakh.services.connector_file import connector_setups
from parakh.services.oidc import Provider
from parakh.services.oidc_config import ProviderConfig, provider_config
from parakh.services.pull_sources import PullSource, pull_sources
from parakh.settings import Settings
from parakh.store import connectors, messages, people, schema
from parakh.store.database import Database
from parakh.store.keys import Keys

_PACKAGES = (
    "sqlalchemy",
    "fastapi",
    "onnxruntime",
    "openvino",
    "numkong",
    "opencv-python-headless",
)
_LEAST_FREE = 2 * 2**30


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One thing that was looked at; `remedy` says what to do when it is not `ok`."""

    name: str
    ok: bool
    found: str
    remedy: str = ""


def examine(settings: Settings) -> list[Check]:
    """All checks, in the order in which they build on each other; never raises."""
    return list(_checks(settings))


def _checks(settings: Settings) -> Iterator[Check]:
    python = ".".join(map(str, sys.version_info[:3]))
    yield Check(
        name="python",
        ok=sys.version_info >= (3, 11),
        found=python,
        remedy="Install Python 3.11 or newer.",
    )
    for package in _PACKAGES:
        yield _package(package)
    yield _variables()
    yield _space(settings)
    yield _try("keys", lambda: repr(Keys.load(settings.keys_path)), "Run `parakh db upgrade`.")
    database = _try("database", lambda: _database(settings), "Run `parakh db upgrade`.")
    yield database
    if database.ok:  # of another revision nothing can be said, and no other advice would help
        yield _try("units", lambda: _units(settings), "Run `parakh unit add NAME --central`.")
        yield _try("queue", lambda: _queue(settings), "Look at the server's log.")
    yield from _pulls(settings)
    yield _try("connectors", lambda: _connectors(settings), "See docs/connectors.md.")
    yield from sign_in(settings)
    yield from _faces(settings)


def _faces(settings: Settings) -> Iterator[Check]:
    """The face models: their files, what runs them and how fast, and whether they hold good."""
    for model in (YUNET, SFACE):
        yield _try(
            f"model {model.id}",
            lambda model=model: (  # type: ignore[misc]
                f"{len(load_weights(model, settings.data_dir / 'models')):,} bytes, hash as pinned"
            ),
            "Install the locked dependencies again: `make install`.",
        )
    try:
        engine = FaceEngine.open(
            settings.data_dir / "models",
            settings.face_catalogue,
            threads=min(4, cores()),  # as the centre does, whose measurement this is
            backend=settings.face_backend,
        )
    except ParakhError as error:
        remedy = "See docs/faces.md, Another model."
        yield Check(name="face engine", ok=False, found=str(error), remedy=remedy)
        return
    for run in engine.runs:
        yield Check(name=f"engine {run.model}", ok=True, found=_speed(run))
    for test in engine.tests or (selftest.examine(engine.detector, engine.embedder.raw),):
        faults = test.faults(engine.embedder.model)
        yield Check(
            name=f"self-test {test.model}",
            ok=not faults,
            found="; ".join(faults or test.lines()[:1]).removeprefix(f"{test.model}: "),
            remedy="Install the locked dependencies again: `make install`.",
        )
    cohort = engine.embedder.model.cohort
    if cohort is not None:
        made = f"of {cohort.persons:,} persons, made on {cohort.made_at:%Y-%m-%d}"
        yield Check(name="cohort", ok=True, found=f"{cohort.sha256[:8]} {made}")
    yield Check(
        name="presentation attacks",
        ok=True,  # a centre may do without; it must know
        found=engine.pad_method or "not evaluated by picture: no model is installed",
    )


def _speed(run: Choice) -> str:
    """What runs a model, its milliseconds, and those of the others that were tried."""
    of = "one picture" if run.batch == 1 else "a face and its mirror image"
    others = [
        f"{name} {spent:.1f}" for name, spent in run.milliseconds.items() if name != run.backend
    ]
    told = f"{run.backend}, {run.milliseconds[run.backend]:.1f} ms for {of}"
    return f"{told} ({', '.join(others)})" if others else told


def _pulls(settings: Settings) -> Iterator[Check]:
    """Each server that messages are fetched from, as it answers now."""
    remedy = "See docs/operating.md, Fetching from SFTP servers."
    try:
        sources = pull_sources(settings)
    except Misconfigured as error:
        yield Check(name="pull", ok=False, found=str(error), remedy=remedy)
        return
    for source in sources:
        yield _try(f"pull {source.name}", lambda source=source: _pull(source), remedy)  # type: ignore[misc]


def sign_in(settings: Settings) -> Iterator[Check]:
    """The agency's OpenID provider as it answers now, and the units that its mapping names."""
    remedy = "See docs/signing-in.md, Signing in at the agency."
    try:
        config = provider_config(settings)
    except Misconfigured as error:
        yield Check(name="sign-in provider", ok=False, found=str(error), remedy=remedy)
        return
    if config is not None:
        yield _try("sign-in provider", lambda: _provider(config), remedy)
        yield _try("sign-in mapping", lambda: _mapping(settings, config), remedy)


def _provider(config: ProviderConfig) -> str:
    config.secret()
    keys = Provider(config, utc_now).check()
    return f"{config.issuer} answers, with {keys} keys"


def _mapping(settings: Settings, config: ProviderConfig) -> str:
    centre = Centre.open(settings)
    try:
        with centre.db.read() as connection:
            unknown = oidc_sign_in.unknown_units(connection, config)
    finally:
        centre.close()
    if unknown:
        raise ParakhError(f"it names units that are not here: {', '.join(unknown)}")
    return f"{len(config.grants)} groups, all their units are here"


def _pull(source: PullSource) -> str:
    try:
        with sftp.connected(source) as remote:
            return f"{len(remote.look())} files at {source.host}"
    except Misconfigured as error:
        raise Misconfigured(str(error).removeprefix(f"{source.name}: ")) from error


def _connectors(settings: Settings) -> str:
    """The file of linked systems, and who of them is in force; asks none of them."""
    setups = connector_setups(settings)
    centre = Centre.open(settings)
    try:
        with centre.db.read() as connection:
            agreed = {own.name: own for own in connectors.all_of(connection)}
        for own in setups:
            centre.linked.get(own.name)
    finally:
        centre.close()
    waiting = [
        own.name
        for own in setups
        if own.name not in agreed or agreed[own.name].agreed != own.digest
    ]
    told = f"{len(setups)} linked"
    return f"{told}, not in force: {', '.join(waiting)}" if waiting else told


def _package(name: str) -> Check:
    try:
        return Check(name=name, ok=True, found=version(name))
    except PackageNotFoundError:
        return Check(name=name, ok=False, found="missing", remedy="Run `make install`.")


def _variables() -> Check:
    known = {f"PARAKH_{name.upper()}" for name in Settings.model_fields}
    strange = sorted(
        name for name in os.environ if name.startswith("PARAKH_") and name not in known
    )
    return Check(
        name="settings",
        ok=not strange,
        found=f"unknown: {', '.join(strange)}" if strange else "every PARAKH_ variable is known",
        remedy="Correct the name; docs/configuration.md lists them all.",
    )


def _space(settings: Settings) -> Check:
    folder = settings.data_dir
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    return Check(
        name="disk",
        ok=free >= _LEAST_FREE,
        found=f"{free / 2**30:.1f} GiB free at {settings.data_dir}",
        remedy="Free space, or set PARAKH_DATA_DIR to a larger disk.",
    )


def _database(settings: Settings) -> str:
    database = Database(settings.url, Keys.load(settings.keys_path))
    try:
        found = schema.state(database)
    finally:
        database.close()
    if not found.fit.works:
        raise ParakhError(found.advice)
    return f"{sa.make_url(settings.url).get_backend_name()}, revision {found.current}"


def _units(settings: Settings) -> str:
    centre = Centre.open(settings)
    try:
        with centre.db.read() as connection:
            units = people.units(connection).values()
    finally:
        centre.close()
    if not any(unit.central for unit in units):
        raise ParakhError(
            "there is no central unit: alerts for ports that no unit has are not sent"
        )
    return f"{len(units)} units, a central one among them"


def _queue(settings: Settings) -> str:
    centre = Centre.open(settings)
    try:
        with centre.db.read() as connection:
            waiting = messages.waiting(connection)
            quarantined = messages.count(connection, quarantined=True)
    finally:
        centre.close()
    return f"{waiting} messages waiting, {quarantined} with a quarantined part"


def _try(name: str, look: Callable[[], str], remedy: str) -> Check:
    try:
        return Check(name=name, ok=True, found=look())
    except ParakhError as error:
        return Check(name=name, ok=False, found=str(error), remedy=remedy)
    except sa.exc.SQLAlchemyError as error:
        return Check(name=name, ok=False, found=type(error).__name__, remedy=remedy)
