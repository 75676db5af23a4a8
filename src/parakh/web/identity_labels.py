"""Words and colours of how a person signed in."""

from enum import StrEnum

from parakh.domain.phrase import N_
from parakh.domain.sign_in import Method
from parakh.web.i18n import gettext

IDENTITY_LABELS: dict[type[StrEnum], dict[StrEnum, tuple[str, str]]] = {
    Method: {
        Method.PASSWORD: (N_("Password"), "grey"),
        Method.CODE: (N_("Password and code"), "green"),
        Method.RECOVERY: (N_("Password and recovery code"), "yellow"),
        Method.PASSKEY: (N_("Passkey"), "green"),
        Method.PROVIDER: (N_("Agency account"), "grey"),
    },
}

WAITING_KINDS = {
    "entry": N_("Watchlist"),
    "change": N_("Watchlist"),
    "picture": N_("Pictures"),
    "version": N_("Lists"),
    "lookout": N_("Lookout"),
    "rule": N_("Rule"),
    "values": N_("Rule"),
    "profile": N_("Profile"),
    "fact": N_("Profile"),
    "unmasking": N_("Unmasking"),
    "twin": N_("Pictures"),
    "model": N_("Cargo model"),
    "trader": N_("Trusted trader"),
    "suspension": N_("Trusted trader"),
    "lane_policy": N_("Selectivity"),
    "grounding": N_("Examinations"),
    "share": N_("Sharing"),
    "link": N_("Linked systems"),
    "reset": N_("Account"),
}
"""What the kinds of the inbox belong to."""


def waiting_kind(name: str) -> str:
    """The word for a kind of the inbox."""
    return gettext(WAITING_KINDS[name])
