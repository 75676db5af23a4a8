import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parakh.errors import Unreadable
from parakh.ingest.lists import ftm


def line(name: str, schema: str, /, **properties: Any) -> str:
    target = {"target": properties.pop("target")} if "target" in properties else {}
    value = {"id": name, "schema": schema, "properties": properties, **target}
    return json.dumps(value, ensure_ascii=False) + "\n"


PERSON = line(
    "p1",
    "Person",
    name=["Zarak Gul Mazari", "زرک مزاری"],
    alias=["Zarrak Mazari"],
    weakAlias=["Baba"],
    lastName=["Mazari"],
    birthDate=["1961-03", "1962"],
    birthPlace=["Kalat"],
    nationality=["pk"],
    country=["ir"],
    gender=["male"],
    fatherName=["Noor Gul"],
    passportNumber=["AB123", "CD456"],
    topics=["sanction"],
    notes=["invented"],
)


def test_entities_with_their_documents(read: Any) -> None:
    data = (
        line("d1", "Passport", holder=["p1"], number=["AB123"], country=["pk"])
        + PERSON
        + line("d2", "Identification", holder=["p1"], number=["55"], type=["National ID"])
        + line("d3", "Identification", holder=["nobody"], number=["56"])
        + line("o1", "Company", name=["Karez"], jurisdiction=["ir"], taxNumber=["77"])
        + line("v1", "Vessel", name=["Lark"], imoNumber=["9074729"], flag=["ir"], target=True)
        + line("a1", "Airplane", name=["EP-ZZZ"], registrationNumber=["EP-ZZZ"])
        + line("c1", "Vehicle", name=["Truck"], registrationNumber=["LEA 123"], vin=["X" * 17])
        + line("r1", "Person", name=["Relative"], target=False)
        + line("s1", "Sanction", entity=["p1"], reason=["x"])
        + "\n{broken\n[]\n"
        + line("p2", "Person", alias=["No name"])
        + '{"id": 7, "schema": "Person", "properties": {}}\n'
    )
    (person, firm, ship, plane, car), problems, _ = read("ftm", entities__json=data)
    assert (person.family_name, person.given_names) == ("Mazari", "Zarak Gul")
    assert person.aliases == ("زرک مزاری", "Zarrak Mazari")
    assert person.weak_aliases == ("Baba",)
    assert person.birth_dates == ("1961-03", "1962")
    assert (person.nationalities, person.sex) == (("pk",), "male"), "residence is no nationality"
    assert person.documents == (("P", "AB123", "pk"), ("I", "55", ""), ("P", "CD456", ""))
    assert (person.father_names, person.birth_places) == (("Noor Gul",), ("Kalat",))
    assert person.source_id == "p1"
    assert "invented" in person.reason
    assert (firm.kind, firm.nationalities) == ("organisation", ("ir",))
    assert firm.identifiers == (("tax", "77", ""),)
    assert ship.identifiers == (("imo", "9074729", ""),)
    assert plane.identifiers == (("aircraft_registration", "EP-ZZZ", ""),)
    assert car.identifiers == (("plate", "LEA 123", ""), ("chassis", "X" * 17, ""))
    assert [own.line for own in problems] == [12, 13, 14, 15, 1, 1]
    assert "1 entities are not marked as targets" in problems[-2].cause
    assert "holders of 1 documents" in problems[-1].cause


def test_family_names_first(read: Any) -> None:
    data = line("p", "Person", name=["MAZARI, Zarak"], lastName=["Mazari"]) + line(
        "q", "Person", name=["Mazari Zarak"], lastName=["Khan", "Mazari"]
    )
    (comma, plain), _, _ = read("ftm", x__json=data)
    assert (comma.family_name, comma.given_names) == ("", "MAZARI, Zarak")
    assert (plain.family_name, plain.given_names) == ("Mazari", "Zarak")


def test_what_no_database_keeps_is_taken_out(read: Any) -> None:
    data = '{"id": "a\\u0000b", "schema": "Person", "properties": {"name": ["X\\ud800Y\\u0000Z"]}}'
    (person,), _, _ = read("ftm", x__json=data)
    assert (person.source_id, person.given_names) == ("ab", "XYZ")


@pytest.mark.parametrize("data", ["", "\n\n", "list,reason\n", "[]\n"])
def test_other_files(read: Any, data: str) -> None:
    with pytest.raises(Unreadable):
        read("ftm", x__json=data)


def test_a_line_is_bounded(read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ftm, "MAX_LINE", 1000)
    data = line("x", "Person", name=["x" * 5000]) + PERSON
    (person,), (problem,), _ = read("ftm", x__json=data)
    assert person.source_id == "p1"
    assert (problem.line, "longer" in problem.cause) == (1, True)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
@given(st.recursive(st.none() | st.text() | st.integers(), st.lists), st.text())
def test_any_line_gives_entries_and_problems(read: Any, value: Any, text: str) -> None:
    odd = line("y", "Person", name=value) + text + "\n"
    _, problems, _ = read("ftm", x__json=(PERSON + odd).encode(errors="replace"))
    assert all(own.line >= 1 for own in problems)
