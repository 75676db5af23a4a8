"""Which role may do what: the whole table, for every page and every action."""

import re
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from parakh.access import system_actor
from parakh.domain.gallery import Gallery, GalleryKind
from parakh.domain.traveller import PersonName
from parakh.domain.watchlist import EntryKind, Handling, Watchlist, WatchlistEntry
from parakh.services import alerts, galleries, redress, sweeps, versions, watchlists
from parakh.web.pages import routes

ROLES = ("targeting", "gate", "supervisor", "analyst", "auditor", "integrator", "custody")
EVERYBODY = set(ROLES)
SEES = {
    "/account": EVERYBODY,
    "/reference": EVERYBODY,
    "/arrivals": {"targeting", "gate", "supervisor", "analyst", "integrator"},
    "/voyages/{voyage}": {"targeting", "gate", "supervisor"},
    "/travellers/{traveller}": {"targeting", "gate", "supervisor"},
    "/alerts": {"targeting", "gate", "supervisor"},
    "/alerts/{alert}": {"targeting", "gate", "supervisor"},
    "/alerts/{alert}/row": {"targeting", "gate", "supervisor"},
    "/gate": {"gate", "supervisor"},
    "/stations": {"supervisor", "auditor", "integrator"},
    "/stations/rows": {"supervisor", "auditor", "integrator"},
    "/faces": {"targeting", "supervisor", "custody"},
    "/galleries": {"targeting", "supervisor", "auditor", "custody"},
    "/galleries/working": {"targeting", "supervisor", "auditor", "custody"},
    "/galleries/{gallery}": {"targeting", "supervisor", "auditor", "custody"},
    "/custody": {"custody"},
    "/custody/enrol": {"custody"},
    "/custody/{detainee}": {"custody"},
    "/watchlist": {"targeting", "supervisor", "auditor"},
    "/watchlist/propose": {"targeting", "supervisor"},
    "/watchlist/review": {"targeting", "supervisor", "auditor"},
    "/watchlist/lists/{list}": {"targeting", "supervisor", "auditor"},
    "/watchlist/versions/{version}": {"targeting", "supervisor", "auditor"},
    "/watchlist/entries/{entry}": {"targeting", "supervisor", "auditor"},
    "/watchlist/entries/{entry}/change": {"targeting", "supervisor"},
    "/screen": {"targeting", "supervisor"},
    "/watchlist/calibration": {"supervisor", "analyst"},
    "/watchlist/calibration/progress": {"supervisor", "analyst"},
    "/watchlist/sweeps": {"targeting", "supervisor", "auditor"},
    "/watchlist/sweeps/now": {"targeting", "supervisor", "auditor"},
    "/watchlist/sweeps/entries/{entry}": {"targeting", "supervisor", "auditor"},
    "/redress": {"targeting", "supervisor", "auditor"},
    "/redress/entries/{entry}": {"targeting", "supervisor", "auditor"},
    "/redress/{redress}": {"targeting", "supervisor", "auditor"},
    "/messages": {"targeting", "supervisor", "analyst", "auditor", "integrator"},
    "/messages/{message}": {"targeting", "supervisor", "analyst", "auditor", "integrator"},
    "/messages/{message}/raw": {"supervisor", "integrator"},
    "/carriers": {"targeting", "gate", "supervisor", "analyst", "integrator"},
    "/carriers/missing/rows": {"targeting", "gate", "supervisor", "analyst", "integrator"},
    "/carriers/{carrier}": {"targeting", "gate", "supervisor", "analyst", "integrator"},
    "/audit": {"auditor"},
    "/api/v1/voyages?since=2026-01-01T00:00:00Z&until=2026-01-02T00:00:00Z": {
        "targeting",
        "gate",
        "supervisor",
        "analyst",
        "integrator",
    },
    "/api/v1/voyages/{voyage}": {"targeting", "gate", "supervisor"},
    "/api/v1/travellers/{traveller}": {"targeting", "gate", "supervisor"},
    "/api/v1/travellers/{traveller}/history": {"targeting", "gate", "supervisor"},
    "/api/v1/schemas/crossings.json": EVERYBODY,
    "/api/v1/alerts": {"targeting", "gate", "supervisor"},
    "/api/v1/alerts/events": {"targeting", "gate", "supervisor"},
    "/api/v1/alerts/{alert}": {"targeting", "gate", "supervisor"},
    "/api/v1/watchlists": {"targeting", "supervisor", "auditor"},
    "/api/v1/watchlists/entries": {"targeting", "supervisor", "auditor"},
    "/api/v1/watchlists/entries/{entry}": {"targeting", "supervisor", "auditor"},
    "/api/v1/watchlists/entries/{entry}/changes": {"targeting", "supervisor", "auditor"},
    "/api/v1/watchlists/review": {"targeting", "supervisor", "auditor"},
    "/api/v1/watchlists/{list}/versions": {"targeting", "supervisor", "auditor"},
    "/api/v1/watchlists/versions/{version}": {"targeting", "supervisor", "auditor"},
    "/api/v1/watchlists/versions/{version}/differences": {"targeting", "supervisor", "auditor"},
    "/api/v1/sweeps": {"targeting", "supervisor", "auditor"},
    "/api/v1/sweeps/{sweep}": {"targeting", "supervisor", "auditor"},
    "/api/v1/redress": {"targeting", "supervisor", "auditor"},
    "/api/v1/redress/{redress}": {"targeting", "supervisor", "auditor"},
    "/api/v1/messages": {"targeting", "supervisor", "analyst", "auditor", "integrator"},
    "/api/v1/messages/{message}": {"targeting", "supervisor", "analyst", "auditor", "integrator"},
    "/api/v1/messages/{message}/raw": {"supervisor", "integrator"},
    "/api/v1/carriers": {"targeting", "gate", "supervisor", "analyst", "integrator"},
    "/api/v1/carriers/missing": {"targeting", "gate", "supervisor", "analyst", "integrator"},
    "/api/v1/carriers/{carrier}": {"targeting", "gate", "supervisor", "analyst", "integrator"},
    "/api/v1/calibration": {"supervisor", "analyst"},
    "/api/v1/audit": {"auditor"},
    "/api/v1/galleries": {"targeting", "supervisor", "auditor", "custody"},
    "/api/v1/galleries/{gallery}": {"targeting", "supervisor", "auditor", "custody"},
    "/api/v1/galleries/{gallery}/rotation": {"targeting", "supervisor", "auditor", "custody"},
    "/api/v1/galleries/{gallery}/twins": {"targeting", "supervisor", "auditor", "custody"},
    "/api/v1/galleries/{gallery}/unfit": {"targeting", "supervisor", "auditor", "custody"},
    "/api/v1/galleries/reenrolment": {"targeting", "supervisor", "auditor", "custody"},
    "/api/v1/custody/entries": {"custody"},
    "/api/v1/custody/entries/{detainee}": {"custody"},
    "/api/v1/stations": {"supervisor", "auditor", "integrator"},
}
DOES = {
    "/redress/{redress}/additions": {"targeting", "supervisor"},
    "/redress/{redress}/withdraw": {"supervisor"},
    "/alerts/{alert}/acknowledge": {"targeting", "gate", "supervisor"},
    "/alerts/{alert}/hits/{hit}": {"targeting", "gate", "supervisor"},
    "/alerts/{alert}/close": {"targeting", "gate", "supervisor"},
    "/travellers/{traveller}/split": {"targeting", "supervisor"},
    "/travellers/{traveller}/merge": {"targeting", "supervisor"},
    "/travellers/decisions/nothing/withdraw": {"targeting", "supervisor"},
    "/gate/captures": {"gate", "supervisor"},
    "/gate/challenges": {"gate", "supervisor"},
    "/api/v1/gate/challenges": {"gate", "supervisor"},
    "/stations": {"supervisor", "integrator"},
    "/stations/nothing/key": {"supervisor", "integrator"},
    "/stations/nothing/revocation": {"supervisor", "integrator"},
    "/faces": {"targeting", "supervisor", "custody"},
    "/galleries": {"supervisor"},
    "/galleries/reenrolment": {"supervisor"},
    "/galleries/twins/nothing": {"supervisor"},
    "/galleries/{gallery}": {"supervisor"},
    "/galleries/{gallery}/rotate": {"supervisor"},
    "/galleries/{gallery}/twins": {"supervisor"},
    "/galleries/{gallery}/erase": {"supervisor"},
    "/custody/search": {"custody"},
    "/custody/entries": {"custody"},
    "/custody/{detainee}/release": {"custody"},
    "/api/v1/faces/search": {"targeting", "supervisor", "custody"},
    "/api/v1/faces/verify": {"targeting", "supervisor", "custody"},
    "/api/v1/custody/search": {"custody"},
    "/api/v1/custody/entries": {"custody"},
    "/api/v1/voyages/{voyage}/faces": {"supervisor"},
    "/api/v1/voyages/{voyage}/travellers/{traveller}/faces": {"supervisor"},
    "/api/v1/galleries/reenrolment": {"supervisor"},
    "/api/v1/galleries/{gallery}/rotation": {"supervisor"},
    "/api/v1/galleries/{gallery}/twins": {"supervisor"},
    "/watchlist/lists": {"supervisor"},
    "/watchlist/entries": {"targeting", "supervisor"},
    "/watchlist/entries/{entry}/decision": {"supervisor"},
    "/watchlist/entries/{entry}/retire": {"supervisor"},
    "/watchlist/lists/{list}": {"supervisor"},
    "/watchlist/check": {"targeting", "supervisor"},
    "/watchlist/entries/{entry}/change": {"targeting", "supervisor"},
    "/watchlist/entries/{entry}/keep": {"targeting", "supervisor"},
    "/watchlist/changes/nothing/decision": {"supervisor"},
    "/watchlist/lists/{list}/versions": {"targeting", "supervisor"},
    "/watchlist/versions/{version}/decision": {"supervisor"},
    "/screen": {"targeting", "supervisor"},
    "/watchlist/entries/{entry}/pictures": {"targeting", "supervisor"},
    "/watchlist/entries/{entry}/pictures/nothing/decision": {"supervisor"},
    "/messages": {"targeting", "supervisor", "integrator"},
    "/messages/{message}/rerun": {"supervisor", "integrator"},
    "/messages/{message}/corrections": {"supervisor", "integrator"},
    "/carriers/voyages/{voyage}/cancellation": {"supervisor", "integrator"},
    "/carriers/voyages/{voyage}/cancellation/undo": {"supervisor", "integrator"},
    "/api/v1/voyages/{voyage}/cancellation": {"supervisor", "integrator"},
    "/watchlist/calibration": {"supervisor"},
    "/watchlist/calibration/{list}": {"supervisor"},
    "/api/v1/calibration": {"supervisor"},
    "/audit/verify": {"auditor"},
}
_BACK = {"reason": "seen side by side", "back": "0" * 32, "other": "0" * 32}
_PICTURE = ("a.jpg", b"no picture")
_GALLERY = {"name": "n", "purpose": "p", "legal_basis": "l"}
FORMS: dict[str, dict[str, Any]] = {
    "/faces": {"data": {"reason": "a letter"}, "files": {"picture": _PICTURE}},
    "/galleries": {"data": _GALLERY},
    "/galleries/{gallery}": {"data": _GALLERY},
    "/galleries/twins/nothing": {"data": {"decision": "same", "reason": "a letter"}},
    "/galleries/{gallery}/erase": {
        "data": {"reason": "over", "second": "auditor", "password": "guessed"}
    },
    "/custody/search": {"files": {"pictures": _PICTURE}},
    "/custody/entries": {"files": {"pictures": _PICTURE}},
    "/custody/{detainee}/release": {"data": {"reason": "court order"}},
    "/api/v1/faces/search": {"data": {"reason": "a letter"}, "files": {"picture": _PICTURE}},
    "/api/v1/faces/verify": {
        "data": {"reason": "a letter"},
        "files": {"one": _PICTURE, "other": _PICTURE},
    },
    "/api/v1/custody/search": {"files": {"pictures": _PICTURE}},
    "/api/v1/custody/entries": {"files": {"pictures": _PICTURE}},
    "/api/v1/voyages/{voyage}/faces": {
        "data": {"documents": "A1"},
        "files": {"pictures": _PICTURE},
    },
    "/api/v1/voyages/{voyage}/travellers/{traveller}/faces": {"files": {"picture": _PICTURE}},
    "/redress/{redress}/additions": {
        "data": {"document_number": "QA1112223", "document_issuer": "PAK", "reason": "renewed"}
    },
    "/redress/{redress}/withdraw": {"data": {"reason": "it was he after all"}},
    "/travellers/{traveller}/split": {"data": _BACK},
    "/travellers/{traveller}/merge": {"data": _BACK},
    "/travellers/decisions/nothing/withdraw": {"data": _BACK},
    "/alerts/{alert}/hits/{hit}": {"data": {"decision": "clear", "reason": "not the same man"}},
    "/alerts/{alert}/close": {"data": {"outcome": "nothing_found"}},
    "/gate/captures": {
        "data": {"port": "KHI", "direction": "entry"},
        "files": {"frames": ("a.jpg", b"no picture")},
    },
    "/stations": {"data": {"name": "e-gate 1", "kind": "gate", "port": "KHI", "lane": "A1"}},
    "/watchlist/lists": {
        "data": {"name": "n", "source": "s", "legal_basis": "l", "handling": "inform"}
    },
    "/watchlist/calibration/{list}": {"data": {"one_in": "1000"}},
    "/watchlist/lists/{list}": {
        "data": {"name": "n", "source": "s", "legal_basis": "l", "handling": "inform"}
    },
    "/watchlist/entries/{entry}/pictures/nothing/decision": {"data": {"decision": "approve"}},
    "/watchlist/entries": {
        "data": {"watchlist": "{list}", "family_name": "ALI", "reason": "a letter"}
    },
    "/watchlist/check": {"data": {"kind": "vessel", "imo": "9074729"}},
    "/watchlist/entries/{entry}/change": {
        "data": {"family_name": "ALI", "reason": "a letter", "why": "a letter"}
    },
    "/watchlist/entries/{entry}/keep": {"data": {"until": "2028-01-01", "reason": "still"}},
    "/watchlist/changes/nothing/decision": {"data": {"decision": "approve", "reason": "seen"}},
    "/watchlist/lists/{list}/versions": {
        "data": {"form": "csv"},
        "files": {"file": ("list.csv", b"list,family_name,reason\nCouriers,OMAR,x\n")},
    },
    "/watchlist/versions/{version}/decision": {"data": {"decision": "discard", "reason": "x"}},
    "/screen": {"data": {"name": "ALI", "reason": "a letter"}},
    "/watchlist/entries/{entry}/decision": {"data": {"decision": "approve", "reason": "seen"}},
    "/watchlist/entries/{entry}/retire": {"data": {"reason": "over"}},
    "/watchlist/entries/{entry}/pictures": {"files": {"picture": ("a.jpg", b"no picture")}},
    "/messages": {"files": {"file": ("a.edi", b"UNA:+.? '")}},
    "/messages/{message}/corrections": {"files": {"file": ("a.edi", b"UNA:+.? '\n")}},
}
LIST = b"list,family_name,reason\nCouriers,ALI,a letter\n"


@pytest.fixture
def ids(ids: dict[str, str], stage: Any, tmp_path: Path) -> dict[str, str]:
    """One thing of each kind, and a version of a list that waits, and a record of redress."""
    file = tmp_path / "list.csv"
    file.write_bytes(LIST)
    done = versions.prepare(stage.centre, system_actor("test"), "csv", file, list_id=ids["list"])
    return ids | {"version": done.version.id} | _cleared(stage) | _detained(stage)


def _detained(stage: Any) -> dict[str, str]:
    """A gallery of custody, and somebody who stands on its list."""
    maker = system_actor("second")
    gallery = galleries.add(
        stage.centre,
        maker,
        Gallery(
            id="",
            name="Prisoners",
            kind=GalleryKind.CUSTODY,
            purpose="Knowing who is held",
            legal_basis="Prisons Act",
        ),
    )
    own = Watchlist(
        id="prisoners",
        name="Prisoners",
        source="Prisons",
        legal_basis="Prisons Act",
        handling=Handling.REFER,
        gallery_id=gallery.id,
        by_name=False,
    )
    watchlists.add_list(stage.centre, maker, own)
    entry = WatchlistEntry(
        id="",
        watchlist_id=own.id,
        kind=EntryKind.PERSON,
        names=(PersonName(family="NOON", given="GULAB"),),
        reason="FIR 12/26",
    )
    made = watchlists.propose(stage.centre, system_actor("first"), entry)
    return {"gallery": gallery.id, "detainee": made.id}


def _cleared(stage: Any) -> dict[str, str]:
    """The record of a clearing by the targeting officer, and a sweep that is over."""
    centre, officer = stage.centre, stage.actor("targeting")
    rows = alerts.list_alerts(centre, officer)
    row = next(one for one in rows if one.hits[0].screener.startswith("document"))
    alerts.acknowledge(centre, officer, row.alert.id)
    alerts.decide(
        centre, officer, row.alert.id, row.hits[0].id, confirmed=False, reason="another person"
    )
    return {
        "redress": redress.records(centre, officer).rows[0].record.id,
        "sweep": sweeps.history(centre, officer).rows[0].id,
    }


_HEADING = re.compile(r"<h1\b[^>]*>.*?[A-Za-z]{3}.*?</h1>", re.S)


@pytest.mark.parametrize("path", SEES)
@pytest.mark.parametrize("role", ROLES)
def test_looking(browser: Any, ids: dict[str, str], role: str, path: str) -> None:
    answer = browser(role).get(path.format(**ids))
    allowed = role in SEES[path]
    assert answer.status_code == (200 if allowed else 403)
    page = not any(
        part in path for part in ("row", "progress", "working", "sweeps/", "redress/entries")
    )
    if allowed and answer.headers["content-type"].startswith("text/html") and page:
        assert len(_HEADING.findall(answer.text)) == 1, "a page needs one name"
        assert re.search(r"<title>[^·<]+ · Parakh</title>", answer.text)
        assert 'lang="en"' in answer.text
        assert answer.text.count("<main") == 1


@pytest.mark.parametrize("path", DOES)
@pytest.mark.parametrize("role", ROLES)
def test_changing(browser: Any, ids: dict[str, str], role: str, path: str) -> None:
    form = {kind: dict(values) for kind, values in FORMS.get(path, {}).items()}
    if "watchlist" in form.get("data", {}):
        form["data"]["watchlist"] = ids["list"]
    answer = browser(role).post(path.format(**ids), **form)
    allowed = role in DOES[path]
    assert (answer.status_code != 403) == allowed, answer.text[-400:]
    assert answer.status_code != 500


def test_every_page_is_in_the_table() -> None:
    bare = FastAPI()
    for page in routes.PAGES:
        bare.include_router(page.router)
    open_to_all = {"/", "/sign-in", "/sign-out", "/wall/events"}
    own = {"/account/password", "/account/language", "/pictures/{}"}
    listed = {_shape(path.replace("nothing", "{}")) for path in (*SEES, *DOES)} | open_to_all | own
    assert {_shape(path) for path in bare.openapi()["paths"]} - listed == set()


@pytest.mark.parametrize("role", ROLES)
def test_the_navigation_shows_what_the_role_may_see(browser: Any, role: str) -> None:
    text = browser(role).get("/account").text
    shown = set(re.findall(r'<a href="(/[a-z]+)"', text.partition("</nav>")[0]))
    places = (
        "/arrivals",
        "/alerts",
        "/gate",
        "/stations",
        "/watchlist",
        "/screen",
        "/messages",
        "/carriers",
        "/audit",
    )
    elsewhere = {"/custody", "/faces", "/galleries"} if role == "custody" else set()
    assert shown == {path for path in places if role in SEES[path]} | elsewhere


@pytest.mark.parametrize("role", ROLES)
def test_the_start_page_is_the_first_place_of_the_role(browser: Any, role: str) -> None:
    answer = browser(role).get("/", follow_redirects=True)
    assert answer.status_code == 200


def test_a_unit_sees_no_other_units_alerts(browser: Any, ids: dict[str, str]) -> None:
    lahore = browser("lahore")
    assert "No alert is open" in lahore.get("/alerts").text
    assert lahore.get(f"/alerts/{ids['alert']}").status_code == 403
    assert lahore.get(f"/voyages/{ids['voyage']}").status_code == 403
    assert lahore.get(f"/travellers/{ids['traveller']}").status_code == 403
    assert lahore.post(f"/alerts/{ids['alert']}/acknowledge").status_code == 403


def _shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path.partition("?")[0])
