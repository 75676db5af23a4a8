"""What stands on the pages of trends for values, findings and records, in the reader's language."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from urllib.parse import urlencode

from babel.dates import format_date, get_day_names

from parakh.access import Actor
from parakh.domain.enforcement import RecordKind
from parakh.domain.outcome import Commodity, Concealment
from parakh.domain.phrase import N_
from parakh.domain.selectivity import Lane
from parakh.domain.trend import Facet, Finding, Stream
from parakh.domain.trend_query import TrendQuery
from parakh.normalise.hs_codes import CHAPTERS
from parakh.services.enforcement_views import spot
from parakh.services.trends import RECORDS, Row
from parakh.services.trends_words import outcome, sentence
from parakh.web import i18n
from parakh.web.enforcement_labels import Method
from parakh.web.formats import nation
from parakh.web.i18n import gettext
from parakh.web.labels import word
from parakh.web.maps import MapPoint, MapRoute, map_data

NOT_TOLD = N_("not told")


_WORDS: Mapping[Facet, type[StrEnum]] = {
    Facet.COMMODITY: Commodity,
    Facet.CONCEALMENT: Concealment,
    Facet.METHOD: Method,
}


def value_word(facet: Facet, value: str, names: Mapping[str, str], stream: Stream) -> str:
    """A value of a facet as people read it."""
    if not value:
        return gettext(NOT_TOLD)
    if facet in (Facet.RULE, Facet.LIST):
        return names.get(value, value)
    if facet in (Facet.WEEKDAY, Facet.MONTH):
        return _time_word(facet, value)
    known = Lane if facet is Facet.LANE and stream is Stream.GOODS else _WORDS.get(facet)
    if known is not None and value in list(known):
        return word(known(value))
    return f"{value}:00" if facet is Facet.HOUR else value


def _time_word(facet: Facet, value: str) -> str:
    if facet is Facet.WEEKDAY:
        return str(get_day_names("wide", locale=i18n.language.get())[int(value) - 1])
    first = date.fromisoformat(f"{value}-01")
    return str(format_date(first, "MMMM y", locale=i18n.language.get()))


def aside(facet: Facet, value: str, port_names: Mapping[str, str]) -> str:
    """What a code stands for, beside it; "" where it speaks for itself."""
    if facet in (Facet.ISSUER, Facet.ORIGIN) and value:
        return nation(value)
    if facet is Facet.PORT:
        return port_names.get(value, "")
    if facet is Facet.CHAPTER:
        return gettext(CHAPTERS.get(value, ""))
    return ""


def about(own: Finding, names: Mapping[str, str], port_names: Mapping[str, str]) -> str:
    """Of what a finding is: the group, and its port where that says more."""
    key = own.key
    parts = [value_word(key.facet, key.value, names, key.stream)] if key.value else []
    if key.value and (name := aside(key.facet, key.value, port_names)):
        parts = [f"HS {key.value}", name] if key.facet is Facet.CHAPTER else [name]
    if key.port and key.port not in key.value.split("–"):
        parts.append(port_names.get(key.port, key.port))
    return ", ".join(parts) or gettext(N_("All ports"))


def told(own: Finding, names: Mapping[str, str], port_names: Mapping[str, str]) -> str:
    """A finding in words, with what examinations found."""
    what, found = i18n.shown(sentence(own, about(own, names, port_names))), outcome(own)
    if found is None:
        return what
    return gettext(N_("{what}; {more}")).format(what=what, more=i18n.shown(found))


def finding_query(own: Finding) -> dict[str, str]:
    """The address under which a finding's series is shown: four weeks before it and since."""
    key = own.key
    query = {
        "stream": key.stream.value,
        "measure": key.measure.value,
        "days": "56",
        "port": key.port,
        "of": "" if key.facet is Facet.TOTAL else key.facet.value,
        "value": key.value,
    }
    return {name: value for name, value in query.items() if value}


# --- records ------------------------------------------------------------------------------------


def may_open(actor: Actor, stream: Stream) -> bool:
    """Whether somebody may see the records behind the counts."""
    return actor.may(RECORDS[stream])


def records(query: TrendQuery, by: Facet, value: str) -> str:
    """The list with its filter set to one group; "" where no list can be asked so."""
    if query.stream is Stream.SEIZURES:
        return _seizures(query, by, value)
    filters = {Facet.PORT: "port", Facet.CARRIER: "carrier", Facet.ISSUER: "issuer"}
    wanted = {"port": query.port, "direction": query.direction}
    for facet, own in ((query.of, query.value), (by, value)):
        if facet is Facet.RULE:
            wanted["reason"] = f"rule:{own}"
        elif facet is Facet.LIST:
            wanted["reason"] = f"watchlist:{own}"
        elif facet is Facet.LANE and query.stream is Stream.GOODS:
            wanted["lane"] = own
        elif facet in filters:
            wanted[filters[facet]] = own
        elif facet is Facet.ROUTE and query.stream is Stream.TRAVELLERS:
            wanted["port"] = wanted["port"] or own.rpartition("–")[2]
        elif facet is not Facet.TOTAL:
            return ""
    told = {name: own for name, own in wanted.items() if own}
    if query.stream is Stream.GOODS:
        known = {"port", "direction", "lane"}
        return f"/consignments?{urlencode(told)}" if told.keys() <= known else ""
    return f"/vetting?{urlencode({'all': '1', **told})}"


def day_records(query: TrendQuery, day: date) -> str:
    """The list of one day."""
    if query.stream is Stream.SEIZURES:
        return _seizures(query, Facet.TOTAL, "", day)
    if query.stream is Stream.GOODS:
        return ""
    return f"/arrivals?day={day.isoformat()}"


def _seizures(query: TrendQuery, by: Facet, value: str, day: date | None = None) -> str:
    wanted = {
        "kind": RecordKind.SEIZURE.value,
        "since": (day or query.since).isoformat(),
        "until": (day or query.until - timedelta(days=1)).isoformat(),
    }
    for facet, own in ((query.of, query.value), (by, value)):
        if facet in (Facet.COMMODITY, Facet.CONCEALMENT, Facet.METHOD) and own:
            wanted[facet.value] = own
        elif facet is Facet.ROUTE and own:
            wanted["route"] = own.partition("–")[0]
        elif facet not in (Facet.TOTAL, Facet.PORT, Facet.WEEKDAY, Facet.MONTH) and own:
            return ""
    return f"/seizures?{urlencode(wanted)}"


# --- the map ------------------------------------------------------------------------------------


def flow_map(flows: tuple[Row, ...], query: TrendQuery) -> str:
    """Routes with where their ends are; wider where more came."""
    most = max((own.counts.of(query.measure) for own in flows), default=0)
    routes: list[MapRoute] = []
    ends: dict[str, int] = {}
    for own in flows:
        origin, _, destination = own.value.partition("–")
        count = own.counts.of(query.measure)
        routes.append(
            MapRoute(
                spots=(spot(origin), spot(destination)),
                title=f"{own.value}: {count:,}",
                href=f"/trends?{urlencode(query.texts(of='route', value=own.value, by=''))}",
                weight=max(1, round(8 * count / most)),
            )
        )
        ends[destination] = ends.get(destination, 0) + count
    points = [
        MapPoint(
            latitude=place.latitude,
            longitude=place.longitude,
            title=f"{code}: {count:,}",
            href=f"/trends?{urlencode(query.texts(port=code))}",
        )
        for code, count in ends.items()
        if (place := spot(code)).latitude is not None and place.longitude is not None
    ]
    return map_data(points, routes)
