"""Travel documents: their type codes, their numbers, and ICAO 9303 check digits."""

import unicodedata

from parakh.domain.traveller import DocumentType

_TYPES = {
    "P": DocumentType.PASSPORT,
    "V": DocumentType.VISA,
    "I": DocumentType.IDENTITY_CARD,
    "A": DocumentType.IDENTITY_CARD,
    "C": DocumentType.IDENTITY_CARD,
}
"""By the first letter: ICAO 9303-4 (P), 9303-7 (V), 9303-5 and -6 (I, A, C)."""

_CREW_CERTIFICATE = "AC"
"""ICAO 9303-5 keeps this code for crew member certificates, which are no identity cards."""


def document_type(code: str) -> DocumentType:
    """The kind of document for a code such as `P`, `PD`, `V`, `ID`; OTHER if it is not known."""
    letters = code.strip().strip("<").upper()
    if letters == _CREW_CERTIFICATE:
        return DocumentType.OTHER
    return _TYPES.get(letters[:1], DocumentType.OTHER)


def document_number(text: str) -> str:
    """The number in upper case, letters and digits only: no blanks, dashes or fillers."""
    value = unicodedata.normalize("NFKC", text).upper()
    return "".join(filter(str.isalnum, value))


def check_digit(text: str) -> str:
    """The check digit of a field of a machine readable zone (ICAO 9303-3, clause 4.9).

    Weights 7, 3, 1 and modulus 10; letters count from 10, the filler `<` as 0. Raises ValueError
    on any other character.
    """
    return str(sum(_value(sign) * (7, 3, 1)[place % 3] for place, sign in enumerate(text)) % 10)


def _value(sign: str) -> int:
    if sign == "<":
        return 0
    if not (sign.isascii() and sign.isalnum()) or sign.islower():
        raise ValueError("a machine readable zone holds A-Z, 0-9 and < only")
    return int(sign, 36)
