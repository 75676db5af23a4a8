from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from parakh.domain.face import Template
from parakh.domain.hit import Hit, Kind, Ref, ResultState
from parakh.domain.phrase import phrase
from parakh.domain.traveller import PersonName, Traveller, TravellerRole
from parakh.screen.pipeline import Screened, merge, screen
from parakh.screen.screener import FaceSubject, Subject, TravellerSubject

DONE, FAILED, NONE = ResultState.DONE, ResultState.FAILED, ResultState.NOT_APPLICABLE


class Fake:
    """A screener of one kind of subject that answers as it is told."""

    def __init__(
        self, name: str, kind: type[Subject], answer: Callable[[Sequence[Subject]], object]
    ) -> None:
        self.name = name
        self._kind = kind
        self._answer = answer

    def applies(self, subject: Subject) -> bool:
        return isinstance(subject, self._kind)

    def screen(self, subjects: Sequence[Subject]) -> Sequence[Sequence[Hit]]:
        assert subjects, "a screener is never asked about nobody"
        assert all(isinstance(own, self._kind) for own in subjects)
        return self._answer(subjects)  # type: ignore[return-value]


def person(name: str) -> TravellerSubject:
    traveller = Traveller(
        id=name,
        voyage_id="v",
        role=TravellerRole.PASSENGER,
        name=PersonName(family=name, given=""),
    )
    return TravellerSubject(ref=Ref(kind=Kind.TRAVELLER, id=name), traveller=traveller, voyage=None)


def face(name: str) -> FaceSubject:
    ref = Ref(kind=Kind.CAPTURE, id=name)
    return FaceSubject(ref=ref, probes=(Template(model="m", vector=b""),))


def hit(subject: Subject, screener: str) -> Hit:
    return Hit(
        id=f"{subject.ref.id}:{screener}",
        subject=subject.ref,
        target=Ref(kind=Kind.WATCHLIST_ENTRY, id="e"),
        screener=screener,
        score=1.0,
        threshold=0.5,
        sentence=phrase("x"),
        evidence=(),
    )


def one_each(name: str) -> Callable[[Sequence[Subject]], object]:
    return lambda subjects: [[hit(own, name)] for own in subjects]


def fail(_: Sequence[Subject]) -> object:
    raise KeyError("MAZARI, ZULFIQAR")


def said(screened: Screened) -> dict[str, tuple[ResultState, str]]:
    return {own.screener: (own.state, own.error) for own in screened.results}


def test_each_subject_gets_its_own_hits_in_the_order_given() -> None:
    names = Fake("name@1", TravellerSubject, one_each("name@1"))
    faces = Fake("face@1", FaceSubject, one_each("face@1"))
    subjects = [person("a"), face("b"), person("c")]
    found = screen([names, faces], subjects)
    assert [own.subject for own in found] == subjects
    assert [[h.id for h in own.hits] for own in found] == [["a:name@1"], ["b:face@1"], ["c:name@1"]]
    assert said(found[0]) == {"name@1": (DONE, ""), "face@1": (NONE, "")}
    assert said(found[1]) == {"name@1": (NONE, ""), "face@1": (DONE, "")}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (fail, "KeyError"),
        (lambda subjects: [[]] * (len(subjects) + 1), "ValueError"),
        (lambda subjects: [[]] * (len(subjects) - 1), "ValueError"),
        (lambda _: None, "TypeError"),
    ],
    ids=["raises", "answers too much", "answers too little", "answers nothing"],
)
def test_a_screener_that_fails_is_a_recorded_result(
    answer: Callable[[Sequence[Subject]], object], error: str
) -> None:
    broken = Fake("name@1", TravellerSubject, answer)
    good = Fake("document@1", TravellerSubject, one_each("document@1"))
    found = screen([broken, good], [person("a"), person("b"), face("c")])
    for own in found[:2]:
        assert said(own) == {"name@1": (FAILED, error), "document@1": (DONE, "")}
        assert [h.screener for h in own.hits] == ["document@1"]
    assert said(found[2]) == {"name@1": (NONE, ""), "document@1": (NONE, "")}


def test_nobody_and_nothing_to_screen() -> None:
    names = Fake("name@1", TravellerSubject, fail)
    assert screen([names], []) == []
    (alone,) = screen([], [person("a")])
    assert (alone.results, alone.hits) == ((), ())


def test_an_interrupt_is_no_failure_of_a_screener() -> None:
    def interrupt(_: Sequence[Subject]) -> object:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        screen([Fake("name@1", TravellerSubject, interrupt)], [person("a")])


@pytest.mark.parametrize(
    ("first", "second", "state"),
    [
        (NONE, DONE, DONE),
        (DONE, NONE, DONE),
        (FAILED, NONE, FAILED),
        (NONE, FAILED, FAILED),
        (NONE, NONE, NONE),
    ],
)
def test_two_screenings_of_one_subject_become_one(
    first: ResultState, second: ResultState, state: ResultState
) -> None:
    answers = {DONE: one_each("x@1"), FAILED: fail}

    def screened(wanted: ResultState) -> Screened:
        kind = FaceSubject if wanted is NONE else TravellerSubject
        return screen([Fake("x@1", kind, answers.get(wanted, fail))], [person("a")])[0]

    merged = merge(screened(first), screened(second))
    assert said(merged)["x@1"][0] is state
    assert len(merged.hits) == [first, second].count(DONE)


@pytest.mark.parametrize(
    ("first", "second", "winner"), [(0.9, 0.8, 0), (0.8, 0.9, 1), (0.9, 0.9, 0)]
)
def test_a_hit_tells_as_whom_the_subject_raised_it(
    first: float, second: float, winner: int
) -> None:
    known = person("a")
    besides = replace(known, traveller=replace(known.traveller, nationality="PAK"))
    scored = [
        Screened(
            subject=subject,
            results=(),
            hits=(replace(hit(subject, "x@1"), id=own, score=score),),
        )
        for own, subject, score in (("one", known, first), ("two", besides, second))
    ]
    merged = merge(*scored)
    (best,) = merged.hits
    assert best.id == ("one", "two")[winner]
    assert merged.subject is known
    assert merged.besides.get(best.id, merged.subject) is (known, besides)[winner]
