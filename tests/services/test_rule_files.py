"""Rules as files: what they say, what is refused, and that they come back as they went."""

import contextlib
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.access import Actor, Role
from parakh.domain.unit import Unit
from parakh.domain.voyage import Direction
from parakh.domain.watchlist import Handling
from parakh.errors import InvalidInput, ParakhError, Unreadable
from parakh.services import rule_files, rules
from parakh.services.centre import Centre

UNITS = {"khi": Unit(id="khi", name="Karachi airport")}
FILE = b"""
[[rule]]
name = "Young"
text = '''
traveller.age < 25
'''
reason = "Couriers are young"
handling = "refer"
priority = 2
ports = ["khi"]
units = ["Karachi airport"]
directions = ["entry"]

[[rule]]
name = "Old"
text = "traveller.age > 80"
reason = "Old persons are used"
"""


def test_a_file_in_toml_or_json() -> None:
    young, old = rule_files.read(FILE, UNITS)
    assert (young.handling, young.priority, young.scope.units) == (Handling.REFER, 2, {"khi"})
    assert (young.scope.ports, young.scope.directions) == ({"KHI"}, {Direction.ENTRY})
    assert old.scope.units == frozenset()
    data = {"rule": [{"name": "Old", "text": old.text, "reason": old.reason}]}
    assert rule_files.read(json.dumps(data).encode(), UNITS) == (old,)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"\xff", Unreadable),
        (b"[[rule", Unreadable),
        (b"{", Unreadable),
        (b"{" * 100_000, Unreadable),
        (b'{"a":' * 100_000, Unreadable),
        (b"x" * (rule_files.MOST_BYTES + 1), Unreadable),
        (b"", InvalidInput),
        (b"[rule]\nname = 'x'", InvalidInput),
        (b"[[rule]]\nname = 'x'", InvalidInput),
        (b"[[rule]]\nname='x'\ntext='x'\nreason='x'\nwho='x'", InvalidInput),
        (b"[[rule]]\nname='x'\ntext='x'\nreason='x'\npriority=9", InvalidInput),
    ],
)
def test_what_is_no_file_of_rules(data: bytes, error: type[ParakhError]) -> None:
    with pytest.raises(error):
        rule_files.read(data, UNITS)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(ParakhError):
        rule_files.read(data, UNITS)


def test_rules_are_written_once_and_again_only_when_they_say_something_new(
    centre: Centre, acting: Callable[..., Actor], units: Callable[[Centre], None]
) -> None:
    units(centre)
    writer, data = acting(Role.ANALYST), FILE.replace(b"Karachi airport", b"KHI airport")
    first = rule_files.install(centre, writer, data)
    assert [(own.version.label, own.changed) for own in first] == [
        ("Young@1", True),
        ("Old@1", True),
    ]
    again = rule_files.install(centre, writer, data)
    assert [own.changed for own in again] == [False, False]
    (young, old) = rule_files.install(centre, writer, data.replace(b"> 80", b"> 79"))
    assert (young.changed, old.changed, old.version.text) == (False, True, "traveller.age > 79")
    told = rule_files.dumped(
        [rules.base(centre, writer, own.version.rule_id) for own in again],
        {"khi": Unit(id="khi", name="KHI airport")},
    )
    back = rule_files.install(centre, writer, json.dumps(told).encode())
    assert [own.changed for own in back] == [False, False]
