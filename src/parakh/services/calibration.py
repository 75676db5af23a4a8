"""How many travellers each list raises by name: measured on the centre's own traffic, and allowed.

The thresholds in force follow from the newest measurement and from the rate that each list is
allowed (see `parakh.learn.calibration`), so that a new rate takes effect at once. Hits that were
raised before keep theirs.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from typing import TypeVar

from parakh.access import Actor, Permission, Purpose
from parakh.act.decisions import require_human
from parakh.domain.hit import Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.traveller import PersonName, Traveller
from parakh.domain.watchlist import LEAST_ONE_IN, MOST_ONE_IN, Watchlist
from parakh.errors import InvalidInput, NotFound
from parakh.learn.calibration import Curve, Measurement, Sample, Setting, curves, settle
from parakh.screen.calibration import Band, band_of, counted, lowest
from parakh.screen.lexicon import name_tokens, standard
from parakh.screen.screener import TravellerSubject
from parakh.screen.watchlists import NameScreener
from parakh.services.background import Progress, Report
from parakh.services.centre import WORKER, Centre
from parakh.store import calibration as store
from parakh.store import sweeps, travellers, watchlists
from parakh.store.database import Tx

T = TypeVar("T")

MOST = 20_000
"""Travellers who are screened for a measurement, the newest."""

FEWEST_BEARERS = 3
"""A word that fewer persons bear is not kept: the table of frequencies must tell of nobody."""

MEASURED_EVERY = timedelta(days=1)
GROWN_BY = 1.02
"""The worker measures again when so many times the persons are known, and a day is over."""

ENOUGH = 300
"""Persons below whom the worker does not begin: they could tell no rate stricter than 1 in 100."""

TRAFFIC_OVER = timedelta(days=7)
CHOICES = (100, 300, 1_000, 3_000, 10_000)
"""Rates of which it is shown what they would give: at most one in so many."""

_NAMES_AT_ONCE = 5_000
_SCREENED_AT_ONCE = 200


# --- measuring --------------------------------------------------------------------------------


def calibrate(centre: Centre, actor: Actor, report: Report = lambda done, total: None) -> str:
    """Counts how often names are borne, and measures what each list raises; takes minutes.

    Between batches nothing is held, so that screening goes on beside it. What is kept are counts
    and scores without names. Gives the measurement's identifier; it is in force at once.
    """
    actor.require(Permission.CALIBRATE)
    bearers, population = _count(centre)
    with centre.db.read() as connection:
        recent = store.recent(connection, MOST)
    report(0, len(recent))
    _keep_frequencies(centre, actor, bearers, population)
    with centre.db.read() as connection:
        lists = list(watchlists.lists(connection))
    measured = curves(_samples(centre, recent, report), lists)
    with centre.db.write(actor, Purpose.WATCHLIST) as tx:
        value = Measurement(
            id=new_id(),
            at=tx.at,
            by=actor.name,
            screener=NameScreener.name,
            population=population,
            travellers=len(recent),
            curves=measured,
        )
        store.add(tx, value)
        tx.audit(
            "calibration.measured",
            "calibration",
            value.id,
            travellers=value.travellers,
            population=population,
        )
    return value.id


def due(centre: Centre) -> bool:
    """Whether the worker should measure: never done, by another screener, or grown since a day."""
    with centre.db.read() as connection:
        last = store.measurement(connection)
        if last is not None and last.screener == NameScreener.name:
            if centre.clock() - last.at < MEASURED_EVERY:
                return False
            return store.population(connection) > last.population * GROWN_BY
        return store.population(connection) >= ENOUGH


def measure_when_due(centre: Centre) -> bool:
    """Begins to measure beside the worker's other work; False where nothing is to be done."""
    if centre.calibrating.progress.running or not due(centre):
        return False
    return centre.calibrating.start(lambda report: calibrate(centre, WORKER, report))


def begin(centre: Centre, actor: Actor) -> Progress:
    """Begins to measure in the background of this process, unless that is under way."""
    actor.require(Permission.CALIBRATE)
    centre.calibrating.start(lambda report: calibrate(centre, actor, report))
    return centre.calibrating.progress


def _count(centre: Centre) -> tuple[dict[str, int], int]:
    """How many persons bear each word, and how many persons there are."""
    counts: Counter[str] = Counter()
    persons, last = 0, ""
    while True:
        with centre.db.read() as connection:
            some = store.names(connection, last, _NAMES_AT_ONCE)
        if not some:
            break
        last = some[-1][0]
        persons += len(some)
        for _, name in some:
            counts.update(_words(name))
    kept = {word: count for word, count in counts.items() if count >= FEWEST_BEARERS}
    return kept, persons


def _words(name: PersonName) -> set[str]:
    """The words of a name, each once, by the spelling that stands for its group."""
    words = {standard(word) for word in name_tokens(name)}
    return {word for word in words if len(word) <= store.LONGEST_WORD}


def _keep_frequencies(
    centre: Centre, actor: Actor, bearers: Mapping[str, int], population: int
) -> None:
    """Stored before anything is measured with them, for scores depend on them."""
    with centre.db.write(actor, Purpose.WATCHLIST) as tx:
        store.replace_frequencies(tx, bearers, population)
        tx.audit("calibration.counted", "calibration", "", words=len(bearers), persons=population)


def _samples(centre: Centre, ids: Sequence[str], report: Report) -> Iterator[Sample]:
    done = 0
    for some in _batches(ids, _SCREENED_AT_ONCE):
        yield from _screened(centre, some)
        done += len(some)
        report(done, len(ids))


def _screened(centre: Centre, ids: Sequence[str]) -> list[Sample]:
    """What some travellers score with each list, but for those whom a human found on it."""
    centre.names.refresh()
    index, moment, least = centre.names.index, centre.clock(), lowest()
    with centre.db.read() as connection:
        people = travellers.travellers_by_id(connection, ids)
        certain = store.confirmed(connection, ids)
    samples = []
    for own in people:
        best: dict[str, float] = {}
        for listed, compared in index.compared(_subject(own), moment, least):
            if (own.id, listed.entry.id) not in certain:
                list_id = listed.watchlist.id
                best[list_id] = max(counted(compared), best.get(list_id, 0.0))
        samples.append(Sample(band=band_of(index.rarity(own.name)), best=best))
    return samples


def _subject(own: Traveller) -> TravellerSubject:
    return TravellerSubject(ref=Ref(kind=Kind.TRAVELLER, id=own.id), traveller=own, voyage=None)


def _batches(values: Iterable[T], size: int) -> Iterator[list[T]]:
    left = iter(values)
    while some := list(islice(left, size)):
        yield some


# --- looking and allowing ---------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """What a rate gives: the settings by band, the share of all travellers, and alerts a day.

    `certain` is the share that any threshold raises, for an equal name and birth date.
    """

    one_in: int | None
    settings: Mapping[Band, Setting]
    share: float | None
    certain: float | None
    daily: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ListRow:
    """A list with its curves, and what its rate gives now.

    `curves` is empty for a list that was not there when it was measured.
    """

    watchlist: Watchlist
    curves: Mapping[Band, Curve]
    now: Effect


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """All lists, as measured last.

    Attributes:
        last: the measurement; None if there is none, or none of the screener of today.
        persons: how many are known now.
        daily: travellers a day, at present.
        progress: of the measurement under way in this process.
    """

    last: Measurement | None
    rows: tuple[ListRow, ...]
    persons: int
    daily: float
    progress: Progress


def overview(centre: Centre, actor: Actor) -> Overview:
    """What each list raises; figures only, of nobody."""
    actor.require(Permission.SEE_CALIBRATION)
    with centre.db.read() as connection:
        last = store.measurement(connection)
        lists = list(watchlists.lists(connection).values())
        persons = store.population(connection)
        daily = store.daily_traffic(connection, centre.clock(), TRAFFIC_OVER)
    if last is not None and last.screener != NameScreener.name:
        last = None
    measured = last.curves if last else {}
    rows = [
        ListRow(
            watchlist=own,
            curves=measured.get(own.id, {}),
            now=_effect(measured.get(own.id, {}), own.alert_rate, daily),
        )
        for own in lists
    ]
    return Overview(
        last=last,
        rows=tuple(rows),
        persons=persons,
        daily=daily,
        progress=centre.calibrating.progress,
    )


def effect(row: ListRow, daily: float, one_in: int | None) -> Effect:
    """What a rate would give for a list, with so many travellers a day; None is the standard."""
    return _effect(row.curves, rate_of(one_in), daily)


def rate_of(one_in: int | None) -> float | None:
    """The share that "at most one in so many" means; raises InvalidInput for what means none."""
    if one_in is None:
        return None
    if not LEAST_ONE_IN <= one_in <= MOST_ONE_IN:
        raise InvalidInput(
            f"at most 1 in N travellers: N lies between {LEAST_ONE_IN} and {MOST_ONE_IN:,}"
        )
    return 1 / one_in


def allow(centre: Centre, actor: Actor, list_id: str, one_in: int | None) -> None:
    """Sets how many travellers a list may raise by name, from now on; None is the standard.

    Where a threshold falls, everybody on file is screened against the list's persons again, as
    against new ones: who passed under the old threshold would not be looked at otherwise. Raises
    InvalidInput for a rate out of bounds, NotFound for a list that is not there.
    """
    actor.require(Permission.CALIBRATE)
    require_human(actor)
    rate = rate_of(one_in)
    with centre.db.write(actor, Purpose.WATCHLIST) as tx:
        own = watchlists.lists(tx.connection).get(list_id)
        if own is None:
            raise NotFound("there is no such list")
        watchlists.save_list(tx, replace(own, alert_rate=rate))
        store.rates_changed(tx)
        again = 0
        if store.falls(tx.connection, list_id, own.alert_rate, rate):
            again = sweeps.again(tx, list_id)
        tx.audit(
            "calibration.allowed",
            "watchlist",
            list_id,
            one_in=one_in,
            before=_one_in(own.alert_rate),
            thresholds=_thresholds(tx, list_id, rate),
            swept_again=again,
        )


def _thresholds(tx: Tx, list_id: str, rate: float | None) -> dict[str, float]:
    last = store.measurement(tx.connection)
    measured = last.curves.get(list_id, {}) if last else {}
    if not measured:
        return {}
    return {band.value: own.threshold for band, own in settle(measured, rate).items()}


def _effect(measured: Mapping[Band, Curve], rate: float | None, daily: float) -> Effect:
    settings = settle(measured, rate) if measured else {}
    travellers = sum(own.travellers for own in settings.values())
    share = sum(own.raised for own in settings.values()) / travellers if travellers else None
    certain = sum(own.certain for own in settings.values()) / travellers if travellers else None
    return Effect(
        one_in=_one_in(rate),
        settings=settings,
        share=share,
        certain=certain,
        daily=None if share is None else share * daily,
    )


def _one_in(rate: float | None) -> int | None:
    return None if rate is None else round(1 / rate)
