"""Rules: the list, one rule, and the page on which one is written."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from starlette.responses import HTMLResponse, RedirectResponse, Response

from parakh.access import Permission
from parakh.act.rules import HIGHEST, LOWEST, SUBJECTS, field_of
from parakh.domain.hit import Kind
from parakh.domain.rule import RuleState, RuleVersion
from parakh.domain.voyage import Direction
from parakh.domain.watchlist import Handling
from parakh.screen.rules.language import RuleError
from parakh.services import accounts, rule_review, rules, value_lists
from parakh.services.rules import Checked, Standing
from parakh.web.pages.rule_trials import shown_trial, usual_days
from parakh.web.queries import PageNumber
from parakh.web.rule_builder import Sent, built
from parakh.web.rule_charts import week_chart
from parakh.web.rule_forms import RuleForm, filled
from parakh.web.viewer import Here

router = APIRouter(prefix="/rules")

Filled = Annotated[RuleForm, Form()]
Then = Annotated[str, Query(alias="then", pattern="^(save|try|submit|check)$")]
Reason = Annotated[str, Form(max_length=4000)]


@router.get("")
def overview(
    here: Here,
    show: str = "",
    q: Annotated[str, Query(max_length=200)] = "",
    port: Annotated[str, Query(max_length=10)] = "",
    unit: Annotated[str, Query(max_length=40)] = "",
    page: PageNumber = 1,
) -> HTMLResponse:
    """All rules, those in force first; `show` is a standing, or `worn_out`."""
    standing = Standing(show) if show in list(Standing) else None
    found = rules.rules(
        here.centre,
        here.actor,
        standing=standing,
        text=q,
        port=port,
        unit_id=unit,
        worn_out=show == "worn_out",
        page=page,
    )
    return here.page(
        "rules.html",
        page=found,
        standings=list(Standing),
        standing=standing,
        show=show,
        q=q,
        port=port,
        unit=unit,
    )


@router.get("/new")
def new(here: Here) -> HTMLResponse:
    """The page on which a rule is written."""
    here.actor.require(Permission.WRITE_RULES)
    return _editor(here, RuleForm(), None, Checked())


@router.post("")
def write(here: Here, form: Filled, then: Then = "save") -> Response:
    """Keeps a new rule as a draft, checks it, or tries it on the history besides."""
    return _kept(here, form, None, then)


@router.post("/problems")
def problems(here: Here, form: Filled) -> HTMLResponse:
    """What is wrong with the text so far, as the page puts it under it."""
    found = rules.check(here.centre, here.actor, form.text, form.subject)
    return here.page("fragments/rule_problems.html", checked=found, text=form.text)


@router.get("/{rule_id}")
def one(here: Here, rule_id: str) -> HTMLResponse:
    """One rule."""
    view = rules.rule(here.centre, here.actor, rule_id)
    shown = view.row.version
    return here.page(
        "rule.html",
        view=view,
        row=view.row,
        rule=shown,
        in_words=built(Sent(text=shown.text, subject=shown.subject, do="open")),
        chart=week_chart(view.trend.weeks),
        **shown_trial(here, shown, view.tried),
    )


@router.get("/{rule_id}/edit")
def edit(here: Here, rule_id: str) -> HTMLResponse:
    """The page on which a rule's draft is changed, or its next version begun."""
    here.actor.require(Permission.WRITE_RULES)
    base = rules.base(here.centre, here.actor, rule_id)
    form = filled(base, here.centre.settings.zone)
    return _editor(here, form, base, Checked())


@router.post("/{rule_id}")
def revise(here: Here, rule_id: str, form: Filled, then: Then = "save") -> Response:
    """Keeps a rule's draft, checks it, or tries it on the history besides."""
    return _kept(here, form, rules.base(here.centre, here.actor, rule_id), then)


@router.get("/{rule_id}/compare")
def compare(here: Here, rule_id: str, old: str = "", new: str = "") -> HTMLResponse:
    """Two versions side by side: the newest two where none is named."""
    versions = rules.rule(here.centre, here.actor, rule_id).versions
    newest = [own.id for own in versions[:2]]
    old, new = old or newest[-1], new or newest[0]
    return here.page(
        "rule_compare.html",
        comparison=rules.compare(here.centre, here.actor, old, new),
        rule=versions[0],
        versions=versions,
        units=accounts.units(here.centre),
        field_of=field_of,
    )


@router.post("/{rule_id}/retire")
def retire(here: Here, rule_id: str, reason: Reason = "") -> RedirectResponse:
    """Takes a rule out of force."""
    rule_review.retire(here.centre, here.actor, rule_id, reason)
    return here.done(f"/rules/{rule_id}", "rule-retired")


# --- within -----------------------------------------------------------------------------------


def _kept(here: Here, form: RuleForm, base: RuleVersion | None, then: str) -> Response:
    if then == "check":
        found = rules.check(here.centre, here.actor, form.text, form.subject)
        return _editor(here, form, base, found, asked=True)
    draft = form.draft(here.centre.settings.zone)
    try:
        if base is None:
            made = rules.write(here.centre, here.actor, draft)
        else:
            seen = form.seen_at if base.state is RuleState.DRAFT else None
            made = rules.revise(here.centre, here.actor, base.rule_id, draft, seen=seen)
    except RuleError as error:
        return _editor(here, form, base, Checked(problems=error.problems), status=422)
    if then == "try":
        since, until = usual_days(here)
        rule_review.try_out(here.centre, here.actor, made.id, since, until)
    return here.done(f"/rules/versions/{made.id}", "rule-kept")


def _editor(
    here: Here,
    form: RuleForm,
    base: RuleVersion | None,
    checked: Checked,
    *,
    asked: bool = False,
    status: int = 200,
) -> HTMLResponse:
    return here.page(
        "rule_edit.html",
        status=status,
        form=form,
        base=base,
        checked=checked,
        asked=asked,
        text=form.text,
        lists=value_lists.overview(here.centre, here.actor),
        **_choices(here),
    )


def _choices(here: Here) -> dict[str, Any]:
    """What the fields of a rule are chosen from."""
    return {
        "subjects": SUBJECTS,
        "handlings": list(Handling),
        "directions": list(Direction),
        "priorities": range(HIGHEST, LOWEST + 1),
        "units": accounts.units(here.centre),
        "travellers": Kind.TRAVELLER,
    }
