"""A line of the vetting list as a row of a table to be taken out."""

from parakh.domain.hit import HitState
from parakh.services.vetting import Listed

HEADINGS = (
    "advice",
    "name",
    "birth_date",
    "sex",
    "nationality",
    "document",
    "issuer",
    "voyage",
    "origin",
    "destination",
    "direction",
    "due_at",
    "seat",
    "open_hits",
    "new_hits",
    "reasons",
)
"""Columns, by the names that the API uses too."""


def csv_row(own: Listed) -> tuple[str, ...]:
    """The texts under HEADINGS; times in UTC, reasons in English."""
    traveller, voyage = own.row.traveller, own.voyage
    hits = [hit for hit in own.row.hits if hit.state is HitState.OPEN]
    return (
        own.row.advice.value if own.row.advice else "",
        str(traveller.name),
        str(traveller.birth_date or ""),
        traveller.sex.value if traveller.sex else "",
        traveller.nationality or "",
        traveller.documents[0].number if traveller.documents else "",
        own.line.issuer or "",
        voyage.name,
        voyage.origin,
        voyage.destination,
        own.line.direction.value,
        voyage.due_at.isoformat(timespec="minutes") if voyage.due_at else "",
        traveller.seat or "",
        str(len(hits)),
        str(len(own.line.news)),
        "; ".join(str(hit.sentence) for hit in hits),
    )
