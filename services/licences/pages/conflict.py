"""Two versions of one draft: what was typed here, and what somebody saved meanwhile. Field by field one is chosen."""

from dataclasses import dataclass

from services.licences.pages import typed
from services.licences.pages.overview import label_of
from shared.web.forms import Form
from shared.web.i18n import _

MINE, THEIRS = "mine", "theirs"
CHOICE = "choose:"
"""Before a field's name: which of its two versions was chosen."""


@dataclass(frozen=True)
class Difference:
    """One field that says two things."""

    name: str
    label: str
    mine: str
    theirs: str


def differences(mine: Form, theirs: Form) -> list[Difference]:
    """Every field of the boxes in which the two versions differ, in the order of the form."""
    names = [name for name in {**theirs.values, **mine.values} if _is_compared(name)]
    return [
        Difference(
            name, _("Measured") if name == typed.MEASURED else label_of(name), mine.text(name), theirs.text(name)
        )
        for name in names
        if mine.text(name) != theirs.text(name)
    ]


def undecided(form: Form, found: list[Difference]) -> Form:
    """The form, with an error at each difference for which nothing was chosen; a button may choose for all."""
    if form.text("all") not in {MINE, THEIRS}:
        for difference in found:
            if form.text(CHOICE + difference.name) not in {MINE, THEIRS}:
                form.error(CHOICE + difference.name, _("%(field)s: choose one of both.", field=difference.label))
    return form


def merged(form: Form, mine: Form, theirs: Form) -> Form:
    """The draft as it was chosen: what both say alike, and of each difference the version that was chosen."""
    values = {name: texts for name, texts in theirs.values.items() if not name.startswith("boxes.")}
    for name in {**theirs.values, **mine.values}:
        if _is_compared(name):
            choice = form.text("all") or form.text(CHOICE + name)
            values[name] = (theirs if choice == THEIRS else mine).values.get(name, [""])
    chosen = Form(values, {})
    boxes = typed.without_blank_lines(typed.boxes_in(chosen))
    return typed.shown(boxes, 0, chosen.text(typed.MEASURED))


def _is_compared(name: str) -> bool:
    return name.startswith("boxes.") or name == typed.MEASURED


def _label_of(name: str) -> str:
    return _("Volume and weight are given") if name == typed.MEASURED else label_of(name)
