"""Files of a licence: where they belong, in which order they stand, and what they are called."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

FILE_BOXES = (2, 17, 18)
"""Boxes to which a file can be attached."""
SCANS = frozenset({2, 18})
"""Boxes whose files show the paper; a picture of the marks on the goods (Box 17) does not."""
MARKS = 17
MESSAGE = 0
"""Stands in the place of a box for a file that came with a message to the authority."""
MOST_FILES = 50
"""Of one licence."""
LONGEST_NAME = 150
TURNS = (90, 180, 270)


@dataclass(frozen=True)
class Attachment:
    """A file of the licence; its bytes lie in the store under `sha256`.

    `rotation` turns it clockwise, in degrees, when it is shown; the bytes stay as they are.
    """

    id: UUID
    box: int
    name: str
    media_type: str
    size: int
    sha256: str
    pages: int
    rotation: int = 0
    issued: bool = False
    """It came with an electronic licence, and so cannot be taken off."""


def turned(file: Attachment, by: int) -> int:
    """How far a file stands turned after it was turned clockwise `by` 90, 180 or 270 degrees more."""
    if by not in TURNS:
        raise ValueError(by)
    return (file.rotation + by) % 360


def moved(files: Sequence[Attachment], file: Attachment, by: int) -> list[UUID]:
    """The files of this file's box in the order they have when it goes `by` places down, or up when negative."""
    order = [other.id for other in files if other.box == file.box]
    place = order.index(file.id)
    order.insert(min(max(place + by, 0), len(order) - 1), order.pop(place))
    return order


def clean_name(name: str) -> str:
    """What a file is called here: no folders, nothing invisible, no blanks around, of bearable length."""
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(" " if c.isspace() else c for c in last if c.isspace() or unicodedata.category(c)[0] != "C")
    words = " ".join(seen.split()).lstrip(".")
    return words if len(words) <= LONGEST_NAME else f"{words[: LONGEST_NAME - 20]}…{words[-19:]}"
