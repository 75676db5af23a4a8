"""What waits for a second person, one query for each kind of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from parakh.access import Actor
from parakh.domain.amendment import AmendmentState
from parakh.domain.cargo import ModelState
from parakh.domain.examination import PolicyState as GroundingState
from parakh.domain.gallery import TwinState
from parakh.domain.listing import VersionState
from parakh.domain.masking import UnmaskingState
from parakh.domain.profile import ProfileState
from parakh.domain.rule import RuleState
from parakh.domain.selectivity import PolicyState
from parakh.domain.sharing import RecordKind, ShareState
from parakh.domain.watchlist import EntryState
from parakh.store.factors import ResetState
from parakh.store.lookout_sight import closed_to
from parakh.store.tables import (
    agency,
    amendment,
    cargo_model,
    case_file,
    connector,
    exam_policy,
    exam_terminal,
    factor_reset,
    lane_policy,
    lookout,
    profile,
    profile_fact,
    rule,
    rule_version,
    share,
    template,
    trusted_trader,
    twin,
    unmasking,
    user,
    value_list,
    value_list_item,
    watchlist,
    watchlist_entry,
    watchlist_version,
)

MOST = 200
"""Of one kind; whoever has more waiting finds the rest once these are decided."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One thing that waits.

    Attributes:
        id: of the thing that is decided; `place` of what its page shows, where that is another.
        by: who proposed it, and all others who had a part in it.
        about: what tells it from others of its kind, with a count where several wait together.
        gallery: the gallery whose faces it shows, "" for none.
        until: when it lapses.
    """

    id: str
    place: str
    by: tuple[str, ...]
    at: datetime
    about: str
    count: int = 1
    gallery: str = ""
    until: datetime | None = None


Query = Callable[[Actor, datetime], sa.Select[*tuple[object, ...]]]
"""Gives the columns `id`, `by`, `at`, `about`, and what else of a Row there is."""


def rows(connection: sa.Connection, query: Query, actor: Actor, now: datetime) -> list[Row]:
    """What waits of one kind, the newest first, at most `MOST`."""
    found = query(actor, now).limit(MOST)
    return [_row(row) for row in connection.execute(found)]


_CALLED = sa.case(
    (watchlist_entry.c.name != "", watchlist_entry.c.name), else_=watchlist_entry.c.search
)
"""An entry's name, or the number by which a vehicle or a document without one is found."""


def entries(actor: Actor, now: datetime) -> sa.Select[*tuple[object, ...]]:
    """Proposed entries of lists."""
    own = watchlist_entry.c
    return (
        sa.select(own.id, own.proposed_by.label("by"), own.proposed_at.label("at"),
                  _CALLED.label("about"), own.expires_at.label("until"))
        .where(own.state == EntryState.PROPOSED)
        .order_by(own.proposed_at.desc())
    )  # fmt: skip


def changes(actor: Actor, now: datetime) -> sa.Select[*tuple[object, ...]]:
    """Proposed changes of entries."""
    own = amendment.c
    return (
        sa.select(own.id, own.entry_id.label("place"), own.proposed_by.label("by"),
                  own.proposed_at.label("at"), _CALLED.label("about"))
        .join(watchlist_entry, watchlist_entry.c.id == own.entry_id)
        .where(own.state == AmendmentState.OPEN)
        .order_by(own.proposed_at.desc())
    )  # fmt: skip


def pictures(actor: Actor, now: datetime) -> sa.Select[*tuple[object, ...]]:
    """Pictures that were added to entries in force."""
    own, entry = template.c, watchlist_entry.c
    return (
        sa.select(entry.id, own.proposed_by.label("by"),
                  sa.func.min(own.created_at, type_=own.created_at.type).label("at"),
                  entry.name.label("about"), watchlist.c.gallery_id.label("gallery"),
                  sa.func.count(own.picture_id.distinct()).label("count"))
        .join(entry.id.table, entry.id == own.reference_id)
        .join(watchlist, watchlist.c.id == entry.watchlist_id)
        .where(own.approved_by.is_(None), entry.state == EntryState.APPROVED)
        .group_by(entry.id, own.proposed_by, entry.name, watchlist.c.gallery_id)
        .order_by(sa.desc("at"))
    )  # fmt: skip


def versions(actor: Actor, now: datetime) -> sa.Select[*tuple[object, ...]]:
    """Versions of lists, read and compared."""
    own = watchlist_version.c
    return (
        sa.select(own.id, own.imported_by.label("by"), own.imported_at.label("at"),
                  watchlist.c.name.label("about"),
                  (own.added + own.changed + own.removed).label("count"))
        .join(watchlist, watchlist.c.id == own.watchlist_id)
        .where(own.state == VersionState.PENDING)
        .order_by(own.imported_at.desc())
    )  # fmt: skip


def rules(actor: Actor, now: datetime) -> sa.Select[*tuple[object, ...]]:
    """Versions of rules in review."""
    own = rule_version.c
    return (
        sa.select(own.id, own.written_by.label("by"), own.authors.label("others"),
                  own.written_at.label("at"), rule.c.name.label("about"),
                  own.active_from.label("until"))
        .join(rule, rule.c.id == own.rule_id)
        .where(own.state == RuleState.IN_REVIEW)
        .order_by(own.written_at.desc())
    )  # fmt: skip


def values(actor: Actor, now: datetime) -> sa.Select[*tuple[object, ...]]:
    """Values of lists that rules use."""
    own = value_list_item.c
    return (
        sa.select(own.list_id.label("id"), own.added_by.label("by"),
                  sa.func.min(own.added_at, type_=own.added_at.type).label("at"),
                  value_list.c.name.label("about"), sa.func.count().label("count"))
        .join(value_list, value_list.c.id == own.list_id)
        .where(own.waits)
        .group_by(own.list_id, own.added_by, value_list.c.name)
        .order_by(sa.desc("at"))
    )  # fmt: skip


def lookouts(actor: Actor, now: datetime) -> sa.Select[*tuple[object, ...]]:
    """Lookouts that nobody confirmed yet, and later ends that were asked for."""
    own, entry = lookout.c, watchlist_entry.c
    later = own.confirmed_by.is_not(None)
    return (
        sa.select(own.id, sa.case((later, own.extension_by), else_=own.placed_by).label("by"),
                  sa.case((later, own.extension_at), else_=own.placed_at).label("at"),
                  _CALLED.label("about"), entry.expires_at.label("until"))
        .join(watchlist_entry, entry.id == own.id)
        .where(entry.state == EntryState.APPROVED, entry.expires_at > now, ~closed_to(actor),
               own.confirmed_by.is_(None) | own.extension_by.is_not(None))
        .order_by(entry.expires_at)
    )  # fmt: skip


def profiles(actor: Actor, now: datetime) -> sa.Select[*tuple[object, ...]]:
    """Proposed profiles."""
    own = profile.c
    return (
        sa.select(own.id, own.opened_by.label("by"), own.opened_at.label("at"),
                  own.title.label("about"))
        .where(own.state == ProfileState.PROPOSED)
        .order_by(own.opened_at.desc())
    )  # fmt: skip


def facts(actor: Actor, now: datetime) -> sa.Select[*tuple[object, ...]]:
    """What was told of profiles in force, and nobody checked."""
    own = profile_fact.c
    return (
        sa.select(profile.c.id, own.by, sa.func.min(own.at, type_=own.at.type).label("at"),
                  profile.c.title.label("about"), sa.func.count().label("count"))
        .join(profile, profile.c.id == own.profile_id)
        .where(own.checked_by.is_(None), own.withdrawn_at.is_(None), own.at.is_not(None),
               profile.c.state == ProfileState.IN_FORCE)
        .group_by(profile.c.id, own.by, profile.c.title)
        .order_by(sa.desc("at"))
    )  # fmt: skip


def unmaskings(actor: Actor, now: datetime) -> sa.Select[*tuple[object, ...]]:
    """Requests to see masked travellers; they name nobody."""
    own = unmasking.c
    return (
        sa.select(own.id, own.asked_by.label("by"), own.asked_at.label("at"),
                  own.reason.label("about"))
        .where(own.state == UnmaskingState.ASKED)
        .order_by(own.asked_at.desc())
    )  # fmt: skip


def models(actor: Actor, now: datetime) -> sa.Select[*tuple[object, ...]]:
    """Trained cargo models."""
    own = cargo_model.c
    return (
        sa.select(own.id, own.trained_by.label("by"), own.trained_at.label("at"),
                  own.number.label("about"))
        .where(own.state == ModelState.TRAINED)
        .order_by(own.trained_at.desc())
    )  # fmt: skip


def traders(actor: Actor, now: datetime) -> sa.Select[*tuple[object, ...]]:
    """Traders who are to be trusted."""
    own = trusted_trader.c
    return (
        sa.select(own.id, own.proposed_by.label("by"), own.proposed_at.label("at"),
                  own.name.label("about"), own.expires_at.label("until"))
        .where(own.decided_at.is_(None))
        .order_by(own.proposed_at.desc())
    )  # fmt: skip


def suspensions(actor: Actor, now: datetime) -> sa.Select[*tuple[object, ...]]:
    """Trusted traders who are to be suspended."""
    own = trusted_trader.c
    return (
        sa.select(own.id, own.asked_by.label("by"), own.asked_at.label("at"),
                  own.name.label("about"))
        .where(own.decided_at.is_not(None), own.asked_at.is_not(None),
               own.suspended_at.is_(None), ~own.refused)
        .order_by(own.asked_at.desc())
    )  # fmt: skip


def lane_policies(actor: Actor, now: datetime) -> sa.Select[*tuple[object, ...]]:
    """Proposed policies of lanes."""
    own = lane_policy.c
    return (
        sa.select(own.id, own.proposed_by.label("by"), own.proposed_at.label("at"),
                  own.port.label("about"))
        .where(own.state == PolicyState.PROPOSED)
        .order_by(own.proposed_at.desc())
    )  # fmt: skip


def groundings(actor: Actor, now: datetime) -> sa.Select[*tuple[object, ...]]:
    """Proposed orders in which terminals ground consignments."""
    own = exam_policy.c
    return (
        sa.select(own.id, own.terminal_id.label("place"), own.proposed_by.label("by"),
                  own.proposed_at.label("at"), exam_terminal.c.name.label("about"))
        .join(exam_terminal, exam_terminal.c.id == own.terminal_id)
        .where(own.state == GroundingState.PROPOSED,
               sa.true() if actor.everywhere else exam_terminal.c.port.in_(sorted(actor.ports)))
        .order_by(own.proposed_at.desc())
    )  # fmt: skip


def twins(actor: Actor, now: datetime) -> sa.Select[*tuple[object, ...]]:
    """Entries of a gallery that look like one person: found by the program, decided by one."""
    own = twin.c
    return (
        sa.select(own.gallery_id.label("id"), sa.literal("").label("by"),
                  sa.func.min(own.found_at, type_=own.found_at.type).label("at"),
                  sa.func.count().label("count"), own.gallery_id.label("gallery"),
                  sa.literal("").label("about"))
        .where(own.state == TwinState.OPEN)
        .group_by(own.gallery_id)
    )  # fmt: skip


def shares(actor: Actor, now: datetime) -> sa.Select[*tuple[object, ...]]:
    """Shares of the actor's agency that leave the centre."""
    own, parent = share.c, share.alias("parent")
    whose = sa.func.coalesce(parent.c.from_agency, own.from_agency)
    which = sa.func.coalesce(case_file.c.number, profile.c.title)
    return (
        sa.select(own.id, own.by, own.at,
                  sa.func.coalesce(agency.c.name + ": " + which, agency.c.name).label("about"),
                  own.expires_at.label("until"))
        .join(agency, agency.c.id == own.agency)
        .join(case_file, (case_file.c.id == own.ref_id) & (own.kind == RecordKind.CASE),
              isouter=True)
        .join(profile, (profile.c.id == own.ref_id) & (own.kind == RecordKind.PROFILE),
              isouter=True)
        .join(parent, parent.c.id == own.parent_id, isouter=True)
        .where(own.state == ShareState.WAITING, whose == actor.agency)
        .order_by(own.at.desc())
    )  # fmt: skip


def resets(actor: Actor, now: datetime) -> sa.Select[*tuple[object, ...]]:
    """Second factors that are to be taken away; never one's own."""
    own = factor_reset.c
    return (
        sa.select(own.id, own.asked_by.label("by"), own.asked_at.label("at"),
                  user.c.display_name.label("about"))
        .join(user, user.c.id == own.user_id)
        .where(own.state == ResetState.OPEN, own.user_id != actor.id)
        .order_by(own.asked_at.desc())
    )  # fmt: skip


def links(actor: Actor, now: datetime) -> sa.Select[*tuple[object, ...]]:
    """Linked systems whose settings are new or were changed."""
    own = connector.c
    return (
        sa.select(own.name.label("id"), sa.literal("").label("by"), own.declared_at.label("at"),
                  own.name.label("about"))
        .where(own.digest != "", own.digest != own.agreed)
        .order_by(own.declared_at.desc())
    )  # fmt: skip


def _row(row: sa.Row[*tuple[object, ...]]) -> Row:
    own = row._mapping
    return Row(
        id=own["id"],
        place=own.get("place") or own["id"],
        by=(own["by"] or "", *(own.get("others") or ())),
        at=own["at"],
        about=str(own["about"]),
        count=own.get("count", 1),
        gallery=own.get("gallery") or "",
        until=own.get("until"),
    )
