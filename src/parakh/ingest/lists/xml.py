"""XML files read record by record, in bounded memory.

Neither document type declarations nor entities of one's own are read (a file that has them is
refused), elements may be nested only so deep, and names are taken without their namespace, because
publishers change that from time to time while the elements stay.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

from parakh.errors import Unreadable

MAX_BYTES = 512 * 1024 * 1024
MAX_DEPTH = 24
MAX_TEXT = 100_000
"""Characters of one element's own text."""

MAX_CHILDREN = 50_000
"""Elements within one record."""

_CHUNK = 256 * 1024


@dataclass(kw_only=True, slots=True)
class Node:
    """One element: `tag` without its namespace, `line` from 1, its own text and its children."""

    tag: str
    line: int
    attributes: dict[str, str]
    text: str = ""
    children: list["Node"] = field(default_factory=list)

    def texts(self, *path: str) -> list[str]:
        """The texts of all elements at a path below this one that are not empty."""
        return [text for own in self.all(*path) if (text := own.text.strip())]

    def first(self, *path: str) -> str:
        """The first of `texts`, or ""."""
        return next(iter(self.texts(*path)), "")

    def all(self, *path: str) -> list["Node"]:
        """All elements at a path below this one."""
        found = [self]
        for tag in path:
            found = [child for own in found for child in own.children if child.tag == tag]
        return found


def records(path: Path, root: str, tags: frozenset[str]) -> Iterator[Node]:
    """Gives each element of one of the `tags`, whole, and the root alone before them.

    Raises Unreadable when its root is another element, when it is too large or has a document type
    declaration; and, with line and column, where it breaks off: what follows would be missing, and
    a list that lacks its end would look like one from which entries were removed.
    """
    if path.stat().st_size > MAX_BYTES:
        raise Unreadable(f"the list is larger than {MAX_BYTES // 1024**2} MiB")
    collector = _Collector(root, tags)
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            try:
                collector.parser.Parse(chunk, not chunk)
            except expat.ExpatError as problem:
                cause = expat.ErrorString(problem.code)
                if not collector.begun:
                    raise Unreadable(f"the file is no XML: {cause}") from None
                place = f"line {problem.lineno}, column {problem.offset + 1}"
                raise Unreadable(f"the file breaks off at {place}: {cause}") from None
            yield from collector.taken()
            if not chunk:
                return


class _Collector:
    """Builds the records that lie between the calls of `taken`."""

    def __init__(self, root: str, tags: frozenset[str]) -> None:
        self.begun = False
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype
        self._root = root
        self._tags = tags
        self._depth = 0
        self._open: list[Node] = []
        self._count = 0
        self._done: list[Node] = []

    def taken(self) -> list[Node]:
        """The records that are complete since the last call."""
        done, self._done = self._done, []
        return done

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        node = Node(
            tag=_local(name),
            line=self.parser.CurrentLineNumber,
            attributes={_local(key): value for key, value in attributes.items()},
        )
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Unreadable(f"line {node.line}: elements are nested more than {MAX_DEPTH} deep")
        if not self.begun:
            if node.tag != self._root:
                raise Unreadable(f"the file is no such list: its root is not {self._root}")
            self.begun = True
            self._done.append(node)
        elif self._open:
            self._count += 1
            if self._count > MAX_CHILDREN:
                raise Unreadable(f"line {node.line}: a record has too many elements")
            self._open[-1].children.append(node)
            self._open.append(node)
        elif node.tag in self._tags:
            self._count = 0
            self._open.append(node)

    def _end(self, _: str) -> None:
        self._depth -= 1
        if self._open:
            node = self._open.pop()
            if not self._open:
                self._done.append(node)

    def _text(self, text: str) -> None:
        if self._open:
            node = self._open[-1]
            node.text += text
            if len(node.text) > MAX_TEXT:
                raise Unreadable(f"line {node.line}: a text is longer than {MAX_TEXT} characters")

    def _doctype(self, *_: Any) -> None:
        raise Unreadable("the file has a document type declaration, which is not read")


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
