"""The demonstration's guests: police, anti-narcotics and immigration on one centre, what is shared
with them, what waits for a second person, and a request."""

from collections.abc import Mapping
from datetime import timedelta

from parakh.access import Actor, Role
from parakh.act.sharing import Terms
from parakh.domain.agency import Agency, AgencyKind
from parakh.domain.sharing import PARTS, Part, RecordKind
from parakh.domain.unit import Unit
from parakh.services import accounts, agencies, alerts, cases, sharing, sharing_requests
from parakh.services.centre import Centre
from parakh.services.demonstration_faces import LOADER

AGENCIES = (
    Agency(id="police", name="Police", kind=AgencyKind.POLICE),
    Agency(id="anf", name="Anti-Narcotics Force", kind=AgencyKind.ANTI_NARCOTICS),
    Agency(id="immigration", name="Immigration", kind=AgencyKind.IMMIGRATION),
)
UNITS = (
    Unit(id="demo-police", name="Police investigation desk", agency="police"),
    Unit(id="demo-anf", name="Anti-narcotics desk", agency="anf"),
    Unit(
        id="demo-immigration",
        name="Immigration at Karachi Airport",
        ports=frozenset({"KHI"}),
        agency="immigration",
    ),
)
PEOPLE: Mapping[str, tuple[Role, str, str]] = {
    "police": (Role.TARGETING, "demo-police", "Police desk"),
    "liaison": (Role.LIAISON, "demo-anf", "Anti-narcotics liaison"),
    "immigration": (Role.TARGETING, "demo-immigration", "Immigration desk"),
}
_BASIS = "Act on mutual assistance, section 9"
_CONDITIONS = "For this inquiry only. Not to be shown to the person, nor to be copied."


def load_agencies(centre: Centre) -> None:
    """Puts the guests on the centre; before their units' officers are made."""
    for own in AGENCIES:
        agencies.save(centre, LOADER, own)
    for unit_id in ("demo-khi", "demo-port"):
        agencies.place_unit(centre, LOADER, unit_id, agency="", region="Karachi", regional=False)


def load_shares(centre: Centre, passwords: Mapping[str, str]) -> None:
    """An alert that is shared with the police, a case that waits to leave, and a request."""
    supervisor, officer, liaison = (
        accounts.identify(centre, name, passwords[name])
        for name in ("supervisor", "targeting", "liaison")
    )
    found = [own for own in alerts.list_alerts(centre, officer) if own.traveller is not None]
    if found:
        terms = _terms(centre, "police", "demo-police", PARTS[RecordKind.ALERT])
        sharing.give(centre, officer, RecordKind.ALERT, found[0].alert.id, terms)
        _ask(centre, liaison, found[0].who)
    page = cases.list_cases(centre, supervisor)
    if page.rows:
        terms = _terms(centre, "anf", "", (Part.PARTIES, Part.OUTCOMES))
        sharing.give(centre, officer, RecordKind.CASE, page.rows[0].case.id, terms)


def _ask(centre: Centre, liaison: Actor, name: str) -> None:
    sharing_requests.ask(
        centre,
        liaison,
        asked_agency="",
        kind=RecordKind.PROFILE,
        about=name or "Couriers of the last week",
        reason="Named in an inquiry into heroin; Control of Narcotics Act, section 21",
    )


def _terms(centre: Centre, agency: str, unit_id: str, parts: tuple[Part, ...]) -> Terms:
    return Terms(
        agency=agency,
        unit_id=unit_id,
        sections=frozenset(parts),
        legal_basis=_BASIS,
        conditions=_CONDITIONS,
        expires_at=centre.clock() + timedelta(days=30),
        may_pass_on=agency == "anf",
    )
