"""What stands behind hits: entries and their lists, lookouts, rules; how each is to be handled."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import sqlalchemy as sa

from parakh.alert.route import Behind
from parakh.alert.triage import identifies
from parakh.domain.alert import LISTED, ORDINARY
from parakh.domain.hit import Hit, Kind
from parakh.domain.lookout import LOOKOUTS, Lookout
from parakh.domain.rule import RuleVersion
from parakh.domain.watchlist import Handling, Watchlist, WatchlistEntry
from parakh.store import lookouts, rules, watchlists


@dataclass(frozen=True, kw_only=True, slots=True)
class Targets:
    """The targets of some hits, by identifier; of rules all versions."""

    entries: Mapping[str, WatchlistEntry]
    lists: Mapping[str, Watchlist]
    lookouts: Mapping[str, Lookout]
    rules: Mapping[str, list[RuleVersion]]

    @classmethod
    def of(cls, connection: sa.Connection, hits: Iterable[Hit]) -> "Targets":
        """Those of some hits."""
        met: dict[Kind, set[str]] = {}
        for hit in hits:
            met.setdefault(hit.target.kind, set()).add(hit.target.id)
        entries = watchlists.entries_by_id(connection, met.get(Kind.WATCHLIST_ENTRY, ()))
        placed = [own.id for own in entries.values() if own.watchlist_id == LOOKOUTS]
        rule_ids = met.get(Kind.RULE, set())
        return cls(
            entries=entries,
            lists=watchlists.lists(connection),
            lookouts=lookouts.by_entries(connection, placed) if placed else {},
            rules=rules.versions_by_rule(connection, rule_ids) if rule_ids else {},
        )

    def entry(self, hit: Hit) -> WatchlistEntry | None:
        """The entry that a hit met, if it is one."""
        return self.entries.get(hit.target.id)

    def watchlist(self, hit: Hit) -> Watchlist | None:
        """The list behind a hit, if it is on one; a lookout's has what the lookout says."""
        entry = self.entries.get(hit.target.id)
        if entry is None:
            return None
        listed = self.lists[entry.watchlist_id]
        placed = self.lookouts.get(entry.id)
        if placed is None:
            return listed
        return replace(
            listed,
            handling=placed.handling,
            instruction=placed.instruction,
            unit_id=placed.unit_id,
        )

    def rule(self, hit: Hit) -> RuleVersion | None:
        """The version of the rule that raised a hit, if one did."""
        number = hit.screener.partition("@")[2]
        versions = self.rules.get(hit.target.id, ())
        return next((own for own in versions if str(own.number) == number), None)

    def handling(self, hit: Hit) -> Handling:
        """How what stands behind a hit is to be handled; a link to a profile only informs."""
        if hit.target.kind is Kind.CURRENCY:
            return Handling.INSPECT
        behind = self.rule(hit) or self.watchlist(hit)
        return behind.handling if behind else Handling.INFORM

    def priority(self, hit: Hit) -> int:
        """How urgent a hit is among others of its advice: who is on a list comes before rules."""
        rule = self.rule(hit)
        if rule is not None:
            return rule.priority
        return LISTED if identifies(hit) and self.entry(hit) else ORDINARY

    def behind(self, hit: Hit) -> Behind:
        """The same for those who route alerts."""
        return Behind(watchlist=self.watchlist(hit), rule=self.rule(hit))
