from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parakh.errors import Unreadable
from parakh.ingest.lists.ofac_csv import files

EMPTY = "-0- "


def row(*fields: str) -> str:
    return ",".join(f'"{field}"' if field != EMPTY else field for field in fields) + "\r\n"


def entry(number: str, name: str, kind: str = EMPTY, remarks: str = EMPTY, **more: str) -> str:
    return row(
        number,
        name,
        kind,
        "INVENTED] [SECOND",
        more.get("title", EMPTY),
        more.get("call_sign", EMPTY),
        *[EMPTY] * 3,
        more.get("flag", EMPTY),
        EMPTY,
        remarks,
    )


PERSON = entry(
    "1",
    "MAZARI, Zarak Gul",
    "individual",
    "DOB 10 Dec 1948; alt. DOB circa 1951; POB Kalat, Pakistan; nationality Pakistan; alt. citizen "
    "Iran; Gender Male; Passport AB 123456 (Pakistan) issued 04 May 1976 expires 2001; National "
    "ID No. 544-1 (Iran); R.F.C. AIMM-671215-387 (Mexico); a.k.a. 'BABA'; Linked To: KAREZ",
    title="Haji",
)
SHIP = entry(
    "2", "LARK", "vessel", "Vessel Registration Identification IMO 9074729; MMSI 123456789.",
    call_sign="EPAE3", flag="Iran",
)  # fmt: skip
PLANE = entry(
    "3", "EP-ZZZ", "aircraft", "Aircraft Manufacturer's Serial Number (MSN) 20947; Aircraft Model X"
)
TAIL = entry("4", "YV 1", "aircraft", "Aircraft Tail Number YV1")
FIRM = entry(
    "5", "KAREZ TRADERS, S.A.", EMPTY, "NIT # 800146749-7 (Colombia); Company Number IMO 1234567."
)
ALT = (
    row("1", "10", "aka", "MAZARI, Zarrak", EMPTY)
    + row("5", "11", "fka", "KAREZ, LTD.", EMPTY)
    + row("999", "12", "aka", "NOBODY", EMPTY)
)
ADD = row("5", "20", "Street 1", "Zahedan", "Iran", EMPTY)
COMMENTS = row("1", " TRADERS; Driver's License No. 55")


def test_the_four_files(read: Any) -> None:
    (person, ship, plane, tail, firm), (left,), _ = read(
        "ofac-csv",
        sdn__csv=PERSON + SHIP + PLANE + TAIL + FIRM + "\x1a\r\n",
        alt__csv=ALT,
        ADD__CSV=ADD,
        sdn_comments__csv=COMMENTS,
    )
    assert left.cause == "1 entries of the other files are not in this one"
    assert (person.family_name, person.given_names) == ("MAZARI", "Zarak Gul")
    assert (person.aliases, person.weak_aliases) == (("MAZARI, Zarrak",), ("BABA",))
    assert person.birth_dates == ("10 Dec 1948", "circa 1951")
    assert person.birth_places == ("Kalat, Pakistan",)
    assert (person.nationalities, person.sex) == (("Pakistan", "Iran"), "Male")
    assert person.documents == (
        ("P", "AB 123456", "Pakistan"), ("I", "544-1", "Iran"), ("O", "55", ""),
    )  # fmt: skip
    assert person.identifiers == (("tax", "AIMM-671215-387", "Mexico"),)
    assert person.source_id == "1"
    assert "INVENTED; SECOND" in person.reason
    assert "Linked To: KAREZ TRADERS" in person.reason, "the long remark goes on in its own file"
    assert ship.identifiers == (
        ("imo", "IMO 9074729", ""), ("mmsi", "123456789", ""), ("call_sign", "EPAE3", ""),
    )  # fmt: skip
    assert ship.nationalities == ("Iran",)
    assert plane.identifiers == (
        ("aircraft_registration", "EP-ZZZ", ""), ("aircraft_serial", "20947", ""),
    )  # fmt: skip
    assert tail.identifiers == (("aircraft_registration", "YV1", ""),)
    assert (firm.kind, firm.family_name, firm.given_names) == (
        "organisation", "KAREZ TRADERS, S.A.", "",
    )  # fmt: skip
    assert firm.identifiers == (
        ("tax", "800146749-7", "Colombia"), ("registration", "IMO 1234567", ""),
    )  # fmt: skip
    assert (firm.aliases, firm.nationalities) == (("KAREZ, LTD.",), ("Iran",))


def test_what_is_missing_beside_it_is_told(read: Any, tmp_path: Path) -> None:
    (_,), problems, _ = read("ofac-csv", sdn__csv=PERSON)
    assert [own.cause.split(":")[0] for own in problems] == [
        "there is no alt.csv beside it",
        "there is no add.csv beside it",
        "there is no sdn_comments.csv beside it",
    ]
    (tmp_path / "ALT.CSV").write_text(ALT)
    assert [own.name for own in files(tmp_path / "sdn.csv")] == ["sdn.csv", "ALT.CSV"]


def test_damaged_rows_are_named(read: Any) -> None:
    rows = PERSON + "7,short\r\n" + entry("8", "X", "spirit") + entry("9", EMPTY) + SHIP
    entries, problems, _ = read("ofac-csv", sdn__csv=rows, alt__csv=ALT + '1,"br"oken"\r\n')
    assert [own.source_id for own in entries] == ["1", "2"]
    told = [(own.segment, own.line, own.column) for own in problems if "beside" not in own.cause]
    assert told == [("alt.csv", 4, 1), ("", 2, 1), ("", 3, 3), ("", 4, 2), ("", 1, 1)]


def test_old_files_are_latin_1(read: Any) -> None:
    (person,), _, _ = read("ofac-csv", sdn__csv=PERSON.replace("Gul", "Gül").encode("latin-1"))
    assert person.given_names == "Zarak Gül"
    with pytest.raises(Unreadable, match=r"no sdn\.csv"):
        read("ofac-csv", sdn__csv="list,reason\nx,y\n")


XML = """<?xml version="1.0"?>
<sdnList xmlns="https://example.org/sdn">
  <publshInformation><Publish_Date>02/27/2026</Publish_Date></publshInformation>
  <sdnEntry>
    <uid>1</uid><firstName>Zarak Gul</firstName><lastName>MAZARI</lastName><title>Haji</title>
    <sdnType>Individual</sdnType><remarks>Father's name is Noor.</remarks>
    <programList><program>INVENTED</program></programList>
    <idList>
      <id><idType>Passport</idType><idNumber>AB123</idNumber><idCountry>Pakistan</idCountry></id>
      <id><idType>Gender</idType><idNumber>Male</idNumber></id>
      <id><idType>Phone Number</idType><idNumber>0001</idNumber></id>
    </idList>
    <akaList>
      <aka><type>a.k.a.</type><category>strong</category><lastName>MAZARI</lastName>
        <firstName>Zarrak</firstName></aka>
      <aka><type>a.k.a.</type><category>weak</category><lastName>BABA</lastName></aka>
    </akaList>
    <addressList><address><city>Quetta</city><country>Pakistan</country></address></addressList>
    <citizenshipList><citizenship><country>Iran</country></citizenship></citizenshipList>
    <dateOfBirthList><dateOfBirthItem><dateOfBirth>circa 1951</dateOfBirth></dateOfBirthItem>
    </dateOfBirthList>
    <placeOfBirthList><placeOfBirthItem><placeOfBirth>Kalat</placeOfBirth></placeOfBirthItem>
    </placeOfBirthList>
  </sdnEntry>
  <sdnEntry>
    <uid>2</uid><lastName>LARK</lastName><sdnType>Vessel</sdnType>
    <idList><id><idType>Vessel Registration Identification</idType>
      <idNumber>IMO 9074729</idNumber></id></idList>
    <vesselInfo><callSign>EPAE3</callSign><vesselFlag>Iran</vesselFlag></vesselInfo>
  </sdnEntry>
  <sdnEntry><uid>3</uid><lastName>X</lastName><sdnType>Spirit</sdnType></sdnEntry>
  <sdnEntry><uid>4</uid><sdnType>Entity</sdnType></sdnEntry>
  <sdnEntry><uid>5</uid><lastName>KAREZ</lastName><sdnType>Entity</sdnType>
    <addressList><address><country>Iran</country></address></addressList></sdnEntry>
</sdnList>"""


def test_xml(read: Any) -> None:
    (person, ship, firm), problems, published = read("ofac-xml", sdn__xml=XML)
    assert published == "02/27/2026"
    assert (person.family_name, person.given_names, person.sex) == ("MAZARI", "Zarak Gul", "Male")
    assert (person.aliases, person.weak_aliases) == (("MAZARI, Zarrak",), ("BABA",))
    assert person.documents == (("P", "AB123", "Pakistan"),)
    assert (person.birth_dates, person.birth_places) == (("circa 1951",), ("Kalat",))
    assert (person.nationalities, person.father_names) == (("Iran",), ("Noor",))
    for told in ("INVENTED", "Haji", "Quetta", "Phone Number 0001"):
        assert told in person.reason
    assert ship.identifiers == (("imo", "IMO 9074729", ""), ("call_sign", "EPAE3", ""))
    assert ship.nationalities == firm.nationalities == ("Iran",)
    assert [own.cause.split(":")[0] for own in problems] == ["sdnType", "sdnEntry"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.text(), st.integers(0, 1500))
def test_any_damage_gives_entries_and_problems(read: Any, text: str, place: int) -> None:
    data = (PERSON + SHIP + FIRM).encode()
    damaged = data[:place] + text.encode(errors="replace") + data[place:]
    try:
        _, problems, _ = read("ofac-csv", sdn__csv=damaged, alt__csv=damaged)
    except Unreadable:
        return
    assert all(own.line >= 1 for own in problems)
