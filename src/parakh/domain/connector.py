"""Other systems that the centre is linked with: how each is doing, and what was said to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ConnectorKind(StrEnum):
    """What the other system is, and so what is asked of it."""

    CROSSINGS = "crossings"
    CARRIER = "carrier"
    DECLARATIONS = "declarations"
    REST = "rest"
    FOLDER = "folder"
    WATCHLIST = "watchlist"
    LANES = "lanes"
    WEBHOOK = "webhook"
    IDENTITY = "identity"
    PYTHON = "python"
    SFTP = "sftp"
    CHANNEL = "channel"


class LinkState(StrEnum):
    """How another system is doing, as far as the centre can tell."""

    UP = "up"
    SLOW = "slow"
    DOWN = "down"
    OFF = "off"


class Verb(StrEnum):
    """What one exchange was for."""

    PULL = "pull"
    PUSH = "push"
    ASK = "ask"
    CONFIRM = "confirm"
    TEST = "test"
    SIGN_IN = "sign_in"


class Outcome(StrEnum):
    """How one exchange ended.

    Refused: the other side understood and said no. Limited: it asked to be left alone for a while.
    Garbled: what it answered cannot be right. Unreached: no answer came, or a broken one.
    """

    DONE = "done"
    REFUSED = "refused"
    LIMITED = "limited"
    GARBLED = "garbled"
    UNREACHED = "unreached"


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """One request to another system, without anything that was in it.

    Attributes:
        path: of the URL, without what follows a question mark, which may name somebody.
        status: of the answer; 0 where none came.
        sent, received: bytes of the bodies.
        milliseconds: until the whole answer was read.
        cause: why it failed, in words that name nobody; "" where it did not.
    """

    connector: str
    at: datetime
    verb: Verb
    method: str
    path: str
    outcome: Outcome
    status: int = 0
    sent: int = 0
    received: int = 0
    milliseconds: int = 0
    cause: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectorHealth:
    """How one linked system is doing.

    Attributes:
        last_at: when it last did what was asked of it; None for never.
        lag_seconds: how long ago the centre last had all that it holds, or it all that the centre
            has for it; None where that is not known.
        error_share: of the last fifty exchanges.
        waiting: what is still to be sent to it, as counted when it last had its turn.
    """

    name: str
    kind: ConnectorKind
    state: LinkState
    last_at: datetime | None
    lag_seconds: float | None
    error_share: float
    waiting: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What is kept of one linked system from one turn to the next.

    Attributes:
        digest: of its settings, as the file has them now; "" once the file names it no more.
        agreed: of its settings as somebody put them in force; "" before anybody did.
        on: whether it is switched on.
        cursor: how far it was read, or told; what it means is the connector's own affair.
        confirm: whether the other side still has to be told of the cursor.
        since: from when on it is told of anything: when it was first put in force.
        tried_at, good_at, level_at: its last turn; its last that went well; when it was last level
            with the other side.
        failures: turns in a row that failed; `error` says how the last one did.
        next_at: when its next turn is, None for at once.
        skew: seconds by which the other side's clock is ahead of ours.
        due_seconds: it should be level once in so many.
    """

    name: str
    kind: ConnectorKind
    digest: str = ""
    agreed: str = ""
    on: bool = False
    by: str = ""
    decided_at: datetime | None = None
    cursor: str = ""
    confirm: bool = False
    since: datetime | None = None
    tried_at: datetime | None = None
    good_at: datetime | None = None
    level_at: datetime | None = None
    failures: int = 0
    error: str = ""
    next_at: datetime | None = None
    waiting: int = 0
    skew: int = 0
    due_seconds: int = 0

    @property
    def in_force(self) -> bool:
        """Whether it may be used: switched on, and by the settings that somebody agreed to."""
        return self.on and bool(self.digest) and self.digest == self.agreed

    @property
    def asks(self) -> bool:
        """Whether its settings are new or were changed, and somebody has to put them in force."""
        return bool(self.digest) and self.digest != self.agreed


# --- identity -----------------------------------------------------------------------------------


class IdentityVerdict(StrEnum):
    """What a register of identities says of a person who was asked about.

    Unknown: it has nobody of that number. Unanswered: it gave no answer that can be used.
    """

    MATCH = "match"
    PARTLY = "partly"
    NOT = "not"
    UNKNOWN = "unknown"
    ASKED = "asked"
    UNANSWERED = "unanswered"


class Compared(StrEnum):
    """What of a person a register compares."""

    NUMBER = "number"
    NAME = "name"
    BIRTH_DATE = "birth_date"
    PORTRAIT = "portrait"


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What a register is asked of one person. Never stored.

    Attributes:
        number: of the register, as the person gave it.
        birth_date: YYYY-MM-DD, or as much of it as is known; "" for nothing.
        portrait: JPEG; None where it is not asked about.
    """

    number: str
    family_name: str
    given_names: str = ""
    birth_date: str = ""
    portrait: bytes | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What a register answered, all else left out.

    Attributes:
        fields: whether each of what it compared agrees; what it did not compare is not there.
        reference: the register's own number for the question.
    """

    agreement: IdentityVerdict
    fields: Mapping[Compared, bool] = field(default_factory=dict)
    reference: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verification:
    """That somebody had an identity verified, why, and what came of it.

    Attributes:
        traveller_id: about whom.
        tail: the last four signs of the number that was asked about.
        portrait: whether a portrait was asked about.
        expires_at: when it is forgotten.
    """

    id: str
    traveller_id: str
    connector: str
    by: str
    at: datetime
    purpose: str
    reason: str
    tail: str
    portrait: bool
    expires_at: datetime
    agreement: IdentityVerdict = IdentityVerdict.ASKED
    fields: Mapping[Compared, bool] = field(default_factory=dict)
    reference: str = ""
    answered_at: datetime | None = None
