"""Agencies that work on one centre, or are told by it."""

from dataclasses import dataclass
from enum import StrEnum


class AgencyKind(StrEnum):
    """What an agency is there for; it bounds what its officers may do (`parakh.access`).

    The one whose centre this is has a kind of its own: it alone runs the centre.
    """

    CENTRE = "centre"
    CUSTOMS = "customs"
    IMMIGRATION = "immigration"
    ANTI_NARCOTICS = "anti_narcotics"
    POLICE = "police"
    OTHER = "other"


OTHERS = tuple(own for own in AgencyKind if own is not AgencyKind.CENTRE)
"""Kinds of the agencies that are guests of the centre."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Agency:
    """An agency; `id` is a short code such as `anf`, and "" for the one whose centre this is."""

    id: str
    name: str
    kind: AgencyKind
