"""Why the rules refuse. Messages are English sources; their values travel beside them, to be filled in when shown."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Mistake:
    """One thing wrong with what was entered, by the field's name on the form and in the API."""

    field: str
    code: str
    message: str
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)


class NotAllowed(Exception):
    """What was asked for may not happen (now)."""

    code = "wrong_state"

    def __init__(self, message: str, params: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.params = dict(params or {})


class AlreadyDecided(NotAllowed):
    """The licence was validated or rejected before: there is one decision."""

    code = "already_decided"


class NotYourAct(NotAllowed):
    """The act belongs to somebody else, or the person has a part in it."""

    code = "not_yours"


class Incomplete(Exception):
    """What was entered does not suffice; every mistake is named at once."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__(", ".join(mistake.code for mistake in mistakes))
        self.mistakes = list(mistakes)
