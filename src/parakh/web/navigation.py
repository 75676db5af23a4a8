"""The places of the console, and the menus in which everybody finds his."""

from dataclasses import dataclass

from parakh.access import Actor, Permission
from parakh.domain.phrase import N_

BORDER = N_("Border")
CASEWORK = N_("Casework")
TARGETING = N_("Targeting")
GOODS = N_("Goods")
RUNNING = N_("Operations")
WATCHING = N_("Control room")


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """One place of the console's navigation; `inner` are the paths of pages reached from it.

    It is shown to those with its permission, unless they have `but` and reach it elsewhere; under
    `menu`, or by itself where that is "".
    """

    path: str
    label: str
    permission: Permission
    menu: str = ""
    inner: tuple[str, ...] = ()
    but: Permission | None = None

    def shown_to(self, actor: Actor) -> bool:
        """Whether somebody finds it in his navigation."""
        return actor.may(self.permission) and not (self.but and actor.may(self.but))

    def holds(self, path: str) -> bool:
        """Whether a page belongs to this place."""
        return path.startswith((self.path, *self.inner))


@dataclass(frozen=True, kw_only=True, slots=True)
class Menu:
    """Places under one word; a single one stands by itself."""

    label: str
    places: tuple[Place, ...]

    def holds(self, path: str) -> bool:
        """Whether a page belongs to one of its places."""
        return any(own.holds(path) for own in self.places)


PLACES = (
    Place(
        path="/arrivals",
        label=N_("Arrivals"),
        menu=BORDER,
        permission=Permission.SEE_VOYAGES,
        inner=("/voyages", "/travellers", "/links"),
    ),
    Place(path="/gate", label=N_("Gate"), menu=BORDER, permission=Permission.USE_GATE),
    Place(path="/carriers", label=N_("Carriers"), menu=BORDER, permission=Permission.SEE_VOYAGES),
    Place(path="/vetting", label=N_("Vetting"), permission=Permission.VET_TRAVELLERS),
    Place(
        path="/alerts",
        label=N_("Alerts"),
        permission=Permission.SEE_ALERTS,
        inner=("/duty", "/lookouts", "/routing"),
    ),
    Place(
        path="/consignments", label=N_("Goods list"), menu=GOODS, permission=Permission.VET_GOODS
    ),
    Place(
        path="/conveyances",
        label=N_("Transport units"),
        menu=GOODS,
        permission=Permission.SEE_GOODS,
    ),
    Place(path="/cases", label=N_("Cases"), menu=CASEWORK, permission=Permission.SEE_CASES),
    Place(path="/shared", label=N_("Shared"), menu=CASEWORK, permission=Permission.SEE_SHARED),
    Place(path="/audit", label=N_("Audit"), permission=Permission.SEE_AUDIT),
    Place(
        path="/custody", label=N_("Custody"), menu=CASEWORK, permission=Permission.ENROL_DETAINEES
    ),
    Place(
        path="/faces",
        label=N_("Faces"),
        menu=CASEWORK,
        permission=Permission.SEARCH_FACES,
        but=Permission.SCREEN_BY_HAND,
    ),
    Place(
        path="/profiles",
        label=N_("Profiles"),
        menu=CASEWORK,
        permission=Permission.SEE_PROFILES,
        inner=("/notices",),
    ),
    Place(
        path="/galleries",
        label=N_("Galleries"),
        menu=CASEWORK,
        permission=Permission.SEE_GALLERIES,
        but=Permission.SEE_WATCHLISTS,
    ),
    Place(
        path="/watchlist",
        label=N_("Watchlist"),
        menu=TARGETING,
        permission=Permission.SEE_WATCHLISTS,
        inner=("/redress", "/galleries"),
    ),
    Place(
        path="/screen",
        label=N_("Screen"),
        menu=TARGETING,
        permission=Permission.SCREEN_BY_HAND,
        inner=("/faces",),
    ),
    Place(path="/rules", label=N_("Rules"), menu=TARGETING, permission=Permission.SEE_RULES),
    Place(
        path="/watchlist/calibration",
        label=N_("Calibration"),
        menu=TARGETING,
        permission=Permission.SEE_CALIBRATION,
        but=Permission.SEE_WATCHLISTS,
    ),
    Place(path="/currency", label=N_("Currency"), menu=GOODS, permission=Permission.SEE_CURRENCY),
    Place(
        path="/seizures", label=N_("Seizures"), menu=GOODS, permission=Permission.SEE_ENFORCEMENT
    ),
    Place(
        path="/selectivity",
        label=N_("Selectivity"),
        menu=GOODS,
        permission=Permission.SEE_SELECTIVITY,
    ),
    Place(
        path="/cargo-models", label=N_("Cargo model"), menu=GOODS, permission=Permission.SEE_MODELS
    ),
    Place(
        path="/examinations",
        label=N_("Examinations"),
        menu=GOODS,
        permission=Permission.SEE_EXAMINATIONS,
    ),
    Place(
        path="/control",
        label=N_("Live performance"),
        menu=WATCHING,
        permission=Permission.SEE_PERFORMANCE,
        inner=("/posts",),
    ),
    Place(
        path="/trends",
        label=N_("Trends"),
        menu=WATCHING,
        permission=Permission.SEE_TRENDS,
        inner=("/reports",),
    ),
    Place(path="/stations", label=N_("Stations"), menu=RUNNING, permission=Permission.SEE_STATIONS),
    Place(path="/messages", label=N_("Messages"), menu=RUNNING, permission=Permission.SEE_MESSAGES),
    Place(
        path="/connectors",
        label=N_("Linked systems"),
        menu=RUNNING,
        permission=Permission.SEE_CONNECTORS,
    ),
    Place(path="/agencies", label=N_("Agencies"), menu=RUNNING, permission=Permission.SEE_AGENCIES),
    Place(path="/people", label=N_("People"), menu=RUNNING, permission=Permission.END_SESSIONS),
    Place(path="/unmasking", label=N_("Masked"), menu=RUNNING, permission=Permission.UNMASK),
)


def menus(actor: Actor) -> list[Menu]:
    """What an actor finds, in the order of the places."""
    found: dict[str, list[Place]] = {}
    for place in PLACES:
        if place.shown_to(actor):
            found.setdefault(place.menu or place.label, []).append(place)
    return [Menu(label=label, places=tuple(places)) for label, places in found.items()]
