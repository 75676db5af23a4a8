"""What the map shows, as JSON that its element carries: points, routes, nothing else.

The shapes of lands and borders come with the console's script (Natural Earth); no tile and no name
is asked of anybody else, so that nobody outside learns where an officer looks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson

from parakh.domain.enforcement import SeizureRecord
from parakh.normalise.codes import numeric_country
from parakh.services.enforcement_views import Spot, way
from parakh.web.i18n import gettext
from parakh.web.labels import word

AROUND = 8.0
"""Degrees around places, so that a single one is not shown without its country."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MapPoint:
    """A place on the map: degrees north and east, what it is called, and where it leads."""

    latitude: float
    longitude: float
    title: str
    href: str = ""
    look: str = "place"


@dataclass(frozen=True, kw_only=True, slots=True)
class MapRoute:
    """Places in order; those whose country alone is known are drawn at its middle. With a weight of
    1 to 8 the line is as wide."""

    spots: Sequence[Spot]
    title: str
    href: str = ""
    weight: int = 0


def map_data(points: Iterable[MapPoint], routes: Iterable[MapRoute], around: float = AROUND) -> str:
    """The JSON of `data-map` (see `console/src/map.ts`); "" where there is nothing to show.
    `around`: so many degrees are shown around places."""
    shown = [
        {
            "at": [own.longitude, own.latitude],
            "title": own.title,
            "href": own.href,
            "look": own.look,
        }
        for own in points
    ]
    drawn = [
        {
            "stops": stops,
            "title": own.title,
            "href": own.href,
            "weight": own.weight,
        }
        for own in routes
        if len(stops := [stop for one in own.spots if (stop := _stop(one)) is not None]) > 1
    ]
    told = {"points": shown, "routes": drawn, "around": around}
    return orjson.dumps(told).decode() if shown or drawn else ""


def seizures_map(records: Iterable[SeizureRecord]) -> str:
    """Where things were seized, and the ways that they came."""
    told = list(records)
    points = [
        MapPoint(
            latitude=own.place.latitude,
            longitude=own.place.longitude,
            title=_title(own),
            href=f"/seizures/{own.id}",
        )
        for own in told
        if own.place.latitude is not None and own.place.longitude is not None
    ]
    routes = [
        MapRoute(spots=way(own), title=_title(own), href=f"/seizures/{own.id}") for own in told
    ]
    return map_data(points, routes)


def _stop(own: Spot) -> object:
    """A pair of degrees east and north, or the country's number (ISO 3166-1), by which shapes are
    known; None where neither is known."""
    if own.latitude is not None and own.longitude is not None:
        return {"at": [own.longitude, own.latitude], "name": own.name}
    number = numeric_country(own.country) if own.country else None
    return None if number is None else {"country": number, "name": own.name}


def _title(own: SeizureRecord) -> str:
    goods = ", ".join(dict.fromkeys(word(one.commodity) for one in own.seizures))
    return f"{own.at.date().isoformat()}, {own.place.name}: {goods or gettext('Seizures')}"
