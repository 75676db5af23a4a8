"""Runs every screener over a batch of subjects; a screener that fails is a recorded result."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from parakh import metrics, tracing
from parakh.domain.hit import Hit, Ref, ResultState, ScreenerResult
from parakh.errors import ParakhError
from parakh.screen.screener import Screener, Subject

_log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Screened:
    """What came of one subject: one result for each screener, and all hits together.

    Attributes:
        besides: by identifiers of hits, the subject as it was when it met them, where that is not
            `subject` (as declared by another message, or the face of whom a document names).
    """

    subject: Subject
    results: tuple[ScreenerResult, ...]
    hits: tuple[Hit, ...]
    besides: Mapping[str, Subject] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """A part of a screener that failed, by its name, and the places of the subjects it was for."""

    name: str
    error: str
    places: Collection[int]


class PartlyFailed(ParakhError):
    """Raised by a screener some parts of which failed, with what the others found.

    `answers` are the hits of each subject, in the order given.
    """

    def __init__(self, answers: Sequence[Sequence[Hit]], failures: Sequence[Failure]) -> None:
        super().__init__("; ".join(f"{own.name}: {own.error}" for own in failures))
        self.answers = answers
        self.failures = failures


def screen(screeners: Sequence[Screener], subjects: Sequence[Subject]) -> list[Screened]:
    """Screens a batch; the answers stand in the order of `subjects`."""
    results: list[list[ScreenerResult]] = [[] for _ in subjects]
    hits: list[list[Hit]] = [[] for _ in subjects]
    for screener in screeners:
        places = [i for i, subject in enumerate(subjects) if screener.applies(subject)]
        state, error, found, failures = _run(screener, [subjects[i] for i in places])
        answered = dict(zip(places, found, strict=True))
        for i in range(len(subjects)):
            own = state if i in answered else ResultState.NOT_APPLICABLE
            note = error if i in answered else ""
            results[i].append(ScreenerResult(screener=screener.name, state=own, error=note))
            hits[i].extend(answered.get(i, ()))
        for failure in failures:
            failed = ScreenerResult(
                screener=failure.name, state=ResultState.FAILED, error=failure.error
            )
            for place in failure.places:
                results[places[place]].append(failed)
    return [
        Screened(subject=subject, results=tuple(own), hits=tuple(raised))
        for subject, own, raised in zip(subjects, results, hits, strict=True)
    ]


def merge(first: Screened, second: Screened) -> Screened:
    """Two screenings of one subject as one: of each screener, the result that says something, and
    the strongest hit on each target, of equal ones the first's."""
    said = {own.screener: own for own in first.results}
    for own in second.results:
        if own.state is not ResultState.NOT_APPLICABLE or own.screener not in said:
            said[own.screener] = own
    strongest: dict[tuple[str, Ref], Hit] = {}
    for hit in sorted((*second.hits, *first.hits), key=lambda own: own.score):
        strongest[hit.screener, hit.target] = hit
    others = {hit.id: second.subject for hit in second.hits}
    return Screened(
        subject=first.subject,
        results=tuple(said.values()),
        hits=tuple(reversed(strongest.values())),
        besides={**first.besides, **others, **second.besides},
    )


def _run(
    screener: Screener, subjects: Sequence[Subject]
) -> tuple[ResultState, str, Sequence[Sequence[Hit]], Sequence[Failure]]:
    """One screener on the subjects it applies to: how it fared, the error's kind, the hits, and
    which of its parts failed."""
    if not subjects:
        return ResultState.NOT_APPLICABLE, "", (), ()
    label = metrics.screener(screener.name)
    seconds = metrics.SCREENING_SECONDS.labels(label)
    try:
        with metrics.timed(seconds), tracing.span("screen", screener=label, subjects=len(subjects)):
            answers = list(zip(subjects, screener.screen(subjects), strict=True))
        metrics.HITS.labels(label).inc(sum(len(hits) for _, hits in answers))
        return ResultState.DONE, "", [hits for _, hits in answers], ()
    except PartlyFailed as error:
        _log.warning("parts of a screener failed", screener=screener.name, cause=str(error))
        return ResultState.DONE, "", error.answers, error.failures
    except Exception as error:
        # Whatever a screener raises, the others' results must reach the officer, and the gap too.
        # Only the kind of error is kept: its text may carry personal data.
        metrics.SCREENER_FAILURES.labels(label).inc()
        _log.exception("screener failed", screener=screener.name, subjects=len(subjects))
        return ResultState.FAILED, type(error).__name__, [()] * len(subjects), ()
