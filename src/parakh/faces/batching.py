"""Serving together those who ask at the same moment."""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Ask = TypeVar("Ask")
Answer = TypeVar("Answer")


class Batcher(Generic[Ask, Answer]):
    """Collects the requests of many threads while one batch runs, and runs them as the next.

    There is no thread of its own and nobody waits for others to come: whoever asks first works at
    once, and those who ask meanwhile are served together by one of them. Under no load a request
    costs what it costs alone; under load batches grow by themselves, up to `most`.
    """

    def __init__(self, run: Callable[[Sequence[Ask]], Sequence[Answer]], *, most: int) -> None:
        """`run` answers a batch of 1 to `most` requests, in their order."""
        self._run = run
        self._most = most
        self._change = threading.Condition()
        self._waiting: list[_Ticket[Ask, Answer]] = []
        self._busy = False

    def ask(self, request: Ask) -> Answer:
        """The answer to one request; raises whatever the run of its batch raised."""
        ticket: _Ticket[Ask, Answer] = _Ticket(request)
        with self._change:
            self._waiting.append(ticket)
            self._change.wait_for(lambda: ticket.done or not self._busy)
            if ticket.done:
                return ticket.answer()
            self._busy = True
            batch = self._take(ticket)
        try:
            self._serve(batch)
        finally:
            with self._change:
                self._busy = False
                self._change.notify_all()
        return ticket.answer()

    def _take(self, own: "_Ticket[Ask, Answer]") -> "list[_Ticket[Ask, Answer]]":
        """The next batch, oldest first; the taker's own request is always in it."""
        batch = self._waiting[: self._most]
        if own not in batch:
            batch[-1] = own
        taken = set(map(id, batch))
        self._waiting = [ticket for ticket in self._waiting if id(ticket) not in taken]
        return batch

    def _serve(self, batch: "list[_Ticket[Ask, Answer]]") -> None:
        try:
            answers = self._run([ticket.request for ticket in batch])
            for ticket, answer in zip(batch, answers, strict=True):
                ticket.fill(answer)
        except BaseException as error:  # each asker must hear of it, or he would wait for ever
            for ticket in batch:
                ticket.fail(error)
            if not isinstance(error, Exception):
                raise


class _Ticket(Generic[Ask, Answer]):
    """One request and, later, what came of it."""

    def __init__(self, request: Ask) -> None:
        self.request = request
        self.done = False
        self._answers: list[Answer] = []
        self._error: BaseException | None = None

    def fill(self, answer: Answer) -> None:
        self._answers.append(answer)
        self.done = True

    def fail(self, error: BaseException) -> None:
        self._error = error
        self.done = True

    def answer(self) -> Answer:
        if self._error is not None:
            raise self._error
        return self._answers[0]
