"""The demonstration's history: sixty days that are made up of the travellers on file."""

from datetime import UTC, timedelta
from random import Random

import polars as pl
import polars.selectors as cs

from parakh.domain.hit import Kind
from parakh.domain.ids import new_id
from parakh.screen.rules.attributes import CATALOGUE
from parakh.services import demonstration_trends, features
from parakh.services.archive import archive_of
from parakh.services.centre import Centre
from parakh.services.subjects import subjects_of
from parakh.store import travellers

DAYS = 60
"""So many days of history are made up."""

_AROUND = timedelta(hours=48)


def history(centre: Centre) -> None:
    """Earlier days on which like travellers came: those on file, some each day, as if then."""
    archive, today = archive_of(centre), centre.clock().astimezone(UTC).date()
    if len(archive.days(today - timedelta(days=DAYS), today)) > DAYS // 2:
        return
    rng = Random("history")  # noqa: S311  (believable, repeatable data; nothing secret)
    flights = _flights(centre)
    shown = [
        _on_day(flight.sample(rng.randrange(35, 65), seed=rng.randrange(2**31)), day)
        for day in range(1, DAYS + 1)
        for flight in flights
    ]
    if shown:
        rows = pl.concat([*flights, *shown])
        archive.add(rows.filter(pl.col("at") <= centre.clock()))
    demonstration_trends.past(centre, flights)


def _flights(centre: Centre) -> list[pl.DataFrame]:
    """The travellers of each flight on file as rules see them when it is due."""
    needs, now = CATALOGUE.of(Kind.TRAVELLER).columns(), centre.clock()
    frames = []
    with centre.db.read() as connection:
        for voyage in travellers.voyages_between(connection, now - _AROUND, now + _AROUND, None):
            came = travellers.travellers_of_voyage(connection, voyage.id)
            if len(came) < 100 or voyage.due_at is None:
                continue
            rows = features.frame(connection, subjects_of(connection, came), needs, voyage.due_at)
            frames.append(
                rows.with_columns(
                    pl.Series("subject_id", [own.id for own in came]),
                    port=pl.lit(voyage.port),
                    direction=pl.lit(voyage.direction.value),
                )
            )
    return frames


def _on_day(rows: pl.DataFrame, days: int) -> pl.DataFrame:
    """The rows so many days earlier, of persons of whom nothing else is known."""
    earlier = cs.date() | cs.datetime()
    return rows.with_columns(
        earlier.dt.offset_by(f"-{days}d"),
        pl.Series("subject_id", [new_id() for _ in range(len(rows))]),
    )
