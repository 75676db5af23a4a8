"""What waits for a second person: the value that every four-eyes operation tells the inbox."""

from dataclasses import dataclass
from datetime import datetime

from parakh.domain.phrase import Phrase


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """One thing that somebody proposed and another person has to decide.

    Attributes:
        kind: what is decided: `entry`, `rule`, `unmasking` and so on; a key of the inbox's labels.
        title: the thing in one line, without more personal data than its own list shows.
        by: the name of who proposed it.
        at: since when it waits.
        href: the page on which it is decided; "" where who proposed it may not open that.
        own: whether the reader proposed it himself, so that it waits for others.
        decide: the address of a form with `reason` and `approve` (yes or no), where a reason is all
            that the decision needs; "" where the page has to be opened.
        until: when it lapses or begins to matter; what is urgent stands first.
    """

    kind: str
    title: Phrase
    by: str
    at: datetime
    href: str
    own: bool = False
    decide: str = ""
    until: datetime | None = None
