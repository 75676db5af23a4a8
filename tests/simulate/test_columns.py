"""Days in columns: always the same, with their weekdays and what was planted."""

from datetime import date

from parakh.simulate.columns import PORTS, Columns, Surge
from parakh.simulate.posts import SITES

TUESDAY = date(2026, 3, 3)


def test_a_day_is_the_same_for_the_same_seed() -> None:
    first, again = (Columns(seed=4).day(TUESDAY, 300) for _ in range(2))
    assert first.equals(again)
    assert not first.equals(Columns(seed=5).day(TUESDAY, 300))
    assert set(first["port"]) <= set(PORTS) == {own.post.code for own in SITES}
    assert first["subject_id"].n_unique() == len(first)
    assert set(first["subject_id"].str.len_chars()) == {32}


def test_surges_holidays_and_weekdays() -> None:
    surge = Surge(route="DXB–KHI", since=TUESDAY, factor=10)
    plain, surged = Columns(), Columns(surges=[surge])

    def on_route(columns: Columns, day: date) -> int:
        told = columns.day(day, 20_000)
        return len(
            told.filter(told["voyage.origin"] + "–" + told["voyage.destination"] == surge.route)
        )

    assert on_route(surged, TUESDAY) > 5 * on_route(plain, TUESDAY)
    assert on_route(surged, date(2026, 3, 2)) == on_route(plain, date(2026, 3, 2))
    assert plain.expected(TUESDAY, 100, holiday=True) < plain.expected(TUESDAY, 100)
