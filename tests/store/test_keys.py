import json
from dataclasses import replace
from pathlib import Path

import pytest

from parakh.errors import Misconfigured
from parakh.store.keys import Keys


def test_keys_come_back_from_their_file(keys: Keys, tmp_path: Path) -> None:
    path = tmp_path / "new" / "keys.json"
    keys.save(path)
    loaded = Keys.load(path)
    assert (loaded.master_id, loaded.master) == (keys.master_id, keys.master)
    assert loaded.audit.private_bytes_raw() == keys.audit.private_bytes_raw()


def test_only_the_owner_can_read_the_file(keys: Keys, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    keys.save(path)
    assert path.stat().st_mode & 0o777 == 0o600
    for mode in (0o640, 0o604, 0o666):
        path.chmod(mode)
        with pytest.raises(Misconfigured, match="chmod 600"):
            Keys.load(path)


def test_a_key_file_is_never_overwritten(keys: Keys, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    keys.save(path)
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        Keys.generate().save(path)
    assert path.read_bytes() == before


def test_the_secret_of_card_tokens_comes_from_the_master_key_alone(keys: Keys) -> None:
    again = replace(keys, audit=Keys.generate().audit)
    assert keys.pan_key == again.pan_key != Keys.generate().pan_key
    assert len(keys.pan_key) == 32
    assert keys.pan_key != keys.master


def test_repr_shows_no_secret(keys: Keys) -> None:
    assert repr(keys) == f"Keys({keys.master_id})"


def test_no_two_centres_have_the_same_keys() -> None:
    one, other = Keys.generate(), Keys.generate()
    assert one.master != other.master
    assert one.audit.private_bytes_raw() != other.audit.private_bytes_raw()


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="parakh db upgrade"):
        Keys.load(tmp_path / "keys.json")


GOOD = {"id": "1", "master": "QUFB" * 10 + "QUE=", "audit": "QUFB" * 10 + "QUE="}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "null",
        "{}",
        json.dumps(GOOD | {"master": "!"}),
        json.dumps(GOOD | {"master": "QUFB"}),
        json.dumps(GOOD | {"master": 7}),
        json.dumps(GOOD | {"audit": "QUFB"}),
        json.dumps({"id": "1", "master": GOOD["master"]}),
        '{"id": "1", "mas',
    ],
)
def test_a_broken_file_says_so_and_shows_nothing_of_it(content: str, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(Misconfigured, match="restore it from your backup") as caught:
        Keys.load(path)
    assert "QUFB" not in str(caught.value)
