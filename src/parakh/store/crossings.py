"""What other systems reported of crossings: every report is kept, the newest holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from parakh.clock import around
from parakh.domain.ids import new_id
from parakh.domain.voyage import Crossing, Voyage
from parakh.ingest.records import DeclaredCrossing
from parakh.normalise.join import Marks
from parakh.store.codec import DECLARED, MARKS, Codec
from parakh.store.tables import capture, crossing, crossing_report, document, record, traveller
from parakh.store.travellers import crossing_of

_REPORT: Codec[DeclaredCrossing] = Codec(DeclaredCrossing)

Name = tuple[str, str]
"""Source and reference, which name one crossing for good."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What one message said of a crossing.

    Attributes:
        ordinal: place in the message, from 0.
        crossing_id: which crossing it is, None where it is none (any more).
    """

    part_id: str
    ordinal: int
    said_at: datetime
    declared: DeclaredCrossing
    crossing_id: str | None = None

    @property
    def name(self) -> Name:
        """What names the crossing."""
        return self.declared.source, self.declared.reference

    @property
    def order(self) -> tuple[datetime, str, int]:
        """Message order."""
        return self.said_at, self.part_id, self.ordinal


def forget_part(connection: sa.Connection, part_id: str) -> dict[Name, str | None]:
    """Removes what an earlier reading of a part reported; gives the crossings it was about."""
    mine = crossing_report.c.part_id == part_id
    query = sa.select(
        crossing_report.c.source, crossing_report.c.reference, crossing_report.c.crossing_id
    ).where(mine)
    known = {(row.source, row.reference): row.crossing_id for row in connection.execute(query)}
    connection.execute(crossing_report.delete().where(mine))
    return known


def add(connection: sa.Connection, reports: Iterable[Report]) -> None:
    """Keeps reports."""
    rows = [
        {
            "id": new_id(),
            "part_id": own.part_id,
            "source": own.declared.source,
            "reference": own.declared.reference,
            "crossing_id": own.crossing_id,
            "line": own.declared.line,
            "ordinal": own.ordinal,
            "said_at": own.said_at,
            "data": _REPORT.dump(own.declared),
        }
        for own in reports
    ]
    if rows:
        connection.execute(crossing_report.insert(), rows)


def named(connection: sa.Connection, name: Name) -> list[Report]:
    """All reports of one crossing, in message order."""
    source, reference = name
    return _reports(
        connection,
        (crossing_report.c.source == source) & (crossing_report.c.reference == reference),
    )


def about(connection: sa.Connection, crossing_id: str) -> list[Report]:
    """All reports that led to a crossing, in message order."""
    return _reports(connection, crossing_report.c.crossing_id == crossing_id)


def assign(connection: sa.Connection, name: Name, crossing_id: str | None) -> None:
    """Says which crossing a name stands for."""
    source, reference = name
    connection.execute(
        crossing_report.update()
        .where(crossing_report.c.source == source, crossing_report.c.reference == reference)
        .values(crossing_id=crossing_id)
    )


def came_before(
    connection: sa.Connection, at: Voyage, within: timedelta
) -> list[tuple[Name, Crossing]]:
    """Reported crossings without a voyage at this voyage's port, about when it is due, by somebody
    with a document, or a name and birth date, of one of its travellers."""
    if at.due_at is None:
        return []
    theirs = sa.alias(traveller)
    own, other = sa.alias(document), sa.alias(document)
    same_document = (
        sa.select(own.c.number)
        .join(other, other.c.number == own.c.number)
        .join(theirs, theirs.c.id == other.c.traveller_id)
        .where(own.c.traveller_id == crossing.c.traveller_id, theirs.c.voyage_id == at.id)
    )
    same_name = sa.select(theirs.c.id).where(
        theirs.c.voyage_id == at.id,
        theirs.c.name_key == traveller.c.name_key,
        theirs.c.birth_date == traveller.c.birth_date,
    )
    query = (
        sa.select(crossing, crossing_report.c.source, crossing_report.c.reference)
        .join(traveller, traveller.c.id == crossing.c.traveller_id)
        .join(crossing_report, crossing_report.c.crossing_id == crossing.c.id)
        .where(
            crossing.c.port == at.port,
            crossing.c.at.between(*around(at.due_at, within)),
            crossing.c.voyage_id.is_(None),
            same_document.exists() | same_name.exists(),
        )
        .order_by(crossing.c.at, crossing.c.id)
    )
    found = {(row.source, row.reference): crossing_of(row) for row in connection.execute(query)}
    return list(found.items())


def captured(connection: sa.Connection, crossing_id: str) -> bool:
    """Whether one of the centre's own gates saw it."""
    query = sa.select(capture.c.id).where(capture.c.crossing_id == crossing_id).limit(1)
    return connection.execute(query).first() is not None


def bearers(connection: sa.Connection, numbers: Iterable[str]) -> set[str]:
    """Travellers who declared a document of these numbers."""
    query = sa.select(document.c.traveller_id).where(document.c.number.in_(list(numbers)))
    return set(connection.execute(query).scalars())


def delete(connection: sa.Connection, crossing_id: str) -> None:
    """Removes a crossing that did not take place, and that nobody had announced."""
    connection.execute(crossing.delete().where(crossing.c.id == crossing_id))


def forget_records(connection: sa.Connection, reports: Iterable[Report]) -> None:
    """Takes what reports said of a person off him."""
    for own in reports:
        connection.execute(
            record.delete().where(record.c.part_id == own.part_id, record.c.ordinal == own.ordinal)
        )


def add_record(connection: sa.Connection, report: Report, traveller_id: str, marks: Marks) -> None:
    """Keeps what a report said of somebody beside the lists of his voyage, if he has one."""
    declared = report.declared.traveller
    if declared is None:
        return
    forget_records(connection, [report])
    connection.execute(
        record.insert().values(
            id=new_id(),
            part_id=report.part_id,
            traveller_id=traveller_id,
            line=declared.line,
            ordinal=report.ordinal,
            marks=MARKS.dump(marks),
            data=DECLARED.dump(declared),
        )
    )


def _reports(connection: sa.Connection, which: sa.ColumnElement[bool]) -> list[Report]:
    rows = connection.execute(sa.select(crossing_report).where(which))
    found = [
        Report(
            part_id=row.part_id,
            ordinal=row.ordinal,
            said_at=row.said_at,
            declared=_REPORT.load(row.data),
            crossing_id=row.crossing_id,
        )
        for row in rows
    ]
    return sorted(found, key=lambda own: own.order)
