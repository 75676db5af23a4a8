"""Currency: the list of declarations, and one with all of the person and the family."""

from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from parakh.domain.voyage import Direction
from parakh.services import accounts, currency_views
from parakh.services.currency_views import Wanted
from parakh.web.queries import PageNumber
from parakh.web.viewer import Here

router = APIRouter(prefix="/currency")

PERIODS = (7, 30, 90, 365)
"""Days back that can be chosen."""

WAYS = (Direction.ENTRY, Direction.EXIT)


@router.get("")
def listing(
    here: Here,
    port: str = "",
    direction: str = "",
    days: int = 30,
    asking: bool = False,
    page: PageNumber = 1,
) -> HTMLResponse:
    """Declarations, those first that ask most for attention."""
    way = Direction(direction) if direction in WAYS else None
    wanted = Wanted(
        port=port[:5],
        direction=way,
        days=days if days in PERIODS else 30,
        asking=asking,
        page=page,
    )
    found = currency_views.listing(here.centre, here.actor, wanted)
    units = accounts.units(here.centre).values()
    ports = {own for unit in units for own in unit.ports}
    chosen = {"port": wanted.port, "direction": way or "", "days": wanted.days}

    def address(number: int) -> str:
        asked = {"asking": "true"} if asking else {}
        return f"/currency?{urlencode({**chosen, **asked, 'page': number})}"

    return here.page(
        "currency.html",
        found=found,
        wanted=wanted,
        page_at=address,
        ports=sorted(own for own in ports if here.actor.everywhere or own in here.actor.ports),
        ways=WAYS,
        periods=PERIODS,
        settings=here.centre.settings,
    )


@router.get("/{declaration_id}")
def declaration(here: Here, declaration_id: str) -> HTMLResponse:
    """One declaration."""
    view = currency_views.view(here.centre, here.actor, declaration_id)
    return here.page(
        "currency_declaration.html",
        view=view,
        own=view.row.declaration,
        settings=here.centre.settings,
    )
