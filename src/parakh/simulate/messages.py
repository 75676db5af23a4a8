"""Writes PAXLST messages (UN/EDIFACT D.05B) from the same records that reading them gives."""

from collections.abc import Iterator, Sequence

from parakh.ingest.records import DeclaredTraveller, DeclaredVoyage

_ROLES = {"passenger": "FL", "crew": "FM", "transit": "DDU"}
_UNA = "UNA:+.? '"


def paxlst(flight: DeclaredVoyage, travellers: Sequence[DeclaredTraveller]) -> bytes:
    """A transmission with one passenger list (BGM 745), one segment a line."""
    return interchange([message(flight, travellers)], sender=flight.carrier)


def interchange(
    messages: Sequence[str], *, sender: str, reference: str = "1", sent: str = "250101:0000"
) -> bytes:
    """A transmission UNA to UNZ of the messages; UTF-8 (UNOW) if they are not all ASCII."""
    body = "".join(messages)
    syntax = "UNOA" if body.isascii() else "UNOW"
    head = line("UNB", f"{syntax}:4", escape(sender), "PKNTC", sent, escape(reference))
    tail = line("UNZ", str(len(messages)), escape(reference))
    return f"{_UNA}\n{head}{body}{tail}".encode()


def message(
    flight: DeclaredVoyage,
    travellers: Sequence[DeclaredTraveller],
    *,
    function: str = "745",
    reference: str = "1",
) -> str:
    """One message UNH to UNT; `function` is BGM 1001: 745 for passengers, 250 for crew."""
    lines = [
        line("UNH", escape(reference), "PAXLST:D:05B:UN:IATA"),
        line("BGM", function),
        *_flight_lines(flight),
    ]
    for traveller in travellers:
        lines += _traveller_lines(traveller)
    counted = "41" if function == "250" else "42"
    lines.append(line("CNT", f"{counted}:{len(travellers)}"))
    lines.append(line("UNT", str(len(lines) + 1), escape(reference)))
    return "".join(lines)


def _flight_lines(flight: DeclaredVoyage) -> Iterator[str]:
    carrier = escape(flight.carrier)
    yield line("TDT", "20", carrier + escape(flight.number), "", "", carrier)
    yield line("LOC", "125", escape(flight.origin))
    yield line("DTM", f"189:{escape(flight.departure)}:201")
    yield line("LOC", "87", escape(flight.destination))
    yield line("DTM", f"232:{escape(flight.arrival)}:201")


def _traveller_lines(traveller: DeclaredTraveller) -> Iterator[str]:
    name = ":".join((escape(traveller.family_name), escape(traveller.given_names)))
    yield line("NAD", _ROLES[traveller.role], "", "", name)
    yield from _optional("ATT", "2", "", value=traveller.sex)
    yield from _optional("DTM", "329:", value=traveller.birth_date)
    if traveller.bag_count is not None:
        yield line("MEA", "CT", "", f":{traveller.bag_count}")
    if traveller.bag_weight:
        weight, _, unit = traveller.bag_weight.partition(" ")
        yield line("MEA", "WT", "", f"{escape(unit)}:{escape(weight)}")
    for bag in traveller.bags:
        yield line("FTX", "BAG", "", "", escape(bag))
    yield from _optional("LOC", "178", value=traveller.embarkation)
    yield from _optional("LOC", "179", value=traveller.debarkation)
    yield from _optional("LOC", "174", value=traveller.residence)
    yield from _optional("NAT", "2", value=traveller.nationality)
    yield from _optional("RFF", "AVF:", value=traveller.booking_reference)
    yield from _optional("RFF", "SEA:", value=traveller.seat)
    for document in traveller.documents:
        yield line("DOC", f"{escape(document.type)}:110:111", escape(document.number))
        yield from _optional("DTM", "36:", value=document.expiry)
        yield from _optional("LOC", "91", value=document.issuer)


def _optional(*elements: str, value: str) -> Iterator[str]:
    """The segment if there is a value, put behind a qualifier that ends in a colon, or after it."""
    if value:
        separator = "" if elements[-1].endswith(":") else "+"
        yield line("+".join(elements) + separator + escape(value))


def line(*elements: str) -> str:
    """One segment on a line of its own; each element with its components parted by colons."""
    return "+".join(elements) + "'\n"


def escape(value: str) -> str:
    """The value with a release character before each service character."""
    for character in "?:+'":
        value = value.replace(character, f"?{character}")
    return value
