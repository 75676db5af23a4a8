"""The demonstration loads once, and starting it again loses and repeats nothing."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.conftest import SetClock, hash_cheaply

from parakh.access import system_actor
from parakh.domain.backtest import BacktestState
from parakh.domain.delivery import Awaited
from parakh.domain.hit import Kind as SubjectKind
from parakh.domain.profile import ProfileState
from parakh.domain.rule import RuleState
from parakh.domain.vetting import Wanted
from parakh.domain.voyage import Direction
from parakh.services import (
    accounts,
    backtests,
    cases,
    demonstration,
    demonstration_goods,
    demonstration_posts,
    demonstration_posts_live,
    gate,
    links,
    missing,
    queue,
    stations,
    vetting,
)
from parakh.services.archive import archive_of
from parakh.services.centre import Centre
from parakh.services.demonstration import PEOPLE, Demonstration
from parakh.services.gate_values import CaptureRequest
from parakh.services.links import Asked
from parakh.settings import Settings
from parakh.store.keys import Keys
from parakh.store.tables import (
    alert,
    backtest,
    case_attachment,
    case_file,
    case_note,
    case_task,
    crossing,
    document,
    handover,
    hit,
    lookout,
    message,
    outcome,
    profile,
    profile_fact,
    route,
    rule,
    rule_version,
    shift,
    traveller,
    vetting_view,
    voyage,
    voyage_template,
    watchlist_entry,
)

CASEWORK = {
    backtest: 1,
    case_attachment: 1,
    case_file: 2,
    case_note: 1,
    case_task: 1,
    handover: 1,
    lookout: 2,
    profile: 2,
    route: 1,
    shift: 40,
    vetting_view: 1,
}
TABLES = (
    alert,
    crossing,
    hit,
    message,
    outcome,
    profile_fact,
    rule_version,
    traveller,
    watchlist_entry,
    *CASEWORK,
)


pytestmark = pytest.mark.xdist_group("demonstration")


def counts(centre: Centre) -> dict[str, int]:
    with centre.db.read() as connection:
        return {
            table.name: connection.execute(
                sa.select(sa.func.count()).select_from(table)
            ).scalar_one()
            for table in TABLES
        }


def history_of(centre: Centre) -> list[tuple[date, int]]:
    return [(own.day, own.rows) for own in archive_of(centre).days(date.min, date.max)]


def no_goods(patch: pytest.MonkeyPatch) -> None:
    """Goods and posts have tests of their own (`test_demonstration_goods`,
    `test_demonstration_posts`), and take their time."""
    for name in ("load_past", "load_roster", "load_today"):
        patch.setattr(demonstration_goods, name, lambda *_: None)
    for name in ("load_posts", "load_day"):
        patch.setattr(demonstration_posts, name, lambda *_: None)
    patch.setattr(demonstration_posts_live.Living, "start", lambda _: None)


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    no_goods(monkeypatch)
    return []


@pytest.fixture(scope="module")
def prepared(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, keys: Keys, model_cache: Path
) -> Demonstration:
    """A demonstration at noon, made once; its centre is closed, to be copied."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("demonstration") / "data")
    keys.save(settings.keys_path)
    shutil.copy(sqlite_template, settings.data_dir / "parakh.db")
    centre = Centre.create(settings, SetClock())
    centre.models_path.symlink_to(model_cache)
    with pytest.MonkeyPatch.context() as patch:
        no_goods(patch)
        hash_cheaply(patch)
        made = Demonstration.prepare(centre, 7, lambda _: None)
    centre.close()
    return made


@pytest.fixture
def show(
    prepared: Demonstration,
    quiet: list[str],
    cheap_passwords: None,
    tmp_path: Path,
    clock: SetClock,
) -> Iterator[Demonstration]:
    """The same with a centre of the test's own."""
    folder = tmp_path / "data"
    shutil.copytree(prepared.centre.settings.data_dir, folder, symlinks=True)
    centre = Centre.open(Settings(data_dir=folder), clock)
    yield replace(prepared, centre=centre)
    centre.close()


def test_start_again_changes_nothing_but_the_passwords(
    show: Demonstration, quiet: list[str]
) -> None:
    face_centre, first = show.centre, show
    before, days = counts(face_centre), history_of(face_centre)
    second = Demonstration.prepare(face_centre, 7, quiet.append)
    assert counts(face_centre) == before
    assert history_of(face_centre) == days
    assert first.passwords.keys() == second.passwords.keys() == PEOPLE.keys()
    assert all(first.passwords[name] != second.passwords[name] for name in PEOPLE)


def test_on_the_next_day_nobody_enters_who_never_left(
    show: Demonstration, quiet: list[str], clock: Any
) -> None:

    def unexplained() -> set[str]:
        query = (
            sa.select(hit.c.subject_id)
            .join(rule, hit.c.target_id == rule.c.id)
            .where(rule.c.name.in_(["Entry without exit", "Exit without entry"]))
        )
        with show.centre.db.read() as connection:
            return set(connection.execute(query).scalars())

    before = unexplained()
    clock.advance(days=1)
    Demonstration.prepare(show.centre, 7, quiet.append)
    assert len(unexplained() - before) <= 5, "of those who always fly, not of whole flights"


def test_planted_persons_raise_alerts_and_a_face_is_found(show: Demonstration) -> None:
    with show.centre.db.read() as connection:
        screeners = set(connection.execute(sa.select(hit.c.screener_id)).scalars())
        units = set(connection.execute(sa.select(alert.c.unit_id)).scalars())
        seen = connection.execute(
            sa.select(sa.func.count()).select_from(crossing).where(crossing.c.state == "actual")
        ).scalar_one()
    assert screeners == {"document", "name", "face", "rules", "links"}
    assert units == {"demo-khi", "demo-isb", "demo-region-karachi", "demo-region-islamabad"}
    assert seen > 100
    assert {path.name for path in (show.manifest.watchlist.parent / "pictures").iterdir()} == {
        "portrait.jpg",
        "at-the-gate.jpg",
        "expected.jpg",
    }


def test_every_story_of_the_simulator_raises_its_rule(show: Demonstration) -> None:
    for path in (show.manifest.messages[-1], show.manifest.bookings[-1]):
        demonstration._receive(show.centre, path)
    queue.drain(show.centre)
    told = json.loads(show.manifest.truth.read_text())["stories"]
    with show.centre.db.read() as connection:
        rows = connection.execute(
            sa.select(rule.c.name, document.c.number)
            .join(hit, hit.c.target_id == rule.c.id)
            .join(document, document.c.traveller_id == hit.c.subject_id)
        )
        met = {(row.name, row.number) for row in rows}
        about = sa.select(rule.c.name).where(rule.c.subject == SubjectKind.TRAVELLER.value)
        ready = set(connection.execute(about).scalars())
    assert {(own["rule"], own["document_number"]) for own in told} <= met
    assert ready - {own["rule"] for own in told} == {
        "Split currency declarations",
        "Alone, no luggage, from Dubai",
    }, "they wait for declarations, the last one for its review"
    assert len(met) < 40, "ordinary travellers raise few"


def test_a_staged_traveller_is_found_by_her_face_and_a_station_is_there(
    show: Demonstration, quiet: list[str]
) -> None:
    actor = system_actor("test")
    Demonstration.prepare(show.centre, 7, quiet.append)
    with show.centre.db.read() as connection:
        (staged,) = set(connection.execute(sa.select(voyage_template.c.traveller_id)).scalars())
    live = (show.manifest.watchlist.parent / "pictures" / "expected.jpg").read_bytes()
    answer = gate.capture(
        show.centre,
        actor,
        CaptureRequest(
            frames=(live,), portrait=None, port="KHI", lane="A2", direction=Direction.ENTRY
        ),
    )
    assert answer.identified
    assert answer.identified.traveller_id == staged
    (row,) = stations.every(show.centre, actor)
    assert row.station.heard


def test_each_role_can_sign_in_with_the_printed_password(show: Demonstration) -> None:
    text = show.welcome()
    for name, (role, _, _) in PEOPLE.items():
        assert show.passwords[name] in text
        signed_in = accounts.sign_in(show.centre, name, show.passwords[name])
        assert signed_in.session.user.roles == {role}


def test_the_late_flight_comes_through_the_drop_folder(
    show: Demonstration,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("parakh.services.demonstration.LATE_FLIGHT_SECONDS", 0.0)
    monkeypatch.setattr("parakh.services.demonstration.CROSSING_SECONDS", 0.0)
    before = counts(show.centre)["crossing"]
    show.start()
    show.wait()
    dropped = show.centre.settings.drop_path / Path(show.manifest.messages[-1]).name
    assert dropped.read_bytes() == show.manifest.messages[-1].read_bytes()
    assert queue.drain(show.centre) == set()
    assert counts(show.centre)["crossing"] == before
    with show.centre.db.read() as connection:
        waiting = connection.execute(
            sa.select(sa.func.count())
            .select_from(crossing)
            .join(traveller, traveller.c.id == crossing.c.traveller_id)
            .join(voyage, voyage.c.id == traveller.c.voyage_id)
            .where(crossing.c.state == "expected", voyage.c.number == "214")
        ).scalar_one()
    # One in ten of the first flight never comes to the gate in the simulation.
    assert 5 < waiting < 50
    assert accounts.users(show.centre, system_actor("test"))
    assert show._sides is not None
    show._sides.halt()


def test_the_monitor_misses_what_never_comes(show: Demonstration) -> None:
    rows = missing.monitor(show.centre, system_actor("test")).rows
    silent = [own for own in rows if own.voyage.name == "SV738"]
    assert [own.awaited for own in silent] == [(Awaited.LIST, Awaited.BOOKINGS)]
    assert not [own for own in rows if own.voyage.name in ("PK214", "SV726")]


def test_the_desks_are_at_work_after_a_start_that_was_stopped(
    face_centre: Centre,
    quiet: list[str],
    cheap_passwords: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("parakh.services.profiles.decide", _stop)
        with pytest.raises(KeyboardInterrupt):
            Demonstration.prepare(face_centre, 7, quiet.append)
    show = Demonstration.prepare(face_centre, 7, quiet.append)
    found = counts(face_centre)
    assert {own.name: found[own.name] for own in CASEWORK} == {
        own.name: count for own, count in CASEWORK.items()
    }
    known = {own.name: own for own in accounts.actors(face_centre).values()}
    officer = known["targeting"]

    page = vetting.listing(face_centre, officer, Wanted(hours=3))
    assert show.coming.arrives - face_centre.clock() > timedelta(hours=2, minutes=20)
    assert {own.voyage.name for own in page.lines} == {show.coming.flight}
    close = [
        own for own in page.lines if any(one.screener.startswith("links") for one in own.row.hits)
    ]
    assert {own.row.traveller.documents[0].number for own in close} == set(show.coming.companions)
    web = links.around(face_centre, officer, close[0].line.traveller_id, Asked())
    assert any(own.suspect for own in web.nodes)
    assert {own.row.traveller.documents[0].number for own in page.lines if own.row.hits} == {
        *show.coming.companions,
        *show.coming.listed,
    }
    with face_centre.db.read() as connection:
        states = set(connection.execute(sa.select(profile.c.state)).scalars())
        tried = connection.execute(sa.select(backtest.c.id)).scalar_one()
        waiting = connection.execute(
            sa.select(sa.func.count())
            .select_from(rule_version)
            .where(rule_version.c.state == RuleState.IN_REVIEW.value)
        ).scalar_one()
    assert states == {ProfileState.IN_FORCE.value, ProfileState.PROPOSED.value}
    assert waiting == 1
    own = backtests.get(face_centre, officer, tried)
    assert own.state is BacktestState.DONE
    assert own.findings is not None
    assert own.findings.hits > 0
    assert own.findings.subjects > 1000
    assert own.findings.alerts_a_day.keys() >= {"demo-khi"}
    assert {one.case.state.value for one in cases.list_cases(face_centre, officer).rows} == {
        "closed",
        "in_progress",
    }


def _stop(*args: object, **named: object) -> None:
    raise KeyboardInterrupt
