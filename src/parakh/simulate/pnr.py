"""Writes PNRGOV messages (PADIS 11.1) of invented bookings, as airlines' systems send them."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from random import Random

from parakh.ingest.records import DeclaredVoyage
from parakh.simulate.people import Person, Route, passengers

_ROUTE = Route(
    origin="DXB",
    destination="KHI",
    country="PAK",
    nations={"PAK": 62, "ARE": 10, "AFG": 6, "GBR": 5, "CHN": 5, "IND": 4, "UZB": 4},
    feeders=("LHR", "JFK", "MCT", "TAS", "CAN"),
    bag_prefix="0214",
)
_MEALS = ("MOML", "VGML", "AVML", "DBML", "CHML")
_UNA = "UNA:+.?*'"
_CARD_STEMS = (("VI", "4111"), ("VI", "4929"), ("CA", "5425"), ("CA", "5105"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """By what a party is reached, and by which card it pays; "" for any."""

    phone: str = ""
    card: str = ""


_ANY = Contact()


def bookings(size: int, seed: int, today: date) -> bytes:
    """A PNRGOV of one arriving flight with `size` bookings, each of one to six passengers."""
    rng = Random(seed)  # noqa: S311  (believable, repeatable data; nothing secret)
    people = passengers(rng, _ROUTE, size * 3, today)
    parties = [list(group) for _, group in groupby(people, key=lambda own: own.booking)][:size]
    return pnrgov(_flight(today), parties, rng, today)


def pnrgov(
    flight: DeclaredVoyage,
    parties: Sequence[Sequence[Person]],
    rng: Random,
    today: date,
    cancelled: Container[str] = (),
    contacts: Mapping[str, Contact] | None = None,
) -> bytes:
    """A transmission with one message, sent in the morning of `today`; each party is one booking.

    Those with a locator in `cancelled` do not hold any more; `contacts` of a locator stand in
    place of any. One segment a line.
    """
    lines = [
        "UNH+1+PNRGOV:11:1:IA+F6C2C268",
        "MSG+:22",
        f"ORG+{flight.carrier}:{flight.destination}",
        f"TVL+{_when(flight.departure)}:{_when(flight.arrival)}+{_ends(flight)}"
        f"+{flight.carrier}+{flight.number}",
        f"EQN+{len(parties)}",
    ]
    for party in parties:
        status = "HX" if party[0].booking in cancelled else "HK"
        contact = (contacts or {}).get(party[0].booking, _ANY)
        lines += _booking(flight, party, rng, today, status, contact)
    lines.append(f"UNT+{len(lines) + 1}+1")
    sent = f"{today:%y%m%d}:0500"
    whole = [f"UNB+IATA:1+{flight.carrier}+PKNTC+{sent}+1++PNRGOV", *lines, "UNZ+1+1"]
    return (_UNA + "\n" + "".join(f"{line}'\n" for line in whole)).encode()


def _booking(
    flight: DeclaredVoyage,
    party: Sequence[Person],
    rng: Random,
    today: date,
    status: str,
    contact: Contact,
) -> Iterator[str]:
    carrier = flight.carrier
    made = today - timedelta(days=rng.randrange(2, 120))
    touched = f"{today - timedelta(days=1):%d%m%y}:{rng.randrange(24):02d}15"
    references = [f"{index}" for index in range(1, len(party) + 1)]
    payer = rng.choice(party)
    yield "SRC"
    yield f"RCI+{carrier}:{party[0].booking}::{made:%d%m%y}:{rng.randrange(24):02d}30"
    if rng.random() < 0.25:
        yield f"SSR+{rng.choice(_MEALS)}:HK:1:{carrier}+::{rng.choice(references)}"
    if rng.random() < 0.05:
        yield f"SSR+WCHR:HK:1:{carrier}+::{rng.choice(references)}"
    yield f"DAT+700:{touched}+710:{made:%d%m%y}:1200"
    if rng.random() < 0.3:
        yield f"IFT+4:28::{carrier}+PLS SEAT TOGETHER"
    number = f"{rng.randrange(10**7):07d}"
    yield f"IFT+4:28::{carrier}+CTCM {contact.phone or f'00971{number}'}"
    agency, office = rng.randrange(10**8), rng.randrange(999)
    yield f"ORG+1A:MUC+{agency:08d}:DXB{office:03d}+DXB++T+AE:AED+A{number}"
    yield f"ADD++700:{rng.randrange(1, 99)} KHALID STREET:DUBAI:::AE:{rng.randrange(9999):05d}"
    for person, reference in zip(party, references, strict=True):
        yield from _person(person, reference, carrier, made, today, rng, payer, contact)
    yield from _itinerary(flight, party, references, rng, status)


def _person(
    person: Person,
    reference: str,
    carrier: str,
    made: date,
    today: date,
    rng: Random,
    payer: Person,
    contact: Contact,
) -> Iterator[str]:
    given = _plain(person.given).replace(" ", "")
    title = "MR" if person.sex == "M" else "MRS"
    kind = _type(person, today)
    yield f"TIF+{_plain(person.family)}+{given}{title if kind == 'A' else ''}:{kind}:{reference}"
    if rng.random() < 0.2:
        yield f"FTI+{carrier}:{rng.randrange(10**10):010d}:::SILVER"
    yield f"REF+:{rng.randrange(16**12):012X}"
    yield f"FAR+{'N' if kind == 'A' else 'C'}+++++Y{rng.randrange(9)}PK"
    for document in person.documents[:1]:
        born, ends = f"{person.born:%d%b%y}".upper(), _named(document.expiry)
        yield (
            f"SSR+DOCS:HK:1:{carrier}:::::/P/{document.issuer}/{document.number}/{person.nation}"
            f"/{born}/{person.sex}/{ends}/{_plain(person.family)}/{_plain(person.given)}"
        )
    for visa in person.documents[1:2]:
        issued = f"{made:%d%b%y}".upper()
        yield f"SSR+DOCO:HK:1:{carrier}:::::/{person.nation}/V/{visa.number}/DUBAI/{issued}/PAK"
    price = rng.randrange(200, 2000)
    yield f"TKT+214{rng.randrange(10**10):010d}:T:1"
    yield f"MON+B:{price}.00:AED+T:{price + 85}.50:AED"
    yield f"PTK+NR++{made:%d%m%y}:2200+{carrier}+006+DXB"
    yield "TXD++3.10:::AE+8.50:::YQ+3.40:::PK"
    yield f"DAT+710:{made:%d%m%y}:1200"
    vendor, stem = rng.choice(_CARD_STEMS)
    short = f"{'X' * 12}{rng.randrange(10**4):04d}"
    account = short if rng.random() < 0.6 else _card(stem, rng)
    if contact.card:
        vendor, account = "VI", contact.card
    ends = f"{rng.randrange(1, 13):02d}{rng.randrange(27, 32)}"
    yield f"FOP+CC::{price + 85}.50:{vendor}:{account}:{ends}"
    yield f"IFT+4:43+{_paid_by(payer)}+12 KHALID STREET DUBAI+00971 4 555 1234"


def _itinerary(
    flight: DeclaredVoyage,
    party: Sequence[Person],
    references: Sequence[str],
    rng: Random,
    status: str,
) -> Iterator[str]:
    feeder = next((own.embarkation for own in party if own.embarkation != flight.origin), "")
    if feeder:
        earlier = f"{_moment(flight.departure) - timedelta(hours=9):%d%m%y:%H%M}"
        yield f"TVL+{earlier}+{feeder}+{flight.origin}+EK:QF+8413:Y"
        yield "TVL+++++8413:Y"
        yield f"RPI+{len(party)}+HK"
    yield (
        f"TVL+{_when(flight.departure)}:{_when(flight.arrival)}+{_ends(flight)}"
        f"+{flight.carrier}+{flight.number}:Y"
    )
    yield f"RPI+{len(party)}+{status}"
    yield "APD+77W"
    seats = "".join(
        f"+{own.seat}::{reference}" for own, reference in zip(party, references, strict=True)
    )
    ports = f"{flight.origin}:{flight.destination}"
    yield f"SSR+SEAT:HK:{len(party)}:{flight.carrier}:::{ports}{seats}"
    if rng.random() < 0.4:
        yield from _check_in(flight, party, references, rng)
    if rng.random() < 0.3:
        yield "LTS+0/O/SS/PK 214 Y DXBKHI HK1"


def _check_in(
    flight: DeclaredVoyage, party: Sequence[Person], references: Sequence[str], rng: Random
) -> Iterator[str]:
    yield f"DAT+2:{_moment(flight.departure) - timedelta(hours=3):%d%m%y:%H%M}"
    for own, reference in zip(party, references, strict=True):
        yield f"TRI++{rng.randrange(1, 300)}:::{reference}"
        yield f"SSD+{own.seat}++++Y"
        if own.bags:
            weight = sum(rng.randrange(12, 31) for _ in own.bags)
            tags = f"+{flight.carrier}:{own.bags[0]}:{len(own.bags)}:{flight.destination}"
            yield f"TBD++{len(own.bags)}:{weight}:700++HP{tags}"


def _flight(today: date) -> DeclaredVoyage:
    leaves = datetime.combine(today, time(18, 25))
    return DeclaredVoyage(
        line=0,
        mode="air",
        carrier="PK",
        number="214",
        origin=_ROUTE.origin,
        destination=_ROUTE.destination,
        departure=f"{leaves:%y%m%d%H%M}",
        arrival=f"{leaves + timedelta(hours=3, minutes=10):%y%m%d%H%M}",
    )


def _type(person: Person, today: date) -> str:
    """Adult, child below twelve, or infant below two years."""
    age = (today - person.born).days / 365.25
    return "A" if age >= 12 else "C" if age >= 2 else "IN"


def _card(stem: str, rng: Random) -> str:
    """A number of card length with a right check digit; no bank has given it to anybody we know."""
    digits = f"{stem}{rng.randrange(10**11):011d}"
    total = sum(
        int(digit) if place % 2 else sum(divmod(2 * int(digit), 10))
        for place, digit in enumerate(digits)
    )
    return f"{digits}{-total % 10}"


def _paid_by(person: Person) -> str:
    return _plain(f"{person.given} {person.family}")


def _plain(text: str) -> str:
    """Letters and blanks, as reservation systems keep names."""
    return "".join(sign for sign in text if sign.isalpha() or sign == " ")


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%y%m%d%H%M")  # noqa: DTZ007  (local to a port)


def _when(text: str) -> str:
    return f"{_moment(text):%d%m%y:%H%M}"


def _named(text: str) -> str:
    """12JUL29 of 290712."""
    return f"{datetime.strptime(text, '%y%m%d'):%d%b%y}".upper()  # noqa: DTZ007


def _ends(flight: DeclaredVoyage) -> str:
    return f"{flight.origin}+{flight.destination}"
