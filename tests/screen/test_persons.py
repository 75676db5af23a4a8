from dataclasses import replace

import pytest

from parakh.domain.dates import PartialDate
from parakh.domain.traveller import Document, DocumentType, PersonName, Sex
from parakh.screen.persons import LINK, MAY_BE, Identity, compare

OLD, NEW, FOREIGN = ("P", "AB1234567", "PAK"), ("P", "CD7654321", "PAK"), ("P", "AB1234567", "IND")
UNISSUED = ("P", "AB1234567", None)
VISA = ("V", "40302010", "ARE")


def identity(
    name: str = "MARWAT, ALI",
    born: str | None = "1980-05-13",
    *documents: tuple[str, str, str | None],
    sex: str = "M",
    nation: str | None = "PAK",
) -> Identity:
    family, _, given = name.partition(", ")
    return Identity.made(
        name=PersonName(family=family, given=given),
        birth_date=None if born is None else PartialDate.parse(born),
        sex=Sex(sex),
        nationality=nation,
        documents=[
            Document(type=DocumentType(kind), number=number, issuer=issuer)
            for kind, number, issuer in documents
        ],
    )


BASE = identity("MARWAT, ALI", "1980-05-13", OLD)
WIFE = identity("KHAN, AISHA", "1985-02-17", OLD, VISA, sex="F")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(BASE, BASE, id="the same document and values"),
        pytest.param(BASE, identity("MARWAT, ALI", "1980-05-13", NEW), id="a renewed passport"),
        pytest.param(BASE, identity("ALI, MARWAT", "1980-05-13", OLD), id="names swapped"),
        pytest.param(BASE, identity("MARWAT, MOHD ALI", "1980-05-13", NEW), id="a name left out"),
        pytest.param(BASE, identity("MARWAT, ALY", None, OLD), id="no birth date, same passport"),
        pytest.param(BASE, identity("MARWAT, ALI", "1980-05-31", OLD), id="a mistyped birth date"),
        pytest.param(BASE, identity("MARWAT, ALI", "1980-01-01", OLD), id="1 January"),
        pytest.param(BASE, identity("", "1980-05-13", OLD), id="no name"),
        pytest.param(BASE, identity("MARWAT, ALI", "1962-11-30", OLD), id="the year is wrong"),
        pytest.param(BASE, identity("MARWAT, ALI", "1980-05-13", UNISSUED), id="no issuer"),
        pytest.param(
            WIFE,
            identity("QURESHI, AISHA", "1985-02-17", NEW, VISA, sex="F"),
            id="married, new passport, the visa stays",
        ),
    ],
)  # fmt: skip
def test_one_person(one: Identity, other: Identity) -> None:
    assert compare(one, other).confidence >= LINK


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            identity("KHAN, ALI", "1980-05-13", OLD),
            identity("KHAN, ALI", "1980-05-13", NEW),
            id="a common name and a birth date",
        ),
        pytest.param(
            identity("BUTT, AMBREEN", "1980-05-13", OLD, sex="F"),
            identity("SATTI, AMBREEN", "1980-05-13", NEW, sex="F"),
            id="a rare given name, perhaps married",
        ),
    ],
)
def test_perhaps_one_person(one: Identity, other: Identity) -> None:
    assert MAY_BE <= compare(one, other).confidence < LINK


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            identity("MARWAT, HASSAN", "1980-05-13", OLD),
            identity("MARWAT, HUSSAIN", "1980-05-13", NEW),
            id="twins",
        ),
        pytest.param(
            BASE, identity("MARWAT, ALI", "2004-09-02", NEW), id="a father and his son of one name"
        ),
        pytest.param(
            identity("KHAN, ALI", "1980-01-01", OLD),
            identity("KHAN, ALI", "1980-01-01", NEW),
            id="a common name and 1 January",
        ),
        pytest.param(
            BASE,
            identity("SHARMA, VIJAY", "1971-03-04", FOREIGN, nation="IND"),
            id="another issuer",
        ),
        pytest.param(identity(born=None), identity(born=None), id="a name alone"),
        pytest.param(
            identity("MARWAT, ALI", "1980-05-13", ("P", "00000000", "PAK")),
            identity("SATTI, OMER", "1991-06-07", ("P", "00000000", "PAK")),
            id="a filler for a number",
        ),
    ],
)
def test_two_persons(one: Identity, other: Identity) -> None:
    likeness = compare(one, other)
    assert likeness.confidence < MAY_BE
    assert not likeness.borrowed


def test_a_borrowed_passport_is_told() -> None:
    likeness = compare(BASE, identity("SATTI, ZAHID", "1991-02-03", OLD))
    assert likeness.borrowed
    assert likeness.apart
    assert [str(reason) for reason in likeness.reasons] == [
        "Same passport PAK AB1234567",
        "another name",
        "another birth date",
    ]


def test_the_sentence_says_what_agrees() -> None:
    likeness = compare(BASE, identity("MARWAT, ALI", "1980-05-13", NEW))
    assert "; ".join(map(str, likeness.reasons)) == (
        "another passport of the same country; same name; same birth date"
    )


def test_comparison_does_not_depend_on_the_order() -> None:
    others = [identity("MARWAT, MOHD ALI", "1980-13-05"[:4], NEW), WIFE, replace(BASE, sex=None)]
    for other in others:
        assert compare(BASE, other) == compare(other, BASE)
