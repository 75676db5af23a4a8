"""Profiles: opened by officers or the program, reviewed by a second person, kept and closed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.act import profiles as act
from parakh.act.decisions import reason_of, require_human
from parakh.domain.ids import new_id
from parakh.domain.phrase import Phrase
from parakh.domain.profile import (
    Fact,
    FactKind,
    NameKind,
    Profile,
    ProfileKind,
    ProfileState,
    Step,
    StepKind,
)
from parakh.errors import Conflict, Forbidden, InvalidInput
from parakh.services.centre import Centre
from parakh.services.four_eyes import same_person
from parakh.services.profile_sources import checked_member
from parakh.store import notices, pictures
from parakh.store import profile_facts as facts_store
from parakh.store import profiles as store
from parakh.store.database import Tx


@dataclass(frozen=True, kw_only=True, slots=True)
class NewProfile:
    """What somebody says of a profile that he opens; facts bear no identifiers yet."""

    kind: ProfileKind
    title: str
    suspicion: str
    legal_basis: str
    expires_at: datetime | None = None
    alert_when_seen: bool = False
    facts: tuple[Fact, ...] = ()


# --- opening and deciding -----------------------------------------------------------------------


def open_profile(centre: Centre, actor: Actor, new: NewProfile) -> Profile:
    """Proposes a profile; it holds once another person approves it. The opener follows it.

    Raises InvalidInput when it lacks what it must have.
    """
    actor.require(Permission.KEEP_PROFILES)
    require_human(actor)
    with centre.db.write(actor, Purpose.PROFILE) as tx:
        facts = tuple(
            checked_member(centre, tx.connection, actor, own)
            if own.kind is FactKind.MEMBER
            else own
            for own in new.facts
        )
        made = propose(tx, replace(new, facts=facts))
        notices.follow(tx, made.id, actor.id)
    return made


def propose(tx: Tx, new: NewProfile, reasons: tuple[Phrase, ...] = ()) -> Profile:
    """The same within a transaction, for the program too; `reasons` are the program's.

    The program states no legal basis: whoever reviews its proposal does.
    """
    if not 1 <= len(new.title.strip()) <= 200:
        raise InvalidInput("write a title of 1 to 200 characters")
    if not (new.legal_basis.strip() or reasons):
        raise InvalidInput("say which law allows to keep the profile")
    profile_id, until = new_id(), act.ends(new.expires_at, tx.at)
    made = Profile(
        id=profile_id,
        kind=new.kind,
        title=new.title.strip(),
        suspicion=reason_of(new.suspicion),
        legal_basis=new.legal_basis.strip(),
        alert_when_seen=new.alert_when_seen,
        reasons=reasons,
        opened_by=tx.actor.name,
        opened_at=tx.at,
        agency=tx.actor.agency,
        expires_at=until,
        review_at=act.review_date(tx.at, until),
        lasting_id=profile_id,
    )
    store.save(tx, made)
    facts_store.add_facts(tx, [told(tx, fact, profile_id) for fact in _with_name(new)])
    note_step(tx, made, StepKind.OPENED)
    tx.audit("profile.opened", "profile", made.id, about=made.kind.value, facts=len(new.facts))
    return made


def decide(centre: Centre, actor: Actor, profile_id: str, *, approve: bool, reason: str) -> Profile:
    """Lets a proposed profile come into force with all its facts, or rejects it.

    Raises Forbidden for whoever opened it, Conflict unless it is proposed.
    """
    actor.require(Permission.REVIEW_PROFILES)
    to = ProfileState.IN_FORCE if approve else ProfileState.REJECTED
    with centre.db.write(actor, Purpose.PROFILE) as tx:
        old = store.get(tx.connection, profile_id, lock=True)
        if same_person(tx.connection, old.opened_by, actor):
            raise Forbidden("you opened this profile: another person must decide on it")
        if approve and not old.legal_basis:
            raise Conflict("say first which law allows to keep the profile")
        new = act.move(old, to, actor, reason, tx.at)
        store.save(tx, new)
        if approve:
            _check_all(tx, new)
        else:
            release(tx, new)
        note_step(tx, new, StepKind.APPROVED if approve else StepKind.REJECTED, new.decision)
        tx.audit(f"profile.{to.value}", "profile", profile_id, reason=new.decision)
    return new


def close(centre: Centre, actor: Actor, profile_id: str, reason: str) -> Profile:
    """Ends a living profile; its pictures are deleted, the rest stays for those who ask later."""
    actor.require(Permission.KEEP_PROFILES)
    with centre.db.write(actor, Purpose.PROFILE) as tx:
        old = store.get(tx.connection, profile_id, lock=True)
        new = act.move(old, ProfileState.CLOSED, actor, reason, tx.at)
        store.save(tx, new)
        release(tx, new)
        note_step(tx, new, StepKind.CLOSED, new.decision)
        tx.audit("profile.closed", "profile", profile_id, reason=new.decision)
    return new


def reopen(centre: Centre, actor: Actor, profile_id: str, reason: str) -> Profile:
    """Proposes a profile again that had ended; another person has to approve it anew."""
    actor.require(Permission.KEEP_PROFILES)
    with centre.db.write(actor, Purpose.PROFILE) as tx:
        old = store.get(tx.connection, profile_id, lock=True)
        if old.state is ProfileState.MERGED:
            raise Conflict("undo the merger instead")
        moved = act.move(old, ProfileState.PROPOSED, actor, reason, tx.at)
        until = act.ends(None, tx.at)
        new = replace(
            moved,
            opened_by=actor.name,
            opened_at=tx.at,
            decided_by=None,
            decided_at=None,
            expires_at=until,
            review_at=act.review_date(tx.at, until),
        )
        store.save(tx, new)
        note_step(tx, new, StepKind.REOPENED, moved.decision)
        tx.audit("profile.reopened", "profile", profile_id, reason=moved.decision)
    return new


def keep(
    centre: Centre, actor: Actor, profile_id: str, until: datetime | None, reason: str
) -> Profile:
    """Says after a review that a profile in force is still needed, until a moment.

    Raises Forbidden for whoever opened it.
    """
    actor.require(Permission.REVIEW_PROFILES)
    require_human(actor)
    with centre.db.write(actor, Purpose.PROFILE) as tx:
        old = store.get(tx.connection, profile_id, lock=True)
        if same_person(tx.connection, old.opened_by, actor):
            raise Forbidden("you opened this profile: another person must review it")
        if old.state is not ProfileState.IN_FORCE:
            raise Conflict(f"the profile is {old.state.value.replace('_', ' ')}")
        ends = act.ends(until, tx.at)
        new = replace(old, expires_at=ends, review_at=act.review_date(tx.at, ends))
        store.save(tx, new)
        note_step(tx, new, StepKind.KEPT, reason_of(reason))
        tx.audit(
            "profile.kept", "profile", profile_id, until=ends.isoformat(), reason=reason_of(reason)
        )
    return new


def edit(
    centre: Centre, actor: Actor, profile_id: str, *, title: str, suspicion: str, legal_basis: str
) -> Profile:
    """Changes what is said of a living profile; its timeline keeps what was said before.

    One in force is changed by somebody else than its opener, who may review: others approved what
    it says. Raises Forbidden for others.
    """
    actor.require(Permission.KEEP_PROFILES)
    require_human(actor)
    with centre.db.write(actor, Purpose.PROFILE) as tx:
        old = living(tx.connection, profile_id)
        if old.state is ProfileState.IN_FORCE:
            actor.require(Permission.REVIEW_PROFILES)
            if same_person(tx.connection, old.opened_by, actor):
                raise Forbidden("you opened this profile: another person must change it in force")
        if not 1 <= len(title.strip()) <= 200 or not legal_basis.strip():
            raise InvalidInput("a profile needs a title and a legal basis")
        new = replace(
            old,
            title=title.strip(),
            suspicion=reason_of(suspicion),
            legal_basis=legal_basis.strip(),
        )
        store.save(tx, new)
        names = ("title", "suspicion", "legal_basis")
        changed = [name for name in names if getattr(old, name) != getattr(new, name)]
        note_step(tx, new, StepKind.EDITED, " · ".join(getattr(old, name) for name in changed))
        tx.audit("profile.edited", "profile", profile_id, fields=changed)
    return new


def set_alert(centre: Centre, actor: Actor, profile_id: str, *, on: bool) -> Profile:
    """Whether members' later journeys raise a hit by themselves.

    Of a profile in force only somebody else than its opener switches it on, who may review; anybody
    who keeps profiles switches it off. Raises Forbidden for others.
    """
    actor.require(Permission.KEEP_PROFILES)
    require_human(actor)
    with centre.db.write(actor, Purpose.PROFILE) as tx:
        old = living(tx.connection, profile_id)
        if on and old.state is ProfileState.IN_FORCE:
            actor.require(Permission.REVIEW_PROFILES)
            if same_person(tx.connection, old.opened_by, actor):
                raise Forbidden("you opened this profile: another person must switch this on")
        new = replace(old, alert_when_seen=on)
        store.save(tx, new)
        note_step(tx, new, StepKind.ALERT_ON if on else StepKind.ALERT_OFF)
        tx.audit("profile.alert", "profile", profile_id, on=on)
    return new


# --- for those who merge, split and tell --------------------------------------------------------


def living(connection: sa.Connection, profile_id: str) -> Profile:
    """A profile that can be changed, held until the transaction ends; raises Conflict otherwise."""
    found = store.get(connection, profile_id, lock=True)
    if not found.state.living:
        raise Conflict(f"the profile is {found.state.value.replace('_', ' ')}")
    return found


def note_step(tx: Tx, profile: Profile, kind: StepKind, note: str = "", other_id: str = "") -> None:
    """Notes what was done to a profile as a whole, for its timeline."""
    step = Step(
        id=new_id(),
        profile_id=profile.id,
        kind=kind,
        by=tx.actor.name,
        at=tx.at,
        note=note,
        other_id=other_id,
    )
    facts_store.add_step(tx, step)


def release(tx: Tx, profile: Profile) -> None:
    """Ends the time of all pictures of a profile that is over."""
    for own in store.family(tx.connection, profile.id):
        pictures.release(tx, own.id)


def lasting(connection: sa.Connection, profile_id: str) -> str:
    """The profile to which a link leads, though it was merged since; raises NotFound."""
    return store.get(connection, profile_id).lasting_id


def told(tx: Tx, fact: Fact, profile_id: str) -> Fact:
    """A fact as the actor tells it now of a profile; raises InvalidInput for one that is none."""
    return replace(act.tidied(fact), id=new_id(), profile_id=profile_id, by=tx.actor.name, at=tx.at)


# --- within -------------------------------------------------------------------------------------


def _with_name(new: NewProfile) -> Sequence[Fact]:
    """The facts; the title is the name of what has no other."""
    if any(own.kind is FactKind.NAME for own in new.facts):
        return new.facts
    named = Fact(
        id="",
        profile_id="",
        kind=FactKind.NAME,
        scheme=NameKind.PRIMARY.value,
        value=new.title,
        source=new.facts[0].source if new.facts else new.suspicion,
    )
    return (named, *new.facts)


def _check_all(tx: Tx, profile: Profile) -> None:
    """Whoever lets a profile come into force stands behind what others told of it until then."""
    for own in facts_store.facts(tx.connection, [profile.id]):
        waits = own.holds and own.checked_by is None
        if waits and not same_person(tx.connection, own.by, tx.actor):
            facts_store.save_fact(tx, replace(own, checked_by=tx.actor.name, checked_at=tx.at))
