"""Masking: who crossed long ago is not to be read any more, unless two persons find it needed."""

from collections.abc import Container
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from parakh.domain.hit import Hit
from parakh.domain.traveller import PersonName, Traveller

MASKED_NAME = PersonName(family="•••", given="")
"""Stands in the place of a name."""


class UnmaskingState(StrEnum):
    """What became of a request to see."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Unmasking:
    """A request to see a masked traveller, and what the second person said.

    `until` is when it ends, once granted; it holds for who asked and who granted it.
    """

    id: str
    traveller_id: str
    reason: str
    asked_by: str
    asked_at: datetime
    state: UnmaskingState = UnmaskingState.ASKED
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision: str = ""
    until: datetime | None = None

    def shows(self, name: str, at: datetime) -> bool:
        """Whether somebody may see by it at a moment."""
        return (
            self.state is UnmaskingState.GRANTED
            and self.until is not None
            and at < self.until
            and name in (self.asked_by, self.decided_by)
        )


def hidden(traveller: Traveller) -> Traveller:
    """A traveller without what tells who he is.

    Left are voyage, role, nationality, residence, sex and the year of birth: what statistics need.
    The elements are those of Directive (EU) 2016/681, article 12(2): names, address and contact,
    payment, frequent flyer numbers, remarks, and advance passenger information.
    """
    birth = traveller.birth_date
    return replace(
        traveller,
        name=MASKED_NAME,
        birth_date=replace(birth, month=None, day=None) if birth else None,
        booking_reference=None,
        seat=None,
        bags=(),
        documents=(),
        father_name="",
        birth_place="",
    )


_OTHERS = ("other", "via")
"""Places of a hit's sentence that name other travellers; `other_id` and `via_id` say which."""


def named(hit: Hit) -> frozenset[str]:
    """The other travellers whom a hit names: those along a link."""
    values = hit.sentence.values
    return frozenset(values[f"{own}_id"] for own in _OTHERS if values.get(f"{own}_id"))


def without_names(hit: Hit, ids: Container[str]) -> Hit:
    """A hit that does not name some of the other travellers along its link."""
    values = dict(hit.sentence.values)
    gone = {own: values[own] for own in _OTHERS if values.get(f"{own}_id", "") in ids}
    if not gone:
        return hit
    names, mask = set(gone.values()), str(MASKED_NAME)
    evidence = tuple(
        replace(
            own,
            ours=mask if own.ours in names else own.ours,
            theirs=mask if own.theirs in names else own.theirs,
        )
        for own in hit.evidence
    )
    sentence = replace(hit.sentence, values=values | dict.fromkeys(gone, mask))
    return replace(hit, sentence=sentence, evidence=evidence)
