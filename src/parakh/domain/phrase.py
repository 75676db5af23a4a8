"""Sentences stored as a template and its values, so that a screen can show any language."""

from collections.abc import Mapping
from dataclasses import dataclass, field


def N_(template: str) -> str:  # noqa: N802  (gettext's own name for "mark, translate later")
    """Marks a template for the translation catalogue and gives it back unchanged."""
    return template


@dataclass(frozen=True, kw_only=True, slots=True)
class Phrase:
    """An English template with named `{places}` and the values to put there.

    `template` is the key in the translation catalogues; `values` are data (names, numbers) that are
    never translated.
    """

    template: str
    values: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """The sentence in English."""
        return self.template.format(**self.values)


def phrase(template: str, /, **values: object) -> Phrase:
    """Makes a Phrase; `template` must have been marked with `N_`."""
    return Phrase(template=template, values={name: str(value) for name, value in values.items()})
