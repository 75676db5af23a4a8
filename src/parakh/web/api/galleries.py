"""Galleries: what each is for and holds, its key, and pairs that look like one person.

Templates and pictures of other people's making stay inside: nothing here, or anywhere else in the
API, gives a template out.
"""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from parakh.access import Permission
from parakh.domain.gallery import Gallery, GalleryKind, Twin, TwinState
from parakh.services import galleries, keys, reenrolment, twins
from parakh.services.background import Progress
from parakh.services.galleries import GalleryRow
from parakh.services.keys import Erased
from parakh.services.reenrolment import Unfit
from parakh.services.twins import TwinView
from parakh.web.api.auth import Calling
from parakh.web.api.wire import PhraseOut, Wire

router = APIRouter(prefix="/galleries", tags=["galleries"])

GalleryId = Annotated[str, Path(description="identifier of the gallery")]


class GalleryIn(Wire):
    """What is said of a gallery."""

    name: str = Field(max_length=80)
    kind: GalleryKind = Field(GalleryKind.CUSTODY, description="stays as it was when changed")
    purpose: str = Field(max_length=2000, description="what the faces are held for")
    legal_basis: str = Field("", max_length=2000)
    retention_hours: int | None = Field(
        None, ge=1, le=87_600, description="null where the entry alone decides"
    )
    at_gates: bool = Field(True, description="whether every face at a gate is searched in it")
    units: list[str] = Field([], max_length=200, description="who may search it; empty for all")

    def gallery(self, gallery_id: str) -> Gallery:
        """The same as a domain value."""
        hours = self.retention_hours
        return Gallery(
            id=gallery_id,
            name=self.name,
            kind=self.kind,
            purpose=self.purpose.strip(),
            legal_basis=self.legal_basis.strip(),
            retention=None if hours is None else timedelta(hours=hours),
            at_gates=self.at_gates,
            units=frozenset(self.units),
        )


class GalleryOut(Wire):
    """A gallery with what it holds, in numbers."""

    id: str
    name: str
    kind: GalleryKind
    purpose: str
    legal_basis: str
    retention_hours: int | None
    at_gates: bool
    units: list[str]
    erased_at: datetime | None
    key_since: datetime | None = Field(description="null for a key as old as the centre")
    persons: int = Field(description="with templates, in force or waiting")
    searched: int = Field(description="of them, those with templates in force")
    waiting: int = Field(description="persons who wait for a second person's approval")
    pictureless: int | None = Field(
        description="entries of custody or missing persons that have no face; null for other kinds"
    )
    by_model: dict[str, int] = Field(description="enrolled pictures by the model that read them")
    open_twins: int
    open: bool = Field(description="whether the caller may search it by hand")
    warnings: list[PhraseOut]

    @classmethod
    def of(cls, value: GalleryRow) -> "GalleryOut":
        """From the service's value."""
        own = value.gallery
        return cls(
            id=own.id,
            name=own.name,
            kind=own.kind,
            purpose=own.purpose,
            legal_basis=own.legal_basis,
            retention_hours=own.retention and own.retention // timedelta(hours=1),
            at_gates=own.at_gates,
            units=sorted(own.units),
            erased_at=own.erased_at,
            key_since=value.key_since,
            persons=value.held.persons,
            searched=value.held.searched,
            waiting=value.held.waiting,
            pictureless=value.pictureless,
            by_model=value.held.by_model,
            open_twins=value.twins,
            open=value.open,
            warnings=[PhraseOut.of(one) for one in value.warnings],
        )


class ProgressOut(Wire):
    """How far work in the background is; `total` is 0 while nothing is known."""

    running: bool
    done: int
    total: int
    failed: bool

    @classmethod
    def of(cls, value: Progress) -> "ProgressOut":
        """From the service's value."""
        return cls(running=value.running, done=value.done, total=value.total, failed=value.failed)


class EraseIn(Wire):
    """Why a gallery is erased, and the second person who agrees, with his password, and a code of
    his app where he has one."""

    reason: str = Field(max_length=4000)
    second: str = Field(max_length=80)
    password: str = Field(max_length=1000)
    code: str = Field("", max_length=40)


class ErasedOut(Wire):
    """How much was destroyed: enrolled faces, pictures, sealed files."""

    faces: int
    pictures: int
    files: int

    @classmethod
    def of(cls, value: Erased) -> "ErasedOut":
        """From the service's value."""
        return cls(faces=value.templates, pictures=value.pictures, files=value.files)


class TwinOut(Wire):
    """Two entries that look like one person."""

    id: str
    gallery_id: str
    entry_id: str
    other_id: str
    names: list[str] = Field(description="of both, in the same order; empty for one unknown")
    score: float
    threshold: float
    found_at: datetime
    state: TwinState
    decided_by: str | None
    decided_at: datetime | None
    reason: str

    @classmethod
    def of(cls, value: Twin, names: list[str]) -> "TwinOut":
        """From the domain value."""
        return cls(
            id=value.id,
            gallery_id=value.gallery_id,
            entry_id=value.entry_id,
            other_id=value.other_id,
            names=names,
            score=value.score,
            threshold=value.threshold,
            found_at=value.found_at,
            state=value.state,
            decided_by=value.decided_by,
            decided_at=value.decided_at,
            reason=value.reason,
        )

    @classmethod
    def shown(cls, value: TwinView) -> "TwinOut":
        """From the service's value."""
        rows = (value.entry, value.other)
        return cls.of(value.twin, [str(next(iter(row.entry.names), "")) for row in rows])


class TwinDecisionIn(Wire):
    """Whether two entries are one person, and why."""

    same: bool
    reason: str = Field(max_length=4000)


class UnfitOut(Wire):
    """An entry whose picture the present face model cannot use."""

    entry_id: str
    picture_id: str
    cause: str

    @classmethod
    def of(cls, value: Unfit) -> "UnfitOut":
        """From the service's value."""
        return cls(entry_id=value.row.entry.id, picture_id=value.picture_id, cause=value.cause)


@router.get("")
def list_galleries(calling: Calling) -> list[GalleryOut]:
    """All galleries."""
    return [GalleryOut.of(row) for row in galleries.overview(calling.centre, calling.actor)]


@router.post("", status_code=201)
def add_gallery(calling: Calling, body: GalleryIn) -> GalleryOut:
    """Adds a gallery with a key of its own; 409 when the name is taken."""
    made = galleries.add(calling.centre, calling.actor, body.gallery(""))
    return _one(calling, made.id)


@router.get("/reenrolment")
def get_reenrolment(calling: Calling) -> ProgressOut:
    """How far enrolling everybody again is, after the face model was changed."""
    galleries.overview(calling.centre, calling.actor)
    return ProgressOut.of(calling.centre.reenrolling.progress)


@router.post("/reenrolment", status_code=202)
def begin_reenrolment(calling: Calling) -> ProgressOut:
    """Begins to enrol everybody again from the kept pictures."""
    return ProgressOut.of(reenrolment.begin(calling.centre, calling.actor))


@router.post("/twins/{twin_id}/decision")
def decide_twin(calling: Calling, twin_id: str, body: TwinDecisionIn) -> TwinOut:
    """Decides whether a pair is one person; 409 when that was decided before."""
    done = twins.decide(calling.centre, calling.actor, twin_id, same=body.same, reason=body.reason)
    return TwinOut.of(done, [])


@router.get("/{gallery_id}")
def get_gallery(calling: Calling, gallery_id: GalleryId) -> GalleryOut:
    """One gallery."""
    return _one(calling, gallery_id)


@router.put("/{gallery_id}")
def save_gallery(calling: Calling, gallery_id: GalleryId, body: GalleryIn) -> GalleryOut:
    """Changes what is said of a gallery; its kind stays."""
    galleries.save(calling.centre, calling.actor, body.gallery(gallery_id))
    return _one(calling, gallery_id)


@router.get("/{gallery_id}/rotation")
def get_rotation(calling: Calling, gallery_id: GalleryId) -> ProgressOut:
    """How far the replacing of a key is."""
    _one(calling, gallery_id)
    return ProgressOut.of(calling.centre.rotating.progress)


@router.post("/{gallery_id}/rotation", status_code=202)
def rotate_gallery_key(calling: Calling, gallery_id: GalleryId) -> ProgressOut:
    """Begins to replace the gallery's key, or goes on where that was cut off."""
    return ProgressOut.of(keys.begin_rotation(calling.centre, calling.actor, gallery_id))


@router.post("/{gallery_id}/erasure")
def erase_gallery(calling: Calling, gallery_id: GalleryId, body: EraseIn) -> ErasedOut:
    """Destroys the gallery's key and all faces that it holds; two persons have to agree."""
    calling.actor.require(Permission.KEEP_GALLERIES)
    second = keys.second_person(calling.centre, body.second, body.password, body.code)
    done = keys.erase(calling.centre, calling.actor, second, gallery_id, body.reason)
    return ErasedOut.of(done)


@router.get("/{gallery_id}/twins")
def list_twins(
    calling: Calling, gallery_id: GalleryId, state: TwinState | None = None
) -> list[TwinOut]:
    """Pairs that look like one person, the most alike first."""
    found = twins.of_gallery(calling.centre, calling.actor, gallery_id, state)
    return [TwinOut.shown(one) for one in found]


@router.post("/{gallery_id}/twins", status_code=202)
def seek_twins(calling: Calling, gallery_id: GalleryId) -> ProgressOut:
    """Begins to compare everybody in the gallery with each other; detainees and missing persons
    across all galleries of both kinds."""
    return ProgressOut.of(twins.begin(calling.centre, calling.actor, gallery_id))


@router.get("/{gallery_id}/unfit")
def list_unfit(calling: Calling, gallery_id: GalleryId) -> list[UnfitOut]:
    """Entries whose pictures the present face model cannot use; each needs another."""
    found = reenrolment.unfit(calling.centre, calling.actor, gallery_id)
    return [UnfitOut.of(one) for one in found]


def _one(calling: Calling, gallery_id: str) -> GalleryOut:
    return GalleryOut.of(galleries.view(calling.centre, calling.actor, gallery_id).row)
