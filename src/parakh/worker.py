"""The background worker: works the queue off, watches folders here and elsewhere, keeps house."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from parakh import metrics
from parakh.access import system_actor
from parakh.domain.message import Channel, Source
from parakh.errors import Misconfigured, ParakhError
from parakh.services import (
    alerts,
    answers,
    archive,
    backtests,
    calibration,
    cargo_history,
    connector_runs,
    currency,
    currency_screening,
    delivery_post,
    enforcement_proposals,
    escalating,
    examination_draws,
    files,
    goods_list,
    goods_retention,
    goods_screening,
    handovers,
    identity,
    intake,
    notices,
    performance_measuring,
    performance_telling,
    profile_proposals,
    profile_retention,
    pull,
    queue,
    reenrolment,
    regional_steps,
    reports,
    retention,
    revaluing,
    sftp,
    trail,
    trends_build,
    trends_watch,
    trusted_traders,
    twins,
)
from parakh.services.centre import Centre
from parakh.services.connector_thread import Linker
from parakh.services.pull_sources import PullSource, pull_sources
from parakh.services.regional_link import LinkThread

_log = structlog.get_logger()
_DROP = system_actor("drop")

POLL_SECONDS = 0.5
RETRY_SECONDS = 30.0
HOUSEKEEP_SECONDS = 300.0
WATCH_SECONDS = 5.0
"""How often alerts are looked at whose time passed, and shifts that ended."""

COURIER_SECONDS = 1.0
"""How often the courier looks for something to send."""

SETTLED_SECONDS = 5.0
"""A dropped file is taken in once nobody wrote to it for so long."""

LAST_VISIT_SECONDS = 5.0
"""So long a visit that is under way may take when the program stops; then it is cut off."""

_UNFINISHED = (".part", ".tmp", ".filepart")


HOUSEKEEPING: tuple[Callable[[Centre], object], ...] = (
    trail.checkpoint,
    trail.housekeep,
    retention.forget_due,
    goods_retention.forget_due,
    profile_retention.forget_due,
    Centre.follow,
    archive.close,
    archive.expire,
    backtests.begin,
    calibration.measure_when_due,
    cargo_history.learn_due,
    goods_list.finish,
    reenrolment.begin_when_due,
    twins.sweep_when_due,
    profile_proposals.work,
    currency.recognise_due,
    currency_screening.screen_due,
    enforcement_proposals.work,
    trusted_traders.follow_findings,
    notices.forget,
    trends_build.work,
    trends_watch.work,
    reports.work,
    connector_runs.forget,
    identity.forget,
    performance_measuring.forget,
)
"""What is done every few minutes, in turn."""


class Worker(threading.Thread):
    """One thread that takes messages from state to state until it is told to stop."""

    def __init__(self, centre: Centre) -> None:
        super().__init__(name="parakh-worker", daemon=True)
        self._centre = centre
        self._halt = threading.Event()
        self._heard = -1
        self._left: set[str] = set()
        self._post_at = 0.0
        self._noticed = ""
        self._watch_at = 0.0
        self._pullers = _pullers(centre)
        self._courier = Courier(centre)
        self._link = _link_to_centre(centre)
        self._linker = Linker(centre)
        self._keeper = Housekeeper(centre)

    def run(self) -> None:
        """Works until `halt`; an error is logged and tried again, and never ends the thread."""
        for puller in self._pullers:
            puller.start()
        self._courier.start()
        if self._link is not None:
            self._link.start()
        self._linker.start()
        self._keeper.start()
        failed: set[str] = set()
        retry_at = 0.0
        while not self._halt.is_set():
            now = self._centre.worked_at = time.monotonic()
            try:
                if now >= retry_at:
                    failed.clear()
                    self._noticed = notices.tell(self._centre, self._noticed).last
                    self._left.clear()
                    retry_at = now + RETRY_SECONDS
                self._watch(now)
                sweep(self._centre, self._left)
                self._tell_walls()
                with metrics.job("queue"):
                    busy = queue.step(self._centre, failed)
                self._post(now)
            except Exception:
                metrics.JOB_ERRORS.labels("worker").inc()
                _log.exception("worker failed")
                busy = False
            if not busy:
                self._halt.wait(POLL_SECONDS)

    def _watch(self, now: float) -> None:
        """Escalates what nobody saw to, and settles shifts; failing, it stops no queue."""
        if now < self._watch_at:
            return
        self._watch_at = now + WATCH_SECONDS
        for work in (
            escalating.escalate_due,
            handovers.settle_ended,
            examination_draws.assign_due,
            goods_screening.learn_due,
            revaluing.work,
            performance_measuring.measure,
            regional_steps.work,
        ):
            try:
                with metrics.job(_name_of(work)):
                    work(self._centre)
            except Exception:
                _log.exception("watch over alerts failed")

    def _post(self, now: float) -> None:
        """Leaves answers in the drop folder; a folder that cannot be written to stops no queue."""
        if now < self._post_at:
            return
        try:
            answers.deliver_dropped(self._centre)
        except OSError as error:
            self._post_at = now + RETRY_SECONDS
            _log.warning("answers left", error=type(error).__name__)

    def _tell_walls(self) -> None:
        """Wakes the walls of this process to what other processes put on them."""
        last = alerts.last_event(self._centre)
        if last != self._heard:
            self._heard = last
            self._centre.wall.notify()

    def halt(self) -> None:
        """Asks the thread to stop, and waits until the step in hand is done."""
        self._halt.set()
        others: list[Puller | Courier | Linker | LinkThread] = [
            *self._pullers,
            self._courier,
            self._linker,
        ]
        if self._link is not None:
            others.append(self._link)
        for other in (*others, self._keeper):
            other.halt()
        self.join()
        self._keeper.join()
        for other in others:
            if other.is_alive():
                other.join(LAST_VISIT_SECONDS)
        trail.checkpoint(self._centre)


class Housekeeper(threading.Thread):
    """One thread that does what is done every few minutes, so that no message waits for it."""

    def __init__(self, centre: Centre) -> None:
        super().__init__(name="parakh-housekeeper", daemon=True)
        self._centre = centre
        self._halt = threading.Event()

    def run(self) -> None:
        """Keeps house until `halt`; what fails keeps nothing else from its turn."""
        while not self._halt.is_set():
            for work in HOUSEKEEPING:
                if self._halt.is_set():
                    return
                try:
                    with metrics.job(_name_of(work)):
                        work(self._centre)
                except Exception:
                    _log.exception("housekeeping failed", work=work.__module__)
            self._halt.wait(HOUSEKEEP_SECONDS)

    def halt(self) -> None:
        """Asks the thread to stop once the work in hand is done."""
        self._halt.set()


class Courier(threading.Thread):
    """One thread that tells of alerts and mails reports, so that a slow server holds nobody up."""

    def __init__(self, centre: Centre) -> None:
        super().__init__(name="parakh-courier", daemon=True)
        self._centre = centre
        self._halt = threading.Event()

    def run(self) -> None:
        """Sends until `halt`; an error is logged and tried again, and never ends the thread."""
        while not self._halt.is_set():
            try:
                with metrics.job("courier"):
                    busy = delivery_post.step(self._centre)
                    busy = performance_telling.step(self._centre) or busy
                    busy = reports.step(self._centre) or busy
            except Exception:
                _log.exception("courier failed")
                busy = False
            if not busy:
                self._halt.wait(COURIER_SECONDS)

    def halt(self) -> None:
        """Asks the thread to stop; what it was sending is sent once more later, if need be."""
        self._halt.set()


class Puller(threading.Thread):
    """One thread that visits one server, so that a slow or broken one holds nobody else up."""

    def __init__(self, centre: Centre, source: PullSource) -> None:
        super().__init__(name=f"parakh-pull-{source.name}", daemon=True)
        self._centre = centre
        self._visits = pull.Visits(source)
        self._halt = threading.Event()

    def run(self) -> None:
        """Visits until `halt`; an error is logged and the next visit is made at its time."""
        source = self._visits.source
        while not self._halt.is_set():
            try:
                if connector_runs.on(self._centre, source.name):
                    self._visit(source)
            except Exception:
                _log.exception("visit not noted", source=source.name)
            self._halt.wait(source.every)

    def _visit(self, source: PullSource) -> None:
        cause = ""
        try:
            with sftp.connected(source) as remote:
                pull.visit(self._centre, self._visits, remote)
        except ParakhError as error:
            cause = str(error)
            _log.warning("pull failed", source=source.name, cause=cause)
        except Exception as error:
            cause = f"unexpected: {type(error).__name__}"
            _log.exception("pull failed", source=source.name)
        connector_runs.visited(self._centre, source.name, cause)

    def halt(self) -> None:
        """Asks the thread to stop; a visit that is under way may be cut off, and loses nothing."""
        self._halt.set()


def _link_to_centre(centre: Centre) -> LinkThread | None:
    """A regional centre's link; none for others, or if its settings are wrong, for it acts alone
    then as it does while the link is cut."""
    if not centre.settings.centre_url:
        return None
    try:
        return LinkThread(centre)
    except Misconfigured as error:
        _log.error("no link to the centre above", cause=str(error))
        return None


def _pullers(centre: Centre) -> list[Puller]:
    """A thread for each server; none if their file is wrong, which must not stop the rest."""
    try:
        return [Puller(centre, source) for source in pull_sources(centre.settings)]
    except Misconfigured as error:
        _log.error("nothing is pulled", cause=str(error))
        return []


def sweep(centre: Centre, left: set[str]) -> int:
    """Takes in the files of the drop folder that are settled; gives how many.

    A file is stored before it is moved to `done/`; one that is refused goes to `refused/` with the
    cause beside it. A crash in between takes the file in again, which finds its bytes known. A link
    is passed over, wherever it leads. A file that cannot be read or moved is put into `left`, to be
    tried again once the caller empties it.
    """
    taken = 0
    for path in _files(centre.settings.drop_path):
        if path.name in left:
            continue
        try:
            if _settled(path):
                _take(centre, path)
                taken += 1
        except Exception as error:
            # One bad file must not stop the others, nor the queue.
            left.add(path.name)
            _log.warning("dropped file left", error=type(error).__name__)
    return taken


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _settled(path: Path) -> bool:
    if path.name.startswith(".") or path.suffix in _UNFINISHED:
        return False
    return files.is_plain(path) and time.time() - path.lstat().st_mtime >= SETTLED_SECONDS


def _take(centre: Centre, path: Path) -> None:
    try:
        source = Source(channel=Channel.DROP, name=_name(path))
        data = files.read_plain(path, lambda size: intake.check_size(centre, size))
        intake.receive(centre, _DROP, data, source)
    except ParakhError as error:
        kept = files.move_beside(path, "refused")
        files.write_whole(kept.with_name(f"{kept.name}.cause.txt"), f"{error}\n".encode())
        _log.warning("dropped file refused", file=_name(path))
    else:
        files.move_beside(path, "done")


def _name_of(work: Callable[[Centre], object]) -> str:
    """A job's label, such as `retention.forget_due`."""
    return f"{work.__module__.rpartition('.')[2]}.{work.__name__}"


def _name(path: Path) -> str:
    """The file's name as text, whatever bytes it is made of."""
    return os.fsencode(path.name).decode("utf-8", "replace")
