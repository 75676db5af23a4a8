"""The report of an examination as it is sent: JSON in one field, pictures beside it."""

from fastapi import UploadFile
from pydantic import ValidationError

from parakh.act.examining import Findings
from parakh.errors import InvalidInput
from parakh.web.api.examination_wire import ReportIn


def findings_of(text: str) -> Findings:
    """The findings in a report's JSON; raises InvalidInput, which names the first bad value."""
    try:
        return ReportIn.model_validate_json(text).value()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "report"
        raise InvalidInput(f"{place}: {first['msg']}") from None


def images_of(files: list[UploadFile]) -> list[bytes]:
    """The bytes of the pictures; fields in which none was chosen are left out."""
    found = (own.file.read() for own in files)
    return [own for own in found if own]
