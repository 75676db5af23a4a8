"""Back-tests on the pages: begun, on their way, and what came of them."""

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse

from parakh.domain.backtest import Backtest
from parakh.domain.rule import RuleVersion
from parakh.services import accounts, backtests, rule_review, rules
from parakh.services.rules import Trial
from parakh.web.queries import day_of
from parakh.web.rule_charts import day_chart
from parakh.web.viewer import Here

router = APIRouter(prefix="/rules")

USUAL = timedelta(days=90)
"""So much history a rule is tried on unless somebody says otherwise."""

Day = Annotated[str, Form(max_length=10)]


@router.post("/versions/{version_id}/backtest")
def begin(here: Here, version_id: str, first_day: Day = "", last_day: Day = "") -> RedirectResponse:
    """Begins to try a version on the history."""
    since, until = usual_days(here)
    first = day_of(first_day, since)
    end = day_of(last_day, until - timedelta(days=1)) + timedelta(days=1)
    rule_review.try_out(here.centre, here.actor, version_id, first, end)
    return here.done(f"/rules/versions/{version_id}#trial", "backtest-begun")


@router.get("/backtests/{backtest_id}")
def result(here: Here, backtest_id: str) -> HTMLResponse:
    """How far a back-test is, as pages put it into its place; loads them anew at the end, for what
    came of it decides what may be done next."""
    trial = rules.trial(here.centre, here.actor, backtest_id)
    answer = here.page("fragments/rule_trial.html", **_context(here, trial))
    if trial.backtest.state.over:
        answer.headers["HX-Refresh"] = "true"
    return answer


@router.post("/backtests/{backtest_id}/stop")
def stop(here: Here, backtest_id: str) -> HTMLResponse:
    """Ends a back-test; answers as the page puts it into its place."""
    backtests.stop(here.centre, here.actor, backtest_id)
    return result(here, backtest_id)


def usual_days(here: Here) -> tuple[date, date]:
    """The days on which a rule is tried usually: the first, and the one after the last."""
    today = here.centre.clock().astimezone(here.centre.settings.zone).date()
    return today - USUAL, today + timedelta(days=1)


def shown_trial(here: Here, version: RuleVersion, tried: Backtest | None) -> dict[str, Any]:
    """What a page needs to show a version's newest back-test, and to begin another."""
    trial = rules.trial(here.centre, here.actor, tried.id) if tried else None
    since, until = usual_days(here)
    return {
        **_context(here, trial),
        "tested": version,
        "first_day": since,
        "last_day": until - timedelta(days=1),
    }


def _context(here: Here, trial: Trial | None) -> dict[str, Any]:
    findings = trial.backtest.findings if trial else None
    return {
        "trial": trial,
        "findings": findings,
        "last_tried": trial.backtest.until - timedelta(days=1) if trial else None,
        "trial_chart": day_chart(findings.days) if findings else None,
        "units": accounts.units(here.centre),
    }
