import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from parakh.domain.dates import PartialDate
from parakh.domain.hit import Agreement, Evidence, ResultState, ScreenerResult
from parakh.domain.message import Problem, Severity
from parakh.domain.phrase import Phrase
from parakh.domain.traveller import Document, DocumentType, PersonName
from parakh.ingest.records import DeclaredDocument, DeclaredTraveller
from parakh.store import codec

TEXT = st.text(max_size=20)
DATES = st.dates().map(PartialDate.of) | st.builds(
    PartialDate, year=st.integers(1, 9999), month=st.none() | st.integers(1, 12)
)
PHRASES = st.builds(Phrase, template=TEXT, values=st.dictionaries(TEXT, TEXT, max_size=3))
DOCUMENTS = st.builds(
    Document,
    type=st.sampled_from(DocumentType),
    number=TEXT,
    issuer=st.none() | TEXT,
    expiry=st.none() | DATES,
)
LINES = st.dictionaries(TEXT, st.integers(), max_size=2)
CASES = {
    "problems": (
        codec.PROBLEMS,
        st.builds(
            Problem,
            line=st.integers(1),
            column=st.integers(1),
            segment=TEXT,
            cause=TEXT,
            severity=st.sampled_from(Severity),
        ),
    ),
    "names": (codec.NAMES, st.builds(PersonName, family=TEXT, given=TEXT)),
    "dates": (codec.DATES, DATES),
    "documents": (codec.DOCUMENTS, DOCUMENTS),
    "evidence": (
        codec.EVIDENCE,
        st.builds(
            Evidence,
            attribute=TEXT,
            ours=TEXT,
            theirs=TEXT,
            agreement=st.sampled_from(Agreement),
            weight=st.floats(-1, 1),
            note=PHRASES,
        ),
    ),
    "results": (
        codec.RESULTS,
        st.builds(ScreenerResult, screener=TEXT, state=st.sampled_from(ResultState), error=TEXT),
    ),
}
DECLARED = st.builds(
    DeclaredTraveller,
    line=st.integers(1),
    role=TEXT,
    family_name=TEXT,
    given_names=TEXT,
    bags=st.lists(TEXT, max_size=2).map(tuple),
    bag_count=st.none() | st.integers(0),
    documents=st.lists(
        st.builds(DeclaredDocument, type=TEXT, number=TEXT, expiry=TEXT, lines=LINES), max_size=2
    ).map(tuple),
    lines=LINES,
)


@pytest.mark.parametrize("name", CASES)
@given(data=st.data())
def test_values_come_back_through_json(name: str, data: st.DataObject) -> None:
    own, values = CASES[name]
    value = tuple(data.draw(st.lists(values, max_size=3)))
    assert own.load(json.loads(json.dumps(own.dump(value)))) == value  # type: ignore[attr-defined]


@given(DECLARED, PHRASES)
def test_declared_records_and_phrases_come_back(
    declared: DeclaredTraveller, sentence: Phrase
) -> None:
    assert codec.DECLARED.load(json.loads(json.dumps(codec.DECLARED.dump(declared)))) == (declared)
    assert codec.PHRASE.load(json.loads(json.dumps(codec.PHRASE.dump(sentence)))) == sentence


def test_a_damaged_row_is_refused() -> None:
    with pytest.raises(ValidationError):
        codec.DOCUMENTS.load([{"type": "P"}])
