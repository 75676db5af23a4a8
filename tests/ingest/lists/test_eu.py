from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parakh.errors import Unreadable
from parakh.ingest.lists.declared import enumerated, spellings, split_capitals

ANNEX = (
    "celex,recordId,programKey,annex,measure,reason,schema,name,alias,weakAlias,nationality,"
    "birthDate,birthPlace,passportNumber,idNumber,gender,imoNumber,taxNumber,notes\n"
)


def test_a_row_an_entry(read: Any) -> None:
    (person, ship, firm), problems, _ = read(
        "eu-csv",
        annex__csv=ANNEX
        + "32099R0001,4,EU-XYZ,I.A,Asset freeze,For tests,Person,Zarak GUL MAZARI زرک مزاری,"
        '"MAZARI, Zarrak; Zarak Mazari, Zarrak Mazari, Z. Mazari",Baba,'
        '"(a) Pakistani, (b) Iranian",'
        '"(a) 3.4.1961, (b) 1962","(a) Kalat, Pakistan, (b) Quetta","AB123 (Pakistan); CD456",55,'
        "male,,,Father’s name is Noor Gul\n"
        "32099R0001,5,EU-XYZ,II,Ports,,Vessel,LARK,,,,,,,,,9074729,,\n"
        "32099R0001,6,EU-XYZ,II,Ports,,Company,KAREZ TRADERS,,,,,,,,,1234567,77,\n"
        "32099R0001,7,EU-XYZ,II,Ports,,Spirit,X\n"
        "32099R0001,8,EU-XYZ,II,Ports,,Person,\n",
    )
    assert (person.family_name, person.given_names) == ("GUL MAZARI", "Zarak")
    assert person.aliases == (
        "زرک مزاری", "MAZARI, Zarrak", "Zarak Mazari", "Zarrak Mazari", "Z. Mazari",
    )  # fmt: skip
    assert person.weak_aliases == ("Baba",)
    assert person.nationalities == ("Pakistani", "Iranian")
    assert person.birth_dates == ("3.4.1961", "1962")
    assert person.birth_places == ("Kalat, Pakistan", "Quetta")
    assert person.documents == (("P", "AB123 (Pakistan)", ""), ("P", "CD456", ""), ("I", "55", ""))
    assert person.father_names == ("Noor Gul",)
    assert person.source_id == "32099R0001:I.A:Assetfreeze:Person:4"
    assert "For tests" in person.reason
    assert ship.identifiers == (("imo", "9074729", ""),)
    assert firm.identifiers == (("registration", "1234567", ""), ("tax", "77", ""))
    assert [(own.line, own.cause.split(":")[0]) for own in problems] == [(5, "schema"), (6, "name")]


FULL = (
    "fileGenerationDate;Entity_LogicalId;Entity_EU_ReferenceNumber;Entity_Remark;"
    "Entity_SubjectType_ClassificationCode;Entity_Regulation_Programme;NameAlias_LastName;"
    "NameAlias_FirstName;NameAlias_MiddleName;NameAlias_WholeName;NameAlias_Gender;"
    "NameAlias_Remark;BirthDate_BirthDate;BirthDate_Year;BirthDate_YearRangeFrom;"
    "BirthDate_YearRangeTo;BirthDate_Circa;BirthDate_City;BirthDate_CountryDescription;"
    "Identification_Number;Identification_TypeCode;Identification_CountryIso2Code;"
    "Citizenship_CountryIso2Code;Address_City;Address_CountryIso2Code\n"
)


def test_rows_of_one_entity_are_read_together(read: Any) -> None:
    entity = "2026-02-01;13;EU.13.1;Father's name is Noor;P;XYZ;"
    (person, firm, ship), problems, published = read(
        "eu-csv",
        full__csv="\ufeff"
        + FULL
        + entity + "MAZARI;Zarak;Gul;Zarak Gul Mazari;M;;;;;;;;;;;;;;\n"
        + "2026-02-01;14;EU.14.2;;E;XYZ;;;;KAREZ TRADERS;;;;;;;;;;77;taxid;IR;;Zahedan;IR\n"
        + entity + ";;;Zarrak Mazari;;;;;;;;;;;;;;;\n"
        + entity + ";;;Baba;;low quality alias;;;;;;;;;;;;;\n"
        + entity + ";;;;;;1961-04-03;1961;;;false;Kalat;PAKISTAN;;;;;;\n"
        + entity + ";;;;;;;1963;;;true;;;;;;;;\n"
        + entity + ";;;;;;;;1964;1966;;;;;;;;;\n"
        + entity + ";;;;;;;;;;;;;AB123;passport;PK;;;\n"
        + entity + ";;;;;;;;;;;;;55;id;00;;;\n"
        + entity + ";;;;;;;;;;;;;;;;PK;Quetta;PK\n"
        + ";;;;P\n"
        + "2026-02-01;15;;;spirit;XYZ;;;;X\n"
        + "2026-02-01;16;;;enterprise;XYZ;;;;\n"
        + "2026-02-01;17;EU.17.1;;vessel;XYZ;;;;LARK;;;;;;;;;;9074729;imo;;;;\n",
    )  # fmt: skip
    assert published == "2026-02-01"
    assert (person.family_name, person.given_names, person.line) == ("MAZARI", "Zarak Gul", 2)
    assert (person.aliases, person.weak_aliases) == (("Zarrak Mazari",), ("Baba",))
    assert person.birth_dates == ("1961-04-03", "circa 1963", "1964 to 1966")
    assert (person.birth_places, person.nationalities) == (("Kalat, PAKISTAN",), ("PK",))
    assert person.documents == (("P", "AB123", "PK"), ("I", "55", ""))
    assert (person.sex, person.source_id, person.father_names) == ("M", "EU.13.1", ("Noor",))
    assert (firm.kind, firm.identifiers) == ("organisation", (("tax", "77", "IR"),))
    assert firm.nationalities == ("IR",)
    assert ship.identifiers == (("imo", "9074729", ""),)
    assert [own.line for own in problems] == [12, 13, 14]


@pytest.mark.parametrize("data", [b"", b"a,b\n", b"\xff\xfe", b'"celex'])
def test_other_files(read: Any, data: bytes) -> None:
    with pytest.raises(Unreadable):
        read("eu-csv", x__csv=data)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.text())
def test_any_text_gives_entries_and_problems(read: Any, text: str) -> None:
    for header in (ANNEX, FULL):
        _, problems, _ = read("eu-csv", x__csv=(header + text).encode(errors="replace"))
        assert all(own.line >= 1 for own in problems)


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("Igor Petrovich ZORIN", ("ZORIN", "Igor Petrovich")),
        ("BEN ALI Zine", ("BEN ALI", "Zine")),
        ("ZORIN IGOR", ("", "ZORIN IGOR")),
        ("Igor Zorin", ("", "Igor Zorin")),
        ("J. O Smith", ("", "J. O Smith")),
        ("", ("", "")),
    ],
)
def test_capitals_tell_the_family_name(name: str, split: tuple[str, str]) -> None:
    assert split_capitals(name) == split


def test_spellings_and_enumerations() -> None:
    assert spellings("Naim (a.k.a. Naeem, Na'im) HASSAN") == (
        "Naim HASSAN", "Naeem HASSAN", "Na'im HASSAN",
    )  # fmt: skip
    assert spellings("上海洱斯 (Ersi Trading)") == ("Ersi Trading", "上海洱斯")
    assert spellings("  ") == ()
    assert enumerated('"(a) 1.1.1960; (b) 1961"') == ("1.1.1960", "1961")
    assert enumerated("a) Syrian b) Iraqi") == ("Syrian", "Iraqi")
    assert enumerated("one (a) thing") == ("one (a) thing",)
    assert enumerated("") == ()
