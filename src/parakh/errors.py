"""The one root of all errors that Parakh raises on purpose.

Only `parakh.web.errors` maps them to HTTP status codes, and only `parakh.cli` to exit codes.
"""


class ParakhError(Exception):
    """Something that a caller may expect and show; its text is fit for a user."""


class InvalidInput(ParakhError):
    """The caller gave a value that cannot be used; the text names it and says why."""


class NotFound(ParakhError):
    """There is no such thing, or this actor may not know that there is."""


class Forbidden(ParakhError):
    """The actor lacks the permission, the unit or the purpose for this action."""


class Conflict(ParakhError):
    """The thing is not in a state that allows this step, or somebody was quicker."""


class SignInFailed(ParakhError):
    """Name or password is wrong, or the account is locked; the text hides which names exist."""


class Misconfigured(ParakhError):
    """A setting, file or model is missing or wrong; the text says what to do."""


class Unreadable(ParakhError):
    """Bytes that are not what they claim to be (a picture, a message, a key file)."""
