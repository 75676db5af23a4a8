"""Ends of links in the database: who holds a value, counted no further than is needed."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from parakh.domain.link import HUB, End, LinkKind
from parakh.screen.links import walk
from parakh.store import links
from parakh.store.database import Database
from parakh.store.keys import Keys
from parakh.store.links import ALL, Links, Sight, Tokens
from parakh.store.tables import link_end, person_link, traveller

DAY = date(2026, 11, 22)


@pytest.fixture
def holding(database: Database) -> Database:
    """a, b and c share 1; a and b 2; 40 persons 3, a among them; d and e are one person with 4."""
    crowd = [f"x{place:02d}" for place in range(HUB + 9)]
    with database.maintain() as connection:
        for own in ("a", "b", "c", "d", "e", *crowd):
            connection.execute(
                traveller.insert().values(
                    id=own, role="passenger", family_name=own, given_names="", bags=[]
                )
            )
        held = [("a", 1), ("b", 1), ("c", 1), ("a", 2), ("b", 2), ("a", 3), ("d", 4), ("a", 4)]
        _hold(connection, [*held, *((own, 3) for own in crowd), ("e", 5), ("c", 5)])
    return database


def _hold(connection: Any, held: Sequence[tuple[str, int]]) -> None:
    connection.execute(
        link_end.insert(),
        [
            {
                "traveller_id": own,
                "token": value.to_bytes(16, "big"),
                "kind": "phone" if value != 3 else "agency",
                "holder": own,
                "first_on": DAY - timedelta(days=value),
                "last_on": DAY,
            }
            for own, value in held
        ],
    )


def found(
    database: Database, *holders: str, sight: Sight = ALL, known: int = 0, most: int = 99
) -> tuple[list[tuple[int, int, str]], bool]:
    """Values with how many hold them and who, and whether any was left unread."""
    with database.read() as connection:
        token = [known.to_bytes(16, "big").hex()]
        shared, cut = Links(connection, sight).shared(set(holders), token, most)
    return [(int(own.token, 16), own.holders, "".join(own.persons)) for own in shared], cut


def test_rare_values_come_first_and_hubs_last(holding: Database) -> None:
    assert found(holding, "a") == (
        [(2, 2, "ab"), (4, 2, "ad"), (1, 3, "abc"), (3, HUB + 1, "a")],
        False,
    )


@pytest.mark.parametrize(
    ("given", "values", "cut"),
    [
        ({"known": 2}, [4, 1, 3], False),
        ({"sight": Sight(kinds=frozenset({LinkKind.AGENCY}))}, [3], False),
        ({"sight": Sight(kinds=frozenset({LinkKind.EMAIL}))}, [], False),
        ({"sight": Sight(most_holders=2)}, [2, 4], False),
        ({"sight": Sight(until=DAY - timedelta(days=2))}, [2, 4, 3], False),
        ({"sight": Sight(since=DAY + timedelta(days=1))}, [], False),
        ({"most": 0}, [3], True),
    ],
)
def test_what_is_left_out(
    holding: Database, given: dict[str, Any], values: list[int], cut: bool
) -> None:
    rows, more = found(holding, "a", **given)
    assert ([own for own, _, _ in rows], more) == (values, cut)


def test_a_person_holds_what_his_journeys_hold(holding: Database) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    with holding.maintain() as connection:
        connection.execute(
            person_link.insert(),
            [
                {"traveller_id": own, "person_id": "d", "confidence": 1.0, "reason": [],
                 "by": "", "at": now}
                for own in ("d", "e")
            ],
        )  # fmt: skip
        links.rehold(connection, ["d", "e"])
    assert found(holding, "d") == ([(4, 2, "ad"), (5, 2, "cd")], False)
    with holding.read() as connection:
        assert links.holders_of(connection, ["a", "e"]) == {"a": "a", "e": "d"}
        assert links.members_of(connection, ["d"]) == {"d": "d", "e": "d"}
        web = walk(Links(connection), ["c"], hops=2, most=9)
    assert dict(web.hops) == {"c": 0, "a": 1, "b": 1, "d": 1}
    with holding.maintain() as connection:
        connection.execute(person_link.delete())
        links.rehold(connection, ["d", "e"])
    assert found(holding, "e") == ([(5, 2, "ce")], False)


def test_who_bears_a_value(holding: Database) -> None:
    with holding.read() as connection:
        token = (1).to_bytes(16, "big").hex()
        assert links.bearers_of(connection, token, 2) == ["c", "b"]


def test_a_token_is_of_one_kind_one_value_and_one_centre() -> None:
    phone = End(kind=LinkKind.PHONE, value="1", told="1")
    mail = End(kind=LinkKind.EMAIL, value="1", told="1")
    keys = Keys.generate()
    tokens = Tokens(keys, "PAK")
    assert len(tokens.of(phone)) == 16
    assert tokens.of(phone) == Tokens(keys.rotated(), "PAK").of(phone)
    assert tokens.of(phone) != tokens.of(mail)
    assert tokens.of(phone) != Tokens(Keys.generate(), "PAK").of(phone)
