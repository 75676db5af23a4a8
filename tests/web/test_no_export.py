"""No face template leaves the centre: neither by name in the API, nor by its bytes on a page."""

import base64
from typing import Any

import pytest

from parakh.access import system_actor
from parakh.services import listed_pictures, watchlists
from parakh.store import pictures

WORDS = ("template", "vector", "embedding", "sealed")


def fields(value: Any) -> set[str]:
    """The names of all properties and parameters in a part of the schema."""
    found: set[str] = set()
    if isinstance(value, dict):
        found |= set(value.get("properties", {}))
        if "in" in value and "name" in value:
            found.add(value["name"])
        for part in value.values():
            found |= fields(part)
    elif isinstance(value, list):
        for part in value:
            found |= fields(part)
    return found


def test_no_field_of_the_api_is_a_template(browser: Any) -> None:
    document = browser("supervisor").get("/api/v1/openapi.json").json()
    # Of sentences, `template` is the text with its places.
    del document["components"]["schemas"]["PhraseOut"]
    assert len(fields(document)) > 200
    assert not [name for name in fields(document) if any(word in name for word in WORDS)]


@pytest.fixture
def secrets(stage: Any, portrait: bytes) -> list[bytes]:
    """The beginnings of a template that is enrolled, as they may be written down."""
    centre = stage.centre
    entry = watchlists.entries(centre, system_actor("test"), text="mazari").rows[0].entry
    listed_pictures.add_portrait(centre, system_actor("test"), entry.id, portrait)
    with centre.db.read() as connection:
        stored = next(
            pictures.living_templates(
                connection, centre.db.vault, centre.faces.model_id, "watchlist"
            )
        )
    start = stored.template.vector[:24]
    return [start, start.hex().encode(), base64.b64encode(start)[:30]]


def test_no_answer_holds_one(
    browser: Any, secrets: list[bytes], ids: dict[str, str], portrait: bytes
) -> None:
    user = browser("supervisor")
    document = user.get("/api/v1/openapi.json").json()
    paths = [path for path, operations in document["paths"].items() if "get" in operations]
    places = {
        "{entry_id}": ids["entry"],
        "{voyage_id}": ids["voyage"],
        "{traveller_id}": ids["traveller"],
        "{alert_id}": ids["alert"],
        "{gallery_id}": "watchlist",
        "{list_id}": ids["list"],
    }
    for shape in (*paths, "/galleries/watchlist", f"/watchlist/entries/{ids['entry']}"):
        path = shape
        for name, value in places.items():
            path = path.replace(name, value)
        if "{" in path or path.endswith("/events"):
            continue
        answer = user.get(path)
        assert not [one for one in secrets if one in answer.content], path
    asked = user.post(
        "/api/v1/faces/search",
        data={"reason": "a letter"},
        files={"picture": ("a.png", portrait)},
    )
    assert asked.status_code == 200
    assert not [one for one in secrets if one in asked.content]
