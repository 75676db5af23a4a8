"""Entries of every kind, their changes and reviews, lists and versions, and screening by hand."""

import re
from typing import Any

import pytest

from parakh.domain.watchlist import EntryKind
from parakh.services import watchlists
from parakh.web.proposals import EntryForm, filled, proposed

V1 = "/api/v1"
KINDS = {
    "person": {
        "family_name": "BUGTI",
        "given_names": "NADIR",
        "aliases": "BUGTY, NADIR\nبگٹی, نادر",
        "weak_aliases": "CHHOTA",
        "birth_date": "1975, 1976-05",
        "birth_places": "Dera Bugti",
        "father_names": "Karim Bugti",
        "sex": "M",
        "nationality": "PAK AFG",
        "document_number": "AB1234567",
        "document_issuer": "PAK",
        "documents": "I 4210112345671 PAK",
    },
    "organisation": {
        "name": "Blue Falcon Trading LLC",
        "country": "ARE",
        "registration": "CN-1234567",
        "aliases": "Blue Falcon FZE",
        "weak_aliases": "BFT",
    },
    "vessel": {
        "name": "SEA STAR",
        "imo": "IMO 9074729",
        "mmsi": "463 000 123",
        "call_sign": "APAB",
        "country": "PAK",
    },
    "aircraft": {"aircraft_registration": "AP-BLX", "aircraft_serial": "28410", "country": "PAK"},
    "vehicle": {"plate": "ABC-123, LEA 4567:AFG", "chassis": "JT1234567890ABCDE", "country": "PAK"},
    "document": {"document_type": "P", "document_number": "ZZ7654321", "document_issuer": "PAK"},
}


def ask(mine: Any, **form: str) -> Any:
    return mine.post("/screen", data={"reason": "a letter", **form})


def approved(browser: Any, list_id: str, **form: str) -> str:
    """The path of an entry that one proposed and another approved."""
    made = browser("targeting").post(
        "/watchlist/entries", data={"watchlist": list_id, "reason": "a letter", **form}
    )
    assert made.status_code == 303, made.text[-600:]
    path = str(made.headers["location"])
    decision = {"decision": "approve", "reason": "seen"}
    assert browser("supervisor").post(f"{path}/decision", data=decision).status_code == 303
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_has_the_fields_of_the_kind(browser: Any, kind: str) -> None:
    text = browser("targeting").get(f"/watchlist/propose?kind={kind}").text
    assert all(f'name="{field}"' in text for field in KINDS[kind])
    strange = {field for fields in KINDS.values() for field in fields} - KINDS[kind].keys()
    shown = {field for field in strange if f'name="{field}"' in text}
    assert shown <= {"aliases", "weak_aliases", "documents", "document_type", "name"}


@pytest.mark.parametrize("kind", KINDS)
def test_an_entry_of_each_kind_is_proposed_and_approved(browser: Any, ids: Any, kind: str) -> None:
    path = approved(browser, ids["list"], kind=kind, **KINDS[kind])
    text = browser("supervisor").get(path).text
    assert "Approved" in text
    assert "Review by" in text
    assert browser("supervisor").get("/watchlist").status_code == 200


@pytest.mark.parametrize("kind", KINDS)
def test_the_form_for_changing_says_what_the_entry_is(
    browser: Any, stage: Any, ids: Any, kind: str
) -> None:
    path = approved(browser, ids["list"], kind=kind, **KINDS[kind])
    actor, now = stage.actor("supervisor"), stage.centre.clock()
    entry = watchlists.entry(stage.centre, actor, path.rpartition("/")[2]).row.entry
    again = proposed(
        filled(entry, stage.centre.settings.zone).declared(), entry.watchlist_id, "x", now
    )
    for field in ("names", "weak_names", "birth_dates", "documents", "identifiers", "nationalities",
                  "father_names", "birth_places", "sex", "kind", "reason"):  # fmt: skip
        assert getattr(again, field) == getattr(entry, field)
    same = browser("targeting").post(
        f"{path}/change",
        data={
            **filled(entry, stage.centre.settings.zone).model_dump(
                mode="json", exclude={"picture"}
            ),
            "why": "no change",
        },
    )
    assert same.status_code == 422
    assert "nothing is changed" in same.text


def test_every_fault_is_named_by_the_label_of_its_field(browser: Any, ids: Any) -> None:
    mine = browser("targeting")
    form = {"kind": "vessel", "name": "-", "imo": "9074728", "mmsi": "1", "country": "QQ9"}
    said = mine.post("/watchlist/check", data=form).text
    assert re.search(r"IMO number: .*; MMSI: .*; Country: ", said.replace("\n", " "))
    assert "imo:" not in said
    refused = mine.post(
        "/watchlist/entries", data={"watchlist": ids["list"], "reason": "x", **form}
    )
    assert refused.status_code == 422
    assert "MMSI: " in refused.text
    nothing = mine.post("/watchlist/check", data={"kind": "vessel", "name": "-"}).text
    assert "Name: neither a name nor a number" in nothing
    asked = ask(mine, kind="vessel", imo="9074728")
    assert asked.status_code == 422
    assert "IMO number: " in asked.text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"kind": "vessel", "imo": "9074728"}, "check digit"),
        ({"kind": "vessel", "mmsi": "12345"}, "nine digits"),
        ({"kind": "vehicle", "chassis": "A"}, "chassis"),
        ({"kind": "person", "family_name": "ALI", "documents": "AB123"}, "Documents: write kind"),
        ({"kind": "vessel"}, "name"),
    ],
)
def test_a_number_that_cannot_be_one_is_named_before_and_when_proposing(
    browser: Any, ids: Any, form: dict[str, str], said: str
) -> None:
    mine = browser("targeting")
    if len(form) > 1:
        assert said in mine.post("/watchlist/check", data=form).text
    refused = mine.post(
        "/watchlist/entries", data={"watchlist": ids["list"], "reason": "x", **form}
    )
    assert refused.status_code == 422
    assert said in refused.text


def test_what_can_be_used_is_said_while_typing(browser: Any) -> None:
    form = {"kind": "vessel", "imo": "9074729"}
    text = browser("targeting").post("/watchlist/check", data=form).text
    assert "can be used" in text
    assert "<html" not in text


def test_a_change_shows_before_and_after_and_needs_two(browser: Any, ids: Any) -> None:
    path = f"/watchlist/entries/{ids['entry']}"
    mine, other = browser("targeting"), browser("supervisor")
    assert 'value="MAZARI"' in mine.get(f"{path}/change").text
    form = {
        "family_name": "MAZARI",
        "given_names": "ZULFIQAR ALI",
        "birth_date": "1980-05-05",
        "nationality": "PAK",
        "reason": "Carried currency twice",
        "why": "His passport has two given names",
    }
    assert mine.post(f"{path}/change", data=form).headers["location"] == path
    text = mine.get(path).text
    assert "<del><bdi>MAZARI, ZULFIQAR</bdi></del>" in text
    assert "<ins><bdi>MAZARI, ZULFIQAR ALI</bdi></ins>" in text
    change = re.search(r"/watchlist/changes/\w+/decision", other.get(path).text)
    assert change
    assert change[0] not in text, "no button for who proposed it"
    assert "Changes that wait" in other.get("/watchlist/review?due=changes").text
    decision = {"decision": "approve", "reason": "seen"}
    assert other.post(change[0], data=decision).headers["location"] == path
    assert "<h1>MAZARI, ZULFIQAR ALI</h1>" in mine.get(path).text
    assert "His passport has two given names" in mine.get(path).text


def test_what_ends_soon_is_counted_in_the_navigation(browser: Any, stage: Any, ids: Any) -> None:
    mine = browser("targeting")
    assert 'class="count"' not in mine.get("/alerts").text
    soon = f"{stage.centre.local_now():%Y-%m-%d}"
    path = approved(browser, ids["list"], family_name="BUGTI", expires=soon)
    assert re.search(r'<span class="count"[^>]*>1</span>', mine.get("/alerts").text)
    assert "BUGTI" in mine.get("/watchlist/review").text
    kept = mine.post(f"{path}/keep", data={"until": "2029-01-01", "reason": "still sought"})
    assert kept.headers["location"] == path
    assert "<ins><bdi>2029-01-01</bdi></ins>" in mine.get(path).text
    assert mine.post(f"{path}/keep", data={"reason": "still sought"}).status_code == 422
    assert 'class="count"' not in browser("gate").get("/alerts").text


def test_a_retired_entry_says_why(browser: Any, ids: Any) -> None:
    path = f"/watchlist/entries/{ids['entry']}"
    browser("supervisor").post(f"{path}/retire", data={"reason": "The case is closed"})
    shown = browser("targeting").get(path).text
    assert "it was retired" in shown
    persons = shown[shown.index("Two persons") :]
    assert re.search(r"<dt>Proposed</dt>.*<dt>Approved</dt>.*<dt>Retired</dt>", persons, re.DOTALL)
    told = browser("auditor").get(f"{V1}/watchlists/entries/{ids['entry']}").json()["approval"]
    assert told["by"] in persons
    assert told["reason"] in persons
    text = browser("targeting").get("/watchlist/review?due=ended").text
    assert "The case is closed" in text


def test_the_settings_of_a_list_are_kept(browser: Any, stage: Any, ids: Any) -> None:
    mine, path = browser("supervisor"), f"/watchlist/lists/{ids['list']}"
    form = {
        "name": "Couriers",
        "source": "HQ",
        "legal_basis": "Act 2",
        "handling": "refer",
        "handling_code": "C7",
        "instruction": "Call the duty desk",
        "unit_id": "ntc",
        "alerts_port": "false",
        "one_in": "2,000",
    }
    assert mine.post(path, data=form).status_code == 303
    (own,) = [one for one, _ in watchlists.lists(stage.centre, stage.actor("supervisor"))]
    assert (own.handling_code, own.instruction, own.unit_id) == ("C7", "Call the duty desk", "ntc")
    assert (own.alerts_port, own.alert_rate) == (False, 1 / 2000)
    assert 'value="2000"' in mine.get(path).text
    shown = browser("auditor").get(path).text
    assert "at most 1 in 2000" in shown
    assert "Call the duty desk" in shown
    for wrong in ({"one_in": "3"}, {"one_in": "many"}, {"unit_id": "nobody"}, {"unit_id": ""}):
        assert mine.post(path, data={**form, **wrong}).status_code == 422


def test_a_program_that_knows_less_takes_no_setting_away(
    browser: Any, stage: Any, ids: Any
) -> None:
    mine = browser("supervisor")
    path, headers = f"{V1}/watchlists/{ids['list']}", {"x-csrf-token": mine.csrf}
    body = {"name": "Couriers", "source": "HQ", "legal_basis": "Act 2", "handling": "refer"}
    more = {"alert_rate": 0.001, "unit_id": "ntc", "alerts_port": False, "instruction": "Call"}
    assert mine.client.put(path, json=body | more, headers=headers).status_code == 204
    assert mine.client.put(path, json=body, headers=headers).status_code == 204
    (shown,) = mine.get(f"{V1}/watchlists").json()
    assert shown == shown | body | more
    wrong = mine.client.put(path, json=body | {"alert_rate": 0.5}, headers=headers)
    assert wrong.status_code == 422


LIST = "list,family_name,given_names,birth_date,reason\n"


def test_a_version_is_read_compared_and_applied_by_another(browser: Any, ids: Any) -> None:
    mine, other = browser("targeting"), browser("supervisor")
    path = f"/watchlist/lists/{ids['list']}"
    rows = "Couriers,BUGTI,NADIR,1975,gold\nCouriers,RIND,SALIM,1980-13-45,gold\n"
    file = {"file": ("couriers.csv", (LIST + rows).encode())}
    made = mine.post(f"{path}/versions", data={"form": "csv"}, files=file)
    version = made.headers["location"]
    text = mine.get(version).text
    assert "BUGTI, NADIR" in text
    assert "another person has to decide" in text
    problems = mine.get(f"{version}?show=problems").text
    assert "couriers.csv:3" in problems
    assert "RIND, SALIM" in problems
    assert "BUGTI" not in mine.get(f"{version}?show=removed").text
    assert "couriers.csv" in other.get(path).text
    assert 'value="discard"' in text
    assert 'value="apply"' not in text
    decision = {"decision": "apply", "reason": "checked"}
    assert mine.post(f"{version}/decision", data=decision).status_code == 403
    assert other.post(f"{version}/decision", data=decision).headers["location"] == version
    assert "BUGTI, NADIR" in other.get("/watchlist?state=approved").text
    known = mine.post(f"{path}/versions", data={"form": "csv"}, files=file)
    assert "says nothing new" in mine.get(known.headers["location"]).text


@pytest.mark.parametrize(
    ("form", "name", "data", "said"),
    [
        ("csv", "", b"", "Choose a file"),
        ("", "a.csv", LIST.encode(), "format"),
        ("doc", "a.csv", LIST.encode(), "format"),
        ("csv", "../../a.csv", b"\xff\xfe", "right"),
    ],
)
def test_a_file_that_is_no_list_is_refused(
    browser: Any, ids: Any, form: str, name: str, data: bytes, said: str
) -> None:
    path = f"/watchlist/lists/{ids['list']}/versions"
    files = {"file": (name, data)} if name else {}
    answer = browser("targeting").post(path, data={"form": form}, files=files)
    assert answer.status_code == 422
    assert said in answer.text


def test_the_lists_answer_a_question(browser: Any, ids: Any) -> None:
    mine = browser("targeting")
    text = ask(mine, name="Mazari, Zulfiqar", born="1980-05-05").text
    assert "1 hit" in text
    assert "on the list Couriers" in text
    assert f'href="/watchlist/entries/{ids["entry"]}"' in text
    assert 'class="bar for"' in text
    close = ask(mine, name="Mazari, Zulfiqar", born="1951-11-30").text
    assert "No hit" in close
    assert "under the threshold" in close
    assert "Nothing on the lists comes close" in ask(mine, name="Quibble, Xenophon").text
    assert ask(mine, name="Mazari", reason="").status_code == 422


@pytest.mark.parametrize("kind", ["person", "organisation", "vessel", "aircraft", "vehicle"])
def test_one_may_ask_about_each_kind(browser: Any, kind: str) -> None:
    text = browser("targeting").get(f"/screen?kind={kind}").text
    assert re.search(f'name="kind" value="{kind}"', text)
    shown = set(re.findall(r'<input id="(\w+)"', text.partition("<main")[2]))
    assert shown <= set(EntryForm.model_fields) | {"born", "document", "father_name", "birth_place"}


def test_a_program_asks_changes_and_reads_versions(browser: Any, ids: Any) -> None:
    mine, other = browser("targeting"), browser("supervisor")
    answer = mine.post(
        f"{V1}/screen", json={"name": "Mazari, Zulfiqar", "born": "1980", "reason": "a letter"}
    ).json()
    assert [one["entry"]["id"] for one in answer["hits"] + answer["near"]] == [ids["entry"]]
    path = f"{V1}/watchlists/entries/{ids['entry']}"
    entry = {"family_name": "MAZARI", "given_names": "ZULFIKAR", "reason": "couriers"}
    change = mine.post(f"{path}/changes", json={"entry": entry, "why": "a letter"})
    assert change.status_code == 201
    assert {one["field"] for one in change.json()["fields"]} >= {"names", "birth_dates"}
    decided = other.post(
        f"{V1}/watchlists/changes/{change.json()['id']}/decision",
        json={"approve": True, "reason": "seen"},
    )
    assert decided.json()["state"] == "approved"
    assert other.get(path).json()["row"]["entry"]["names"][0]["given"] == "ZULFIKAR"
    kept = mine.post(f"{path}/keep", json={"until": "2029-01-01", "reason": "still"}).json()
    assert kept["state"] == "open"
    assert [one["id"] for one in mine.get(f"{path}/changes").json()] == [
        kept["id"],
        change.json()["id"],
    ]
    due = other.get(f"{V1}/watchlists/review?due=changes").json()
    assert [row["change"]["id"] for row in due["rows"]] == [kept["id"]]
    made = mine.post(
        f"{V1}/watchlists/{ids['list']}/versions",
        data={"form": "csv"},
        files={"file": ("couriers.csv", (LIST + "Couriers,BUGTI,NADIR,1975,gold\n").encode())},
    ).json()
    version = f"{V1}/watchlists/versions/{made['version']['id']}"
    assert (made["new"], made["version"]["added"]) == (True, 1)
    assert other.get(version).json()["may_decide"]
    (row,) = other.get(f"{version}/differences?kind=added").json()["rows"]
    assert row["name"] == "BUGTI, NADIR"
    assert other.post(f"{version}/discard", json={"reason": "wrong file"}).json()["state"] == (
        "discarded"
    )
    assert other.post(f"{version}/apply", json={"reason": "yet"}).status_code == 409
    assert len(other.get(f"{V1}/watchlists/{ids['list']}/versions").json()) == 1


def test_every_kind_is_proposed_by_program(browser: Any, ids: Any) -> None:
    body = {
        "watchlist_id": ids["list"],
        "kind": "vessel",
        "family_name": "SEA STAR",
        "identifiers": [{"kind": "imo", "value": "9074729"}],
        "reason": "transfers at sea",
    }
    made = browser("targeting").post(f"{V1}/watchlists/entries", json=body)
    assert made.status_code == 201
    assert made.json()["kind"] == EntryKind.VESSEL
    assert made.json()["identifiers"] == [{"kind": "imo", "value": "9074729", "country": None}]
    body["identifiers"] = [{"kind": "imo", "value": "9074728"}]
    assert browser("targeting").post(f"{V1}/watchlists/entries", json=body).status_code == 422
