from pathlib import Path
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa

from parakh.services import accounts, api_keys, second_factor, sessions, totp
from parakh.services.centre import Centre
from parakh.settings import Settings
from parakh.store import schema

PASSWORD = "correct horse battery"

pytestmark = pytest.mark.usefixtures("cheap_passwords")


def test_help_names_every_verb(bare: Any) -> None:
    shown = bare("--help").stdout
    for verb in ("demo", "serve", "worker", "db", "user", "unit", "key", "audit", "doctor"):
        assert verb in shown
    assert "parakh, version" in bare("--version").stdout
    bare("nonsense", code=2)


WRONG = {
    "PARAKH_PORT": "many",
    "PARAKH_TIME_ZONE": "Karachi",
    "PARAKH_LOG_LEVEL": "LOUD",
    "PARAKH_DATABASE_URL": "nonsense",
    "PARAKH_COUNTRY": "Pakistan",
}


@pytest.mark.parametrize("variable", WRONG)
def test_a_wrong_setting_is_named(
    bare: Any, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, WRONG[variable])
    result = bare("db", "upgrade", code=2)
    assert variable in result.stderr
    assert result.stderr.startswith("parakh: ")


@pytest.mark.parametrize(
    "url", ["postgresql://nobody:secret@127.0.0.1:1/none", "sqlite:////nowhere/at/all.db"]
)
def test_a_database_that_does_not_answer_says_so(
    parakh: Any, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARAKH_DATABASE_URL", url)
    for verb in (("db", "upgrade"), ("audit", "verify")):
        result = parakh(*verb, code=2)
        assert "PARAKH_DATABASE_URL" in result.stderr
        assert "secret" not in result.output


@pytest.mark.parametrize(
    "verb", [("unit", "list"), ("audit", "verify"), ("user", "list"), ("screen", "--name", "X")]
)
def test_without_a_centre_the_remedy_is_named(bare: Any, verb: tuple[str, ...]) -> None:
    assert "parakh db upgrade" in bare(*verb, code=2).stderr


def test_a_centre_is_made_and_upgraded_again(bare: Any, data_dir: Path) -> None:
    assert "up to date" in bare("db", "upgrade").stdout
    keys = (data_dir / "keys.json").read_bytes()
    bare("db", "upgrade")
    assert (data_dir / "keys.json").read_bytes() == keys
    assert data_dir.stat().st_mode & 0o077 == 0


def test_lost_keys_are_not_made_anew_in_silence(parakh: Any, data_dir: Path) -> None:
    (data_dir / "keys.json").unlink()
    assert "sealed under master key" in parakh("db", "upgrade", code=2).stderr


def test_units_and_users_are_added_and_listed(parakh: Any) -> None:
    unit = parakh("unit", "add", "Karachi", "--port", "khi").stdout.strip()
    assert parakh.json("unit", "list") == [
        {"id": unit, "name": "Karachi", "ports": ["KHI"], "central": False}
    ]
    assert "already" in parakh("unit", "add", "Karachi", code=1).stderr
    add = ("user", "add", "Officer", "--role", "gate", "--unit", unit, "--password", PASSWORD)
    assert "added officer" in parakh(*add).stdout
    assert parakh.json("user", "list") == [
        {
            "name": "officer",
            "display_name": "Officer",
            "roles": ["gate"],
            "units": [unit],
            "active": True,
        }
    ]
    assert "already" in parakh(*add, code=1).stderr
    assert "Karachi" in parakh("unit", "list").stdout
    assert "officer" in parakh("user", "list").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("x", "--role", "king", "--password", PASSWORD),
        ("x", "--password", PASSWORD),
        ("x", "--role", "gate", "--password", "short"),
        ("x y", "--role", "gate", "--password", PASSWORD),
        ("x", "--role", "gate", "--unit", "none", "--password", PASSWORD),
    ],
)
def test_users_that_cannot_be_added_are_bad_usage(parakh: Any, arguments: tuple[str, ...]) -> None:
    parakh("user", "add", *arguments, code=2)
    assert parakh.json("user", "list") == []


def test_a_password_is_asked_for_and_changed(parakh: Any, data_dir: Path) -> None:
    asked = parakh("user", "add", "x", "--role", "gate", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert PASSWORD not in asked.output
    parakh("user", "password", "x", "--password", "another long one")
    parakh("user", "password", "nobody", "--password", PASSWORD, code=1)
    centre = Centre.open(Settings(data_dir=data_dir))
    assert accounts.sign_in(centre, "x", "another long one")
    centre.close()


def test_sessions_are_seen_and_ended(parakh: Any, data_dir: Path) -> None:
    parakh("user", "add", "x", "--role", "gate", "--password", PASSWORD)
    assert parakh.json("user", "sessions", "x") == []
    centre = Centre.open(Settings(data_dir=data_dir))
    signed = accounts.sign_in(centre, "x", PASSWORD)
    assert [own["method"] for own in parakh.json("user", "sessions", "x")] == ["password"]
    assert "password" in parakh("user", "sessions", "x").stdout
    assert "ended 1" in parakh("user", "sessions", "x", "--end", "left the desk").stdout
    assert sessions.find(centre, signed.token) is None
    parakh("user", "sessions", "nobody", code=1)
    centre.close()


def test_a_second_factor_is_taken_away_by_two(parakh: Any, data_dir: Path) -> None:
    unit = parakh("unit", "add", "Karachi").stdout.strip()
    for name, role in (("x", "gate"), ("head", "supervisor")):
        parakh("user", "add", name, "--role", role, "--unit", unit, "--password", PASSWORD)
    reset = ("user", "totp", "reset", "x", "--reason", "lost his phone", "--second")
    assert "no second factor" in parakh(*reset, "head", typed=f"{PASSWORD}\n", code=1).stderr
    centre = Centre.open(Settings(data_dir=data_dir))
    officer = accounts.identify(centre, "x", PASSWORD)
    app = pyotp.TOTP(totp.begin(centre, officer).key.replace(" ", ""))
    totp.confirm(centre, officer, app.now())
    parakh(*reset, "head", typed="not the password\n", code=1)
    parakh(*reset, "x", typed=f"{PASSWORD}\n", code=1)
    assert second_factor.own(centre, officer).code
    assert "taken away" in parakh(*reset, "head", typed=f"{PASSWORD}\n").stdout
    assert not second_factor.own(centre, officer).code
    centre.close()


def test_keys_are_shown_once_and_revoked_once(parakh: Any, data_dir: Path) -> None:
    secret = parakh("key", "add", "carrier", "--permission", "send_messages").stdout.strip()
    centre = Centre.open(Settings(data_dir=data_dir))
    assert api_keys.bearer(centre, secret)
    assert "already" in parakh("key", "add", "carrier", "--permission", "see_audit", code=1).stderr
    parakh("key", "add", "other", "--permission", "everything", code=2)
    offered = parakh("key", "add", "--help").stdout
    assert "propose_entries" in offered
    for human in ("decide_entries", "handle_alerts", "keep_redress", "link_persons"):
        assert human not in offered
        parakh("key", "add", "other", "--permission", human, code=2)
    assert "revoked" in parakh("key", "revoke", "carrier").stdout
    parakh("key", "revoke", "carrier", code=1)
    assert api_keys.bearer(centre, secret) is None
    centre.close()


def test_a_carriers_key_is_narrow(parakh: Any, data_dir: Path) -> None:
    secret = parakh("key", "add", "pia", "--carrier", "pk").stdout.strip()
    parakh("key", "add", "gateway", "--permission", "send_messages")
    for wrong in (("x", "--carrier", "PAKISTAN"), ("x",)):
        parakh("key", "add", *wrong, code=2)
    refused = parakh("key", "add", "x", "--carrier", "PK", "--permission", "see_audit", code=2)
    assert "no other permission" in refused.stderr
    parakh("key", "revoke", "gateway")
    rows = parakh.json("key", "list")
    assert [(row["name"], row["carrier"]) for row in rows] == [("gateway", ""), ("pia", "PK")]
    assert rows[1]["permissions"] == ["see_messages", "send_messages"]
    assert rows[0]["revoked_at"]
    assert secret not in str(rows)
    shown = parakh("key", "list").stdout.splitlines()
    assert "revoked" in shown[0]
    assert "PK" in shown[1]


def test_the_answer_to_a_message_is_printed(
    parakh: Any, tmp_path: Path, declare: Any, person: Any
) -> None:
    good, bad = tmp_path / "good.edi", tmp_path / "bad.edi"
    good.write_bytes(declare(person()))
    bad.write_bytes(b"no list")
    (waiting,) = parakh.json("ingest", good, "--no-wait")
    assert "not been read yet" in parakh("answer", waiting["message"], code=1).stderr
    assert parakh.json("answer", waiting["message"], code=1)["answers"] == []
    (own,) = parakh.json("ingest", good)
    assert parakh("answer", own["message"]).stdout.startswith("UNA:+.? 'UNB+")
    document = parakh.json("answer", own["message"])
    assert (document["state"], len(document["answers"])) == ("screened", 1)
    assert document["answers"][0]["accepted"] is True
    (own,) = parakh.json("ingest", bad, code=1)
    assert "REJECTED" in parakh("answer", own["message"], code=1).stdout
    assert "no such message" in parakh("answer", "nothing", code=1).stderr


def test_the_audit_is_verified(parakh: Any, data_dir: Path) -> None:
    parakh("unit", "add", "Karachi")
    verdict = parakh.json("audit", "verify")
    assert (verdict["rows"], verdict["findings"]) == (1, [])
    assert "whole" in parakh("audit", "verify").stdout
    engine = sa.create_engine(f"sqlite:///{data_dir / 'parakh.db'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_no_update")
        connection.exec_driver_sql("UPDATE audit SET actor = 'somebody else' WHERE seq = 2")
    engine.dispose()
    broken = parakh.json("audit", "verify", code=1)
    assert broken["findings"] == [{"seq": 2, "cause": "was changed"}]
    assert "row 2: was changed" in parakh("audit", "verify", code=1).stdout


def test_the_operator_stands_in_the_trail(parakh: Any, data_dir: Path) -> None:
    import getpass

    parakh("unit", "add", "Karachi")
    engine = sa.create_engine(f"sqlite:///{data_dir / 'parakh.db'}")
    with engine.connect() as connection:
        actor = connection.exec_driver_sql("SELECT actor FROM audit").scalar_one()
    engine.dispose()
    assert actor == f"system:cli:{getpass.getuser()}"


def checks(found: list[dict[str, Any]]) -> dict[str, bool]:
    return {own["name"]: own["ok"] for own in found}


def test_the_doctor_says_what_is_missing_and_what_to_do(
    bare: Any, data_dir: Path, model_cache: Path
) -> None:
    (data_dir / "models").parent.mkdir()
    (data_dir / "models").symlink_to(model_cache)
    sick = bare.json("doctor", code=1)
    for own in sick:
        if own["name"] in {"keys", "database", "queue"}:
            assert not own["ok"]
            assert "parakh db upgrade" in own["remedy"]
    bare("db", "upgrade")
    found = {own["name"]: own for own in bare.json("doctor", code=None)}
    for name in ("python", "keys", "database", "queue", "settings"):
        assert found[name]["ok"], found[name]
    models = [own for name, own in found.items() if name.startswith("model ")]
    assert len(models) == 2
    assert all("hash as pinned" in own["found"] for own in models)


def test_the_doctor_of_an_older_revision_only_says_to_upgrade(
    parakh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "_fit", lambda *_: schema.Fit.BEHIND)
    found = {own["name"]: own for own in parakh.json("doctor", code=1)}
    assert "the program needs" in found["database"]["found"]
    assert "parakh db upgrade" in found["database"]["remedy"]
    assert not found.keys() & {"units", "queue"}


def test_the_doctor_names_misspelt_settings(bare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAKH_DATABSE_URL", "x")
    assert "PARAKH_DATABSE_URL" in bare("doctor", code=1).stdout


def test_an_unknown_benchmark_is_bad_usage(bare: Any) -> None:
    assert "known: " in bare("bench", "nonsense", code=2).stderr
