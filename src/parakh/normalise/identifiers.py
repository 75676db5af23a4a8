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
    fewer before; I, O and Q, which they never have, are taken as 1, 0 and 0.
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
