"""The web of what persons share: a graph that grows on click, and the same as tables."""

from typing import Annotated, Any
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse

from parakh.domain.link import LinkKind
from parakh.services import links
from parakh.services.links import Asked, LinksView, Node
from parakh.web import labels
from parakh.web.queries import FIRST, day_of
from parakh.web.viewer import Here

router = APIRouter(prefix="/links")

Grown = Annotated[list[str], Query(max_length=links.MOST_PERSONS)]
Kinds = Annotated[list[LinkKind], Query()]

LOOKS = {
    LinkKind.DOCUMENT: "identity",
    LinkKind.PAYMENT: "identity",
    LinkKind.REFERENCE: "identity",
    LinkKind.EMAIL: "reach",
    LinkKind.PHONE: "reach",
    LinkKind.ADDRESS: "home",
    LinkKind.FAMILY: "home",
}
"""How a link is drawn; others are drawn as travel together."""


@router.get("/{traveller_id}")
def page(
    here: Here,
    traveller_id: str,
    kind: Kinds = [],  # noqa: B006  (FastAPI copies it)
    grown: Grown = [],  # noqa: B006
    since: str = "",
    until: str = "",
) -> HTMLResponse:
    """The graph around a traveller, grown as the address says."""
    view = links.around(here.centre, here.actor, traveller_id, _asked(kind, grown, since, until))
    return here.page("links.html", **_shown(view))


@router.get("/{traveller_id}/web")
def web(
    here: Here,
    traveller_id: str,
    kind: Kinds = [],  # noqa: B006
    grown: Grown = [],  # noqa: B006
    since: str = "",
    until: str = "",
) -> HTMLResponse:
    """The same, as the page puts it into its place."""
    asked = _asked(kind, grown, since, until)
    view = links.around(here.centre, here.actor, traveller_id, asked)
    response = here.page("fragments/links_web.html", **_shown(view))
    response.headers["HX-Replace-Url"] = f"/links/{traveller_id}?{_query(asked)}"
    return response


@router.get("/{traveller_id}/values/{token}")
def evidence(here: Here, traveller_id: str, token: str) -> HTMLResponse:
    """What a link rests on, as the page puts it into its place."""
    found = links.evidence(here.centre, here.actor, traveller_id, token)
    return here.page("fragments/link_evidence.html", found=found)


def _asked(kinds: list[LinkKind], grown: list[str], since: str, until: str) -> Asked:
    return Asked(
        grown=tuple(dict.fromkeys(grown)),
        kinds=frozenset(kinds) if kinds else None,
        since=day_of(since, FIRST) if since else None,
        until=day_of(until, FIRST) if until else None,
    )


def _query(asked: Asked, grow: str = "") -> str:
    """The address's query for a web, grown by one person more."""
    grown = (*asked.grown, grow) if grow else asked.grown
    pairs = [("kind", own.value) for own in sorted(asked.kinds or ())]
    pairs += [("since", asked.since.isoformat())] if asked.since else []
    pairs += [("until", asked.until.isoformat())] if asked.until else []
    return urlencode([*pairs, *(("grown", own) for own in grown)])


def _shown(view: LinksView) -> dict[str, Any]:
    """What the templates need."""
    return {
        "view": view,
        "names": {node.holder: _name(node) for node in view.nodes if _name(node)},
        "graph": orjson.dumps(_graph(view)).decode(),
        "query": lambda grow="": _query(view.asked, grow),
        "kinds": tuple(LinkKind),
        "looks": LOOKS,
    }


def _name(node: Node) -> str:
    """What a person, company, consignment or unit is called; "" for who may not be seen."""
    if node.thing is not None:
        return node.thing.name
    return str(node.traveller.name) if node.traveller else ""


def _graph(view: LinksView) -> dict[str, Any]:
    """The web as the browser draws it."""
    return {
        "start": view.start,
        "nodes": [
            {
                "id": node.holder,
                "name": _name(node),
                "hops": node.hops,
                "look": "start"
                if node.holder == view.start
                else "unseen"
                if not _name(node)
                else "suspect"
                if node.suspect
                else "goods"
                if node.thing
                else "person",
            }
            for node in view.nodes
        ],
        "values": [
            {
                "token": own.token,
                "word": labels.word(own.kind),
                "look": LOOKS.get(own.kind, "travel"),
                "hub": own.hub,
                "persons": own.persons,
                "strength": round(view.strength(own), 3),
            }
            for own in view.values
        ],
    }
