"""A cohort changes the model's name: everybody is found before, while and after it is fitted in."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from parakh.access import Purpose, system_actor
from parakh.domain.traveller import PersonName
from parakh.domain.watchlist import EntryKind, Handling, Watchlist, WatchlistEntry
from parakh.faces.catalogue import SFACE
from parakh.faces.catalogue_text import with_cohort
from parakh.faces.cohort import Cohort
from parakh.services import doctor, face_search, listed_pictures, reenrolment, watchlists
from parakh.services.centre import Centre
from parakh.services.face_search import FaceQuestion
from parakh.store import galleries

ONE, TWO = system_actor("one"), system_actor("two")
QUESTION = FaceQuestion(galleries=frozenset(), purpose=Purpose.VETTING, reason="test")


@pytest.fixture
def enrolled(face_centre: Centre, portrait: bytes) -> set[str]:
    """Two entries with the portrait, enrolled by the built-in model."""
    held = Watchlist(
        id="l", name="Wanted", source="Court", legal_basis="Act 1", handling=Handling.REFER
    )
    watchlists.add_list(face_centre, TWO, held)
    return {_enrol(face_centre, held, name, portrait) for name in ("FIRST", "SECOND")}


def _enrol(centre: Centre, held: Watchlist, name: str, portrait: bytes) -> str:
    entry = WatchlistEntry(
        id="",
        watchlist_id=held.id,
        kind=EntryKind.PERSON,
        names=(PersonName(family=name, given="PUBLIC"),),
        reason="To be found",
    )
    made = watchlists.propose(centre, ONE, entry)
    watchlists.decide(centre, TWO, made.id, approve=True, reason="checked")
    waiting = listed_pictures.add_portrait(centre, ONE, made.id, portrait)
    listed_pictures.decide_portrait(centre, TWO, made.id, waiting, approve=True)
    return made.id


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    """The built-in model with a cohort of nobody."""
    random = np.random.default_rng(5)
    cohort = Cohort(
        mean=(random.normal(size=128) * 0.02).astype(np.float32),
        transform=(np.eye(128) + random.normal(size=(128, 128)) * 0.02).astype(np.float32),
        persons=200,
        pictures=400,
    )
    (tmp_path / "ours.npz").write_bytes(cohort.content())
    table = {
        "file": "ours.npz",
        "sha256": cohort.digest,
        "model": SFACE.name,
        "persons": 200,
        "made_at": datetime(2026, 11, 23, tzinfo=UTC),
        "thresholds": {"0.01": 0.2, "0.001": 0.3, "0.0001": 0.4},
    }
    path = tmp_path / "ours.toml"
    path.write_text(with_cohort(None, table), encoding="utf-8")
    return path


@pytest.fixture
def after(face_centre: Centre, catalogue: Path) -> Iterator[Centre]:
    """The same centre, started again with the cohort."""
    settings = face_centre.settings.model_copy(update={"face_catalogue": catalogue})
    made = Centre.open(settings, face_centre.clock)
    yield made
    made.close()


def found(centre: Centre, picture: bytes) -> set[str]:
    return {own.match.entry.id for own in face_search.search(centre, ONE, picture, QUESTION).found}


def models(centre: Centre) -> set[str]:
    with centre.db.read() as connection:
        return set(galleries.models(connection))


def test_enrolled_persons_are_found_before_while_and_after(
    face_centre: Centre,
    enrolled: set[str],
    after: Centre,
    portrait: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reenrolment, "AT_ONCE", 1)
    former, present = face_centre.faces.model_id, after.faces.model_id
    assert present.startswith(f"{former}+")
    assert found(face_centre, portrait) == enrolled
    assert found(after, portrait) == enrolled, "by the model before, which made all templates"

    def killed(done: int, total: int) -> None:
        if done == 1:
            raise SystemExit

    with pytest.raises(SystemExit):
        reenrolment.reenrol(after, TWO, killed)
    assert models(after) == {former, present}
    assert found(after, portrait) == enrolled
    assert reenrolment.reenrol(after, TWO).dropped == 2
    assert models(after) == {present}
    assert found(after, portrait) == enrolled


def test_the_doctor_names_the_cohort(after: Centre) -> None:
    checks = {own.name: own for own in doctor.examine(after.settings)}
    assert checks["cohort"].found.endswith("of 200 persons, made on 2026-11-23")
    assert checks["self-test sface@2021dec-fb143eea"].ok, "the model itself is checked, without it"
