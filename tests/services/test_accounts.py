from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from parakh.access import GRANTS, Permission, Purpose, Role, system_actor
from parakh.domain.unit import Unit
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound, SignInFailed
from parakh.services import accounts, api_keys, passwords, sessions
from parakh.services.centre import Centre
from parakh.store.people import User
from parakh.store.tables import audit, session, user

MAKER = system_actor("test")
PASSWORD = "correct horse battery"
OTHER = "another long password"

pytestmark = pytest.mark.usefixtures("cheap_passwords")


@pytest.fixture
def officer(centre: Centre, units: object) -> User:
    assert callable(units)
    units(centre)
    return add(centre, "officer", Role.GATE)


def add(centre: Centre, name: str, /, *roles: Role, **changes: object) -> User:
    values: dict[str, object] = {
        "name": name,
        "display_name": "",
        "roles": frozenset(roles),
        "units": frozenset({"khi"}),
        "password": PASSWORD,
    }
    return accounts.add_user(centre, MAKER, **(values | changes))  # type: ignore[arg-type]


@contextmanager
def refused() -> Iterator[None]:
    """Every cause has the same text, so that nobody learns which names exist."""
    with pytest.raises(SignInFailed) as caught:
        yield
    assert str(caught.value) == accounts._FAILED


def test_signing_in_makes_a_session_of_the_user(centre: Centre, officer: User) -> None:
    signed = accounts.sign_in(centre, "  OFFICER ", PASSWORD)
    found = sessions.find(centre, signed.token)
    assert found == signed.session
    actor = signed.session.actor
    assert (actor.id, actor.name, actor.human) == (officer.id, "officer", True)
    assert actor.permissions == GRANTS[Role.GATE]
    assert (actor.units, actor.ports, actor.central) == ({"khi"}, {"KHI"}, False)
    with centre.db.read() as connection:
        stored = str(connection.execute(sa.select(session)).all())
        hashed = str(connection.execute(sa.select(user.c.password_hash)).scalar_one())
    assert signed.token not in stored
    assert PASSWORD not in hashed
    assert hashed.startswith("$argon2id$")


@pytest.mark.usefixtures("officer")
@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("officer", OTHER),
        ("officer", ""),
        ("officer", PASSWORD + " "),
        ("nobody", PASSWORD),
        ("", ""),
        (PASSWORD, "officer"),
    ],
)
def test_wrong_names_and_passwords_are_refused_alike(
    centre: Centre, name: str, password: str
) -> None:
    with refused():
        accounts.sign_in(centre, name, password)
    with centre.db.read() as connection:
        trail = str(connection.execute(sa.select(audit)).all())
    assert "sign_in.failed" in trail
    assert PASSWORD not in trail, "people type passwords into the name field"


@pytest.mark.usefixtures("officer")
def test_an_unknown_name_costs_a_hash_too(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    matches = passwords.matches
    monkeypatch.setattr(passwords, "matches", lambda *own: compared.append(own[0]) or matches(*own))
    for name in ("officer", "nobody"):
        with refused():
            accounts.sign_in(centre, name, OTHER)
    assert len(compared) == 2
    assert all(hashed.startswith("$argon2id$") for hashed in compared)


@pytest.mark.usefixtures("officer")
def test_failures_lock_for_a_while(centre: Centre, clock: object) -> None:
    limit, minutes = centre.settings.lockout_failures, centre.settings.lockout_minutes
    for _ in range(limit):
        with refused():
            accounts.sign_in(centre, "officer", OTHER)
    with refused():
        accounts.sign_in(centre, "officer", PASSWORD)
    clock.advance(minutes=minutes, seconds=-1)  # type: ignore[attr-defined]
    with refused():
        accounts.sign_in(centre, "officer", PASSWORD)
    clock.advance(seconds=1)  # type: ignore[attr-defined]
    assert accounts.sign_in(centre, "officer", PASSWORD)


@pytest.mark.usefixtures("officer")
def test_success_forgets_earlier_failures(centre: Centre) -> None:
    for _ in range(3):
        for _ in range(centre.settings.lockout_failures - 1):
            with refused():
                accounts.sign_in(centre, "officer", OTHER)
        assert accounts.sign_in(centre, "officer", PASSWORD)


@pytest.mark.usefixtures("officer")
def test_a_new_password_from_an_administrator_opens_a_locked_account(centre: Centre) -> None:
    old = accounts.sign_in(centre, "officer", PASSWORD)
    for _ in range(centre.settings.lockout_failures):
        with refused():
            accounts.sign_in(centre, "officer", OTHER)
    accounts.reset_password(centre, MAKER, "officer", OTHER)
    assert accounts.sign_in(centre, "officer", OTHER)
    assert sessions.find(centre, old.token) is None
    with pytest.raises(NotFound):
        accounts.reset_password(centre, MAKER, "nobody", OTHER)


@pytest.mark.usefixtures("officer")
def test_sessions_end(centre: Centre, clock: object) -> None:
    advance = clock.advance  # type: ignore[attr-defined]
    settings = centre.settings
    idle = accounts.sign_in(centre, "officer", PASSWORD).token
    advance(minutes=settings.session_idle_minutes - 1)
    assert sessions.find(centre, idle), "this request counts as use"
    advance(minutes=settings.session_idle_minutes - 1)
    assert sessions.find(centre, idle)
    advance(minutes=settings.session_idle_minutes)
    assert sessions.find(centre, idle) is None

    left = accounts.sign_in(centre, "officer", PASSWORD).token
    for _ in range(settings.session_idle_minutes - 1):
        advance(minutes=1)
        assert sessions.find(centre, left, touch=False)
    advance(minutes=1)
    assert sessions.find(centre, left, touch=False) is None, "what a page does is no use"

    busy = accounts.sign_in(centre, "officer", PASSWORD).token
    for _ in range(settings.session_hours * 60 // 20 - 1):
        advance(minutes=20)
        assert sessions.find(centre, busy)
    advance(minutes=20)
    assert sessions.find(centre, busy) is None, "used or not, it ends after its hours"


@pytest.mark.usefixtures("officer")
def test_signing_out_ends_one_session(centre: Centre) -> None:
    one, other = (accounts.sign_in(centre, "officer", PASSWORD) for _ in range(2))
    assert one.token != other.token
    sessions.sign_out(centre, one.session.actor, one.token)
    assert sessions.find(centre, one.token) is None
    assert sessions.find(centre, other.token)
    assert sessions.find(centre, "") is None


@pytest.mark.usefixtures("officer")
def test_a_changed_password_ends_all_sessions_and_starts_a_new_one(centre: Centre) -> None:
    one, other = (accounts.sign_in(centre, "officer", PASSWORD) for _ in range(2))
    actor = one.session.actor
    with pytest.raises(SignInFailed):
        accounts.change_password(centre, actor, OTHER, OTHER)
    with pytest.raises(InvalidInput, match="at least 12"):
        accounts.change_password(centre, actor, PASSWORD, "short")
    assert sessions.find(centre, other.token)
    fresh = accounts.change_password(centre, actor, PASSWORD, OTHER)
    assert fresh.session.csrf not in (one.session.csrf, other.session.csrf)
    assert sessions.find(centre, fresh.token)
    for old in (one, other):
        assert sessions.find(centre, old.token) is None
    with refused():
        accounts.sign_in(centre, "officer", PASSWORD)


@pytest.mark.usefixtures("officer")
def test_a_session_gives_no_endless_guesses_at_the_password(centre: Centre) -> None:
    actor = accounts.sign_in(centre, "officer", PASSWORD).session.actor
    for _ in range(centre.settings.lockout_failures):
        with pytest.raises(SignInFailed):
            accounts.change_password(centre, actor, OTHER, OTHER)
    with pytest.raises(SignInFailed):
        accounts.change_password(centre, actor, PASSWORD, OTHER)


@pytest.mark.usefixtures("officer")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": "Officer"}, Conflict),
        ({"name": ""}, InvalidInput),
        ({"name": "two words"}, InvalidInput),
        ({"name": "x" * 81}, InvalidInput),
        ({"name": "<b>"}, InvalidInput),
        ({"roles": frozenset()}, InvalidInput),
        ({"units": frozenset({"nowhere"})}, InvalidInput),
        ({"password": "elevenchars"}, InvalidInput),
        ({"password": "passwordpassword1"}, InvalidInput),
        ({"password": "Sana.Khan.1990", "display_name": "Sana Khan"}, InvalidInput),
    ],
)
def test_users_that_cannot_be_added(
    centre: Centre, changes: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        add(centre, "new", Role.GATE, **changes)
    assert [own.name for own in accounts.users(centre, MAKER)] == ["officer"]


def test_several_roles_and_units_add_up(centre: Centre, officer: User) -> None:
    both = frozenset({"khi", "lhe"})
    add(centre, "two", Role.GATE, Role.AUDITOR, units=both)
    actor = accounts.sign_in(centre, "two", PASSWORD).session.actor
    assert actor.permissions == GRANTS[Role.GATE] | GRANTS[Role.AUDITOR]
    assert actor.ports == {"KHI", "LHE"}
    add(centre, "central", Role.TARGETING, units=frozenset({"ntc"}))
    assert accounts.sign_in(centre, "central", PASSWORD).session.actor.everywhere
    assert officer.name == "officer"


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.INTEGRATOR])
def test_without_a_unit_an_officer_opens_his_account_and_nothing_else(
    centre: Centre, officer: User, role: Role
) -> None:
    add(centre, "new", role, units=frozenset())
    actor = accounts.sign_in(centre, "new", PASSWORD).session.actor
    assert not actor.everywhere
    assert not any(actor.may(own) for own in Permission)
    with pytest.raises(Forbidden), centre.db.write(actor, Purpose.VETTING):
        pass
    accounts.change_password(centre, actor, PASSWORD, OTHER)
    accounts.change_user(centre, MAKER, "new", units=frozenset({"khi"}))
    actor = accounts.sign_in(centre, "new", OTHER).session.actor
    assert all(actor.may(own) for own in GRANTS[role])


def test_units_have_names_of_their_own(any_centre: Centre, units: object) -> None:
    assert callable(units)
    units(any_centre)
    accounts.add_unit(any_centre, MAKER, Unit(id="khi", name="Karachi", ports=frozenset({"KHI"})))
    assert accounts.units(any_centre)["khi"].name == "Karachi"
    with pytest.raises(Conflict, match="already"):
        accounts.add_unit(any_centre, MAKER, Unit(id="other", name="Karachi"))


def test_an_api_key_acts_for_a_system_until_it_is_revoked(
    any_centre: Centre, units: object
) -> None:
    assert callable(units)
    units(any_centre)
    may = frozenset({Permission.SEND_MESSAGES})
    secret = api_keys.add(
        any_centre, MAKER, name="carrier", permissions=may, units=frozenset({"khi"})
    )
    actor = api_keys.bearer(any_centre, secret)
    assert actor is not None
    assert (actor.name, actor.human, actor.permissions) == ("key:carrier", False, may)
    assert actor.ports == {"KHI"}
    for wrong in ("", "carrier", secret[:-1], secret.upper()):
        assert api_keys.bearer(any_centre, wrong) is None
    for name, error in (("carrier", Conflict), ("", InvalidInput), ("n" * 81, InvalidInput)):
        with pytest.raises(error):
            api_keys.add(any_centre, MAKER, name=name, permissions=may)
    with any_centre.db.read() as connection:
        assert secret not in str(connection.execute(sa.select(audit)).all())
    assert api_keys.revoke(any_centre, MAKER, "carrier")
    assert not api_keys.revoke(any_centre, MAKER, "carrier")
    assert api_keys.bearer(any_centre, secret) is None


@pytest.mark.parametrize("role", [own for own in Role if own is not Role.INTEGRATOR])
def test_only_integrators_manage_users(centre: Centre, acting: object, role: Role) -> None:
    assert callable(acting)
    actor = acting(role)
    for act in (
        lambda: accounts.users(centre, actor),
        lambda: accounts.add_unit(centre, actor, Unit(id="x", name="x")),
        lambda: api_keys.add(centre, actor, name="x", permissions=frozenset()),
        lambda: api_keys.revoke(centre, actor, "x"),
        lambda: accounts.reset_password(centre, actor, "x", PASSWORD),
    ):
        with pytest.raises(Forbidden):
            act()
