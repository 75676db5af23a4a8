"""Jinja templates: the environment, what every page gets, and the built assets."""

from functools import cache, partial
from pathlib import Path
from typing import Any

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from parakh.access import Permission
from parakh.domain.phrase import N_
from parakh.errors import Misconfigured
from parakh.services import notices, review
from parakh.web import formats, i18n, labels
from parakh.web.navigation import menus
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
    "unmasking-asked": N_("Your request is noted; another person decides."),
    "unmasking-decided": N_("Your decision is noted."),
    "rule-kept": N_("The draft is kept. Try it on the history, then give it to review."),
    "rule-submitted": N_("The version waits for review by another person."),
    "rule-approved": N_("The version is approved; it raises hits from its first day on."),
    "rule-returned": N_("The version is sent back, with your reason."),
    "rule-rejected": N_("The version is rejected, with your reason."),
    "rule-discarded": N_("The draft is given up."),
    "rule-retired": N_("The rule is retired; it raises no hit any more."),
    "backtest-begun": N_("It is being tried on the history; you may leave this page meanwhile."),
    "budgets-saved": N_("The budgets are saved."),
    "value-list-added": N_("The list is added; now give it values."),
    "value-list-saved": N_("The list is saved."),
    "value-list-deleted": N_("The list is deleted."),
    "values-added": N_(
        "The values are added. Where an approved rule uses the list, they wait for a second person."
    ),
    "values-decided": N_("The values that waited are decided on."),
    "value-removed": N_("The value is taken out."),
    "case-opened": N_("The case is opened."),
    "case-saved": N_("The case is saved."),
    "case-closed": N_("The case is closed and its outcome recorded."),
    "case-reopened": N_("The case is open again."),
    "case-note": N_("The note stands in the case."),
    "case-task": N_("The task is given."),
    "case-done": N_("The task is done."),
    "case-added": N_("It stands in the case now."),
    "case-removed": N_("It is taken out; the timeline keeps it."),
    "case-attached": N_("The file is kept, sealed."),
    "case-shared": N_("The case is shared."),
    "case-unshared": N_("The share is taken back."),
    "case-handed-over": N_("The case is handed over."),
    "case-acknowledged": N_("The receipt is noted."),
    "case-taken-back": N_("The hand-over has ended."),
    "case-related": N_("The two cases are related."),
    "outcome-corrected": N_("The outcome is corrected; what was said before stays beside it."),
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
    "profile-opened": N_("The profile is proposed. Another person has to approve it."),
    "profile-approve": N_("The profile is in force, with your reason."),
    "profile-reject": N_("The profile is rejected, with your reason."),
    "profile-saved": N_("The profile is saved."),
    "profile-kept": N_("The profile is kept until that day."),
    "profile-closed": N_("The profile is closed; its pictures are deleted."),
    "profile-followed": N_("You follow this profile, and are told under the bell what happens."),
    "profile-unfollowed": N_("You follow this profile no more."),
    "profile-merged": N_("The two are one profile now."),
    "profile-unmerged": N_("The two are parted again."),
    "profile-split": N_("This is the new profile, with what you chose."),
    "fact-added": N_("It is added. It is screened once another person has checked it."),
    "fact-checked": N_("You stand behind it as the second person."),
    "fact-withdrawn": N_("It is taken back, with your reason."),
    "vetting-cleared": N_("The hits are cleared, each with your reason."),
    "vetting-settled": N_("Marked: nothing is new to them."),
    "vetting-unsettled": N_("That mark is taken back."),
    "view-saved": N_("The view is saved."),
    "view-chosen": N_("The list opens like this from now on."),
    "view-removed": N_("The view is dropped."),
    "handed-over": N_("It is handed over; the next shift finds it under In hand."),
    "taken-over": N_("It is in your hands now."),
    "shift-added": N_("The shift stands on the roster."),
    "shift-removed": N_("The shift is taken off the roster."),
    "roster-imported": N_("The shifts of the file stand on the roster."),
    "route-saved": N_("The routing rules are saved; they hold for alerts from now on."),
    "route-removed": N_("The routing rule is taken away."),
    "level-saved": N_("The time is saved; it holds for alerts from now on."),
    "level-removed": N_("The time is taken away."),
    "channel-saved": N_("The channel is saved."),
    "sent-again": N_("It is tried again at once."),
    "lookout-placed": N_("The lookout is in force. Another person has to confirm it."),
    "lookout-agree": N_("Agreed, with your reason."),
    "lookout-refuse": N_("Refused, with your reason."),
    "lookout-extension": N_("The later end is asked for. Another person has to grant it."),
    "lookout-cancelled": N_("The lookout is cancelled, with your reason."),
    "message-corrected": N_("The correction is stored and linked to this message."),
}
"""What may be said after a step; the cookie carries the key only, so nobody can plant a text."""


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
            menus=menus(session.actor) if session else [],
            badges=_badges(request),
            unread=notices.unread(centre, session.actor) if session else 0,
            path=request.url.path,
            lang=i18n.language.get(),
            dir=i18n.direction(),
            languages=i18n.languages(),
            notice=i18n.gettext(notice) if notice else "",
            now=now,
            moment=partial(formats.moment, zone=centre.settings.zone),
            ends=partial(formats.ends, zone=centre.settings.zone),
            said=partial(formats.said, zone=centre.settings.zone),
            arrivals_path=partial(arrivals_path, now=now, zone=centre.settings.zone),
            relative=partial(formats.relative, now=now),
            day_after=partial(formats.day_after, now=now, zone=centre.settings.zone),
            **context,
        )
    )
    response = HTMLResponse(text, status)
    if notice:
        response.delete_cookie(NOTICE_COOKIE)
    return response
