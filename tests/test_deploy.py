"""What deploy/ names exists: settings, verbs, metrics; and nothing there is looser than it says."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from parakh import metrics
from parakh.cli import main
from parakh.services import telemetry
from parakh.services.centre import Centre
from parakh.settings import Settings

DEPLOY = Path(__file__).parents[1] / "deploy"
SERVICES = sorted(DEPLOY.glob("*.service"))
KNOWN = {f"PARAKH_{name.upper()}" for name in Settings.model_fields}


def unit(path: Path) -> dict[str, list[str]]:
    """A unit's directives with all their values."""
    found: dict[str, list[str]] = {}
    for line in path.read_text().splitlines():
        name, sign, value = line.partition("=")
        if sign and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def parsed(words: list[str]) -> click.Context:
    """The context of the verb that the words call; fails on words that it does not know."""
    context = click.Context(main, info_name="parakh")
    command: click.Command = main
    while isinstance(command, click.Group):
        name, command, words = command.resolve_command(context, words)
    return command.make_context(name, words)


@pytest.mark.parametrize("path", SERVICES, ids=lambda own: own.name)
def test_a_unit_calls_what_there_is(path: Path) -> None:
    found = unit(path)
    for line in found.get("ExecStartPre", []) + found["ExecStart"]:
        program, *words = line.split()
        assert program == "/opt/parakh/.venv/bin/parakh"
        parsed(words)


@pytest.mark.parametrize("path", SERVICES, ids=lambda own: own.name)
def test_a_unit_may_do_nothing_but_its_work(path: Path) -> None:
    found = unit(path)
    assert found["User"] == ["parakh"]
    assert found["CapabilityBoundingSet"] == [""]
    assert found["ProtectSystem"] == ["strict"]
    for name in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices"):
        assert found[name] == ["yes"], name


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_units_are_understood() -> None:
    units = [*SERVICES, *DEPLOY.glob("*.timer")]
    command = ["systemd-analyze", "verify", *map(str, units)]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    # The program itself is not installed where the units say.
    wrong = [own for own in told.splitlines() if "/deploy/" in own or "Unknown" in own]
    assert not [own for own in wrong if "is not executable" not in own]


@pytest.mark.parametrize("name", ["parakh.env", "compose.yaml", "Containerfile", *(
    own.name for own in SERVICES
)])  # fmt: skip
def test_settings_exist(name: str) -> None:
    named = set(re.findall(r"PARAKH_[A-Z_]+", (DEPLOY / name).read_text()))
    assert named <= KNOWN


def test_a_container_is_nobody_and_names_no_place_of_images() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    bases = re.findall(r"^ARG \w+_IMAGE=(\S+)$", text, re.MULTILINE)
    assert bases
    assert not [own for own in bases if "/" in own or "." in own.partition(":")[0]]
    assert re.search(r"^USER 10001:10001$", text, re.MULTILINE)
    assert "/readyz" in text
    sent = (DEPLOY.parent / ".dockerignore").read_text().splitlines()
    for line in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE):
        assert {f"!{own.rstrip('/')}" for own in line.split()} <= set(sent)
    assert "--require-hashes" in text


def test_composed_services_are_locked_down() -> None:
    composed: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    for name in ("upgrade", "serve"):
        own = composed["services"][name]
        assert own["read_only"] is True
        assert own["cap_drop"] == ["ALL"]
        parsed(own["command"])
    assert composed["services"]["serve"]["ports"] == ["127.0.0.1:8000:8000"]
    assert (DEPLOY.parent / composed["x-parakh"]["build"]["dockerfile"]).is_file()


def test_alert_rules_ask_for_metrics_that_are_told(centre: Centre) -> None:
    rules = yaml.safe_load((DEPLOY / "prometheus-alerts.yml").read_text())["groups"][0]["rules"]
    centre.worked_at = 0.0
    told = telemetry.exposition(centre).decode()
    families = {own.name for own in metrics.REGISTRY.collect()} | {
        line.split()[2] for line in told.splitlines() if line.startswith("# TYPE")
    }
    families |= {"parakh_backup_last_timestamp_seconds"}  # told once there is a backup
    suffix = re.compile(r"_(total|bucket|count|sum)$")
    named = {
        suffix.sub("", own) for rule in rules for own in re.findall(r"parakh_\w+", rule["expr"])
    }
    assert {suffix.sub("", own) for own in families} >= named
    docs = (DEPLOY.parent / "docs" / "operating.md").read_text()
    assert [rule["alert"] for rule in rules if f"`{rule['alert']}`" not in docs] == []
