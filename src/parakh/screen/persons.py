"""Whether two travellers of different voyages are one person, and why.

Fellegi and Sunter (1969), "A Theory for Record Linkage": each comparison adds the logarithm of how
much more often it comes out so for one person than for two. All that counts stands in `POINTS`,
in powers of ten; together with PRIOR they are log-odds, and these a probability.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log10

from parakh.domain.dates import PartialDate
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.traveller import (
    SHORTEST_PROOF,
    Document,
    DocumentType,
    PersonName,
    Sex,
    is_number,
)
from parakh.screen.comparison import compare_names
from parakh.screen.lexicon import COMMON, EQUIVALENT, name_tokens, standard
from parakh.screen.names import compare_birth_dates

PRIOR = -6.0
"""Two travellers picked at random are one person once in a million: there are about a million
persons among the travellers whom a centre remembers."""

POINTS = {
    "document.same": 7.0,
    "document.same_number": 5.5,
    "document.another": -0.5,
    "name.same": 0.0,
    "name.spelled": -0.3,
    "name.shorter": -0.3,
    "name.married": -0.5,
    "name.other": -2.0,
    "birth_date.equal": 4.3,
    "birth_date.swapped": 2.0,
    "birth_date.equal_month": 2.0,
    "birth_date.new_year": 1.3,
    "birth_date.digit": 0.5,
    "birth_date.equal_year": 0.5,
    "birth_date.differs": -2.5,
    "nationality.equal": 0.3,
    "nationality.differs": -1.0,
    "sex.equal": 0.3,
    "sex.differs": -1.5,
}
"""To the points of a name that agrees come those of its rarity (see `rarity`). `document.same` is
same number and issuer, `same_number` with an issuer that is not known; one day in 60 years is
10**-4.3; a birth date is written wholly wrong once in about 300 times (10**-2.5)."""

LINK = 0.95
"""From this confidence on two travellers are linked without a human's word."""

MAY_BE = 0.50
"""From this confidence on an officer is shown that they may be one person."""

UNLIKELY = 0.05
"""Under this confidence travellers with different birth dates are kept apart, whatever lies
between them: a father and his son stay two, though one record has something of both."""

MOST_RARITY = 6.0
UNKNOWN_WORD = 2.5
"""Points of a word that the lexicon does not list among common ones: borne by one in 300.
A whole name counts MOST_RARITY at most, because the words of a name depend on each other."""

OMITTED = 0.7
"""Share of the points of words that only the longer of two names has; it is taken off. Brothers
often share all names but one."""

_ALIKE = 0.95
_SHORTER = 0.74
"""From a likeness (see `compare_names`) of _ALIKE names differ in spelling only; from _SHORTER on
one of them has words more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """What is compared of a traveller; equal for most voyages of one person."""

    name: PersonName
    birth_date: PartialDate | None
    sex: Sex | None
    nationality: str | None
    documents: tuple[Document, ...]

    @classmethod
    def made(
        cls,
        *,
        name: PersonName,
        birth_date: PartialDate | None,
        sex: Sex | None,
        nationality: str | None,
        documents: Iterable[Document],
    ) -> "Identity":
        """From a traveller's values: documents in one order, and of each what tells it from others.

        Documents whose number is a filler are left out; a sex that is not specified is not known.
        """
        told = {
            Document(type=own.type, number=own.number, issuer=own.issuer)
            for own in documents
            if is_number(own.number, SHORTEST_PROOF)
        }
        return cls(
            name=name,
            birth_date=birth_date,
            sex=None if sex is Sex.UNSPECIFIED else sex,
            nationality=nationality,
            documents=tuple(sorted(told, key=lambda own: (own.type, own.number, own.issuer or ""))),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Likeness:
    """How two travellers compare.

    Attributes:
        confidence: probability, 0 to 1, that they are one person.
        reasons: what agrees and what does not, the strongest first; read as one sentence.
        shared: the document that both bear, if any.
        apart: whether they must not be linked by way of others either.
    """

    confidence: float
    reasons: tuple[Phrase, ...]
    shared: Document | None = None
    apart: bool = False

    @property
    def borrowed(self) -> bool:
        """Whether one document was carried by two persons: lent, stolen, or mistyped."""
        return self.shared is not None and self.confidence < MAY_BE


_KINDS = {
    DocumentType.PASSPORT: N_("Same passport {document}"),
    DocumentType.VISA: N_("Same visa {document}"),
    DocumentType.IDENTITY_CARD: N_("Same identity card {document}"),
    DocumentType.OTHER: N_("Same document {document}"),
}
_NOTES = {
    "document.another": N_("another passport of the same country"),
    "name.same": N_("same name"),
    "name.spelled": N_("same name, spelled differently"),
    "name.shorter": N_("same name, with fewer words"),
    "name.married": N_("same given name, another family name"),
    "name.other": N_("another name"),
    "birth_date.equal": N_("same birth date"),
    "birth_date.swapped": N_("same birth date with day and month swapped"),
    "birth_date.equal_month": N_("same month of birth"),
    "birth_date.new_year": N_("same year of birth, 1 January on both"),
    "birth_date.digit": N_("birth dates differ in one digit"),
    "birth_date.equal_year": N_("same year of birth"),
    "birth_date.differs": N_("another birth date"),
    "nationality.differs": N_("another nationality"),
    "sex.differs": N_("another sex"),
}


@lru_cache(maxsize=65536)
def compare(one: Identity, other: Identity) -> Likeness:
    """Compares two identities; the order of the two does not matter."""
    shared, document = _compare_documents(one.documents, other.documents)
    name, agreed = _compare_names(one, other)
    others = () if other.birth_date is None else (other.birth_date,)
    relations = (
        document,
        name,
        compare_birth_dates(one.birth_date, others),
        _compare("nationality", one.nationality, other.nationality),
        _compare("sex", one.sex, other.sex),
    )
    points = PRIOR + agreed + sum(POINTS.get(relation, 0.0) for relation in relations)
    confidence = 1 / (1 + 10**-points)
    return Likeness(
        confidence=confidence,
        reasons=_reasons(relations, shared),
        shared=shared,
        apart=relations[2] == "birth_date.differs" and confidence < UNLIKELY,
    )


def rarity(word: str) -> float:
    """-log10 of the share of people who bear a word of a name."""
    share = COMMON.get(standard(word))
    return UNKNOWN_WORD if share is None else -log10(share)


def _reasons(relations: Iterable[str], shared: Document | None) -> tuple[Phrase, ...]:
    told = [phrase(_NOTES[relation]) for relation in relations if relation in _NOTES]
    if shared is None:
        return tuple(told)
    written = f"{shared.issuer or ''} {shared.number}".strip()
    return (phrase(_KINDS[shared.type], document=written), *told)


def _compare(what: str, one: str | None, other: str | None) -> str:
    if one is None or other is None:
        return f"{what}.unknown"
    return f"{what}.equal" if one == other else f"{what}.differs"


# --- documents --------------------------------------------------------------------------------


def _compare_documents(
    ours: Sequence[Document], theirs: Sequence[Document]
) -> tuple[Document | None, str]:
    """The document that both bear, and the relation of all of them."""
    found = [
        (POINTS[relation], own.number, own, relation)
        for own in ours
        for other in theirs
        if (relation := _same(own, other))
    ]
    if found:
        _, _, document, relation = max(found, key=lambda item: item[:2])
        return document, relation
    passports = [
        {own.issuer for own in side if own.type is DocumentType.PASSPORT and own.issuer}
        for side in (ours, theirs)
    ]
    return None, "document.another" if passports[0] & passports[1] else "document.unknown"


def _same(one: Document, other: Document) -> str:
    """The relation of two documents that may be one; else nothing."""
    if one.number != other.number:
        return ""
    known = DocumentType.OTHER not in (one.type, other.type)
    if known and one.type is not other.type:
        return ""
    if not (one.issuer and other.issuer):
        return "document.same_number"
    return "document.same" if one.issuer == other.issuer else ""


# --- names ------------------------------------------------------------------------------------


def _compare_names(one: Identity, other: Identity) -> tuple[str, float]:
    """The relation of two names, and the points for the rarity of what agrees in them."""
    ours, theirs = name_tokens(one.name), name_tokens(other.name)
    if not ours or not theirs:
        return "name.unknown", 0.0
    likeness = compare_names(ours, theirs, rarity)
    agreed = min(likeness.rarity, MOST_RARITY)
    if sorted(ours) == sorted(theirs):
        return "name.same", agreed
    if not _known_apart(ours, theirs):
        if likeness.alike >= _ALIKE:
            return "name.spelled", agreed
        if likeness.alike >= _SHORTER:
            more = max(sum(map(rarity, ours)), sum(map(rarity, theirs))) - likeness.rarity
            return "name.shorter", agreed - OMITTED * more
    if Sex.FEMALE in (one.sex, other.sex) and _same_given(one.name, other.name):
        return "name.married", agreed
    return "name.other", 0.0


def _known_apart(ours: Collection[str], theirs: Collection[str]) -> bool:
    """Whether each name has a word that the lexicon knows as another name than the other's.

    HASSAN and HUSSAIN have the same consonants, and twins are often called so.
    """
    mine, yours = ({standard(word) for word in words} for words in (ours, theirs))
    return all(any(word in EQUIVALENT for word in only) for only in (mine - yours, yours - mine))


def _same_given(one: PersonName, other: PersonName) -> bool:
    words = [name_tokens(PersonName(family="", given=name.given)) for name in (one, other)]
    return bool(words[0]) and sorted(map(standard, words[0])) == sorted(map(standard, words[1]))
