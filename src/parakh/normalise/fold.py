"""What all records of one traveller say of him together.

Every value keeps its source: what a passenger list says stands above what a booking says of the
same attribute, because the carrier checks a list against the document; of one kind of source the
newest value that is not empty stands. What an earlier message said stays visible, and so does
what another kind of source says now: a conflict is shown, never overwritten.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from parakh.domain.traveller import Document, PersonName, Standing, Traveller, TravellerRole
from parakh.normalise.join import SourceKind, Statement, marks_of, names_alike
from parakh.normalise.names import name_key


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One record, and its values as normalised."""

    statement: Statement
    value: Traveller


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """What a message did to a whole voyage, or a booking to those whom it no longer names.

    Attributes:
        order: as of a Statement.
        action: `cancel` the voyage, `replace` the list, `boarded` close its list, or `booking`, of
            which a newer version came.
        series: what the messages of one list share; for `booking`, the version's unit.
        sender: whose message it is; a list, a close-out or a booking is only its sender's own.
        crew: whether it is a list of crew members.
        locator: of the booking, else "".
    """

    order: tuple[datetime, tuple[str, int, int]]
    action: str
    series: str
    sender: str = ""
    crew: bool = False
    locator: str = ""


class Claim(StrEnum):
    """How a source's value stands to the value in use."""

    USED = "used"
    AGREES = "agrees"
    CONFLICTS = "conflicts"
    EARLIER = "earlier"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sourced:
    """One value of one attribute as one record says it, normalised to text."""

    attribute: str
    value: str
    statement: Statement
    claim: Claim


_DOCUMENTED = (
    "family_name", "given_names", "birth_date", "sex", "nationality", "residence",
    "father_name", "birth_place",
)  # fmt: skip
"""What a document says; a list stands above a booking."""

_TRAVELLED = ("role", "embarkation", "debarkation", "booking_reference", "seat", "bags")
"""What the carrier's own systems say; whatever was said last stands."""

ATTRIBUTES = (*_DOCUMENTED, *_TRAVELLED)

_RANK = {SourceKind.CROSSINGS: 0, SourceKind.PAXLST: 1, SourceKind.PNRGOV: 2}


def fold(said: Sequence[Said], acts: Iterable[Act] = ()) -> Traveller:
    """The traveller; `said` is not empty. Its identifier is that of the first record's value."""
    ordered = sorted(said, key=lambda own: own.statement.order)
    used = {name: _used(ordered, name) for name in ATTRIBUTES}
    name = _used(ordered, "name")
    role = _used(ordered, "role")
    return replace(
        ordered[0].value,
        name=name or PersonName(family="", given=""),
        role=role or TravellerRole.PASSENGER,
        birth_date=used["birth_date"],
        sex=used["sex"],
        nationality=used["nationality"],
        residence=used["residence"],
        embarkation=used["embarkation"],
        debarkation=used["debarkation"],
        booking_reference=used["booking_reference"],
        seat=used["seat"],
        bags=used["bags"] or (),
        documents=_documents(ordered),
        father_name=used["father_name"] or "",
        birth_place=used["birth_place"] or "",
        standing=standing((own.statement for own in ordered), acts),
    )


def others(folded: Traveller, said: Iterable[Said]) -> list[Traveller]:
    """As whom somebody was declared besides: under other names, birth dates or documents.

    What was corrected, or is contradicted, may yet be who he is, so that it is screened as well. A
    name that is only cut short is no other name, and what a record leaves out stays as it is known.
    """
    own = marks_of(folded)
    born = {own.birth_date, ""}
    known = [folded]
    for value in (one.value for one in said):
        marks = marks_of(value)
        documents = tuple(d for d in value.documents if d.number not in _numbers(folded))
        renamed = not names_alike(own, marks)
        if renamed or documents or marks.birth_date not in born:
            known.append(
                replace(
                    folded,
                    name=value.name if renamed else folded.name,
                    birth_date=value.birth_date or folded.birth_date,
                    documents=documents or folded.documents,
                )
            )
    return list(dict.fromkeys(known))[1:]


def _numbers(value: Traveller) -> set[str]:
    return {own.number for own in value.documents}


def sourced(said: Sequence[Said]) -> list[Sourced]:
    """Every value that some record gives, by attribute, newest first, and how each stands."""
    newest = sorted(said, key=lambda own: own.statement.order, reverse=True)
    return [own for name in ATTRIBUTES for own in _sourced(newest, name)]


def conflicts(values: Iterable[Sourced]) -> set[str]:
    """The attributes of which two kinds of source say different things now."""
    return {own.attribute for own in values if own.claim is Claim.CONFLICTS}


def standing(statements: Iterable[Statement], acts: Iterable[Act] = ()) -> Standing:
    """Whether somebody comes, as said last, in message order.

    A booking that is made or changed does not undo what a list or a close-out said; one that is
    cancelled does, unless another booking of his holds.
    """
    events: list[Statement | Act] = [*statements, *acts]
    state = _State()
    for event in sorted(events, key=lambda own: own.order):
        if isinstance(event, Act):
            state.act(event)
        else:
            state.hear(event)
    return state.standing


class _State:
    """What is known of one traveller at one point of the messages' order."""

    def __init__(self) -> None:
        self.standing = Standing.EXPECTED
        self._known = False
        self._listed: Statement | None = None
        self._bookings: dict[str, bool] = {}
        self._senders: dict[str, str] = {}
        self._units: set[str] = set()

    def hear(self, own: Statement) -> None:
        """Takes what one record says."""
        self._known = True
        if own.kind is SourceKind.PNRGOV:
            self._units.add(own.unit)
            self._senders |= dict.fromkeys(own.marks.locators, own.sender)
            self._book(own.marks.locators, own.marks.holds)
        elif own.kind is SourceKind.PAXLST:
            self._listed = own
            self.standing = _BY_ACTION.get(own.action, Standing.EXPECTED)

    def act(self, act: Act) -> None:
        """Takes what was done to the voyage, or to a booking of his that names him no more."""
        if act.action == "booking":
            left_out = act.locator in self._bookings and act.series not in self._units
            if left_out and self._senders[act.locator] == act.sender:
                self._book((act.locator,), False)
        elif act.action == "cancel":
            if self._known:
                self.standing = Standing.CANCELLED
        elif self._left_out(act):
            if act.action == "replace" and self.standing.comes:
                self.standing = Standing.CANCELLED
            elif self.standing is Standing.EXPECTED:
                # Who is boarded already was named by another message of the same close-out.
                self.standing = Standing.NOT_BOARDED

    def _left_out(self, act: Act) -> bool:
        """Whether he stood in that sender's list before, and not in this one."""
        listed = self._listed
        return (
            listed is not None
            and listed.series != act.series
            and listed.sender == act.sender
            and listed.marks.crew is act.crew
        )

    def _book(self, locators: Iterable[str], holds: bool) -> None:
        none_held = bool(self._bookings) and not any(self._bookings.values())
        self._bookings.update(dict.fromkeys(locators, holds))
        if not any(self._bookings.values()):
            self.standing = Standing.CANCELLED
        elif none_held and self.standing is Standing.CANCELLED:
            self.standing = Standing.EXPECTED


_BY_ACTION = {
    "cancel": Standing.CANCELLED,
    "cancel flight": Standing.CANCELLED,
    "reduction": Standing.CANCELLED,
    "boarded": Standing.BOARDED,
    "not boarded": Standing.NOT_BOARDED,
}


# --- values -------------------------------------------------------------------------------------


def _rank(own: Said, name: str) -> tuple[int, datetime, tuple[str, int, int]]:
    order = own.statement.order
    return (0 if name in _TRAVELLED else -_RANK[own.statement.kind], *order)


def _used(ordered: Sequence[Said], name: str) -> Any:
    best = _best(ordered, name)
    return None if best is None else _value(best.value, name)


def _best(said: Iterable[Said], name: str) -> Said | None:
    telling = [own for own in said if _value(own.value, name)]
    return max(telling, key=lambda own: _rank(own, name), default=None)


def _value(value: Traveller, name: str) -> Any:
    if name == "family_name":
        return value.name.family
    if name == "given_names":
        return value.name.given
    if name == "name":
        return value.name if value.name.full else None
    return getattr(value, name)


def _sourced(newest: Sequence[Said], name: str) -> list[Sourced]:
    key = "name" if name in ("family_name", "given_names") else name
    best = _best(newest, key)
    if best is None:
        return []
    used = _text(_value(best.value, name))
    heard: set[SourceKind] = set()
    found = []
    for own in newest:
        if not _value(own.value, key):
            continue
        kind = own.statement.kind
        text = _text(_value(own.value, name))
        if own is best:
            claim = Claim.USED
        elif kind in heard or kind is best.statement.kind or name in _TRAVELLED:
            claim = Claim.EARLIER
        else:
            agree = _agree(name, text, used) or (key == "name" and _named_alike(own, best))
            claim = Claim.AGREES if agree else Claim.CONFLICTS
        heard.add(kind)
        if text:
            found.append(Sourced(attribute=name, value=text, statement=own.statement, claim=claim))
    return found


def _agree(name: str, one: str, other: str) -> bool:
    """Whether two values are equal, as far as both tell a date, a father or a place."""
    if name == "birth_date":
        return one.startswith(other) or other.startswith(one)
    if name in ("father_name", "birth_place"):
        words, others = _sounds(one), _sounds(other)
        return words <= others or others <= words
    return one == other


def _sounds(text: str) -> set[str]:
    return set(name_key(PersonName(family=text, given="")).split())


def _named_alike(one: Said, other: Said) -> bool:
    """Bookings write names without blanks, cut short, and with titles at their ends."""
    return names_alike(one.statement.marks, other.statement.marks)


def _text(value: object) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value or "")


def _documents(ordered: Sequence[Said]) -> tuple[Document, ...]:
    """The newest documents of each type that each kind of source declares, lists' first.

    One number stands once, with what any of them says of it.
    """
    kept: dict[str, Document] = {}
    for kind in sorted(_RANK, key=lambda own: _RANK[own]):
        newest: dict[object, tuple[Document, ...]] = {}
        for own in ordered:
            if own.statement.kind is kind:
                newest |= _by_type(own.value.documents)
        for document in (one for some in newest.values() for one in some):
            known = kept.get(document.number)
            kept[document.number] = document if known is None else _completed(known, document)
    return tuple(kept.values())


def _by_type(documents: Iterable[Document]) -> dict[object, tuple[Document, ...]]:
    by_type: dict[object, tuple[Document, ...]] = {}
    for own in documents:
        by_type[own.type] = (*by_type.get(own.type, ()), own)
    return by_type


def _completed(known: Document, other: Document) -> Document:
    return replace(known, issuer=known.issuer or other.issuer, expiry=known.expiry or other.expiry)
