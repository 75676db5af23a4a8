"""Passwords: what is refused, how they are kept, and whether one is right.

Argon2id (RFC 9106) with the library's defaults, and the rules of NIST SP 800-63B-4, 3.1.1.2: a
least length, no rules of composition, and a refusal of what is commonly used or expected here.
"""

import re
import secrets
from collections.abc import Iterable
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from parakh.errors import InvalidInput

MINIMUM = 12
_LEAST_LEFT = 5
_COMMON = (
    "password", "passwort", "passw0rd", "p@ssw0rd", "p@ssword", "welcome", "letmein", "iloveyou",
    "administrator", "admin", "qwertyuiop", "qwerty", "asdfghjkl", "asdfgh", "zxcvbnm", "1q2w3e4r",
    "1qaz2wsx", "q1w2e3r4", "trustno1", "superman", "football", "baseball", "cricket", "princess",
    "sunshine", "monkey", "dragon", "master", "shadow", "michael", "changeme", "default", "secret",
    "login", "access", "hello", "summer", "winter", "spring", "autumn", "january", "february",
    "bismillah", "alhamdulillah", "mashallah", "pakistan", "lahore", "karachi", "islamabad",
    "test", "user", "temp", "guest", "pass", "abc", "xyz",
    "parakh", "customs", "border", "officer", "targeting", "centre", "center", "immigration",
)  # fmt: skip
"""What passwords in every published collection of broken ones are built from, and words of the
service itself: each with years, digits and signs around it."""
_RUNS = "abcdefghijklmnopqrstuvwxyz" + "01234567890" + "qwertyuiop" + "asdfghjkl" + "zxcvbnm"


def hashed(password: str, own_words: Iterable[str] = ()) -> str:
    """What is stored of a new password; raises InvalidInput for one that is too easily guessed.

    `own_words` are the person's own names and the agency's, which say nothing to who knows him.
    """
    if len(password) < MINIMUM:
        raise InvalidInput(f"a password needs at least {MINIMUM} characters")
    if len(_unexpected(password, own_words)) < _LEAST_LEFT:
        raise InvalidInput(
            "this password would be among the first guesses: take a few unrelated words"
        )
    return _hasher().hash(password)


def matches(stored: str, password: str) -> bool:
    """Whether a password is the stored one; False for an account that has none."""
    try:
        return _hasher().verify(stored, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def no_hash() -> str:
    """A hash that nothing matches, so that an unknown name takes as long as a known one."""
    return _hasher().hash(secrets.token_urlsafe(32))


def _hasher() -> PasswordHasher:
    return PasswordHasher()


def _unexpected(password: str, own_words: Iterable[str]) -> set[str]:
    """The characters that remain once all is taken away that a guesser tries first."""
    own = {part.lower() for word in own_words for part in re.split(r"\W+", word) if len(part) > 2}
    left = password.lower()
    for word in sorted({*_COMMON, *own}, key=len, reverse=True):
        left = left.replace(word, " ")
    return {char for char in _without_runs(left) if char.isalpha()}


def _without_runs(text: str) -> str:
    """The text without four or more characters in the order of the alphabet or of a keyboard."""
    kept, place = "", 0
    while place < len(text):
        end = place + 1
        while end < len(text) and _follows(text[place : end + 1]):
            end += 1
        kept += " " if end - place >= 4 else text[place:end]
        place = end
    return kept


def _follows(part: str) -> bool:
    return part in _RUNS or part[::-1] in _RUNS or len(set(part)) == 1
