"""Licence numbers as people and machines write them (Box 3)."""

import re


def plain(number: str) -> str:
    """Capital letters, no blanks, no leading "V-LEGAL" label: how numbers are shown and compared with a mask."""
    return re.sub(r"^V-?LEGAL[:.-]*", "", re.sub(r"\s", "", number).upper())


def search_key(number: str) -> str:
    """Letters and digits only: a number is found however its dots, dashes and blanks were typed."""
    return re.sub(r"[^A-Z0-9]", "", plain(number))
