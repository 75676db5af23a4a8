"""What rules see: a frame with a row for each subject (see `parakh.screen.rules.attributes`).

Only what is asked for is read, each kind of thing with one statement for all subjects together.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl
import sqlalchemy as sa

from parakh.domain.hit import Kind
from parakh.screen.rules.attributes import CATALOGUE
from parakh.screen.screener import TravellerSubject
from parakh.services import features_bookings as bookings
from parakh.services import features_currency as currency
from parakh.services import features_history as history
from parakh.services import features_persons as persons
from parakh.services import features_reach as reach
from parakh.services.feature_columns import AT, column, list_column
from parakh.services.feature_facts import Facts, Row


@dataclass(frozen=True, kw_only=True, slots=True)
class _Group:
    """Attributes of an entity that are worked out together; `names` are all others of it."""

    entity: str
    told: Callable[[Facts], list[Row]]
    names: tuple[str, ...] = ()


_ONE = (
    _Group(entity="traveller", told=persons.travellers),
    _Group(
        entity="traveller",
        told=persons.declared,
        names=(
            "other_nationalities",
            "type",
            "occupation",
            "verified",
            "clearance",
            "agency_reference",
            "customer_reference",
            "bag_count",
            "bag_weight",
            "bag_weight_average",
        ),
    ),
    _Group(entity="traveller", told=persons.parties, names=("co_travellers",)),
    _Group(
        entity="traveller",
        told=persons.pools,
        names=("bag_pool_head", "bag_pool_count", "bag_pool_weight"),
    ),
    _Group(entity="booking", told=bookings.bookings),
    _Group(entity="booking", told=bookings.sizes, names=("size",)),
    _Group(entity="voyage", told=persons.voyages),
    _Group(entity="voyage", told=persons.sizes, names=("travellers",)),
    _Group(entity="crossing", told=persons.crossings),
    _Group(entity="history", told=history.histories),
    _Group(entity="history", told=history.documents, names=("distinct_documents_365d",)),
    _Group(
        entity="history",
        told=history.ways,
        names=(
            "impossible_travel",
            "fastest_kmh",
            "fastest_from_port",
            "fastest_from",
            "fastest_to_port",
            "fastest_to",
        ),
    ),
    _Group(entity="history", told=history.companions, names=("companions_seen_before",)),
    _Group(entity="cash", told=currency.sums),
    _Group(entity="history", told=history.outcomes, names=("alerts_365d", "findings_365d")),
)
"""Where an entity has several groups, the first one tells what no other does."""

_MANY: dict[str, Callable[[Facts], Sequence[list[Row] | None]]] = {
    "documents": persons.documents,
    "segments": bookings.segments,
    "stays": bookings.stays,
    "payments": bookings.payments,
    "tickets": bookings.tickets,
    "agencies": bookings.agencies,
    "phones": reach.phones,
    "emails": reach.emails,
    "addresses": reach.addresses,
    "bags": reach.bags,
    "seats": reach.seats,
    "frequent_flyers": bookings.memberships,
    "services": bookings.services,
    "changes": bookings.changes,
    "crossings": history.crossings,
    "hits": history.hits,
    "cash_declarations": currency.declarations,
}


def frame(
    connection: sa.Connection,
    subjects: Sequence[TravellerSubject],
    needs: Collection[str],
    at: datetime,
) -> pl.DataFrame:
    """The columns of the catalogue that are needed, and `at`, in the order of the subjects.

    What nobody told is null; so is all that no message can tell yet, and all that is protected.
    Raises KeyError for a column that there is not.
    """
    facts = Facts(connection, subjects, at)
    known = CATALOGUE.of(Kind.TRAVELLER)
    schema = known.schema(sorted(needs))
    columns = _single(facts, set(needs))
    nothing = [None] * len(subjects)
    series = [
        list_column(name, _MANY[name](facts), dtype)
        if name in _MANY
        else column(name, columns.get(name, nothing), dtype)
        for name, dtype in schema.items()
    ]
    return pl.DataFrame([pl.Series("at", [at] * len(subjects), dtype=AT), *series])


def _single(facts: Facts, needs: set[str]) -> dict[str, Sequence[object]]:
    found: dict[str, Sequence[object]] = {}
    told_elsewhere = {f"{own.entity}.{name}" for own in _ONE for name in own.names}
    for group in _ONE:
        own = {name for name in needs if name.startswith(f"{group.entity}.")}
        own &= {f"{group.entity}.{name}" for name in group.names} or own - told_elsewhere
        if own:
            rows = group.told(facts)
            for name in own:
                attribute = name.partition(".")[2]
                found[name] = [row.get(attribute) for row in rows]
    return found
