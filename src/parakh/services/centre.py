"""One centre, wired together from its settings."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
import structlog

from parakh.access import Actor, Purpose, system_actor
from parakh.clock import Clock, utc_now
from parakh.domain.face import FaceSample, Template
from parakh.domain.hit import Hit
from parakh.errors import Misconfigured, ParakhError
from parakh.faces.backends import cores
from parakh.faces.detect import DetectedFace
from parakh.faces.extract import FaceEngine
from parakh.faces.picture import Picture
from parakh.screen.bodies import IdentifierScreener, OrganisationScreener
from parakh.screen.currency import CurrencyScreener
from parakh.screen.faces import FaceScreener
from parakh.screen.goods import Parts, PartsScreener
from parakh.screen.links import LinkScreener
from parakh.screen.profiles import ProfileScreener
from parakh.screen.screener import Screener, Subject
from parakh.screen.watchlists import DocumentScreener, NameScreener
from parakh.services.background import Job
from parakh.services.cargo_live import LiveCargo
from parakh.services.connections import connections
from parakh.services.currency_people import CurrencyOnFile, policy_of
from parakh.services.face_index import FaceIndex
from parakh.services.gallery_files import GalleryFiles
from parakh.services.inbox_counts import Counts
from parakh.services.live_rules import LiveRules
from parakh.services.mirror import Names
from parakh.services.oidc import Provider
from parakh.services.oidc_config import provider_config
from parakh.services.performance_feeds import FeedWeek
from parakh.services.profile_mirror import WatchedProfiles
from parakh.services.swept import SweptEntries
from parakh.services.voyage_faces import VoyageFaces
from parakh.services.wall import WallBus, WallFeed
from parakh.settings import Settings
from parakh.store import galleries, schema
from parakh.store.database import Database
from parakh.store.keys import Keys
from parakh.store.links import Tokens
from parakh.store.schema import SchemaState

if TYPE_CHECKING:
    # It reads its file with what knows centres.
    from parakh.services.linked import Linked

WORKER = system_actor("worker")
FORMER_SECONDS = 60.0
_log = structlog.get_logger()


class UpToDate:
    """A screener that takes in what changed before it screens; failing to is its own failure."""

    def __init__(self, screener: Screener, refresh: Callable[[], None]) -> None:
        self._screener = screener
        self._refresh = refresh

    @property
    def name(self) -> str:
        """The screener's own name."""
        return self._screener.name

    def applies(self, subject: Subject) -> bool:
        """Whether the screener has anything to say about such a subject."""
        return self._screener.applies(subject)

    def screen(self, subjects: Sequence[Subject]) -> Sequence[Sequence[Hit]]:
        """The hits of each subject against what is known now."""
        self._refresh()
        return self._screener.screen(subjects)


@dataclass(kw_only=True)
class Centre:
    """All parts of a running centre. Heavy ones (face models, indexes) are made at first use.

    `swept_at` is when sweeps had their last turn here, in seconds of the process's own clock, and
    `worked_at` when the worker of this process began its last round; None without a worker.
    """

    settings: Settings
    db: Database
    clock: Clock = utc_now
    wall: WallBus = field(default_factory=WallBus)
    calibrating: Job = field(default_factory=lambda: Job("calibrate"))
    rotating: Job = field(default_factory=lambda: Job("rotate"))
    reenrolling: Job = field(default_factory=lambda: Job("reenrol"))
    matching: Job = field(default_factory=lambda: Job("twins"))
    backtesting: Job = field(default_factory=lambda: Job("backtest"))
    rostering: Job = field(default_factory=lambda: Job("roster"))
    training: Job = field(default_factory=lambda: Job("train"))
    inbox_counts: Counts = field(default_factory=Counts)
    feeds: FeedWeek = field(default_factory=FeedWeek)
    swept_at: float = field(default_factory=time.monotonic)
    worked_at: float | None = None
    _former: tuple[bool, float] = (False, 0.0)

    def local_now(self) -> datetime:
        """Now, as clocks show it in the centre's time zone."""
        return self.clock().astimezone(self.settings.zone)

    @classmethod
    def open(cls, settings: Settings, clock: Clock = utc_now) -> "Centre":
        """Opens an existing, up-to-date database; raises Misconfigured and says what to do."""
        centre = cls(settings=settings, db=_reached(settings, clock), clock=clock)
        found = schema.state(centre.db)
        if not found.fit.works:
            centre.close()
            raise Misconfigured(found.advice)
        return centre

    @classmethod
    def create(
        cls, settings: Settings, clock: Clock = utc_now, *, expand_only: bool = False
    ) -> "Centre":
        """Makes what is missing (folders, keys, database), upgrades the schema, and opens."""
        for folder in (settings.data_dir, settings.drop_path):
            folder.mkdir(parents=True, exist_ok=True)
        settings.data_dir.chmod(0o700)
        if not settings.keys_path.exists():
            Keys.generate().save(settings.keys_path)
        database = _reached(settings, clock)
        schema.upgrade(database, expand_only=expand_only)
        return cls(settings=settings, db=database, clock=clock)

    def close(self) -> None:
        """Ends what runs in the background, and gives the database's connections back."""
        for job in (
            self.calibrating,
            self.rotating,
            self.reenrolling,
            self.matching,
            self.backtesting,
            self.rostering,
            self.training,
        ):
            job.stop()
        if "wall_feed" in self.__dict__:
            self.wall_feed.close()
        if "galleries" in self.__dict__:
            self.galleries.close()
        if "linked" in self.__dict__:
            self.linked.close()
        self.db.close()

    @cached_property
    def faces(self) -> FaceEngine:
        """The face models; raises Misconfigured when they are missing or altered."""
        return self._engine(self.settings.face_catalogue)

    @cached_property
    def former_faces(self) -> FaceEngine:
        """The face models that were in use before; the present ones where none are named."""
        former = self.settings.face_catalogue_before
        return self.faces if former == self.settings.face_catalogue else self._engine(former)

    def engines(self) -> Sequence[FaceEngine]:
        """The present models first; then those before, while templates of theirs are searched."""
        if self.former_faces is self.faces or not self._former_held():
            return (self.faces,)
        return (self.faces, self.former_faces)

    def _former_held(self) -> bool:
        """Whether a template of the former model is held; looked up once a minute."""
        held, until = self._former
        if time.monotonic() >= until:
            with self.db.read() as connection:
                held = self.former_faces.model_id in galleries.models(connection)
            self._former = (held, time.monotonic() + FORMER_SECONDS)
        return held

    def probes(
        self, picture: Picture, face: DetectedFace, live: FaceSample
    ) -> tuple[Template, ...]:
        """A face's templates by all models that are searched, the present one's first."""
        found = [live.template, *([live.second] if live.second else [])]
        for engine in self.engines()[1:]:
            found += [own.template for own in engine.describe(picture, [face], most=1)]
        return tuple(found)

    def _engine(self, catalogue: Path | None) -> FaceEngine:
        return FaceEngine.open(
            self.models_path,
            catalogue,
            threads=min(4, cores()),
            backend=self.settings.face_backend,
        )

    @property
    def models_path(self) -> Path:
        """Folder of converted models."""
        return self.settings.data_dir / "models"

    @cached_property
    def wall_feed(self) -> WallFeed:
        """What brings news of alerts to the live walls of this process."""
        return WallFeed(self.db, self.wall)

    @cached_property
    def names(self) -> Names:
        """The watchlist index."""
        return Names(self.db)

    @cached_property
    def provider(self) -> Provider | None:
        """The agency's OpenID provider; None without one. Raises Misconfigured for a bad file."""
        config = provider_config(self.settings)
        return Provider(config, self.clock) if config else None

    @cached_property
    def link_tokens(self) -> Tokens:
        """What stands for the values that link travellers."""
        return Tokens(self.db.keys, self.settings.country)

    @cached_property
    def watched(self) -> WatchedProfiles:
        """The profiles that raise a hit when a member is seen."""
        return WatchedProfiles(self.db, self.clock)

    @cached_property
    def rules(self) -> LiveRules:
        """The rules in force."""
        return LiveRules(self.db, self.clock, self.settings.agency, self.settings.country)

    @cached_property
    def cargo(self) -> LiveCargo:
        """The cargo model in force."""
        return LiveCargo(self.db)

    @cached_property
    def swept(self) -> SweptEntries:
        """The entries on their way through everybody on file."""
        return SweptEntries(self.names, self.clock)

    @cached_property
    def galleries(self) -> FaceIndex:
        """The galleries of listed persons."""
        files = GalleryFiles(self.settings.data_dir / "galleries", self.db)
        return FaceIndex(self.db, self.engines, self.settings.face_fpir, self.clock, files)

    @cached_property
    def voyage_faces(self) -> VoyageFaces:
        """The galleries of travellers, one a voyage."""
        return VoyageFaces(self.db, self.engines, self.settings.face_fpir, self.clock)

    @cached_property
    def linked(self) -> "Linked":
        """The other systems that the centre is linked with."""
        from parakh.services.linked import Linked

        return Linked(self.settings, self.db, self.clock)

    def warm(self) -> None:
        """Loads models and indexes, so that the first person at a gate does not wait for them.

        What cannot be loaded is logged; the gate will say so, and everything else goes on.
        """
        try:
            self.galleries.refresh()
            self.voyage_faces.refresh()
            self.names.refresh()
        except ParakhError:
            _log.exception("models or indexes could not be loaded")

    def follow(self) -> None:
        """Takes what was deleted out of memory and sealed files where nobody searches just now."""
        if "galleries" in self.__dict__:
            self.galleries.refresh()
        if "voyage_faces" in self.__dict__:
            self.voyage_faces.refresh()

    def traveller_screeners(self) -> Sequence[Screener]:
        """The screeners of persons as declared."""
        index, refresh = self.names.index, self.names.refresh
        return (
            UpToDate(DocumentScreener(index, self.clock), refresh),
            UpToDate(NameScreener(index, self.clock), refresh),
            UpToDate(ProfileScreener(self.watched.index, self.clock), self.watched.refresh),
            LinkScreener(connections(self.db, timedelta(days=self.settings.mask_days))),
        )

    def expected_screeners(self) -> Sequence[Screener]:
        """The screeners of those who cross the border: of their currency, and the rules in force,
        too."""
        on_file = CurrencyOnFile(self.db, self.clock)
        currency = CurrencyScreener(on_file, policy_of(self.settings), self.clock)
        return (*self.traveller_screeners(), currency, self.rules)

    def all_screeners(self) -> Sequence[Screener]:
        """The screeners of whatever somebody may ask about: organisations and conveyances too."""
        index, refresh = self.names.index, self.names.refresh
        return (
            *self.traveller_screeners(),
            UpToDate(IdentifierScreener(index, self.clock), refresh),
            UpToDate(OrganisationScreener(index, self.clock), refresh),
        )

    def goods_screeners(self) -> Sequence[Screener]:
        """The screeners of goods and units but for rules: their parties, containers and carriers
        against lists, lookouts and profiles."""
        index, refresh, parts = self.names.index, self.names.refresh, Parts()
        watched = ProfileScreener(self.watched.index, self.clock)
        return (
            UpToDate(PartsScreener(IdentifierScreener(index, self.clock), parts), refresh),
            UpToDate(PartsScreener(OrganisationScreener(index, self.clock), parts), refresh),
            UpToDate(PartsScreener(DocumentScreener(index, self.clock), parts), refresh),
            UpToDate(PartsScreener(NameScreener(index, self.clock), parts), refresh),
            UpToDate(PartsScreener(watched, parts), self.watched.refresh),
        )

    def gate_screeners(self) -> Sequence[Screener]:
        """The screeners of persons at a gate: their faces too."""
        face = UpToDate(FaceScreener(self.galleries), self.galleries.refresh)
        return (*self.expected_screeners(), face)

    def looked(self, actor: Actor, purpose: Purpose, action: str, kind: str, ref_id: str) -> None:
        """Notes a look at personal data."""
        with self.db.write(actor, purpose) as tx:
            tx.audit(action, kind, ref_id)


def reached_schema(settings: Settings) -> SchemaState:
    """How the database's schema and this program go together; the database is not opened further.

    Raises Misconfigured when there is none, or it does not answer.
    """
    database = _reached(settings, utc_now)
    try:
        return schema.state(database)
    finally:
        database.close()


def _reached(settings: Settings, clock: Clock) -> Database:
    """The database, once it answered; raises Misconfigured when it does not."""
    database = Database(settings.url, Keys.load(settings.keys_path), clock)
    try:
        with database.read():
            return database
    except sa.exc.DBAPIError as error:
        database.close()
        raise Misconfigured(
            "the database does not answer: check that PARAKH_DATABASE_URL (or, for the embedded "
            "one, PARAKH_DATA_DIR) is right, and that its server runs"
        ) from error
