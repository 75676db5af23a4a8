"""Versions of watchlists: read, compared, applied or discarded."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, File, Form, Path, UploadFile
from pydantic import AwareDatetime, Field

from parakh.domain.listing import Difference, DifferenceKind, Version, VersionState
from parakh.domain.message import Severity
from parakh.services import versions
from parakh.services.versions import DifferencePage, VersionView
from parakh.web.api.auth import Calling
from parakh.web.api.entry_changes import FieldChangeOut
from parakh.web.api.watchlists import ReasonIn
from parakh.web.api.wire import Wire
from parakh.web.list_files import stored
from parakh.web.queries import PageNumber

router = APIRouter(prefix="/watchlists", tags=["watchlists"])

ListId = Annotated[str, Path(description="identifier of the list")]
VersionId = Annotated[str, Path(description="identifier of the version")]


class ListProblemOut(Wire):
    """What could not be read of a file; a warning cost no entry."""

    line: int
    column: int
    cause: str
    entry: str = Field(description="number and name of the entry, where the file says them")
    severity: Severity


class VersionOut(Wire):
    """One reading of a list's source, compared with the entries then in force."""

    id: str
    watchlist_id: str
    ordinal: int = Field(description="place among the list's versions, from 1")
    form: str
    file_name: str
    digest: str = Field(description="SHA-256 of the files read, in hexadecimal")
    published: str = Field(description="when the publisher says that it was made; may be empty")
    fetched_at: datetime
    state: VersionState
    added: int
    changed: int
    removed: int
    same: int
    drastic: bool = Field(description="whether more than a third of the list would go")
    unread: int = Field(description="rows of the file that could not be read")
    doubtful: bool = Field(description="whether `confirm_removal` is needed to apply it")
    problems: int
    imported_by: str
    imported_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str

    @classmethod
    def of(cls, value: Version) -> "VersionOut":
        """From the domain value."""
        return cls(
            id=value.id,
            watchlist_id=value.watchlist_id,
            ordinal=value.ordinal,
            form=value.form,
            file_name=value.file_name,
            digest=value.digest,
            published=value.published,
            fetched_at=value.fetched_at,
            state=value.state,
            added=value.added,
            changed=value.changed,
            removed=value.removed,
            same=value.same,
            drastic=value.drastic,
            unread=value.unread,
            doubtful=value.doubtful,
            problems=len(value.problems),
            imported_by=value.imported_by,
            imported_at=value.imported_at,
            decided_by=value.decided_by,
            decided_at=value.decided_at,
            reason=value.reason,
        )


class PreparedOut(Wire):
    """A version that waits; `new` is false when the file says nothing new."""

    version: VersionOut
    new: bool


class VersionViewOut(Wire):
    """A version with its problems, and whether the caller may decide on it now."""

    version: VersionOut
    problems: list[ListProblemOut]
    may_decide: bool
    stale: bool = Field(description="whether the list has changed since it was compared")

    @classmethod
    def of(cls, value: VersionView) -> "VersionViewOut":
        """From the service's value."""
        return cls(
            version=VersionOut.of(value.version),
            problems=[
                ListProblemOut(
                    line=own.line,
                    column=own.column,
                    cause=own.cause,
                    entry=own.entry,
                    severity=own.severity,
                )
                for own in value.version.problems
            ],
            may_decide=value.may_decide,
            stale=value.stale,
        )


class DifferenceOut(Wire):
    """What a version does to one entry; the fields are texts before and after."""

    kind: DifferenceKind
    entry_id: str
    name: str
    fields: list[FieldChangeOut]

    @classmethod
    def of(cls, value: Difference) -> "DifferenceOut":
        """From the domain value."""
        return cls(
            kind=value.kind,
            entry_id=value.entry_id,
            name=value.name,
            fields=[FieldChangeOut.of(one) for one in value.fields],
        )


class DifferencePageOut(Wire):
    """A page of what a version changes."""

    rows: list[DifferenceOut]
    total: int
    page: int
    pages: int

    @classmethod
    def of(cls, value: DifferencePage) -> "DifferencePageOut":
        """From the service's value."""
        return cls(
            rows=[DifferenceOut.of(row) for row in value.rows],
            total=value.total,
            page=value.page,
            pages=value.pages,
        )


class ApplyIn(ReasonIn):
    """Why a version is applied."""

    confirm_removal: bool = Field(
        False, description="needed when more than a third of the list would go"
    )


@router.post("/{list_id}/versions", status_code=201)
def prepare_version(
    calling: Calling,
    list_id: ListId,
    file: Annotated[list[UploadFile], File(description="the file, and those that belong to it")],
    form: Annotated[str, Form(description="`csv`, `ofac-xml` and the like", max_length=40)],
    fetched_at: Annotated[AwareDatetime | None, Form()] = None,
) -> PreparedOut:
    """Reads a file as a new version of a list and compares it; nothing is screened yet."""
    with stored(form, file) as (path, name):
        done = versions.prepare(
            calling.centre,
            calling.actor,
            form,
            path,
            list_id=list_id,
            fetched_at=fetched_at,
            file_name=name,
        )
    return PreparedOut(version=VersionOut.of(done.version), new=done.new)


@router.get("/{list_id}/versions")
def list_versions(calling: Calling, list_id: ListId) -> list[VersionOut]:
    """All versions of a list, the newest first."""
    return [VersionOut.of(one) for one in versions.versions(calling.centre, calling.actor, list_id)]


@router.get("/versions/{version_id}")
def get_version(calling: Calling, version_id: VersionId) -> VersionViewOut:
    """One version, with what could not be read."""
    return VersionViewOut.of(versions.version(calling.centre, calling.actor, version_id))


@router.get("/versions/{version_id}/differences")
def list_differences(
    calling: Calling,
    version_id: VersionId,
    kind: DifferenceKind | None = None,
    page: PageNumber = 1,
) -> DifferencePageOut:
    """What a version adds, changes and takes away, fifty at a time."""
    found = versions.differences(calling.centre, calling.actor, version_id, kind, page)
    return DifferencePageOut.of(found)


@router.post("/versions/{version_id}/apply")
def apply_version(calling: Calling, version_id: VersionId, body: ApplyIn) -> VersionOut:
    """Puts a version in force, all of it or nothing; 403 for the person who prepared it."""
    return VersionOut.of(
        versions.apply(
            calling.centre,
            calling.actor,
            version_id,
            body.reason,
            confirm_removal=body.confirm_removal,
        )
    )


@router.post("/versions/{version_id}/discard")
def discard_version(calling: Calling, version_id: VersionId, body: ReasonIn) -> VersionOut:
    """Discards a version; the list stays as it is."""
    return VersionOut.of(versions.discard(calling.centre, calling.actor, version_id, body.reason))
