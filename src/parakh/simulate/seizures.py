"""Invented seizures, a suspect and a company, as other posts report them."""

import base64
import io
from datetime import datetime, timedelta
from random import Random
from typing import Any

from PIL import Image, ImageDraw

from parakh.simulate.trade import RING

_PLACES = (
    ("Karachi Port", 24.83, 66.98), ("Torkham", 34.12, 71.09), ("Chaman", 30.92, 66.45),
    ("Jinnah Airport", 24.91, 67.16), ("Port Qasim", 24.78, 67.34), ("Gwadar", 25.12, 62.33),
    ("Taftan", 28.97, 61.55), ("Sust", 36.69, 74.82),
)  # fmt: skip


_FINDS = (
    ("heroin", 14.2, "KGM", "conveyance", "Under the floor of the trailer", ("AFG", "PAK", "ARE")),
    ("methamphetamine", 6.8, "KGM", "cargo", "Inside ceramic tiles", ("CHN", "ARE", "PAK")),
    ("gold", 2140, "GRM", "on_body", "Worn as a belt", ("ARE", "PAK")),
    ("tobacco", 4200, "CT", "cargo", "Behind a row of declared goods", ("ARE", "PAK")),
    ("currency", None, "H87", "baggage", "In the lining of a suitcase", ("PAK", "ARE")),
    ("cannabis_resin", 88, "KGM", "conveyance", "In a second fuel tank", ("AFG", "PAK")),
    ("electronics", 640, "H87", "cargo", "Declared as plastic covers", ("CHN", "PAK")),
    ("fuel", 9000, "LTR", "not_hidden", "Tanker without papers", ("IRN", "PAK")),
)


def enforcement(rng: Random, now: datetime) -> dict[str, Any]:
    return {
        "format": "parakh-enforcement/1",
        "source": "CEN",
        "seizures": [_seizure(rng, now, place) for place in range(24)],
        "suspects": [
            {
                "reference": "S-1", "action": "recorded", "family_name": "ZARRAB",
                "given_names": "KHALID ANWAR", "aliases": ["KHALID ZAREEN"],
                "birth_date": "1979-04-11", "nationality": "PAK",
                "documents": [{"type": "P", "number": "XK4410227", "issuer": "PAK"}],
                "suspicion": "Organises couriers of currency", "reported_on": f"{now:%Y-%m}-01",
            },
        ],
        "companies": [
            {
                "reference": "C-1", "action": "recorded", "name": RING, "identifier": "4417702-1",
                "country": "PAK", "role": "consignee", "reported_on": f"{now:%Y-%m}-01",
                "suspicion": "Receives goods and money of one ring",
            },
        ],
    }  # fmt: skip


def _seizure(rng: Random, now: datetime, place: int) -> dict[str, Any]:
    where, north, east = _PLACES[place % len(_PLACES)]
    commodity, quantity, measure, hidden, note, route = rng.choice(_FINDS)
    goods: dict[str, Any] = {"commodity": commodity, "measure": measure}
    if quantity is None:
        goods |= {"value": rng.randrange(20, 240) * 1000, "currency": "USD", "measure": None}
    else:
        told = quantity * rng.uniform(0.4, 2.2)
        goods |= {"quantity": round(told, 1) if measure == "KGM" else round(told)}
    at = now - timedelta(days=rng.uniform(1, 170))
    own = {
        "reference": f"Z-{now:%y%j}-{place:02d}",
        "action": "recorded",
        "at": at.isoformat(timespec="seconds"),
        "place": {"name": where, "country": "PAK", "latitude": north, "longitude": east},
        "goods": [goods],
        "origin": route[0],
        "destination": route[-1],
        "route": list(route),
        "concealment": hidden,
        "concealment_note": note,
        "method": rng.choice(("risk", "routine", "random", "tip", "dog", "scan")),
        "summary": f"{note}; an invented record of the demonstration",
    }
    return own | ({"pictures": [_picture(rng)]} if place % 3 == 0 else {})


def _picture(rng: Random) -> str:
    """A drawing of parcels on a bench, as base64 of a JPEG."""
    image = Image.new("RGB", (640, 420), (206, 210, 214))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 300, 640, 420), fill=(120, 104, 86))
    for column in range(rng.randrange(3, 7)):
        left, top = 40 + column * 92, rng.randrange(180, 240)
        shade = rng.randrange(90, 190)
        draw.rectangle((left, top, left + 78, 305), fill=(shade, shade - 25, shade - 60))
        draw.line((left, (top + 305) // 2, left + 78, (top + 305) // 2), fill=(60, 50, 40), width=4)
        draw.line((left + 39, top, left + 39, 305), fill=(60, 50, 40), width=4)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=80)
    return base64.b64encode(file.getvalue()).decode()
