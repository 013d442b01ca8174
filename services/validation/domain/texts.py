"""What people write in an act: kept as written, but for what cannot be kept."""

from services.validation.domain.refusals import Mistake

LONGEST_TEXT = 2_000
"""Characters of a reason or remark: it travels in events and mails."""


def words(text: str) -> str:
    """What somebody wrote, as it is kept: no blanks around it, none of the characters that cannot be kept."""
    return text.replace("\0", "").strip()


def wrong_reason(text: str, *, field: str = "reason") -> list[Mistake]:
    """What is wrong with a text that has to be there."""
    if not words(text):
        return [Mistake(field, f"{field}_missing", "Say in words what was found.")]
    return too_long(field, text)


def too_long(field: str, text: str) -> list[Mistake]:
    """What is wrong with a text that may be missing."""
    if len(text) <= LONGEST_TEXT:
        return []
    return [Mistake(field, "too_long", "Write at most %(most)s characters.", {"most": LONGEST_TEXT})]
