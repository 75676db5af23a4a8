"""A passkey of a virtual authenticator: made on the account's page, and signed in by."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e

Visit = Callable[..., Page]


def with_authenticator(page: Page) -> None:
    """Puts an authenticator into the browser that verifies its user and keeps its keys."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
            }
        },
    )


def test_a_passkey_is_made_and_signs_in(visit: Visit, stage: Any, server: str) -> None:
    home = f"http://localhost:{urlsplit(server).port}"
    changed = {"public_url": home, "second_factor_roles": "gate"}
    stage.centre.settings = stage.centre.settings.model_copy(update=changed)
    page = visit(f"{home}/sign-in")
    with_authenticator(page)
    page.get_by_label("Name").fill("gate")
    page.get_by_label("Password").fill("correct horse battery staple")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your role needs a second factor")
    expect(page.get_by_role("img", name="QR code with the key")).to_be_visible()
    page.get_by_role("button", name="Make a passkey").click()
    page.wait_for_url(f"{home}/arrivals")
    page.goto(f"{home}/account")
    expect(page.get_by_role("region", name="Second factor")).to_contain_text("This device")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{home}/arrivals")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Name").fill("gate")
    page.get_by_label("Password").fill("correct horse battery staple")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("One more step")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{home}/arrivals")
