import gc
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.ingest.reader import read, stream
from parakh.ingest.windows import windows

PERSON = "NAD+FL+++KHAN:ALI'\nATT+2++M'\nLOC+178+DXB'\nDOC+P+AB1'\nLOC+91+PAK'\n"
LEG = (
    "TDT+20+PK1+++PK'\nLOC+125+DXB'\nDTM+189:2501010100:201'\nLOC+87+KHI'\n"
    "DTM+232:2501010300:201'\n"
)


def a_list(number: int, people: int = 2) -> str:
    body = f"UNH+{number}+PAXLST:D:05B:UN'\nBGM+745'\n{LEG}{PERSON * people}CNT+42:{people}'\n"
    return f"{body}UNT+{body.count(chr(10)) + 1}+{number}'\n"


def an_interchange(messages: int, sign: str = "'") -> str:
    body = "".join(a_list(number) for number in range(1, messages + 1))
    return f"UNB+UNOA:4+A+B+250101:0000+9'\n{body}UNZ+{messages}+9'\n".replace("'", sign)


HEADED = [
    an_interchange(1), an_interchange(3), an_interchange(2).replace("\n", ""),
    an_interchange(2).replace("UNT", "UNX", 1), an_interchange(2).replace("KHAN", "خان"),
    an_interchange(2).lower(), "UNB+UNOA:4+A+B+C+1'UNG+PAXLST+A+B+C+5'" + a_list(1) + "UNE+1+5'",
]  # fmt: skip
LOOSE = [*HEADED, a_list(7), "", "UNZ+1+9'", "garbage\n", an_interchange(1)[:-40],
         "UNH+1+PNRGOV:11:1:IA'MSG+:22'UNT+3+1'"]  # fmt: skip
OTHER_SIGNS = [*HEADED, "UNA:+.? $" + an_interchange(2, "$")]


@given(
    st.one_of(
        st.lists(st.sampled_from(LOOSE), max_size=8),
        st.lists(st.sampled_from(OTHER_SIGNS), max_size=8),
    ),
    st.integers(1, 600),
)
def test_streaming_gives_what_reading_gives(pieces: list[str], window: int) -> None:
    data = "".join(pieces).encode()
    assert tuple(stream(BytesIO(data), window=window)) == read(data)


@given(st.binary(max_size=400), st.integers(1, 90))
def test_windows_join_to_the_same_bytes(data: bytes, size: int) -> None:
    assert b"".join(windows(BytesIO(data), size)) == data


@pytest.mark.parametrize("size", [100, 1000, 5000])
def test_windows_are_cut_between_messages_only(size: int) -> None:
    data = an_interchange(50).encode()
    found = list(windows(BytesIO(data), size))
    assert len(found) > 2
    assert all(window.startswith((b"UNH", b"UNB")) for window in found)
    assert max(map(len, found)) < size + 600


def test_a_long_file_is_read_message_by_message() -> None:
    whole = an_interchange(400).encode()
    file = BytesIO(whole)
    found = stream(file, window=2000)
    first = next(found)
    assert first.ordinal == 1
    assert file.tell() < len(whole) / 10
    rest = list(found)
    assert [own.ordinal for own in rest] == list(range(2, 401))
    assert rest[-1].problems == ()


def test_the_garbage_collector_is_as_it_was() -> None:
    assert gc.isenabled()
    read(an_interchange(1).encode())
    assert gc.isenabled()
    gc.disable()
    try:
        read(an_interchange(1).encode())
        assert not gc.isenabled()
    finally:
        gc.enable()
