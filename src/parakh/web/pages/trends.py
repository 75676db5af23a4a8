"""Trends: what changed, series with what is usual, tables, hours, flows; rules from findings."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from parakh.access import Permission
from parakh.domain.trend import MEASURES, FindingState, Measure, Stream
from parakh.domain.trend_query import SPANS, TrendQuery
from parakh.domain.voyage import Direction
from parakh.services import trends, trends_rules
from parakh.services.trends import Dashboard
from parakh.web import trend_words
from parakh.web.tables import as_csv
from parakh.web.trend_charts import heat, trend_chart
from parakh.web.trend_csv import table_of
from parakh.web.viewer import Here, Viewer

router = APIRouter(prefix="/trends")

Reason = Annotated[str, Form(max_length=4000)]


@router.get("")
def overview(here: Here) -> HTMLResponse:
    """The page; everything that is chosen stands in its address."""
    query = _query(here)
    found = trends.dashboard(here.centre, here.actor, query)
    own = found.query
    return here.page(
        "trends.html",
        found=found,
        query=own,
        streams=list(Stream),
        measures=MEASURES[own.stream],
        Measure=Measure,
        directions=list(Direction),
        spans_of=SPANS,
        chart=trend_chart(found.points, own.measure) if found.points is not None else None,
        heat=heat(found.hours),
        map=trend_words.flow_map(found.flows, own),
        may_open=trend_words.may_open(here.actor, own.stream),
        drafts=here.actor.may(Permission.WRITE_RULES),
        **_words(here, found),
    )


@router.get("/export.csv")
def export(here: Here, what: str = "table") -> Response:
    """The table, or the series, as CSV (RFC 4180)."""
    found = trends.exported(here.centre, here.actor, _query(here))
    headings, rows = table_of(found, what)
    name = f"trends-{found.query.stream.value}-{found.query.since.isoformat()}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(as_csv(headings, rows), media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/findings/{finding_id}/decision")
def decide(
    here: Here,
    finding_id: str,
    decision: Annotated[str, Form(pattern="^(acknowledged|dismissed)$")],
    reason: Reason = "",
    stream: Annotated[Stream, Form()] = Stream.TRAVELLERS,
) -> RedirectResponse:
    """Acknowledges or dismisses a finding."""
    trends.decide(here.centre, here.actor, finding_id, FindingState(decision), reason)
    return here.done(f"/trends?stream={stream.value}", f"finding-{decision}")


@router.post("/findings/{finding_id}/rule")
def draft(here: Here, finding_id: str) -> RedirectResponse:
    """Drafts a rule from a finding, and opens its editor; the back-test has begun."""
    made = trends_rules.draft(here.centre, here.actor, finding_id)
    return here.done(f"/rules/{made.rule_id}/edit", "rule-drafted")


# --- within -------------------------------------------------------------------------------------


def _query(here: Viewer) -> TrendQuery:
    today = here.centre.local_now().date()
    return TrendQuery.of_texts(dict(here.request.query_params), today)


def _words(here: Viewer, found: Dashboard) -> dict[str, Any]:
    own = found.query

    def address(**values: object) -> str:
        return f"/trends?{urlencode(own.texts(**values))}"

    return {
        "address": address,
        "csv_at": lambda what: f"/trends/export.csv?{urlencode({**own.texts(), 'what': what})}",
        "value_word": lambda facet, value: trend_words.value_word(
            facet, value, found.names, own.stream
        ),
        "aside": lambda facet, value: trend_words.aside(facet, value, found.port_names),
        "told": lambda one: trend_words.told(one, found.names, found.port_names),
        "finding_at": lambda one: f"/trends?{urlencode(trend_words.finding_query(one))}",
        "condition": trends_rules.condition,
        "records": lambda facet, value: trend_words.records(own, facet, value),
        "day_records": lambda day: trend_words.day_records(own, day),
    }
