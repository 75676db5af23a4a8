"""Every four-eyes operation as the inbox shows it: who decides, where, and how."""

from collections.abc import Callable
from dataclasses import dataclass

from parakh.access import Actor, Permission
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.waiting import Waiting
from parakh.services import (
    cargo_models,
    examination_places,
    factor_resets,
    lookouts,
    masking,
    profiles,
    review,
    selectivity_policies,
    sharing,
    trusted_traders,
    watchlists,
)
from parakh.services.centre import Centre
from parakh.store import inbox as store
from parakh.store.inbox import Query, Row

P = Permission
Decide = Callable[[Centre, Actor, str, bool, str], object]
"""Takes the thing's identifier, whether it is approved, and the reason."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One kind of what waits.

    Attributes:
        name: as in addresses and labels.
        permission: what it takes to decide; who proposed it sees his own without.
        query: what waits of it.
        title, many, plain: the sentence for one, for several that wait together, and for one that
            nothing tells from others; with the places `{about}` and `{count}`.
        href: the page on which it stands, with `{id}` and `{place}`.
        seen_by: what it takes to open that page, where not all who propose may.
        decide: takes the decision where a reason is all that it needs.
    """

    name: str
    permission: Permission
    query: Query
    title: str
    href: str
    many: str = ""
    plain: str = ""
    seen_by: Permission | None = None
    decide: Decide | None = None

    def told(self, row: Row, actor: Actor, *, own: bool) -> Waiting:
        """A row as the inbox shows it."""
        shown = self.seen_by is None or actor.may(self.seen_by)
        return Waiting(
            kind=self.name,
            title=self._title(row),
            by=row.by[0],
            at=row.at,
            href=self.href.format(id=row.id, place=row.place) if shown else "",
            own=own,
            decide=f"/inbox/{self.name}/{row.id}" if self.decide and not own else "",
            until=row.until,
        )

    def _title(self, row: Row) -> Phrase:
        template = self.many if self.many and row.count > 1 else self.title
        if self.plain and not row.about:
            template = self.plain
        return phrase(template, about=row.about, count=row.count)


KINDS = (
    Kind(
        name="entry",
        permission=P.DECIDE_ENTRIES,
        query=store.entries,
        title=N_("New entry: {about}"),
        href="/watchlist/entries/{id}",
        decide=lambda centre, actor, own, approve, reason: watchlists.decide(
            centre, actor, own, approve=approve, reason=reason
        ),
    ),
    Kind(
        name="change",
        permission=P.DECIDE_ENTRIES,
        query=store.changes,
        title=N_("Change of the entry {about}"),
        href="/watchlist/entries/{place}",
        decide=lambda centre, actor, own, approve, reason: review.decide(
            centre, actor, own, approve=approve, reason=reason
        ),
    ),
    Kind(
        name="picture",
        permission=P.DECIDE_ENTRIES,
        query=store.pictures,
        title=N_("New picture of {about}"),
        many=N_("{count} new pictures of {about}"),
        href="/watchlist/entries/{id}",
    ),
    Kind(
        name="version",
        permission=P.DECIDE_ENTRIES,
        query=store.versions,
        title=N_("New version of the list {about}: {count} differences"),
        href="/watchlist/versions/{id}",
    ),
    Kind(
        name="lookout",
        permission=P.CONFIRM_LOOKOUTS,
        query=store.lookouts,
        title=N_("Lookout: {about}"),
        href="/lookouts/{id}",
        decide=lambda centre, actor, own, approve, reason: lookouts.decide(
            centre, actor, own, agree=approve, reason=reason
        ),
    ),
    Kind(
        name="rule",
        permission=P.REVIEW_RULES,
        query=store.rules,
        title=N_("Rule to review: {about}"),
        href="/rules/versions/{id}",
    ),
    Kind(
        name="values",
        permission=P.REVIEW_RULES,
        query=store.values,
        title=N_("A value for the list {about}"),
        many=N_("{count} values for the list {about}"),
        href="/rules/lists/{id}",
    ),
    Kind(
        name="profile",
        permission=P.REVIEW_PROFILES,
        query=store.profiles,
        title=N_("New profile: {about}"),
        href="/profiles/{id}",
        seen_by=P.SEE_PROFILES,
        decide=lambda centre, actor, own, approve, reason: profiles.decide(
            centre, actor, own, approve=approve, reason=reason
        ),
    ),
    Kind(
        name="fact",
        permission=P.REVIEW_PROFILES,
        query=store.facts,
        title=N_("To be checked on the profile {about}"),
        many=N_("{count} facts to be checked on the profile {about}"),
        href="/profiles/{id}",
        seen_by=P.SEE_PROFILES,
    ),
    Kind(
        name="unmasking",
        permission=P.UNMASK,
        query=store.unmaskings,
        title=N_("To see a masked traveller: {about}"),
        href="/unmasking",
        decide=lambda centre, actor, own, approve, reason: masking.decide(
            centre, actor, own, granted=approve, decision=reason
        ),
    ),
    Kind(
        name="twin",
        permission=P.DECIDE_TWINS,
        query=store.twins,
        title=N_("Two persons of a gallery look alike"),
        many=N_("{count} pairs of a gallery look alike"),
        href="/galleries/{id}",
    ),
    Kind(
        name="model",
        permission=P.DECIDE_MODELS,
        query=store.models,
        title=N_("Cargo model {about}, trained"),
        href="/cargo-models/{id}",
        decide=lambda centre, actor, own, approve, reason: (
            cargo_models.put_in_force if approve else cargo_models.reject
        )(centre, actor, own, reason),
    ),
    Kind(
        name="trader",
        permission=P.KEEP_SELECTIVITY,
        query=store.traders,
        title=N_("Trusted trader: {about}"),
        href="/selectivity/traders",
        decide=lambda centre, actor, own, approve, reason: trusted_traders.decide(
            centre, actor, own, approve=approve, reason=reason
        ),
    ),
    Kind(
        name="suspension",
        permission=P.KEEP_SELECTIVITY,
        query=store.suspensions,
        title=N_("Suspend the trusted trader {about}"),
        href="/selectivity/traders",
        decide=lambda centre, actor, own, approve, reason: trusted_traders.decide_suspension(
            centre, actor, own, suspend=approve, reason=reason
        ),
    ),
    Kind(
        name="lane_policy",
        permission=P.KEEP_SELECTIVITY,
        query=store.lane_policies,
        title=N_("Policy of lanes, port {about}"),
        plain=N_("Policy of lanes, all ports"),
        href="/selectivity",
        decide=lambda centre, actor, own, approve, reason: selectivity_policies.decide(
            centre, actor, own, approve=approve, reason=reason
        ),
    ),
    Kind(
        name="grounding",
        permission=P.PLAN_EXAMINATIONS,
        query=store.groundings,
        title=N_("Order of grounding at {about}"),
        href="/examinations/terminals/{place}",
        decide=lambda centre, actor, own, approve, reason: examination_places.decide_policy(
            centre, actor, own, approve=approve, reason=reason
        ),
    ),
    Kind(
        name="share",
        permission=P.DECIDE_SHARES,
        query=store.shares,
        title=N_("Share with {about}"),
        href="/shared#share-{id}",
        decide=lambda centre, actor, own, approve, reason: sharing.decide(
            centre, actor, own, approve=approve, reason=reason
        ),
    ),
    Kind(
        name="link",
        permission=P.KEEP_CONNECTORS,
        query=store.links,
        title=N_("Linked system to put in force: {about}"),
        href="/connectors/{id}",
    ),
    Kind(
        name="reset",
        permission=P.END_SESSIONS,
        query=store.resets,
        title=N_("Take away the second factor of {about}"),
        href="/people",
        decide=lambda centre, actor, own, approve, reason: factor_resets.decide(
            centre, actor, own, approve=approve, reason=reason
        ),
    ),
)
"""Written out: what is not here is decided on its own page only."""
