"""Screens travellers, goods and conveyances by the rules in force, and says why each one fits."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

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
from parakh.screen.screener import ConsignmentSubject, Subject, TravellerSubject, UnitSubject

NAME = "rules@1"
"""The screener; a hit names the number of the rule's version in place of the 1."""

_SHOWN = 5
"""So many of the values that made a rule fit are told in the sentence; evidence has them all."""

_BARE_VALUES = frozenset({"yes", "no", "not known"})

_SENTENCE = N_("Rule {rule}: {reason} ({facts})")
_BARE = N_("Rule {rule}: {reason}")


RuleSubject = TravellerSubject | ConsignmentSubject | UnitSubject
"""What rules are about."""


class FrameSource(Protocol):
    """Tells of subjects what rules want to know (see `parakh.screen.rules.attributes`)."""

    def frame(self, subjects: Sequence[RuleSubject], needs: Collection[str]) -> pl.DataFrame:
        """A row for each of some subjects of one kind, in their order: the columns needed, and
        `at`."""
        ...


class Whereabouts(NamedTuple):
    """By what rules are told apart before they run: the kind of a subject, our port where it
    crosses ("" where that is not known), and which way."""

    kind: Kind
    port: str
    direction: Direction | None

    @classmethod
    def of(cls, subject: RuleSubject) -> "Whereabouts":
        """Those of a subject."""
        match subject:
            case ConsignmentSubject():
                own = subject.consignment
                return cls(Kind.CONSIGNMENT, own.port, own.direction)
            case UnitSubject():
                moved = subject.movement
                port, direction = (moved.port, moved.direction) if moved else ("", None)
                return cls(Kind.CONVEYANCE, port, direction)
        # Of a traveller the crossing, else the voyage.
        met = subject.crossing or subject.voyage
        return cls(Kind.TRAVELLER, met.port if met else "", met.direction if met else None)


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

    def holds_at(self, own: Whereabouts) -> bool:
        """Whether the rule is for subjects of that kind, there, and that way."""
        scope = self.version.scope
        if own.kind is not self.version.subject or (scope.ports and own.port not in scope.ports):
            return False
        return not scope.directions or own.direction in scope.directions


def ready(
    versions: Iterable[RuleVersion], lists: Mapping[str, Collection[str]]
) -> tuple[LiveRule, ...]:
    """Compiles versions."""
    return tuple(_ready(own, lists) for own in versions)


def _ready(version: RuleVersion, lists: Mapping[str, Collection[str]]) -> LiveRule:
    try:
        compiled = compile_rule(version.text, CATALOGUE.of(version.subject), lists=lists)
    except RuleError as error:
        return LiveRule(version=version, compiled=None, error=type(error).__name__)
    digest = hashlib.sha256()
    for name in sorted(compiled.lists):
        digest.update("\0".join((name, *sorted(lists[name]))).encode() + b"\n")
    return LiveRule(version=version, compiled=compiled, lists_digest=digest.hexdigest())


_Running = tuple[RuleVersion, CompiledRule, frozenset[int]]
"""A rule that can run, and the places of the subjects that it is for."""


class RuleScreener:
    """Raises a hit for each rule that fits a subject. What cannot be decided raises none."""

    name = NAME

    def __init__(self, rules: Sequence[LiveRule], source: FrameSource) -> None:
        self._rules = rules
        self._source = source

    def applies(self, subject: Subject) -> bool:
        """Persons as declared, goods, and conveyances for what they did."""
        return isinstance(subject, RuleSubject)

    def screen(self, subjects: Sequence[Subject]) -> Sequence[Sequence[Hit]]:
        """The hits of each subject; raises PartlyFailed where a rule broke, and others did not."""
        known = [own for own in subjects if isinstance(own, RuleSubject)]
        alike: defaultdict[Whereabouts, list[int]] = defaultdict(list)
        for place, own in enumerate(known):
            alike[Whereabouts.of(own)].append(place)
        within = [
            (own, frozenset(i for at, some in alike.items() if own.holds_at(at) for i in some))
            for own in self._rules
        ]
        hits: list[list[Hit]] = [[] for _ in known]
        failed = [
            Failure(name=own.name, error=own.error, places=places)
            for own, places in within
            if own.compiled is None and places
        ]
        running: defaultdict[Kind, list[_Running]] = defaultdict(list)
        for rule, places in within:
            if rule.compiled is not None and places:
                running[rule.version.subject].append((rule.version, rule.compiled, places))
        for some in running.values():
            failed += self._run(some, known, hits)
        if failed:
            raise PartlyFailed(hits, failed)
        return hits

    def _run(
        self, rules: Sequence[_Running], subjects: Sequence[RuleSubject], hits: list[list[Hit]]
    ) -> list[Failure]:
        """Adds the hits of rules about one kind of subject, and gives what failed. Rules see only
        the subjects that some is for."""
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
