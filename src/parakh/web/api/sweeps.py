"""Sweeps: how far new and changed entries have been held against everybody on file."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import Field

from parakh.services import sweeps
from parakh.services.sweeps import SweepPage
from parakh.store.sweeps import Sweep
from parakh.web.api.auth import Calling
from parakh.web.api.wire import Wire
from parakh.web.queries import PageNumber

router = APIRouter(prefix="/sweeps", tags=["sweeps"])


class SweepOut(Wire):
    """Entries on their way through everybody on file, from the newest traveller to the oldest."""

    id: str
    started_at: datetime
    moved_at: datetime = Field(description="when its last batch was done")
    finished_at: datetime | None
    entries: int
    first_entries: list[str] = Field(description="identifiers of the first, in order of name")
    watchlists: list[str] = Field(description="identifiers of the lists of all its entries")
    total: int = Field(description="travellers to screen when it began")
    done: int
    hits: int = Field(description="new ones, of which a unit was told")
    alerts: int
    seconds: float
    failure: str = Field(description="why its last try came to nothing; empty while it gets on")
    unscreened: int = Field(
        description="travellers who could not be screened, and are tried again twice a minute"
    )

    @classmethod
    def of(cls, value: Sweep) -> "SweepOut":
        """From the stored value."""
        return cls(
            id=value.id,
            started_at=value.started_at,
            moved_at=value.moved_at,
            finished_at=value.finished_at,
            entries=value.entries,
            first_entries=list(value.first_ids),
            watchlists=list(value.list_ids),
            total=value.total,
            done=value.done,
            hits=value.hits,
            alerts=value.alerts,
            seconds=value.seconds,
            failure=value.failure,
            unscreened=value.unscreened,
        )


class SweepPageOut(Wire):
    """A page of sweeps, newest first."""

    rows: list[SweepOut]
    total: int
    page: int
    pages: int

    @classmethod
    def of(cls, value: SweepPage) -> "SweepPageOut":
        """From the service's value."""
        return cls(
            rows=[SweepOut.of(own) for own in value.rows],
            total=value.total,
            page=value.page,
            pages=value.pages,
        )


@router.get("")
def list_sweeps(calling: Calling, page: PageNumber = 1) -> SweepPageOut:
    """Sweeps, newest first, 25 at a time."""
    return SweepPageOut.of(sweeps.history(calling.centre, calling.actor, page=page))


@router.get("/{sweep_id}")
def get_sweep(calling: Calling, sweep_id: str) -> SweepOut:
    """One sweep, with its progress."""
    return SweepOut.of(sweeps.get(calling.centre, calling.actor, sweep_id))
