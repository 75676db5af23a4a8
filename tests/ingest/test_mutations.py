"""Messages damaged in 200 ways: nothing crashes, nobody else is lost, and the damage is told."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from parakh.ingest.edifact import tokenise
from parakh.ingest.reader import read
from parakh.ingest.records import DeclaredTraveller
from parakh.ingest.redact import redact
from parakh.ingest.submission import Submission
from parakh.simulate.pnr import bookings
from parakh.simulate.traffic import passenger_list

SHARED = Path(__file__).parents[3] / "shared" / "data" / "messages"
TODAY = date(2026, 1, 5)
WAYS = 200
GENERATED = {
    "passengers, one segment a line": passenger_list(12, 3, TODAY),
    "passengers, all in one line": passenger_list(12, 4, TODAY).replace(b"\n", b""),
    "bookings, one segment a line": bookings(6, 3, TODAY),
    "bookings, all in one line": bookings(6, 4, TODAY).replace(b"\n", b""),
}

Slices = list[bytes]
Damage = Callable[[Slices, int], Slices]


def _with(slices: Slices, index: int, *replacement: bytes) -> Slices:
    return [*slices[:index], *replacement, *slices[index + 1 :]]


def _bare(piece: bytes) -> bytes:
    """The slice without its terminator."""
    return piece.rstrip()[:-1]


def _tag(piece: bytes) -> int:
    """Where the tag begins."""
    return len(piece) - len(piece.lstrip())


DAMAGES: dict[str, Damage] = {
    "deleted": _with,
    "twice": lambda own, i: _with(own, i, own[i], own[i]),
    "unknown tag": lambda own, i: _with(
        own, i, own[i][: _tag(own[i])] + b"QQQ" + own[i][_tag(own[i]) + 3 :]
    ),
    "tag lost": lambda own, i: _with(own, i, own[i][_tag(own[i]) + 3 :]),
    "emptied": lambda own, i: _with(own, i, own[i][: _tag(own[i]) + 3] + own[i].rstrip()[-1:]),
    "terminator lost": lambda own, i: _with(own, i, _bare(own[i])),
    "separators lost": lambda own, i: _with(own, i, own[i].translate(None, b"+*")),
    "garbage before": lambda own, i: _with(own, i, b"\x01#~ %%" + own[i][-1:], own[i]),
    "overwritten with NUL": lambda own, i: _with(own, i, b"\x00" * len(own[i])),
    "cut off": lambda own, i: [*own[:i], own[i][: len(own[i]) // 2]],
}
"""What happens to the segment at a place; each kind is done at twenty places."""


def _places(slices: Slices) -> range:
    """Twenty places, spread over the segments between the first message's header and the end."""
    first, last = 3, len(slices) - 2
    return range(first, last, max(1, (last - first) // (WAYS // len(DAMAGES))))


def _cases(data: bytes) -> Iterator[tuple[str, int, bytes]]:
    slices = [data[own.begin : own.end] for own in tokenise(data)]
    sound = b"".join(slices)
    for what, damage in DAMAGES.items():
        for place in _places(slices):
            tag = slices[place].strip()[:3]
            damaged = b"".join(damage(slices, place))
            may_be_empty = what == "emptied" and tag in (b"SRC", b"DAT", b"ORG")
            if damaged != sound and not may_be_empty:
                yield what, place, damaged


def _who(traveller: DeclaredTraveller) -> tuple[str, ...]:
    documents = (document.number for document in traveller.documents)
    return (traveller.family_name, traveller.given_names, traveller.birth_date, *documents)


def _people(submissions: tuple[Submission, ...]) -> set[tuple[str, ...]]:
    return {_who(own) for submission in submissions for own in submission.travellers}


def _groups(data: bytes) -> list[tuple[int, int, str]]:
    """First and last segment of each person's group, and the line-independent name in it."""
    segments = tokenise(data)
    begins = [i for i, own in enumerate(segments) if own.tag in ("NAD", "TIF")]
    heads = ("NAD", "TIF", "TVL", "SRC", "CNT", "UNT")
    found = []
    for begin in begins:
        after = (i for i in range(begin + 1, len(segments)) if segments[i].tag in heads)
        found.append((begin, next(after, len(segments)), segments[begin].elements))
    return [(begin, end, repr(elements)) for begin, end, elements in found]


def _spared(data: bytes, place: int, what: str) -> list[tuple[str, ...]]:
    """The travellers whose own group the damage did not touch, as they were read before."""
    before = [own for submission in read(data) for own in submission.travellers]
    groups = _groups(data)
    lines = [segment.start for segment in tokenise(data)]
    touched = {place, place + 1} if what == "terminator lost" else {place}
    if what == "cut off":
        touched = set(range(place, len(lines)))
    spared = []
    for traveller in before:
        own = [
            (begin, end)
            for begin, end, elements in groups
            if traveller.family_name in elements and traveller.given_names.split(" ")[0] in elements
        ]
        if own and not any(begin <= hit < end for begin, end in own for hit in touched):
            spared.append(_who(traveller))
    return spared


def _causes(submissions: tuple[Submission, ...]) -> Counter[str]:
    return Counter(own.cause for submission in submissions for own in submission.problems)


def _assert_survives(name: str, data: bytes) -> int:
    """Damages the message in every way; gives in how many."""
    told = _causes(read(data))
    count = 0
    for what, place, damaged in _cases(data):
        found = read(damaged)
        lost = [own for own in _spared(data, place, what) if own not in _people(found)]
        assert not lost, (name, what, place, len(lost))
        assert _causes(found) - told, (name, what, place)
        kept = read(redact(damaged, found))
        assert [own.travellers for own in kept] == [own.travellers for own in found]
        count += 1
    return count


@pytest.mark.parametrize("name", GENERATED)
def test_damaged_messages(name: str) -> None:
    assert _assert_survives(name, GENERATED[name]) > WAYS * 0.9


def _counted(data: bytes) -> bytes:
    """The sample with the right count in UNT, or damage could put a wrong one right."""
    (first, *_) = read(data)
    (trailer,) = [own for own in tokenise(data[first.start : first.end]) if own.tag == "UNT"]
    count = len([own for own in tokenise(data[first.start : first.end]) if own.tag])
    old, new = f"UNT+{trailer.get(0)}".encode(), f"UNT+{count}".encode()
    return data.replace(old, new).replace(old.replace(b"+", b"*"), new.replace(b"+", b"*"))


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared evaluation data are not here")
def test_damaged_samples() -> None:
    for path in sorted(SHARED.glob("*.edi")):
        _assert_survives(path.name, _counted(path.read_bytes()))
