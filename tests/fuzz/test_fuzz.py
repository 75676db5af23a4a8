"""A fuzz target over the tokeniser, both parsers and what stands on them.

The normal tests run it briefly and always alike. A long run, in the source tree:

    python tests/fuzz/test_fuzz.py --minutes 20 --seed 1

tells how many executions it made; input that raised is written beside the corpus as `crash-*.edi`.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from hashlib import sha256
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from random import Random
from time import monotonic

from hypothesis import given, settings
from hypothesis import strategies as st

from parakh.errors import ParakhError
from parakh.ingest.edifact import tokenise
from parakh.ingest.reader import read, stream
from parakh.ingest.redact import redact
from parakh.ingest.submission import Submission
from parakh.normalise.assemble import assemble
from parakh.normalise.wire_json import parsed_json

CORPUS = Path(__file__).parent / "corpus"
TODAY = date(2026, 1, 5)
SHORT = 3_000
"""Executions in the normal tests."""

TOKENS = [
    *(b"UNA:+.? '", b"UNA", b"UNB+UNOA:4+A+B+1+1'", b"UNG+", b"UNH+1+PAXLST:D:05B:UN'", b"UNE+1'"),
    *(b"UNH+1+PNRGOV:11:1:IA'", b"UNT+1+1'", b"UNZ+1+1'", b"SRC'", b"BGM+745'", b"CNT+42:1'"),
    *(b"NAD+FL+++A:B'", b"TIF+A+B:A:1'", b"TVL+050126:1825+DXB+KHI+PK+1'", b"EQN+1'", b"DAT+700'"),
    *(b"SSR+DOCS:HK:1:PK:::::/P/PAK/1/PAK/12JUL64/M/23AUG29/A/B'", b"SSR+INFT:::::::::A/B/1'"),
    *(b"DTM+329:", b"LOC+180+", b"DOC+P+", b"MSG+8'", b"ABI+1'", b"SAC+++X'", b"LTS+", b"TBD++1:2"),
    *(b"FOP+CC:::VI:4111111111111111:0229'", b"RCI+PK:A'", b"TRI++1:::1'", b"SSD+1A'", b"ORG'"),
    *(b"UNH+1+CUSCAR:D:95B:UN'", b"UNH+1+CUSDEC:D:96B:UN'", b"CNI+1'", b"RFF+BM:A1'", b"GID+1+2'"),
    *(
        b"SGP+CSQU3054383'",
        b"EQD+CN+1'",
        b"MEA+AAE+G+KGM:1'",
        b"CST+1+690721'",
        b"UNS+D'",
        b"MOA+40:",
    ),
    *(
        b"\nFWB/16\n",
        b"\nFHL/4\n",
        b"176-12345675DXBKHI/T1K1\n",
        b"HBS/H/AAABBB/1/K1\n",
        b"SHP/A\n/",
    ),
    *(
        b"SHP/A\n/",
        b"'",
        b"+",
        b":",
        b"?",
        b"*",
        b"\n",
        b"\r\n",
        b"\x00",
        b"\x1d",
        b"\x1c",
        b" ",
        b"\x92",
        b"`",
    ),
    *("’".encode(), "طا".encode(), b"\xff", b"0", b"99999999999999999999", b"/", b"TIF+X:G:9999'"),
]


def survives(data: bytes) -> None:
    """The target: raises AssertionError, or whatever the code under test should not."""
    segments = tokenise(data)
    assert all(one.end == two.begin for one, two in pairwise(segments))
    submissions = read(data, pan_key=b"k")
    assert submissions
    for submission in submissions:
        assert 0 <= submission.start <= submission.end <= len(data)
        assert all(own.line >= 1 and own.column >= 1 for own in submission.problems)
        parsed_json("f", submission)
        try:
            assemble(submission, "PAK", TODAY)
        except ParakhError:
            continue
    kept = redact(data, submissions)
    assert len(kept) == len(data)
    again = read(kept, pan_key=b"k")
    assert [said(own) for own in again] == [said(own) for own in submissions]


def said(submission: Submission) -> tuple[object, ...]:
    """What redacting must leave: all but the tokens of cards."""
    bookings = [
        replace(own, payments=tuple(replace(paid, token="") for paid in own.payments))
        for own in submission.bookings
    ]
    return (
        submission.start,
        submission.voyages,
        submission.travellers,
        bookings,
        submission.goods,
    )


def mutants(seeds: list[bytes], rng: Random) -> Iterator[bytes]:
    """Endless damaged copies: bytes changed, runs lost, doubled and moved, tokens put in."""
    while True:
        data = bytearray(rng.choice(seeds))
        for _ in range(rng.choice((1, 1, 2, 4, 8, 16))):
            at = rng.randrange(len(data) + 1)
            run = min(len(data) - at, rng.choice((1, 2, 5, 20, 80)))
            match rng.randrange(6):
                case 0:
                    data[at : at + run] = b""
                case 1:
                    data[at:at] = rng.choice(TOKENS)
                case 2:
                    data[at : at + 1] = bytes([rng.randrange(256)])
                case 3:
                    data[at:at] = data[at : at + run]
                case 4:
                    other = rng.choice(seeds)
                    start = rng.randrange(len(other))
                    data[at:at] = other[start : start + run]
                case _:
                    del data[rng.choice((at, len(data))) :]
        yield bytes(data)


def seeds() -> list[bytes]:
    """The corpus: small messages of our own."""
    return [path.read_bytes() for path in sorted(CORPUS.iterdir())]


def test_the_corpus_itself() -> None:
    assert len(seeds()) >= 8
    for data in seeds():
        survives(data)
        assert tuple(stream(BytesIO(data), pan_key=b"k", window=97)) == read(data, pan_key=b"k")


def test_short_run() -> None:
    source = mutants(seeds(), Random(20260105))
    for _ in range(SHORT):
        survives(next(source))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(TOKENS), st.binary(max_size=6)), max_size=40))
def test_tokens_in_any_order(parts: list[bytes]) -> None:
    survives(b"".join(parts))


def main() -> None:
    """The long run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    source = mutants(seeds(), Random(arguments.seed))
    end = monotonic() + arguments.minutes * 60
    count = crashes = 0
    while monotonic() < end:
        data = next(source)
        count += 1
        try:
            survives(data)
        except Exception as error:
            crashes += 1
            name = f"crash-{sha256(data).hexdigest()[:12]}.edi"
            (CORPUS.parent / name).write_bytes(data)
            print(f"{name}: {type(error).__name__}: {error}", flush=True)
        if count % 20_000 == 0:
            print(f"{count} executions, {crashes} crashes", flush=True)
    print(f"{count} executions, {crashes} crashes", flush=True)
    sys.exit(1 if crashes else 0)


if __name__ == "__main__":
    main()
