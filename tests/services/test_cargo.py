"""The cargo model in a centre: counted, learnt, scored with reasons, decided by two, watched."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from tests.learn.cargo_kit import START, consignment, traffic
from tests.services.goods_kit import SENDER, hits, tell

from parakh.access import Actor, Purpose, Role
from parakh.domain.cargo import ModelCard, ModelState
from parakh.domain.consignment import Consignment
from parakh.domain.hit import Kind, Ref
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound, Unreadable
from parakh.learn.cargo_counting import Past, counted
from parakh.screen.cargo_features import REPEAT
from parakh.screen.cargo_lines import lines_of
from parakh.screen.screener import ConsignmentSubject
from parakh.services import cargo_drift, cargo_files, cargo_history, cargo_models, cargo_scoring
from parakh.services.centre import Centre
from parakh.store import cargo as store
from parakh.store import cargo_history as history
from parakh.store.tables import cargo_model, cargo_price, cargo_tally

COUNT = 900
KEYS = ("importer", "hs10", "importer+hs2")


@pytest.fixture
def analyst(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.ANALYST)


@pytest.fixture
def supervisor(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.SUPERVISOR)


def subject(own: Consignment) -> ConsignmentSubject:
    return ConsignmentSubject(ref=Ref(kind=Kind.CONSIGNMENT, id=own.id), consignment=own)


def count(centre: Centre, told: Sequence[Consignment], found: Sequence[bool | None] = ()) -> None:
    """Counts consignments, and what was found in them."""
    with centre.db.write(SENDER, Purpose.SCREENING) as tx:
        cargo_history.count(tx, centre, told)
        tx.audit("test", "consignment", "")
        known = {own.id: one for own, one in zip(told, found, strict=False) if one is not None}
        cargo_history.learn(tx, known)


def known(centre: Centre, own: Consignment) -> dict[str, tuple[float, float, float]]:
    lines = lines_of([subject(own)], centre.cargo.tokeniser, START)
    with centre.db.read() as connection:
        told = cargo_history.known(connection, lines, [own.id], KEYS).counts
    return {name: (own.seen[0], own.known[0], own.found[0]) for name, own in told.items()}


def taught(centre: Centre, every: int = 5) -> list[Consignment]:
    told, found = traffic(COUNT, every=every)
    count(centre, told, found)
    return told


def score(centre: Centre, own: Consignment) -> Any:
    with centre.db.read() as connection:
        return cargo_scoring.scores(centre, connection, [subject(own)], centre.clock())[own.id]


# --- counting ---------------------------------------------------------------------------------


def test_a_consignment_does_not_count_for_itself(any_centre: Centre) -> None:
    first, second = consignment(1, importer=7), consignment(2, importer=7)
    count(any_centre, [first, second], [True, None])
    assert known(any_centre, first)["importer"] == (1, 0, 0)
    assert known(any_centre, second)["importer"] == (1, 1, 1)
    assert known(any_centre, consignment(3, importer=7))["importer"] == (2, 1, 1)


def test_a_corrected_consignment_counts_as_it_is_now(any_centre: Centre) -> None:
    count(any_centre, [consignment(1, importer=7)], [True])
    count(any_centre, [consignment(1, importer=8)])
    count(any_centre, [consignment(1, importer=8)])
    assert known(any_centre, consignment(2, importer=7))["importer"] == (0, 0, 0)
    assert known(any_centre, consignment(2, importer=8))["importer"][0] == 1


def test_one_that_was_taken_back_counts_no_more(any_centre: Centre) -> None:
    count(any_centre, [consignment(1)], [True])
    count(any_centre, [consignment(1, cancelled=True)])
    with any_centre.db.read() as connection:
        tallies = connection.execute(sa.select(sa.func.sum(cargo_tally.c.seen))).scalar()
        steps = connection.execute(sa.select(sa.func.sum(cargo_price.c.seen))).scalar()
    assert (tallies, steps) == (0, 0)


def test_counts_tell_what_training_tells(any_centre: Centre) -> None:
    told, found = traffic(60)
    count(any_centre, told, found)
    new = consignment(999, importer=5, ware=1)
    lines = lines_of([subject(own) for own in (*told, new)], any_centre.cargo.tokeniser, START)
    past = Past(lines=lines, found=np.asarray([*found, np.nan], dtype=np.float64))
    expected = counted(past, np.arange(61) < 60, seed=0)
    got = known(any_centre, new)
    for name in (*KEYS, REPEAT):
        own = expected.counts[name]
        assert got[name] == (own.seen[-1], own.known[-1], own.found[-1])
    with any_centre.db.read() as connection:
        one = lines_of([subject(new)], any_centre.cargo.tokeniser, START)
        live = cargo_history.known(connection, one, [new.id], KEYS)
    for name, spread in expected.spreads.items():
        assert live.spreads[name].median[0] == pytest.approx(
            spread.median[-1], abs=0.06, nan_ok=True
        )
    assert live.share == pytest.approx(expected.share)
    assert live.total == expected.total


# --- signals ----------------------------------------------------------------------------------


def test_signals_need_no_model(any_centre: Centre) -> None:
    told = [consignment(n, importer=n % 4) for n in range(40)]
    count(any_centre, told, [True, False])
    odd = consignment(99, importer=50, per_kg=0.5, loading_port="SOMGQ")
    with any_centre.db.read() as connection:
        said = [str(own) for own in cargo_scoring.signals(any_centre, connection, odd)]
        usual = cargo_scoring.signals(any_centre, connection, consignment(98, importer=1))
        before = cargo_scoring.signals(any_centre, connection, consignment(97, importer=0))
    assert "first consignment of this importer" in said
    assert any(own.startswith("value a kilogram 7") and "under the median" in own for own in said)
    assert any(own.startswith("rare route: 0 of 40") for own in said)
    assert [str(own) for own in usual] == []
    assert "this importer: 1 of 1 found before" in [str(own) for own in before]


def test_a_description_of_other_goods_is_told(any_centre: Centre) -> None:
    count(any_centre, [consignment(n, importer=n % 4, ware=n % 2) for n in range(80)])
    tiles = consignment(99)
    item = tiles.items[0]
    odd = replace(tiles, items=(replace(item, description="POWER SUPPLY UNITS"),))
    with any_centre.db.read() as connection:
        said = [str(own) for own in cargo_scoring.signals(any_centre, connection, odd)]
    assert "the description is unusual for this heading" in said


# --- training and deciding --------------------------------------------------------------------


def test_too_little_is_refused_with_what_is_missing(centre: Centre, analyst: Actor) -> None:
    told, found = traffic(100)
    count(centre, told, found)
    with pytest.raises(Conflict, match=r"400 more outcomes, \d+ more findings"):
        cargo_models.train_model(centre, analyst)
    with pytest.raises(Conflict, match="400 more outcomes"):
        cargo_models.begin(centre, analyst)


def test_only_those_who_may_train(centre: Centre, supervisor: Actor) -> None:
    with pytest.raises(Forbidden):
        cargo_models.train_model(centre, supervisor)


def test_a_model_is_trained_by_one_and_let_in_by_another(
    any_centre: Centre, analyst: Actor, supervisor: Actor
) -> None:
    taught(any_centre)
    card = cargo_models.train_model(any_centre, analyst, "first")
    assert (card.version, card.state, card.rows) == ("cargo@1", ModelState.TRAINED, COUNT)
    with any_centre.db.read() as connection:
        assert store.in_force(connection) is None
    done = cargo_models.put_in_force(any_centre, supervisor, card.id, "figures are good")
    assert done.state is ModelState.IN_FORCE

    cheat, honest = consignment(5001, importer=5, per_kg=0.8), consignment(5002, importer=1)
    risky = score(any_centre, cheat)
    assert risky.score > 4 * score(any_centre, honest).score
    assert risky.model == "cargo@1"
    assert len(risky.inputs) == len(card.features)
    said = [str(own.sentence) for own in risky.contributions]
    assert any(own.startswith("this importer: ") and own.endswith(" found") for own in said)
    assert any("under the median" in own for own in said)
    assert risky.revenue == pytest.approx(risky.score * float(cheat.duty or 0))


def test_nobody_decides_on_his_own_model(centre: Centre, acting: Callable[..., Actor]) -> None:
    both = acting(Role.ANALYST)
    mixed = Actor(
        id=both.id, name=both.name,
        permissions=both.permissions | acting(Role.SUPERVISOR).permissions, central=True,
    )  # fmt: skip
    taught(centre)
    card = cargo_models.train_model(centre, mixed)
    with pytest.raises(Forbidden):
        cargo_models.put_in_force(centre, mixed, card.id, "mine")
    assert not cargo_models.view(centre, mixed, card.id).may_decide


@pytest.fixture
def two(centre: Centre, analyst: Actor) -> tuple[ModelCard, ModelCard]:
    taught(centre)
    return cargo_models.train_model(centre, analyst), cargo_models.train_model(centre, analyst)


def test_one_is_in_force_at_a_time_and_the_former_can_be_put_back(
    centre: Centre, supervisor: Actor, two: tuple[ModelCard, ModelCard]
) -> None:
    first, second = two
    for own in (first, second, first):
        cargo_models.put_in_force(centre, supervisor, own.id, "better")
        current = centre.cargo.current()
        assert current is not None
        assert current[0].version == own.version
    view = cargo_models.overview(centre, supervisor)
    assert [own.state.value for own in view.models] == ["replaced", "in_force"]
    assert view.in_force is not None
    assert view.in_force.id == first.id


def test_a_rejected_one_stays_so(
    centre: Centre, supervisor: Actor, two: tuple[ModelCard, ModelCard]
) -> None:
    with pytest.raises(InvalidInput, match="reason"):
        cargo_models.reject(centre, supervisor, two[0].id, " ")
    cargo_models.reject(centre, supervisor, two[0].id, "too few findings")
    with pytest.raises(Conflict, match="rejected"):
        cargo_models.put_in_force(centre, supervisor, two[0].id, "after all")
    with pytest.raises(Conflict, match="rejected"):
        cargo_models.reject(centre, supervisor, two[0].id, "again")


def test_an_altered_model_is_not_used(
    centre: Centre, supervisor: Actor, two: tuple[ModelCard, ModelCard]
) -> None:
    with centre.db.maintain() as connection:
        connection.execute(cargo_model.update().values(body=b"other"))
    with pytest.raises(NotFound, match="train it again"):
        cargo_models.put_in_force(centre, supervisor, two[0].id, "figures are good")


def test_screening_scores_counts_and_raises_hits(
    any_centre: Centre, analyst: Actor, supervisor: Actor, units: Callable[[Centre], None]
) -> None:
    units(any_centre)
    taught(any_centre, every=20)  # fewer cheat than are looked at: the threshold is below them all
    card = cargo_models.train_model(any_centre, analyst)
    cargo_models.put_in_force(any_centre, supervisor, card.id, "figures are good")
    cheat = consignment(5001, importer=20, per_kg=0.8, at=any_centre.clock())
    raised = hits(tell(any_centre, cheat), Kind.MODEL)
    assert [own.screener for own in raised] == ["cargo@1"]
    with any_centre.db.read() as connection:
        kept = store.scores_of(connection, [cheat.id])[cheat.id]
        row = history.rows(connection, [cheat.id])[cheat.id]
    assert kept.score >= card.threshold
    assert len(kept.inputs) == len(card.features)
    assert row.found is None


# --- files ------------------------------------------------------------------------------------


def table(rows: Sequence[tuple[Consignment, object]], column: str = "found") -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(
        ["reference", "declaration", "office", "lodged_at", "importer_name", "importer_id",
         "hs_code", "item_description", "item_origin", "net_kg", "value", column]
    )  # fmt: skip
    for own, found in rows:
        assert own.declaration is not None
        item, party = own.items[0], own.parties[0]
        writer.writerow(
            [own.reference, own.declaration.reference, own.declaration.office,
             own.declaration.lodged_at.isoformat(), party.name, party.identifier, item.hs_code,
             item.description, item.origin, item.net_kg, item.value, found]
        )  # fmt: skip
    return out.getvalue().encode()


def test_past_declarations_come_from_a_file(centre: Centre, analyst: Actor) -> None:
    told, found = traffic(COUNT)
    data = table([(own, "yes" if hit else "0") for own, hit in zip(told, found, strict=True)])
    assert cargo_files.bring(centre, analyst, data, "past.csv") == COUNT
    assert cargo_files.bring(centre, analyst, data, "past.csv") == COUNT
    assert cargo_models.overview(centre, analyst).outcomes.known == COUNT
    assert b"FIRM" not in b"".join(own.lines for own in _rows(centre))
    card = cargo_models.train_model(centre, analyst)
    assert card.found == sum(found)
    assert card.figures["all"]["p@10"] > 2 * sum(found) / COUNT


def _rows(centre: Centre) -> list[history.Row]:
    with centre.db.read() as connection:
        return history.newest_rows(connection, START.date(), 10_000)


@pytest.mark.parametrize(
    ("data", "error", "said"),
    [
        (b"reference,hs_code\nB1,690721\n", Unreadable, "lacks the column found"),
        (b"\xff\xfe", Unreadable, "not UTF-8"),
        (table([(consignment(1), "perhaps")]), InvalidInput, "line 2: found is yes, no or empty"),
        (b"reference,hs_code,found\nB1,690721,1\n", Unreadable, "only declarations"),
        (b"reference,hs_code,found\nB1,690721\n", Unreadable, "line 2: it has no found"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(
    centre: Centre, analyst: Actor, data: bytes, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        cargo_files.bring(centre, analyst, data, "past.csv")
    assert _rows(centre) == []


# --- drift ------------------------------------------------------------------------------------


def _score_all(centre: Centre, told: Sequence[Consignment]) -> None:
    with centre.db.read() as connection:
        found = cargo_scoring.scores(centre, connection, list(map(subject, told)), centre.clock())
    with centre.db.write(SENDER, Purpose.SCREENING) as tx:
        store.put_scores(tx, list(found.values()))
        tx.audit("test", "consignment", "")


def test_drift_is_told(centre: Centre, supervisor: Actor, two: tuple[ModelCard, ModelCard]) -> None:
    card = cargo_models.put_in_force(centre, supervisor, two[0].id, "figures are good")
    assert cargo_drift.drift(centre, supervisor, card).moved is None
    alike, _ = traffic(300, seed=9)
    again = [consignment_as(own, number) for number, own in enumerate(alike)]
    _score_all(centre, again)
    steady = cargo_drift.drift(centre, supervisor, card)
    assert steady.moved is not None
    odd = [consignment(90_000 + n, importer=5, per_kg=0.5) for n in range(900)]
    _score_all(centre, odd)
    moved = cargo_drift.drift(centre, supervisor, card)
    assert moved.moved is not None
    assert moved.moved > max(0.25, steady.moved)
    assert any("Scores lie otherwise" in str(own) for own in moved.notices)
    assert moved.weeks[-1].moved is not None
    assert moved.weeks[0].moved is None


def consignment_as(own: Consignment, number: int) -> Consignment:
    return replace(own, id=f"{70_000 + number:032x}")


def test_scores_of_long_ago_are_not_looked_at(
    centre: Centre, clock: Any, supervisor: Actor, two: tuple[ModelCard, ModelCard]
) -> None:
    card = cargo_models.put_in_force(centre, supervisor, two[0].id, "figures are good")
    _score_all(centre, [consignment(80_000 + n, importer=5) for n in range(150)])
    clock.now += timedelta(days=40)
    assert cargo_drift.drift(centre, supervisor, card).moved is None
