"""How an exchange with another system fails."""

from parakh.domain.connector import Outcome
from parakh.errors import ParakhError


class LinkFailed(ParakhError):
    """An exchange came to nothing; the text names nobody and quotes nothing of what was said.

    Attributes:
        outcome: how it failed.
        status: of the answer; 0 where none came.
        after: seconds for which the other side asked to be left alone; None where it did not.
        again: whether trying once more may help.
        harmed: whether it speaks against the other side's health, and counts for its breaker.
    """

    def __init__(
        self,
        cause: str,
        outcome: Outcome = Outcome.UNREACHED,
        *,
        status: int = 0,
        after: float | None = None,
        again: bool = True,
    ) -> None:
        super().__init__(cause)
        self.outcome = outcome
        self.status = status
        self.after = after
        self.again = again

    @property
    def harmed(self) -> bool:
        """Refusing and asking for patience are what a healthy system does."""
        return self.outcome in (Outcome.UNREACHED, Outcome.GARBLED)


class LeftAlone(LinkFailed):
    """The breaker is open: nothing was asked, and nothing is to be learnt from it.

    `wait` is for how many seconds it stays so.
    """

    def __init__(self, wait: float) -> None:
        super().__init__(
            "it failed again and again, and is left alone for a while", after=wait, again=False
        )
        self.wait = wait


def garbled(cause: str, status: int = 200) -> LinkFailed:
    """An answer that cannot be right; asking again at once seldom helps."""
    return LinkFailed(cause, Outcome.GARBLED, status=status, again=False)
