"""Lists are paged by key, never by offset: a cursor says behind which row the next page begins."""

import base64
import binascii
import json
from typing import Any

from shared.problems import FieldError, WrongContent

PAGE = 50
LARGEST_PAGE = 200


def cursor_of(*key: Any) -> str:
    """The cursor behind a row with this key (what JSON can hold; others as text)."""
    return base64.urlsafe_b64encode(json.dumps(key, default=str).encode()).decode().rstrip("=")


def key_of(cursor: str | None, size: int) -> list[Any] | None:
    """The key in a cursor of `size` parts; None without a cursor. Raises WrongContent when it is none of ours."""
    if not cursor:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        key = None
    if not isinstance(key, list) or len(key) != size:
        raise WrongContent([FieldError("cursor", "bad_cursor", "This is not a cursor that a list gave out.")])
    return key
