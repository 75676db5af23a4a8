"""Posts: the places where a country's border is crossed, and what is expected of them."""

import re
from dataclasses import dataclass
from enum import StrEnum

CODE = re.compile(r"[A-Z0-9]{3,5}")
"""Codes of ports: IATA (three letters) or UN/LOCODE (five letters and digits)."""


class PostKind(StrEnum):
    """What sort of place it is."""

    AIRPORT = "airport"
    SEAPORT = "seaport"
    LAND = "land"
    DRY_PORT = "dry_port"
    RAIL = "rail"


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """An entry or exit point.

    Attributes:
        code: the port's code, as voyages, crossings, alerts and consignments name it (IATA for air,
            UN/LOCODE otherwise).
        latitude, longitude: degrees north and east (WGS 84); None where nobody told.
        region: the name of the region whose centre answers for it; "" for none.
    """

    code: str
    name: str
    kind: PostKind
    latitude: float | None = None
    longitude: float | None = None
    region: str = ""
