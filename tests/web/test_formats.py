"""Dates, times and countries on screen."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from markupsafe import escape

from parakh.web import formats, i18n

NOW = datetime(2026, 11, 22, 20, 30, tzinfo=UTC)
KARACHI = ZoneInfo("Asia/Karachi")


@pytest.mark.parametrize(
    ("away", "shown"),
    [
        (timedelta(seconds=59), "in under a minute"),
        (timedelta(0), "under a minute ago"),
        (timedelta(minutes=1), "in 1 min"),
        (-timedelta(minutes=59, seconds=59), "59 min ago"),
        (timedelta(hours=2, minutes=10), "in 2 h 10 min"),
        (-timedelta(hours=23, minutes=59), "23 h 59 min ago"),
        (timedelta(days=3, hours=4, minutes=5), "in 3 d 4 h"),
    ],
)
def test_how_far_off_a_moment_is(away: timedelta, shown: str) -> None:
    said = formats.relative(NOW + away, NOW)
    assert said.striptags() == shown
    assert "data-ago" in said


def test_moments_are_shown_in_the_centres_zone_and_told_to_machines_in_utc() -> None:
    said = formats.moment(NOW, KARACHI)
    assert said == '<time datetime="2026-11-22T20:30:00+00:00">23 Nov 2026, 01:30</time>'


def test_what_lasts_to_the_end_of_a_day_is_said_by_that_day() -> None:
    whole = datetime(2026, 12, 23, 19, tzinfo=UTC)  # midnight in Karachi
    assert formats.ends(whole, KARACHI).striptags() == "23 Dec 2026"
    assert formats.ends(NOW, KARACHI).striptags() == "23 Nov 2026, 01:30"
    assert formats.ends(NOW, KARACHI, "d MMM y").striptags() == "23 Nov 2026"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-02-27T19:00:09.554Z", "28 Feb 2026, 00:00"),
        ("2026-02-27T19:00:09", "27 Feb 2026, 19:00"),
        ("2026-02-27", "27 Feb 2026"),
        ("02/27/2026", "02/27/2026"),
        ("<b>spring</b>", "&lt;b&gt;spring&lt;/b&gt;"),
    ],
)
def test_what_a_publisher_says_of_its_day(text: str, shown: str) -> None:
    said = escape(formats.said(text, KARACHI))
    assert re.sub("</?time[^>]*>", "", said) == shown


def test_a_voyages_local_time_is_shown_as_given() -> None:
    given = datetime(2026, 11, 22, 23, 5)  # noqa: DTZ001  (carriers send no zone)
    assert formats.local(given) == '<time datetime="2026-11-22T23:05">22 Nov 2026, 23:05</time>'


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("PAK", '<abbr title="Pakistan">PAK</abbr>'),
        ("UNO", '<abbr title="United Nations Organization">UNO</abbr>'),
        ("<b>", '<abbr title="&lt;b&gt;">&lt;b&gt;</abbr>'),
        ("", ""),
        (None, ""),
    ],
)
def test_countries(code: str | None, shown: str) -> None:
    assert formats.country(code) == shown


def test_nothing_is_shown_for_an_unknown_time() -> None:
    assert formats.moment(None, KARACHI) == ""
    assert formats.local(None) == ""
    assert formats.relative(None, NOW) == ""


@pytest.mark.parametrize(
    ("share", "text"),
    [(None, "–"), (0.0, "0%"), (0.5, "50%"), (0.29, "29%"), (0.999, "99%"), (1.0, "100%")],
)
def test_all_means_all(share: float | None, text: str) -> None:
    assert formats.percent(share) == text


@pytest.mark.parametrize(
    ("value", "text"), [(None, "–"), (0.0, "0.0"), (4.04, "4.0"), (1234.56, "1,234.6")]
)
def test_figures(value: float | None, text: str) -> None:
    assert formats.decimal(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (timedelta(minutes=125), "2 h 5 min"),
        (timedelta(0), "under a minute"),
        (timedelta(minutes=-20), "−20 min"),
    ],
)
def test_leads(value: timedelta | None, text: str) -> None:
    assert formats.lead(value) == text


@pytest.mark.parametrize(
    ("score", "threshold", "shown"),
    [
        (0.91, 0.78, ("0.91", "0.78")),
        (0.78, 0.78, ("0.78", "0.78")),
        (0.7796, 0.78, ("0.7796", "0.7800")),
        (0.8926, 0.895, ("0.893", "0.895")),
        (0.4137, 0.41372, ("0.4137", "0.4137")),
        (1.0, 0.895, ("1.000", "0.895")),
    ],
)
def test_a_score_under_its_threshold_never_looks_like_a_hit(
    score: float, threshold: float, shown: tuple[str, str]
) -> None:
    assert formats.against(score, threshold) == shown


@pytest.mark.parametrize(
    ("language", "offset", "told"),
    [
        ("en", 0, "Mon, 23 Nov 2026 13 Jumada al-Thani 1448 AH"),
        ("en", -1, "Mon, 23 Nov 2026 12 Jumada al-Thani 1448 AH"),
        ("ur", -1, "پیر، 23 نومبر 2026 12 جمادی الثانی 1448 ہجری"),
    ],
)
def test_a_day_is_told_by_both_calendars(language: str, offset: int, told: str) -> None:
    before = i18n.language.set(language)
    wanted = i18n.calendars.set(i18n.Calendars(hijri=True, offset=offset))
    try:
        assert formats.both(date(2026, 11, 23)).striptags() == told
        # A moment is of the day that it is in the centre's zone.
        assert f'title="{told.partition("2026 ")[2]}"' in formats.moment(NOW, KARACHI)
    finally:
        i18n.calendars.reset(wanted)
        i18n.language.reset(before)
