"""The OFAC list of Specially Designated Nationals as CSV: sdn.csv and what stands beside it.

`alt.csv` (other names), `add.csv` (addresses) and `sdn_comments.csv` (remarks that did not fit) are
looked for in the same folder, by these names in small or capital letters. None has a header; `-0-`
stands for an empty field (SDN data specification). The free text of the remarks holds birth dates
and places, nationalities, gender, documents, registrations, and weak names in single quotes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from parakh.domain.message import Problem
from parakh.errors import Unreadable
from parakh.ingest import tabular
from parakh.ingest.lists.declared import (
    DeclaredEntry,
    Found,
    distinct,
    error,
    fathers,
    told,
    warning,
)
from parakh.ingest.lists.ofac import KINDS, Numbers, completed, names_of, person_only

BESIDE = ("alt.csv", "add.csv", "sdn_comments.csv")
_FIELDS = {"sdn.csv": 12, "alt.csv": 5, "add.csv": 6, "sdn_comments.csv": 2}
_WHAT = {"alt.csv": "other names", "add.csv": "addresses", "sdn_comments.csv": "long remarks"}

_BORN = re.compile(r"(?:alt\. )?DOB (.+)", re.DOTALL)
_PLACE = re.compile(r"(?:alt\. )?POB (.+)", re.DOTALL)
_NATION = re.compile(r"(?:alt\. )?(?:nationality|citizen) (.+)", re.DOTALL)
_GENDER = re.compile(r"Gender (\w+)")
_WEAK = re.compile(r"(?:[afn]\.k\.a\. )?'(.+)'", re.DOTALL)
_FLAG = re.compile(r"(?:alt\. )?(?:Vessel Flag|Flag of|Aircraft Flag) (.+)", re.DOTALL)


def files(path: Path) -> list[Path]:
    """The file and those that stand beside it, in a fixed order."""
    beside = {own.name.lower(): own for own in sorted(path.parent.iterdir()) if own.is_file()}
    return [path, *(beside[name] for name in BESIDE if name in beside and beside[name] != path)]


def read(path: Path) -> Iterator[Found]:
    """Gives each entry of the list, or a Problem, in the order of the file.

    A problem of one of the other files carries its name in `segment`. Raises Unreadable when the
    file is none of this form.
    """
    beside = _Beside()
    known = {own.name.lower(): own for own in files(path)[1:]}
    for name in BESIDE:
        if name not in known:
            yield warning(1, f"there is no {name} beside it: {_WHAT[name]} are not known")
            continue
        for row in _rows(known[name], name):
            if isinstance(row, Problem):
                yield row
            else:
                beside.take(name, row[1])
    seen = set[str]()
    for row in _rows(path, "sdn.csv"):
        if isinstance(row, Problem):
            yield row
            continue
        line, fields = row
        seen.add(fields[0])
        yield _entry(line, fields, beside)
    if left := beside.numbers() - seen:
        yield warning(1, f"{len(left)} entries of the other files are not in this one")


@dataclass(kw_only=True, slots=True)
class _Beside:
    """What the other files say, by the number of the entry."""

    names: dict[str, list[str]] = field(default_factory=dict)
    addresses: dict[str, list[list[str]]] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)

    def take(self, name: str, fields: list[str]) -> None:
        number = fields[0]
        match name:
            case "alt.csv":
                self.names.setdefault(number, []).append(fields[3])
            case "add.csv":
                self.addresses.setdefault(number, []).append(fields[2:6])
            case _:
                self.remarks[number] = self.remarks.get(number, "") + fields[1]

    def numbers(self) -> set[str]:
        return {*self.names, *self.addresses, *self.remarks}


def _rows(path: Path, name: str) -> Iterator[tuple[int, list[str]] | Problem]:
    """Line and fields of each row that can be used."""
    shown = "" if name == "sdn.csv" else name
    good = 0
    for line, fields in tabular.lines(_text(path), ","):
        if isinstance(fields, str):
            yield error(line, fields, file=shown)
        elif [own.strip() for own in fields] == ["\x1a"]:
            return  # the mark by which the file ends
        elif len(fields) != _FIELDS[name] or not fields[0].strip().isdigit():
            if not good and not shown:
                raise Unreadable("the file is no sdn.csv: it must have 12 fields, without a header")
            cause = f"has {len(fields)} fields instead of {_FIELDS[name]}, or no number"
            yield error(line, cause, file=shown)
        else:
            good += 1
            # The last is a text that may go on in another file: the blank at its end counts.
            yield line, [*(_value(own).strip() for own in fields[:-1]), _value(fields[-1])]


def _text(path: Path) -> str:
    if path.stat().st_size > tabular.MAX_BYTES:
        raise Unreadable(f"the list is larger than {tabular.MAX_BYTES // 1024**2} MiB")
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")  # of the list's earlier years


def _value(text: str) -> str:
    value = text.replace("\0", "")
    return "" if value.strip() == "-0-" else value


def _entry(line: int, fields: list[str], beside: _Beside) -> DeclaredEntry | Problem:
    number, name, sort, programme, title, call_sign = fields[:6]
    kind = KINDS.get(sort.lower())
    if kind is None:
        return error(line, "the type of the entry is not known", column=3)
    if not name:
        return error(line, "has no name", column=2)
    remarks = fields[11] + beside.remarks.get(number, "")
    addresses = beside.addresses.get(number, [])
    family, given = names_of(kind, name)
    clauses = _Clauses(kind, remarks)
    if call_sign:
        clauses.numbers.identifiers.append(("call_sign", call_sign, ""))
    countries = [address[2] for address in addresses] if kind == "organisation" else []
    return completed(
        DeclaredEntry(
            line=line,
            list="",
            kind=kind,
            family_name=family,
            given_names=given,
            aliases=distinct(beside.names.get(number, [])),
            weak_aliases=distinct(clauses.weak),
            birth_dates=person_only(kind, clauses.born),
            sex=clauses.gender if kind == "person" else "",
            nationalities=distinct([*clauses.nations, *countries, fields[9]]),
            father_names=fathers(remarks),
            birth_places=person_only(kind, clauses.places),
            documents=tuple(dict.fromkeys(clauses.numbers.documents)),
            identifiers=tuple(dict.fromkeys(clauses.numbers.identifiers)),
            source_id=number,
            reason=told(
                ("Listed by OFAC under", programme.split("] [")),
                ("Title", [title]),
                ("Vessel", [" ".join(filter(None, fields[6:9])), fields[10]]),
                ("Addresses", (", ".join(filter(None, own)) for own in addresses)),
                ("", [remarks]),
            ),
        )
    )


class _Clauses:
    """What the clauses of a remark say, parted by semicolons."""

    def __init__(self, kind: str, remarks: str) -> None:
        self.born: list[str] = []
        self.places: list[str] = []
        self.nations: list[str] = []
        self.weak: list[str] = []
        self.gender = ""
        self.numbers = Numbers()
        for clause in remarks.split(";"):
            self._take(kind, clause.strip().removesuffix("."))

    def _take(self, kind: str, clause: str) -> None:
        for form, values in (
            (_BORN, self.born),
            (_PLACE, self.places),
            (_NATION, self.nations),
            (_FLAG, self.nations),
            (_WEAK, self.weak),
        ):
            if found := form.fullmatch(clause):
                values.append(found[1])
                return
        if found := _GENDER.fullmatch(clause):
            self.gender = found[1]
        else:
            self.numbers.take_text(kind, clause)
