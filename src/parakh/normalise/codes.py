"""Codes of countries and ports.

Countries: ISO 3166-1, ISO 3166-3 (withdrawn) and ICAO 9303-3, section 5. Airports: IATA codes with
the open `airportsdata` table. Tables are loaded at first use and then kept.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

ICAO_CODES = {
    "EUE": "European Union",
    "GBD": "British Overseas Territories citizen",
    "GBN": "British National (overseas)",
    "GBO": "British Overseas citizen",
    "GBP": "British protected person",
    "GBS": "British subject",
    "IAO": "International Civil Aviation Organization",
    "RKS": "Kosovo",
    "UNA": "United Nations specialized agency",
    "UNK": "Resident of Kosovo (United Nations Interim Administration)",
    "UNO": "United Nations Organization",
    "UTO": "Utopia (specimen documents)",
    "XAA": "Stateless person",
    "XBA": "African Development Bank",
    "XCC": "Caribbean Community",
    "XCE": "Council of Europe",
    "XCO": "Common Market for Eastern and Southern Africa",
    "XDC": "Southern African Development Community",
    "XEC": "Economic Community of West African States",
    "XES": "Organization of Eastern Caribbean States",
    "XIM": "African Export-Import Bank",
    "XMP": "Parliamentary Assembly of the Mediterranean",
    "XOM": "Sovereign Military Order of Malta",
    "XPO": "Interpol",
    "XXA": "Stateless person",
    "XXB": "Refugee (1951 Convention)",
    "XXC": "Refugee (other)",
    "XXX": "Nationality not specified",
}
"""Codes that documents carry in place of a country's; kept as they are."""

_SAME_COUNTRY = {
    "D": "DEU", "XK": "RKS", "XKX": "RKS", "KOS": "RKS", "UK": "GBR",
    "BUR": "MMR", "BYS": "BLR", "DHY": "BEN", "HVO": "BFA", "NHB": "VUT",
    "RHO": "ZWE", "ROM": "ROU", "TMP": "TLS", "ZAR": "COD",
}  # fmt: skip
"""Other codes of a country that exists: ICAO's D, and codes withdrawn for a new name alone."""


_CODE = re.compile(r"[A-Z0-9<]{1,5}")
_COUNTRY = re.compile(r"[A-Z<]{1,3}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Port:
    """A port: its code, its country (ISO 3166-1 alpha-3) and its IANA time zone.

    `zone` is None where the country has several and the code does not tell which.
    """

    code: str
    name: str
    country: str
    zone: str | None


def country(text: str) -> str | None:
    """The alpha-3 code for an alpha-2, alpha-3 or ICAO 9303-3 code; None if empty or not known."""
    return _codes().get(text.strip().strip("<").upper())


def told(text: str, code: re.Pattern[str] = _CODE) -> str:
    """What stands where a code should, for a sentence: told only where it can be a code.

    A sender who mixes up his columns puts names there, and sentences go into logs and answers.
    """
    value = text.strip().upper()
    return repr(value) if code.fullmatch(value) else "what stands there"


def told_country(text: str) -> str:
    """`told`, for the code of a country."""
    return told(text, _COUNTRY)


def numeric_country(code: str) -> str | None:
    """The three figures of ISO 3166-1 for an alpha-3 code, by which map shapes are known."""
    import pycountry

    found = pycountry.countries.get(alpha_3=code)
    return found.numeric if found else None


def country_name(code: str) -> str:
    """The English short name for an alpha-3 or ICAO code; the code itself if it is not known."""
    return _names().get(code, code)


@lru_cache(maxsize=8192)
def port(code: str) -> Port | None:
    """The port for an IATA airport code or a UN/LOCODE (five letters); None if it is not known.

    A UN/LOCODE is known by its country. Its time zone is that of the airport with the same last
    three letters in that country, else the country's, where it has only one.
    """
    key = code.strip().upper()
    if len(key) == 5 and key[:2].isalpha():
        return _locode(key)
    row = _airports().get(key)
    if row is None:
        return None
    return Port(code=key, name=row["name"], country=_codes()[row["country"]], zone=row["tz"])


def port_country(code: str) -> str | None:
    """The port's country, as alpha-3; None if the port is not known."""
    found = port(code)
    return found.country if found else None


def moment_at(code: str, local: datetime | None) -> datetime | None:
    """The moment in UTC of a local time at a port; None if the time or the zone is not known.

    Of a time that comes twice when clocks go back, the first is meant (PEP 495).
    """
    found = port(code)
    if local is None or found is None or found.zone is None:
        return None
    return local.replace(tzinfo=ZoneInfo(found.zone)).astimezone(UTC)


def airports() -> Mapping[str, Mapping[str, str]]:
    """Every airport by its IATA code: `country` (alpha-2), `city`, `tz`, `lat`, `lon` (degrees)."""
    return _airports()


def _locode(key: str) -> Port | None:
    nation = country(key[:2])
    if nation is None:
        return None
    airport = _airports().get(key[2:])
    if airport is not None and airport["country"] == key[:2]:
        return Port(code=key, name=airport["city"], country=nation, zone=airport["tz"])
    zones = _zones().get(key[:2], frozenset())
    return Port(
        code=key, name=key, country=nation, zone=next(iter(zones)) if len(zones) == 1 else None
    )


@cache
def _airports() -> dict[str, dict[str, str]]:
    import airportsdata

    table: dict[str, dict[str, str]] = airportsdata.load("IATA")
    return table


@cache
def _zones() -> dict[str, frozenset[str]]:
    """Country (alpha-2) to the time zones of its airports."""
    zones: dict[str, set[str]] = {}
    for row in _airports().values():
        zones.setdefault(row["country"], set()).add(row["tz"])
    return {nation: frozenset(found) for nation, found in zones.items()}


@cache
def _codes() -> dict[str, str]:
    """Every code that is understood to the code that stands for it."""
    import pycountry

    codes = {old.alpha_3: old.alpha_3 for old in pycountry.historic_countries}
    for nation in pycountry.countries:
        codes[nation.alpha_2] = codes[nation.alpha_3] = nation.alpha_3
    codes.update({code: code for code in ICAO_CODES})
    return codes | _SAME_COUNTRY


@cache
def _names() -> dict[str, str]:
    import pycountry

    names = {old.alpha_3: old.name for old in pycountry.historic_countries}
    for nation in pycountry.countries:
        names[nation.alpha_3] = getattr(nation, "common_name", nation.name)
    return names | ICAO_CODES
