import re
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from parakh.ingest.edifact import Segment, tokenise

UNB = "UNB+UNOA:4+XX+YY+250101:0000+7'"


def tags(data: bytes) -> list[str]:
    return [segment.tag for segment in tokenise(data)]


def only(data: str, tag: str) -> Segment:
    (found,) = (segment for segment in tokenise(data.encode()) if segment.tag == tag)
    return found


@pytest.mark.parametrize(
    ("what", "data", "elements"),
    [
        ("plain", "LOC+125+DXB'", (("125",), ("DXB",))),
        ("components", "DTM+189:2501011200:201'", (("189", "2501011200", "201"),)),
        ("empty elements", "NAD+FL+++KHAN:ALI'", (("FL",), ("",), ("",), ("KHAN", "ALI"))),
        ("no elements", "CNT'", ()),
        ("released terminator", "NAD+FL+++O?'BRIEN'", (("FL",), ("",), ("",), ("O'BRIEN",))),
        ("released separators", "FTX+A?+B:C?:D'", (("A+B", "C:D"),)),
        ("released release", "FTX+WHY??'", (("WHY?",),)),
        ("line break inside a value", "FTX+SHOR\r\nT'", (("SHORT",),)),
        ("line break inside a tag", "L\nOC+125'", (("125",),)),
        ("blank after the tag", "LOC +125'", (("125",),)),
        ("lower-case tag", "loc+125'", (("125",),)),
    ],
)
def test_elements_of_a_segment(what: str, data: str, elements: tuple[tuple[str, ...], ...]) -> None:
    segment = tokenise((UNB + data).encode())[-1]
    assert segment.tag in ("LOC", "DTM", "NAD", "CNT", "FTX")
    assert segment.elements == elements
    assert segment.fault == ""


@pytest.mark.parametrize(
    ("what", "data"),
    [
        ("no UNA", "UNB+UNOA:4+XX'UNH+1+PAXLST:D'"),
        ("UNA", "UNA:+.? 'UNB+UNOA:4+XX'UNH+1+PAXLST:D'"),
        ("UNA with a repetition character", "UNA:+.?*'UNB+UNOA:4+XX'UNH+1+PAXLST:D'"),
        ("blanks before UNA", "  \r\n UNA:+.? '\n UNB+UNOA:4+XX'\n\n UNH+1+PAXLST:D'"),
        ("other service characters", "UNA:*.? $UNB*UNOA:4*XX$UNH*1*PAXLST:D$"),
        ("other release character", "UNA:+.\\*'UNB+UNOA:4+XX'UNH+1+PAXLST:D'"),
        ("UNA one short", "UNA:+\\*'\nUNB+UNOA:4+XX'UNH+1+PAXLST:D'"),
        ("line break as terminator", "UNA:+.? \nUNB+UNOA:4+XX\nUNH+1+PAXLST:D\n"),
        ("line break as terminator, no UNA", "UNB+UNOA:4+XX\nUNH+1+PAXLST:D\n"),
        ("separators of level B", "UNB\x1dUNOB\x1f4\x1dXX\x1cUNH\x1d1\x1dPAXLST\x1fD\x1c"),
        ("odd characters without UNA", "UNB*UNOA^4*XX~UNH*1*PAXLST^D~"),
        ("padding between", "UNB+UNOA:4+XX' \t\r\n  UNH+1+PAXLST:D'\x1a"),
        ("byte order mark", "\ufeffUNB+UNOA:4+XX'UNH+1+PAXLST:D'"),
        ("no interchange header", "UNH+1+PAXLST:D'"),
        ("spoilt UNB", "UNA:*.? $\r\nU#B*UNOA:4*XX$UNH*1*PAXLST:D$"),
        ("no interchange header, other characters", "UNA:*.? $UNH*1*PAXLST:D$"),
    ],
)
def test_service_characters(what: str, data: str) -> None:
    assert only(data, "UNH").elements == (("1",), ("PAXLST", "D"))


@pytest.mark.parametrize(
    ("what", "data", "expected"),
    [
        ("unterminated", UNB + "UNT+1", ["UNB", "UNT"]),
        ("garbage between", UNB + "### ?? 'LOC+1'", ["UNB", "", "LOC"]),
        ("garbage before a header", UNB + "xx yyUNH+1+A'LOC+1'", ["UNB", "", "UNH", "LOC"]),
        ("mail header first", "From: x\n\n" + UNB + "LOC+1'", ["", "UNB", "LOC"]),
        ("terminator lost", UNB + "LOC+1\nDTM+2'", ["UNB", "LOC", "DTM"]),
        ("empty segments", UNB + "''LOC+1'''", ["UNB", "LOC"]),
        ("text after the end", UNB + "UNZ+1+7'\ngood bye", ["UNB", "UNZ", ""]),
        (
            "two interchanges",
            UNB + "UNZ+1+7'\nUNA:*.? $" + "UNB*UNOA:4*XX$UNZ*1*7$",
            ["UNB", "UNZ", "UNA", "UNB", "UNZ"],
        ),
        ("nothing", "", []),
        ("blanks", " \r\n ", []),
    ],
)
def test_broken_input_is_read_on(what: str, data: str, expected: list[str]) -> None:
    assert tags(data.encode()) == expected


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (UNB + "UNT+1", "The data end before"),
        (UNB + "#'", "These bytes are no segment"),
        (UNB + "LOC+1\nDTM+2'", "The segment's terminator is missing"),
        ("UNA:+\\*'\nUNB+UNOA:4+XX'UNH+1+A'", "The UNA segment does not hold six"),
    ],
)
def test_faults_are_named(data: str, fault: str) -> None:
    (found,) = [segment.fault for segment in tokenise(data.encode()) if segment.fault]
    assert found.startswith(fault)


@pytest.mark.parametrize(
    ("syntax", "charset"),
    [
        ("UNOA", "utf-8"),
        ("UNOC", "latin-1"),
        ("UNOC", "utf-8"),
        ("UNOW", "utf-8"),
        ("UNOY", "latin-1"),
        ("UNOE", "iso8859-5"),
        ("UNOI", "iso8859-6"),
    ],
)
def test_characters(syntax: str, charset: str) -> None:
    name = {"iso8859-5": "ТАРАС", "iso8859-6": "طارق"}.get(charset, "MÜLLER")
    data = f"UNB+{syntax}:4+XX'NAD+FL+++{name}'".encode(charset)
    assert tokenise(data)[-1].get(3) == name


def test_positions_count_lines_and_characters() -> None:
    data = "UNB+UNOW:4+X'\nNAD+FL+++طارق'LOC+1'\r\n  DTM+2'\n\nCNT+3'".encode()
    assert [(s.tag, s.line, s.column) for s in tokenise(data)] == [
        ("UNB", 1, 1),
        ("NAD", 2, 1),
        ("LOC", 2, 15),
        ("DTM", 3, 3),
        ("CNT", 5, 1),
    ]


@pytest.mark.parametrize("head", ["", "UNA:+.? '"])
def test_a_byte_order_mark_has_no_column(head: str) -> None:
    data = f"{head}UNB+UNOW:4+Ü'LOC+1'"
    found = [tokenise(text.encode()) for text in (data, "\ufeff" + data)]
    assert [own.column for own in found[0]] == [own.column for own in found[1]]


def test_get_gives_nothing_beyond_the_end() -> None:
    segment = tokenise(b"LOC+ 125 +DXB'")[0]
    assert (segment.get(0), segment.get(1), segment.get(1, 4), segment.get(9)) == (
        "125",
        "DXB",
        "",
        "",
    )


FRAGMENTS = st.sampled_from(
    ["UNA:+.? '", "UNA", "UNB+UNOA:4+X", "UNH+1+PAXLST:D:05B:UN", "'", "+", ":", "?", "\n", "\r\n",
     "NAD+FL+++A:B", "$", "UNB*UNOW:4*X$", "LOC+125", "ü", "طا", "\x1d", "\x1c", " ", "UNT+1+1",
     "UNZ+1+1", "\x00", "BGM+745", "UNA\n\n\n\n\n\n", "UNB:UNOA:", "UNH\n", "UNH\\"]
)  # fmt: skip


@given(
    st.one_of(st.binary(), st.lists(FRAGMENTS).map(lambda parts: "".join(parts).encode("utf-8")))
)
@example(b"\xef\xbb\xbf")
@example("ﷲ'NAD+ﷲ".encode())
@example(b"UNA??????UNB?UNOA?")
@example(b"UNA\0\0\0\1UNB\1AAA0\1UNB\1AAA0\1")
def test_slices_join_to_the_same_bytes(data: bytes) -> None:
    segments = tokenise(data)
    assert not segments or segments[0].begin == 0
    assert all(one.end == two.begin for one, two in pairwise(segments))
    assert all(one.begin <= one.start < one.end <= len(data) for one in segments)
    slices = b"".join(data[segment.begin : segment.end] for segment in segments)
    assert data.startswith(slices)
    assert re.search(rb"[A-Za-z0-9]", data[len(slices) :]) is None


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00"), max_size=9)))
def test_released_values_come_back(values: list[str]) -> None:
    escaped = [re.sub(r"[?:+']", r"?\g<0>", value) for value in values]
    data = f"UNB+UNOW:4+X'FTX+{'+'.join(escaped)}'".encode()
    assert tokenise(data)[-1].elements == (tuple((value,) for value in values) or (("",),))
