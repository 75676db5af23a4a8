"""Telephone numbers, e-mail and postal addresses as bookings give them, made comparable."""

import re
import unicodedata
from functools import cache, lru_cache

from parakh.normalise.codes import country
from parakh.normalise.names import comparison_form

_CALLING = (
    "US1 CA1 RU7 KZ7 EG20 SS211 MA212 EH212 DZ213 TN216 LY218 GM220 SN221 MR222 ML223 GN224 CI225 "
    "BF226 NE227 TG228 BJ229 MU230 LR231 SL232 GH233 NG234 TD235 CF236 CM237 CV238 ST239 GQ240 "
    "GA241 CG242 CD243 AO244 GW245 IO246 SC248 SD249 RW250 ET251 SO252 DJ253 KE254 TZ255 UG256 "
    "BI257 MZ258 ZM260 MG261 RE262 YT262 ZW263 NA264 MW265 LS266 BW267 SZ268 KM269 ZA27 SH290 "
    "ER291 AW297 FO298 GL299 GR30 NL31 BE32 FR33 ES34 GI350 PT351 LU352 IE353 IS354 AL355 MT356 "
    "CY357 FI358 BG359 HU36 LT370 LV371 EE372 MD373 AM374 BY375 AD376 MC377 SM378 VA379 UA380 "
    "RS381 ME382 XK383 HR385 SI386 BA387 MK389 IT39 RO40 CH41 CZ420 SK421 LI423 AT43 GB44 GG44 "
    "JE44 IM44 DK45 SE46 NO47 SJ47 PL48 DE49 FK500 BZ501 GT502 SV503 HN504 NI505 CR506 PA507 "
    "PM508 HT509 PE51 MX52 CU53 AR54 BR55 CL56 CO57 VE58 GP590 MF590 BL590 BO591 GY592 EC593 GF594 "
    "PY595 MQ596 SR597 UY598 CW599 BQ599 MY60 AU61 CX61 CC61 ID62 PH63 NZ64 SG65 TH66 TL670 NF672 "
    "BN673 NR674 PG675 TO676 SB677 VU678 FJ679 PW680 WF681 CK682 NU683 WS685 KI686 NC687 TV688 "
    "PF689 TK690 FM691 MH692 JP81 KR82 VN84 KP850 HK852 MO853 KH855 LA856 CN86 BD880 TW886 TR90 "
    "IN91 PK92 AF93 LK94 MM95 MV960 LB961 JO962 SY963 IQ964 KW965 SA966 YE967 OM968 PS970 AE971 "
    "IL972 BH973 QA974 BT975 MN976 NP977 IR98 TJ992 TM993 AZ994 GE995 KG996 UZ998"
)
"""Countries (ISO 3166-1 alpha-2) with their country codes (ITU-T E.164, annexed list)."""

_SATELLITE = frozenset({"870", "881", "882", "883"})
"""Country codes of no country (ITU-T E.164, annexed list)."""

_SHORTEST, _LONGEST = 8, 15
"""Digits of an international number: E.164, clause 6.1, allows fifteen; shorter ones are none."""

_NATIONAL = 7
"""Digits of the shortest number within a country that is worth comparing."""

_RUN = re.compile(r"\+?\d(?:[\s.\-()/]{0,3}\d){5,}")
_MAIL = re.compile(r"[A-Z0-9._%+\-']+@(?:[A-Z0-9\-]+\.)+[A-Z]{2,}")
_LONGEST_MAIL = 254

_WORDS = {
    "ST": "STREET", "STR": "STREET", "RD": "ROAD", "AVE": "AVENUE", "AV": "AVENUE", "LN": "LANE",
    "BLDG": "BUILDING", "APT": "FLAT", "APARTMENT": "FLAT", "BLK": "BLOCK", "SEC": "SECTOR",
    "HSE": "HOUSE", "FLR": "FLOOR", "BLVD": "BOULEVARD", "COL": "COLONY", "VILL": "VILLAGE",
    "DIST": "DISTRICT", "MOH": "MOHALLA", "TEH": "TEHSIL", "SQ": "SQUARE",
}  # fmt: skip
"""Words of addresses that are written short."""

_LEFT_OUT = frozenset({"NO", "NR", "NUMBER", "HOUSE", "H", "FLAT", "PLOT", "NEAR", "THE"})
"""Words that are written or left out at will."""


@lru_cache(maxsize=4096)
def read_phone(text: str, home: str = "") -> str:
    """The number in international form (ITU-T E.164), `+923001234567`; "" if there is none.

    `home` is the country (alpha-2 or alpha-3) in which a number without a country code is taken to
    lie. The first number of several is read; fillers such as `0000000` are none.
    """
    shown = unicodedata.normalize("NFKC", text).replace("(0)", "")
    found = _RUN.search(shown)
    if found is None:
        return ""
    run = found[0]
    digits = "".join(filter(str.isdecimal, run))
    if not digits.isascii() or len(set(digits[-_NATIONAL:])) == 1:
        return ""
    number = _international(digits, plus=run.startswith("+"), home=home)
    known = _SHORTEST <= len(number) <= _LONGEST and _has_country(number)
    return f"+{number}" if known else ""


def _international(digits: str, *, plus: bool, home: str) -> str:
    if plus:
        return digits
    if digits.startswith("00"):
        return digits[2:]
    if len(digits) > len("3001234567") and digits[0] != "0" and _has_country(digits):
        return digits
    code = _calling().get(country(home) or "", "")
    national = digits.removeprefix("0")
    return code + national if code and len(national) >= _NATIONAL else ""


def _has_country(number: str) -> bool:
    codes = _codes()
    return any(number[:length] in codes for length in (1, 2, 3))


@cache
def _calling() -> dict[str, str]:
    """Country codes by country (alpha-3)."""
    pairs = ((country(one[:2]), one[2:]) for one in _CALLING.split())
    return {nation: code for nation, code in pairs if nation}


@cache
def _codes() -> frozenset[str]:
    return frozenset(one[2:] for one in _CALLING.split()) | _SATELLITE


def read_email(text: str) -> str:
    """The address in lower case; "" if there is none.

    Mailboxes of one name in capitals and small letters are taken as one, as every large provider
    does (RFC 5321, section 2.4, leaves it to the receiving host).
    """
    found = _MAIL.search(unicodedata.normalize("NFKC", text).upper())
    return found[0].lower() if found and len(found[0]) <= _LONGEST_MAIL else ""


@lru_cache(maxsize=4096)
def read_address(*parts: str) -> str:
    """The words of an address in order of the alphabet; "" for one that names no house.

    Order, signs, and words that are written short or left out do not matter: `H.No 12, Khalid St.,
    Dubai` and `12 KHALID STREET DUBAI` give one. At least three words and one number are needed: a
    town alone is no address.
    """
    words = {
        _WORDS.get(word, word) for part in parts for word in comparison_form(part).split()
    } - _LEFT_OUT
    numbered = any(sign.isdigit() for word in words for sign in word)
    return " ".join(sorted(words)) if numbered and len(words) >= 3 else ""
