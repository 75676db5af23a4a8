"""Pages and API of linked systems, and of an identity that is verified."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.connectors.servers import TOKEN, OtherSide, PageHouse, Registry
from tests.web.conftest import Browser

from parakh.services import connectors

Browsers = Callable[[str], Browser]


@pytest.fixture
def theirs(stage: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[OtherSide]:
    """A system with crossings and a register, with which the centre may be linked."""
    monkeypatch.setenv("THEIR_KEY", TOKEN)
    with OtherSide().running() as server:
        PageHouse(server, "/crossings")
        Registry(server).persons["4210112345671"] = {"family": "MAZARI", "born": "1980-05-05"}
        own = f'url = "{server.url}"\nprivate = true\nauth = "bearer"\n'
        stage.centre.settings.connectors_path.write_text(
            f'[border]\nkind = "crossings"\npath = "crossings"\n{own}'
            f'[nadra]\nkind = "identity"\npath = "verify"\n{own}secret_env = "THEIR_KEY"\n'
        )
        stage.centre.linked.declare()
        yield server


def test_a_system_is_given_its_key_tested_put_in_force_and_tried(
    browser: Browsers, theirs: OtherSide
) -> None:
    mine, path = browser("integrator"), "/connectors/border"
    assert "It wants a key" in mine.get(path).text
    assert "No system is linked" not in mine.get("/connectors").text
    assert "it has no key" in mine.post(f"{path}/test").text
    assert mine.post(f"{path}/secret", data={"secret": TOKEN}).status_code == 303
    assert TOKEN not in mine.get(path).text
    assert "It answered as it should" in mine.post(f"{path}/test").text
    assert mine.post(f"{path}/turn").status_code == 409
    assert mine.post(f"{path}/switch", data={"on": "yes"}).status_code == 303
    assert mine.post(f"{path}/turn").status_code == 303
    told = mine.get("/api/v1/connectors").json()
    assert [(own["name"], own["in_force"]) for own in told["connectors"]] == [
        ("border", True),
        ("nadra", False),
    ]
    said = mine.get("/api/v1/connectors/border").json()
    assert (said["has_key"], said["exchanges"][0]["outcome"]) == (True, "done")
    assert mine.get("/connectors/-").status_code == 422
    assert mine.get("/connectors/nothing").status_code == 404
    assert "Put in force" not in browser("auditor").get("/connectors/nadra").text


def test_an_identity_is_verified_on_the_page_of_a_traveller(
    stage: Any, browser: Browsers, theirs: OtherSide, ids: dict[str, str]
) -> None:
    path = f"/travellers/{ids['traveller']}"
    mine = browser("gate")
    assert "No register was asked" in mine.get(path).text
    asked = {"number": "42101-1234567-1", "reason": "passport looks altered", "purpose": "gate"}
    assert mine.post(f"{path}/verifications", data=asked).status_code == 409  # none is in force
    connectors.switch(stage.centre, stage.actor("integrator"), "nadra", on=True)
    assert mine.post(f"{path}/verifications", data=asked).status_code == 303
    shown = mine.get(path).text
    assert "Identity agrees" in shown
    assert "passport looks altered" in shown
    assert "4210112345671" not in shown
    told = mine.get(f"/api/v1{path}/verifications").json()
    assert (told["verifications"][0]["agreement"], told["left"]) == ("match", 19)
    assert mine.post(f"{path}/verifications", data=asked | {"purpose": "audit"}).status_code == 422
    assert browser("lahore").get(f"/api/v1{path}/verifications").status_code == 403
