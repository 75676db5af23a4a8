"""Weekly and monthly reports: made once for each time, kept, and mailed to whoever is named.

A report keeps its figures, not its pages: it is set in the language of whoever asks for it, and
says years later what it said then. Counts of few persons are left out as on the page of trends.
"""

import re
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256

from parakh.access import Actor, Permission, Purpose, system_actor
from parakh.domain.channel import wait_after
from parakh.domain.ids import new_id
from parakh.domain.trend import (
    Facet,
    Mailing,
    Measure,
    Report,
    ReportKind,
    ReportPlan,
    Stream,
)
from parakh.domain.trend_query import TrendQuery
from parakh.errors import Conflict, Forbidden, InvalidInput, Misconfigured
from parakh.normalise.hs_codes import CHAPTERS
from parakh.services import delivery_mail, trends
from parakh.services.centre import WORKER, Centre
from parakh.services.delivery_webhook import Undelivered
from parakh.services.report_pdf import plain_speech, typeset
from parakh.services.trends import Dashboard, Row
from parakh.services.trends_build import closed_until
from parakh.services.trends_words import outcome, plain_about, sentence
from parakh.store import reports as store
from parakh.store import rules
from parakh.store import trends as trend_store

MOST_ADDRESSES = 20
_ADDRESS = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{1,180}")
_CLAIM = timedelta(minutes=5)
_TOP = 10
COURIER = system_actor("courier")


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportRow:
    """A report with its mails."""

    report: Report
    mailings: tuple[Mailing, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reports:
    """Reports, the newest first, and to whom those of each kind go."""

    rows: tuple[ReportRow, ...]
    plans: Mapping[ReportKind, ReportPlan]
    mail_set: bool


# --- looks --------------------------------------------------------------------------------------


def overview(centre: Centre, actor: Actor) -> Reports:
    """All reports and plans; addresses only for those who keep them."""
    _require(actor)
    keeps = actor.may(Permission.KEEP_REPORTS)
    with centre.db.read() as connection:
        found = store.newest(connection)
        mails = store.mailings(connection, [own.id for own in found]) if keeps else {}
        plans = store.plans(connection) if keeps else {}
    return Reports(
        rows=tuple(ReportRow(report=own, mailings=tuple(mails.get(own.id, ()))) for own in found),
        plans=plans,
        mail_set=bool(centre.settings.smtp_host and centre.settings.mail_from),
    )


def get(centre: Centre, actor: Actor, report_id: str) -> Report:
    """One report, to be set as a PDF; audited. Raises NotFound."""
    _require(actor)
    with centre.db.read() as connection:
        found = store.get(connection, report_id)
    centre.looked(actor, Purpose.TRENDS, "report.read", "report", report_id)
    return found


def _require(actor: Actor) -> None:
    """A report is of all ports: for those who see all of them."""
    actor.require(Permission.SEE_TRENDS)
    if not actor.everywhere:
        raise Forbidden("reports are of all ports")


# --- steps --------------------------------------------------------------------------------------


def plan(
    centre: Centre, actor: Actor, kind: ReportKind, *, active: bool, addresses: Sequence[str]
) -> ReportPlan:
    """Says whether reports of a kind are made, and to whom they are mailed; raises InvalidInput."""
    actor.require(Permission.KEEP_REPORTS)
    told = tuple(dict.fromkeys(own.strip() for own in addresses if own.strip()))
    if len(told) > MOST_ADDRESSES:
        raise InvalidInput(f"at most {MOST_ADDRESSES} addresses")
    if not all(_ADDRESS.fullmatch(own) for own in told):
        raise InvalidInput("one of these is no address of mail")
    with centre.db.write(actor, Purpose.TRENDS) as tx:
        made = ReportPlan(
            kind=kind, active=active, addresses=told, changed_by=actor.name, changed_at=tx.at
        )
        store.put_plan(tx, made)
        tx.audit("report.planned", "report", kind.value, active=active, addresses=len(told))
    return made


def make(centre: Centre, actor: Actor, kind: ReportKind, day: date | None = None) -> Report:
    """The report of the week or month before a day (today): made now, unless it was before.

    Raises Conflict for a time that is not over.
    """
    actor.require(Permission.KEEP_REPORTS)
    _require(actor)
    since, until = before(kind, day or centre.local_now().date())
    return _made(centre, actor, kind, since, until)


def before(kind: ReportKind, day: date) -> tuple[date, date]:
    """The last whole week (Monday to Sunday) or month before a day: its first day, and the one
    after its last."""
    if kind is ReportKind.WEEKLY:
        until = day - timedelta(days=day.weekday())
        return until - timedelta(days=7), until
    until = day.replace(day=1)
    return (until - timedelta(days=1)).replace(day=1), until


def work(centre: Centre) -> int:
    """The worker's turn: makes what is due; gives how many reports are new."""
    return sum(_make_due(centre, own) for own in ReportKind)


def _make_due(centre: Centre, kind: ReportKind) -> bool:
    since, until = before(kind, closed_until(centre, Stream.TRAVELLERS))
    with centre.db.read() as connection:
        if store.find(connection, kind, since) is not None:
            return False
        planned = store.plans(connection).get(kind)
        counted = any(trend_store.built_at(connection, own) for own in Stream)
    if not counted or (planned is not None and not planned.active):
        return False
    _made(centre, WORKER, kind, since, until)
    return True


def _made(centre: Centre, actor: Actor, kind: ReportKind, since: date, until: date) -> Report:
    with centre.db.read() as connection:
        known = store.find(connection, kind, since)
    if known is not None:
        return known
    if until > centre.local_now().date():
        raise Conflict("that time is not over yet")
    content = gathered(centre, since, until)
    with centre.db.write(actor, Purpose.TRENDS) as tx:
        own = Report(
            id=new_id(),
            kind=kind,
            since=since,
            until=until,
            made_at=tx.at,
            made_by=actor.name,
            content=content,
        )
        if store.add(tx, own):
            planned = store.plans(tx.connection).get(kind)
            store.add_mailings(tx, own.id, planned.addresses if planned else ())
            tx.audit("report.made", "report", own.id, about=kind.value, since=since.isoformat())
            return own
        tx.audit("report.known", "report", "", about=kind.value, since=since.isoformat())
    with centre.db.read() as connection:
        found = store.find(connection, kind, since)
    assert found is not None  # noqa: S101  (its place was taken a moment ago)
    return found


# --- figures ------------------------------------------------------------------------------------


def gathered(centre: Centre, since: date, until: date) -> dict[str, object]:
    """The figures of a report, as JSON holds them: of all ports."""

    def of(stream: Stream, by: Facet, measure: Measure = Measure.TRAFFIC) -> Dashboard:
        query = TrendQuery(stream=stream, by=by, measure=measure, since=since, until=until)
        return trends.dashboard(centre, WORKER, query)

    people = of(Stream.TRAVELLERS, Facet.PORT)
    goods = of(Stream.GOODS, Facet.PORT)
    return {
        "findings": _findings(centre, since, until),
        "least": people.least,
        "travellers": _stream(people) | {"routes": _rows(of(Stream.TRAVELLERS, Facet.ROUTE))},
        "goods": _stream(goods) | {"chapters": _rows(of(Stream.GOODS, Facet.CHAPTER))},
        "seizures": {
            **_stream(of(Stream.SEIZURES, Facet.PORT)),
            "commodities": _rows(of(Stream.SEIZURES, Facet.COMMODITY)),
            "concealments": _rows(of(Stream.SEIZURES, Facet.CONCEALMENT)),
        },
    }


def _findings(centre: Centre, since: date, until: date) -> list[dict[str, object]]:
    """What was found out of its band on a day of the time, and not dismissed: the surest first.

    None of a list: reports are read by people who may not see lists, and are mailed.
    """
    with centre.db.read() as connection:
        known = trend_store.findings(connection, centre.clock(), all_states=True)
        names = rules.names(connection) | trends.port_names(
            connection, {code for own in known for code in (own.key.port, own.key.value)}
        )
    mine = [own for own in known if since <= own.day and own.since < until]
    open_to_all = (own for own in mine if own.key.facet is not Facet.LIST)
    told = sorted((own for own in open_to_all if own.state != "dismissed"), key=lambda own: own.p)
    return [
        {
            "since": own.since.isoformat(),
            "sentences": [
                {"template": one.template, "values": dict(one.values)}
                for one in (sentence(own, plain_about(own, names)), outcome(own))
                if one is not None
            ],
        }
        for own in told[:_TOP]
    ]


def _stream(found: Dashboard) -> dict[str, object]:
    return {
        "total": _counts(found.total),
        "before": _counts(found.before),
        "ports": _rows(found, 40),
        "days": [
            {
                "day": own.day.isoformat(),
                "count": None if own.counts is None else own.counts.traffic,
                "low": own.low,
                "high": own.high,
            }
            for own in found.points or ()
        ],
    }


def _rows(found: Dashboard, most: int = _TOP) -> list[dict[str, object]]:
    return [_row(found, own) for own in found.rows[:most]]


def _row(found: Dashboard, own: Row) -> dict[str, object]:
    names = {Facet.PORT: found.port_names, Facet.CHAPTER: CHAPTERS}.get(found.query.by, {})
    return {
        "value": own.value,
        "name": names.get(own.value, ""),
        "counts": _counts(own.counts),
        "before": _counts(own.before),
    }


def _counts(own: object) -> dict[str, int] | None:
    return None if own is None else {one.value: int(getattr(own, one.value)) for one in Measure}


# --- mails --------------------------------------------------------------------------------------


def step(centre: Centre) -> bool:
    """Sends the mail that waits longest, or puts it off; False when none is to be sent now.

    For the courier: a mail server that does not answer must not hold the worker up.
    """
    now = centre.clock()
    with centre.db.maintain() as connection:
        claimed = store.claim_mailing(connection, now, now + _CLAIM)
        if claimed is None:
            return False
        own = store.get(connection, claimed.report_id)
    try:
        _send(centre, own, claimed.address)
    except Undelivered as error:
        tries = claimed.tries + 1
        wait = None if error.final else wait_after(tries)
        later = None if wait is None else centre.clock() + wait
        done = replace(claimed, tries=tries, next_at=later, error=str(error))
    else:
        done = replace(claimed, next_at=None, sent_at=centre.clock(), error="")
    with centre.db.write(COURIER, Purpose.TRENDS) as tx:
        store.settle_mailing(tx, done)
        action = "report.sent" if done.sent_at else "report.unsent"
        tx.audit(action, "report", own.id, error=done.error)
    return True


def _send(centre: Centre, own: Report, address: str) -> None:
    settings = centre.settings
    last = own.until - timedelta(days=1)
    message = delivery_mail.compose(
        settings,
        address,
        f"Parakh: {own.kind.value} report, {own.since.isoformat()} to {last.isoformat()}",
        f"The report is attached. It is kept at {settings.public_url.rstrip('/')}/reports\n",
        message_id=f"{own.id}.{sha256(address.encode()).hexdigest()[:12]}",
        at=own.made_at,
    )
    data = typeset(own, plain_speech(settings.zone), settings.agency)
    message.add_attachment(data, maintype="application", subtype="pdf", filename=own.name)
    try:
        tls = ssl.create_default_context(cafile=settings.trust_file)
        delivery_mail.send(settings, tls, message)
    except OSError as error:
        raise Undelivered("PARAKH_TRUST_FILE cannot be read") from error
    except Misconfigured as error:
        raise Undelivered(str(error)) from error


def addresses_of(text: str) -> list[str]:
    """Addresses as somebody types them: parted by commas, semicolons or lines."""
    return [own for own in re.split(r"[\s,;]+", text) if own]
