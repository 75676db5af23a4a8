"""How a person signs in: how he was known, and what he still has to show."""

from enum import StrEnum


class Stage(StrEnum):
    """How far a sign-in came; nothing opens before `FULL`.

    `SECOND`: the password was right, the second factor is awaited. `ENROL`: his role needs a second
    factor and he has none, so he makes one first.
    """

    FULL = "full"
    SECOND = "second"
    ENROL = "enrol"


class Method(StrEnum):
    """By what a person was known; `CODE` and `RECOVERY` came after the password."""

    PASSWORD = "password"  # noqa: S105  (the way in, not a secret)
    CODE = "code"
    RECOVERY = "recovery"
    PASSKEY = "passkey"
    PROVIDER = "provider"
