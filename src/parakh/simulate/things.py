"""An invented watchlist's organisations, vessels, aircraft and vehicles."""

from datetime import date
from random import Random

from parakh.simulate.lists import ListedPerson, expiry

_LIST = "Trade and transport"
_ORGANISATIONS = (
    ("ZARGHUN GENERAL TRADING LLC", "ARE", "Consignee of three seized containers"),
    ("MEHRAN COAST EXPORTS (PVT) LTD", "PAK", "False invoices found in two audits"),
    ("BEKTASH LOGISTICS A.S.", "TUR", "Forwarder of undeclared currency"),
    ("YULDUZ IMPORT EXPORT OOO", "UZB", "Goods of dual use without a licence"),
)
_VESSELS = (("SEA LANTERN", "PAN"), ("GULF OF STARS", "COM"), ("MV TARA BELLE", "TGO"))
_VEHICLES = (("TKP-4417", "PAK"), ("C-90218", "AFG"), ("LES 2091", "PAK"))
_AIRCRAFT = (("4L-ZGN", "GEO"), ("EX-37045", "KGZ"))

_CONTAINERS = ("ZGNU", "MHRU")

THINGS = sum(map(len, (_ORGANISATIONS, _VESSELS, _VEHICLES, _AIRCRAFT, _CONTAINERS)))
"""How many rows there are."""


def listed_things(rng: Random, today: date) -> list[ListedPerson]:
    """Some rows of kinds other than persons and documents, on a list of their own."""
    companies = [
        _row(rng, today, "organisation", name, nation, f"registration:{number}", reason)
        for name, nation, reason in _ORGANISATIONS
        for number in [rng.randrange(10**6, 10**7)]
    ]
    ships = [
        _row(rng, today, "vessel", name, flag, f"imo:{imo_number(rng)}",
             "Carried drugs in a hidden compartment")
        for name, flag in _VESSELS
    ]  # fmt: skip
    trucks = [
        _row(rng, today, "vehicle", "", nation, f"plate:{plate}:{nation}",
             "Seen inland without a record of a crossing")
        for plate, nation in _VEHICLES
    ]  # fmt: skip
    planes = [
        _row(rng, today, "aircraft", "", nation, f"aircraft_registration:{mark}:{nation}",
             "Unfiled change of destination")
        for mark, nation in _AIRCRAFT
    ]  # fmt: skip
    boxes = [
        _row(rng, today, "container", "", "", f"container:{container_number(rng, owner)}",
             "Rip-on found at the port of transshipment")
        for owner in _CONTAINERS
    ]  # fmt: skip
    return companies + ships + trucks + planes + boxes


def imo_number(rng: Random) -> str:
    """A ship's number with its check digit (IMO resolution A.1117(30))."""
    digits = [rng.randrange(1, 10), *(rng.randrange(10) for _ in range(5))]
    check = sum(digit * weight for digit, weight in zip(digits, range(7, 1, -1), strict=True))
    return "".join(map(str, (*digits, check % 10)))


def container_number(rng: Random, owner: str) -> str:
    """A container's number with its check digit (ISO 6346, annex A)."""
    serial = f"{owner}{rng.randrange(10**6):06d}"
    letters = [value for value in range(10, 39) if value % 11]
    numbers = [int(sign) if sign.isdigit() else letters[ord(sign) - 65] for sign in serial]
    check = sum(number << place for place, number in enumerate(numbers)) % 11 % 10
    return f"{serial}{check}"


def _row(
    rng: Random, today: date, kind: str, name: str, nation: str, identifier: str, reason: str
) -> ListedPerson:
    return ListedPerson(
        list=_LIST,
        kind=kind,
        family_name=name,
        nationality=nation,
        identifiers=identifier,
        reason=reason,
        expires=expiry(rng, today),
    )
