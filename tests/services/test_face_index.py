"""Galleries in memory: they follow the database, keep apart, and start from their sealed files."""

import os
import shutil
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
from parakh.faces.sealed_rows import SealedRows
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
    files = GalleryFiles(folder / "galleries", centre.db)
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


def stored(centre: Centre, folder: Path, model: str = "new@1") -> Any:
    """The gallery that the next process would open from the sealed file."""
    files = GalleryFiles(folder / "galleries", centre.db)
    assert files.take()
    with centre.db.read() as connection:
        opened = files.open(connection, ("watchlist", model), 4)
    files.close()
    return opened and opened[0]


def data_files(folder: Path) -> list[Path]:
    return [own for own in (folder / "galleries").glob("*.*") if own.suffix != ".head"]


def forget(centre: Centre, *entry_ids: str) -> None:
    with centre.db.write(ACTOR, Purpose.WATCHLIST) as tx:
        for entry_id in entry_ids:
            pictures.forget(tx, entry_id)
        tx.audit("test", "test", "forgotten")


def change_again(centre: Centre, kind: str, ref_id: str) -> None:
    with centre.db.write(ACTOR, Purpose.WATCHLIST) as tx:
        tx.changed(kind, [ref_id])
        tx.audit("test", "test", ref_id)


def test_a_listed_person_is_found_while_a_change_of_his_entry_is_taken_in(
    any_centre: Centre,
    index: FaceIndex,
    enrolled: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    me = enrolled(template(1, 0, 0, 0))
    assert found(index, template(1, 0, 0, 0)) == [me]
    records = pictures.templates
    seen: list[list[str]] = []

    def search() -> None:
        seen.append([own.entry.id for own in index.search([template(1, 0, 0, 0)], ["watchlist"])])

    def slow(*given: Any, **named: Any) -> Any:
        search()
        yield from records(*given, **named)
        search()

    monkeypatch.setattr(pictures, "templates", slow)
    change_again(any_centre, store.ENTRY_CHANGED, me)
    index.refresh()
    assert seen == [[me], [me]]
    assert found(index, template(1, 0, 0, 0)) == [me]


def test_of_an_entry_one_picture_can_go(
    any_centre: Centre, index: FaceIndex, enrolled: Callable[..., str]
) -> None:
    me = enrolled(template(1, 0, 0, 0), template(0, 1, 0, 0))
    assert found(index, template(0, 1, 0, 0)) == [me]
    with any_centre.db.write(ACTOR, Purpose.WATCHLIST) as tx:
        pictures.forget(tx, me, pictures.pictures_of(tx.connection, [me])[me][1])
        tx.audit("test", "test", me)
    assert found(index, template(0, 1, 0, 0)) == []
    assert found(index, template(1, 0, 0, 0)) == [me]


def _full_disk(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    write = os.pwrite
    failed: list[int] = []

    def once(*given: Any) -> int:
        if not failed:
            failed.append(1)
            raise OSError(28, "No space left on device")
        return write(*given)

    monkeypatch.setattr(os, "pwrite", once)


def _altered(_: pytest.MonkeyPatch, folder: Path) -> None:
    (path,) = data_files(folder)
    data = bytearray(path.read_bytes())
    data[100::997] = bytes(own ^ 255 for own in data[100::997])
    with path.open("r+b") as file:
        file.write(data)


@pytest.mark.usefixtures("with_files")
@pytest.mark.parametrize("fault", [_full_disk, _altered])
def test_a_file_that_fails_is_destroyed_and_memory_goes_on(
    any_centre: Centre,
    engines: list[Any],
    enrolled: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[[pytest.MonkeyPatch, Path], None],
) -> None:
    stays, goes = enrolled(template(1, 0, 0, 0)), enrolled(template(0, 1, 0, 0))
    index = make(any_centre, engines, tmp_path)
    index.refresh()
    forget(any_centre, goes)
    with monkeypatch.context() as patch:
        fault(patch, tmp_path)
        index.refresh()
    assert data_files(tmp_path) == []
    late = enrolled(template(0, 0, 1, 0))
    for _ in range(2):
        assert found(index, template(1, 0, 0, 0)) == [stays]
        assert found(index, template(0, 1, 0, 0)) == []
        assert found(index, template(0, 0, 1, 0)) == [late]
        index.close()
        index = make(any_centre, engines, tmp_path)
    index.close()
    held = stored(any_centre, tmp_path)
    assert [len(held.templates_of(own)) for own in (stays, goes, late)] == [1, 0, 1]


def test_the_file_of_a_gallery_that_became_small_is_destroyed(
    any_centre: Centre,
    engines: list[Any],
    enrolled: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gallery_files, "FROM", 3)
    first, *others = [enrolled(template(1, place, 0, 0)) for place in range(4)]
    index = make(any_centre, engines, tmp_path)
    index.refresh()
    index.close()
    assert len(data_files(tmp_path)) == 1
    forget(any_centre, *others)
    again = make(any_centre, engines, tmp_path)
    assert found(again, template(1, 0, 0, 0)) == [first]
    again.close()
    assert [own.name for own in (tmp_path / "galleries").iterdir()] == ["lock"]


@pytest.mark.usefixtures("with_files")
def test_the_file_of_a_model_that_is_not_searched_any_more_is_destroyed(
    any_centre: Centre, enrolled: Callable[..., str], tmp_path: Path
) -> None:
    enrolled(template(1, 0, 0, 0, model="old@1"))
    enrolled(template(1, 0, 0, 0))
    for models, files in ((["new@1", "old@1"], 2), (["new@1"], 1)):
        index = make(any_centre, [FakeEngine(own) for own in models], tmp_path)
        index.refresh()
        index.close()
        assert len(data_files(tmp_path)) == files
    assert stored(any_centre, tmp_path, "new@1")


@pytest.mark.usefixtures("with_files")
def test_who_goes_on_takes_over_the_files_that_another_process_left(
    any_centre: Centre, engines: list[Any], enrolled: Callable[..., str], tmp_path: Path
) -> None:
    stays, goes = enrolled(template(1, 0, 0, 0)), enrolled(template(0, 1, 0, 0))
    small = enrolled(template(0, 0, 0, 1), gallery_id="custody")
    first, second = make(any_centre, engines, tmp_path), make(any_centre, engines, tmp_path)
    first.refresh()
    second.refresh()
    forget(any_centre, goes)
    second.refresh()
    first.close()
    second.refresh()
    late = enrolled(template(0, 0, 1, 0))
    assert found(second, template(1, 0, 0, 0)) == [stays]
    assert found(second, template(0, 1, 0, 0)) == []
    assert found(second, template(0, 0, 1, 0)) == [late]
    assert found(second, template(0, 0, 0, 1), where=["custody"]) == [small]
    second.close()
    held = stored(any_centre, tmp_path)
    assert [len(held.templates_of(own)) for own in (stays, goes, late)] == [1, 0, 1]


@pytest.mark.usefixtures("with_files")
def test_who_takes_over_a_file_that_is_damaged_goes_on_from_memory(
    any_centre: Centre,
    engines: list[Any],
    enrolled: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    me = enrolled(template(1, 0, 0, 0))
    first, second = make(any_centre, engines, tmp_path), make(any_centre, engines, tmp_path)
    first.refresh()
    second.refresh()
    first.close()
    _altered(monkeypatch, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(pictures, "templates", None)
        assert found(second, template(1, 0, 0, 0)) == [me]
    assert data_files(tmp_path) == []
    second.close()


@pytest.mark.usefixtures("with_files")
@pytest.mark.parametrize("where", ["here", "on another machine"])
def test_a_replaced_key_seals_nothing_any_more(
    any_centre: Centre,
    engines: list[Any],
    enrolled: Callable[..., str],
    where: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = any_centre.settings.data_dir
    me = enrolled(template(1, 0, 0, 0))
    index = make(any_centre, engines, folder)
    index.refresh()
    (path,) = data_files(folder)
    before = path.read_bytes()
    with any_centre.db.read() as connection:
        old = any_centre.db.vault.sealer(connection, gallery_purpose("watchlist"))
    file = os.open(path, os.O_RDONLY)
    if where != "here":
        monkeypatch.setattr(keys, "_destroy_files", lambda *_: None)
    keys.rotate(any_centre, ACTOR, "watchlist")
    if where != "here":
        assert os.pread(file, len(before), 0) == before
        index.refresh()
    assert not any(os.pread(file, len(before), 0)), "overwritten, not only deleted"
    os.close(file)
    assert data_files(folder) == []
    late = enrolled(template(0, 1, 0, 0))
    assert found(index, template(0, 1, 0, 0)) == [late]
    index.close()
    again = make(any_centre, engines, folder)
    assert found(again, template(1, 0, 0, 0)) == [me]
    again.close()
    (path,) = data_files(folder)
    assert len(stored(any_centre, folder)) == 2
    rows, _ = SealedRows.open(path, old, "new@1", 4)
    assert not rows.whole
    rows.close()


def copy_database(centre: Centre, source: Path, target: Path) -> None:
    """Makes a backup of an embedded database, or puts it back."""
    centre.db.scrub()
    centre.db.engine.dispose()
    for leaving in target.parent.glob(f"{target.name}*"):
        leaving.unlink()
    shutil.copy(source, target)


@pytest.mark.usefixtures("with_files")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("later", [0, 3])
def test_a_file_of_before_the_database_was_put_back_is_not_used(
    any_centre: Centre,
    engines: list[Any],
    enrolled: Callable[..., str],
    tmp_path: Path,
    later: int,
) -> None:
    """`later` changes were made since: the change numbers may be past those of the file again."""
    stays, forgotten = enrolled(template(1, 0, 0, 0)), enrolled(template(0, 1, 0, 0))
    database, kept = Path(any_centre.db.engine.url.database or ""), tmp_path / "kept.backup"
    copy_database(any_centre, database, kept)
    forget(any_centre, forgotten)
    first = make(any_centre, engines, tmp_path)
    assert found(first, template(0, 1, 0, 0)) == []
    first.close()
    copy_database(any_centre, kept, database)
    for _ in range(later):
        change_again(any_centre, store.ENTRY_CHANGED, stays)
    again = make(any_centre, engines, tmp_path)
    assert found(again, template(0, 1, 0, 0)) == [forgotten]
    again.close()
    assert stored(any_centre, tmp_path).templates_of(forgotten)


@pytest.mark.usefixtures("with_files")
def test_a_head_is_not_written_for_every_change(
    any_centre: Centre,
    engines: list[Any],
    enrolled: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    me = enrolled(template(1, 0, 0, 0))
    index = make(any_centre, engines, tmp_path)
    index.refresh()
    (head,) = (tmp_path / "galleries").glob("*.head")
    before = head.read_bytes()
    for _ in range(3):
        change_again(any_centre, "voyage_template", "v1")
        index.refresh()
    assert head.read_bytes() == before
    monkeypatch.setattr(index._files, "_due", 0.0)
    index.refresh()
    assert head.read_bytes() == before, "nothing changed"
    change_again(any_centre, "voyage_template", "v1")
    index.refresh()
    assert head.read_bytes() != before
    index.close()
    assert stored(any_centre, tmp_path).templates_of(me)


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
