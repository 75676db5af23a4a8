"""Jinja templates: the environment, what every page gets, and the built assets."""

from collections.abc import Callable
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

import orjson
from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    pass_context,
    select_autoescape,
)
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from parakh.access import Permission
from parakh.catalogues import languages
from parakh.domain.phrase import N_
from parakh.domain.traveller import PersonName
from parakh.errors import Misconfigured
from parakh.services import inbox, notices, review
from parakh.services.officers import Officers
from parakh.web import cargo_labels, examination_labels, formats, i18n, identity_labels, labels
from parakh.web.navigation import menus
from parakh.web.queries import arrivals_path

HERE = Path(__file__).parent
STATIC = HERE / "static"
NOTICE_COOKIE = "parakh_notice"

NOTICES = {
    "password-changed": N_("Your password was changed."),
    "inbox-approved": N_("Approved, with your reason."),
    "inbox-refused": N_("Refused, with your reason."),
    "sessions-ended-of": N_("All sessions of that person are ended."),
    "reset-asked": N_("It is asked for. Another person has to approve it."),
    "session-ended": N_("That session is ended."),
    "sessions-ended": N_("All your other sessions are ended."),
    "app-removed": N_("The authenticator app is removed."),
    "passkey-removed": N_("The passkey is removed."),
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
    "training-begun": N_("Training has begun; it takes a minute or so."),
    "model-in-force": N_("The model scores all consignments from now on."),
    "model-rejected": N_("The model is rejected, with your reason."),
    "connector-on": N_("The system is in force; its first turn is at once."),
    "connector-off": N_("The system is off; it goes on where it stood once it is in force again."),
    "connector-hastened": N_("Its next turn is at once."),
    "connector-rekeyed": N_("The key is sealed."),
    "identity-asked": N_("The register was asked; see below what it said."),
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
    "agency-saved": N_("The agency is saved."),
    "aside-again": N_("It goes to the centre above again with the next exchange."),
    "aside-dropped": N_("It is dropped; the centre above is told why."),
    "unit-placed": N_("The unit is placed; it holds from its officers' next step on."),
    "share-given": N_("It is shared; whoever receives it accepts your conditions first."),
    "share-proposed": N_("It leaves the centre, so that a second person has to approve first."),
    "share-acknowledged": N_("You accepted the conditions; each look is recorded."),
    "share-decided": N_("Your decision on the share is noted."),
    "share-ended": N_("It is taken back: nobody sees it any more."),
    "share-asked": N_("The request is with that agency."),
    "share-request-refused": N_("The request is refused, with your reason."),
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
    "trouble-acknowledged": N_("Noted: you see to it."),
    "post-saved": N_("The post is saved."),
    "posts-imported": N_("The posts of the file are saved."),
    "post-removed": N_("The post is taken away; figures of its port stay."),
    "limits-saved": N_("The limits are saved; they hold from now on."),
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
    "vetting-undone": N_("The clearing is taken back; those hits are open again."),
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
    "examination-ordered": N_("The examination is ordered."),
    "examination-called-off": N_("The examination is called off, with your reason."),
    "examination-grounded": N_("The consignment is grounded; an examiner is drawn at once."),
    "examinations-grounded": N_("What comes next is grounded, as much as this shift still can."),
    "examination-reassigned": N_("The examination is given to another, with your reason."),
    "examination-refused": N_("You gave it back, with your reason; another examiner is drawn."),
    "examination-begun": N_("The examination has begun. The report is kept on this tablet."),
    "trader-proposed": N_("The trader is proposed. Another person has to decide."),
    "trader-approved": N_("The trader is trusted from now on."),
    "trader-refused": N_("The trader is refused, with your reason."),
    "suspension-asked": N_("It is asked for. Another person has to decide."),
    "trader-suspended": N_("The trader is suspended: its goods are treated as all others."),
    "trader-kept": N_("The trader stays trusted, with your reason."),
    "lane-given": N_("The consignment is in that lane now, with your reason."),
    "terminal-saved": N_("The terminal is saved."),
    "policy-proposed": N_("The policy is proposed. Another person has to approve it."),
    "policy-decided": N_("Your decision on the policy is noted."),
    "finding-acknowledged": N_("You look at this finding; others see so."),
    "finding-dismissed": N_("The finding is dismissed; it is not told again for four weeks."),
    "rule-drafted": N_(
        "The rule is drafted from the finding, and is being tried on the history meanwhile."
    ),
    "report-planned": N_("The reports are planned."),
    "report-made": N_("The report is made."),
    "examiner-saved": N_("The examiner is saved."),
    "leave-added": N_("The leave is noted."),
    "leave-removed": N_("The leave is taken back."),
    "wish-added": N_("Your wish is noted for the next roster."),
    "roster-begun": N_("The roster is being made; you may leave this page meanwhile."),
    "roster-changed": N_("The roster is changed; every rule still holds."),
    "roster-published": N_("The roster is published: from now on it says who is on shift."),
    "roster-discarded": N_("The draft is given up."),
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


def built_file(name: str) -> Path:
    """A built file by its plain name."""
    return STATIC / "built" / _manifest()[name]


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
        finalize=_isolated_name,
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        i18n.gettext, i18n.ngettext, newstyle=True
    )
    for name in ("gettext", "ngettext"):
        environment.globals[name] = _isolating(environment.globals[name])
    environment.filters.update(
        phrase=i18n.shown,
        in_zone=i18n.local,
        seen=i18n.seen,
        word=labels.word,
        waiting_kind=identity_labels.waiting_kind,
        colour=labels.colour,
        attribute=labels.attribute,
        action=labels.action,
        check=labels.check,
        measure=labels.measure,
        cargo_feature=cargo_labels.cargo_feature,
        cargo_model=cargo_labels.cargo_model,
        why_ended=examination_labels.why_ended,
        local=formats.local,
        day=formats.day,
        short_day=formats.short_day,
        both=formats.both,
        own_name=i18n.own_name,
        country=formats.country,
        nation=formats.nation,
        entry_name=formats.entry_name,
        percent=formats.percent,
        decimal=formats.decimal,
        money=formats.money,
        span=formats.span,
        lead=formats.lead,
        points=formats.points,
        against=formats.against,
        rate=formats.rate,
        whole=formats.whole,
    )
    environment.globals.update(asset=asset, P=Permission, spans=formats.SPANS)
    return environment


def _isolated_name(value: object) -> object:
    """What a template puts out: names of persons in another script stand apart from the page's.

    By characters and not by an element, because names stand in attributes and titles too.
    """
    return i18n.isolated(str(value)) if isinstance(value, PersonName) else value


def _isolating(inner: Any) -> Callable[..., str]:
    """The same for the values of a sentence of a template."""

    @pass_context
    def outer(context: Context, *texts: object, **values: object) -> str:
        told: str = inner(context, *texts, **{name: _alone(own) for name, own in values.items()})
        return told

    return outer


def _alone(value: object) -> object:
    if isinstance(value, Markup) or not isinstance(value, str | PersonName | date):
        return value
    return i18n.isolated(str(value))


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
            csrf=getattr(request.state, "csrf", session.csrf if session else ""),
            menus=menus(session.actor) if session else [],
            badges=_badges(request),
            unread=notices.unread(centre, session.actor) if session else 0,
            inbox_count=inbox.count(centre, session.actor) if session else 0,
            path=request.url.path,
            lang=i18n.language.get(),
            dir=i18n.direction(),
            languages=languages(),
            hijri=i18n.calendars.get().hijri,
            notice=i18n.gettext(notice) if notice else "",
            now=now,
            officer=Officers(centre),
            holiday=partial(formats.holiday, country=centre.settings.country),
            printed_at=formats.plain_moment(now, centre.settings.zone),
            moment=partial(formats.moment, zone=centre.settings.zone),
            ends=partial(formats.ends, zone=centre.settings.zone),
            said=partial(formats.said, zone=centre.settings.zone),
            both_of=partial(formats.both_of, zone=centre.settings.zone),
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
