from datetime import timedelta

import pytest
import sqlalchemy as sa

from parakh.access import Permission, Role
from parakh.domain.unit import Unit
from parakh.errors import NotFound
from parakh.store import people
from parakh.store.database import Database
from parakh.store.people import ApiKey, StoredSession, User, token_hash

USER = User(
    id="u",
    name="officer",
    display_name="Officer “O”",
    roles=frozenset({Role.GATE, Role.TARGETING}),
    units=frozenset({"khi"}),
)


def test_units_come_back_and_are_updated(database: Database) -> None:
    ntc = Unit(id="n", name="National centre", central=True)
    khi = Unit(id="k", name="Karachi", ports=frozenset({"KHI", "PKBQM"}))
    with database.maintain() as connection:
        people.save_unit(connection, ntc)
        people.save_unit(connection, Unit(id="k", name="Old"))
        people.save_unit(connection, khi)
        assert list(people.units(connection).values()) == [khi, ntc]


def test_a_user_comes_back_with_credentials(database: Database) -> None:
    now = database.clock()
    with database.maintain() as connection:
        people.add_user(connection, USER, "hash", now)
        assert people.get_user(connection, "u") == USER
        assert people.users(connection) == [USER]
        people.set_failures(connection, "u", 3, now)
        known = people.credentials(connection, "officer")
        assert known is not None
        assert (known.user, known.password_hash) == (USER, "hash")
        assert (known.failures, known.locked_until) == (3, now)
        people.set_password(connection, "u", "other")
        known = people.credentials(connection, "officer")
        assert known is not None
        assert (known.password_hash, known.failures, known.locked_until) == ("other", 0, None)
        assert people.credentials(connection, "nobody") is None
        with pytest.raises(NotFound):
            people.get_user(connection, "nobody")


def test_a_name_is_given_once(database: Database) -> None:
    with database.maintain() as connection:
        people.add_user(connection, USER, "hash", database.clock())
    other = User(id="v", name="officer", display_name="", roles=USER.roles, units=frozenset())
    with pytest.raises(sa.exc.IntegrityError), database.maintain() as connection:
        people.add_user(connection, other, "hash", database.clock())


def test_sessions_are_kept_by_hash_and_end(database: Database) -> None:
    now, hour = database.clock(), timedelta(hours=1)
    rows = {
        token: StoredSession(
            token_hash=token_hash(token),
            user_id="u",
            csrf=token,
            created_at=now - age,
            seen_at=now - idle,
        )
        for token, age, idle in (
            ("young", hour, timedelta()),
            ("old", 13 * hour, timedelta()),
            ("idle", 2 * hour, 2 * hour),
        )
    }

    def living(connection: sa.Connection) -> set[str]:
        return {t for t in rows if people.get_session(connection, token_hash(t)) == rows[t]}

    with database.maintain() as connection:
        people.add_user(connection, USER, "hash", now)
        for own in rows.values():
            people.add_session(connection, own)
        assert living(connection) == {"young", "old", "idle"}
        assert people.get_session(connection, "young") is None, "a token is not its hash"
        assert people.expire_sessions(connection, now - 12 * hour, now - hour) == 2
        assert living(connection) == {"young"}
        people.touch_session(connection, token_hash("young"), now + hour)
        touched = people.get_session(connection, token_hash("young"))
        assert touched is not None
        assert touched.seen_at == now + hour
        people.end_sessions(connection, digest=token_hash("another"))
        assert people.get_session(connection, token_hash("young")) is not None
        people.end_sessions(connection, user_id="u")
        assert people.get_session(connection, token_hash("young")) is None


def test_api_keys_are_kept_by_hash_and_revoked_once(database: Database) -> None:
    now = database.clock()
    key = ApiKey(
        id="k",
        name="carrier",
        permissions=frozenset({Permission.SEND_MESSAGES, Permission.SEE_MESSAGES}),
        units=frozenset({"khi"}),
        created_at=now,
    )
    with database.maintain() as connection:
        people.add_api_key(connection, key, token_hash("secret"))
        assert people.api_key_by_hash(connection, token_hash("secret")) == key
        assert people.api_key_by_hash(connection, "secret") is None
        assert people.revoke_api_key(connection, "carrier", now)
        assert not people.revoke_api_key(connection, "carrier", now)
        revoked = people.api_key_by_hash(connection, token_hash("secret"))
        assert revoked is not None
        assert revoked.revoked_at == now
