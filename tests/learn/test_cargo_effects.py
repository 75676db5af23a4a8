"""Effects that add up: what they learn, what they leave out, and how they are kept."""

from collections.abc import Mapping

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.learn.cargo_kit import START, TOKENISER, consignment, past

from parakh.learn.cargo_counting import Flags, Past
from parakh.learn.cargo_effects import CROSSES, LEAST, PARTIES, Effects, learn_effects, stepped
from parakh.learn.cargo_table import together
from parakh.screen.cargo_lines import Lines, joined, pack
from parakh.screen.cargo_reasons import counted

MEASURED = {"transit", "rest"}


def lines(*told: Mapping[str, float]) -> Lines:
    rows = [consignment(number, **own) for number, own in enumerate(told)]  # type: ignore[arg-type]
    return joined([pack(own, TOKENISER, START) for own in rows])


def everything(own: Past) -> Flags:
    return np.ones(len(own), dtype=np.bool_)


def learnt(own: Past, fit: Flags, keys: tuple[str, ...] = ("importer",)) -> Effects:
    return learn_effects(own, fit, keys, np.ones(len(own.lines)))


@pytest.fixture(scope="module")
def year() -> Past:
    return past(1500)


@pytest.fixture(scope="module")
def effects(year: Past) -> Effects:
    return learnt(year, everything(year))


def test_who_cheats_adds_and_who_does_not_takes_away(effects: Effects) -> None:
    added = effects.added(lines({"importer": 5}, {"importer": 6}, {"importer": 999}))
    own = added[:, effects.topics.index("importer")]
    assert own[0] > 0.3
    assert own[1] < 0
    assert own[2] == 0  # nobody knows him


def test_counts_are_those_of_training(year: Past, effects: Effects) -> None:
    counts = effects.counts(year.lines)["importer"]
    tokens = year.lines.tokens["importer"]
    mine = tokens == tokens[0]
    assert (counts.known[0], counts.found[0]) == (mine.sum(), year.found[mine].sum())


def test_what_is_held_out_is_not_learnt_from(year: Past) -> None:
    fit = np.arange(len(year)) < 1000
    other = Past(lines=year.lines, found=np.where(fit, year.found, 1 - year.found))
    assert learnt(year, fit).content() == learnt(other, fit).content()


@pytest.mark.parametrize("times", range(1, LEAST + 2))
def test_a_value_counts_from_so_many_consignments_on(year: Past, times: int) -> None:
    rare = lines(*({"importer": 500, "kg": 100 + n} for n in range(times)))
    both = together(year, Past(lines=rare, found=np.ones(times)))
    own = learnt(both, everything(both))
    added = own.added(rare)[0, own.topics.index("importer")]
    assert (added > 0) == (times >= LEAST)


def test_nothing_found_at_all_is_learnt_from_too(year: Past) -> None:
    own = Past(lines=year.lines, found=np.zeros(len(year)))
    effects = learnt(own, everything(own))
    assert np.isfinite(effects.added(own.lines)).all()
    assert effects.start < -5


def test_they_can_be_read_back(year: Past, effects: Effects) -> None:
    again = Effects.of(orjson.loads(orjson.dumps(effects.content())))
    assert (again.added(year.lines) == effects.added(year.lines)).all()
    assert again.content() == effects.content()


def test_topics_of_another_version_are_refused(effects: Effects) -> None:
    with pytest.raises(ValueError, match="another version"):
        Effects.of({**effects.content(), "topics": ["nationality"]})


@given(st.floats(1, 10_000), st.floats(1.0, 1.45))
def test_like_amounts_share_a_step_wherever_it_ends(kg: float, times: float) -> None:
    told = stepped(lines({"kg": round(kg, 3)}, {"kg": round(kg * times, 3)}))
    assert any(own[0] == own[1] for own in (told["fine"], told["fine'"]))


@pytest.mark.parametrize("topic", sorted({*CROSSES, *PARTIES} - MEASURED))
def test_every_topic_has_words(topic: str) -> None:
    assert counted(topic).endswith("{found} of {known} found")
