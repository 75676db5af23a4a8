"""Words on screen for linked systems; part of `parakh.web.labels.LABELS`."""

from enum import StrEnum

from parakh.domain.connector import (
    Compared,
    ConnectorKind,
    IdentityVerdict,
    LinkState,
    Outcome,
    Verb,
)
from parakh.domain.phrase import N_

CONNECTOR_LABELS: dict[type[StrEnum], dict[StrEnum, tuple[str, str]]] = {
    ConnectorKind: {
        ConnectorKind.CROSSINGS: (N_("Immigration crossings"), ""),
        ConnectorKind.CARRIER: (N_("Carrier"), ""),
        ConnectorKind.DECLARATIONS: (N_("Declarations"), ""),
        ConnectorKind.REST: (N_("Web service"), ""),
        ConnectorKind.FOLDER: (N_("Folder"), ""),
        ConnectorKind.WATCHLIST: (N_("Watchlist source"), ""),
        ConnectorKind.LANES: (N_("Lanes"), ""),
        ConnectorKind.WEBHOOK: (N_("Webhook"), ""),
        ConnectorKind.IDENTITY: (N_("Register of identities"), ""),
        ConnectorKind.PYTHON: (N_("Of its own kind"), ""),
        ConnectorKind.SFTP: (N_("SFTP"), ""),
        ConnectorKind.CHANNEL: (N_("Channel of alerts"), ""),
    },
    LinkState: {
        LinkState.UP: (N_("Works"), "green"),
        LinkState.SLOW: (N_("Slow"), "amber"),
        LinkState.DOWN: (N_("Fails"), "red"),
        LinkState.OFF: (N_("Off"), ""),
    },
    Verb: {
        Verb.PULL: (N_("Fetched"), ""),
        Verb.PUSH: (N_("Told"), ""),
        Verb.ASK: (N_("Asked"), ""),
        Verb.CONFIRM: (N_("Confirmed"), ""),
        Verb.TEST: (N_("Tested"), ""),
        Verb.SIGN_IN: (N_("Signed in"), ""),
    },
    Outcome: {
        Outcome.DONE: (N_("Done"), "green"),
        Outcome.REFUSED: (N_("Refused"), "orange"),
        Outcome.LIMITED: (N_("Asked to wait"), "amber"),
        Outcome.GARBLED: (N_("Wrong answer"), "red"),
        Outcome.UNREACHED: (N_("Failed"), "red"),
    },
    IdentityVerdict: {
        IdentityVerdict.MATCH: (N_("Identity agrees"), "green"),
        IdentityVerdict.PARTLY: (N_("Agrees in part"), "amber"),
        IdentityVerdict.NOT: (N_("Does not agree"), "red"),
        IdentityVerdict.UNKNOWN: (N_("Number not known"), "orange"),
        IdentityVerdict.ASKED: (N_("Being asked"), ""),
        IdentityVerdict.UNANSWERED: (N_("No answer"), ""),
    },
    Compared: {
        Compared.NUMBER: (N_("Number"), ""),
        Compared.NAME: (N_("Name"), ""),
        Compared.BIRTH_DATE: (N_("Born"), ""),
        Compared.PORTRAIT: (N_("Portrait"), ""),
    },
}
