import json
import logging
import logging.config
from collections.abc import Iterator

import pytest
import structlog

from parakh import logs


@pytest.fixture(autouse=True)
def own_configuration() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    captured = capsys.readouterr()
    assert captured.out == ""
    return [json.loads(line) for line in captured.err.splitlines()]


def fail(name: str) -> None:
    born = "1980-05-05"
    try:
        raise LookupError(f"no {name}")
    except LookupError as error:
        raise ValueError(f"{name}, born {born}") from error


def test_an_exception_leaves_its_kind_and_place_only(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    try:
        fail("MAZARI")
    except ValueError:
        structlog.get_logger().exception("step failed", message="m1")
    (line,) = lines(capsys)
    text = json.dumps(line)
    for personal in ("MAZARI", "1980-05-05"):
        assert personal not in text
    assert line["exception"] == "ValueError"
    assert (line["event"], line["message"], line["level"]) == ("step failed", "m1", "error")
    assert str(line["timestamp"]).endswith("Z")
    places = line["at"]
    assert isinstance(places, list)
    assert [own.rpartition(" ")[2] for own in places] == [
        "test_an_exception_leaves_its_kind_and_place_only",
        "fail",
    ]


def test_without_an_exception_nothing_is_said_of_one(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    structlog.get_logger().info("started", exc_info=True)
    structlog.get_logger().info("stopped")
    first, second = lines(capsys)
    assert set(first) == set(second) == {"event", "level", "timestamp"}


@pytest.mark.parametrize(
    ("level", "events"),
    [
        ("DEBUG", ["debug", "info", "warning", "error"]),
        ("WARNING", ["warning", "error"]),
        ("ERROR", ["error"]),
    ],
)
def test_less_than_the_level_is_not_logged(
    level: str, events: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure(level)
    for event in ("debug", "info", "warning", "error"):
        getattr(structlog.get_logger(), event)(event)
    assert [own["event"] for own in lines(capsys)] == events


def test_the_web_server_quotes_no_exception_either(capsys: pytest.CaptureFixture[str]) -> None:
    logging.config.dictConfig(logs.SERVER)
    try:
        fail("MAZARI")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in application\n")
    finally:
        logging.getLogger("uvicorn").handlers.clear()
        logging.getLogger("uvicorn").propagate = True
    (line,) = lines(capsys)
    assert "MAZARI" not in json.dumps(line)
    assert (line["event"], line["exception"]) == ("Exception in application", "ValueError")
