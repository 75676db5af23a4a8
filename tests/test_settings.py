from pathlib import Path

import pytest
from pydantic import ValidationError

from parakh.settings import Settings


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"PARAKH_{name.upper()}", raising=False)


def test_nothing_needs_to_be_set() -> None:
    own = Settings()
    assert own.url == "sqlite:///var/parakh.db"
    assert own.keys_path == Path("var/keys.json")
    assert own.drop_path == Path("var/drop")
    assert own.host == "127.0.0.1"
    assert own.zone.key == "Asia/Karachi"


def test_the_environment_sets_all(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {
        "DATA_DIR": "/srv/parakh",
        "DATABASE_URL": "postgresql://db/parakh",
        "KEY_FILE": "/etc/parakh/keys.json",
        "DROP_DIR": "/srv/in",
        "PORT": "9000",
        "SECURE_COOKIES": "true",
    }
    for name, value in values.items():
        monkeypatch.setenv(f"PARAKH_{name}", value)
    own = Settings()
    assert own.url == "postgresql://db/parakh"
    assert (own.keys_path, own.drop_path) == (Path("/etc/parakh/keys.json"), Path("/srv/in"))
    assert (own.port, own.secure_cookies) == (9000, True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "many"),
        ("COUNTRY", "PK"),
        ("TIME_ZONE", "Karachi"),
        ("TIME_ZONE", ""),
        ("TIME_ZONE", "../../etc/passwd"),
        ("TIME_ZONE", "Asia"),
        ("FACE_FPIR", "1"),
        ("LOG_LEVEL", "LOUD"),
        ("SESSION_IDLE_MINUTES", "0"),
        ("LOCKOUT_FAILURES", "0"),
        ("MAX_MESSAGE_BYTES", "1"),
        ("HIT_PICTURE_DAYS", "0"),
    ],
)
def test_a_wrong_value_names_its_setting(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"PARAKH_{name}", value)
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert [own["loc"] for own in caught.value.errors()] == [(name.lower(),)]


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_described(name: str) -> None:
    described = Settings.model_fields[name].description
    assert described
    assert described.endswith(".")
