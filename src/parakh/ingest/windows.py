"""Cuts a long transmission into windows that can be read one after another in bounded memory."""

import re
from collections.abc import Iterator
from typing import BinaryIO

WINDOW = 1 << 18
"""Bytes read at a time: so few that what is made of them stays in the processor's cache, which
makes reading a fifth faster than with 1 MiB. A window is longer only where a single message is."""

_OVERLAP = 256
_SEAM = re.compile(
    rb"UN[TEZ]([^A-Z0-9 \t\r\n])[0-9]{0,9}\1[^\r\n]{1,40}?[^A-Z0-9 \t\r\n][ \t\r\n]{0,64}"
    rb"(?=UN(?:[HBG] {0,8}\1|A[^A-Z0-9]))"
)
"""From a trailer to the header that follows it: the one place where a cut can do no harm."""


def windows(file: BinaryIO, size: int = WINDOW, head: bytes = b"") -> Iterator[bytes]:
    """The bytes of `file` in order, cut between a trailer (UNT, UNE, UNZ) and a header only.

    `head` was read from it before.
    """
    held: list[bytes] = []
    tail = b""
    block = head + file.read(size)
    while block:
        following = file.read(size)
        held.append(block)
        seen = tail + block
        cut = _last_seam(seen) if following else 0
        if cut:
            whole = b"".join(held)
            at = len(whole) - len(seen) + cut
            yield whole[:at]
            held = [whole[at:]]
            seen = held[0]
        tail = seen[-_OVERLAP:]
        block = following
    if held:
        yield b"".join(held)


def _last_seam(data: bytes) -> int:
    """Where the last cut can be made; 0 where none can. The end is searched first: it is near."""
    upper = data.upper()
    for begin in (max(0, len(data) - 65536), 0):
        cuts = [match.end() for match in _SEAM.finditer(upper, begin)]
        if cuts:
            return cuts[-1]
    return 0
