"""Faces: searched by hand, enrolled in custody, and staged for a voyage."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Path, Query, UploadFile
from pydantic import Field

from parakh.access import Purpose
from parakh.domain.gallery import StagedFrom
from parakh.errors import InvalidInput
from parakh.services import custody, face_search, staging
from parakh.services.custody import Alike, PersonView
from parakh.services.face_search import FaceAnswer, FaceQuestion, Found
from parakh.services.staging import Staged
from parakh.web.api.auth import Calling
from parakh.web.api.galleries import TwinOut
from parakh.web.api.watchlists import EntryOut, EntryPageOut, EntryRowOut, ReasonIn
from parakh.web.api.wire import Wire
from parakh.web.enrolments import Filled
from parakh.web.queries import PageNumber
from parakh.web.uploads import content

router = APIRouter(tags=["faces"])


class FoundOut(Wire):
    """Somebody enrolled, and how alike he looks."""

    entry: EntryOut
    watchlist: str
    gallery: str
    picture_id: str | None
    score: float = Field(description="cosine similarity, -1 to 1")
    threshold: float = Field(description="needed among so many")
    match: bool
    waits: bool = Field(description="by a face that waits for a second person's approval")

    @classmethod
    def of(cls, value: Found) -> "FoundOut":
        """From the service's value."""
        own = value.match
        return cls(
            entry=EntryOut.of(own.entry),
            watchlist=own.watchlist.name,
            gallery=own.gallery.name,
            picture_id=value.picture_id,
            score=own.score,
            threshold=own.threshold,
            match=own.match,
            waits=value.waits,
        )


class FaceAnswerOut(Wire):
    """Who looks like the face, most alike first; advice, not a decision."""

    quality: float = Field(description="of the picture, 0 to 1")
    galleries: list[str] = Field(description="names of those that were searched")
    persons: int = Field(description="compared, with those who wait")
    waiting: int = Field(description="of them, those who wait for a second person's approval")
    threshold: float
    found: list[FoundOut]
    near: list[FoundOut] = Field(
        description="under the threshold but not far from it, three at most"
    )

    @classmethod
    def of(cls, value: FaceAnswer) -> "FaceAnswerOut":
        """From the service's value."""
        return cls(
            quality=value.quality.score,
            galleries=[own.name for own in value.galleries],
            persons=value.persons,
            waiting=value.waiting,
            threshold=value.threshold,
            found=[FoundOut.of(own) for own in value.found],
            near=[FoundOut.of(own) for own in value.near],
        )


class ComparisonOut(Wire):
    """The comparison of two faces (1:1)."""

    score: float
    threshold: float
    match: bool


class AlikeOut(Wire):
    """Who is enrolled already and looks like the person."""

    found: list[FoundOut]
    near: list[FoundOut]
    persons: int
    threshold: float
    elsewhere: bool = Field(
        description="somebody in a gallery not open to the caller is alike; a supervisor looks"
    )

    @classmethod
    def of(cls, value: Alike) -> "AlikeOut":
        """From the service's value."""
        return cls(
            found=[FoundOut.of(own) for own in value.found],
            near=[FoundOut.of(own) for own in value.near],
            persons=value.persons,
            threshold=value.threshold,
            elsewhere=value.elsewhere,
        )


class PersonOut(Wire):
    """One enrolled person, and those who look like him."""

    row: EntryRowOut
    gallery: str
    waiting: list[str] = Field(description="pictures that another person has to approve")
    twins: list[TwinOut]
    elsewhere: bool = Field(
        description="somebody in a gallery not open to the caller looks like this person"
    )
    may_release: bool

    @classmethod
    def of(cls, value: PersonView) -> "PersonOut":
        """From the service's value."""
        return cls(
            row=EntryRowOut.of(value.row),
            gallery=value.gallery.name,
            waiting=list(value.waiting),
            twins=[TwinOut.shown(own) for own in value.twins],
            elsewhere=value.elsewhere,
            may_release=value.may_release,
        )


class StagedOut(Wire):
    """One picture of several; `cause` is empty where it was staged."""

    document: str
    traveller_id: str | None
    cause: str

    @classmethod
    def of(cls, value: Staged) -> "StagedOut":
        """From the service's value."""
        return cls(document=value.document, traveller_id=value.traveller_id, cause=value.cause)


# --- by hand ----------------------------------------------------------------------------------


@router.post("/faces/search")
def search_faces(
    calling: Calling,
    picture: Annotated[UploadFile, File(description="a picture of one person")],
    reason: Annotated[str, Form(max_length=4000, description="stands in the audit trail")],
    purpose: Annotated[Purpose, Form()] = Purpose.VETTING,
    galleries: Annotated[
        list[str] | None, Form(description="identifiers; all that are open when left out")
    ] = None,
) -> FaceAnswerOut:
    """Searches a face in the galleries open to the caller (1:N); nothing of it is stored."""
    question = FaceQuestion(galleries=frozenset(galleries or ()), purpose=purpose, reason=reason)
    data = content(picture, "a picture")
    return FaceAnswerOut.of(face_search.search(calling.centre, calling.actor, data, question))


@router.post("/faces/verify")
def compare_faces(
    calling: Calling,
    one: Annotated[UploadFile, File()],
    other: Annotated[UploadFile, File()],
    reason: Annotated[str, Form(max_length=4000)],
    purpose: Annotated[Purpose, Form()] = Purpose.VETTING,
) -> ComparisonOut:
    """Compares the faces of two pictures (1:1); nothing of them is stored."""
    shots = [content(own, "a picture") for own in (one, other)]
    done = face_search.verify(calling.centre, calling.actor, shots[0], shots[1], purpose, reason)
    return ComparisonOut(score=done.score, threshold=done.threshold, match=done.match)


# --- custody and missing persons --------------------------------------------------------------


@router.post("/custody/search")
def look_for_person(calling: Calling, form: Filled) -> AlikeOut:
    """Who is enrolled already and looks like the person; nobody is enrolled by it."""
    return AlikeOut.of(
        custody.look(calling.centre, calling.actor, form.enrolment(calling.centre.settings.zone))
    )


@router.post("/custody/entries", status_code=201)
def enrol_person(calling: Calling, form: Filled) -> EntryOut:
    """Enrols a person, for another to approve; 409 while somebody alike was not compared."""
    made = custody.enrol(
        calling.centre,
        calling.actor,
        form.enrolment(calling.centre.settings.zone),
        frozenset(form.seen),
    )
    return EntryOut.of(made)


@router.get("/custody/entries")
def list_enrolled(
    calling: Calling,
    q: Annotated[str, Query(max_length=200, description="words of a name, or a number")] = "",
    page: PageNumber = 1,
) -> EntryPageOut:
    """Those who are enrolled in the galleries open to the caller, newest first."""
    return EntryPageOut.of(custody.enrolled(calling.centre, calling.actor, text=q, page=page))


@router.get("/custody/entries/{entry_id}")
def get_enrolled(calling: Calling, entry_id: str) -> PersonOut:
    """One enrolled person."""
    return PersonOut.of(custody.person(calling.centre, calling.actor, entry_id))


@router.post("/custody/entries/{entry_id}/release")
def release_person(calling: Calling, entry_id: str, body: ReasonIn) -> EntryOut:
    """Ends an enrolment; the person's pictures and templates are deleted at once."""
    return EntryOut.of(custody.release(calling.centre, calling.actor, entry_id, body.reason))


# --- for voyages ------------------------------------------------------------------------------

VoyageId = Annotated[str, Path(description="identifier of the voyage")]


class FaceStagedOut(Wire):
    """A traveller's face is ready for his crossing."""

    id: str


@router.post("/voyages/{voyage_id}/travellers/{traveller_id}/faces", status_code=201)
def stage_face(
    calling: Calling,
    voyage_id: VoyageId,
    traveller_id: str,
    picture: Annotated[UploadFile, File()],
    staged_from: Annotated[StagedFrom, Form()] = StagedFrom.DOCUMENT,
) -> FaceStagedOut:
    """Stages the face of a traveller; the picture is not kept, its template until he crossed."""
    made = staging.stage(
        calling.centre,
        calling.actor,
        voyage_id,
        traveller_id,
        content(picture, "a picture"),
        staged_from,
    )
    return FaceStagedOut(id=made)


@router.post("/voyages/{voyage_id}/faces")
def stage_faces(
    calling: Calling,
    voyage_id: VoyageId,
    pictures: Annotated[list[UploadFile], File(description="50 at most")],
    documents: Annotated[list[str], Form(description="document number of each, in that order")],
    staged_from: Annotated[StagedFrom, Form()] = StagedFrom.REGISTER,
) -> list[StagedOut]:
    """Stages faces by document number; tells of each what became of it."""
    if len(pictures) != len(documents):
        raise InvalidInput("each picture needs the number of one document")
    shots = [
        (number, content(own, "a picture")) for number, own in zip(documents, pictures, strict=True)
    ]
    done = staging.stage_many(calling.centre, calling.actor, voyage_id, shots, staged_from)
    return [StagedOut.of(own) for own in done]
