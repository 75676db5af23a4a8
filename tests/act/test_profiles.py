"""What may be told of a profile, its risk over time, and whom the program proposes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.act.profiles import (
    HALF_LIFE,
    LOOK_BACK,
    MONTHS,
    WEIGHTS,
    Incident,
    ends,
    reasons_to_propose,
    review_date,
    tidied,
    trend,
)
from parakh.domain.phrase import phrase
from parakh.domain.profile import Event, EventKind, Fact, FactKind
from parakh.errors import InvalidInput

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def fact(kind: str, scheme: str, value: str, **more: str) -> Fact:
    return Fact(
        id="",
        profile_id="",
        kind=FactKind(kind),
        scheme=scheme,
        value=value,
        source="seen",
        **more,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("kind", "scheme", "value", "read"),
    [
        ("identifier", "passport", "ab 123-456", "AB123456"),
        ("identifier", "phone", "+92 (300) 123-4567", "+923001234567"),
        ("identifier", "email", "Gul@Example.PK", "gul@example.pk"),
        ("identifier", "container", "csqu 305438-3", "CSQU3054383"),
        ("identifier", "imo", "IMO 9074729", "9074729"),
        ("identifier", "plate", "LEA-1234", "LEA1234"),
        ("name", "alias", "  gul   khan ", "GUL KHAN"),
        ("name", "transliteration", "گل خان", "گل خان"),
        ("birth_date", "", "1980-05", "1980-05"),
        ("nationality", "", "pak", "PAK"),
        ("note", "", "two\nlines ", "two\nlines"),
    ],
)
def test_values_are_read_as_they_are_compared(
    kind: str, scheme: str, value: str, read: str
) -> None:
    assert tidied(fact(kind, scheme, value)).value == read


@pytest.mark.parametrize(
    ("kind", "scheme", "value"),
    [
        ("identifier", "passport", "12"),
        ("identifier", "passport", "00000000"),
        ("identifier", "phone", "12"),
        ("identifier", "phone", "1" * 16),
        ("identifier", "email", "nobody"),
        ("identifier", "container", "CSQU3054384"),
        ("identifier", "container", "CSQX3054383"),
        ("identifier", "", "AB123456"),
        ("name", "primary", "   "),
        ("name", "primary", "x" * 401),
        ("birth_date", "", "yesterday"),
        ("nationality", "", "Atlantis"),
    ],
)
def test_what_is_no_value_is_refused(kind: str, scheme: str, value: str) -> None:
    with pytest.raises(InvalidInput):
        tidied(fact(kind, scheme, value))


@given(
    kind=st.sampled_from(FactKind),
    scheme=st.sampled_from(["", "passport", "phone", "email", "container", "primary", "uses"]),
    value=st.text(max_size=60),
)
def test_any_text_is_read_or_refused(kind: FactKind, scheme: str, value: str) -> None:
    told = Fact(id="", profile_id="", kind=kind, scheme=scheme, value=value, source="seen")
    try:
        read = tidied(told)
    except InvalidInput:
        return
    assert read.value
    assert tidied(read) == read, "what was read once is read the same again"


def test_a_profile_ends_within_five_years() -> None:
    assert ends(None, NOW) == NOW + timedelta(days=365)
    for wanted in (NOW, NOW - timedelta(days=1), NOW + timedelta(days=5 * 366 + 1)):
        with pytest.raises(InvalidInput):
            ends(wanted, NOW)
    assert review_date(NOW, NOW + timedelta(days=9)) == NOW + timedelta(days=9)


# --- risk ---------------------------------------------------------------------------------------


def event(mark: str, ago: timedelta) -> Event:
    at = NOW - ago
    return Event(
        key=f"{mark}:{at:%Y%m%d}",
        kind=EventKind.OUTCOME,
        at=at,
        known_at=at,
        text=phrase("happened"),
        mark=mark,
    )


def test_what_happened_counts_half_after_its_half_life() -> None:
    points = trend([event("seizure", HALF_LIFE)], NOW)
    assert points[-1].score == pytest.approx(WEIGHTS["seizure"] / 2)
    assert [own.month.month for own in points] == [5, 6, 7, 8, 9, 10, 11]
    assert points[0].fresh
    assert not points[-1].fresh
    assert points[0].at == datetime(2026, 6, 1, tzinfo=UTC)


def test_a_search_that_found_nothing_takes_the_alert_back() -> None:
    same = timedelta(hours=1)
    (point,) = trend([event("alert", same), event("nothing_found", same)], NOW)
    assert point.score == pytest.approx(0.0)
    (point,) = trend([event("false_match", same)], NOW)
    assert point.score == 0.0, "the risk is never below nothing"


@pytest.mark.parametrize("mark", ["", "penalised", "cleared"])
def test_what_is_not_in_the_table_counts_nothing(mark: str) -> None:
    assert trend([event(mark, timedelta(days=1))], NOW) == ()


def test_the_future_counts_nothing_and_the_past_is_cut() -> None:
    assert trend([event("seizure", -timedelta(days=1))], NOW) == ()
    points = trend([event("seizure", timedelta(days=3000))], NOW)
    assert len(points) == MONTHS
    assert points[-1].score < points[0].score


# --- proposals ----------------------------------------------------------------------------------


def incident(mark: str, journey: str = "", case: str = "", ago: int = 10) -> Incident:
    return Incident(mark=mark, at=NOW - timedelta(days=ago), journey=journey, case_id=case)


@pytest.mark.parametrize(
    ("incidents", "first"),
    [
        ([], ""),
        ([incident("hit_confirmed", "a")], ""),
        ([incident("hit_confirmed", "a"), incident("hit_confirmed", "a")], ""),
        (
            [incident("hit_confirmed", "a"), incident("hit_confirmed", "b")],
            "Journeys on which hits on him were confirmed: 2",
        ),
        ([incident("case", case="1")], ""),
        ([incident("case", case="1"), incident("case", case="2")], "Cases about him: 2"),
        ([incident("seizure", "a")], "Journeys on which goods were seized from him: 1"),
        ([incident("arrest", "a")], "Journeys on which he was arrested: 1"),
        ([incident("seizure", "a", ago=LOOK_BACK.days + 1)], ""),
    ],
)
def test_who_is_proposed_and_why(incidents: list[Incident], first: str) -> None:
    reasons = reasons_to_propose(incidents, NOW)
    assert (str(reasons[0]) if reasons else "") == first
    if reasons:
        assert str(reasons[-1]) == "The last of it happened on 2026-11-12"
