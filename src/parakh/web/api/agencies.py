"""Agencies of the centre, and whose each unit is."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from parakh.domain.agency import Agency, AgencyKind
from parakh.domain.unit import Unit
from parakh.services import agencies
from parakh.services.agencies import AgencyRow
from parakh.web.api.auth import Calling
from parakh.web.api.wire import Wire

router = APIRouter(prefix="/agencies", tags=["agencies"])


class AgencyIn(Wire):
    """What is said of a guest agency."""

    name: str = Field(max_length=80)
    kind: AgencyKind = Field(description="any but `centre`; bounds what its officers may do")


class PlacedUnit(Wire):
    """Whose a unit is, and where it works."""

    agency: str = Field("", max_length=32, description="code; empty for the centre's own agency")
    region: str = Field("", max_length=80)
    regional: bool = Field(False, description="whether it is the region's centre")


class UnitOut(PlacedUnit):
    """A unit of an agency."""

    id: str
    name: str
    ports: list[str]

    @classmethod
    def of(cls, value: Unit) -> "UnitOut":
        """From the domain value."""
        return cls(
            id=value.id,
            name=value.name,
            ports=sorted(value.ports),
            agency=value.agency,
            region=value.region,
            regional=value.regional,
        )


class AgencyOut(Wire):
    """An agency with its units; the code is empty for the one whose centre this is."""

    code: str
    name: str
    kind: AgencyKind
    units: list[UnitOut]
    officers: int = Field(description="open accounts of its units")

    @classmethod
    def of(cls, value: AgencyRow) -> "AgencyOut":
        """From the service's value."""
        return cls(
            code=value.agency.id,
            name=value.agency.name,
            kind=value.agency.kind,
            units=[UnitOut.of(own) for own in value.units],
            officers=value.officers,
        )


@router.get("")
def list_agencies(calling: Calling) -> list[AgencyOut]:
    """All agencies, the one whose centre this is first."""
    return [AgencyOut.of(own) for own in agencies.overview(calling.centre, calling.actor)]


@router.put("/units/{unit_id}")
def place_unit(calling: Calling, unit_id: str, placed: PlacedUnit) -> UnitOut:
    """Says whose a unit is, and in which region it works."""
    made = agencies.place_unit(
        calling.centre,
        calling.actor,
        unit_id,
        agency=placed.agency,
        region=placed.region,
        regional=placed.regional,
    )
    return UnitOut.of(made)


@router.put("/{code}")
def save_agency(
    calling: Calling,
    code: Annotated[str, Path(description="2 to 32 small letters, digits, dashes")],
    told: AgencyIn,
) -> AgencyIn:
    """Adds a guest agency, or changes its name or kind."""
    value = Agency(id=code, name=told.name, kind=told.kind)
    made = agencies.save(calling.centre, calling.actor, value)
    return AgencyIn(name=made.name, kind=made.kind)
