"""Redress: a person who was taken for a listed one once is not taken for him again."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from parakh.domain.dates import PartialDate
from parakh.domain.hit import Ref
from parakh.domain.traveller import Document, PersonName


@dataclass(frozen=True, kw_only=True, slots=True)
class Addition:
    """What an officer added to a record later, such as a renewed passport.

    Attributes:
        document: the document, or None where only a picture was added.
        picture: whether a picture was added (it takes the place of the one before).
    """

    document: Document | None
    picture: bool
    reason: str
    by: str
    at: datetime


class Difference(StrEnum):
    """Why a record does not recognise somebody."""

    WITHDRAWN = "withdrawn"
    ENTRY = "entry"
    PROFILE = "profile"
    REASON = "reason"
    NAME = "name"
    BIRTH_DATE = "birth_date"
    NATIONALITY = "nationality"
    DOCUMENT = "document"
    LISTED = "listed"
    FACE = "face"


@dataclass(frozen=True, kw_only=True, slots=True)
class Redress:
    """That a human cleared somebody of being a certain listed one, or of belonging to a profile.

    It holds as long as neither changes: the person by name, birth date, nationality and one of the
    documents (of a document that is listed, another one than that), after a hit on his face by a
    kept picture, too; the entry or profile by all that it is matched by.

    Attributes:
        target, target_print: the watchlist entry or profile, and a digest of what it was matched by
            at the time.
        screener: identifier of the screener whose hit was cleared (`name`, `document`, `face`,
            `profiles`, `links`).
        reasons: by what the hit came about; another reason is asked about anew. None for hits on
            entries, whose print tells all.
        documents: those by which the person is known again; one of them must be shown.
        picture_id: a picture of the person, where the officer kept one; None otherwise.
        hit_id: the hit that was cleared.
        reason: what the officer compared and what it showed.
        additions: what was added since, oldest first; its documents stand in `documents` too.
        withdrawn_by: who found that the clearing was wrong; from then on it does not hold.
    """

    id: str
    target: Ref
    target_print: str
    screener: str
    name: PersonName
    birth_date: PartialDate | None
    nationality: str | None
    documents: tuple[Document, ...]
    picture_id: str | None
    hit_id: str
    reason: str
    by: str
    at: datetime
    reasons: tuple[str, ...] = ()
    additions: tuple[Addition, ...] = ()
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None
    withdrawn_reason: str = ""

    @property
    def holds(self) -> bool:
        """Whether it was not withdrawn."""
        return self.withdrawn_by is None
