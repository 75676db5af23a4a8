from pathlib import Path
from typing import Any

import pytest

from parakh.access import system_actor
from parakh.services import watchlists
from parakh.services.centre import Centre
from parakh.settings import Settings


@pytest.fixture
def picture(tmp_path: Path, portrait: bytes) -> Path:
    path = tmp_path / "portrait.png"
    path.write_bytes(portrait)
    return path


def test_a_face_is_enrolled_searched_and_compared(
    parakh: Any,
    data_dir: Path,
    tmp_path: Path,
    picture: Path,
    model_cache: Path,
    second: tuple[str, str],
) -> None:
    (data_dir / "models").symlink_to(model_cache)
    nothing = parakh.json("face", "search", picture)
    assert nothing["candidates"] == []
    listed = tmp_path / "list.csv"
    listed.write_text("list,family_name,reason\nWanted,PORTRAIT,test\n")
    held = ("--source", "police", "--legal-basis", "Act 1")
    typed = "correct horse battery\n"
    parakh("watchlist", "import", "csv", listed, *second, *held, typed=typed)
    centre = Centre.open(Settings(data_dir=data_dir))
    entry = watchlists.entries(centre, system_actor("test")).rows[0].entry.id
    centre.close()
    assert "waits" in parakh("face", "enrol", entry, picture).stdout
    (candidate,) = parakh.json("face", "search", picture, code=1)["candidates"]
    assert candidate["waits"]
    parakh("face", "enrol", entry, picture, *second, typed=typed)
    found = parakh.json("face", "search", picture, code=1)
    (candidate,) = found["candidates"]
    assert not candidate["waits"]
    assert (candidate["entry"], candidate["match"]) == (entry, True)
    assert candidate["score"] >= 0.99 > found["threshold"]
    same = parakh.json("face", "verify", picture, picture)
    assert same["match"]
    assert "match" in parakh("face", "verify", picture, picture).stdout
    parakh("face", "enrol", "none", picture, code=1)
    listed_as_picture = parakh("face", "verify", picture, listed, code=1)
    assert listed_as_picture.stderr.startswith("parakh: ")


def test_galleries_are_added_rotated_erased_and_compared(
    parakh: Any,
    data_dir: Path,
    tmp_path: Path,
    picture: Path,
    model_cache: Path,
    second: tuple[str, str],
) -> None:
    (data_dir / "models").symlink_to(model_cache)
    typed = "correct horse battery\n"
    assert "No legal basis" in parakh("face", "gallery", "list").stdout
    said = ("--kind", "custody", "--purpose", "Knowing who is held", "--legal-basis", "Prisons Act")
    made = parakh.json("face", "gallery", "add", "Prisoners", *said, "--retention-days", 30)
    assert (made["retention_hours"], made["warnings"]) == (720, [])
    edited = parakh.json("face", "gallery", "edit", "Prisoners", "--purpose", "More")
    assert (edited["purpose"], edited["legal_basis"]) == ("More", "Prisons Act")
    listed = tmp_path / "list.csv"
    listed.write_text("list,family_name,reason\nHeld,NOON,test\nHeld,MALIK,test\n")
    held = ("--source", "prisons", "--legal-basis", "Act", "--gallery", "Prisoners", "--faces-only")
    parakh("watchlist", "import", "csv", listed, *second, *held, typed=typed)
    centre = Centre.open(Settings(data_dir=data_dir))
    rows = watchlists.entries(centre, system_actor("test")).rows
    assert {(row.watchlist.gallery_id, row.watchlist.by_name) for row in rows} == {
        (made["id"], False)
    }
    centre.close()
    for row in rows:
        parakh("face", "enrol", row.entry.id, picture, *second, typed=typed)
    found = parakh.json("face", "search", picture, "--gallery", "Prisoners", code=1)
    assert len(found["candidates"]) == 2
    (pair,) = parakh.json("face", "twins", "Prisoners", code=1)["open"]
    assert sorted(pair["names"]) == ["MALIK", "NOON"]
    assert "2 templates" in parakh("face", "gallery", "rotate", "Prisoners").stdout
    assert parakh.json("keys", "rotate-master")["data_keys"] == 6
    assert parakh.json("face", "search", picture, code=1)["persons"] == 2
    assert parakh.json("face", "reenrol") == {"enrolled": 0, "unfit": 0, "dropped": 0}
    parakh("face", "stage", "none", "A1", picture, code=1)
    gone = parakh("face", "gallery", "erase", "Prisoners", "--reason", "over", *second, typed=typed)
    assert "2 templates, 2 pictures" in gone.stdout
    assert parakh.json("face", "search", picture)["candidates"] == []
    parakh("face", "gallery", "rotate", "none", code=2)
