import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parakh.ingest import schema
from parakh.ingest.crossings import SCHEMA, is_json, read
from parakh.ingest.json_list import MOST_PROBLEMS
from parakh.ingest.reader import read as read_transmission
from parakh.ingest.submission import Submission

SAMPLE = Path(__file__).with_name("crossings.json").read_bytes()
DELETE = object()


def changed(path: tuple[str | int, ...], value: object) -> bytes:
    """The sample with one value changed or deleted."""
    document = json.loads(SAMPLE)
    *way, last = path
    inner: Any = document
    for step in way:
        inner = inner[step]
    if value is DELETE:
        del inner[last]
    else:
        inner[last] = value
    return json.dumps(document).encode()


def told(submission: Submission) -> list[str]:
    return [f"{own.line}:{own.column} {own.cause}" for own in submission.problems]


def test_reads_every_value() -> None:
    (submission,) = read_transmission(SAMPLE)
    assert not submission.fatal
    assert not submission.problems
    assert not submission.unmapped
    assert (submission.message_type, submission.version) == ("CROSSINGS", "1")
    assert submission.reporter == "IBMS-KHI"
    assert (submission.start, submission.end) == (0, len(SAMPLE))
    first, second, third = submission.crossings
    assert (first.line, first.column) == (5, 5)
    assert (first.source, first.reference, first.action) == (
        "IBMS-KHI",
        "2026-000117",
        "recorded",
    )
    assert (first.at, first.port, first.lane) == ("2026-11-01T10:02:07+05:00", "KHI", "A3")
    assert (first.carrier, first.number, first.date) == ("PK", "214", "2026-11-01")
    traveller = first.traveller
    assert traveller is not None
    assert (traveller.family_name, traveller.given_names) == ("MARWAT", "GULAB")
    assert (traveller.birth_date, traveller.sex, traveller.nationality) == (
        "1980-05-13",
        "M",
        "PAK",
    )
    assert (traveller.father_name, traveller.birth_place) == ("SHER MARWAT", "Bannu")
    assert [(own.type, own.number, own.issuer, own.expiry) for own in traveller.documents] == [
        ("P", "AB1234567", "PAK", "2031-05"),
        ("V", "40302010", "ARE", ""),
    ]
    assert (second.action, second.traveller) == ("cancelled", None)
    assert (third.conveyance, third.direction, third.line) == ("TLX-417", "exit", 26)


FIRST: tuple[str | int, ...] = ("crossings", 0)


@pytest.mark.parametrize(
    ("path", "value", "cause"),
    [
        ((*FIRST, "reference"), DELETE, "$.crossings[0].reference is missing"),
        (
            (*FIRST, "traveller", "father_name"),
            7,
            "$.crossings[0].traveller.father_name must be a text or null",
        ),
        (
            (*FIRST, "traveller", "birth_place"),
            "x" * 151,
            "$.crossings[0].traveller.birth_place must have at most 150 characters",
        ),
        ((*FIRST, "reference"), 117, "$.crossings[0].reference must be a text"),
        ((*FIRST, "reference"), "", "$.crossings[0].reference must have at least 1 characters"),
        ((*FIRST, "reference"), "x" * 81, "$.crossings[0].reference must have at most 80"),
        ((*FIRST, "reference"), "a\u0000b", "$.crossings[0].reference must be written as"),
        ((*FIRST, "reference"), "a\ud800", "$.crossings[0].reference has half of a surrogate"),
        ((*FIRST, "reference"), "a\n", "$.crossings[0].reference must be written as"),
        ((*FIRST, "action"), "seen", '$.crossings[0].action must be one of "recorded"'),
        ((*FIRST, "at"), DELETE, "$.crossings[0].at is missing"),
        ((*FIRST, "at"), None, "$.crossings[0].at must be a text"),
        ((*FIRST, "at"), "2026-11-01 10:00", "$.crossings[0].at must be written as RFC 3339 says"),
        (
            (*FIRST, "at"),
            "2026-11-01T10:00:00",
            "at must be written as RFC 3339 says, with its zone",
        ),
        ((*FIRST, "at"), "2026-02-30T10:00:00Z", "$.crossings[0].at is no date and time"),
        ((*FIRST, "at"), "2026-11-01T10:00:00+99:00", "$.crossings[0].at is no date and time"),
        ((*FIRST, "port"), "Karachi", "$.crossings[0].port must be written as"),
        ((*FIRST, "direction"), "in", "$.crossings[0].direction must be one of"),
        ((*FIRST, "lane"), True, "$.crossings[0].lane must be a text or null"),
        ((*FIRST, "traveller"), [], "$.crossings[0].traveller must be an object or null"),
        ((*FIRST, "traveller"), {}, "$.crossings[0].traveller.family_name is missing"),
        ((*FIRST, "traveller", "sex"), "U", "$.crossings[0].traveller.sex must be one of"),
        ((*FIRST, "documents", 1, "number"), 7, "$.crossings[0].documents[1].number must be a"),
        ((*FIRST, "documents"), [{}] * 21, "$.crossings[0].documents must have at most 20"),
        ((*FIRST, "voyage", "number"), DELETE, "$.crossings[0].voyage.number is missing"),
        ((*FIRST, "deep"), json.loads("[" * 30 + "]" * 30), "is nested too deeply"),
        (FIRST, 12, "$.crossings[0] must be an object"),
    ],
)
def test_a_bad_element_is_left_out_and_the_others_go_on(
    path: tuple[str | int, ...], value: object, cause: str
) -> None:
    submission = read(changed(path, value))
    assert not submission.fatal
    assert [own.reference for own in submission.crossings] == ["2026-000116", "2026-000118"]
    assert any(cause in own for own in told(submission))
    assert {(own.line, own.column) for own in submission.problems} == {(1, 70)}


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        pytest.param(b"{}", "1:1 $.format is missing", id="empty"),
        pytest.param(changed(("format",), "x/2"), "1:1 $.format must be", id="another format"),
        pytest.param(changed(("crossings",), {}), "1:1 $.crossings must be an array", id="list"),
        pytest.param(changed(("source",), "\ud800"), "1:1 $.source has half", id="surrogate"),
        pytest.param(SAMPLE + b"{}", "37:1 there is more behind", id="a second object"),
        pytest.param(SAMPLE[:-4], "35:3 this is no JSON: ',' is expected", id="cut off"),
        pytest.param(SAMPLE.replace(b'"KHI"', b'"KHI'), "9:20 this is no JSON", id="syntax"),
        pytest.param(SAMPLE.replace(b"KHI", b"K\xe9I"), "3:20 the text is not UTF-8", id="Latin-1"),
        pytest.param(SAMPLE.decode().encode("utf-16"), "1:1 the text is UTF-16", id="UTF-16"),
        pytest.param(SAMPLE.decode().encode("utf-16-be"), "1:1 the text is UTF-16", id="no BOM"),
        pytest.param(SAMPLE.decode().encode("utf-32"), "1:1 the text is UTF-16", id="UTF-32"),
        pytest.param(b'{"a":1,"a":2}', "1:8 the outermost object gives one name", id="twice"),
        pytest.param(b'{"a":' + b"[" * 200_000, "1:6 the value that begins here", id="nested"),
        pytest.param(b"{1:2}", "1:2 a name in quotation marks", id="no name"),
        pytest.param(b'{"a" 2}', "1:6 this is no JSON: ':' is expected", id="no colon"),
        pytest.param(b'{"crossings":[1 2]}', "1:17 this is no JSON: ',' is expected", id="comma"),
    ],
)  # fmt: skip
def test_what_is_no_transmission_of_crossings_is_quarantined(data: bytes, problem: str) -> None:
    (submission,) = read_transmission(data)
    assert submission.fatal
    assert submission.message_type == "CROSSINGS"
    assert told(submission)[0].startswith(problem)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xef\xbb\xbf" + SAMPLE, id="byte order mark"),
        pytest.param(b" \r\n\t" + SAMPLE, id="blanks before"),
        pytest.param(changed(("crossings", 0, "documents", 0, "expiry"), None), id="null"),
        pytest.param(json.dumps(json.loads(SAMPLE), indent=None).encode(), id="one line"),
    ],
)
def test_forms_that_are_read(data: bytes) -> None:
    submission = read(data)
    assert not submission.problems
    assert len(submission.crossings) == 3


def test_names_given_twice_and_numbers_that_are_none_are_told() -> None:
    data = SAMPLE.replace(b'"lane": "A3"', b'"lane": "A3", "lane": "A4"')
    assert told(read(data)) == ["5:5 $.crossings[0] gives one name twice"]
    for number in (b"NaN", b"-Infinity", b"1e999", b"9" * 5000):
        submission = read(SAMPLE.replace(b'"A3"', number))
        assert told(submission) == ["5:5 $.crossings[0].lane must be a text or null"]


def test_members_that_no_field_takes_are_listed() -> None:
    data = SAMPLE.replace(b'"lane": "A3"', b'"lane": "A3", "desk": {"no": 7}')
    data = data.replace(b'"sex": "M"', b'"sex": "M", "blood group": 0')
    assert [own.text for own in read(data).unmapped] == [
        "$.crossings[0].desk",
        "$.crossings[0].traveller.?",
    ]


def test_very_many_problems_are_counted() -> None:
    document = {"format": "parakh-crossings/1", "source": "x", "crossings": [0] * 2000}
    submission = read(json.dumps(document).encode())
    assert len(submission.problems) == MOST_PROBLEMS + 1
    assert submission.problems[-1].cause.startswith("1500 more")


def test_json_is_told_from_other_transmissions() -> None:
    assert is_json(SAMPLE[:64])
    assert is_json(SAMPLE.decode().encode("utf-16")[:64])
    assert not is_json(b"UNA:+.? '")
    assert not is_json(b"")


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
_PLACES = [
    ("source",), ("crossings",), ("crossings", 0), ("crossings", 0, "at"), ("crossings", 1),
    ("crossings", 0, "traveller"), ("crossings", 0, "documents"), ("crossings", 0, "voyage"),
    ("crossings", 0, "documents", 0, "number"), ("crossings", 2, "traveller", "family_name"),
    ("crossings", 0, "action"), ("crossings", 0, "traveller", "birth_date"),
]  # fmt: skip


@given(st.sampled_from(_PLACES), _VALUES)
def test_the_published_schema_is_the_validation(path: tuple[str | int, ...], value: object) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    document = json.loads(changed(path, value), parse_constant=lambda _: 0)
    theirs = jsonschema.Draft202012Validator(schema.load(SCHEMA)).is_valid(document)
    assert theirs == (not list(schema.faults(document, schema.load(SCHEMA), "$")))


@given(st.sampled_from(_PLACES), _VALUES)
def test_any_value_anywhere_gives_no_exception(path: tuple[str | int, ...], value: object) -> None:
    survives(changed(path, value))


@settings(max_examples=300)
@given(st.integers(0, 2**32))
def test_damaged_transmissions_give_no_exception(seed: int) -> None:
    rng = Random(seed)
    data = bytearray(SAMPLE)
    damages: list[Callable[[int], None]] = [
        lambda at: data.__setitem__(at, rng.randrange(256)),
        lambda at: data.__delitem__(slice(at, at + rng.randrange(1, 40))),
        lambda at: data.__setitem__(slice(at, at), rng.choice((b'"', b"{", b"[", b"\\u", b","))),
    ]
    for _ in range(rng.randrange(1, 4)):
        rng.choice(damages)(rng.randrange(len(data)))
    survives(bytes(data))


def survives(data: bytes) -> None:
    submissions = read_transmission(data)
    for submission in submissions:
        assert submission.fatal or submission.crossings or submission.problems or b"[]" in data
        for own in submission.problems:
            assert own.line >= 1
            assert own.column >= 1
            own.cause.encode()
