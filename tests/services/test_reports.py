"""Reports: made once, kept, mailed, and set in the reader's language."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from tests.conftest import NOON, SetClock

from parakh.access import Actor, Purpose, Role, system_actor
from parakh.domain.enforcement import Place, SeizureRecord
from parakh.domain.outcome import Commodity, Seizure
from parakh.domain.trend import ReportKind
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.services import delivery_mail, report_pdf, reports, trends_build
from parakh.services.centre import Centre
from parakh.services.delivery_webhook import Undelivered
from parakh.services.typesetting import Text
from parakh.store import enforcement

WEEK = ReportKind.WEEKLY
TO = "director@example.org"


@pytest.fixture
def boss(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.SUPERVISOR)


@pytest.fixture
def counted(any_centre: Centre) -> Centre:
    """A centre in which one seizure is counted."""
    own = SeizureRecord(
        id="s1".rjust(32, "0"),
        source="Post",
        reference="1",
        at=NOON.astimezone(UTC) - timedelta(days=8),
        place=Place(name="Torkham"),
        seizures=(Seizure(commodity=Commodity.GOLD),),
    )
    with any_centre.db.write(system_actor("test"), Purpose.ENFORCEMENT) as tx:
        enforcement.put(tx, "seizure|Post|1", own)
        tx.audit("test", "enforcement", "")
    trends_build.build(any_centre)
    return any_centre


@pytest.fixture
def outbox(monkeypatch: pytest.MonkeyPatch) -> list[EmailMessage]:
    """Mails that were sent; nothing leaves the test."""
    sent: list[EmailMessage] = []
    monkeypatch.setattr(delivery_mail, "send", lambda settings, tls, message: sent.append(message))
    return sent


def deliver(centre: Centre) -> None:
    """The courier's turns, until it has nothing to send."""
    while reports.step(centre):
        pass


@pytest.mark.parametrize(
    ("kind", "day", "since", "until"),
    [
        (WEEK, date(2026, 11, 23), date(2026, 11, 16), date(2026, 11, 23)),
        (WEEK, date(2026, 11, 22), date(2026, 11, 9), date(2026, 11, 16)),
        (ReportKind.MONTHLY, date(2026, 3, 1), date(2026, 2, 1), date(2026, 3, 1)),
        (ReportKind.MONTHLY, date(2026, 1, 31), date(2025, 12, 1), date(2026, 1, 1)),
    ],
)
def test_the_time_of_a_report(kind: ReportKind, day: date, since: date, until: date) -> None:
    assert reports.before(kind, day) == (since, until)


def test_a_report_is_made_once_and_mailed(
    counted: Centre, boss: Actor, clock: SetClock, outbox: list[EmailMessage]
) -> None:
    reports.plan(counted, boss, WEEK, active=True, addresses=[TO, f" {TO} ", "b@example.org"])
    assert reports.work(counted) == 2
    assert reports.work(counted) == 0
    assert not outbox, "the worker waits for no mail server"
    deliver(counted)
    found = reports.overview(counted, boss)
    kinds = {row.report.kind: row for row in found.rows}
    assert kinds.keys() == set(ReportKind)
    assert [own.address for own in kinds[WEEK].mailings] == ["b@example.org", TO]
    assert all(own.sent_at for own in kinds[WEEK].mailings)
    assert sorted(own["To"] for own in outbox) == ["b@example.org", TO]
    (attached,) = outbox[0].iter_attachments()
    assert attached.get_filename() == "parakh-weekly-2026-11-09.pdf"
    assert attached.get_payload(decode=True).startswith(b"%PDF")  # type: ignore[union-attr]
    assert reports.make(counted, boss, WEEK).id == kinds[WEEK].report.id
    clock.advance(days=7)
    assert reports.work(counted) == 1


def test_what_cannot_be_mailed_is_tried_again(
    counted: Centre, boss: Actor, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> None:
        raise Undelivered("the mail server is down")

    monkeypatch.setattr(delivery_mail, "send", down)
    reports.plan(counted, boss, WEEK, active=True, addresses=[TO])
    reports.work(counted)
    deliver(counted)

    def mailing() -> Any:
        return next(own for row in reports.overview(counted, boss).rows for own in row.mailings)

    assert (mailing().tries, mailing().error) == (1, "the mail server is down")
    sent: list[object] = []
    monkeypatch.setattr(delivery_mail, "send", lambda *own: sent.append(own))
    deliver(counted)
    assert sent == []
    clock.advance(hours=2)
    deliver(counted)
    assert len(sent) == 1
    assert mailing().next_at is None


def test_what_nobody_wants_is_not_made(counted: Centre, boss: Actor) -> None:
    for kind in ReportKind:
        reports.plan(counted, boss, kind, active=False, addresses=[])
    assert reports.work(counted) == 0
    with pytest.raises(Conflict):
        reports.make(counted, boss, WEEK, date(2027, 1, 1))


def test_nothing_is_made_before_anything_is_counted(centre: Centre) -> None:
    assert reports.work(centre) == 0


@pytest.mark.parametrize("address", ["nobody", "a b@example.org", "a@b@c", "<a@example.org>"])
def test_addresses(centre: Centre, boss: Actor, address: str) -> None:
    with pytest.raises(InvalidInput):
        reports.plan(centre, boss, WEEK, active=True, addresses=[address])


def test_who_may(centre: Centre, boss: Actor, acting: Callable[..., Actor]) -> None:
    with pytest.raises(Forbidden):
        reports.overview(centre, acting(Role.TARGETING, "KHI"))
    with pytest.raises(Forbidden):
        reports.plan(centre, acting(Role.AUDITOR), WEEK, active=True, addresses=[])
    with pytest.raises(NotFound):
        reports.get(centre, boss, "0" * 32)


def test_the_pdf_is_the_same_again_and_speaks_urdu(
    counted: Centre, boss: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = reports.make(counted, boss, WEEK)
    speech = report_pdf.plain_speech(counted.settings.zone)
    data = report_pdf.typeset(own, speech, "Customs")
    assert data == report_pdf.typeset(own, speech, "Customs")
    said: list[str] = []
    monkeypatch.setattr(report_pdf, "Text", _noting(said))
    urdu = replace(speech, text=lambda text: f"ہفتہ {text}", word=lambda word: f"سونا {word}")
    assert report_pdf.typeset(own, urdu, "کسٹمز").startswith(b"%PDF")
    assert "ہفتہ The week at the border" in said
    assert "09 Nov 2026 – 15 Nov 2026" in said
    assert "سونا gold" in said
    assert any("fewer than 5 persons" in own for own in said)


def _noting(said: list[str]) -> type[Text]:
    """The same as the text of a page, and notes what it says."""

    class Noting(Text):
        def __init__(self, text: str, **options: Any) -> None:
            said.append(text)
            super().__init__(text, **options)

    return Noting
