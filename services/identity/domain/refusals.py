"""How a rule says no. The use cases turn these into refusals that pages and the API can show."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


def N_(text: str) -> str:  # noqa: N802 - the name gettext tools look for
    """Marks a text for translators."""
    return text


@dataclass(frozen=True)
class Mistake:
    """One thing wrong with one field that somebody filled in."""

    field: str
    code: str
    message: str
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)


class WrongFields(Exception):
    """Everything that is wrong with what was filled in, at once."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__([mistake.code for mistake in mistakes])
        self.mistakes = list(mistakes)


class RuleBroken(Exception):
    """What was asked for may not happen. Subclasses name the situation."""

    message = ""
    code = "refused"

    def __init__(self) -> None:
        super().__init__(self.code)


class NotAllowed(RuleBroken):
    """It may happen, but not by this person."""


class NotNow(RuleBroken):
    """The present state does not allow it."""


class Mistakes:
    """Collects what is wrong, so that a person learns of everything in one go."""

    def __init__(self) -> None:
        self.found: list[Mistake] = []

    def add(self, field_name: str, code: str, message: str, **params: object) -> None:
        self.found.append(Mistake(field_name, code, message, params))

    def refuse_if_any(self) -> None:
        """Raises WrongFields."""
        if self.found:
            raise WrongFields(self.found)

    def text(self, field_name: str, value: str, *, required: str = "", longest: int = 200) -> str:
        """`value` without blanks around it. `required` is what to say when there is none."""
        value = value.strip()
        if required and not value:
            self.add(field_name, "required", required)
        if len(value) > longest:
            self.add(field_name, "too_long", N_("At most %(longest)s characters fit here."), longest=longest)
        if any(ord(character) < ord(" ") and character not in "\n\t" for character in value):
            self.add(field_name, "control_characters", N_("This contains characters that cannot be shown."))
        return value
