"""The form beside a rule's text, a part of the page on which it is written."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse

from parakh.access import Permission
from parakh.services import value_lists
from parakh.web.rule_builder import CALCULATED, Sent, built
from parakh.web.viewer import Here

router = APIRouter(prefix="/rules")


@router.post("/builder")
def build(here: Here, sent: Annotated[Sent, Form()]) -> HTMLResponse:
    """The form after a step, with the rule that it stands for."""
    here.actor.require(Permission.WRITE_RULES)
    return here.page(
        "fragments/rule_builder.html",
        builder=built(sent),
        calculated=CALCULATED,
        lists=value_lists.overview(here.centre, here.actor),
    )
