"""Identities verified with a national register: one person at a time, by people, with a reason."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, File, Form, Path, UploadFile
from pydantic import Field

from parakh.access import Purpose
from parakh.domain.connector import Compared, IdentityVerdict, Verification
from parakh.services import identity
from parakh.services.identity import IdentityView, Wanted
from parakh.web.api.auth import Calling
from parakh.web.api.wire import Wire
from parakh.web.uploads import optional

router = APIRouter(prefix="/travellers/{traveller_id}/verifications", tags=["linked systems"])

TravellerId = Annotated[str, Path(description="identifier of the traveller")]


class VerificationOut(Wire):
    """What a register said of one traveller."""

    id: str
    connector: str = Field(description="the register")
    by: str
    at: datetime
    purpose: Purpose
    reason: str
    tail: str = Field(description="the last four signs of the number")
    portrait: bool = Field(description="whether a portrait was asked about")
    agreement: IdentityVerdict
    fields: dict[Compared, bool] = Field(description="of what was compared: whether it agrees")
    reference: str = Field(description="the register's own number for the question")
    expires_at: datetime

    @classmethod
    def of(cls, value: Verification) -> "VerificationOut":
        """From the domain value."""
        told = {name: getattr(value, name) for name in cls.model_fields}
        return cls(**told | {"purpose": Purpose(value.purpose), "fields": dict(value.fields)})


class VerificationsOut(Wire):
    """What registers said of one traveller, and whether the caller may ask."""

    verifications: list[VerificationOut] = Field(description="the newest first")
    registers: list[str] = Field(description="that the caller may ask")
    left: int = Field(description="how often the caller may still ask within this hour")

    @classmethod
    def of(cls, value: IdentityView) -> "VerificationsOut":
        """From the service's value."""
        return cls(
            verifications=[VerificationOut.of(own) for own in value.verifications],
            registers=list(value.registers),
            left=value.left,
        )


@router.get("")
def list_verifications(calling: Calling, traveller_id: TravellerId) -> VerificationsOut:
    """What registers said of a traveller."""
    found = identity.of_traveller(calling.centre, calling.actor, traveller_id)
    return VerificationsOut.of(found)


@router.post("", status_code=201)
def verify_identity(
    calling: Calling,
    traveller_id: TravellerId,
    number: Annotated[str, Form(max_length=40)],
    reason: Annotated[str, Form(max_length=4000)],
    purpose: Annotated[Purpose, Form()] = Purpose.VETTING,
    connector: Annotated[str, Form(max_length=80)] = "",
    portrait: Annotated[UploadFile | None, File()] = None,
) -> VerificationOut:
    """Asks a register about one traveller, by name and birth date as declared; people only.

    403 at the bound of an hour, 409 where no register is in force.
    """
    wanted = Wanted(number=number, reason=reason, purpose=purpose, portrait=optional(portrait))
    done = identity.verify(calling.centre, calling.actor, traveller_id, wanted, connector)
    return VerificationOut.of(done)
