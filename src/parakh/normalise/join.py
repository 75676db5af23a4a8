"""Which records of one voyage speak of the same person.

The outcome is a function of the set of records, not of the order in which they came. Evidence is
used best first: a document, the carrier's own reference of the passenger, name and birth date,
locator, seat, and at last a name that nobody else on the lists bears. One list never speaks of one
person twice, so that two records of one list are kept apart whatever they share.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from parakh.domain.traveller import DocumentType, Traveller, TravellerRole
from parakh.normalise.names import comparison_form


class SourceKind(StrEnum):
    """What kind of message a record came in; the more of a document it has seen, the first."""

    CROSSINGS = "CROSSINGS"
    PAXLST = "PAXLST"
    PNRGOV = "PNRGOV"


@dataclass(frozen=True, kw_only=True, slots=True)
class Marks:
    """By what a person is told from the others on a voyage.

    Attributes:
        documents: `ISSUER:NUMBER` of each, without the issuer where it is not known.
        passports: those of them that are passports.
        family, given: in comparison form, without blanks.
        birth_date: ISO 8601 as far as it is known, or "".
        locators: record locators.
        seat: without leading zeros, or "".
        reference: the carrier's own reference of the passenger, or "".
        crew: whether he is declared as crew.
        holds: False in a booking that was cancelled.
    """

    documents: tuple[str, ...] = ()
    passports: tuple[str, ...] = ()
    family: str = ""
    given: str = ""
    birth_date: str = ""
    locators: tuple[str, ...] = ()
    seat: str = ""
    reference: str = ""
    crew: bool = False
    holds: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """One record of one person, with what orders it.

    Attributes:
        id: the record's identifier.
        kind: of its message.
        unit: the list or booking it stands in, in which nobody is named twice.
        said_at: when its sender made the message.
        place: settles the order of what was said at one moment (message, part, place in it).
        action: of its submission; see `parakh.ingest.submission.Submission`.
        series: what the messages of one list share.
        sender: who sent it, as his interchange names him.
        received_at: when it came.
    """

    id: str
    kind: SourceKind
    unit: str
    said_at: datetime
    place: tuple[str, int, int]
    marks: Marks
    received_at: datetime
    action: str = ""
    series: str = ""
    sender: str = ""

    @property
    def order(self) -> tuple[datetime, tuple[str, int, int]]:
        """Message order: by when it was said, then by when it came."""
        return self.said_at, self.place

    @property
    def corrects(self) -> bool:
        """Whether it may say something else of a person than was said before."""
        return self.action in ("change", "replace")


def marks_of(
    value: Traveller, locators: Iterable[str] = (), reference: str = "", *, holds: bool = True
) -> Marks:
    """The marks of one record, from its normalised values."""
    keys = [(own.type, f"{own.issuer or ''}:{own.number}") for own in value.documents]
    return Marks(
        documents=tuple(dict.fromkeys(key for _, key in keys)),
        passports=tuple(key for kind, key in keys if kind is DocumentType.PASSPORT),
        family=_compact(value.name.family),
        given=_compact(value.name.given),
        birth_date=str(value.birth_date or ""),
        locators=tuple(sorted({own for own in (*locators, value.booking_reference) if own})),
        seat=value.seat or "",
        reference=reference,
        crew=value.role is TravellerRole.CREW,
        holds=holds,
    )


def told_differently(marks: Sequence[Marks]) -> bool:
    """Whether records of one person give other names, birth dates or documents."""
    first = marks[0]
    return (
        len({own.birth_date for own in marks} - {""}) > 1
        or len({own.documents for own in marks} - {()}) > 1
        or not all(names_alike(first, own) for own in marks)
    )


def joined(statements: Iterable[Statement]) -> list[tuple[Statement, ...]]:
    """One tuple a person, each in message order; persons in the order of their first record."""
    ordered = sorted(statements, key=lambda own: own.order)
    groups = _Groups(ordered)
    for keys_of, fits in _RULES:
        for block in _blocks(ordered, keys_of):
            if keys_of not in _IDENTIFIERS or not _anybodys(block):
                groups.merge_within(block, fits)
    for block in _blocks(ordered, _alone(ordered)):
        groups.merge_within(block, _unmistakable)
    return groups.persons()


Keys = Callable[[Statement], Iterator[Hashable]]
Fits = Callable[[Sequence[Statement], Sequence[Statement]], bool]


class _Groups:
    """Records by person, as far as they are known to belong together."""

    def __init__(self, ordered: Sequence[Statement]) -> None:
        self._of = {own.id: [own] for own in ordered}

    def merge_within(self, block: Sequence[Statement], fits: Fits) -> None:
        """Merges the groups of a block's records, in order, where nothing speaks against it."""
        seen: list[list[Statement]] = []
        for own in block:
            group = self._of[own.id]
            if any(group is other for other in seen):
                continue
            for place, other in enumerate(seen):
                if _apart(other, group) or not fits(other, group):
                    continue
                seen[place] = self._merge(other, group)
                break
            else:
                seen.append(group)

    def _merge(self, one: list[Statement], other: list[Statement]) -> list[Statement]:
        merged = sorted((*one, *other), key=lambda own: own.order)
        for own in merged:
            self._of[own.id] = merged
        return merged

    def persons(self) -> list[tuple[Statement, ...]]:
        unique = {id(group): group for group in self._of.values()}
        return [tuple(group) for group in unique.values()]


def _blocks(ordered: Sequence[Statement], keys_of: Keys) -> Iterator[list[Statement]]:
    """Records that share a key, in message order; blocks in the order of their first record."""
    blocks: dict[Hashable, list[Statement]] = {}
    for own in ordered:
        for key in keys_of(own):
            blocks.setdefault(key, []).append(own)
    return (block for block in blocks.values() if len(block) > 1)


def _apart(one: Sequence[Statement], other: Sequence[Statement]) -> bool:
    return not {own.unit for own in one}.isdisjoint(own.unit for own in other)


# --- what is shared, best first -----------------------------------------------------------------


def _document(own: Statement) -> Iterator[Hashable]:
    for key in own.marks.documents:
        yield key.partition(":")[2]


def _reference(own: Statement) -> Iterator[Hashable]:
    if own.marks.reference:
        yield own.marks.reference


def _name_birth_locator(own: Statement) -> Iterator[Hashable]:
    for person in _name_birth(own):
        for locator in own.marks.locators:
            yield person, locator


def _name_birth_seat(own: Statement) -> Iterator[Hashable]:
    if own.marks.seat:
        for person in _name_birth(own):
            yield person, own.marks.seat


def _name_birth(own: Statement) -> Iterator[Hashable]:
    if _full(own.marks) and len(own.marks.birth_date) == len("2000-01-01"):
        yield _full(own.marks), own.marks.birth_date


def _locator_name(own: Statement) -> Iterator[Hashable]:
    for locator in own.marks.locators if _full(own.marks) else ():
        yield locator, _full(own.marks)


def _locator_seat(own: Statement) -> Iterator[Hashable]:
    if own.marks.seat:
        for locator in own.marks.locators:
            yield locator, own.marks.seat


def _locator_family(own: Statement) -> Iterator[Hashable]:
    for locator in own.marks.locators if own.marks.family else ():
        yield locator, own.marks.family


def _seat_family(own: Statement) -> Iterator[Hashable]:
    if own.marks.seat and own.marks.family:
        yield own.marks.seat, own.marks.family


def _alone(ordered: Sequence[Statement]) -> Keys:
    """By full name, of those whose name nobody else bears in the same list."""
    names = Counter((own.series or own.place[:2], _full(own.marks)) for own in ordered)

    def keys_of(own: Statement) -> Iterator[Hashable]:
        name = _full(own.marks)
        alone = names[own.series or own.place[:2], name] == 1
        if own.marks.family and own.marks.given and alone:
            yield name

    return keys_of


# --- what speaks against it ---------------------------------------------------------------------


def _bearer(one: Sequence[Statement], other: Sequence[Statement]) -> bool:
    """One document, borne by one person: unless issuers, or both name and birth date, differ."""
    return _same_issuer(one, other) and (
        _corrected(one, other) or _named_alike(one, other) or _born_alike(one, other, known=True)
    )


def _referred(one: Sequence[Statement], other: Sequence[Statement]) -> bool:
    """One reference of one carrier: unless too much differs; some number the lines of a list."""
    if _named_alike(one, other):
        return True
    born = _born_alike(one, other, known=_corrected(one, other))
    return born and (_corrected(one, other) or _family_alike(one, other))


def _certain(one: Sequence[Statement], other: Sequence[Statement]) -> bool:
    return True


def _not_another_passport(one: Sequence[Statement], other: Sequence[Statement]) -> bool:
    return _corrected(one, other) or not _other_passport(one, other)


def _unmistakable(one: Sequence[Statement], other: Sequence[Statement]) -> bool:
    """Joined by the name alone: unless anything differs, or they are two bookings."""
    locators = [{name for own in group for name in own.marks.locators} for group in (one, other)]
    two_bookings = all(locators) and locators[0].isdisjoint(locators[1])
    return not two_bookings and _consistent(one, other)


def _consistent(one: Sequence[Statement], other: Sequence[Statement]) -> bool:
    return (
        _named_alike(one, other)
        and _born_alike(one, other, known=False)
        and not _other_passport(one, other)
    )


_RULES: Sequence[tuple[Keys, Fits]] = (
    (_document, _bearer),
    (_reference, _referred),
    (_name_birth_locator, _certain),
    (_name_birth_seat, _certain),
    (_name_birth, _not_another_passport),
    (_locator_name, _consistent),
    (_locator_seat, _consistent),
    (_locator_family, _consistent),
    (_seat_family, _consistent),
)


_IDENTIFIERS = (_document, _reference)
_BEARERS = 9


def _anybodys(block: Iterable[Statement]) -> bool:
    """Whether so many names bear one number that it stands in place of one, such as `00000000`."""
    return len({_full(own.marks) for own in block}) > _BEARERS


def _corrected(one: Sequence[Statement], other: Sequence[Statement]) -> bool:
    return any(own.corrects for own in (*one, *other))


def _same_issuer(one: Sequence[Statement], other: Sequence[Statement]) -> bool:
    """Whether some number that both have was issued by one country, or by one not told."""
    theirs: dict[str, set[str]] = {}
    for issuer, number in _parted(other):
        theirs.setdefault(number, set()).add(issuer)
    return any(
        not issuer or issuer in theirs[number] or "" in theirs[number]
        for issuer, number in _parted(one)
        if number in theirs
    )


def _parted(group: Sequence[Statement]) -> Iterator[tuple[str, str]]:
    for own in group:
        for key in own.marks.documents:
            issuer, _, number = key.partition(":")
            yield issuer, number


def _other_passport(one: Sequence[Statement], other: Sequence[Statement]) -> bool:
    """Whether both have passports of one country, and none in common."""
    ours = {key for own in one for key in own.marks.passports}
    theirs = {key for own in other for key in own.marks.passports}
    issuers = {key.partition(":")[0] for key in ours} & {key.partition(":")[0] for key in theirs}
    return bool(issuers - {""}) and ours.isdisjoint(theirs)


def _born_alike(one: Sequence[Statement], other: Sequence[Statement], *, known: bool) -> bool:
    """Whether a birth date agrees as far as both tell it; `known` asks that both do."""
    ours = {own.marks.birth_date for own in one} - {""}
    theirs = {own.marks.birth_date for own in other} - {""}
    if not ours or not theirs:
        return not known
    return any(a.startswith(b) or b.startswith(a) for a in ours for b in theirs)


def _named_alike(one: Sequence[Statement], other: Sequence[Statement]) -> bool:
    return any(names_alike(a.marks, b.marks) for a in one for b in other)


def _family_alike(one: Sequence[Statement], other: Sequence[Statement]) -> bool:
    return any(a.marks.family == b.marks.family for a in one for b in other)


def names_alike(one: Marks, other: Marks) -> bool:
    """The same name, or one cut short or with initials as bookings and zones write it."""
    if _full(one) == _full(other):
        return True
    return _begins(one.family, other.family) and _begins(one.given, other.given)


def _begins(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _full(marks: Marks) -> str:
    """The letters of the whole name; who wrote which of them as family name is left aside."""
    return "".join(sorted((marks.family, marks.given)))


def _compact(text: str) -> str:
    return comparison_form(text).replace(" ", "")
