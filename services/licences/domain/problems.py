"""What the rules can say. Messages are English sources for gettext; values travel beside them."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


def N_(text: str) -> str:  # noqa: N802 - the name gettext tools look for
    """Marks a text for translators."""
    return text


@dataclass(frozen=True)
class Mistake:
    """One thing wrong with one field. `field` is dotted: `boxes.commodities.0.volume_m3`; `article` is the law."""

    field: str
    code: str
    message: str
    box: int | None = None
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)
    article: str = ""


@dataclass(frozen=True)
class Flag:
    """A soft rule that was passed: nothing is blocked, but the authority sees it. `article` is the law behind it."""

    code: str
    message: str
    box: int | None = None
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)
    article: str = ""

    @property
    def text(self) -> str:
        """The message in English with its values, as it travels to the authority."""
        return self.message % self.params if self.params else self.message


class NotInOrder(Exception):
    """The licence breaks hard rules; all of them are named at once."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__(", ".join(mistake.code for mistake in mistakes))
        self.mistakes = list(mistakes)


class NotADraft(Exception):
    """The licence was handed in: the importer does not hold it any more."""
