"""Keeping what stands in the form: the same for its buttons and for the script that saves by itself."""

import re
from collections.abc import Callable
from uuid import UUID

from services.licences import use_cases
from services.licences.domain.licence import Licence
from services.licences.pages import typed
from services.licences.service import Licences
from shared.person import Person
from shared.web.forms import Form

Change = Callable[[typed.Raw], typed.Raw]


def version_of(form: Form) -> int:
    """The version of the draft that the form was opened with; 0 when it says none."""
    return int(form.text("version")) if re.fullmatch(r"\d{1,9}", form.text("version")) else 0


async def draft(service: Licences, person: Person, licence_id: UUID) -> Licence:
    """The licence, for those who may edit it."""
    async with service.work() as work:
        return await use_cases.read_draft(work, person, licence_id)


def as_typed(licence: Licence, form: Form, change: Change = lambda boxes: boxes) -> Form:
    """The form as it was sent, after a button changed its rows."""
    return typed.shown(change(typed.sent_for(licence, form)), version_of(form), form.text(typed.MEASURED))


async def keep(service: Licences, person: Person, licence_id: UUID, form: Form) -> Licence:
    """Save a form as `as_typed` makes it. Raises WrongContent when something in it cannot be kept at all, and Stale."""
    said = typed.read(form)
    if said.refused:
        raise use_cases.refused(said.refused)
    async with service.work() as work:
        return await use_cases.save_draft(
            work, person, licence_id, version=version_of(form), boxes=said.boxes, typed=said.typed
        )
