"""Three weeks of a port and one day: every story is where an officer would look for it."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.conftest import SetClock, hash_cheaply

from parakh.access import system_actor
from parakh.domain.goods_list import GoodsWanted
from parakh.domain.hit import Kind
from parakh.domain.selectivity import Basis, Lane
from parakh.services import (
    accounts,
    cargo_models,
    consignments,
    demonstration_agencies,
    demonstration_goods,
    goods_list,
    queue,
    ready_rules,
    rule_files,
    rule_review,
    selectivity_figures,
    trail,
)
from parakh.services.centre import Centre
from parakh.services.demonstration import PEOPLE, UNITS
from parakh.settings import Settings
from parakh.simulate.goods import TodayFiles
from parakh.store.keys import Keys
from parakh.store.tables import consignment, conveyance, exam_order, hit, movement, outcome

ME = system_actor("test")
PASSWORD = "correct horse battery staple"


pytestmark = pytest.mark.xdist_group("demonstration")


@pytest.fixture(scope="module")
def prepared(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, keys: Keys
) -> tuple[Path, TodayFiles]:
    """The data folder of a centre of which six days were lived through, and today's files."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("port") / "data")
    keys.save(settings.keys_path)
    shutil.copy(sqlite_template, settings.data_dir / "parakh.db")
    centre = Centre.create(settings, SetClock())
    with pytest.MonkeyPatch.context() as patch:
        hash_cheaply(patch)
        patch.setattr(demonstration_goods, "DAYS", 6)
        # Draws differ from run to run; with so many, some are examined in six days for certain.
        often = replace(demonstration_goods._POLICY, random_share=0.3)
        patch.setattr(demonstration_goods, "_POLICY", often)
        files = live_through(centre)
    centre.close()
    return settings.data_dir, files


@pytest.fixture
def lived(prepared: tuple[Path, TodayFiles]) -> TodayFiles:
    return prepared[1]


@pytest.fixture
def centre(prepared: tuple[Path, TodayFiles], tmp_path: Path, clock: SetClock) -> Iterator[Centre]:
    """A copy of the test's own."""
    shutil.copytree(prepared[0], tmp_path / "data", symlinks=True)
    made = Centre.open(Settings(data_dir=tmp_path / "data"), clock)
    yield made
    made.close()


def live_through(centre: Centre) -> TodayFiles:
    for unit in UNITS:
        accounts.add_unit(centre, ME, unit)
    demonstration_agencies.load_agencies(centre)
    for name, (role, unit_id, title) in PEOPLE.items():
        accounts.add_user(
            centre,
            ME,
            name=name,
            display_name=title,
            roles=frozenset({role}),
            units=frozenset({unit_id}),
            password=PASSWORD,
        )
    passwords = dict.fromkeys(PEOPLE, PASSWORD)
    demonstration_goods.load_past(centre, 7, passwords)
    demonstration_goods.load_roster(centre, passwords)
    writer, reviewer = (
        accounts.identify(centre, name, PASSWORD) for name in ("targeting", "supervisor")
    )
    for own in rule_files.install(centre, writer, ready_rules.document()):
        rule_review.submit(centre, writer, own.version.id)
        rule_review.approve(
            centre, reviewer, own.version.id, "For the test", over_budget="There is no history yet"
        )
    return demonstration_goods.load_today(centre, 7, [])


def test_every_story_is_told_by_a_page(centre: Centre, lived: TodayFiles) -> None:
    told = lived.told
    with centre.db.read() as connection:
        ids = {
            row.declaration_reference: row.id
            for row in connection.execute(sa.select(consignment))
            if row.declaration_reference
        }
    for reference in told["undervaluer"]["declarations"]:
        view = consignments.consignment(centre, ME, ids[reference])
        assert view.score is not None
        assert view.score.score > 5 * view.score.base
        assert any("under the median" in str(one.sentence) for one in view.score.contributions)
        assert view.lane is not None
        assert view.lane.lane in (Lane.RED, Lane.YELLOW)
    rip_on = consignments.consignment(centre, ME, ids[told["rip_on"]["declaration"]])
    assert any(own.hit.target.kind is Kind.RULE for own in rip_on.hits)
    assert rip_on.containers[0].movements[0].seal != "CN771020"
    new = consignments.consignment(centre, ME, ids[told["new_importer"]["declaration"]])
    assert new.parties[0].consignments == 1
    with centre.db.read() as connection:
        units = {
            row.identifier: row.subject_id
            for row in connection.execute(
                sa.select(conveyance.c.identifier, hit.c.subject_id)
                .join(hit, hit.c.subject_id == conveyance.c.id)
                .where(hit.c.subject_kind == Kind.CONVEYANCE.value)
            )
        }
    for plate in (told["truck_never_crossed"], told["heavy_truck"]):
        assert "".join(filter(str.isalnum, plate)) in units


def test_the_weeks_before_have_lanes_reports_and_a_model(centre: Centre, lived: TodayFiles) -> None:
    assert cargo_models.overview(centre, ME).in_force is not None
    with centre.db.read() as connection:
        kinds = set(connection.execute(sa.select(outcome.c.kind)).scalars())
        assert connection.execute(sa.select(sa.func.count(exam_order.c.reported_at))).scalar_one()
    assert "nothing_found" in kinds
    shown = selectivity_figures.figures(centre, ME)
    assert shown is not None
    page = goods_list.listing(centre, ME, GoodsWanted())
    assert {own.basis for own in page.lines} & {Basis.MODEL, Basis.RANDOM, Basis.RULE}
    assert trail.verify(centre, ME).findings == ()


def test_today_is_told_once(centre: Centre, lived: TodayFiles) -> None:
    def counted() -> list[int]:
        with centre.db.read() as connection:
            return [
                connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
                for table in (consignment, movement, hit, exam_order)
            ]

    before = counted()
    demonstration_goods.load_today(centre, 7, [])
    queue.drain(centre)
    assert counted() == before
