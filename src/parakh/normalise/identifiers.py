"""Numbers of organisations and conveyances, checked and made comparable."""

import re
import unicodedata

from parakh.domain.watchlist import IdentifierKind
from parakh.errors import Unreadable

_IMO = re.compile(r"(?:IMO)?([0-9]{7})")
_MMSI = re.compile(r"[0-9]{9}")
_CHASSIS = re.compile(r"[A-Z0-9]{5,20}")
MAX_LENGTH = 80


def read_identifier(kind: IdentifierKind, text: str) -> str:
    """The number in capitals without blanks and signs; raises Unreadable if it cannot be one.

    An IMO number has seven digits of which the last checks the others (IMO resolution A.1117(30)),
    an MMSI nine digits (ITU-R M.585). Chassis numbers have seventeen signs since 1981 (ISO 3779),
    fewer before; I, O and Q, which they never have, are taken as 1, 0 and 0. A container's number
    has an owner's code, a letter of its category and seven digits, of which the last checks the
    others (ISO 6346, annex A).
    """
    value = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).upper()))
    if not value or len(value) > MAX_LENGTH:
        raise Unreadable("has neither letters nor digits, or too many")
    match kind:
        case IdentifierKind.IMO:
            return _imo(value)
        case IdentifierKind.MMSI:
            if not _MMSI.fullmatch(value):
                raise Unreadable("an MMSI has nine digits")
        case IdentifierKind.CHASSIS:
            value = value.replace("I", "1").replace("O", "0").replace("Q", "0")
            if not _CHASSIS.fullmatch(value):
                raise Unreadable("a chassis number has five to twenty letters and digits")
        case IdentifierKind.CONTAINER:
            return read_container(value)
    return value


def _imo(value: str) -> str:
    found = _IMO.fullmatch(value)
    if found is None:
        raise Unreadable("an IMO number has seven digits")
    digits = found[1]
    if sum(
        int(sign) * weight for sign, weight in zip(digits, range(7, 1, -1), strict=False)
    ) % 10 != int(digits[6]):
        raise Unreadable("the check digit of the IMO number is wrong")
    return digits


_CONTAINER = re.compile(r"[A-Z]{3}[UJZR][0-9]{7}")
_LETTERS = dict(
    zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", (n for n in range(10, 39) if n % 11), strict=True)
)


def read_container(text: str) -> str:
    """A container's identification in capitals without blanks and signs (ISO 6346:2022).

    Owner code, equipment category (U, J, Z; R of older ones), serial number, and the check digit of
    its annex A: letters count 10 to 38 without multiples of 11, each place twice the one before,
    modulus 11, 10 as 0. Raises Unreadable if it cannot be one.
    """
    value = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).upper()))
    if not _CONTAINER.fullmatch(value):
        raise Unreadable("a container has four letters and seven digits")
    numbers = (_LETTERS.get(sign) or int(sign) for sign in value[:10])
    total = sum(number << place for place, number in enumerate(numbers))
    if total % 11 % 10 != int(value[10]):
        raise Unreadable("the check digit of the container is wrong")
    return value


_AIR_WAYBILL = re.compile(r"[0-9]{11}")
_BILL = re.compile(r"[^0-9A-Z]+")


def read_air_waybill(text: str) -> str:
    """An air waybill's number: eleven digits without blanks and signs (IATA Resolution 600a).

    Three of the airline, seven of the serial number, and the rest of those seven divided by seven
    as the check digit. Raises Unreadable if it cannot be one.
    """
    value = bill_number(text)
    if not _AIR_WAYBILL.fullmatch(value):
        raise Unreadable("an air waybill has eleven digits")
    if int(value[3:10]) % 7 != int(value[10]):
        raise Unreadable("the check digit of the air waybill is wrong")
    return value


def bill_number(text: str) -> str:
    """The number of a transport document in capitals, letters and digits only."""
    if text.isalnum() and text.isascii():
        return text.upper()
    return _BILL.sub("", unicodedata.normalize("NFKC", text).upper())
