"""Links travellers of different voyages to persons."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa

from parakh.screen.grouping import Link, Pair, Wanted, group, near
from parakh.screen.persons import LINK
from parakh.store import links
from parakh.store import persons as store
from parakh.store.persons import Decision

_ROUNDS = 4
"""Who must leave a person is looked at again with all whom he may belong to instead; that settles
at once, but for contradictions that a human has to decide."""


def link(connection: sa.Connection, traveller_ids: Iterable[str], at: datetime) -> int:
    """Links travellers, new or changed, with those of other voyages; says how many links changed.

    The persons are a function of what the travellers declared and humans decided, not of the order
    in which messages came: everybody whom a link may concern is grouped anew.
    """
    store.lock(connection)
    changed = 0
    seeds = set(traveller_ids)
    for _ in range(_ROUNDS):
        if not seeds:
            break
        moved, seeds = _link(connection, seeds, at)
        changed += moved
    return changed


def _link(connection: sa.Connection, seeds: set[str], at: datetime) -> tuple[int, set[str]]:
    """One round; gives also who had to leave a person and was not among the seeds."""
    identities = store.identities(connection, seeds)
    found = store.candidates(connection, [Wanted.of(own) for own in identities.values()])
    others = store.identities(connection, found - identities.keys())
    linked = near(identities, others, LINK).values()
    nodes = seeds.union(*linked)
    members, decisions = _closure(connection, nodes)
    known = identities | others
    known |= store.identities(connection, members.keys() - known.keys())
    own = {node: known[node] for node in members if node in known}
    same, different, deciders = said(decisions)
    persons = group(own, same, different)
    changed = store.replace_links(connection, own, persons, deciders, at)
    if changed:
        links.rehold(connection, own)
    return changed, _left(members, persons) - seeds


def _closure(
    connection: sa.Connection, nodes: Collection[str]
) -> tuple[dict[str, str], list[Decision]]:
    """Nodes with all travellers of their persons, and of those a human joined them with.

    Each with the person he belonged to so far, "" for none.
    """
    members: dict[str, str] = {}
    decisions: list[Decision] = []
    while new := set(nodes) - members.keys():
        persons = store.persons_of(connection, new)
        joined = store.members_of(connection, persons.values())
        members |= {node: persons.get(node, "") for node in new} | joined
        decisions = store.decisions_on(connection, members)
        nodes = {own for one in decisions if one.same for own in one.pair}
    return members, decisions


def said(decisions: Iterable[Decision]) -> tuple[set[Pair], set[Pair], dict[Pair, str]]:
    """Who is one person, who is not, and who said so; of each two, what was said last."""
    pairs = {one.pair: one for one in decisions if len(one.pair) == 2}
    return (
        {pair for pair, one in pairs.items() if one.same},
        {pair for pair, one in pairs.items() if not one.same},
        {pair: one.by for pair, one in pairs.items()},
    )


def _left(members: Mapping[str, str], persons: Iterable[Iterable[Link]]) -> set[str]:
    """Those whose person was divided, but for its largest part."""
    now = {link.traveller_id: at for at, links in enumerate(persons) for link in links}
    parts: defaultdict[str, defaultdict[object, set[str]]] = defaultdict(lambda: defaultdict(set))
    for own, before in members.items():
        if before:
            parts[before][now.get(own, own)].add(own)
    left: set[str] = set()
    for divided in parts.values():
        largest = max(divided.values(), key=lambda part: (len(part), min(part)))
        left.update(*(part for part in divided.values() if part is not largest))
    return left
