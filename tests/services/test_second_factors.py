"""Sessions, codes of an app, and what takes a second factor away."""

from datetime import timedelta
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa
from tests.services.signing_kit import HERE, PASSWORD, enrolled, joined, trail, with_settings

from parakh.access import Role
from parakh.domain.sign_in import Method, Stage
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound, SignInFailed
from parakh.services import (
    accounts,
    factor_resets,
    keys,
    second_factor,
    sessions,
    totp,
)
from parakh.services.centre import Centre
from parakh.services.sessions import Came, came_from
from parakh.store.tables import recovery_code
from parakh.store.tables import totp as totp_table

pytestmark = pytest.mark.usefixtures("cheap_passwords")


@pytest.mark.parametrize(
    ("agent", "address", "came"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
         "203.0.113.77", Came(browser="Firefox · Linux", address="203.0.*.*")),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140 Safari/537.36 Edg/140",
         "2001:db8:1:2::7", Came(browser="Edge · Windows", address="2001:0db8:0001::*")),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140 Mobile Safari/537.36",
         "::1", Came(browser="Chrome · Android", address="0000:0000:0000::*")),
        ("curl/8", "testclient", Came()),
        ("", "", Came()),
    ],
)  # fmt: skip
def test_of_a_browser_no_more_is_kept_than_tells_it_again(
    agent: str, address: str, came: Came
) -> None:
    assert came_from(agent, address) == came


def test_a_person_sees_and_ends_his_own_sessions(any_centre: Centre, clock: Any) -> None:
    actor, other = joined(any_centre), joined(any_centre, "ali")
    first, second, third = (accounts.sign_in(any_centre, "sana", PASSWORD, HERE) for _ in range(3))
    theirs = accounts.sign_in(any_centre, "ali", PASSWORD)
    own = sessions.own_sessions(any_centre, actor, first.session.id)
    assert {row.id for row in own} == {one.session.id for one in (first, second, third)}
    assert [row.own for row in own].count(True) == 1
    assert (own[0].browser, own[0].address) == (HERE.browser, HERE.address)
    with pytest.raises(NotFound):
        sessions.end_own(any_centre, actor, theirs.session.id)
    sessions.end_own(any_centre, actor, second.session.id)
    assert sessions.find(any_centre, second.token) is None
    assert sessions.end_others(any_centre, actor, first.session.id) == 1
    assert sessions.find(any_centre, third.token) is None
    assert sessions.find(any_centre, first.token)
    assert sessions.find(any_centre, theirs.token)
    clock.advance(minutes=any_centre.settings.session_idle_minutes)
    assert sessions.own_sessions(any_centre, other) == []


def test_a_supervisor_ends_anothers_sessions_with_a_reason(centre: Centre) -> None:
    officer, head = joined(centre), joined(centre, "head", Role.SUPERVISOR)
    theirs = accounts.sign_in(centre, "sana", PASSWORD)
    with pytest.raises(Forbidden):
        sessions.end_all_of(centre, officer, "head", "a joke")
    for name, reason, error in (
        ("head", "my own", Forbidden),
        ("sana", " ", InvalidInput),
        ("nobody", "gone", NotFound),
    ):
        with pytest.raises(error):
            sessions.end_all_of(centre, head, name, reason)
    row = next(own for own in sessions.people_signed_in(centre, head) if own.user.name == "sana")
    assert len(row.sessions) == 1
    assert sessions.end_all_of(centre, head, "sana", "left the desk open") == 1
    assert sessions.find(centre, theirs.token) is None
    assert "left the desk open" in trail(centre)


# --- codes ------------------------------------------------------------------------------------


def test_a_code_completes_the_sign_in(any_centre: Centre, clock: Any) -> None:
    centre, actor = any_centre, joined(any_centre)
    app, _ = enrolled(centre, actor)
    clock.advance(minutes=1)
    waiting = accounts.sign_in(centre, "sana", PASSWORD, HERE)
    assert waiting.session.stage is Stage.SECOND
    assert sessions.find(centre, waiting.token) is None, "the password alone opens nothing"
    code = app.at(clock())
    done = totp.finish_sign_in(centre, waiting.token, f"{code[:3]} {code[3:]}")
    assert (done.session.stage, done.session.method) == (Stage.FULL, Method.CODE)
    assert done.token != waiting.token
    assert sessions.find(centre, done.token)
    assert sessions.own_sessions(centre, actor)[0].browser == HERE.browser
    again = accounts.sign_in(centre, "sana", PASSWORD)
    with pytest.raises(SignInFailed):
        totp.finish_sign_in(centre, again.token, code)
    with pytest.raises(SignInFailed):
        totp.finish_sign_in(centre, waiting.token, app.at(clock() + timedelta(seconds=30)))
    with centre.db.read() as connection:
        stored = str(connection.execute(sa.select(totp_table)).all())
    assert app.secret not in stored


@pytest.mark.parametrize(
    ("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_clocks_may_differ_by_one_step(centre: Centre, clock: Any, steps: int, taken: bool) -> None:
    app, _ = enrolled(centre, joined(centre))
    clock.advance(minutes=5)
    waiting = accounts.sign_in(centre, "sana", PASSWORD)
    code = app.at(clock() + timedelta(seconds=30 * steps))
    if taken:
        assert totp.finish_sign_in(centre, waiting.token, code)
        return
    with pytest.raises(SignInFailed):
        totp.finish_sign_in(centre, waiting.token, code)


def test_a_recovery_code_opens_once(any_centre: Centre) -> None:
    centre = any_centre
    _, codes = enrolled(centre, joined(centre))
    assert len(set(codes)) == totp.RECOVERY_CODES
    for code, opens in ((codes[0].upper(), True), (codes[0], False), (codes[1], True)):
        waiting = accounts.sign_in(centre, "sana", PASSWORD)
        if not opens:
            with pytest.raises(SignInFailed):
                totp.finish_sign_in(centre, waiting.token, code)
            continue
        done = totp.finish_sign_in(centre, waiting.token, code)
        assert done.session.method is Method.RECOVERY
    with centre.db.read() as connection:
        kept = str(connection.execute(sa.select(recovery_code)).all())
    assert codes[2].replace("-", "") not in kept


def test_wrong_codes_lock_the_account_and_a_right_password_does_not_forgive_them(
    centre: Centre, clock: Any
) -> None:
    app, _ = enrolled(centre, joined(centre))
    clock.advance(minutes=1)
    for _ in range(centre.settings.lockout_failures):
        waiting = accounts.sign_in(centre, "sana", PASSWORD)
        with pytest.raises(SignInFailed):
            totp.finish_sign_in(centre, waiting.token, "000000")
    with pytest.raises(SignInFailed):
        totp.finish_sign_in(centre, waiting.token, app.at(clock()))
    with pytest.raises(SignInFailed):
        accounts.sign_in(centre, "sana", PASSWORD)
    clock.advance(minutes=centre.settings.lockout_minutes)
    waiting = accounts.sign_in(centre, "sana", PASSWORD)
    assert totp.finish_sign_in(centre, waiting.token, app.at(clock()))


def test_a_sign_in_does_not_wait_for_ever(centre: Centre, clock: Any) -> None:
    app, _ = enrolled(centre, joined(centre))
    waiting = accounts.sign_in(centre, "sana", PASSWORD)
    clock.advance(minutes=10)
    assert sessions.unfinished(centre, waiting.token) is None
    with pytest.raises(SignInFailed):
        totp.finish_sign_in(centre, waiting.token, app.at(clock()))


def test_a_second_person_shows_his_second_factor_too(centre: Centre, clock: Any) -> None:
    actor = joined(centre)
    assert keys.second_person(centre, "sana", PASSWORD).id == actor.id
    app, _ = enrolled(centre, actor)
    clock.advance(minutes=1)
    with pytest.raises(InvalidInput, match="code"):
        keys.second_person(centre, "sana", PASSWORD)
    assert keys.second_person(centre, "sana", PASSWORD, app.at(clock())).id == actor.id


def test_a_role_may_need_a_second_factor(centre: Centre, clock: Any) -> None:
    with_settings(centre, second_factor_roles="gate, supervisor")
    officer, head = joined(centre), joined(centre, "head", Role.SUPERVISOR)
    assert accounts.sign_in(centre, "sana", PASSWORD).session.stage is Stage.FULL
    waiting = accounts.sign_in(centre, "head", PASSWORD)
    assert waiting.session.stage is Stage.ENROL
    assert sessions.find(centre, waiting.token) is None
    with pytest.raises(Conflict):
        second_factor.enrolled(centre, head, waiting.token, Method.CODE)
    offer = totp.offer(centre, head)
    assert totp.offer(centre, head) == offer, "the picture stays while it is looked at"
    with pytest.raises(InvalidInput):
        totp.confirm(centre, head, "000000")
    app = pyotp.TOTP(offer.key.replace(" ", ""))
    totp.confirm(centre, head, app.at(clock()))
    with pytest.raises(Conflict):
        totp.begin(centre, head)
    assert second_factor.enrolled(centre, head, waiting.token, Method.CODE)
    clock.advance(minutes=1)
    with pytest.raises(Conflict, match="role"):
        totp.remove(centre, head, app.at(clock()))
    clock.advance(minutes=1)
    assert len(totp.renew_recovery_codes(centre, head, app.at(clock()))) == totp.RECOVERY_CODES
    assert second_factor.own(centre, head).code, "what failed changed nothing"
    app, _ = enrolled(centre, officer)
    clock.advance(minutes=1)
    totp.remove(centre, officer, app.at(clock()))
    assert not second_factor.own(centre, officer).code


def test_two_persons_take_a_second_factor_away(any_centre: Centre, clock: Any) -> None:
    centre = any_centre
    officer = joined(centre)
    keeper = joined(centre, "keeper", Role.INTEGRATOR)
    head = joined(centre, "head", Role.SUPERVISOR)
    with pytest.raises(Conflict, match="no second factor"):
        factor_resets.ask(centre, keeper, "sana", "lost his phone")
    app, _ = enrolled(centre, officer)
    clock.advance(minutes=1)
    waiting = accounts.sign_in(centre, "sana", PASSWORD)
    living = totp.finish_sign_in(centre, waiting.token, app.at(clock()))
    with pytest.raises(Forbidden):
        factor_resets.ask(centre, head, "sana", "lost his phone")
    asked = factor_resets.ask(centre, keeper, "sana", "lost his phone")
    for actor, error in ((keeper, Forbidden), (officer, Forbidden)):
        with pytest.raises(error):
            factor_resets.decide(centre, actor, asked.id, approve=True, reason="yes")
    assert sessions.find(centre, living.token)
    factor_resets.decide(centre, head, asked.id, approve=True, reason="he called me")
    assert sessions.find(centre, living.token) is None
    assert accounts.sign_in(centre, "sana", PASSWORD).session.stage is Stage.FULL
    with pytest.raises(Conflict, match="already"):
        factor_resets.decide(centre, head, asked.id, approve=False, reason="no")
