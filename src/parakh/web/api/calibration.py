"""How many travellers each list raises by name, and the thresholds that follow."""

from collections.abc import Mapping
from datetime import datetime

from fastapi import APIRouter
from pydantic import Field

from parakh.learn.calibration import Basis, Bound, Curve, Setting
from parakh.screen.calibration import Band
from parakh.services import calibration
from parakh.services.background import Progress
from parakh.services.calibration import ListRow, Overview
from parakh.web.api.auth import Calling
from parakh.web.api.wire import Wire

router = APIRouter(prefix="/calibration", tags=["watchlists"])


class ProgressOut(Wire):
    """A measurement under way in this process; `total` is 0 while names are counted."""

    running: bool
    done: int = Field(description="travellers screened")
    total: int
    failed: bool = Field(description="whether the last one failed")

    @classmethod
    def of(cls, value: Progress) -> "ProgressOut":
        """From the service's value."""
        return cls(running=value.running, done=value.done, total=value.total, failed=value.failed)


class CurveOut(Wire):
    """How many of the travellers of a band score each threshold or more."""

    thresholds: list[float]
    raised: list[int]
    travellers: int

    @classmethod
    def of(cls, value: Curve) -> "CurveOut":
        """From the measured value."""
        return cls(
            thresholds=list(value.thresholds),
            raised=list(value.raised),
            travellers=value.travellers,
        )


class SettingOut(Wire):
    """The threshold in force for the names of one band."""

    threshold: float
    basis: Basis = Field(
        description="standard (the list has no rate); band (its own travellers); pooled (those of "
        "all bands, its own are too few); few (even these are, the standard threshold stands)"
    )
    bound: Bound | None = Field(description="the end of what may be set, if it was reached")
    travellers: int
    raised: int
    certain: int = Field(
        description="of those raised, how many any threshold raises, for name and birth date are "
        "equal: taken for listed, and not counted in the rate"
    )
    rate: float | None = Field(description="the others raised, of travellers; null without any")
    rate_low: float | None = Field(description="of its 95% interval (Wilson)")
    rate_high: float | None

    @classmethod
    def of(cls, value: Setting) -> "SettingOut":
        """From the measured value."""
        return cls(
            threshold=value.threshold,
            basis=value.basis,
            bound=value.bound,
            travellers=value.travellers,
            raised=value.raised,
            certain=value.certain,
            rate=value.rate and value.rate.value,
            rate_low=value.rate and value.rate.low,
            rate_high=value.rate and value.rate.high,
        )


class CalibratedListOut(Wire):
    """A list: what it is allowed, what it raises, its thresholds and curves by band of names."""

    id: str
    name: str
    one_in: int | None = Field(description="at most 1 in so many; null for the standard threshold")
    share: float | None = Field(description="of all travellers measured, those raised by name")
    alerts_a_day: float | None = Field(description="at present traffic")
    settings: Mapping[Band, SettingOut] = Field(description="empty where not measured yet")
    curves: Mapping[Band, CurveOut]

    @classmethod
    def of(cls, value: ListRow) -> "CalibratedListOut":
        """From the service's value."""
        return cls(
            id=value.watchlist.id,
            name=value.watchlist.name,
            one_in=value.now.one_in,
            share=value.now.share,
            alerts_a_day=value.now.daily,
            settings={band: SettingOut.of(own) for band, own in value.now.settings.items()},
            curves={band: CurveOut.of(own) for band, own in value.curves.items()},
        )


class CalibrationOut(Wire):
    """All lists as measured last; the moments are null before the first measurement."""

    measured_at: datetime | None
    measured_by: str | None
    travellers: int = Field(description="who were screened for it")
    population: int = Field(description="persons whose names were counted for it")
    persons: int = Field(description="known now")
    travellers_a_day: float
    progress: ProgressOut
    lists: list[CalibratedListOut]

    @classmethod
    def of(cls, value: Overview) -> "CalibrationOut":
        """From the service's value."""
        last = value.last
        return cls(
            measured_at=last and last.at,
            measured_by=last and last.by,
            travellers=last.travellers if last else 0,
            population=last.population if last else 0,
            persons=value.persons,
            travellers_a_day=value.daily,
            progress=ProgressOut.of(value.progress),
            lists=[CalibratedListOut.of(row) for row in value.rows],
        )


@router.get("")
def get_calibration(calling: Calling) -> CalibrationOut:
    """What each list raises by name, measured on the centre's own traffic; figures of nobody."""
    return CalibrationOut.of(calibration.overview(calling.centre, calling.actor))


@router.post("", status_code=202)
def measure_calibration(calling: Calling) -> ProgressOut:
    """Begins to measure, unless that is under way; `GET` tells how far it is."""
    return ProgressOut.of(calibration.begin(calling.centre, calling.actor))
