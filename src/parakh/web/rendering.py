"""Jinja templates: the environment, what every page gets, and the built assets."""

from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from parakh.access import Actor, Permission
from parakh.domain.phrase import N_
from parakh.errors import Misconfigured
from parakh.services import review
from parakh.web import formats, i18n, labels
from parakh.web.queries import arrivals_path

HERE = Path(__file__).parent
STATIC = HERE / "static"
NOTICE_COOKIE = "parakh_notice"

NOTICES = {
    "password-changed": N_("Your password was changed."),
    "acknowledged": N_("You have acknowledged this alert."),
    "hit-confirmed": N_("The hit is confirmed, with your reason."),
    "hit-cleared": N_("The hit is cleared, with your reason."),
    "alert-closed": N_("The alert is closed and its outcome recorded."),
    "entry-proposed": N_("The entry is proposed. Another person has to approve it."),
    "entry-approved": N_("The entry is approved and screened from now on."),
    "entry-rejected": N_("The entry is rejected."),
    "entry-retired": N_("The entry is retired and no longer screened."),
    "picture-added": N_("The picture is added. Another person has to approve it."),
    "picture-approved": N_("The picture is approved and searched from now on."),
    "picture-rejected": N_("The picture is rejected and deleted."),
    "change-proposed": N_("The change is proposed. Another person has to approve it."),
    "change-approved": N_("The change is approved and in force from now on."),
    "change-rejected": N_("The change is rejected; the entry stays as it was."),
    "entry-kept": N_("The entry is kept until that day."),
    "version-prepared": N_("The file is read and compared. Another person has to apply it."),
    "version-known": N_("That file says nothing new: this is what it was compared with before."),
    "version-applied": N_("The version is applied; what is new is screened from now on."),
    "version-discarded": N_("The version is discarded; the list stays as it was."),
    "gallery-added": N_("The gallery is added, with a key of its own."),
    "gallery-saved": N_("The gallery is saved."),
    "gallery-erased": N_("All faces of the gallery are erased, and its key with them."),
    "rotation-begun": N_("Replacing the key has begun; searching goes on beside it."),
    "twins-sought": N_("Everybody in the gallery is being compared with each other."),
    "reenrolment-begun": N_("Everybody is being enrolled again from the kept pictures."),
    "twin-same": N_("The two are marked as one person, with your reason."),
    "twin-different": N_("The two are marked as different persons, with your reason."),
    "person-enrolled": N_(
        "The person is enrolled. Another person has to approve it before gates search for the face."
    ),
    "person-released": N_("The enrolment has ended; its pictures and templates are deleted."),
    "list-added": N_("The list is added."),
    "list-saved": N_("The list is saved."),
    "calibration-begun": N_("The measurement has begun; screening goes on beside it."),
    "rate-saved": N_("The rate is saved, and the thresholds that follow are in force."),
    "redress-added": N_("It is added to the record, with your reason."),
    "redress-withdrawn": N_(
        "The clearing is withdrawn. Whoever it cleared and is still to come is raised again."
    ),
    "message-received": N_("The message is stored and will be read at once."),
    "message-known": N_("These bytes were received before; this is that message."),
    "message-rerun": N_("The message is read again."),
    "voyage-cancelled": N_("The voyage is cancelled: nothing is awaited of it any more."),
    "voyage-restored": N_("The cancellation is undone."),
    "person-split": N_("That journey is split off, with your reason."),
    "person-merged": N_("The two are one person now, with your reason."),
    "person-withdrawn": N_("The decision is withdrawn; what is computed holds again."),
    "station-revoked": N_("The station is revoked: its key is refused from now on."),
    "message-corrected": N_("The correction is stored and linked to this message."),
}
"""What may be said after a step; the cookie carries the key only, so nobody can plant a text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """One place of the console's navigation; `inner` are the paths of pages reached from it.

    It is shown to those with its permission, unless they have `but` and reach it elsewhere.
    """

    path: str
    label: str
    permission: Permission
    inner: tuple[str, ...] = ()
    but: Permission | None = None

    def shown_to(self, actor: Actor) -> bool:
        """Whether somebody finds it in his navigation."""
        return actor.may(self.permission) and not (self.but and actor.may(self.but))

    def holds(self, path: str) -> bool:
        """Whether a page belongs to this place."""
        return path.startswith((self.path, *self.inner))


PLACES = (
    Place(
        path="/arrivals",
        label=N_("Arrivals"),
        permission=Permission.SEE_VOYAGES,
        inner=("/voyages", "/travellers"),
    ),
    Place(path="/alerts", label=N_("Alerts"), permission=Permission.SEE_ALERTS),
    Place(path="/gate", label=N_("Gate"), permission=Permission.USE_GATE),
    Place(path="/audit", label=N_("Audit"), permission=Permission.SEE_AUDIT),
    Place(path="/stations", label=N_("Stations"), permission=Permission.SEE_STATIONS),
    Place(
        path="/watchlist",
        label=N_("Watchlist"),
        permission=Permission.SEE_WATCHLISTS,
        inner=("/redress", "/galleries"),
    ),
    Place(
        path="/screen",
        label=N_("Screen"),
        permission=Permission.SCREEN_BY_HAND,
        inner=("/faces",),
    ),
    Place(path="/custody", label=N_("Custody"), permission=Permission.ENROL_DETAINEES),
    Place(
        path="/faces",
        label=N_("Faces"),
        permission=Permission.SEARCH_FACES,
        but=Permission.SCREEN_BY_HAND,
    ),
    Place(
        path="/galleries",
        label=N_("Galleries"),
        permission=Permission.SEE_GALLERIES,
        but=Permission.SEE_WATCHLISTS,
    ),
    Place(path="/messages", label=N_("Messages"), permission=Permission.SEE_MESSAGES),
    Place(path="/carriers", label=N_("Carriers"), permission=Permission.SEE_VOYAGES),
    Place(
        path="/watchlist/calibration",
        label=N_("Calibration"),
        permission=Permission.SEE_CALIBRATION,
        but=Permission.SEE_WATCHLISTS,
    ),
)


@cache
def _manifest() -> dict[str, str]:
    try:
        found: dict[str, str] = orjson.loads((STATIC / "built" / "manifest.json").read_bytes())
    except FileNotFoundError:
        raise Misconfigured("The console's assets are not built: run `make assets`.") from None
    return found


def assets_built() -> bool:
    """Whether the console's assets are there."""
    return (STATIC / "built" / "manifest.json").exists()


def asset(name: str) -> str:
    """The address of a built file by its plain name, such as `main.css`."""
    return f"/static/built/{_manifest()[name]}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        i18n.gettext, i18n.ngettext, newstyle=True
    )
    environment.filters.update(
        phrase=i18n.translate,
        word=labels.word,
        colour=labels.colour,
        attribute=labels.attribute,
        action=labels.action,
        check=labels.check,
        local=formats.local,
        day=formats.day,
        country=formats.country,
        entry_name=formats.entry_name,
        percent=formats.percent,
        decimal=formats.decimal,
        span=formats.span,
        lead=formats.lead,
        points=formats.points,
        against=formats.against,
        rate=formats.rate,
        whole=formats.whole,
    )
    environment.globals.update(asset=asset, P=Permission, spans=formats.SPANS)
    return environment


def _badges(request: Request) -> dict[str, int]:
    """What waits at the places of the navigation, so that no entry ends unseen."""
    session = getattr(request.state, "session", None)
    if session is None or not session.actor.may(Permission.SEE_WATCHLISTS):
        return {}
    return {"/watchlist": review.due_count(request.app.state.centre)}


def render(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """A template with what every page needs: viewer, token, language, time zone, notice."""
    centre = request.app.state.centre
    session = getattr(request.state, "session", None)
    now = centre.clock()
    notice = NOTICES.get(request.cookies.get(NOTICE_COOKIE, ""))
    text = (
        _environment()
        .get_template(template)
        .render(
            session=session,
            actor=session.actor if session else None,
            csrf=session.csrf if session else "",
            places=[p for p in PLACES if session and p.shown_to(session.actor)],
            badges=_badges(request),
            path=request.url.path,
            lang=i18n.language.get(),
            dir=i18n.direction(),
            languages=i18n.languages(),
            notice=i18n.gettext(notice) if notice else "",
            now=now,
            moment=partial(formats.moment, zone=centre.settings.zone),
            said=partial(formats.said, zone=centre.settings.zone),
            arrivals_path=partial(arrivals_path, now=now, zone=centre.settings.zone),
            relative=partial(formats.relative, now=now),
            **context,
        )
    )
    response = HTMLResponse(text, status)
    if notice:
        response.delete_cookie(NOTICE_COOKIE)
    return response
