"""Whoever is refused is told in words which right he lacks."""

from typing import Any

from parakh.access import Permission
from parakh.web.rights import RIGHTS


def test_every_permission_has_its_words() -> None:
    assert set(RIGHTS) == set(Permission)
    assert all("_" not in own for own in RIGHTS.values())


def test_a_page_names_the_right_and_the_api_the_permission(browser: Any) -> None:
    gate = browser("gate")
    page = gate.get("/redress")
    assert page.status_code == 403
    assert "You do not have the right to see who was cleared" in page.text
    told = gate.get("/api/v1/redress").json()
    assert told["detail"].endswith("may not see redress")
