"""What somebody changed: field by field, from what to what."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

Changes = Mapping[str, tuple[str, str]]
"""Field to (old, new), as text."""


def between(before: Any, after: Any) -> Changes:
    """The fields in which two dataclasses of one kind differ."""
    old, new = asdict(before), asdict(after)
    return {name: (_text(old[name]), _text(new[name])) for name in old if old[name] != new[name]}


def _text(value: object) -> str:
    if isinstance(value, tuple | list):
        return ", ".join(str(item) for item in value)
    return "" if value is None else str(value)
