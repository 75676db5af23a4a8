"""The parts of a PAXLST while it is read: a person and his documents."""

from dataclasses import dataclass, field
from typing import Any

from parakh.ingest.records import (
    DeclaredAddress,
    DeclaredContact,
    DeclaredDocument,
    DeclaredTraveller,
)


@dataclass(slots=True)
class Document:
    """A DOC group; without a number it only catches the segments that belong to it."""

    values: dict[str, Any]
    lines: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Person:
    """A NAD group of a person while it is read; `settled` once its first lines are over."""

    values: dict[str, Any]
    lines: dict[str, int]
    bags: list[str] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    nationalities: list[str] = field(default_factory=list)
    contacts: list[DeclaredContact] = field(default_factory=list)
    address: DeclaredAddress | None = None
    settled: bool = False

    def declared(self) -> DeclaredTraveller:
        """The finished record."""
        documents = [
            DeclaredDocument(**own.values, lines=own.lines)
            for own in self.documents
            if own.values["number"]
        ]
        return DeclaredTraveller(
            **self.values,
            lines=self.lines,
            bags=tuple(self.bags),
            documents=tuple(documents),
            other_nationalities=tuple(self.nationalities),
            contacts=tuple(self.contacts),
            addresses=(self.address,) if self.address else (),
        )
