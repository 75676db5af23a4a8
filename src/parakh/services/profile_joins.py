"""Two profiles become one, which can be undone; one becomes two."""

from collections.abc import Collection
from dataclasses import replace

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.act.decisions import reason_of, require_human
from parakh.domain.ids import new_id
from parakh.domain.profile import Fact, FactKind, NameKind, Profile, ProfileState, StepKind
from parakh.errors import Conflict, InvalidInput
from parakh.services.centre import Centre
from parakh.services.profile_views import ProfileView, view
from parakh.services.profiles import lasting, living, note_step
from parakh.store import profile_facts as facts_store
from parakh.store import profiles as store
from parakh.store.database import Tx


def beside(
    centre: Centre, actor: Actor, profile_id: str, other_id: str
) -> tuple[ProfileView, ProfileView]:
    """Two profiles side by side, before they are merged; raises InvalidInput if they are one."""
    actor.require(Permission.KEEP_PROFILES)
    one, other = view(centre, actor, profile_id), view(centre, actor, other_id)
    if one.profile.id == other.profile.id:
        raise InvalidInput("choose another profile: this is the same")
    return one, other


def merge(centre: Centre, actor: Actor, profile_id: str, other_id: str, reason: str) -> Profile:
    """Makes another profile part of one: its facts, members and links lead there from now on.

    It holds until the later of both ends. What either tells keeps its source and stays where it was
    told, so that `unmerge` parts them again. Raises Conflict unless both are living, of one kind,
    and in one state.
    """
    actor.require(Permission.KEEP_PROFILES)
    require_human(actor)
    with centre.db.write(actor, Purpose.PROFILE) as tx:
        # In one order, so that two who merge the same profiles do not wait for each other.
        held = {own: living(tx.connection, own) for own in sorted({profile_id, other_id})}
        if len(held) < 2:
            raise InvalidInput("choose another profile: this is the same")
        into, old = held[profile_id], held[other_id]
        if into.kind is not old.kind:
            raise Conflict("a profile is merged with one of its own kind only")
        if into.state is not old.state:
            raise Conflict("decide on the proposed one first: what is merged must be reviewed")
        gone = replace(old, state=ProfileState.MERGED, before=old.state, merged_into=into.id)
        store.save(tx, gone)
        ids = [own.id for own in store.family(tx.connection, old.id)]
        store.relead(tx, ids, into.id)
        into = replace(into, expires_at=max(into.expires_at, old.expires_at))
        store.save(tx, into)
        why = reason_of(reason)
        note_step(tx, into, StepKind.MERGED, why, old.id)
        tx.audit("profile.merged", "profile", into.id, other=old.id, reason=why)
    return into


def unmerge(centre: Centre, actor: Actor, other_id: str, reason: str) -> Profile:
    """Parts a profile again from the one it was merged into, with all merged into it before.

    It is in force again only if the one it was part of is; otherwise whoever parts them proposes it
    anew. Raises Conflict if it is not merged, or the one it is part of has ended.
    """
    actor.require(Permission.KEEP_PROFILES)
    require_human(actor)
    with centre.db.write(actor, Purpose.PROFILE) as tx:
        # In one order, as `merge` does; where the profile leads may have changed until then.
        ids = {other_id, store.get(tx.connection, other_id).lasting_id}
        held = {own: store.get(tx.connection, own, lock=True) for own in sorted(ids)}
        old = held[other_id]
        if old.merged_into is None or old.before is None:
            raise Conflict("the profile is not merged")
        into = living(tx.connection, old.lasting_id)
        again = _again(tx, old, old.before, into.state)
        store.save(tx, again)
        store.relead(tx, _below(tx.connection, old.id, into.id), old.id)
        why = reason_of(reason)
        for own, other in ((into, old), (again, into)):
            note_step(tx, own, StepKind.UNMERGED, why, other.id)
        tx.audit("profile.unmerged", "profile", into.id, other=old.id, reason=why)
    return again


def split(
    centre: Centre,
    actor: Actor,
    profile_id: str,
    fact_ids: Collection[str],
    title: str,
    reason: str,
) -> Profile:
    """Gives chosen facts to a new profile, which is in the same state until the same day.

    Both were reviewed as one, so that neither falls out of screening meanwhile. Raises InvalidInput
    when no fact is chosen, or none is left.
    """
    actor.require(Permission.KEEP_PROFILES)
    require_human(actor)
    with centre.db.write(actor, Purpose.PROFILE) as tx:
        old = living(tx.connection, profile_id)
        ids = [own.id for own in store.family(tx.connection, old.id)]
        held = [own for own in facts_store.facts(tx.connection, ids) if own.holds]
        # What is told once on the page may be told by two of the family.
        chosen = {own.same for own in held if own.id in fact_ids}
        moved = [own for own in held if own.same in chosen]
        if not moved or len(moved) == len(held):
            raise InvalidInput("choose some of the facts, and leave some")
        made = _half(tx, old, title)
        for own in moved:
            _give(tx, own, made.id)
        if not any(own.kind is FactKind.NAME for own in moved):
            facts_store.add_facts(tx, [_named(tx, made, reason)])
        why = reason_of(reason)
        note_step(tx, old, StepKind.SPLIT, why, made.id)
        note_step(tx, made, StepKind.SPLIT, why, old.id)
        tx.audit("profile.split", "profile", old.id, other=made.id, facts=len(moved), reason=why)
    return made


def target_of(centre: Centre, actor: Actor, text: str) -> str:
    """The profile that an address (`/profiles/…`) or an identifier names; raises NotFound."""
    actor.require(Permission.SEE_PROFILES)
    with centre.db.read() as connection:
        return lasting(connection, text.strip().rstrip("/").rpartition("/")[2])


# --- within -------------------------------------------------------------------------------------


def _again(tx: Tx, old: Profile, before: ProfileState, whole: ProfileState) -> Profile:
    """A profile by itself again, in the weaker of its own state and that of what it was part of."""
    alone = replace(old, state=before, before=None, merged_into=None, lasting_id=old.id)
    if before is whole or before is ProfileState.PROPOSED:
        return alone
    # What it was part of had ended and was proposed again: nobody approved this one since.
    return replace(
        alone,
        state=ProfileState.PROPOSED,
        opened_by=tx.actor.name,
        opened_at=tx.at,
        decided_by=None,
        decided_at=None,
    )


def _half(tx: Tx, old: Profile, title: str) -> Profile:
    if not 1 <= len(title.strip()) <= 200:
        raise InvalidInput("write a title of 1 to 200 characters")
    made_id = new_id()
    made = replace(old, id=made_id, lasting_id=made_id, title=title.strip(), reasons=())
    store.save(tx, made)
    return made


def _give(tx: Tx, fact: Fact, profile_id: str) -> None:
    facts_store.save_fact(tx, replace(fact, profile_id=profile_id))
    if fact.kind is FactKind.PICTURE:
        facts_store.give_picture(tx, fact.value, profile_id)


def _named(tx: Tx, made: Profile, reason: str) -> Fact:
    return Fact(
        id=new_id(),
        profile_id=made.id,
        kind=FactKind.NAME,
        scheme=NameKind.PRIMARY.value,
        value=made.title.upper(),
        source=reason.strip(),
        by=tx.actor.name,
        at=tx.at,
    )


def _below(connection: sa.Connection, profile_id: str, lasting_id: str) -> list[str]:
    """A profile and all that had been merged into it, however deep."""
    children: dict[str, list[str]] = {}
    for own in store.family(connection, lasting_id):
        children.setdefault(own.merged_into or "", []).append(own.id)
    found = [profile_id]
    for one in found:
        found += children.get(one, [])
    return found
