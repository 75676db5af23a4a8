"""From a finding to a rule: a draft that fits what was counted, and its back-test begun."""

import json
from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.act.rules import Draft
from parakh.domain.hit import Kind
from parakh.domain.outcome import CHAPTERS, Commodity
from parakh.domain.rule import RuleVersion, Scope
from parakh.domain.trend import Facet, Finding, Stream
from parakh.errors import Conflict
from parakh.services import rule_review, rules, trends
from parakh.services.centre import Centre
from parakh.services.trends_words import outcome, plain_about, sentence
from parakh.store import rules as rule_store
from parakh.store import trends as store

TRIED = timedelta(days=90)
"""So much of the history the draft is tried on."""

_LONGEST_NAME = 110


def condition(own: Finding) -> tuple[Kind, str] | None:
    """The rule that fits whom or what a finding counted; None where a rule would say nothing, as
    of a whole port, or there is one already."""
    key = own.key
    if key.stream is Stream.TRAVELLERS:
        told = _of_travellers(key.facet, key.value)
        return None if told is None else (Kind.TRAVELLER, told)
    told = _of_goods(key.facet, key.value)
    return None if told is None else (Kind.CONSIGNMENT, told)


def draft(centre: Centre, actor: Actor, finding_id: str) -> RuleVersion:
    """Writes the draft, begins its back-test and notes it on the finding; the draft that is there
    already, where somebody wrote it before.

    Raises NotFound for a finding that is not the actor's, Conflict where it makes no rule, or
    somebody drafts it at the same time.
    """
    actor.require(Permission.WRITE_RULES)
    own = trends.finding(centre, actor, finding_id)
    if own.rule_id:
        return rules.base(centre, actor, own.rule_id)
    found = condition(own)
    if found is None:
        raise Conflict("no rule follows from this finding")
    kind, text = found
    with centre.db.write(actor, Purpose.TRENDS) as tx:
        now = store.get(tx.connection, finding_id, lock=True)
        if now.rule_id:
            raise Conflict("somebody else drafted its rule just now")
        made = rules.write_within(tx, _draft(tx.connection, now, kind, text))
        store.put(tx, replace(now, rule_id=made.rule_id))
        tx.audit("trend.drafted", "trend", finding_id, rule=made.rule_id)
    today = centre.local_now().date()
    rule_review.try_out(centre, actor, made.id, today - TRIED, today + timedelta(days=1))
    return made


def _draft(connection: sa.Connection, own: Finding, kind: Kind, text: str) -> Draft:
    known = rule_store.names(connection)
    about = plain_about(own, known)
    told = [str(sentence(own, about)), *(str(one) for one in [outcome(own)] if one)]
    ports = frozenset({own.key.port} if own.key.port else ())
    return Draft(
        name=_free(f"{about} since {own.since.isoformat()}"[:_LONGEST_NAME], set(known.values())),
        subject=kind,
        text=text,
        reason=f"Trend since {own.since.isoformat()}: {'; '.join(told)}.",
        scope=Scope(ports=ports),
    )


def _free(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    return next(made for n in range(2, 10_000) if (made := f"{name} ({n})") not in taken)


def _of_travellers(facet: Facet, value: str) -> str | None:
    origin, dash, destination = value.partition("–")
    if facet is Facet.ROUTE and dash:
        return f"voyage.origin == {_text(origin)} && voyage.destination == {_text(destination)}"
    if facet is Facet.ISSUER:
        return f"documents.exists(d, d.issuer == {_text(value)})"
    if facet is Facet.CARRIER:
        return f"voyage.carrier == {_text(value)}"
    return None


def _of_goods(facet: Facet, value: str) -> str | None:
    origin, dash, destination = value.partition("–")
    if facet is Facet.ROUTE and dash:
        if len(origin) == len(destination) == 3:  # countries, as seizures tell them
            return f"consignment.origin == {_text(origin)}"
        return (
            f"consignment.loading_port == {_text(origin)} && "
            f"consignment.discharge_port == {_text(destination)}"
        )
    if facet is Facet.COMMODITY and value in list(Commodity):
        number = CHAPTERS.get(Commodity(value))
        return None if number is None else _of_goods(Facet.CHAPTER, f"{number:02}")
    if facet is Facet.CHAPTER:
        return f"items.exists(i, i.chapter == {_text(value)})"
    if facet is Facet.ORIGIN:
        return f"consignment.origin == {_text(value)}"
    return None


def _text(value: str) -> str:
    """A text as a rule writes it, whatever somebody declared as a port."""
    return json.dumps(value, ensure_ascii=False)
