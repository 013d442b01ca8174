"""Licence numbers (Box 3)."""

import re

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_LABEL = re.compile(r"^V-?LEGAL[:.-]*")


def normalised(number: str) -> str:
    """The number as it is kept and compared: upper case, no blanks, no V-LEGAL label, plain hyphens."""
    packed = "".join(number.split()).upper().translate(_DASHES)
    return _LABEL.sub("", packed)
