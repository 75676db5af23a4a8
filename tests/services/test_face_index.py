"""Galleries in memory: they follow the database, keep apart, and start from their sealed files."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from parakh.access import Purpose, system_actor
from parakh.domain.face import Candidate, Template
from parakh.domain.gallery import Gallery, GalleryKind
from parakh.domain.ids import new_id
from parakh.domain.traveller import PersonName
from parakh.domain.watchlist import EntryKind, EntryState, Handling, Watchlist, WatchlistEntry
from parakh.services import gallery_files, keys, watchlists
from parakh.services.centre import Centre
from parakh.services.face_index import FaceIndex
from parakh.services.gallery_files import GalleryFiles
from parakh.store import galleries, pictures
from parakh.store import watchlists as store
from parakh.store.pictures import gallery_purpose

ACTOR = system_actor("test")


class FakeEngine:
    """A model of four numbers whose threshold is 0.9; a voter says what `votes` say."""

    dimension = 4
    voter_id: str | None = None

    def __init__(self, model: str) -> None:
        self.model_id = model
        self.asked: list[int] = []

    def search_threshold(self, size: int, fpir: float) -> float:
        self.asked.append(size)
        return 0.9

    def shortlist_threshold(self, threshold: float) -> float:
        return 0.2

    def rescore(
        self, second: Template, found: Sequence[Candidate], seconds: dict[str, Template]
    ) -> list[Candidate]:
        same = {own for own, value in seconds.items() if value.vector == second.vector}
        return [
            Candidate(reference_id=own.reference_id, score=0.99 * (own.reference_id in same))
            for own in found
        ]


def template(*numbers: float, model: str = "new@1") -> Template:
    vector = np.array(numbers, "<f4")
    return Template(model=model, vector=(vector / np.linalg.norm(vector)).astype("<f4").tobytes())


@pytest.fixture
def engines() -> list[Any]:
    return [FakeEngine("new@1")]


@pytest.fixture
def index(any_centre: Centre, engines: list[Any], tmp_path: Path) -> Iterator[FaceIndex]:
    made = make(any_centre, engines, tmp_path)
    yield made
    made.close()


def make(centre: Centre, engines: list[Any], folder: Path) -> FaceIndex:
    files = GalleryFiles(folder / "galleries", centre.db.vault)
    return FaceIndex(centre.db, lambda: engines, 0.01, centre.clock, files)


@pytest.fixture
def enrolled(any_centre: Centre) -> Callable[..., str]:
    """Puts an approved person with templates into a gallery; gives his identifier."""

    def add(*templates: Template, gallery_id: str = "watchlist", name: str = "KHAN") -> str:
        db, entry_id = any_centre.db, new_id()
        with db.write(ACTOR, Purpose.WATCHLIST) as tx:
            held = {own.id for own in galleries.galleries(tx.connection)}
            if gallery_id not in held:
                db.vault.create_key(tx.connection, gallery_purpose(gallery_id))
                galleries.save(
                    tx,
                    Gallery(
                        id=gallery_id,
                        name=gallery_id,
                        kind=GalleryKind.CUSTODY,
                        purpose="p",
                        legal_basis="b",
                        at_gates=False,
                    ),
                )
            own_list = Watchlist(
                id=f"l-{gallery_id}",
                name=f"List {gallery_id}",
                source="s",
                legal_basis="b",
                handling=Handling.REFER,
                gallery_id=gallery_id,
            )
            store.save_list(tx, own_list)
            store.save_entry(
                tx,
                WatchlistEntry(
                    id=entry_id,
                    watchlist_id=own_list.id,
                    kind=EntryKind.PERSON,
                    names=(PersonName(family=name, given="ALI"),),
                    state=EntryState.APPROVED,
                    proposed_by="one",
                    proposed_at=tx.at,
                ),
            )
            for value in templates:
                picture_id = pictures.save_picture(
                    tx,
                    db.vault,
                    owner_kind="watchlist_entry",
                    owner_id=entry_id,
                    media_type="image/jpeg",
                    data=b"p",
                )
                pictures.save_template(tx, db.vault, gallery_id, entry_id, picture_id, value)
            tx.audit("test", "test", entry_id)
        with db.write(system_actor("second"), Purpose.WATCHLIST) as tx:
            pictures.approve_templates(tx, entry_id)
            tx.audit("test", "test", entry_id)
        return entry_id

    return add


def found(index: FaceIndex, *probes: Template, where: Sequence[str] = ("watchlist",)) -> list[str]:
    index.refresh()
    return [match.entry.id for match in index.search(probes, where)]


def test_it_follows_what_is_enrolled_and_retired(
    any_centre: Centre, index: FaceIndex, enrolled: Callable[..., str]
) -> None:
    assert found(index, template(1, 0, 0, 0)) == []
    one = enrolled(template(1, 0, 0, 0))
    two = enrolled(template(0, 1, 0, 0), template(0, 1, 0.1, 0))
    assert found(index, template(1, 0.1, 0, 0)) == [one]
    assert found(index, template(0, 1, 0, 0)) == [two]
    assert index.size(["watchlist"]) == 2
    watchlists.retire(any_centre, system_actor("third"), one, "over")
    assert found(index, template(1, 0.1, 0, 0)) == []
    assert index.size(["watchlist"]) == 1


def test_galleries_are_searched_together_or_apart(
    index: FaceIndex, enrolled: Callable[..., str], engines: list[Any]
) -> None:
    wanted = enrolled(template(1, 0, 0, 0))
    held = enrolled(template(1, 0.2, 0, 0), gallery_id="custody")
    probe = template(1, 0, 0, 0)
    assert found(index, probe) == [wanted]
    assert found(index, probe, where=["custody"]) == [held]
    assert found(index, probe, where=["watchlist", "custody"]) == [wanted, held]
    assert engines[0].asked[-1] == 2, "the threshold is that of all who are searched together"
    assert index.at_gates() == {"watchlist"}
    kinds = [own.gallery.kind for own in index.search([probe], ["watchlist", "custody"])]
    assert kinds == [GalleryKind.WATCHLIST, GalleryKind.CUSTODY]


def test_who_is_not_alike_is_shown_only_when_all_candidates_are_asked_for(
    index: FaceIndex, enrolled: Callable[..., str]
) -> None:
    enrolled(template(1, 1, 0, 0))
    assert found(index, template(1, 0, 0, 0)) == []
    (near,) = index.search([template(1, 0, 0, 0)], ["watchlist"], all_candidates=True)
    assert not near.match
    assert near.score == pytest.approx(0.7071, abs=1e-3)


def test_while_a_model_is_replaced_both_are_searched(
    index: FaceIndex, enrolled: Callable[..., str], engines: list[Any]
) -> None:
    engines.append(FakeEngine("old@1"))
    old = enrolled(template(1, 0, 0, 0, model="old@1"))
    both = enrolled(template(0, 1, 0, 0, model="old@1"), template(0, 0, 1, 0))
    probes = (template(0, 0, 1, 0), template(1, 0, 0, 0, model="old@1"))
    assert set(found(index, *probes)) == {both, old}
    assert found(index, template(0, 0, 1, 0), template(0, 1, 0, 0, model="old@1")) == [both]


def test_the_voter_lifts_and_lowers_whom_the_first_model_shortlists(
    index: FaceIndex, enrolled: Callable[..., str], engines: list[Any]
) -> None:
    engines[0].voter_id = "voter@1"
    second = template(0, 0, 0, 1, model="voter@1")
    lifted = enrolled(template(1, 1, 0, 0), second)
    enrolled(template(1, 0, 0, 0), template(0, 0, 1, 0, model="voter@1"))
    assert found(index, template(1, 0, 0, 0), second) == [lifted]


@pytest.fixture
def with_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery_files, "FROM", 1)


@pytest.mark.usefixtures("with_files")
def test_a_start_reads_the_sealed_file_and_then_what_changed_since(
    any_centre: Centre,
    engines: list[Any],
    enrolled: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, two = enrolled(template(1, 0, 0, 0)), enrolled(template(0, 1, 0, 0))
    first = make(any_centre, engines, tmp_path)
    assert found(first, template(1, 0, 0, 0)) == [one]
    first.close()
    watchlists.retire(any_centre, system_actor("third"), one, "over")
    three = enrolled(template(0, 0, 1, 0))
    read: list[Any] = []
    records = pictures.templates

    def noted(*given: Any, **named: Any) -> Any:
        read.append(given[3] if len(given) > 3 else named.get("entry_ids"))
        return records(*given, **named)

    monkeypatch.setattr(pictures, "templates", noted)
    again = make(any_centre, engines, tmp_path)
    assert found(again, template(1, 0, 0, 0)) == []
    assert found(again, template(0, 1, 0, 0)) == [two]
    assert found(again, template(0, 0, 1, 0)) == [three]
    assert None not in read, "not every record was opened"
    again.close()


@pytest.mark.usefixtures("with_files")
def test_a_damaged_file_is_filled_again_from_the_records(
    any_centre: Centre, engines: list[Any], enrolled: Callable[..., str], tmp_path: Path
) -> None:
    one = enrolled(template(1, 0, 0, 0))
    first = make(any_centre, engines, tmp_path)
    first.refresh()
    first.close()
    for path in (tmp_path / "galleries").glob("watchlist.*"):
        path.write_bytes(b"x" * path.stat().st_size)
    again = make(any_centre, engines, tmp_path)
    assert found(again, template(1, 0, 0, 0)) == [one]
    again.close()


@pytest.mark.usefixtures("with_files")
def test_a_second_process_reads_the_records_and_leaves_the_files_alone(
    any_centre: Centre, engines: list[Any], enrolled: Callable[..., str], tmp_path: Path
) -> None:
    one = enrolled(template(1, 0, 0, 0))
    first = make(any_centre, engines, tmp_path)
    first.refresh()
    written = {path: path.read_bytes() for path in (tmp_path / "galleries").iterdir()}
    other = make(any_centre, engines, tmp_path)
    assert found(other, template(1, 0, 0, 0)) == [one]
    assert {path: path.read_bytes() for path in (tmp_path / "galleries").iterdir()} == written
    other.close()
    first.close()


@pytest.mark.usefixtures("with_files")
def test_who_was_retired_is_gone_from_the_file(
    any_centre: Centre,
    engines: list[Any],
    enrolled: Callable[..., str],
    tmp_path: Path,
) -> None:
    one = enrolled(template(1, 0, 0, 0))
    enrolled(template(0, 1, 0, 0))
    index = make(any_centre, engines, tmp_path)
    index.refresh()
    (path,) = [own for own in (tmp_path / "galleries").glob("watchlist.*") if own.suffix != ".head"]
    before = path.read_bytes()
    watchlists.retire(any_centre, system_actor("third"), one, "over")
    index.refresh()
    after = path.read_bytes()
    pieces = [before[at : at + 64] for at in range(0, len(before) - 64, 64)]
    held = [piece for piece in pieces if any(piece)]
    assert held
    assert not any(piece in after for piece in held), "the chunk that held it was overwritten"
    index.close()


def test_an_erased_gallery_finds_nobody(
    any_centre: Centre, index: FaceIndex, enrolled: Callable[..., str], acting: Any
) -> None:
    enrolled(template(1, 0, 0, 0))
    assert found(index, template(1, 0, 0, 0))
    with any_centre.db.write(ACTOR, Purpose.ADMINISTRATION) as tx:
        value = galleries.get(tx.connection, "watchlist")
        keys._erase(any_centre, tx, value)
        galleries.save(tx, Gallery(**{**vars_of(value), "erased_at": tx.at}))
        tx.audit("test", "gallery", "watchlist")
    assert found(index, template(1, 0, 0, 0)) == []
    again = enrolled(template(1, 0, 0, 0))
    assert found(index, template(1, 0, 0, 0)) == [again]


def vars_of(value: Gallery) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}
