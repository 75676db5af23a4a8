"""The demonstration's trends: twelve weeks at thirty posts, with a route that grows at the end."""

from collections.abc import Sequence
from datetime import UTC, timedelta

import polars as pl

from parakh.domain.hit import Kind
from parakh.learn.trends_calendar import holidays_of
from parakh.screen.rules.attributes import CATALOGUE
from parakh.services import goods_archive, reports, trends_build, trends_watch
from parakh.services.archive import archive_of
from parakh.services.centre import Centre
from parakh.simulate.columns import Columns, Surge, in_layout
from parakh.store.archive import FIXED, kept

DAYS = 84
_A_DAY = 600
_SURGING = timedelta(days=5)


def past(centre: Centre, flights: Sequence[pl.DataFrame]) -> None:
    """Crossings at all posts, made up in columns.

    What rules ask of a traveller besides where and by whom he went is that of somebody of the
    flights on file, so that rules can be tried on them.
    """
    archive, today = archive_of(centre), centre.clock().astimezone(UTC).date()
    catalogue = kept(CATALOGUE.of(Kind.TRAVELLER))
    schema = dict(FIXED) | catalogue.schema(catalogue.columns())
    made = Columns(surges=[Surge(route="IST–ISB", since=today - _SURGING, factor=12)])
    alike = _alike(flights, schema)
    days = []
    for back in range(DAYS, 0, -1):
        day = today - timedelta(days=back)
        holiday = day in holidays_of(centre.settings.country, day.year)
        told = made.day(day, _A_DAY, holiday=holiday)
        others = alike.drop(set(alike.columns) & set(told.columns))
        drawn = others.sample(len(told), with_replacement=True, seed=back)
        days.append(in_layout(pl.concat([told, drawn], how="horizontal"), schema))
    archive.add(pl.concat(days))


def tell(centre: Centre) -> None:
    """What trends and reports tell of all that, and of the goods of the weeks before."""
    while goods_archive.close(centre, archive_of):
        pass
    trends_build.build(centre)
    trends_watch.work(centre)
    reports.work(centre)


def _alike(flights: Sequence[pl.DataFrame], schema: dict[str, pl.DataType]) -> pl.DataFrame:
    """What is known of travellers on file that is one value each; not when or where they went."""
    left_out = ("voyage.", "crossing.")
    names = [
        name
        for name, dtype in schema.items()
        if not dtype.is_nested() and name not in FIXED and not name.startswith(left_out)
    ]
    if flights:
        return pl.concat([own.select(names) for own in flights])
    return pl.DataFrame([dict.fromkeys(names)], schema={name: schema[name] for name in names})
