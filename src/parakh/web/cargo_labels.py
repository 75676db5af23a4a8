"""Words on screen for the cargo model; part of `parakh.web.labels.LABELS`."""

from enum import StrEnum

from parakh.domain.cargo import ModelState, number_of
from parakh.domain.phrase import N_
from parakh.screen.cargo_reasons import counted
from parakh.web.i18n import gettext

CARGO_LABELS: dict[type[StrEnum], dict[StrEnum, tuple[str, str]]] = {
    ModelState: {
        ModelState.TRAINED: (N_("Waits for a second person"), "amber"),
        ModelState.IN_FORCE: (N_("In force"), "green"),
        ModelState.REJECTED: (N_("Rejected"), "red"),
        ModelState.REPLACED: (N_("Replaced"), ""),
    },
}

TRACKS = {
    "all": N_("All held-out consignments"),
    "seen": N_("Repeating an earlier one"),
    "new_importer": N_("Of an importer not seen before"),
    "new_code": N_("Of a tariff code not seen before"),
}
"""Names of the tracks of a card's figures."""

_MEASURES = {
    "price": N_("value a kilogram"),
    "mass": N_("mass"),
    "mass_round": N_("how round the mass is"),
    "rate": N_("rate of duty"),
    "duty": N_("duties and taxes"),
    "description": N_("how well the description fits the heading"),
    "way": N_("how usual the route is"),
    "transit": N_("sent from elsewhere than its origin"),
    "rest": N_("a tariff code for goods without one of their own"),
}


def cargo_model(version: str) -> str:
    """What a model is called by its version."""
    return gettext(N_("Cargo model {number}")).format(number=number_of(version))


def cargo_feature(name: str) -> str:
    """What an input of the cargo model is, in the language of the request.

    `found:importer` is a share of findings, `seen:importer` a count, `price:hs4` a measure against
    the median of the heading, `effect:importer` what the value adds by itself.
    """
    kind, _, key = name.partition(":")
    if kind == "effect" and key in _MEASURES:
        return gettext("%(what)s: what it adds") % {"what": gettext(_MEASURES[key])}
    what = gettext(counted(key)).partition(":")[0] if key else ""
    match kind, key:
        case "found", _:
            return gettext("%(what)s: share found") % {"what": what}
        case "seen", _:
            return gettext("%(what)s: how often seen") % {"what": what}
        case "effect", _:
            return gettext("%(what)s: what it adds") % {"what": what}
        case _, "":
            return gettext(_MEASURES[kind])
        case _:
            measure = gettext(_MEASURES[kind])
            return gettext("%(measure)s against %(what)s") % {"measure": measure, "what": what}
