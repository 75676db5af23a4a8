"""What an officer typed of a detainee or a missing person, with his pictures."""

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Form, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from parakh.domain.dates import PartialDate
from parakh.domain.traveller import PersonName, Sex
from parakh.errors import InvalidInput
from parakh.services.custody import Enrolment
from parakh.web.queries import end_of
from parakh.web.uploads import optional


class EnrolmentForm(BaseModel):
    """The fields, as text; those of a person whose name is not known leave the names empty."""

    model_config = ConfigDict(str_strip_whitespace=True)

    watchlist: str = Field("", max_length=32, description="identifier of the list")
    family_name: str = Field("", max_length=200)
    given_names: str = Field("", max_length=200)
    born: str = Field("", max_length=10, description="YYYY, YYYY-MM or YYYY-MM-DD")
    sex: str = Field("", max_length=1, description="M, F or X")
    number: str = Field("", max_length=200, description="prison's number, FIR number or the like")
    place: str = Field("", max_length=400, description="where he is held, or was seen last")
    note: str = Field("", max_length=4000, description="by which paper he is held or sought")
    expires: str = Field("", max_length=10, description="the last day in force, YYYY-MM-DD")
    seen: list[str] = Field([], max_length=20, description="entries that were compared with him")
    pictures: list[UploadFile] = Field([], max_length=10, description="one to five of one person")

    def enrolment(self, zone: ZoneInfo) -> Enrolment:
        """The same as a value, with days of a zone's calendar; raises InvalidInput that names the
        field."""
        name = PersonName(family=self.family_name.upper(), given=self.given_names.upper())
        if self.sex and self.sex not in list(Sex):
            raise InvalidInput("sex: write M, F or X")
        return Enrolment(
            watchlist_id=self.watchlist,
            name=name if name.full else None,
            number=self.number,
            place=self.place,
            note=self.note,
            pictures=tuple(data for own in self.pictures if (data := optional(own))),
            born=_birth_date(self.born),
            sex=Sex(self.sex) if self.sex else None,
            expires_at=end_of(self.expires, zone),
        )


Filled = Annotated[EnrolmentForm, Form(media_type="multipart/form-data")]
"""The form as a handler's argument."""


def _birth_date(text: str) -> PartialDate | None:
    if not text:
        return None
    try:
        return PartialDate.parse(text)
    except ValueError as error:
        raise InvalidInput("date of birth: write YYYY, YYYY-MM or YYYY-MM-DD") from error
