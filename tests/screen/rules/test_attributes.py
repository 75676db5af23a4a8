"""Every attribute of the catalogue can be used as its own example says, or is refused with why."""

import re
import tomllib
from itertools import groupby

import pytest

from parakh.domain.hit import Kind
from parakh.screen.rules.attributes import CATALOGUE
from parakh.screen.rules.catalogue import Attribute, Entity, Kept, Type
from parakh.screen.rules.language import RuleError, compile_rule
from parakh.services import ready_rules

SUBJECTS = (Kind.TRAVELLER, Kind.CONSIGNMENT, Kind.CONVEYANCE)
EVERY = [(entity, own) for entity in CATALOGUE.entities for own in entity.attributes]
OPEN = [both for both in EVERY if not both[1].protected]
PROTECTED = [both for both in EVERY if both[1].protected]
WRITTEN = re.compile(
    r'"[^"]*"|-?\d+(\.\d+)?|true|false|date\("[0-9-]{10}"\)|timestamp\("[0-9T:Z-]{20}"\)'
)


def named(both: tuple[Entity, Attribute]) -> str:
    return f"{both[0].name}.{both[1].name}"


def asked(entity: Entity, own: Attribute) -> str:
    """A rule that compares an attribute with its example."""
    value = f"x.{own.name}" if entity.many else f"{entity.name}.{own.name}"
    if own.many:
        condition = f"{own.example[1:-1].split(', ')[0]} in {value}"
    else:
        condition = f"{value} == {own.example}"
    return f"{entity.name}.exists(x, {condition})" if entity.many else condition


@pytest.mark.parametrize("both", OPEN, ids=named)
def test_each_can_be_compared_with_its_example(both: tuple[Entity, Attribute]) -> None:
    entity, own = both
    for subject in entity.subjects:
        rule = compile_rule(asked(entity, own), CATALOGUE.of(subject))
        column = entity.name if entity.many else named(both)
        assert rule.needs == {column}


@pytest.mark.parametrize("both", PROTECTED, ids=named)
def test_a_protected_one_is_refused_with_the_reason(both: tuple[Entity, Attribute]) -> None:
    entity, own = both
    with pytest.raises(RuleError) as refused:
        compile_rule(asked(entity, own), CATALOGUE.of(Kind.TRAVELLER))
    assert own.protected in str(refused.value)
    assert own.kept is Kept.NOT, "what nobody may use is not kept"


@pytest.mark.parametrize("both", EVERY, ids=named)
def test_each_says_what_it_is(both: tuple[Entity, Attribute]) -> None:
    entity, own = both
    assert re.fullmatch(r"[a-z][a-z0-9_]*", own.name)
    assert own.meaning[0].isupper(), own.meaning
    assert not own.meaning.endswith((".", ";")), own.meaning
    example = own.example[1:-1] if own.many else own.example
    assert all(WRITTEN.fullmatch(one) for one in example.split(", ")), own.example
    if own.kept is Kept.TOKEN:
        assert own.type is Type.TEXT, "only texts can stand as tokens"
    if own.unit:
        assert own.type is Type.NUMBER
    for code in own.words:
        assert own.type is Type.TEXT
        assert code
    assert entity.meaning
    assert entity.subjects


def test_names_are_told_once() -> None:
    entities = [own.name for own in CATALOGUE.entities]
    assert len(set(entities)) == len(entities)
    for entity, own in groupby(EVERY, key=lambda both: both[0].name):
        names = [attribute.name for _, attribute in own]
        assert len(set(names)) == len(names), entity


@pytest.mark.parametrize(
    ("subject", "entities"),
    [
        (Kind.TRAVELLER, {"traveller", "documents", "booking", "voyage", "crossing", "history"}),
        (Kind.CONSIGNMENT, {"consignment", "declaration", "items", "parties", "conveyance"}),
        (Kind.CONVEYANCE, {"conveyance", "sightings", "voyage"}),
    ],
)
def test_each_subject_has_its_entities(subject: Kind, entities: set[str]) -> None:
    assert entities <= {own.name for own in CATALOGUE.of(subject).entities}


def test_what_points_to_somebody_stands_as_a_token_or_not_at_all() -> None:
    plain = {named(both) for both in OPEN if both[1].kept is Kept.PLAIN}
    assert plain.isdisjoint(
        {
            "traveller.family_name",
            "traveller.given_names",
            "traveller.birth_date",
            "documents.number",
            "booking.locator",
            "payments.card",
            "payments.account",
            "payments.payer",
            "phones.number",
            "emails.address",
            "addresses.street",
            "bags.tag",
            "frequent_flyers.number",
            "tickets.number",
            "changes.text",
            "parties.name",
            "containers.number",
        }
    )


def test_an_unknown_column_is_an_error() -> None:
    for column in ("traveller.colour", "nobody", "documents.number"):
        with pytest.raises(KeyError):
            CATALOGUE.schema([column])


@pytest.mark.parametrize(
    "rule", tomllib.loads(ready_rules.document().decode())["rule"], ids=lambda own: own["name"]
)
def test_ready_rules_can_run(rule: dict[str, str]) -> None:
    subject = Kind(rule.get("subject", "traveller"))
    assert compile_rule(rule["text"], CATALOGUE.of(subject)).needs
