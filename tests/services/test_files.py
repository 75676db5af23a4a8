import os
from collections.abc import Callable
from pathlib import Path

import pytest

from parakh.services.files import is_plain, move_beside, read_plain, write_whole


def anything(size: int) -> None:
    assert size >= 0


def a_link(path: Path) -> None:
    path.with_name("secret").write_bytes(b"secret")
    path.symlink_to(path.with_name("secret"))


@pytest.mark.parametrize("make", [a_link, os.mkfifo, os.mkdir])
def test_only_a_regular_file_is_read(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "list.edi"
    make(path)
    assert not is_plain(path)
    with pytest.raises(OSError, match=r"symbolic links|regular file|directory"):
        read_plain(path, anything)


def test_a_file_is_not_read_before_its_size_is_known(tmp_path: Path) -> None:
    path = tmp_path / "list.edi"
    path.write_bytes(b"1234")
    seen: list[int] = []
    assert (read_plain(path, seen.append), seen) == (b"1234", [4])


def test_links_are_not_written_through(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    folder = tmp_path / "answers"
    folder.mkdir()
    for name in ("a.edi", ".a.edi.tmp"):
        (folder / name).symlink_to(secret)
    write_whole(folder / "a.edi", b"answer")
    assert secret.read_bytes() == b"secret"
    assert (folder / "a.edi").read_bytes() == b"answer"
    assert not (folder / "a.edi").is_symlink()
    assert [own.name for own in folder.iterdir()] == ["a.edi"]


def test_a_link_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "answers").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "a.edi").write_bytes(b"1")
    with pytest.raises(NotADirectoryError):
        write_whole(tmp_path / "answers" / "a.edi", b"answer")
    with pytest.raises(NotADirectoryError):
        move_beside(tmp_path / "a.edi", "answers")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_link_with_the_name_keeps_it(tmp_path: Path) -> None:
    path = tmp_path / "a.edi"
    path.write_bytes(b"1")
    (tmp_path / "done").mkdir()
    (tmp_path / "done" / "a.edi").symlink_to(tmp_path / "nowhere")
    assert move_beside(path, "done") == tmp_path / "done" / "a-2.edi"
