"""A small catalogue, and one traveller and frames as rules see them."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from parakh.domain.hit import Kind
from parakh.screen.rules.catalogue import Attribute, Catalogue, Entity, Kept, Type
from parakh.screen.rules.language import CompiledRule, compile_rule, run

TRAVELLER = frozenset({Kind.TRAVELLER})
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
LISTS = {"watched ports": frozenset({"DXB", "KBL"}), "nothing": frozenset[str]()}

SMALL = Catalogue(
    entities=(
        Entity(
            name="traveller",
            meaning="The person",
            subjects=TRAVELLER,
            attributes=(
                Attribute(name="age", type=Type.NUMBER, meaning="Age", example="34", unit="years"),
                Attribute(
                    name="sex", type=Type.TEXT, meaning="Sex", example='"F"',
                    words={"M": "male", "F": "female"},
                ),
                Attribute(
                    name="nationality", type=Type.TEXT, meaning="Nationality (ISO 3166)",
                    example='"PAK"',
                ),
                Attribute(
                    name="name", type=Type.TEXT, meaning="Name", example='"KHAN"', kept=Kept.TOKEN
                ),
                Attribute(
                    name="born", type=Type.DATE, meaning="Birth date",
                    example='date("1990-01-01")', kept=Kept.NOT,
                ),
                Attribute(
                    name="checked", type=Type.TRUTH, meaning="It was checked", example="true"
                ),
                Attribute(
                    name="religion", type=Type.TEXT, meaning="Religion", example='""',
                    protected="it must not decide",
                ),
            ),
        ),
        Entity(
            name="voyage",
            meaning="The voyage",
            subjects=TRAVELLER,
            attributes=(
                Attribute(
                    name="origin", type=Type.TEXT, meaning="Port of departure", example='"DXB"'
                ),
                Attribute(name="departs", type=Type.MOMENT, meaning="Departure", example=""),
                Attribute(
                    name="ports", type=Type.TEXT, meaning="All ports", example='["DXB"]', many=True
                ),
            ),
        ),
        Entity(
            name="history",
            meaning="Earlier crossings",
            subjects=TRAVELLER,
            attributes=(
                Attribute(name="times", type=Type.MOMENT, meaning="When", example="", many=True),
            ),
        ),
        Entity(
            name="documents",
            meaning="The documents",
            subjects=TRAVELLER,
            many=True,
            attributes=(
                Attribute(
                    name="type", type=Type.TEXT, meaning="Kind of document", example='"P"',
                    words={"P": "passport", "V": "visa"},
                ),
                Attribute(name="issuer", type=Type.TEXT, meaning="Who issued it", example='"PAK"'),
                Attribute(
                    name="number", type=Type.TEXT, meaning="Number", example='"A1"', kept=Kept.TOKEN
                ),
                Attribute(name="expiry", type=Type.DATE, meaning="Expiry", example=""),
                Attribute(name="pages", type=Type.NUMBER, meaning="Pages", example="36"),
                Attribute(
                    name="stamps", type=Type.TEXT, meaning="Stamps", example='["KHI"]', many=True
                ),
            ),
        ),
    )
)  # fmt: skip

PASSPORT = {"type": "P", "issuer": "IND", "number": "A1", "expiry": date(2027, 1, 1), "pages": 36.0,
            "stamps": ["KHI", "DXB"]}  # fmt: skip
VISA = {"type": "V", "issuer": "PAK", "number": "B2", "expiry": None, "pages": None, "stamps": []}

PERSON: Mapping[str, object] = {
    "at": NOW,
    "traveller.age": 22.0,
    "traveller.sex": "F",
    "traveller.nationality": "PAK",
    "traveller.name": "KHAN",
    "traveller.born": date(2004, 2, 29),
    "traveller.checked": True,
    "voyage.origin": "DXB",
    "voyage.departs": NOW + timedelta(hours=3),
    "voyage.ports": ["JFK", "DXB", "KHI"],
    "history.times": [NOW - timedelta(days=own) for own in (1, 3, 40)],
    "documents": [VISA, PASSPORT],
}


def _frame_of(rule: CompiledRule, *rows: Mapping[str, object]) -> pl.DataFrame:
    """Rows with the columns that a rule needs."""
    schema = dict(SMALL.schema(rule.needs - {"at"}))
    if "at" in rule.needs:
        schema["at"] = pl.Datetime("us", "UTC")
    return pl.DataFrame({name: [row.get(name) for row in rows] for name in schema}, schema=schema)


Answer = Callable[..., bool | None]


@pytest.fixture
def frame_of() -> Callable[..., pl.DataFrame]:
    """Makes a frame of rows with the columns that a rule needs."""
    return _frame_of


@pytest.fixture
def small() -> Catalogue:
    """A small catalogue with every type."""
    return SMALL


@pytest.fixture
def person() -> dict[str, object]:
    """Somebody of whom everything is known."""
    return dict(PERSON)


@pytest.fixture
def rule() -> Callable[..., CompiledRule]:
    """Compiles a rule against the small catalogue."""
    return lambda text, **options: compile_rule(text, SMALL, lists=LISTS, **options)


@pytest.fixture
def answer(rule: Callable[..., CompiledRule]) -> Answer:
    """What a rule says of the person, some of whose values are changed."""

    def asked(text: str, **changed: object) -> bool | None:
        compiled = rule(text)
        row = {**PERSON, **{name.replace("__", "."): own for name, own in changed.items()}}
        done = run([compiled], _frame_of(compiled, row))
        assert not done.failed
        found: bool | None = done.matches["0"][0]
        return found

    return asked
