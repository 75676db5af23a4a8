"""The documented shape of `parakh parse --json`: one object a message."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from typing import Any, TypeVar

from parakh.clock import utc_now
from parakh.domain.message import Problem
from parakh.errors import Unreadable
from parakh.ingest.records import (
    DeclaredDocument,
    DeclaredTraveller,
    DeclaredVoyage,
    Submission,
)
from parakh.normalise.codes import country
from parakh.normalise.dates import read_birth_date, read_datetime, read_expiry

T = TypeVar("T")


def parsed_json(file_name: str, submission: Submission) -> dict[str, Any]:
    """One message as read: dates in ISO 8601 (as far as they are known), countries in alpha-3.

    A value that cannot be read is None; `errors` says where and why, and also lists warnings.
    Two-digit years are understood as on the day of the voyage, or today if the list gives none, so
    that an old message is read as it was meant.
    """
    values = _Values(submission)
    return {
        "file": file_name,
        "message_type": submission.message_type,
        "version": submission.version,
        "reference": submission.reference,
        "function": submission.function,
        "quarantined": submission.fatal,
        "voyages": [_voyage(voyage, values) for voyage in submission.voyages],
        "travellers": [_traveller(traveller, values) for traveller in submission.travellers],
        "errors": [asdict(problem) for problem in (*submission.problems, *values.problems)],
    }


class _Values:
    """Interprets values, and collects what is wrong with them that reading has not yet said."""

    def __init__(self, submission: Submission) -> None:
        self.problems: list[Problem] = []
        self._today = _day_of(submission)
        self._said = {found.line for found in submission.problems if found.segment == "DTM"}

    def moment(self, text: str) -> str | None:
        """A local date and time; reading the list has reported one that is none."""
        with suppress(Unreadable):
            found = read_datetime(text)
            return found.isoformat() if found else None
        return None

    def birth_date(self, text: str, line: int) -> str | None:
        """A date of birth, of which parts may be unknown."""
        found = self._read(lambda: read_birth_date(text, self._today), line)
        return str(found) if found else None

    def expiry(self, text: str, line: int) -> str | None:
        """A document's date of expiry."""
        found = self._read(lambda: read_expiry(text, self._today), line)
        return str(found) if found else None

    def country(self, text: str, line: int) -> str | None:
        """A country's alpha-3 code."""
        found = country(text)
        if found is None and text.strip("< "):
            self._report(line, "The country code is not known")
        return found

    def _read(self, read: Callable[[], T], line: int) -> T | None:
        try:
            return read()
        except Unreadable as error:
            if line not in self._said:
                self._report(line, str(error))
            return None

    def _report(self, line: int, cause: str) -> None:
        self.problems.append(Problem(line=line, column=1, segment="", cause=cause))


def _day_of(submission: Submission) -> date:
    for text in (time for leg in submission.voyages for time in (leg.departure, leg.arrival)):
        with suppress(Unreadable):
            if found := read_datetime(text):
                return found.date()
    return utc_now().date()


def _voyage(voyage: DeclaredVoyage, values: _Values) -> dict[str, Any]:
    return {
        "carrier": voyage.carrier or None,
        "number": voyage.number or None,
        "origin": voyage.origin or None,
        "destination": voyage.destination or None,
        "departure": values.moment(voyage.departure),
        "arrival": values.moment(voyage.arrival),
    }


def _traveller(traveller: DeclaredTraveller, values: _Values) -> dict[str, Any]:
    lines = traveller.lines
    return {
        "role": traveller.role,
        "family_name": traveller.family_name or None,
        "given_names": traveller.given_names or None,
        "birth_date": values.birth_date(traveller.birth_date, lines.get("birth_date", 0)),
        "sex": traveller.sex or None,
        "nationality": values.country(traveller.nationality, lines.get("nationality", 0)),
        "residence": values.country(traveller.residence, lines.get("residence", 0)),
        "embarkation": traveller.embarkation or None,
        "debarkation": traveller.debarkation or None,
        "booking_reference": traveller.booking_reference or None,
        "seat": traveller.seat or None,
        "bags": list(traveller.bags),
        "bag_count": traveller.bag_count,
        "documents": [_document(document, values) for document in traveller.documents],
    }


def _document(document: DeclaredDocument, values: _Values) -> dict[str, Any]:
    return {
        "type": document.type or None,
        "number": document.number,
        "issuer": values.country(document.issuer, document.lines.get("issuer", 0)),
        "expiry": values.expiry(document.expiry, document.lines.get("expiry", 0)),
    }
