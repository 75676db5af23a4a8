"""What is stored of a message reads as the message did, and holds what may be kept only."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parakh.ingest.cards import numbers
from parakh.ingest.edifact import tokenise
from parakh.ingest.reader import read
from parakh.ingest.records import DeclaredBooking
from parakh.ingest.redact import redact, removed_in_all, with_tokens
from parakh.ingest.submission import Submission
from parakh.simulate.pnr import bookings

SHARED = Path(__file__).parents[3] / "shared" / "data" / "messages"
TODAY = date(2026, 1, 5)
KEY = b"a key for tests"
CARD = "4111111111111111"
GENERATED = bookings(60, 5, TODAY)
FLIGHT = "TVL+050126:1825:050126:2135+DXB+KHI+PK+214'"
HEAD = "SRC'RCI+PK:ABC123::011225:0930'DAT+700:040126:2115'TIF+KHAN+ALIMR:A:1'"
LEG = "TVL+050126:1825:050126:2135+DXB+KHI+PK+214:Y'RPI+1+HK'"


def message(body: str, *, head: str = "UNB+IATA:1+PK+PKNTC+260105:0500+9'") -> bytes:
    text = f"{head}UNH+1+PNRGOV:11:1:IA+REF'MSG+:22'ORG+PK:KHI'{FLIGHT}EQN+1'{HEAD}{body}"
    return f"{text}{LEG}UNT+9+1'UNZ+1+9'".replace("'", "'\n").replace("?'\n", "?'").encode()


def redacted(data: bytes) -> bytes:
    return redact(data, read(data, pan_key=KEY))


def told(submission: Submission, before: tuple[DeclaredBooking, ...]) -> Submission:
    """What a message says, whether or not it was redacted."""
    return replace(with_tokens(submission, before), removed={}, cards=(), hidden=(), unmapped=())


def assert_reads_the_same(data: bytes) -> None:
    before = read(data, pan_key=KEY)
    kept = redact(data, before)
    assert len(kept) == len(data)
    after = read(kept, pan_key=KEY)
    for old, new in zip(before, after, strict=True):
        assert told(new, old.bookings) == told(old, old.bookings)
        assert sum(new.removed.values()) == sum(old.removed.values())
    assert redact(kept, after) == kept


def card_numbers(data: bytes) -> Iterator[str]:
    """Every card number in a value that is none of a document's or a ticket's."""
    for segment in tokenise(data):
        text = "+".join(":".join(element) for element in segment.elements)
        own = segment.tag in ("UNH", "UNT", "TKT")
        if own or re.match("(DOCS|DOCO|TKN[EAM]|FOID)", text, re.IGNORECASE):
            continue
        for element in segment.elements:
            for part in element:
                yield from (part[start:end] for start, end in numbers(part))


@pytest.mark.parametrize(
    ("segment", "kept"),
    [
        ("SSR+MOML:HK:1:PK+::1'", "SSR+XXXX:XX:X:XX+::X'"),
        ("SSR+WCHC:HK:1:PK:::::PARALYSED'", "SSR+XXXX:XX:X:XX:::::XXXXXXXXX'"),
        ("SSR+CKIN:HK:1:PK:::::WAIVER+BY MD::1'", "SSR+CKIN:HK:1:PK:::::XXXXXX+XX XX::1'"),
        ("SSR+UMNR:HK:1:PK:::::UM08'", "SSR+UMNR:HK:1:PK:::::UM08'"),
        ("IFT+4:28::PK+PASSENGER?'S BLIND'", "IFT+4:28::PK+XXXXXXXXX?'X XXXXX'"),
        ("IFT+4:28::PK+CTCE A//B.PK'", "IFT+4:28::PK+CTCE A//B.PK'"),
        ("IFT+4:28::PK+BLIND+SO CTCM 0300'", "IFT+4:28::PK+XXXXX+XX CTCM 0300'"),
        ("IFT+4:28::PK+SHE’CTCM 0300'", "IFT+4:28::PK+XXX✕CTCM 0300'"),
        ("IFT+4:15:9+DXB PK KHI 100.00'", "IFT+4:15:9+DXB PK KHI 100.00'"),
        ("IFT+4:28::PK+ЗРЕНИЕ طا\n𝐗'", "IFT+4:28::PK+×××××× ××\n𝐗'"),
        ("LTS+0/A/SR/SSR MOMLPKHK1'", "LTS+X/X/XX/XXX XXXXXXXXX'"),
        ("LTS+0/O/SS/PK 214 Y DXBKHI HK1'", "LTS+0/O/SS/PK 214 Y DXBKHI HK1'"),
        (f"FOP+CC::1.00:VI:{CARD}:0229'", "FOP+CC::1.00:VI:411111XXXXXX1111:0229'"),
        ("FOP+CC::1.00:VI:4111 1111 1111 1112'", "FOP+CC::1.00:VI:4111 11XX XXXX 1112'"),
        ("FOP+CC::1.00:VI:41111111\n11111111'", "FOP+CC::1.00:VI:411111XX\nXXXX1111'"),
        (f"IFT+4:43+PAID BY {CARD}+X+Y'", "IFT+4:43+PAID BY 411111XXXXXX1111+X+Y'"),
        (f"SSR+CTCM:HK:1:PK:::::{CARD}'", "SSR+CTCM:HK:1:PK:::::411111XXXXXX1111'"),
        ("IFT+4:43+4?1?1?1?1?1?1?1?1?1?1?1?1?1?1?1'", "IFT+4:43+4?1?1?1?1?1?X?X?X?X?X?X?1?1?1?1'"),
        (f"XXX+{CARD}'", "XXX+411111XXXXXX1111'"),
        (f"##{CARD}'", "##411111XXXXXX1111'"),
        (f"SSR+DOCS:HK:1:PK:::::/I/PAK/{CARD}/PAK/12JUL64/M'",) * 2,
        (f"TKT+{CARD}:T:1'",) * 2,
    ],
)
def test_what_is_overwritten(segment: str, kept: str) -> None:
    data = message("FOP+CA::1.00'" + segment)
    assert redacted(data) == message("FOP+CA::1.00'" + kept)
    assert_reads_the_same(data)


def test_other_characters_than_ascii_keep_their_columns() -> None:
    data = message("IFT+4:28::PK+ÜBÉL طا ＸＹ 🙂'").replace(b"\n", b"")
    assert [own.column for own in tokenise(redacted(data))] == [
        own.column for own in tokenise(data)
    ]


@pytest.mark.parametrize("syntax", ["UNOC", "UNOE", "UNOI"])
def test_text_in_other_character_sets_stays_none_of_utf8(syntax: str) -> None:
    head = f"UNB+{syntax}:4+PK+PKNTC+260105:0500+9'"
    data = message("IFT+4:28::PK+B@D'TIF+M@LLER+@RL:A:2'", head=head).replace(b"@", b"\xdc")
    kept = redacted(data)
    assert b"+X\xffX'" in kept
    assert_reads_the_same(data)


def test_a_blank_of_another_character_set_beside_a_card_stays() -> None:
    data = message(f"FOP+CC:::VI:@{CARD}'").replace(b"@", b"\xa0")
    assert b":\xa0411111XXXXXX1111'" in redacted(data)
    assert_reads_the_same(data)


def test_other_service_characters() -> None:
    data = message("SSR+MOML:HK:1:PK'IFT+4:28::PK+A?*B'").translate(
        bytes.maketrans(b"+:'?*", b"*^~\\+")
    )
    data = b"UNA^*.\\ ~" + data
    assert b"SSR*XXXX^XX^X^XX~" in redacted(data)
    assert b"IFT*4^28^^PK*X\\+X~" in redacted(data)
    assert_reads_the_same(data)


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        (f"PAID BY {CARD} THANKS", "PAID BY 411111XXXXXX1111 THANKS"),
        (f"UNB+IATA:1+A+B+C+9'FOP+CC:::VI:{CARD}'",
         "UNB+IATA:1+A+B+C+9'FOP+CC:::VI:411111XXXXXX1111'"),
        (f"UNH+1+PNRGOV:11:1'FOP+CC:::VI:{CARD}", "UNH+1+PNRGOV:11:1'FOP+CC:::VI:411111XXXXXX1111"),
        (f"UNH+1'MSG+1'FOP+CC:::VI:{CARD}", "UNH+1'MSG+1'FOP+CC:::VI:411111XXXXXX1111"),
        (f"UNH+1+PNRGOV'UNT+2+1'UNZ+1+{CARD}'see {CARD}",
         f"UNH+1+PNRGOV'UNT+2+1'UNZ+1+{CARD}'see 411111XXXXXX1111"),
    ],
)  # fmt: skip
def test_what_could_not_be_read(data: str, kept: str) -> None:
    assert redacted(data.encode()).decode() == kept


def test_a_passenger_list_is_left_alone() -> None:
    data = f"UNB+UNOA:4+A+B+C+9'UNH+1+PAXLST:D:05B:UN'BGM+745'NAD+FL+++A:B'DOC+I+{CARD}'UNT+5+1'"
    assert redacted(data.encode()) == data.encode()


def test_generated_bookings() -> None:
    assert list(card_numbers(GENERATED))
    for data in (GENERATED, GENERATED.replace(b"\n", b"")):
        assert_reads_the_same(data)
        kept = redacted(data)
        assert not list(card_numbers(kept))
        assert not re.search(rb"MOML|VGML|AVML|DBML|CHML|WCHR|SEAT TOGETHER", kept)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared evaluation data are not here")
def test_shared_samples() -> None:
    for path in sorted(SHARED.glob("*.edi")):
        assert_reads_the_same(path.read_bytes())
        assert not list(card_numbers(redacted(path.read_bytes())))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 900))
def test_arbitrary_bytes_never_raise(noise: bytes, at: int) -> None:
    data = message(f"SSR+MOML:HK:1:PK'FOP+CC:::VI:{CARD}'IFT+4:28::PK+BLIND'")
    assert len(redacted(noise)) == len(noise)
    damaged = data[:at] + noise + data[at:]
    assert len(redacted(damaged)) == len(damaged)


@pytest.mark.parametrize(
    ("before", "now", "total"),
    [
        ({}, {"MOML": 1, "OSI": 2}, {"MOML": 1, "OSI": 2}),
        ({"MOML": 1, "OSI": 2}, {"XXXX": 1, "OSI": 2}, {"MOML": 1, "OSI": 2}),
        ({"OSI": 2}, {"OSI": 2, "CKIN": 1}, {"OSI": 2, "CKIN": 1}),
    ],
)
def test_what_was_removed_is_remembered(
    before: dict[str, int], now: dict[str, int], total: dict[str, int]
) -> None:
    assert removed_in_all(before, now) == total
