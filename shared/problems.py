"""Refusals: what may not happen, said so that a person can act on it.

Use cases raise them, pages and the API translate them (RFC 9457). Messages are English sources for gettext;
values travel beside them in `params`, never inside them, so that they can be translated.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    """One thing wrong with one field. `field` is dotted, as in forms: `boxes.commodities.0.volume_m3`."""

    field: str
    code: str
    message: str
    box: int | None = None
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)
    article: str = ""
    """The law behind it, such as `1024/2008 art. 6(3)`; empty where there is none."""

    @property
    def pointer(self) -> str:
        """Where it is, for API callers: the box of the paper form, else the JSON pointer of the field."""
        return f"/boxes/{self.box}" if self.box else self.json_pointer

    @property
    def json_pointer(self) -> str:
        """The exact place in the JSON that was sent."""
        return "/" + self.field.replace(".", "/")


class Refusal(Exception):
    """Something asked for is refused. Subclasses say in which way."""

    status = 409
    title = "This is not possible"
    code = "refused"

    def __init__(
        self, message: str = "", *, code: str | None = None, params: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message or self.title)
        self.message = message or self.title
        self.code = code or self.code
        self.params = dict(params or {})


class NotSignedIn(Refusal):
    """Nobody is signed in, or the token has ended."""

    status, title, code = 401, "Please sign in", "not_signed_in"


class NotYours(Refusal):
    """The person may know of it, but it is not theirs to do."""

    status, title, code = 403, "This is not yours to do", "not_yours"


class SecondFactorNeeded(Refusal):
    """A role that would allow it is locked until a second factor was shown in this sign-in."""

    status, title, code = 403, "This needs your second factor", "second_factor_needed"

    def __init__(self) -> None:
        super().__init__("Your role can be used only after you have shown a second factor.")


class Unknown(Refusal):
    """It does not exist, or the person may not know that it does."""

    status, title, code = 404, "This does not exist", "unknown"


class WrongState(Refusal):
    """It was possible once, or will be, but not now."""

    status, title, code = 409, "This is not possible in the present state", "wrong_state"


class Stale(Refusal):
    """Somebody else changed it in the meantime."""

    status, title, code = 412, "Somebody changed this in the meantime", "stale"


class VersionMissing(Refusal):
    """A change of what exists must say which version it changes."""

    status, title, code = 428, "Say with If-Match which version you change", "version_missing"


class TooMany(Refusal):
    """Asked too often; `retry_after` is in seconds."""

    status, title, code = 429, "Too many attempts", "too_many"

    def __init__(self, message: str = "", *, retry_after: int, params: Mapping[str, object] | None = None) -> None:
        super().__init__(message, params=params)
        self.retry_after = retry_after


class WrongContent(Refusal):
    """One or more fields are wrong; all of them are named at once."""

    status, title, code = 422, "Some of what was entered is not right", "wrong_content"

    def __init__(self, errors: Sequence[FieldError], message: str = "") -> None:
        super().__init__(message)
        self.errors = list(errors)
