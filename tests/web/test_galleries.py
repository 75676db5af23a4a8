"""Galleries in the console: what they hold, what is under way, and how they are erased."""

from typing import Any

from parakh.access import Purpose, system_actor
from parakh.domain.gallery import WATCHLIST_GALLERY
from parakh.store.pictures import gallery_purpose

PAGE = f"/galleries/{WATCHLIST_GALLERY}"
PASSWORD = "correct horse battery staple"


def test_the_second_person_is_told_apart_from_the_one_who_asks(browser: Any) -> None:
    mine = browser("supervisor")
    form = {"reason": "an order of a court", "second": "lahore", "password": "guessed"}
    wrong = mine.post(f"{PAGE}/erase", data=form, headers={"hx-request": "true"})
    assert wrong.status_code == 422
    assert "the second person&#39;s name, password or code is wrong" in wrong.text
    assert "Sign in" not in wrong.text
    other = mine.post(f"{PAGE}/erase", data=form | {"password": PASSWORD})
    assert "lahore cannot be the second person" in other.text
    own = form | {"second": "supervisor", "password": PASSWORD}
    assert "you cannot be the second person yourself" in mine.post(f"{PAGE}/erase", data=own).text
    assert "data-refusal" in mine.get(PAGE).text, "it stands beside the form"


def test_a_replacement_that_was_cut_off_is_told_and_one_under_way_is_not(
    browser: Any, stage: Any
) -> None:
    mine, centre, said = browser("supervisor"), stage.centre, "press “Replace the key” again"
    assert said not in mine.get(PAGE).text
    with centre.db.write(system_actor("test"), Purpose.ADMINISTRATION) as tx:
        centre.db.vault.begin_rotation(tx.connection, gallery_purpose(WATCHLIST_GALLERY))
        tx.audit("test", "gallery", WATCHLIST_GALLERY)
    assert said in mine.get(PAGE).text

    def work(report: Any) -> None:
        report(1, 3)
        assert said not in mine.get(PAGE).text
        assert "1 of 3" in mine.get("/galleries/working").text

    centre.rotating.start(work)
    centre.rotating.wait()
    assert not centre.rotating.progress.failed
    done = mine.get("/galleries/working?began=true").text
    assert "The work is done" in done
    assert "every 1s" not in done
    assert "The work is done" not in mine.get("/galleries/working").text


def test_a_proposed_entry_is_approved_with_its_pictures(
    browser: Any, ids: dict[str, str], portrait: bytes
) -> None:
    adder, decider = browser("targeting"), browser("supervisor")
    form = {"watchlist": ids["list"], "family_name": "NOON", "reason": "sought"}
    made = adder.post(
        "/watchlist/entries", data=form, files={"picture": ("a.png", portrait, "image/png")}
    )
    assert made.status_code == 303, made.text
    path = made.headers["location"]
    waiting = decider.get(path).text
    assert "approves its pictures with it" in waiting
    assert "Reject the picture" in waiting
    assert "Approve the picture" not in waiting
    decider.post(f"{path}/decision", data={"decision": "approve", "reason": "seen"})
    assert "Waits for approval" not in decider.get(path).text


def test_an_auditor_begins_with_the_trail(browser: Any) -> None:
    start = browser("auditor").get("/", follow_redirects=False)
    assert start.headers["location"] == "/audit"
