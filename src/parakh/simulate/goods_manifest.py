"""Writes a vessel's cargo manifest as CUSCAR (UN/EDIFACT D.95B)."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from parakh.simulate.goods_stories import Bill
from parakh.simulate.messages import escape, interchange, line
from parakh.simulate.things import imo_number

VESSEL, CARRIER = "MSC INDUS STAR", "MSCU"
AHEAD = timedelta(days=1, hours=6)
"""So long before it comes the vessel's manifest is sent."""


def manifest(rng: Random, bills: Sequence[Bill], now: datetime) -> bytes:
    """A transmission with the manifest of one vessel that is still to come to Karachi."""
    arrives = now + AHEAD
    told = [
        line("UNH", "1", "CUSCAR:D:95B:UN"),
        line("BGM", "785", f"{CARRIER}{arrives:%y%m%d}", "9"),
        line(
            "TDT", "20", f"{arrives:%y%j}E", "1", "", CARRIER, "", "",
            f"{imo_number(rng)}:146::{escape(VESSEL)}:PA",
        ),
        line("LOC", "9", "AEJEA:139:6"),
        line("LOC", "11", "PKKHI:139:6"),
        line("DTM", f"132:{arrives:%Y%m%d%H%M}:203"),
    ]  # fmt: skip
    for place, own in enumerate(bills, 1):
        told += _bill(own, place)
    told.append(line("CNT", f"11:{sum(own.packages for own in bills)}"))
    told.append(line("UNT", str(len(told) + 1), "1"))
    return interchange(
        ["".join(told)], sender=CARRIER, reference=f"M{arrives:%y%m%d}", sent=f"{now:%y%m%d:%H%M}"
    )


def _bill(own: Bill, place: int) -> Iterator[str]:
    yield line("CNI", str(place))
    if own.master:
        yield line("RFF", f"BH:{own.number}")
        yield line("RFF", f"MB:{own.master}")
    else:
        yield line("RFF", f"BM:{own.number}")
    yield line("LOC", "9", f"{own.loading}:139:6")
    yield line("LOC", "11", "PKKHI:139:6")
    yield line("NAD", "CZ", "", "", escape(own.shipper))
    country = "AE" if own.country == "ARE" else "PK"
    yield line("NAD", "CN", "", "", escape(own.consignee), "", "", "", "", country)
    yield line("GID", "1", f"{own.packages}:CT")
    yield line("FTX", "AAA", "", "", escape(own.description))
    yield line("MEA", "AAE", "G", f"KGM:{own.kg}")
    yield line("SGP", own.container, str(own.packages))
    if own.code:
        yield line("PIA", "5", f"{own.code}:HS")
    yield line("EQD", "CN", own.container, "22G1", "", "", "5")
    yield line("SEL", own.seal, "CA")
