from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from parakh.ingest.reader import read
from parakh.ingest.records import DeclaredDocument, DeclaredTraveller, DeclaredVoyage
from parakh.simulate import interchange, message, paxlst

FLIGHT = DeclaredVoyage(
    line=0,
    mode="air",
    carrier="PK",
    number="214",
    origin="DXB",
    destination="KHI",
    departure="2611221825",
    arrival="2611222135",
)
_LETTERS = st.characters(codec="utf-8", categories=("L", "N", "P", "S"), exclude_characters="/")
TEXT = st.text(_LETTERS, min_size=1, max_size=12)
CODE = st.text("ABCDEFGHIJ0123456789?+:'", min_size=1, max_size=9)
DATE = st.dates().map(lambda day: f"{day:%y%m%d}")
MAYBE = st.one_of(st.just(""), CODE)

DOCUMENTS = st.builds(
    DeclaredDocument,
    type=st.sampled_from(("P", "V", "I", "")),
    number=CODE,
    issuer=st.sampled_from(("PAK", "GBR", "")),
    expiry=st.one_of(st.just(""), DATE),
    lines=st.just({}),
)
TRAVELLERS = st.builds(
    DeclaredTraveller,
    line=st.just(0),
    role=st.sampled_from(("passenger", "crew", "transit")),
    family_name=TEXT,
    given_names=st.lists(TEXT, max_size=3).map(" ".join),
    birth_date=st.one_of(st.just(""), DATE),
    sex=st.sampled_from(("M", "F", "X", "")),
    nationality=MAYBE,
    residence=MAYBE,
    embarkation=MAYBE,
    debarkation=MAYBE,
    booking_reference=MAYBE,
    seat=MAYBE,
    bags=st.lists(CODE, max_size=3).map(tuple),
    bag_count=st.one_of(st.none(), st.integers(0, 99)),
    bag_weight=st.sampled_from(("", "31 KGM", "70 LBR")),
    documents=st.lists(DOCUMENTS, max_size=3).map(tuple),
    lines=st.just({}),
)


def unplaced(traveller: DeclaredTraveller) -> DeclaredTraveller:
    documents = tuple(replace(document, line=0, lines={}) for document in traveller.documents)
    return replace(traveller, line=0, lines={}, documents=documents)


@given(st.lists(TRAVELLERS, max_size=4))
def test_what_is_written_is_read_back(travellers: list[DeclaredTraveller]) -> None:
    (submission,) = read(paxlst(FLIGHT, travellers))
    assert not submission.fatal
    assert [replace(voyage, line=0) for voyage in submission.voyages] == [FLIGHT]
    assert [unplaced(traveller) for traveller in submission.travellers] == travellers
    assert submission.unmapped == ()


def test_a_transmission_of_passengers_and_crew_has_no_problems() -> None:
    person = DeclaredTraveller(line=0, role="passenger", family_name="KHAN", given_names="ALI")
    data = interchange(
        [
            message(FLIGHT, [person], reference="1"),
            message(FLIGHT, [replace(person, role="crew")], function="250", reference="2"),
        ],
        sender="PK",
        reference="42",
    )
    passengers, crew = read(data)
    assert passengers.problems == crew.problems == ()
    assert (passengers.function, crew.function) == ("745", "250")
    assert [t.role for t in crew.travellers] == ["crew"]
