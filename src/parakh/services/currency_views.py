"""Currency declarations as officers see them: the list, and one with all that belongs to it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.domain.consignment import Consignment
from parakh.domain.currency import CurrencyDeclaration
from parakh.domain.hit import Hit, Kind, Ref
from parakh.domain.masking import MASKED_NAME
from parakh.domain.traveller import SHORTEST_PROOF, is_number
from parakh.domain.voyage import Direction
from parakh.errors import Forbidden
from parakh.screen.currency import YEAR, total
from parakh.services import masking
from parakh.services.centre import Centre
from parakh.services.currency_people import Totals, family_of, of_declaration, totals
from parakh.store import assessments, features, goods_kin
from parakh.store import currency as store
from parakh.store.currency import Filter, Listed, Standing

PAGE = 50
LATELY = timedelta(days=30)
"""So far back the list reaches, unless somebody asks for more."""

FARTHEST = timedelta(days=366)
_MOST_KIN = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What somebody wants to see of the list: at one port, one way, so many days back."""

    port: str = ""
    direction: Direction | None = None
    days: int = LATELY.days
    asking: bool = False
    page: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A declaration in the list; `total` is what the person declared within the window up to it, in
    the centre's currency, `times` in how many declarations."""

    declaration: CurrencyDeclaration
    standing: Standing
    total: Decimal
    times: int
    masked: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class CurrencyPage:
    """A page of the list, those first that ask most for attention."""

    rows: tuple[Row, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CurrencyView:
    """One declaration with all that belongs to it.

    Attributes:
        own: what the person declared within a year before and after, newest first; this one too.
        family: what others declared with him, newest first.
        person_totals, family_totals: sums up to this declaration; the family's with his own.
        hits: those on him that rest on his declarations.
        consignments: of the last year, in which he is a party by his document's number.
        elsewhere: how many declarations were made at ports that are not the actor's.
    """

    row: Row
    own: tuple[Row, ...]
    family: tuple[Row, ...]
    person_totals: tuple[Totals, ...]
    family_totals: tuple[Totals, ...]
    hits: tuple[Hit, ...]
    consignments: tuple[Consignment, ...]
    elsewhere: int


def listing(centre: Centre, actor: Actor, wanted: Wanted) -> CurrencyPage:
    """Declarations of the actor's ports; a look that is audited."""
    actor.require(Permission.SEE_CURRENCY)
    if wanted.port:
        actor.require_port(wanted.port)
    since = centre.clock() - min(timedelta(days=max(1, wanted.days)), FARTHEST)
    ports = {wanted.port} if wanted.port else None if actor.everywhere else actor.ports
    which = Filter(since=since, ports=ports, direction=wanted.direction, asking=wanted.asking)
    page = max(1, wanted.page)
    with centre.db.read() as connection:
        found, count = store.page(connection, which, offset=(page - 1) * PAGE, limit=PAGE)
        rows = _rows(centre, connection, actor, found)
    with centre.db.write(actor, Purpose.CURRENCY) as tx:
        tx.audit("currency.listed", "currency", "", count=len(rows), port=wanted.port)
    return CurrencyPage(rows=rows, total=count, page=page, pages=max(1, -(-count // PAGE)))


def view(centre: Centre, actor: Actor, declaration_id: str) -> CurrencyView:
    """One declaration; a look that is audited. Raises NotFound, and Forbidden for one that was made
    at another port."""
    actor.require(Permission.SEE_CURRENCY)
    with centre.db.read() as connection:
        found = store.get(connection, declaration_id)
        _require_port(actor, found)
        at = found.declaration.at
        person = of_declaration(connection, found, at - YEAR)
        family = family_of(connection, person, at - YEAR)
        mine = {own.declaration.id for own in person}
        others = [own for own in family if own.declaration.id not in mine]
        seen = [own for own in (*person, *others) if _sees(actor, own)]
        rows = {row.declaration.id: row for row in _rows(centre, connection, actor, seen)}
        (shown,) = _rows(centre, connection, actor, [found])
        made = CurrencyView(
            row=shown,
            own=_newest(rows, person),
            family=_newest(rows, others),
            person_totals=totals(person, at),
            family_totals=totals([*person, *others], at) if others else (),
            hits=() if shown.masked else _hits(connection, person, mine),
            consignments=()
            if shown.masked
            else _consignments(connection, actor, found.declaration),
            elsewhere=len(person) + len(others) - len(seen),
        )
    centre.looked(actor, Purpose.CURRENCY, "currency.viewed", "currency", declaration_id)
    return made


def _rows(
    centre: Centre, connection: sa.Connection, actor: Actor, found: Sequence[Listed]
) -> tuple[Row, ...]:
    if not found:
        return ()
    window = timedelta(days=centre.settings.currency_window_days)
    since = min(own.declaration.at for own in found) - window
    ids = sorted({own.declaration.traveller_id or "" for own in found} - {""})
    persons = features.same_persons(connection, ids)
    hide = masking.masked(centre, connection, actor, ids)
    told = store.about(
        connection,
        keys={own.bearer_key for own in found},
        travellers={one for members in persons.values() for one in members},
        since=since,
    )
    return tuple(_row(centre, own, told, persons, hide, window) for own in found)


def _row(
    centre: Centre,
    own: Listed,
    told: Sequence[Listed],
    persons: dict[str, list[str]],
    hide: set[str],
    window: timedelta,
) -> Row:
    at = own.declaration.at
    members = set(persons.get(own.declaration.traveller_id or "", ()))
    mine = [
        one.declaration
        for one in told
        if (one.bearer_key == own.bearer_key or one.declaration.traveller_id in members)
        and at - window <= one.declaration.at <= at
    ]
    masked = own.declaration.traveller_id in hide or _over(centre, own.declaration)
    return Row(
        declaration=hidden(own.declaration) if masked else own.declaration,
        standing=own.standing,
        total=total(mine),
        times=len(mine),
        masked=masked,
    )


def hidden(own: CurrencyDeclaration) -> CurrencyDeclaration:
    """A declaration of somebody who is masked: the money, and not whose it is."""
    return replace(
        own,
        name=MASKED_NAME,
        birth_date=None,
        nationality=None,
        document_number="",
        document_issuer=None,
        booking_reference="",
        origin="",
        purpose="",
        owner="",
        recipient="",
    )


def _over(centre: Centre, own: CurrencyDeclaration) -> bool:
    """Whether nobody on file is known to have made it, and it is as old as masked travellers."""
    age = timedelta(days=centre.settings.mask_days)
    return own.traveller_id is None and own.at < centre.clock() - age


def _newest(rows: dict[str, Row], some: Sequence[Listed]) -> tuple[Row, ...]:
    found = [rows[own.declaration.id] for own in some if own.declaration.id in rows]
    return tuple(sorted(found, key=lambda row: row.declaration.at, reverse=True))


def _sees(actor: Actor, own: Listed) -> bool:
    return actor.everywhere or own.declaration.port in actor.ports


def _require_port(actor: Actor, own: Listed) -> None:
    if not _sees(actor, own):
        raise Forbidden(f"{actor.name} does not work at {own.declaration.port}")


def _hits(connection: sa.Connection, person: Sequence[Listed], ids: set[str]) -> tuple[Hit, ...]:
    travellers = {own.declaration.traveller_id for own in person} - {None}
    refs = [Ref(kind=Kind.TRAVELLER, id=own) for own in sorted(one for one in travellers if one)]
    return tuple(
        hit
        for some in assessments.hits_of(connection, refs).values()
        for hit in some
        if hit.target.kind is Kind.CURRENCY and hit.target.id in ids
    )


def _consignments(
    connection: sa.Connection, actor: Actor, own: CurrencyDeclaration
) -> tuple[Consignment, ...]:
    if not actor.may(Permission.SEE_GOODS) or not is_number(own.document_number, SHORTEST_PROOF):
        return ()
    since: datetime = own.at - YEAR
    found = goods_kin.of_numbers(connection, [own.document_number], since, _MOST_KIN)
    return tuple(one for one in found if actor.everywhere or one.port in actor.ports)
