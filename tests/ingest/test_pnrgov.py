from typing import Any

import pytest

from parakh.domain.message import Severity
from parakh.ingest.reader import read
from parakh.ingest.records import DeclaredBooking, DeclaredTraveller
from parakh.ingest.submission import Submission

FLIGHT = "TVL+050126:1825:050126:2135+DXB+KHI+PK+214'"
HEAD = "SRC'RCI+PK:ABC123::011225:0930'DAT+700:040126:2115'"
ADULT = "TIF+KHAN+ALIMR:A:1'"
LEG = "TVL+050126:1825:050126:2135+DXB+KHI+PK+214:Y'RPI+1+HK'"
INFANT = "SSR+INFT:HK:1:PK:::::KHAN/BABY/10AUG25+::1'"
AGAIN = INFANT.replace("PK:::::", "PK:::DXB:KHI:")
HOTEL = "MSG+8'TVL+121226:1500:151226+YVR:VANCOUVER ARMS++VN+67576:ROH'"
KEY = b"a key for tests"


def parse(body: str, *, before: str = FLIGHT, count: int = 1, key: bytes = KEY) -> Submission:
    """The Submission of a message in which only `body` matters: one segment a line."""
    text = f"UNH+1+PNRGOV:11:1:IA+REF'MSG+:22'ORG+PK:KHI'{before}EQN+{count}'{body}"
    segments = text.count("'") - text.count("?'") + 1
    text = f"UNB+IATA:1+PK+PKNTC+260105:0500+9'{text}UNT+{segments}+1'UNZ+1+9'"
    return read(text.replace("'", "'\n").encode(), pan_key=key)[0]


def booking(body: str) -> DeclaredBooking:
    (found,) = parse(HEAD + body).bookings
    return found


def traveller(body: str) -> DeclaredTraveller:
    (found,) = booking(ADULT + body + LEG).travellers
    return found


def causes(submission: Submission) -> str:
    return " / ".join(problem.cause for problem in submission.problems)


def test_a_good_message_has_no_problems() -> None:
    found = parse(HEAD + ADULT + LEG)
    assert (found.problems, found.unmapped, found.fatal) == ((), (), False)
    assert (found.message_type, found.version, found.function) == ("PNRGOV", "11:1", "22")
    assert (found.common_reference, found.reporter) == ("REF", "PK")
    (voyage,) = found.voyages
    assert (voyage.carrier, voyage.number, voyage.origin, voyage.destination) == (
        "PK",
        "214",
        "DXB",
        "KHI",
    )
    assert (voyage.departure, voyage.arrival) == ("2601051825", "2601052135")
    (only,) = found.bookings
    assert (only.reference, only.created, only.transacted) == (
        "ABC123",
        "2512010930",
        "2601042115",
    )
    assert found.travellers == only.travellers


def test_a_passenger_without_a_document_is_a_passenger() -> None:
    found = traveller("")
    assert (found.family_name, found.given_names, found.type) == ("KHAN", "ALIMR", "ADT")
    assert found.documents == ()
    assert (found.booking_reference, found.embarkation, found.debarkation) == (
        "ABC123",
        "DXB",
        "KHI",
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/P/PAK/AB123/PAK/12JUL64/M/23AUG29/KHAN/ALI/REZA",
         ("P", "AB123", "PAK", "290823", "640712", "M", "PAK", "KHAN", "ALI REZA")),
        ("/P/PK/AB123/PK/12JUL1964/F/23AUG2029/KHAN/ALI",
         ("P", "AB123", "PK", "20290823", "19640712", "F", "PK", "KHAN", "ALI")),
        ("P/PAK/AB123/PAK/2JUL64/M/23AUG29/KHAN/ALI",
         ("P", "AB123", "PAK", "290823", "640702", "M", "PAK", "KHAN", "ALI")),
        ("//PAK/AB123/PAK/12JUL64/M/23AUG29/KHAN/ALI/",
         ("", "AB123", "PAK", "290823", "640712", "M", "PAK", "KHAN", "ALI")),
    ],
)  # fmt: skip
def test_docs(text: str, expected: tuple[str, ...]) -> None:
    found = traveller(f"SSR+DOCS:HK:1:PK:::::{text}'")
    (document,) = found.documents
    assert (document.type, document.number, document.issuer, document.expiry) == expected[:4]
    assert (found.birth_date, found.sex, found.nationality) == expected[4:7]
    assert (found.family_name, found.given_names) == expected[7:]
    assert found.booked_as == "KHAN/ALIMR"


def test_docs_without_a_number_still_tells_who_it_is() -> None:
    found = traveller("SSR+DOCS:HK::PK::::://///05FEB53/F//KHAN/NINA'")
    assert (found.documents, found.birth_date, found.given_names) == ((), "530205", "NINA")


@pytest.mark.parametrize(
    ("ssr", "attribute", "value"),
    [
        ("DOCO:HK:1:PK:::::/LAHORE/V/99/DUBAI/18NOV25/PAK", "birth_place", "LAHORE"),
        ("DOCO:HK:1:PK:::::/LAHORE/R/778899", "agency_reference", "778899"),
        ("DOCA:HK:1:PK:::::/R/ARE/1 PALM ST/DUBAI/DU/123", "residence", "ARE"),
        ("CHLD:HK:1:PK:::::12JUL20", "type", "ADT"),
    ],
)
def test_other_services_of_a_person(ssr: str, attribute: str, value: str) -> None:
    assert getattr(traveller(f"SSR+{ssr}'"), attribute) == value


def test_a_visa_is_a_document_with_its_issue() -> None:
    (visa,) = traveller("SSR+DOCO:HK:1:PK:::::/LAHORE/V/99/DUBAI/18NOV25/PAK'").documents
    assert (visa.type, visa.number, visa.issuer, visa.issued, visa.issued_at) == (
        "V",
        "99",
        "PAK",
        "251118",
        "DUBAI",
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [("PPAB123", [("P", "AB123")]), ("NI42101-1", [("I", "42101-1")]), ("XX9", [])],
)
def test_foid(text: str, expected: list[tuple[str, str]]) -> None:
    found = traveller(f"SSR+FOID:HK:1:PK:::::{text}'").documents
    assert [(own.type, own.number) for own in found] == expected


def test_services_find_their_traveller_by_reference() -> None:
    found = booking(
        "SSR+DOCS:HK:1:PK:::::/P/PAK/XX2/PAK/12JUL64/M/23AUG29/SHAH/AMNA+::2'"
        + ADULT
        + "TIF+SHAH+AMNAMRS:A:2'SSR+CTCM:HK:1:PK:::::923001234567'"
        + LEG
        + "SSR+SEAT:HK:2:PK:::DXB:KHI+12A::1+12B::2'"
    )
    one, two = found.travellers
    assert (one.documents, [own.number for own in two.documents]) == ((), ["XX2"])
    assert (one.seat, two.seat) == ("12A", "12B")
    assert [(own.kind, own.value) for own in two.contacts] == [("phone", "923001234567")]
    assert found.contacts == two.contacts


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("named as a traveller", ADULT + "TIF+KHAN+BABY:IN:2'" + INFANT),
        ("named in the service only", ADULT + INFANT),
        ("repeated by a segment", ADULT + INFANT + LEG + AGAIN),
    ],
)  # fmt: skip
def test_infants(what: str, body: str) -> None:
    _, infant = booking(body).travellers
    assert (infant.family_name, infant.given_names) == ("KHAN", "BABY")
    assert (infant.type, infant.birth_date, infant.accompanied_by) == ("INF", "250810", "1")


@pytest.mark.parametrize(
    "text",
    [
        "KHAN/BABY/10AUG25", "KHAN/BABY 10AUG25", "/KHAN/BABY/10AUG25/P1", "KHAN/BABY /10AUG25",
        "KHAN/BABY 10AUG25/P1",
    ],
)  # fmt: skip
def test_an_infants_date_of_birth_however_it_is_parted(text: str) -> None:
    _, infant = booking(ADULT + f"SSR+INFT:HK:1:PK:::::{text}+::1'" + LEG).travellers
    assert (infant.family_name, infant.given_names) == ("KHAN", "BABY")
    assert infant.birth_date == "250810"


@pytest.mark.parametrize(
    ("text", "given", "born"),
    [
        ("NOON/BABYMSTR 01JAN26", "BABYMSTR", "260101"),
        ("NOON/BABY MSTR/01JAN2026", "BABY MSTR", "20260101"),
        ("NOON/BABY/MR", "BABY MR", ""),
        ("NOON 01JAN26", "", "260101"),
        ("NOON/BABY 06MTHS", "BABY", "06MTHS"),
    ],
)
def test_what_else_an_infants_name_may_carry(text: str, given: str, born: str) -> None:
    _, infant = booking(ADULT + f"SSR+INFT:HK:1:PK:::::{text}+::1'" + LEG).travellers
    assert (infant.family_name, infant.given_names, infant.birth_date) == ("NOON", given, born)


def test_an_infants_document_is_not_its_mothers() -> None:
    found = booking(
        ADULT
        + "SSR+DOCS:HK:1:PK:::::/P/PAK/AA1/PAK/12JUL64/M/23AUG29/KHAN/ALI+::1'"
        + "SSR+DOCS:HK:1:PK:::::/P/PAK/BB2/PAK/10AUG25/FI/23AUG29/KHAN/BABY+::1'"
        + "SSR+INFT:HK:1:PK:::::KHAN/BABY/10AUG25+::1'"
        + LEG
    )
    parent, infant = found.travellers
    assert [own.number for own in parent.documents] == ["AA1"]
    assert [own.number for own in infant.documents] == ["BB2"]
    assert infant.sex == "F"


def test_a_group_has_members_without_names() -> None:
    found = booking("TIF+SEE THE WORLD:G:30'" + ADULT + LEG)
    assert (found.group_name, found.group_size, found.unnamed) == ("SEE THE WORLD", 30, 29)
    assert len(found.travellers) == 1


def test_head_of_a_booking() -> None:
    found = booking(
        "IFT+4:28::PK+CTCE ALI..KHAN//MAIL.PK'ORG+1A:MUC+12345678:DXB1+DXB+PK+T+AE:AED+A77'"
        "ADD++700:1 PALM ST:DUBAI:::AE:123:00971555'EBD+AED:50.00+2::N'" + ADULT + LEG
    )
    assert found.agency is not None
    assert (found.agency.system, found.agency.agency, found.agency.office) == (
        "1A",
        "12345678",
        "DXB1",
    )
    assert (found.agency.type, found.agency.country, found.agency.agent) == ("T", "AE", "A77")
    assert [(own.kind, own.value) for own in found.contacts] == [
        ("email", "ALI_KHAN@MAIL.PK"),
        ("phone", "00971555"),
    ]
    (address,) = found.addresses
    assert (address.street, address.city, address.country) == ("1 PALM ST", "DUBAI", "AE")
    (excess,) = found.excess
    assert (excess.rate, excess.pieces, excess.unit) == ("50.00 AED", "2", "N")


def test_tickets_and_payment() -> None:
    found = booking(
        ADULT + "FTI+PK:778:::GOLD'FAR+N+++++Y1PK'IFT+4:15:9+DXB PK KHI 100.00'"
        "TKT+2141234567890:T:1'MON+B:100.00:AED+T:140.50:AED'PTK+NR++011225:2200+PK'"
        "TXD++3.10:::AE+8.50:::YQ'DAT+710:011225:1200'FOP+CC::140.50:VI:XXXXXXXX1186:0229'"
        "IFT+4:43+A PAYER+1 MALL RD+0300 1'" + LEG
    )
    (ticket,) = found.tickets
    assert (ticket.number, ticket.traveller, ticket.base, ticket.total) == (
        "2141234567890",
        "1",
        "100.00 AED",
        "140.50 AED",
    )
    assert (ticket.taxes, ticket.issued) == (("3.10 AE", "8.50 YQ"), "2512011200")
    assert (ticket.conditions, ticket.deadline, ticket.carrier) == ("NR", "2512012200", "PK")
    (payment,) = found.payments
    assert (payment.kind, payment.amount, payment.vendor, payment.account, payment.expiry) == (
        "CC",
        "140.50",
        "VI",
        "XXXXXXXX1186",
        "0229",
    )
    assert (payment.payer, payment.payer_address, payment.payer_phone) == (
        "A PAYER",
        "1 MALL RD",
        "0300 1",
    )
    assert (found.fares, found.fare_calculations) == (("Y1PK",), ("DXB PK KHI 100.00",))
    assert [(own.code, own.carrier, own.text, own.status) for own in found.services] == [
        ("FQTV", "PK", "778", "GOLD")
    ]


@pytest.mark.parametrize(
    ("segments", "attribute", "value"),
    [
        (LEG + "APD+77W'", "aircraft", "77W"),
        (LEG, "status", "HK"),
        (LEG, "quantity", 1),
        (LEG, "booking_class", "Y"),
        (LEG + "TRA+EK+8437:Y'", "operating_carrier", "EK"),
        (LEG + "TRA+EK+8437:Y'", "operating_number", "8437"),
        (LEG.replace("+PK+", "+PK:EK+") + "TVL+++++8437:Y'", "operating_number", "8437"),
        (LEG + "RCI+EK:ZZZ999'", "locator", "ZZZ999"),
        (LEG + "RCI+PK:ABC123'", "locator", ""),
        ("TVL+050126:1220:1505+FRA+IAD+UA+0988'", "arrival", "2601051505"),
        ("TVL+050126:1220:1505+FRA+IAD+UA+0988'", "number", "988"),
        ("TVL+050126:2200::2330+JFK+YVR+DL+330:B'", "arrival", "2601052330"),
        ("TVL++DXB+KHI+PK+OPEN:Y'", "kind", "open"),
        ("TVL++++ZZ+ARNK'", "kind", "surface"),
        (HOTEL, "name", "VANCOUVER ARMS"),
        (HOTEL, "kind", "hotel"),
    ],
)  # fmt: skip
def test_itinerary(segments: str, attribute: str, value: Any) -> None:
    (segment,) = booking(ADULT + segments).itinerary
    assert getattr(segment, attribute) == value


def test_check_in_puts_a_traveller_on_board() -> None:
    found = booking(
        ADULT + LEG + "DAT+2:050126:1500'ORG+PK:DXB+++++A9'TRI++108:::1'TIF+KHAN+ALIMR:A:1'"
        "SSD+014C++++Y'TBD++2:34:700++HP+PK:0214000098:2:KHI'"
    )
    (segment,) = found.itinerary
    (check_in,) = segment.check_ins
    assert (check_in.at, check_in.sequence, check_in.seat, check_in.cabin) == (
        "2601051500",
        "108",
        "14C",
        "Y",
    )
    assert (check_in.bag_count, check_in.bag_weight, check_in.bag_pool) == (2, "34 KGM", "HP")
    (person,) = found.travellers
    assert (person.seat, person.bag_count, person.bags) == ("14C", 2, ("0214000098", "0214000099"))


def test_history_is_kept_apart() -> None:
    found = booking(
        ADULT + LEG + "EQN+1'RCI+PK:SPLIT1'ABI+1+:LHRRR+LON++DL'DAT+ZT:071225:1010'SAC+++X'"
        "TVL+040126:1825:040126:2135+DXB+KHI+PK+214:Y'SAC+++X'TIF+KAHN+ALIMR:A:1'SAC+++A'"
        "TIF+KHAN+ALIMR:A:1'LTS+0/O/SS/PK 214 Y 05JAN DXBKHI HK1'"
    )
    assert len(found.travellers) == 1
    assert [own.departure for own in found.itinerary] == ["2601051825"]
    assert [own.departure for own in found.cancelled] == ["2601041825"]
    assert [(own.travellers, own.references[0].locator) for own in found.splits] == [(1, "SPLIT1")]
    assert [(own.action, own.what) for own in found.history] == [
        ("cancelled", "TVL"),
        ("cancelled", "TIF"),
        ("added", "TIF"),
        ("", "LTS"),
    ]
    assert {own.at for own in found.history[:3]} == {"2512071010"}


@pytest.mark.parametrize(
    ("segment", "code"),
    [
        ("SSR+MOML:HK:1:PK'", "MOML"),
        ("SSR+KSML:HK:1:PK+::1'", "KSML"),
        ("SSR+XYML:HK:1:PK'", "XYML"),
        ("SSR+WCHC:HK:1:PK:::::PARALYSED'", "WCHC"),
        ("SSR+OTHS:::::::::GOES TO CHURCH'", "OTHS"),
        ("SSR+CKIN:HK:1:PK:::::WAIVER BY MD'", "CKIN"),
        ("IFT+4:28::PK+PASSENGER IS BLIND'", "OSI"),
        ("IFT+4:999+PASSENGER IS BLIND'", "IFT"),
        ("LTS+0/A/SR/SSR MOMLPKHK1'", "LTS"),
        ("LTS+0/A/OSI YY BLIND'", "LTS"),
    ],
)
@pytest.mark.parametrize("place", ["head", "person", "itinerary", "history"])
def test_what_can_reveal_a_protected_attribute_is_removed(
    segment: str, code: str, place: str
) -> None:
    before = {
        "head": HEAD,
        "person": HEAD + ADULT,
        "itinerary": HEAD + ADULT + LEG,
        "history": HEAD + ADULT + LEG + "SAC+++X'",
    }[place]
    found = parse(before + segment + (ADULT + LEG if place == "head" else ""))
    assert dict(found.removed) == {code: 1}
    for word in ("PARALYSED", "CHURCH", "WAIVER", "BLIND"):
        assert word not in repr(found)


@pytest.mark.parametrize(
    ("segment", "whole"),
    [
        ("FOP+CC::10.00:VI:4111111111111111:0229'", "4111111111111111"),
        ("FOP+CC::10.00:VI:4111111111111112:0229'", "4111111111111112"),
        ("FOP+CC::10.00:AX:378282246310005:0229'", "378282246310005"),
        ("FOP+CC::10.00:VI:4111 1111 1111 1111:0229'", "4111 1111 1111 1111"),
        ("IFT+4:43+PAID BY 4111 1111 1111 1111 0229+X+Y'", "4111 1111 1111 1111"),
        ("SSR+CTCM:HK:1:PK:::::4111111111111111'", "4111111111111111"),
        ("SSR+FOID:HK:1:PK:::::CCVI4111111111111111'", "4111111111111111"),
        ("LTS+FP CCVI4111111111111111/0229'", "4111111111111111"),
        ("XXX+4111-1111-1111-1111'", "4111-1111-1111-1111"),
    ],
)
def test_card_numbers_never_get_further(segment: str, whole: str) -> None:
    found = parse(HEAD + ADULT + "TKT+2141234567890:T:1'FOP+CA::1.00'" + segment + LEG)
    assert whole not in repr(found)
    assert "4111111111" not in repr(found).replace("411111XXX", "")
    (card,) = found.cards
    assert card.account == f"{card.account[:6]}{'X' * (len(card.account) - 10)}{card.account[-4:]}"
    assert len(card.token) == 64


def test_a_card_has_one_token_under_one_key() -> None:
    body = HEAD + ADULT + "FOP+CC::1.00:VI:4111111111111111:0229'" + LEG
    one, two, other, none = (
        parse(body, key=key).bookings[0].payments[0] for key in (KEY, KEY, b"other", b"")
    )
    assert one.account == none.account == "411111XXXXXX1111"
    assert one.token == two.token != other.token
    assert none.token == ""


@pytest.mark.parametrize(
    ("what", "body", "count", "cause"),
    [
        ("count of bookings", HEAD + ADULT + LEG, 4, "EQN gives 4 bookings; there are 1"),
        ("no name", HEAD + "TIF'" + LEG, 1, "This person has no name"),
        ("bad birth date", HEAD + ADULT + "SSR+DOCS:HK:1:PK:::::/P/PAK/1/PAK/99XXX64/M'" + LEG, 1,
         "The value cannot be a date"),
        ("bad day", HEAD + ADULT + LEG.replace("050126:1825", "990126:1825", 1), 1,
         "The value cannot be a date"),
        ("unknown segment", HEAD + ADULT + "LIN+1'" + LEG, 1, "no segment of a PNRGOV message"),
        ("spoilt TIF", HEAD + "TIG+KHAN+ALIMR:A:1'" + LEG, 1, "read as the TIF of a person"),
        ("SRC lost", HEAD.removeprefix("SRC'") + ADULT + LEG, 1, "SRC is missing before this"),
        ("second SRC lost", (HEAD + ADULT + LEG) + (HEAD + ADULT + LEG).removeprefix("SRC'"), 2,
         "SRC is missing before this"),
        ("only at check-in", HEAD + ADULT + LEG + "TRI++1:::2'TIF+SHAH+AMNA:A:2'", 1,
         "stands among the check-in data only"),
        ("empty DOCS", HEAD + ADULT + "SSR+DOCS:HK:1:PK'" + LEG, 1, "DOCS gives neither"),
    ],
)  # fmt: skip
def test_problems(what: str, body: str, count: int, cause: str) -> None:
    found = parse(body, count=count)
    assert cause in causes(found)
    assert not found.fatal
    assert len(found.bookings) == (2 if what == "second SRC lost" else 1)
    assert len(found.travellers) == (2 if what in ("second SRC lost", "only at check-in") else 1)
    assert all(problem.line > 1 for problem in found.problems)


@pytest.mark.parametrize(
    ("what", "before"), [("no flight", ""), ("no number", "TVL+050126:1825+DXB+KHI'")]
)
def test_what_makes_a_message_fatal(what: str, before: str) -> None:
    found = parse(HEAD + ADULT + LEG, before=before)
    assert found.fatal
    assert len(found.travellers) == 1


def test_a_message_that_is_cut_off_is_fatal_but_read() -> None:
    data = f"UNB+IATA:1+A+B+C+9'UNH+1+PNRGOV:11:1:IA'MSG+:22'{FLIGHT}EQN+2'{HEAD}{ADULT}"
    (found,) = read(data.encode())
    assert found.fatal
    assert "bookings may be missing" in causes(found)
    assert [own.family_name for own in found.travellers] == ["KHAN"]


@pytest.mark.parametrize(
    "segment",
    ["MON+B:1.00:AED'", "PTK+NR'", "TXD++1:::AE'", "IFT+4:63::PK'", "REF+:X'", "APD+77W'",
     "TRI++1:::1'", "SSD+1A'", "TBD++1'", "RPI+1+HK'", "XYZ+1'", "TRA+EK+1'"],
)  # fmt: skip
def test_what_no_field_takes_is_listed(segment: str) -> None:
    found = parse(HEAD + segment + ADULT + LEG)
    assert [(own.line, own.column, own.text) for own in found.unmapped] == [
        (10, 1, segment.rstrip("'"))
    ]
    assert all(own.severity is Severity.ERROR for own in found.problems)


def test_a_lost_name_is_found_in_the_document() -> None:
    docs = "SSR+DOCS:HK:1:PK:::::/P/PAK/{}/PAK/12JUL64/M/23AUG29/KHAN/{}'"
    found = booking(
        docs.format("AA1", "AFZAL") + "TIF+KHAN+FARAHMRS:A:2'" + docs.format("BB2", "FARAH") + LEG
    )
    assert {own.given_names: own.documents[0].number for own in found.travellers} == {
        "FARAH": "BB2",
        "AFZAL": "AA1",
    }


@pytest.mark.parametrize("more", ["IFT+4:43+OTHER PAYER", "IFT+4:43+A+B+C+D"])
def test_what_a_sponsor_says_twice_or_too_long_is_listed(more: str) -> None:
    found = parse(f"TIF+KHAN+ALIMR:A:1'FOP+CC::1.00:VI:X:0229'IFT+4:43+A+B+C'{more}'")
    assert found.bookings[0].payments[0].payer == "A"
    assert [own.segment for own in found.unmapped] == ["IFT"]
