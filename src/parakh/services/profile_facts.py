"""Facts of a profile: told with their source, checked by a second person, taken back."""

from dataclasses import replace

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.act.decisions import reason_of, require_human
from parakh.domain.hit import Kind
from parakh.domain.profile import Fact, FactKind, Profile
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.faces.picture import decode_picture
from parakh.services import portraits
from parakh.services.centre import Centre
from parakh.services.four_eyes import same_person
from parakh.services.profile_sources import checked_member
from parakh.services.profiles import lasting, living, told
from parakh.store import pictures
from parakh.store import profile_facts as facts_store
from parakh.store import profiles as store

MOST_PICTURES = 12


def add_fact(centre: Centre, actor: Actor, profile_id: str, fact: Fact) -> Fact:
    """Tells one thing more of a living profile; nobody is screened against it until another person
    checks it. Raises InvalidInput for what cannot be used, Conflict for what is told already."""
    actor.require(Permission.KEEP_PROFILES)
    require_human(actor)
    if fact.kind is FactKind.PICTURE:
        raise InvalidInput("pictures are uploaded")
    with centre.db.write(actor, Purpose.PROFILE) as tx:
        old = living(tx.connection, profile_id)
        made = told(tx, fact, old.id)
        if made.kind is FactKind.MEMBER:
            made = checked_member(centre, tx.connection, actor, made)
        if made.kind is FactKind.ASSOCIATION:
            made = _checked_tie(tx.connection, made)
        ids = [own.id for own in store.family(tx.connection, old.id)]
        if any(
            own.same == made.same and own.holds for own in facts_store.facts(tx.connection, ids)
        ):
            raise Conflict("the profile tells that already")
        facts_store.add_facts(tx, [made])
        tx.audit("profile.told", "profile", profile_id, fact=made.id, tells=made.kind.value)
    return made


def withdraw_fact(centre: Centre, actor: Actor, profile_id: str, fact_id: str, reason: str) -> Fact:
    """Takes a fact back that is wrong; raises Conflict if that was done before."""
    actor.require(Permission.KEEP_PROFILES)
    require_human(actor)
    with centre.db.write(actor, Purpose.PROFILE) as tx:
        own = _fact(tx.connection, living(tx.connection, profile_id), fact_id)
        new = replace(
            own, withdrawn_by=actor.name, withdrawn_at=tx.at, withdrawal=reason_of(reason)
        )
        facts_store.save_fact(tx, new)
        if own.kind is FactKind.PICTURE:
            pictures.delete(tx, own.value)
        tx.audit("profile.withdrawn", "profile", profile_id, fact=fact_id, reason=new.withdrawal)
    return new


def check_fact(centre: Centre, actor: Actor, profile_id: str, fact_id: str) -> Fact:
    """Stands behind a fact as the second person; raises Forbidden for the one who told it."""
    actor.require(Permission.REVIEW_PROFILES)
    require_human(actor)
    with centre.db.write(actor, Purpose.PROFILE) as tx:
        own = _fact(tx.connection, living(tx.connection, profile_id), fact_id)
        if own.checked_by is not None:
            raise Conflict(f"{own.checked_by} checked it already")
        if same_person(tx.connection, own.by, actor):
            raise Forbidden("you told this yourself: another person must check it")
        new = replace(own, checked_by=actor.name, checked_at=tx.at)
        facts_store.save_fact(tx, new)
        tx.audit("profile.checked", "profile", profile_id, fact=fact_id)
    return new


def add_picture(
    centre: Centre, actor: Actor, profile_id: str, data: bytes, source: str, note: str = ""
) -> Fact:
    """Keeps a picture, sealed, with its source; raises Unreadable for what is no picture."""
    actor.require(Permission.KEEP_PROFILES)
    require_human(actor)
    jpeg = portraits.kept(decode_picture(data))
    with centre.db.write(actor, Purpose.PROFILE) as tx:
        old = living(tx.connection, profile_id)
        held = [own for own in facts_store.facts(tx.connection, [old.id]) if own.holds]
        if sum(own.kind is FactKind.PICTURE for own in held) >= MOST_PICTURES:
            raise Conflict(f"a profile has {MOST_PICTURES} pictures at most")
        picture_id = pictures.save_picture(
            tx,
            centre.db.vault,
            owner_kind=Kind.PROFILE,
            owner_id=old.id,
            media_type="image/jpeg",
            data=jpeg,
        )
        fact = Fact(
            id="", profile_id=old.id, kind=FactKind.PICTURE, value=picture_id, source=source,
            note=note,
        )  # fmt: skip
        made = told(tx, fact, old.id)
        facts_store.add_facts(tx, [made])
        tx.audit("profile.told", "profile", profile_id, fact=made.id, tells=made.kind.value)
    return made


# --- within -------------------------------------------------------------------------------------


def _fact(connection: sa.Connection, profile: Profile, fact_id: str) -> Fact:
    ids = [own.id for own in store.family(connection, profile.id)]
    found = next((own for own in facts_store.facts(connection, ids) if own.id == fact_id), None)
    if found is None:
        raise NotFound("the profile tells no such thing")
    if not found.holds:
        raise Conflict("it was taken back already")
    return found


def _checked_tie(connection: sa.Connection, fact: Fact) -> Fact:
    other = lasting(connection, fact.value)
    if other == fact.profile_id:
        raise InvalidInput("a profile has no association with itself")
    return replace(fact, value=other)
