"""Which passwords are refused: short ones, personal ones, and those that others would try first."""

import re
from functools import cache
from pathlib import Path

from services.identity.domain.refusals import N_, Mistakes

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
SHORTEST_NAME_IN_PASSWORD = 3
SHORTEST_RUN = 3
LITTLE = 3
"""A password of which no more than this is left without known words and runs is no secret."""

_KNOWN_WORDS = (
    "password", "passwort", "passord", "motdepasse", "contrasena", "wachtwoord", "letmein", "welcome", "iloveyou",
    "administrator", "admin", "changeme", "changeit", "secret", "login", "access", "master", "root", "guest", "user",
    "test", "temp", "demo", "default", "company", "hello", "dragon", "monkey", "sunshine", "princess", "superman",
    "batman", "starwars", "pokemon", "football", "baseball", "basketball", "liverpool", "chelsea", "arsenal", "shadow",
    "michael", "jordan", "charlie", "spring", "summer", "autumn", "winter", "monday", "friday", "flegt", "timber",
)  # fmt: skip
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop[]", "asdfghjkl", "zxcvbnm,./", "qwertzuiop", "yxcvbnm",
    "azertyuiop", "qsdfghjklm", "wxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "qazwsxedcrfvtgbyhnujmikolp", "zaqxswcdevfrbgtnhymju", "qazxswedcvfrtgb",
    "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0", "zaq1xsw2cde3vfr4bgt5",
)  # fmt: skip
_LEET = str.maketrans("013457@$", "oleastas")


def check_password(wrong: Mistakes, field: str, password: str, *, email: str, names: tuple[str, ...]) -> None:
    """Long, and not what somebody would try first."""
    if len(password) < SHORTEST_PASSWORD:
        wrong.add(field, "too_short", N_("Use at least %(shortest)s characters."), shortest=SHORTEST_PASSWORD)
    elif len(password) > LONGEST_PASSWORD:
        wrong.add(field, "too_long", N_("At most %(longest)s characters fit here."), longest=LONGEST_PASSWORD)
    elif _contains_one_of(password, (email.partition("@")[0], *names)):
        wrong.add(field, "personal", N_("Choose a password that contains neither your name nor your e-mail address."))
    elif is_known_bad(password):
        wrong.add(
            field,
            "known_bad",
            N_("This is among the first passwords that others would try. Four or more unrelated words are good."),
        )


def is_known_bad(password: str) -> bool:
    """One of the most common passwords, a short piece repeated, or little more than known words and runs of keys."""
    lowered = password.casefold()
    if lowered in common_passwords() or re.fullmatch(r"(.{1,8})\1+.{0,3}", lowered):
        return True
    letters_alone = re.sub(r"[\W\d_]", "", lowered)
    spelt = re.sub(r"[\W\d_]", "", lowered.rstrip("0123456789!?.*").translate(_LEET))
    return (
        len(_without_runs(lowered)) <= LITTLE
        or any(_is_little_more_than_words(letters) for letters in (letters_alone, spelt))
        or len(_without_words(_without_runs(lowered))) <= LITTLE
    )


@cache
def common_passwords() -> frozenset[str]:
    """Those of the 20,000 most common passwords that are long enough and that no rule here recognises."""
    text = (Path(__file__).parent / "common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(text.splitlines())


def _contains_one_of(password: str, words: tuple[str, ...]) -> bool:
    lowered = password.casefold()
    return any(len(word) >= SHORTEST_NAME_IN_PASSWORD and word.casefold() in lowered for word in words)


def _is_little_more_than_words(letters: str) -> bool:
    rest = _without_words(letters)
    return len(rest) < len(letters) and len(rest) <= LITTLE


def _without_words(text: str) -> str:
    for word in sorted(_KNOWN_WORDS, key=len, reverse=True):
        text = text.replace(word, "")
    return text


def _without_runs(text: str) -> str:
    """What is left when runs along the alphabet, the digits or the keyboard, either way, are taken out."""
    rest, position = "", 0
    while position < len(text):
        length = max(_run_at(text, position, row) for row in _both_ways())
        if length < SHORTEST_RUN:
            rest, length = rest + text[position], 1
        position += length
    return rest


def _run_at(text: str, position: int, row: str) -> int:
    """How many characters from here on follow each other in this row."""
    start, length = row.find(text[position]), 0
    while start >= 0 and position + length < len(text) and text[position + length] == row[(start + length) % len(row)]:
        length += 1
    return length


@cache
def _both_ways() -> tuple[str, ...]:
    return (*_ROWS, *(row[::-1] for row in _ROWS))
