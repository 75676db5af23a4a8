"""What an evaluation reads: pictures of known persons, pairs to compare, attributes by group."""

import csv
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from parakh.errors import InvalidInput

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".jp2", ".j2k", ".gif", ".bmp"})
_HALVES = "parakh evaluation halves"
_NUMBER = re.compile(r"(?:^|_)0*(\d+)$")

Pairs = NDArray[np.int64]
"""(n, 2): places of two pictures in the order in which they are listed."""


class Half(StrEnum):
    """One of two fixed halves of all persons: choose on one, report on the other."""

    FIRST = "first"
    SECOND = "second"


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One picture of a known person.

    Attributes:
        file: as it stands in the folder or the list; it names the picture in a report.
        person: whom it shows.
        template: pictures of one person with the same name here make one template together;
            empty when each picture stands for itself.
    """

    file: str
    path: Path
    person: str
    template: str = ""


def half_of(person: str, key: str = _HALVES) -> Half:
    """The half a person belongs to: by his name alone, so that it never changes.

    Another key gives other halves, which have nothing to do with the first.
    """
    digest = hashlib.blake2b(person.encode("utf-8"), key=key.encode(), digest_size=1).digest()
    return Half.SECOND if digest[0] & 1 else Half.FIRST


def read_folder(images: Path) -> list[Source]:
    """The pictures of a folder with a folder for each person, in a fixed order."""
    found = [
        Source(file=str(path.relative_to(images)), path=path, person=path.parent.name)
        for path in sorted(images.glob("*/*"))
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
    ]
    if not found:
        raise InvalidInput(f"{images}: there are no pictures named 'Name/picture.jpg'")
    return found


def read_people(images: Path, listed: Path) -> list[Source]:
    """The pictures of a CSV list `file,person[,template]`; files are looked for in `images`.

    A picture that is listed but missing is read like any other, and fails.
    """
    found, owners = [], dict[str, str]()
    for line, row in _rows(listed, ("file", "person")):
        template = row.get("template", "")
        if template and owners.setdefault(template, row["person"]) != row["person"]:
            raise InvalidInput(f"{listed}, line {line}: template {template} has two persons")
        found.append(
            Source(
                file=row["file"],
                path=images / row["file"],
                person=row["person"],
                template=template,
            )
        )
    names = {own.file for own in found}
    if len(names) < len(found):
        raise InvalidInput(f"{listed}: a file is listed twice")
    if not found:
        raise InvalidInput(f"{listed}: there are no pictures")
    return found


def read_pairs(path: Path, sources: Sequence[Source]) -> Pairs:
    """The pairs of a file in the format of Labeled Faces in the Wild, as places in `sources`.

    `name i j` are two pictures of one person, `name i name j` those of two; a first line that
    counts folds is passed over. Pictures are known by their person and the number at the end of
    their file's name (`Name_0001.jpg` is `Name 1`).

    Raises InvalidInput with file and line for anything else.
    """
    places = {
        (own.person, int(number[1])): place
        for place, own in enumerate(sources)
        if (number := _NUMBER.search(Path(own.file).stem))
    }
    pairs = []
    for line, (one, other) in _read_lines(path):
        for name in (one, other):
            if name not in places:
                raise InvalidInput(
                    f"{path}, line {line}: {name[0]} {name[1]} is not among the pictures"
                )
        pairs.append((places[one], places[other]))
    if not pairs:
        raise InvalidInput(f"{path}: there are no pairs")
    return np.array(pairs, dtype=np.int64)


def read_attributes(
    path: Path, files: Sequence[str], people: Sequence[str]
) -> dict[str, list[str]]:
    """By attribute, the value of each picture, from a CSV list by person or by file.

    Empty where nothing is said of a picture. The first column is `person` or `file`, each other
    column is an attribute.
    """
    by_file = "file" in _header(path)
    key = "file" if by_file else "person"
    said: dict[str, Mapping[str, str]] = {}
    for line, row in _rows(path, (key,)):
        if row[key] in said:
            raise InvalidInput(f"{path}, line {line}: {row[key]} is listed twice")
        said[row[key]] = row
    names = [name for name in _header(path) if name not in ("file", "person", "template")]
    if not names:
        raise InvalidInput(f"{path}: there is no column besides '{key}'")
    rows = [said.get(str(own), {}) for own in (files if by_file else people)]
    if not any(rows):
        raise InvalidInput(f"{path}: no {key} in it is among the pictures")
    return {name: [row.get(name, "") for row in rows] for name in names}


def _read_lines(path: Path) -> Iterator[tuple[int, tuple[tuple[str, int], tuple[str, int]]]]:
    for number, line in enumerate(_text(path).splitlines(), start=1):
        match line.split():
            case []:
                continue
            case [name, one, two] if one.isdecimal() and two.isdecimal():
                yield number, ((name, int(one)), (name, int(two)))
            case [name, one, other, two] if one.isdecimal() and two.isdecimal():
                yield number, ((name, int(one)), (other, int(two)))
            case [count, *more] if number == 1 and all(x.isdecimal() for x in (count, *more)):
                continue
            case _:
                raise InvalidInput(f"{path}, line {number}: expected 'name i j' or 'name i name j'")


def _header(path: Path) -> list[str]:
    head = next(csv.reader(_text(path).splitlines()), [])
    return [name.strip() for name in head]


def _rows(path: Path, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV file with their lines; the needed columns are never empty."""
    reader = csv.DictReader(_text(path).splitlines(), _header(path))
    next(reader, None)
    for name in needed:
        if name not in (reader.fieldnames or ()):
            raise InvalidInput(f"{path}: there is no column '{name}'")
    for row in reader:
        if None in row or None in row.values():
            raise InvalidInput(f"{path}, line {reader.line_num}: the number of columns is wrong")
        values = {name: value.strip() for name, value in row.items()}
        if not all(values[name] for name in needed):
            raise InvalidInput(f"{path}, line {reader.line_num}: {' and '.join(needed)} are needed")
        yield reader.line_num, values


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path}: cannot be read: {error}") from error
