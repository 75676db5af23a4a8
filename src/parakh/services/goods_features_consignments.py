"""Consignments with their items, parties and containers, as rules see them."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from parakh.act.grounding import PERISHABLE
from parakh.domain.consignment import Consignment, ContainerUse, Item, Party
from parakh.normalise.tariff import controlled
from parakh.services import feature_values as values
from parakh.services import goods_history as history
from parakh.services.feature_facts import Row
from parakh.services.goods_facts import GoodsFacts
from parakh.services.goods_features_units import days_in_port, seal_changed, trail_of
from parakh.store.goods_history import Load

LEAST_VALUES = 10
"""So many values a kilogram must be known before one is compared with their median."""

LEAST_WAYS = 50
RARE_WAY = 0.02
"""A way is unusual if fewer than this share of at least LEAST_WAYS consignments took it."""

_SAME_WAY = timedelta(days=3)
"""Goods in one container, told of so shortly after one another, are in it together."""


def consignment(own: Consignment, facts: GoodsFacts) -> Row:
    """The goods as a whole."""
    score, value = facts.score_of(own), _number(own.value)
    origins = {item.origin for item in own.items if item.origin}
    return {
        "reference": own.reference or None,
        "kind": own.kind and own.kind.value,
        "direction": own.direction.value,
        "description": own.description or None,
        "origin": origins.pop() if len(origins) == 1 else None,
        "export_country": own.export_country,
        "loading_port": own.loading_port or None,
        "discharge_port": own.discharge_port or None,
        "route": list(own.route) or None,
        "packages": own.packages,
        "items": len(own.items),
        "containers": len(own.containers),
        "gross_kg": own.gross_kg,
        "value": value,
        "value_per_kg": _ratio(value, own.gross_kg),
        "duty": _number(own.duty),
        "perishable": any(item.chapter in PERISHABLE for item in own.items) if own.items else None,
        "route_unusual": _route_unusual(own, facts),
        "risk": score.score if score else None,
    }


def items(own: Consignment, facts: GoodsFacts) -> list[Row]:
    """Its lines of goods."""
    fits = facts.fits(own)
    return [_item(item, facts, fit) for item, fit in zip(own.items, fits, strict=True)]


def _item(item: Item, facts: GoodsFacts, fits: bool | None) -> Row:
    told = history.value_per_kg(item)
    return {
        "hs_code": item.hs_code or None,
        "chapter": item.chapter or None,
        "description": item.description or None,
        "description_fits": fits,
        "origin": item.origin,
        "quantity": _number(item.quantity),
        "quantity_unit": item.unit or None,
        "gross_kg": item.gross_kg,
        "net_kg": item.net_kg,
        "value": _number(item.value),
        "value_per_kg": told,
        "value_to_median": _to_median(told, item, facts),
        "duty": _number(item.duty),
        "licence_required": True if item.licence else controlled(item.hs_code),
    }


def declaration(own: Consignment, facts: GoodsFacts) -> Row:
    """Its declaration, and the lane that it has."""
    lane = facts.lane_of(own)
    told: Row = {"lane": lane.lane.value if lane else None}
    said = own.declaration
    if said is None:
        return told
    return {
        **told,
        "reference": said.reference,
        "procedure": said.procedure or None,
        "office": said.office or None,
        "lodged": said.lodged_at,
        "hours_before_arrival": values.hours(own.due_at, said.lodged_at),
        "currency": said.currency or None,
        "invoice_total": _number(said.invoice_total),
        "freight": _number(said.freight),
        "insurance": _number(said.insurance),
        "corrections": said.corrections,
        "preference_claimed": said.preference_claimed,
    }


def parties(own: Consignment, facts: GoodsFacts) -> list[Row]:
    """Its parties, and what is known of them before it."""
    return [_party(own, party, facts) for party in own.parties]


def _party(own: Consignment, party: Party, facts: GoodsFacts) -> Row:
    past = facts.past_of(own, party)
    return {
        "role": party.role.value,
        "name": party.name or None,
        "identifier": party.identifier or None,
        "country": party.country,
        "first_time": past.first_time,
        "days_known": past.days_known,
        "consignments_365d": past.consignments,
        "examined_365d": past.examined,
        "found_365d": past.found,
        "trusted": facts.trusts(party),
    }


def containers(own: Consignment, facts: GoodsFacts) -> list[Row]:
    """Its containers."""
    return [_container(own, used, facts) for used in own.containers]


def _container(own: Consignment, used: ContainerUse, facts: GoodsFacts) -> Row:
    box = facts.box(used.number)
    trail = trail_of(box, facts.boxes, facts.at) if box else None
    loads = facts.containers.loads_of(used.number)
    mine = [one for one in loads if one.consignment_id == own.id]
    changed = _told_of_seals(used)
    if not changed and trail is not None:
        seen = seal_changed(trail, mine)
        changed = changed if seen is None else seen
    return {
        "number": used.number,
        "type": used.type or None,
        "seal": used.seal or None,
        "seal_changed": changed,
        "empty": used.empty,
        "gross_kg": used.gross_kg,
        "days_in_port": days_in_port(trail) if trail else None,
        "shared": _shared(own, used, loads, mine),
        "co_loaded_found": facts.containers.found_beside(used.number, own.id),
        "findings_365d": facts.findings_in(used.number),
    }


# --- within -------------------------------------------------------------------------------------


def _told_of_seals(used: ContainerUse) -> bool | None:
    if not used.seal or not used.seal_at_loading:
        return None
    return used.seal != used.seal_at_loading


def _shared(
    own: Consignment, used: ContainerUse, loads: Sequence[Load], mine: Sequence[Load]
) -> bool | None:
    if used.shared or not mine:
        return used.shared
    known = mine[0]
    for one in loads:
        same = one.voyage_id == own.voyage_id if own.voyage_id and one.voyage_id else None
        near = abs(one.known_at - known.known_at) <= _SAME_WAY
        if one.consignment_id != own.id and (same or (same is None and near)):
            return True
    return False


def _to_median(told: float | None, item: Item, facts: GoodsFacts) -> float | None:
    counts = facts.values_of(history.value_key(item))
    if told is None or counts.total() < LEAST_VALUES:
        return None
    middle = history.median(counts)
    return told / middle if middle else None


def _route_unusual(own: Consignment, facts: GoodsFacts) -> bool | None:
    way = history.way_of(own)
    known = [
        counts
        for key in history.way_keys(own)
        if (counts := facts.ways_of(key)).total() >= LEAST_WAYS
    ]
    if not way or not known:
        return None
    return any(counts[way] / counts.total() < RARE_WAY for counts in known)


def _number(told: Decimal | None) -> float | None:
    return None if told is None else float(told)


def _ratio(value: float | None, mass: float | None) -> float | None:
    return None if value is None or not mass or mass <= 0 else value / mass
