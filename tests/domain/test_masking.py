"""Hits along links do not name whoever must not be named."""

from dataclasses import replace

import pytest

from parakh.domain.hit import Agreement, Evidence, Hit, Kind, Ref
from parakh.domain.masking import named, without_names
from parakh.domain.phrase import phrase

HIT = Hit(
    id="h",
    subject=Ref(kind=Kind.TRAVELLER, id="t"),
    target=Ref(kind=Kind.PROFILE, id="p"),
    screener="links@1",
    score=0.6,
    threshold=0.5,
    sentence=phrase("by way of {via}, with {other}", via="B", via_id="b", other="A", other_id="a"),
    evidence=tuple(
        Evidence(
            attribute="link.phone",
            ours=ours,
            theirs=theirs,
            agreement=Agreement.AGREES,
            weight=0.3,
            note=phrase("held"),
        )
        for ours, theirs in (("T", "B"), ("B", "A"))
    ),
)


@pytest.mark.parametrize(
    ("ids", "sentence", "told"),
    [
        (set(), "by way of B, with A", [("T", "B"), ("B", "A")]),
        ({"a"}, "by way of B, with •••", [("T", "B"), ("B", "•••")]),
        ({"b", "t"}, "by way of •••, with A", [("T", "•••"), ("•••", "A")]),
        ({"a", "b"}, "by way of •••, with •••", [("T", "•••"), ("•••", "•••")]),
    ],
)
def test_names_are_taken_out(ids: set[str], sentence: str, told: list[tuple[str, str]]) -> None:
    hit = without_names(HIT, ids)
    assert str(hit.sentence) == sentence
    assert [(own.ours, own.theirs) for own in hit.evidence] == told
    assert named(hit) == {"a", "b"}


def test_other_hits_name_nobody_else() -> None:
    plain = replace(HIT, sentence=phrase("the same name"))
    assert named(plain) == frozenset()
    assert without_names(plain, {"a"}) == plain
