"""All pages under one router."""

from fastapi import APIRouter

from parakh.web.pages import (
    account,
    alerts,
    arrivals,
    audit,
    carriers,
    gate,
    messages,
    persons,
    pictures,
    reference,
    session,
    travellers,
    voyages,
    wall,
    watchlist,
)

PAGES = (
    session,
    account,
    arrivals,
    voyages,
    travellers,
    persons,
    alerts,
    wall,
    gate,
    watchlist,
    pictures,
    messages,
    carriers,
    audit,
    reference,
)

router = APIRouter(include_in_schema=False)
for _page in PAGES:
    router.include_router(_page.router)
