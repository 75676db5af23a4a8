"""What may be asked of trends."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.domain.trend import Facet, Measure, Stream
from parakh.domain.trend_query import TrendQuery
from parakh.errors import InvalidInput

TODAY = date(2026, 11, 23)


def query(**values: str) -> TrendQuery:
    """A question of texts."""
    return TrendQuery.of_texts(values, TODAY)


def test_without_a_wish_it_is_the_last_four_weeks() -> None:
    own = query()
    assert (own.since, own.until, own.days) == (date(2026, 10, 27), date(2026, 11, 24), 28)
    assert (own.stream, own.measure, own.by) == (Stream.TRAVELLERS, Measure.TRAFFIC, Facet.PORT)
    assert not own.picked


@pytest.mark.parametrize(
    ("values", "name", "wanted"),
    [
        ({"days": "7"}, "since", date(2026, 11, 17)),
        ({"since": "2026-11-01", "until": "2026-11-07"}, "days", 7),
        ({"port": " khi "}, "port", "KHI"),
        ({"stream": "seizures", "measure": "hits"}, "measure", Measure.TRAFFIC),
        ({"of": "route", "value": "DXB–KHI"}, "by", Facet.ISSUER),
        ({"of": "route", "value": "DXB–KHI", "by": "lane"}, "by", Facet.ISSUER),
        ({"of": "carrier", "value": "PK"}, "by", Facet.PORT),
        ({"of": "chapter", "value": "69"}, "of", Facet.TOTAL),
        ({"of": "weekday", "value": "1"}, "of", Facet.TOTAL),
        ({"of": "route"}, "picked", False),
        ({"stream": "goods", "of": "chapter", "value": "69"}, "by", Facet.ORIGIN),
    ],
)
def test_questions(values: dict[str, str], name: str, wanted: object) -> None:
    assert getattr(query(**values), name) == wanted


@pytest.mark.parametrize(
    "values",
    [
        {"days": "0"},
        {"days": "-1"},
        {"days": "99999"},
        {"days": "²"},
        {"since": "yesterday"},
        {"since": "2026-11-24"},
        {"since": "2001-01-01"},
        {"until": "9999-01-01"},
        {"stream": "persons"},
        {"by": "name"},
        {"direction": "up"},
        {"port": "KARACHI-AIRPORT"},
        {"of": "route", "value": "x" * 121},
    ],
)
def test_what_cannot_be_asked(values: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        query(**values)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "stream": st.sampled_from(Stream),
            "measure": st.sampled_from(Measure),
            "days": st.integers(1, 400).map(str),
            "by": st.sampled_from(Facet),
            "of": st.sampled_from(Facet),
            "value": st.text(max_size=9),
            "port": st.sampled_from(["KHI", "PKTRK"]),
        },
    )
)
def test_an_address_asks_the_same_again(values: dict[str, str]) -> None:
    try:
        own = query(**values)
    except InvalidInput:
        return
    assert query(**own.texts()) == own
    assert own.by in own.choices
