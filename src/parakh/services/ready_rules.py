"""Rules that come with the program: patterns in somebody's history, as a file of rules."""

from importlib import resources


def document() -> bytes:
    """The file of ready rules (see `parakh.services.rule_files`)."""
    return resources.files("parakh.screen.rules").joinpath("ready.toml").read_bytes()
