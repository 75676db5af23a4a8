"""Capture stations over HTTP: what their key opens, and their page."""

from collections.abc import Callable
from typing import Any

import pytest

from parakh.access import system_actor
from parakh.domain.station import StationKind
from parakh.domain.voyage import Direction
from parakh.ingest.dg2 import FaceEncoding
from parakh.services import stations
from parakh.simulate.chips import dg2

V1 = "/api/v1"
KEEPER = system_actor("test")


@pytest.fixture
def key(stage: Any) -> dict[str, str]:
    secret = stations.register(
        stage.centre,
        KEEPER,
        name="e-gate 1",
        kind=StationKind.GATE,
        port="KHI",
        lane="A1",
        direction=Direction.ENTRY,
    )
    return {"authorization": f"Bearer {secret}"}


def test_a_stations_key_opens_captures_and_its_heartbeat_alone(
    client: Any, key: dict[str, str], ids: dict[str, str]
) -> None:
    for path in (
        "/alerts",
        f"/travellers/{ids['traveller']}",
        "/watchlists",
        "/stations",
        "/messages",
        "/voyages?since=2026-01-01T00:00:00Z&until=2026-01-02T00:00:00Z",
    ):
        assert client.get(f"{V1}{path}", headers=key).status_code == 403, path
    assert client.get("/stations", headers=key, follow_redirects=False).status_code == 303
    said = {"at": "2026-11-22T12:00:00Z", "software": "gate 3", "waiting": 2}
    heard = client.post(f"{V1}/stations/heartbeat", json=said, headers=key)
    assert heard.status_code == 200
    assert heard.json()["station"]["lane"] == "A1"
    stranger = {"authorization": "Bearer parakh_station_nobody"}
    assert client.post(f"{V1}/stations/heartbeat", json=said, headers=stranger).status_code == 401


@pytest.mark.parametrize("encoding", FaceEncoding)
def test_a_burst_with_the_portrait_of_the_chip(
    client: Any, key: dict[str, str], portrait: bytes, encoding: FaceEncoding, jpeg: bytes
) -> None:
    chip = dg2(jpeg, encoding=encoding, size=(512, 512))
    files = [("frames", ("a.png", portrait)), ("frames", ("b.jpg", jpeg)), ("portrait", chip)]
    form = {"document": "PA100000304", "taken_at": "2020-01-01T00:00:00Z", "id": "a" * 32}
    late = client.post(f"{V1}/gate/captures", data=form, files=files, headers=key)
    assert late.status_code == 422
    assert "older than" in late.json()["detail"]
    del form["taken_at"]
    answer = client.post(f"{V1}/gate/captures", data=form, files=files, headers=key)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["capture_id"] == "a" * 32
    assert told["verification"]["match"]
    assert told["traveller"]["name"]["family"] == "NOON"
    assert len(told["frames"]) == 2
    assert not told["duplicate"]
    again = client.post(f"{V1}/gate/captures", data=form, files=files, headers=key).json()
    assert again["duplicate"]
    stored = client.get(f"{V1}/gate/captures/{'a' * 32}", headers=key)
    assert stored.status_code == 200
    assert stored.json()["advice"] == told["advice"]
    assert "NOON" not in stored.text
    assert client.get(f"{V1}/gate/captures/{'b' * 32}", headers=key).status_code == 404


@pytest.fixture
def jpeg(portrait: bytes) -> bytes:
    import io

    from PIL import Image

    stream = io.BytesIO()
    Image.open(io.BytesIO(portrait)).convert("RGB").save(stream, "JPEG", quality=95)
    return stream.getvalue()


def test_a_face_that_is_not_fit_is_told_what_to_do(
    client: Any, key: dict[str, str], portrait: bytes
) -> None:
    import io

    from PIL import Image

    small = Image.new("RGB", (640, 480), (120, 120, 120))
    small.paste(Image.open(io.BytesIO(portrait)).convert("RGB").resize((80, 80)), (280, 200))
    stream = io.BytesIO()
    small.save(stream, "PNG")
    files = {"frames": ("a.png", stream.getvalue())}
    told = client.post(f"{V1}/gate/captures", files=files, headers=key).json()
    assert told["capture_id"] is None
    assert told["instruction"]["text"] == "Come closer"
    assert told["frames"][0]["quality"]["acceptable"] is False


@pytest.mark.parametrize(
    ("form", "files", "status", "said"),
    [
        ({}, [], 422, "frames"),
        ({}, [("frames", ("a", b"x"))] * 9, 422, "1 to 8 frames"),
        ({}, [("frames", ("a", b""))], 422, "Frame 1 is empty"),
        ({}, [("frames", ("a", b"x" * 10_485_761))], 422, "larger than 10 MiB"),
        ({"lane": "B2"}, [("frames", ("a", b"x"))], 403, "another lane"),
        ({"port": "LHE"}, [("frames", ("a", b"x"))], 403, "another port"),
        ({"id": "xyz"}, [("frames", ("a", b"x"))], 422, "32 digits"),
        ({"taken_at": "2026-01-01T00:00:00"}, [("frames", ("a", b"x"))], 422, "taken_at"),
        ({"times": "a,b"}, [("frames", ("a", b"x"))], 422, "seconds with commas"),
        ({"challenge": "a.b"}, [("frames", ("a", b"x"))], 422, "not given to you"),
        ({}, [("frames", ("a", b"no picture"))], 422, "not a picture"),
    ],
)
def test_what_is_refused_says_why(
    client: Any,
    key: dict[str, str],
    form: dict[str, str],
    files: list[Any],
    status: int,
    said: str,
) -> None:
    answer = client.post(f"{V1}/gate/captures", data=form, files=files or None, headers=key)
    assert answer.status_code == status, answer.text
    assert said in answer.json()["detail"]


def test_an_active_check_that_a_still_picture_fails(
    client: Any, key: dict[str, str], portrait: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = client.post(f"{V1}/gate/challenges", json={"method": "turn"}, headers=key).json()
    assert drawn["prompt"]["text"].startswith("Turn your head slowly to your")
    times = ",".join(str(step["at"]) for step in drawn["steps"])
    files = [("frames", (f"{n}.png", portrait)) for n in range(len(drawn["steps"]))]
    form = {"challenge": drawn["challenge"], "times": times}
    told = client.post(f"{V1}/gate/captures", data=form, files=files, headers=key).json()
    assert told["capture_id"] == drawn["capture_id"]
    assert told["pad"]["state"] == "not_evaluated"
    assert "sooner" in told["pad"]["reason"]["text"]


def test_a_station_is_registered_and_revoked_on_its_page(
    browser: Callable[[str], Any], client: Any
) -> None:
    mine = browser("integrator")
    form = {"name": "desk <2>", "kind": "desk", "port": "KHI", "lane": "B2", "direction": ""}
    assert mine.post("/stations", data=form).status_code == 422
    shown = mine.post("/stations", data=form | {"name": "desk 2"})
    assert shown.status_code == 200
    secret = shown.text.partition(stations.PREFIX)[2].partition("<")[0]
    headers = {"authorization": f"Bearer {stations.PREFIX}{secret}"}
    said = {"at": "2026-11-22T12:00:00Z", "camera": False, "waiting": 3}
    assert client.post(f"{V1}/stations/heartbeat", json=said, headers=headers).status_code == 200
    page = mine.get("/stations")
    assert stations.PREFIX not in page.text, "the key is shown once"
    assert "desk 2" in page.text
    assert "No camera" in page.text
    (row,) = mine.get(f"{V1}/stations?port=khi").json()
    assert row["heard"]["waiting"] == 3
    assert not row["silent"]
    assert mine.get(f"{V1}/stations?port=LHE").json() == []
    other = mine.post(f"/stations/{row['id']}/key")
    assert stations.PREFIX in other.text
    assert client.post(f"{V1}/stations/heartbeat", json=said, headers=headers).status_code == 401
    done = mine.post(f"/stations/{row['id']}/revocation")
    assert done.status_code == 303
    assert "Revoked" in mine.get("/stations").text
    assert browser("auditor").get("/stations").status_code == 200
    assert "Register a station" not in browser("auditor").get("/stations").text


def test_stations_by_the_api(browser: Callable[[str], Any]) -> None:
    mine = browser("supervisor")
    station = {"name": "handheld 7", "kind": "handheld", "port": "LHE"}
    made = mine.post(f"{V1}/stations", json=station)
    assert made.status_code == 201
    assert made.json()["key"].startswith(stations.PREFIX)
    assert mine.post(f"{V1}/stations", json=station).status_code == 409
    (row,) = mine.get(f"{V1}/stations").json()
    assert row["silent"]
    assert row["heard"] is None
    assert mine.post(f"{V1}/stations/{row['id']}/key").json()["key"] != made.json()["key"]
    assert mine.post(f"{V1}/stations/{row['id']}/revocation").status_code == 204
    assert mine.post(f"{V1}/stations/{row['id']}/revocation").status_code == 409
