"""Content of bookings that can reveal religion, health, origin and other protected attributes.

It is left out when a booking is read and only counted, by code, so that no rule, model or officer
can use it. This table is the whole of it: whoever judges the centre can read here what goes, and
why. Codes are those of the IATA/A4A Reservations Interline Message Procedures (AIRIMP).
"""

import re
from collections.abc import Mapping

RELIGION = "a meal that can reveal religion or belief"
HEALTH_MEAL = "a meal that can reveal a state of health"
MEAL = "a meal; what somebody eats can reveal belief or health"
HEALTH = "assistance that reveals a disability or state of health"
ORIGIN = "a language, which can reveal ethnic origin"
FREE_TEXT = "free text, which can say anything about a person"
REMOVED = "something that was removed before and overwritten with X"

CODES: Mapping[str, str] = {
    "MOML": RELIGION,
    "KSML": RELIGION,
    "HNML": RELIGION,
    "VJML": RELIGION,
    "AVML": RELIGION,
    "VGML": RELIGION,
    "VLML": RELIGION,
    "VOML": RELIGION,
    "RVML": RELIGION,
    "JPML": ORIGIN,
    "DBML": HEALTH_MEAL,
    "GFML": HEALTH_MEAL,
    "LSML": HEALTH_MEAL,
    "NLML": HEALTH_MEAL,
    "LFML": HEALTH_MEAL,
    "LCML": HEALTH_MEAL,
    "LPML": HEALTH_MEAL,
    "PRML": HEALTH_MEAL,
    "BLML": HEALTH_MEAL,
    "HFML": HEALTH_MEAL,
    "PFML": HEALTH_MEAL,
    "BBML": MEAL,
    "CHML": MEAL,
    "FPML": MEAL,
    "SFML": MEAL,
    "SPML": MEAL,
    "WCHR": HEALTH,
    "WCHS": HEALTH,
    "WCHC": HEALTH,
    "WCBD": HEALTH,
    "WCBW": HEALTH,
    "WCLB": HEALTH,
    "WCMP": HEALTH,
    "WCOB": HEALTH,
    "BLND": HEALTH,
    "DEAF": HEALTH,
    "DPNA": HEALTH,
    "MAAS": HEALTH,
    "MEDA": HEALTH,
    "MEQT": HEALTH,
    "STCR": HEALTH,
    "OXYG": HEALTH,
    "PPOC": HEALTH,
    "LEGL": HEALTH,
    "LEGR": HEALTH,
    "LEGB": HEALTH,
    "PRGT": HEALTH,
    "SVAN": HEALTH,
    "ESAN": HEALTH,
    "LANG": ORIGIN,
    "OTHS": FREE_TEXT,
    "OSI": FREE_TEXT,
    "RMK": FREE_TEXT,
    "IFT": FREE_TEXT,
    "LTS": FREE_TEXT,
}
"""Service code, or kind of free text, and why it is left out."""

_MEAL = re.compile(r"[A-Z]{2}ML")
_CODE = "|".join([*sorted(code for code in CODES if len(code) == 4), "[A-Z]{2}ML"])
_IN_HISTORY = re.compile(
    rf"\bSSR ?(?:{_CODE})|\b(?:{_CODE})(?![A-Z])|\bOSI\b|\bRMK?\b|/RM/|\bOTHS\b"
)


_FILLED = re.compile("X{3,}")
_OTHER_THAN_FILLING = re.compile("[A-WYZa-z0-9]")


def reason(code: str) -> str:
    """Why a service with this code is left out; "" if it is kept. Every meal goes."""
    why = CODES.get(code, "")
    if why:
        return why
    if _FILLED.fullmatch(code):
        return REMOVED
    return MEAL if _MEAL.fullmatch(code) else ""


def reveals(text: str) -> bool:
    """Whether a line of history repeats such a service or a remark, or did until it was removed."""
    filled = "XX" in text and not _OTHER_THAN_FILLING.search(text)
    return filled or _IN_HISTORY.search(text.upper()) is not None
