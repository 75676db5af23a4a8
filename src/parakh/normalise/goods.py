"""Consignments from declared records: what each record says, with countries, ports, masses, values.

What cannot be used is left out and named in a Problem with its line. A number that breaks its own
rule (an air waybill's, a container's, a tariff code) is kept as told, with a warning: it may be how
somebody hides goods, and it is how the sender finds them again.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from parakh.domain.consignment import (
    BillKind,
    Consignment,
    ContainerUse,
    Declaration,
    Item,
    Party,
    PartyRole,
)
from parakh.domain.message import Problem, Severity
from parakh.domain.outcome import Money
from parakh.domain.voyage import Mode
from parakh.errors import Unreadable
from parakh.ingest.goods_records import (
    DeclaredConsignment,
    DeclaredContainer,
    DeclaredDeclaration,
    DeclaredItem,
    DeclaredParty,
)
from parakh.ingest.records import DeclaredVoyage
from parakh.normalise.goods_journey import (
    Unit,
    direction_of,
    home_port_of,
    journey_of,
    line_of,
    mode_of,
    ports_of,
    unit_of,
)
from parakh.normalise.goods_values import (
    MOST_MONEY,
    MOST_QUANTITY,
    Home,
    Notes,
    capitals,
    port_code,
)
from parakh.normalise.hs_codes import check_tariff_code, tariff_code
from parakh.normalise.identifiers import (
    bill_number,
    read_air_waybill,
    read_container,
)
from parakh.normalise.plates import Forms

N = TypeVar("N", int, float)

Rate = Callable[[str, date], Decimal | None]
"""Units of the centre's currency for one of another on a day; None where it is not known."""

BILL = "bill:"
"""So begins the key of a transport document."""

_LONGEST_NUMBER = 70
_LONGEST_OFFICE = 40
_SHORT_NUMBER = 6
"""A house bill's number of fewer signs is told apart by its master's: forwarders count from 1."""

_LONGEST_BOX = 11
_HUNDREDTHS, _THOUSANDTHS = 2, 3
_TRUTHS = {"yes": True, "no": False}
_KINDS = {own.value: own for own in BillKind}
_ROLES = {own.value: own for own in PartyRole}


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What one record says.

    Attributes:
        key: by which a later record corrects it: of the bill, or of the declaration; "" where
            neither has a number.
        bill_key: of the bill that a declaration names; "" where it names none.
        consignment: without identifiers of its own, of its voyage and its conveyance.
        journey: the voyage as declared, equal for all goods on it; None where none is told.
        cancels: whether it takes back what was told under its key.
    """

    declared: DeclaredConsignment
    key: str
    bill_key: str
    consignment: Consignment
    journey: DeclaredVoyage | None
    unit: Unit | None
    cancels: bool
    problems: tuple[Problem, ...]


def read(own: DeclaredConsignment, home: Home, said_at: datetime, rate: Rate, forms: Forms) -> Told:
    """What a record says; `said_at` is when its sender made it."""
    notes = Notes(own.line, own.column)
    mode = mode_of(own, notes)
    journey = journey_of(own, mode, said_at, home)
    reference, kind = bill_number(own.reference)[:_LONGEST_NUMBER], _kind(own, notes)
    master = bill_number(own.master_reference)[:_LONGEST_NUMBER]
    _check_bill(own, kind, mode, notes)
    loading, discharge = ports_of(own, mode, notes)
    declaration = _declaration(own, home, said_at, notes)
    day = (declaration.lodged_at if declaration else said_at).astimezone(home.zone).date()
    currency = declaration.currency if declaration else ""
    consignment = Consignment(
        id="",
        reference=reference,
        kind=kind,
        master_reference=master,
        mode=mode,
        direction=direction_of(own, loading, discharge, journey, home),
        port=home_port_of(own, mode, loading, discharge, journey, home),
        loading_port=loading,
        discharge_port=discharge,
        route=tuple(filter(None, (port_code(one, air=mode is Mode.AIR) for one in own.route))),
        export_country=notes.country(line_of(own, "export_country"), "country of export",
                                     own.export_country),
        packages=notes.count(line_of(own, "packages"), "packages", own.packages),
        gross_kg=notes.kilograms(line_of(own, "gross_kg"), "gross mass", own.gross_kg),
        description=capitals(own.description),
        declaration=declaration,
        items=tuple([_item(one, currency, home, day, rate, notes) for one in own.items]),
        parties=tuple(_parties(own.parties, notes)),
        containers=tuple(_containers(own.containers, notes)),
    )  # fmt: skip
    bill_key = key_of_bill(reference, kind, master)
    own_key = key_of_declaration(declaration) if declaration else bill_key
    return Told(
        declared=own,
        key=own_key,
        bill_key=bill_key,
        consignment=with_totals(consignment),
        journey=journey,
        unit=unit_of(own, forms, notes),
        cancels=own.action == "cancel",
        problems=tuple(notes.problems),
    )


def key_of_bill(reference: str, kind: BillKind | None, master: str) -> str:
    """By what a transport document is known; "" without a number."""
    if kind is BillKind.HOUSE_BILL and len(reference) < _SHORT_NUMBER and master:
        return f"{BILL}{master}/{reference}"
    return f"{BILL}{reference}" if reference else ""


def key_of_declaration(declaration: Declaration) -> str:
    """By what a declaration is known: its office and its number there; "" without a number."""
    if not declaration.reference:
        return ""
    return f"declaration:{declaration.office}:{declaration.reference}"


def with_totals(own: Consignment) -> Consignment:
    """With the packages, mass and description of all items where the whole does not tell them."""
    items = own.items
    if not items or (own.packages is not None and own.gross_kg is not None and own.description):
        return own
    packages = [item.packages for item in items]
    masses = [item.gross_kg for item in items]
    told = dict.fromkeys(item.description for item in items if item.description)
    return replace(
        own,
        packages=own.packages if own.packages is not None else _sum(packages),
        gross_kg=own.gross_kg if own.gross_kg is not None else _sum(masses),
        description=own.description or capitals("; ".join(told)),
    )


def _sum(values: list[N | None]) -> N | None:
    """The sum, if every one is told."""
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


# --- the transport document and the declaration -------------------------------------------------


def _kind(own: DeclaredConsignment, notes: Notes) -> BillKind | None:
    if not own.kind or not own.reference:
        return None
    kind = _KINDS.get(own.kind)
    if kind is None:
        notes.add(own.line, "the kind of transport document is not known", Severity.WARNING)
    return kind


def _check_bill(
    own: DeclaredConsignment, kind: BillKind | None, mode: Mode | None, notes: Notes
) -> None:
    waybills = [own.reference] if kind is BillKind.AIR_WAYBILL else []
    if own.master_reference and mode is Mode.AIR:
        waybills.append(own.master_reference)
    for told in waybills:
        try:
            read_air_waybill(told)
        except Unreadable as error:
            notes.add(line_of(own, "reference"), f"number: {error}", Severity.WARNING)


def _declaration(
    own: DeclaredConsignment, home: Home, said_at: datetime, notes: Notes
) -> Declaration | None:
    told = own.declaration
    if told is None:
        return None
    line = line_of(own, "declaration")
    lodged = notes.moment(line_of(own, "lodged_at"), "date of lodging", told.lodged_at, home.zone)
    money = _Money(notes, line)
    return Declaration(
        reference=notes.code(line, "number of the declaration", told.reference, _LONGEST_NUMBER),
        office=notes.code(line, "office", told.office, _LONGEST_OFFICE),
        lodged_at=lodged or said_at,
        procedure=notes.code(line, "procedure", told.procedure, _LONGEST_OFFICE),
        currency=notes.currency(line, "currency of the invoice", told.currency),
        invoice_total=money("total of the invoice", told.invoice_total),
        freight=money("freight", told.freight),
        insurance=money("insurance", told.insurance),
        corrections=notes.count(line, "corrections", told.corrections) or 0,
        preference_claimed=_TRUTHS.get(told.preference_claimed.lower()),
        import_use=capitals(told.import_use),
        payment=capitals(told.payment),
        documents=_documents(told),
    )


def _documents(told: DeclaredDeclaration) -> tuple[tuple[str, str], ...]:
    return tuple((capitals(kind), capitals(number)) for kind, number in told.documents)


@dataclass(frozen=True, slots=True)
class _Money:
    """Reads amounts of one line."""

    notes: Notes
    line: int

    def __call__(self, what: str, text: str) -> Decimal | None:
        return _rounded(self.notes.number(self.line, what, text, MOST_MONEY), _HUNDREDTHS)


def _rounded(value: Decimal | None, places: int) -> Decimal | None:
    return None if value is None else round(value, places)


# --- goods --------------------------------------------------------------------------------------


def _item(
    own: DeclaredItem, currency: str, home: Home, day: date, rate: Rate, notes: Notes
) -> Item:
    money = _Money(notes, own.line)
    price = _price(own, currency, notes)
    value = money("customs value", own.value)
    if value is None and price is not None:
        value = _value(price, home, day, rate)
    share = notes.number(own.line, "rate of duty", own.rate, MOST_QUANTITY)
    return Item(
        ordinal=own.ordinal,
        hs_code=_tariff(own, notes),
        description=capitals(own.description),
        origin=notes.country(own.line, "country of origin", own.origin),
        quantity=_rounded(
            notes.number(own.line, "quantity", own.quantity, MOST_QUANTITY), _THOUSANDTHS
        ),
        unit=notes.code(own.line, "unit", own.unit, _LONGEST_OFFICE),
        packages=notes.count(own.line, "packages", own.packages),
        gross_kg=notes.kilograms(own.line, "gross mass", own.gross_kg),
        net_kg=notes.kilograms(own.line, "net mass", own.net_kg),
        price=price,
        value=value,
        duty=money("duty", own.duty),
        rate=None if share is None else float(share),
        licence=notes.code(own.line, "licence", own.licence, _LONGEST_NUMBER),
    )


def _tariff(own: DeclaredItem, notes: Notes) -> str:
    if own.hs_code:
        try:
            check_tariff_code(own.hs_code)
        except Unreadable as error:
            notes.add(own.line, f"tariff code: {error}", Severity.WARNING)
    return tariff_code(own.hs_code)


def _price(own: DeclaredItem, currency: str, notes: Notes) -> Money | None:
    amount = _Money(notes, own.line)("price", own.price)
    if amount is None:
        return None
    code = notes.currency(own.line, "currency of the price", own.currency) or currency
    if not code:
        notes.add(own.line, "price: its currency is not told", Severity.WARNING)
        return None
    return Money(amount=amount, currency=code)


def _value(price: Money, home: Home, day: date, rate: Rate) -> Decimal | None:
    """The price in the centre's currency, to the hundredth."""
    if price.currency == home.currency:
        return price.amount
    told = rate(price.currency, day)
    value = None if told is None else price.amount * told
    return None if value is None or value >= MOST_MONEY else round(value, 2)


def _parties(declared: Iterable[DeclaredParty], notes: Notes) -> Iterator[Party]:
    """Each party once in each of its roles."""
    seen = set()
    for own in declared:
        role = _ROLES.get(own.role)
        if role is None:
            notes.add(own.line, "the role of a party is not known", Severity.WARNING)
            continue
        party = Party(
            role=role,
            name=capitals(own.name)[:350],
            identifier=bill_number(own.identifier)[:80],
            country=notes.country(own.line, "country of a party", own.country),
            address=capitals(own.address)[:500],
            phone=own.phone.strip()[:50],
            email=own.email.strip()[:254],
        )
        same = (party.role, party.name, party.identifier)
        if (party.name or party.identifier) and same not in seen:
            seen.add(same)
            yield party


def _containers(declared: Iterable[DeclaredContainer], notes: Notes) -> Iterator[ContainerUse]:
    seen = set()
    for own in declared:
        number = bill_number(own.number)
        try:
            read_container(number)
        except Unreadable as error:
            notes.add(own.line, f"container: {error}", Severity.WARNING)
        number = number[:_LONGEST_BOX]
        if not number or number in seen:
            continue
        seen.add(number)
        yield ContainerUse(
            number=number,
            type=capitals(own.type)[:10],
            seal=capitals(own.seal),
            seal_at_loading=capitals(own.seal_at_loading),
            empty=_TRUTHS.get(own.empty.lower()),
            gross_kg=notes.kilograms(own.line, "mass of a container", own.gross_kg),
            shared=_TRUTHS.get(own.shared.lower()),
        )
