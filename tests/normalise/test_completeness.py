from dataclasses import replace
from typing import Any

import pytest

from parakh.ingest.records import DeclaredDocument, DeclaredTraveller
from parakh.normalise.completeness import ATTRIBUTES, COMPLETE, PASSENGERS, REQUIRED, filled

PASSPORT = DeclaredDocument(type="P", number="AB1234567", issuer="PAK", expiry="310101")
VISA = DeclaredDocument(type="V", number="V99", issuer="GBR", expiry="270101")
WHOLE = DeclaredTraveller(
    line=1,
    role="passenger",
    family_name="KHAN",
    given_names="SANA",
    birth_date="850607",
    sex="F",
    nationality="PAK",
    embarkation="DXB",
    debarkation="KHI",
    booking_reference="ABC123",
    seat="012A",
    documents=(PASSPORT,),
)


def test_nobody_gives_zeros() -> None:
    assert filled([]) == dict.fromkeys((*ATTRIBUTES, COMPLETE, PASSENGERS), 0)


def test_a_whole_record_has_everything() -> None:
    assert set(filled([WHOLE, WHOLE]).values()) == {2}


def test_every_required_value_is_an_attribute() -> None:
    assert set(REQUIRED) < set(ATTRIBUTES)


@pytest.mark.parametrize(
    ("change", "lacking"),
    [
        ({"family_name": "", "given_names": ""}, {"family_name", "given_names", COMPLETE}),
        ({"family_name": "UNKNOWN", "given_names": "FNU"},
         {"family_name", "given_names", COMPLETE}),
        # Some people have one name, and lists put it on either side.
        ({"given_names": ""}, {"given_names"}),
        ({"family_name": ""}, {"given_names"}),
        ({"birth_date": ""}, {"birth_date", COMPLETE}),
        ({"birth_date": "850600"}, {"birth_date", COMPLETE}),
        ({"birth_date": "1985"}, {"birth_date", COMPLETE}),
        ({"birth_date": "850230"}, {"birth_date", COMPLETE}),
        ({"birth_date": "19850607"}, set()),
        ({"birth_date": "1985-06-07"}, set()),
        ({"sex": ""}, {"sex", COMPLETE}),
        ({"sex": "9"}, {"sex", COMPLETE}),
        ({"sex": "U"}, set()),
        ({"nationality": "QQQ"}, {"nationality", COMPLETE}),
        ({"embarkation": "???"}, {"embarkation"}),
        ({"embarkation": "AEDXB"}, set()),
        ({"debarkation": ""}, {"debarkation"}),
        ({"booking_reference": " "}, {"booking_reference"}),
        ({"seat": "000"}, {"seat"}),
        ({"role": "crew"}, {"booking_reference", "seat", PASSENGERS}),
        ({"role": "transit"}, set()),
        ({"documents": ()},
         {"document_number", "document_type", "document_issuer", "document_expiry", COMPLETE}),
        ({"documents": (VISA,)},
         {"document_number", "document_type", "document_issuer", "document_expiry", COMPLETE}),
        ({"documents": (VISA, PASSPORT)}, set()),
        ({"documents": (replace(PASSPORT, number="<<"), PASSPORT)}, set()),
        ({"documents": (replace(PASSPORT, number="--"),)}, {"document_number", COMPLETE}),
        ({"documents": (replace(PASSPORT, issuer="QQ"),)}, {"document_issuer", COMPLETE}),
        ({"documents": (replace(PASSPORT, expiry="991399"),)}, {"document_expiry", COMPLETE}),
        ({"documents": (replace(PASSPORT, type=""),)}, {"document_type", COMPLETE}),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_not_counted(change: dict[str, Any], lacking: set[str]) -> None:
    counts = filled([replace(WHOLE, **change)])
    assert {name for name, count in counts.items() if not count} == lacking
