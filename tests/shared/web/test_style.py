"""The colours of the style sheet, measured against WCAG 2.2 AA: 4.5 for text, 3 for what delimits a field."""

import re

import pytest

from shared.web.assets import FOLDER

STYLE = (FOLDER / "css" / "flegt.css").read_text()
TONES = ["neutral", "waiting", "attention", "good", "bad"]
GROUNDS = ["ground", "paper", "paper-quiet"]

TEXT = [
    *((ink, ground) for ink in ("ink", "ink-soft", "link", "link-strong", "danger") for ground in GROUNDS),
    *((f"{tone}-ink", f"{tone}-ground") for tone in TONES),
    ("on-brand", "brand"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("on-danger", "danger"),
    ("on-danger", "danger-strong"),
    ("danger-strong", "bad-ground"),
]
OUTLINES = [
    *((line, ground) for line in ("line-strong", "accent", "danger", "focus") for ground in GROUNDS),
    *((f"{tone}-ink", "paper") for tone in TONES),
    ("brand-soft", "brand"),
]


def tokens(css: str) -> dict[str, tuple[int, int, int]]:
    found = re.findall(r"--([a-z-]+): #([0-9a-f]{6});", css)
    return {name: (int(hex_[:2], 16), int(hex_[2:4], 16), int(hex_[4:], 16)) for name, hex_ in found}


LIGHT = tokens(STYLE.partition("@media (prefers-color-scheme: dark)")[0])
DARK = LIGHT | tokens(STYLE.partition("@media (prefers-color-scheme: dark)")[2].partition("/* Ground */")[0])


def luminance(colour: tuple[int, int, int]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (part / 255 for part in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_itself_is_right():
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((118, 118, 118), (255, 255, 255)) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back"), TEXT)
def test_text_can_be_read(scheme: dict[str, tuple[int, int, int]], front: str, back: str):
    assert contrast(scheme[front], scheme[back]) >= 4.5


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back"), OUTLINES)
def test_fields_buttons_and_focus_can_be_seen(scheme: dict[str, tuple[int, int, int]], front: str, back: str):
    assert contrast(scheme[front], scheme[back]) >= 3


def test_components_use_the_tokens_and_every_token_used_exists():
    defined = set(re.findall(r"(--[a-z-]+):", STYLE))

    assert set(re.findall(r"var\((--[a-z-]+)", STYLE)) <= defined
