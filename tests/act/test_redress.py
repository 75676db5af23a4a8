from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.access import Actor, system_actor
from parakh.act import redress
from parakh.domain.dates import PartialDate
from parakh.domain.hit import Agreement, Evidence, Hit, HitState, Kind, Ref
from parakh.domain.phrase import phrase
from parakh.domain.redress import Addition, Difference, Redress
from parakh.domain.traveller import Document, DocumentType, PersonName, Traveller, TravellerRole
from parakh.domain.watchlist import EntryKind, WatchlistEntry, entry_print
from parakh.errors import Conflict, Forbidden, InvalidInput

NOW = datetime(2026, 11, 22, tzinfo=UTC)
OFFICER = Actor(id="o", name="officer", permissions=frozenset())
PASSPORT = Document(type=DocumentType.PASSPORT, number="PA7654321", issuer="PAK")
VISA = Document(type=DocumentType.VISA, number="40302010", issuer="ARE")
ENTRY = WatchlistEntry(
    id="e",
    watchlist_id="w",
    kind=EntryKind.PERSON,
    names=(PersonName(family="MAZARI", given="ZULFIQAR"),),
)
RECORD = Redress(
    id="r",
    target=Ref(kind=Kind.WATCHLIST_ENTRY, id="e"),
    target_print=entry_print(ENTRY),
    screener="name",
    name=PersonName(family="MAZARI", given="ZULFIQAR ALI"),
    birth_date=PartialDate(year=1980, month=5, day=5),
    nationality="PAK",
    documents=(PASSPORT, VISA),
    picture_id=None,
    hit_id="h",
    reason="another man",
    by="officer",
    at=NOW,
)
PERSON = Traveller(
    id="t",
    voyage_id="v",
    role=TravellerRole.PASSENGER,
    name=RECORD.name,
    birth_date=RECORD.birth_date,
    nationality="PAK",
    documents=(PASSPORT,),
)
HIT = Hit(
    id="h2",
    subject=Ref(kind=Kind.TRAVELLER, id="t"),
    target=Ref(kind=Kind.WATCHLIST_ENTRY, id="e"),
    screener="name@1",
    score=0.9,
    threshold=0.7,
    sentence=phrase("x"),
    evidence=(),
)


def met(entry: WatchlistEntry) -> redress.Met:
    return redress.Met.entry(entry, HIT)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, ()),
        ({"name": PersonName(family="ZULFIQAR ALI", given="MAZARI")}, ()),
        ({"name": PersonName(family="Mazári", given="Ali Zulfiqar")}, ()),
        ({"name": PersonName(family="MAZARI", given="ZULFIQAR")}, (Difference.NAME,)),
        ({"birth_date": None}, ()),
        ({"birth_date": PartialDate(year=1980)}, ()),
        ({"birth_date": PartialDate(year=1980, month=6)}, (Difference.BIRTH_DATE,)),
        ({"birth_date": PartialDate(year=1981)}, (Difference.BIRTH_DATE,)),
        ({"nationality": None}, ()),
        ({"nationality": "IRN"}, (Difference.NATIONALITY,)),
        ({"documents": (VISA,)}, ()),
        ({"documents": (replace(PASSPORT, number="PA7654322"), VISA)}, ()),
        ({"documents": (replace(PASSPORT, type=DocumentType.OTHER),)}, ()),
        ({"documents": ()}, (Difference.DOCUMENT,)),
        ({"documents": (replace(PASSPORT, issuer="IRN"),)}, (Difference.DOCUMENT,)),
        ({"documents": (replace(PASSPORT, issuer=None),)}, (Difference.DOCUMENT,)),
        (
            {"documents": (), "name": PersonName(family="X", given="")},
            (Difference.NAME, Difference.DOCUMENT),
        ),
    ],
)
def test_by_what_a_person_is_known_again(
    changes: dict[str, object], found: tuple[Difference, ...]
) -> None:
    assert redress.differences(RECORD, replace(PERSON, **changes), met(ENTRY)) == found  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("record", "person", "found"),
    [
        ({"birth_date": None}, {}, (Difference.BIRTH_DATE,)),
        ({"birth_date": PartialDate(year=1980)}, {}, (Difference.BIRTH_DATE,)),
        ({"birth_date": None}, {"birth_date": None}, ()),
        ({"nationality": None}, {}, (Difference.NATIONALITY,)),
        ({"nationality": None}, {"nationality": None}, ()),
    ],
)
def test_what_was_not_known_when_he_was_cleared_may_tell_the_listed_one(
    record: dict[str, object], person: dict[str, object], found: tuple[Difference, ...]
) -> None:
    cleared = replace(RECORD, **record)  # type: ignore[arg-type]
    assert redress.differences(cleared, replace(PERSON, **person), met(ENTRY)) == found  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("listed", "bearing", "found"),
    [
        (PASSPORT, (PASSPORT,), (Difference.LISTED,)),
        (replace(PASSPORT, issuer=None), (PASSPORT,), (Difference.LISTED,)),
        (PASSPORT, (replace(PASSPORT, issuer=None),), (Difference.LISTED,)),
        (replace(PASSPORT, issuer="IRN"), (PASSPORT,), ()),
        (PASSPORT, (PASSPORT, VISA), ()),
        (PASSPORT, (), (Difference.DOCUMENT,)),
    ],
)
def test_the_listed_number_itself_clears_nobody_of_bearing_it(
    listed: Document, bearing: tuple[Document, ...], found: tuple[Difference, ...]
) -> None:
    entry = replace(ENTRY, documents=(listed,))
    record = replace(
        RECORD, screener="document", documents=(*bearing, VISA), target_print=entry_print(entry)
    )
    person = replace(PERSON, documents=bearing)
    assert redress.differences(record, person, met(entry)) == found
    assert redress.unchanged(record, person, met(entry)), "of this journey it was decided"
    by_name = replace(record, screener="name", documents=(PASSPORT,))
    assert Difference.LISTED not in redress.differences(by_name, person, met(entry))


@pytest.mark.parametrize(
    ("kept", "shown", "again", "here"),
    [
        ("p", {"p"}, (), True),
        ("p", {"q"}, (Difference.FACE,), False),
        ("p", set(), (Difference.FACE,), False),
        (None, {"q"}, (Difference.FACE,), True),
    ],
)
def test_a_face_is_known_again_by_the_kept_picture_only(
    kept: str | None, shown: set[str | None], again: tuple[Difference, ...], here: bool
) -> None:
    record = replace(RECORD, screener="face", picture_id=kept)
    assert redress.differences(record, PERSON, met(ENTRY), shown) == again
    assert redress.unchanged(record, PERSON, met(ENTRY), shown) is here
    assert redress.differences(replace(record, screener="name"), PERSON, met(ENTRY), shown) == ()


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"documents": ()}, True),
        ({"documents": (replace(PASSPORT, number="QA1112223"),)}, False),
        ({"birth_date": PartialDate(year=1980, month=5, day=6)}, False),
        ({"name": PersonName(family="MAZARI", given="ZULFIQAR")}, False),
    ],
)
def test_whether_somebody_changed_on_his_journey(changes: dict[str, object], same: bool) -> None:
    person = replace(PERSON, **changes)  # type: ignore[arg-type]
    assert redress.unchanged(RECORD, person, met(ENTRY)) is same
    bare = replace(RECORD, documents=())
    assert redress.unchanged(bare, PERSON, met(ENTRY)), "no document was there to be known by"


def test_a_changed_entry_and_a_withdrawn_record_clear_nobody() -> None:
    other = replace(ENTRY, nationalities=("PAK",))
    assert redress.differences(RECORD, PERSON, met(other)) == (Difference.ENTRY,)
    withdrawn = redress.withdraw(RECORD, replace(OFFICER, name="other"), "it was he", NOW)
    assert redress.differences(withdrawn, PERSON, met(ENTRY)) == (Difference.WITHDRAWN,)


@given(st.text("0", min_size=0, max_size=12) | st.text("AB1", max_size=4))
def test_nobody_is_known_by_a_filler(number: str) -> None:
    filler = Document(type=DocumentType.PASSPORT, number=number, issuer="PAK")
    record, person = replace(RECORD, documents=(filler,)), replace(PERSON, documents=(filler,))
    assert redress.differences(record, person, met(ENTRY)) == (Difference.DOCUMENT,)
    with pytest.raises(InvalidInput, match="characters"):
        redress.add(RECORD, addition(filler))


def addition(document: Document | None, *, picture: bool = False) -> Addition:
    return Addition(document=document, picture=picture, reason="renewed", by="other", at=NOW)


def test_a_renewed_passport_joins_the_record() -> None:
    renewed = Document(type=DocumentType.PASSPORT, number="QA1112223", issuer="PAK")
    new = redress.add(RECORD, addition(renewed))
    assert new.documents == (PASSPORT, VISA, renewed)
    assert new.additions == (addition(renewed),)
    assert redress.differences(new, replace(PERSON, documents=(renewed,)), met(ENTRY)) == ()
    with_picture = redress.add(new, addition(None, picture=True))
    assert (with_picture.documents, len(with_picture.additions)) == (new.documents, 2)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (addition(None), "a document, a picture, or both"),
        (addition(PASSPORT), "already"),
        (addition(replace(PASSPORT, type=DocumentType.OTHER)), "already"),
    ],
)
def test_what_cannot_be_added(value: Addition, error: str) -> None:
    with pytest.raises(InvalidInput, match=error):
        redress.add(RECORD, value)


def test_a_record_holds_so_many_documents() -> None:
    record = RECORD
    for number in range(redress.MOST_DOCUMENTS - len(RECORD.documents)):
        record = redress.add(record, addition(replace(VISA, number=f"V{number:06d}")))
    with pytest.raises(InvalidInput, match="at most"):
        redress.add(record, addition(replace(VISA, number="V999999")))


def test_another_person_withdraws_once_with_a_reason() -> None:
    other = replace(OFFICER, name="other")
    with pytest.raises(Forbidden, match="another person"):
        redress.withdraw(RECORD, OFFICER, "it was he after all", NOW)
    with pytest.raises(Forbidden, match="human"):
        redress.withdraw(RECORD, system_actor("worker"), "it was he after all", NOW)
    with pytest.raises(InvalidInput):
        redress.withdraw(RECORD, other, " no ", NOW)
    done = redress.withdraw(RECORD, other, " it was he ", NOW)
    assert not done.holds
    assert (done.withdrawn_by, done.withdrawn_at) == ("other", NOW)
    assert done.withdrawn_reason == "it was he"
    with pytest.raises(Conflict, match="withdrawn by other"):
        redress.withdraw(done, replace(OFFICER, name="third"), "once more", NOW)
    with pytest.raises(Conflict):
        redress.add(done, addition(replace(VISA, number="V12345")))


def test_a_hit_takes_the_earlier_decision_and_gives_it_back() -> None:
    cleared = redress.cleared_before(HIT, RECORD)
    assert (cleared.state, cleared.decided_by, cleared.decided_at) == (
        HitState.CLEARED,
        "officer",
        NOW,
    )
    assert (cleared.reason, cleared.redress_id) == ("another man", "r")
    assert redress.reopened(cleared) == HIT


# --- of profiles ------------------------------------------------------------------------------


def evidence(attribute: str, note: str = "same name", theirs: str = "x", **values: str) -> Evidence:
    return Evidence(
        attribute=attribute,
        ours="x",
        theirs=theirs,
        agreement=Agreement.AGREES,
        weight=0.5,
        note=phrase(note, **values),
    )


SAME_NAME = evidence("person")
SAME_PASSPORT = evidence("person", "Same passport {document}", document="PAK PA7654321")


@pytest.mark.parametrize(
    ("screener", "told", "reasons"),
    [
        ("name@1", (SAME_NAME,), ()),
        ("profiles@1", (SAME_NAME,), ("same name",)),
        ("profiles@1", (SAME_NAME, SAME_PASSPORT), ("Same passport PAK PA7654321", "same name")),
        ("profiles@1", (evidence("document_number", theirs="XK1"),), ("number XK1",)),
        ("links@1", (evidence("link.phone", "held", value="ab"),), ("link.phone ab",)),
    ],
)
def test_the_reasons_of_a_hit(
    screener: str, told: tuple[Evidence, ...], reasons: tuple[str, ...]
) -> None:
    assert redress.reasons(replace(HIT, screener=screener, evidence=told)) == reasons


@pytest.mark.parametrize(
    ("before", "now", "bearing", "found"),
    [
        (("same name",), ("same name",), (PASSPORT,), ()),
        (("same birth date", "same name"), ("same name",), (PASSPORT,), ()),
        (("same name",), ("Same visa 1", "same name"), (PASSPORT,), (Difference.REASON,)),
        (("number PA7654321",), ("number PA7654321",), (PASSPORT,), (Difference.LISTED,)),
        (("number PA7654321",), ("number PA7654321",), (PASSPORT, VISA), ()),
        (
            ("Same passport PAK PA7654321",),
            ("Same passport PAK PA7654321",),
            (PASSPORT,),
            (Difference.LISTED,),
        ),
    ],
)
def test_of_a_profile_he_is_cleared_for_the_same_reasons(
    before: tuple[str, ...],
    now: tuple[str, ...],
    bearing: tuple[Document, ...],
    found: tuple[Difference, ...],
) -> None:
    record = replace(
        RECORD,
        target=Ref(kind=Kind.PROFILE, id="p"),
        target_print="as it was",
        screener="profiles",
        reasons=before,
    )
    person = replace(PERSON, documents=bearing)
    same = redress.Met(print="as it was", reasons=now)
    assert redress.differences(record, person, same) == found
    changed = replace(same, print="as it is")
    assert Difference.PROFILE in redress.differences(record, person, changed)
