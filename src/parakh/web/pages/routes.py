"""All pages under one router."""

from fastapi import APIRouter

from parakh.web.pages import (
    account,
    alerts,
    arrivals,
    audit,
    calibration,
    carriers,
    custody,
    faces,
    galleries,
    gate,
    hand,
    lists,
    messages,
    persons,
    pictures,
    redress,
    reference,
    session,
    stations,
    sweeps,
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
    stations,
    calibration,
    sweeps,
    redress,
    watchlist,
    lists,
    hand,
    galleries,
    custody,
    faces,
    pictures,
    messages,
    carriers,
    audit,
    reference,
)

router = APIRouter(include_in_schema=False)
for _page in PAGES:
    router.include_router(_page.router)
