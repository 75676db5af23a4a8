"""Later days of the simulation: other passengers, and among them those who fly each time."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from parakh.simulate.pasts import FORMAT, as_told
from parakh.simulate.people import Person, Route, passengers
from parakh.simulate.plants import grown_man

AWAY = timedelta(hours=14)
"""So long before his flight leaves somebody who flies each time went abroad."""


def others(
    rng: Random, route: Route, size: int, today: date, regulars: Sequence[Person]
) -> list[Person]:
    """Passengers of whom nobody flew before, but for the `regulars`, who come in this order.

    Each regular has the booking, the seat and the bags of the one in whose place he flies.
    """
    people = passengers(rng, route, size, today)
    places = [index for index, own in enumerate(people) if grown_man(own, today)]
    for index, own in zip(sorted(rng.sample(places, len(regulars))), regulars, strict=True):
        place = people[index]
        people[index] = replace(own, booking=place.booking, seat=place.seat, bags=place.bags)
    return people


def departures(people: Sequence[Person], port: str, leaves: datetime) -> bytes:
    """What an immigration system tells of people who enter again by a flight: that they had left.

    For `parakh.ingest.crossings`; `leaves` (an aware moment) is when the flight does.
    """
    at = leaves - AWAY
    rows = [
        {
            "reference": f"{leaves:%y%m%d}-again-{number:05d}",
            "action": "recorded",
            "at": at.isoformat(),
            "port": port,
            "lane": f"D{number % 6 + 1}",
            "direction": "exit",
            "traveller": as_told(own),
            "documents": [
                {"type": one.type, "number": one.number, "issuer": one.issuer or None}
                for one in own.documents
            ],
        }
        for number, own in enumerate(people)
    ]
    whole = {**FORMAT, "crossings": rows}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()
