from parakh.ingest.reader import read
from parakh.normalise.wire_json import parsed_json

HEAD = (
    "UNB+UNOA:4+A+B+250101:0000+9'\nUNH+1+PAXLST:D:05B:UN'\nBGM+745'\nTDT+20+PK214+++PK'\n"
    "LOC+125+DXB'\nDTM+189:2601011825:201'\nLOC+87+KHI'\nDTM+232:2601012135:201'\n"
)
PERSON = (
    "NAD+FL+++KHAN:ALI:REZA'\nATT+2++M'\nDTM+329:700602'\nMEA+CT++:2'\nFTX+BAG+++0214000001:2'\n"
    "LOC+178+DXB'\nLOC+179+KHI'\nLOC+174+ARE'\nNAT+2+PK'\nRFF+AVF:ABC123'\nRFF+SEA:12A'\n"
    "DOC+P:110:111+AB1234567'\nDTM+36:300131'\nLOC+91+PAK'\n"
)
TAIL = "CNT+42:1'\nUNT+23+1'\nUNZ+1+9'\n"


def test_the_documented_shape() -> None:
    (submission,) = read((HEAD + PERSON + TAIL).encode())
    assert parsed_json("list.edi", submission) == {
        "file": "list.edi",
        "message_type": "PAXLST",
        "version": "05B",
        "reference": "1",
        "function": "745",
        "quarantined": False,
        "voyages": [
            {
                "carrier": "PK",
                "number": "214",
                "origin": "DXB",
                "destination": "KHI",
                "departure": "2026-01-01T18:25:00",
                "arrival": "2026-01-01T21:35:00",
            }
        ],
        "travellers": [
            {
                "role": "passenger",
                "family_name": "KHAN",
                "given_names": "ALI REZA",
                "birth_date": "1970-06-02",
                "sex": "M",
                "nationality": "PAK",
                "residence": "ARE",
                "embarkation": "DXB",
                "debarkation": "KHI",
                "booking_reference": "ABC123",
                "seat": "12A",
                "bags": ["0214000001", "0214000002"],
                "bag_count": 2,
                "documents": [
                    {
                        "type": "P",
                        "number": "AB1234567",
                        "issuer": "PAK",
                        "expiry": "2030-01-31",
                    }
                ],
            }
        ],
        "errors": [],
    }


def test_what_cannot_be_interpreted_is_null_and_reported_once() -> None:
    person = PERSON.replace("700602", "701302").replace("NAT+2+PK", "NAT+2+QQ")
    (submission,) = read((HEAD + person + TAIL).encode())
    result = parsed_json("list.edi", submission)
    (traveller,) = result["travellers"]
    assert traveller["birth_date"] is None
    assert traveller["nationality"] is None
    assert result["errors"] == [
        {
            "line": 11,
            "column": 1,
            "segment": "DTM",
            "cause": "The value cannot be a date",
            "severity": "error",
        },
        {
            "line": 17,
            "column": 1,
            "segment": "",
            "cause": "The country code is not known",
            "severity": "error",
        },
    ]


def test_a_quarantined_message_says_so() -> None:
    (submission,) = read(b"")
    result = parsed_json("empty.edi", submission)
    assert result["quarantined"]
    assert (result["voyages"], result["travellers"]) == ([], [])
    assert result["errors"][0]["cause"] == "The transmission is empty"


def test_two_digit_years_are_understood_as_on_the_day_of_the_voyage() -> None:
    head = HEAD.replace("2601011825", "0707191540").replace("2601012135", "0707191740")
    person = PERSON.replace("DTM+329:700602", "DTM+329:080101").replace("300131", "081230")
    (submission,) = read((head + person + TAIL).encode())
    (traveller,) = parsed_json("old.edi", submission)["travellers"]
    assert traveller["birth_date"] == "1908-01-01"
    assert traveller["documents"][0]["expiry"] == "2008-12-30"


PNR = (
    "UNB+IATA:1+PK+X+260105:0500+9'\nUNH+1+PNRGOV:11:1:IA'\nMSG+:22'\nORG+PK:KHI'\n"
    "TVL+050126:1825:050126:2135+DXB+KHI+PK+214'\nEQN+1'\nSRC'\nRCI+PK:ABC123::011225:0930'\n"
    "SSR+MOML:HK:1:PK'\nORG+1A:MUC+77:DXB1'\nTIF+KHAN+ALIMR:A:1'\n"
    "SSR+DOCS:HK:1:PK:::::/P/PK/AB1/QQ/12JUL64/M/23AUG29/KHAN/ALI'\nSSR+CTCM:HK:1:PK:::::0300'\n"
    "FOP+CC::9.00:VI:4111111111111111:0229'\nTVL+050126:1825:050126:2135+DXB+KHI+PK+214:Y'\n"
    "TRI++7:::1'\nSSD+14C++++Y'\nTBD++1:20:700+++PK:0214000098:1:KHI'\nUNT+18+1'\nUNZ+1+9'\n"
)


def test_bookings_have_the_documented_parts() -> None:
    (submission,) = read(PNR.encode(), pan_key=b"k")
    result = parsed_json("pnr.edi", submission)
    assert result["removed"] == {"MOML": 1}
    assert [error["cause"] for error in result["errors"]] == ["The country code is not known"]
    (booking,) = result["bookings"]
    assert {"reference", "created", "travellers", "itinerary", "contacts", "payment", "bags",
            "agency"} <= set(booking)  # fmt: skip
    assert (booking["reference"], booking["created"]) == ("ABC123", "2025-12-01T09:30:00")
    (person,) = booking["travellers"]
    (listed,) = result["travellers"]
    assert {name: person[name] for name in listed} == listed
    assert (person["reference"], person["type"], person["booked_as"]) == ("1", "ADT", "KHAN/ALIMR")
    assert (person["birth_date"], person["nationality"], person["seat"]) == (
        "1964-07-12",
        None,
        "14C",
    )
    assert person["documents"] == [
        {"type": "P", "number": "AB1", "issuer": "PAK", "expiry": "2029-08-23"}
    ]
    (segment,) = booking["itinerary"]
    assert (segment["departure"], segment["class"]) == ("2026-01-05T18:25:00", "Y")
    assert booking["contacts"] == [{"kind": "phone", "value": "0300", "traveller": "1"}]
    (payment,) = booking["payment"]
    assert (payment["account"], len(payment["token"])) == ("411111XXXXXX1111", 64)
    assert booking["bags"] == [
        {"tag": "0214000098", "carrier": "PK", "destination": "KHI", "flight": "PK214",
         "traveller": "1"}
    ]  # fmt: skip
    assert booking["agency"]["agency"] == "77"
    assert "4111111111111111" not in str(result)


def test_a_passenger_list_has_no_bookings() -> None:
    (submission,) = read((HEAD + PERSON + TAIL).encode())
    assert not {"bookings", "removed"} & set(parsed_json("list.edi", submission))
