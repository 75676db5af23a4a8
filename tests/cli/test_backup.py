from pathlib import Path
from typing import Any

import pytest

from parakh.store import sealed_stream


@pytest.fixture(autouse=True)
def cheap_scrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed_stream, "LOG_N", 4)


def test_a_backup_goes_out_and_comes_back(
    parakh: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, to, new = tmp_path / "backup.key", tmp_path / "to", tmp_path / "new"
    to.mkdir()
    public = parakh("backup", "key", key).stdout.strip()
    parakh("backup", "key", key, code=2)
    made = parakh.json("backup", "create", to, "--for", public, "--keep", 7)
    assert made["database"] == "sqlite"
    assert made["removed"] == []
    path = made["path"]
    assert "the backup is whole" in parakh("backup", "verify", path, "--key", key).stdout
    restored = parakh.json("backup", "restore", path, "--key", key, "--into", new)
    assert restored["audit_rows"] == made["audit_seq"]
    assert "not empty" in parakh("backup", "restore", path, "--key", key, code=1).output
    monkeypatch.setenv("PARAKH_DATA_DIR", str(new))
    assert "the chain is whole" in parakh("audit", "verify").stdout


def test_a_passphrase_does_as_well(parakh: Any, tmp_path: Path) -> None:
    sentence, path = tmp_path / "sentence", tmp_path / "one"
    sentence.touch(mode=0o600)
    sentence.write_text("correct horse battery staple\n")
    parakh("backup", "create", path, "--passphrase-file", sentence)
    told = parakh("backup", "verify", path, "--passphrase-file", sentence).stdout
    assert "the backup is whole" in told
    sentence.write_text("incorrect horse battery\n")
    told = parakh("backup", "verify", path, "--passphrase-file", sentence, code=1).output
    assert "the passphrase is another one" in told


@pytest.mark.parametrize(
    "arguments",
    [
        ("create", "to"),
        ("create", "to", "--for", "parakh-public:none"),
        ("create", "to", "--for", "x", "--passphrase-file", __file__),
        ("verify", __file__),
    ],
)
def test_who_opens_it_must_be_said(parakh: Any, arguments: tuple[str, ...]) -> None:
    parakh("backup", *arguments, code=2)


def test_the_schema_is_checked(parakh: Any, bare: Any) -> None:
    found = parakh.json("db", "check")
    assert found["fit"] == "same"
    assert "as the program is" in parakh("db", "check").stdout
    assert "up to date" in parakh("db", "upgrade", "--expand").stdout


def test_without_a_centre_there_is_no_schema(bare: Any) -> None:
    assert "parakh db upgrade" in bare("db", "check", code=2).output
