"""Screens travellers by the rules in force, a batch at a time, and says why each one fits."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from parakh.domain.hit import Evidence, Hit, Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.rule import RuleVersion
from parakh.domain.voyage import Direction
from parakh.screen.pipeline import Failure, PartlyFailed
from parakh.screen.rules.attributes import CATALOGUE
from parakh.screen.rules.checking import NOW
from parakh.screen.rules.language import CompiledRule, RuleError, compile_rule, run
from parakh.screen.screener import Subject, TravellerSubject

NAME = "rules@1"
"""The screener; a hit names the number of the rule's version in place of the 1."""

_SHOWN = 5
"""So many of the values that made a rule fit are told in the sentence; evidence has them all."""

_BARE_VALUES = frozenset({"yes", "no", "not known"})

_SENTENCE = N_("Rule {rule}: {reason} ({facts})")
_BARE = N_("Rule {rule}: {reason}")


class FrameSource(Protocol):
    """Tells of subjects what rules want to know (see `parakh.screen.rules.attributes`)."""

    def frame(self, subjects: Sequence[TravellerSubject], needs: Collection[str]) -> pl.DataFrame:
        """A row for each subject, in their order: the columns needed, and `at`."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveRule:
    """A version in force.

    Attributes:
        compiled: None where it cannot run any more, for its text speaks of what is known no longer;
            `error` is the kind of error.
        lists_digest: SHA-256 of the values of the named lists that it uses, in hexadecimal.
    """

    version: RuleVersion
    compiled: CompiledRule | None
    error: str = ""
    lists_digest: str = ""

    @property
    def name(self) -> str:
        """Under which its failures are recorded: `rules@1 (name@number)`."""
        return _named(self.version)

    def holds_for(self, subject: TravellerSubject) -> bool:
        """Whether a subject crosses where, and the way, that the rule is for."""
        scope, crossing, voyage = self.version.scope, subject.crossing, subject.voyage
        port = crossing.port if crossing else voyage.port if voyage else ""
        if scope.ports and port not in scope.ports:
            return False
        return not scope.directions or _direction(subject) in scope.directions


def _direction(subject: TravellerSubject) -> Direction | None:
    if subject.crossing is not None:
        return subject.crossing.direction
    return subject.voyage.direction if subject.voyage else None


def ready(
    versions: Iterable[RuleVersion], lists: Mapping[str, Collection[str]]
) -> tuple[LiveRule, ...]:
    """Compiles the versions that are about travellers."""
    return tuple(_ready(own, lists) for own in versions if own.subject is Kind.TRAVELLER)


def _ready(version: RuleVersion, lists: Mapping[str, Collection[str]]) -> LiveRule:
    try:
        compiled = compile_rule(version.text, CATALOGUE.of(version.subject), lists=lists)
    except RuleError as error:
        return LiveRule(version=version, compiled=None, error=type(error).__name__)
    digest = hashlib.sha256()
    for name in sorted(compiled.lists):
        digest.update("\0".join((name, *sorted(lists[name]))).encode() + b"\n")
    return LiveRule(version=version, compiled=compiled, lists_digest=digest.hexdigest())


class RuleScreener:
    """Raises a hit for each rule that fits a traveller. What cannot be decided raises none."""

    name = NAME

    def __init__(self, rules: Sequence[LiveRule], source: FrameSource) -> None:
        self._rules = rules
        self._source = source

    def applies(self, subject: Subject) -> bool:
        """Only persons as declared."""
        return isinstance(subject, TravellerSubject)

    def screen(self, subjects: Sequence[Subject]) -> Sequence[Sequence[Hit]]:
        """The hits of each subject; raises PartlyFailed where a rule broke, and others did not."""
        travellers = [own for own in subjects if isinstance(own, TravellerSubject)]
        within = [
            (own, frozenset(i for i, one in enumerate(travellers) if own.holds_for(one)))
            for own in self._rules
        ]
        hits: list[list[Hit]] = [[] for _ in travellers]
        failed = [
            Failure(name=own.name, error=own.error, places=places)
            for own, places in within
            if own.compiled is None and places
        ]
        running = [
            (own.version, own.compiled, places)
            for own, places in within
            if own.compiled is not None and places
        ]
        if running:
            failed += self._run(running, travellers, hits)
        if failed:
            raise PartlyFailed(hits, failed)
        return hits

    def _run(
        self,
        rules: Sequence[tuple[RuleVersion, CompiledRule, frozenset[int]]],
        subjects: Sequence[TravellerSubject],
        hits: list[list[Hit]],
    ) -> list[Failure]:
        """Adds the hits, and gives what failed. Rules see only the subjects that some is for."""
        rows = sorted(frozenset().union(*(places for _, _, places in rules)))
        needs = frozenset().union(*(own.needs for _, own, _ in rules)) - {NOW}
        frame = self._source.frame([subjects[i] for i in rows], needs)
        done = run([own for _, own, _ in rules], frame)
        failed = [
            Failure(name=_named(rules[number][0]), error=error, places=rules[number][2])
            for number, error in done.failed.items()
        ]
        for number, (version, compiled, places) in enumerate(rules):
            fits = done.matches[str(number)].fill_null(value=False)
            for row in fits.arg_true():
                place = rows[row]
                if place not in places:
                    continue
                try:
                    hit = _hit(version, compiled, subjects[place].ref, frame, row)
                except pl.exceptions.PolarsError as error:
                    failed.append(_unexplained(version, error, place))
                else:
                    hits[place].append(hit)
        return failed


def _named(version: RuleVersion) -> str:
    return f"{NAME} ({version.label})"


def _unexplained(version: RuleVersion, error: Exception, place: int) -> Failure:
    """A rule that fits somebody and cannot say why: no hit, and no other rule's hits are lost."""
    return Failure(name=_named(version), error=type(error).__name__, places=frozenset({place}))


def _hit(
    version: RuleVersion, compiled: CompiledRule, subject: Ref, frame: pl.DataFrame, row: int
) -> Hit:
    rows = frame.slice(row, 1).select(sorted(compiled.needs)).to_dicts()
    # A rule that needs nothing has no row.
    evidence = compiled.explain(rows[0] if rows else {})
    return Hit(
        id=new_id(),
        subject=subject,
        target=Ref(kind=Kind.RULE, id=version.rule_id),
        screener=f"rules@{version.number}",
        score=1.0,
        threshold=1.0,
        sentence=_sentence(version, evidence),
        evidence=evidence,
    )


def _sentence(version: RuleVersion, evidence: Sequence[Evidence]) -> Phrase:
    """The rule's reason with the values that decided; a bare yes or no says nothing beside it."""
    facts = [own.ours for own in evidence if own.ours and own.ours not in _BARE_VALUES]
    if not facts:
        return phrase(_BARE, rule=version.name, reason=version.reason)
    shown = ", ".join(facts[:_SHOWN])
    return phrase(_SENTENCE, rule=version.name, reason=version.reason, facts=shown)
