"""The one search box: what was typed is recognised, and every kind of thing is looked for."""

from collections.abc import Sequence
from dataclasses import dataclass

from parakh.access import Actor, Permission, Purpose
from parakh.errors import InvalidInput
from parakh.normalise.recognise import LONGEST, Reading, recognise
from parakh.services.centre import Centre
from parakh.services.search_answers import Answer, Asked, Kind
from parakh.services.search_sources import SOURCES

FEW, MOST = 6, 100
"""So many answers of each kind are shown at first, and when all of one kind are asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Answers of one kind, the best first; `more` if there are others."""

    kind: Kind
    answers: tuple[Answer, ...]
    more: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """All answers to a text, and what it may mean."""

    text: str
    readings: tuple[Reading, ...]
    groups: tuple[Group, ...] = ()


def search(
    centre: Centre, actor: Actor, text: str, *, kind: Kind | None = None, why: str = ""
) -> Found:
    """What a text finds: a few answers of each kind, or with `kind` many of that one.

    Whatever the actor may not see, by his permissions, his ports or the masks of old journeys, is
    not found. The look is audited with the text, what was found, and `why` it was asked. Raises
    InvalidInput for a text that is too long.
    """
    actor.require(Permission.SEARCH)
    if len(text) > LONGEST:
        raise InvalidInput(f"search for {LONGEST} characters at most")
    readings = recognise(text)
    if not readings:
        return Found(text=text, readings=())
    limit = FEW if kind is None else MOST
    with centre.db.read() as connection:
        asked = Asked(
            centre=centre,
            connection=connection,
            actor=actor,
            text=" ".join(text.split()),
            readings=readings,
            limit=limit + 1,
            ports=None if actor.everywhere else actor.ports,
        )
        groups = []
        for own, (permission, source) in SOURCES.items():
            if kind in (None, own) and actor.may(permission) and (answers := source(asked)):
                shown, more = tuple(answers[:limit]), len(answers) > limit
                groups.append(Group(kind=own, answers=shown, more=more))
    _audit(centre, actor, asked.text, groups, why)
    return Found(text=asked.text, readings=readings, groups=tuple(groups))


def _audit(centre: Centre, actor: Actor, text: str, groups: Sequence[Group], why: str) -> None:
    found = {own.kind.value: [answer.id for answer in own.answers] for own in groups}
    gate = actor.may(Permission.USE_GATE) and not actor.may(Permission.VET_TRAVELLERS)
    with centre.db.write(actor, Purpose.GATE if gate else Purpose.VETTING) as tx:
        tx.audit("search.made", "search", "", text=text, found=found, why=why.strip()[:400])
