"""What is said of the mistakes in a rule, with what was probably meant."""

from collections.abc import Iterable

from rapidfuzz import fuzz, process

from parakh.domain.phrase import N_, Phrase, phrase
from parakh.screen.rules.catalogue import Attribute, Catalogue, Entity
from parakh.screen.rules.terms import Op, Shape, Sort, Term

_NOUNS = {
    Sort.TEXT: ("a text", "texts"),
    Sort.NUMBER: ("a number", "numbers"),
    Sort.TRUTH: ("yes or no", "yes or no"),
    Sort.DATE: ("a date", "dates"),
    Sort.MOMENT: ("a moment", "moments"),
    Sort.DURATION: ("a span of time", "spans of time"),
    Sort.RECORD: ("a record", "records"),
    Sort.NULL: ("null", "nulls"),
    Sort.UNKNOWN: ("something", "things"),
}


def noun(shape: Shape) -> str:
    """A type in words: `a text`, `a list of numbers`."""
    one, several = _NOUNS[shape.sort]
    if shape.entity is not None:
        return f"a list of {shape.entity.name}" if shape.many else f"one of {shape.entity.name}"
    return f"a list of {several}" if shape.many else one


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like one, where any is like it."""
    found = process.extractOne(
        name.lower(), list(known), scorer=fuzz.ratio, processor=str.lower, score_cutoff=70
    )
    return found[0] if found else None


def no_attribute(entity: Entity, name: str, catalogue: Catalogue) -> Phrase:
    """That an entity has no such attribute, and which one was meant."""
    near = nearest(name, [own.name for own in entity.attributes])
    elsewhere = [f"{own.name}.{name}" for own in catalogue.entities if own.attribute(name)]
    if near is None and elsewhere:
        near_text = elsewhere[0]
    elif near is not None:
        near_text = f"{entity.name}.{near}"
    else:
        return phrase(N_("{entity} has no {attribute}"), entity=entity.name, attribute=name)
    return phrase(
        N_("{entity} has no {attribute}; did you mean {near}?"),
        entity=entity.name,
        attribute=name,
        near=near_text,
    )


def no_name(name: str, known: Iterable[str]) -> Phrase:
    """That nothing has that name, and which was meant."""
    near = nearest(name, known)
    if near is None:
        return phrase(N_("There is no {name}"), name=name)
    return phrase(N_("There is no {name}; did you mean {near}?"), name=name, near=near)


def refused(attribute: Attribute, reason: str) -> Phrase:
    """That no rule may use an attribute, and why."""
    return phrase(
        N_("No rule may use {attribute}: {reason}"), attribute=attribute.name, reason=reason
    )


_DATED = (Sort.DATE, Sort.MOMENT, Sort.DURATION)
NULL = phrase(
    N_("Nothing can be compared with null; write has(attribute) to ask whether it is known")
)


def needs(wanted: str, found: Shape) -> Phrase:
    """That something else is needed here."""
    return phrase(N_("This is {found}; {wanted} is needed"), found=noun(found), wanted=wanted)


def whole(found: Shape) -> Phrase:
    """That a list is no single value."""
    return phrase(
        N_("This is {found}, not a single value; use exists, all, size or filter"),
        found=noun(found),
    )


def several(entity: Entity, attribute: Attribute) -> Phrase:
    """That an attribute is one of each of several."""
    letter = entity.name[0]
    return phrase(
        N_("There may be several {entity}: write {example}"),
        entity=entity.name,
        example=f"{entity.name}.exists({letter}, {letter}.{attribute.name} ...)",
    )


def unlike(left: Term, right: Term) -> Phrase:
    """That two values are of different kinds, and how to write a date that was written as text."""
    if right.shape.sort is Sort.TEXT and left.shape.sort in _DATED and right.op is Op.LITERAL:
        name = {Sort.DATE: "date", Sort.MOMENT: "timestamp"}.get(left.shape.sort, "duration")
        return phrase(
            N_("This is a text; write {name}({value}) for {wanted}"),
            name=name,
            value=f'"{right.value}"',
            wanted=noun(left.shape),
        )
    return phrase(
        N_("{left} cannot be compared with {right}"), left=noun(left.shape), right=noun(right.shape)
    )


def how(signature: str) -> Phrase:
    """How something is to be written."""
    return phrase(N_("Write it as {signature}"), signature=signature)
