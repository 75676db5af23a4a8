"""Files of cases as responses: always to be kept, never to be shown in the console's own place."""

from urllib.parse import quote
from zoneinfo import ZoneInfo

from starlette.responses import Response

from parakh.services.case_report import Report, Speech
from parakh.services.cases_work import File
from parakh.services.typesetting import apart
from parakh.web import formats, i18n, labels


def attached(file: File) -> Response:
    """An attachment; with `nosniff` (see `security`) no browser takes it for anything else."""
    own = file.attachment
    return _download(file.data, own.media_type, own.name)


def pdf(report: Report) -> Response:
    """A report."""
    return _download(report.data, "application/pdf", report.name)


def speech(zone: ZoneInfo) -> Speech:
    """How a report speaks, in the language of the request."""
    return Speech(
        text=i18n.gettext,
        sentence=i18n.translate,
        word=labels.word,
        moment=lambda value: apart(formats.plain_moment(value, zone)),
        day=formats.day,
        hijri=i18n.hijri,
        left=i18n.direction() == "rtl",
    )


def _download(data: bytes, media_type: str, name: str) -> Response:
    # RFC 6266: the encoded name is what browsers take; a plain one could hold no Urdu.
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    headers = {
        "content-disposition": disposition,
        "content-security-policy": "sandbox; default-src 'none'",
    }
    return Response(data, media_type=media_type, headers=headers)
