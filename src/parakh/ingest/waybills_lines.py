"""Lines of Cargo-IMP messages, and an air waybill while it is read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from parakh.domain.message import Problem, Severity
from parakh.ingest.cuscar_values import kilograms
from parakh.ingest.goods_records import DeclaredConsignment, DeclaredItem, DeclaredParty

_WORD = re.compile(r"[A-Z]{3}(?=/|$)")
_AWB = re.compile(
    r"([0-9]{3})-?([0-9]{8})([A-Z]{3})([A-Z]{3})/([TPSDM])([0-9]{1,4})([KL])([0-9.]{1,10})"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line: the word that it belongs to, what stands behind it, and where."""

    word: str
    fields: tuple[str, ...]
    line: int
    first: bool

    def get(self, place: int) -> str:
        return self.fields[place].strip() if place < len(self.fields) else ""

    def problem(self, cause: str, severity: Severity = Severity.ERROR) -> Problem:
        return Problem(line=self.line, column=1, segment=self.word, cause=cause, severity=severity)


def lines_of(text: str, first: int) -> Iterator[Line]:
    """The lines after the first one; a line that begins with a slant goes on the one before."""
    word = ""
    for place, raw in enumerate(text.split("\n")[1:], first + 1):
        line = raw.rstrip("\r ")
        if not line.strip():
            continue
        match = _WORD.match(line)
        if line.startswith("/"):
            yield Line(word, tuple(line[1:].split("/")), place, first=False)
        elif match is not None:
            word = match[0]
            rest = line[len(word) :]
            yield Line(word, tuple(rest[1:].split("/")) if rest else (), place, first=True)
        else:
            word = ""
            yield Line("", tuple(line.split("/")), place, first=True)


@dataclass(slots=True)
class Bill:
    """An air waybill while it is read."""

    line: int
    values: dict[str, Any]
    parties: list[dict[str, Any]] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    amount: dict[str, str] = field(default_factory=dict)
    origin: str = ""

    def declared(self, **more: Any) -> DeclaredConsignment:
        """The finished record: a line of goods for each tariff code, else one for all."""
        whole: dict[str, Any] = dict(self.amount)
        if self.origin:
            whole["origin"] = self.origin
        values = self.values | more
        for name in ("description", "packages", "gross_kg"):
            if name in values:
                whole[name] = values[name]
        items = [whole | {"hs_code": code} for code in self.codes[:1]] or [whole]
        items += [{"hs_code": code, "origin": self.origin} for code in self.codes[1:]]
        return DeclaredConsignment(
            line=self.line,
            mode="air",
            items=tuple(
                DeclaredItem(ordinal=place, line=self.line, **own)
                for place, own in enumerate(items, 1)
            ),
            parties=tuple(DeclaredParty(**own) for own in self.parties),
            **values,
        )


def waybill_values(text: str) -> dict[str, Any] | None:
    """What a waybill's first line tells, as `176-12345675DXBKHI/T12K340.5`; None if it is none."""
    match = _AWB.match(text.replace(" ", ""))
    if match is None:
        return None
    values: dict[str, Any] = {
        "reference": f"{match[1]}-{match[2]}",
        "loading_port": match[3],
        "discharge_port": match[4],
        "packages": match[6],
    }
    if told := kilograms(match[8], match[7]):
        values["gross_kg"] = told
    return values
