"""Files in the form: those just chosen, and the buttons beside those that are there."""

from uuid import UUID

from starlette.datastructures import UploadFile

from services.licences import use_cases
from services.licences.domain.attachments import FILE_BOXES
from services.licences.service import Licences
from services.licences.uploads import add_file
from shared.person import Person
from shared.problems import Refusal, Unknown, WrongContent
from shared.web.forms import Form
from shared.web.i18n import translated

QUARTER = 90
NOT_NOW = 503


async def keep_files(service: Licences, person: Person, licence_id: UUID, form: Form, again: Form) -> None:
    """Add the chosen files to the draft, whatever else is wrong: browsers do not send them twice."""
    for box in FILE_BOXES:
        for file in form.files(field_of(box)):
            await keep_file(service, person, licence_id, file, again, box=box)


async def keep_file(
    service: Licences, person: Person, licence_id: UUID, file: UploadFile, again: Form, *, box: int
) -> int:
    """Add one file, or say beside its field in `again` why it is not taken. Returns the status that says the same."""
    try:
        await add_file(service, person, licence_id, file, box=box, field=field_of(box))
    except WrongContent as wrong:
        again.take(wrong)
        return wrong.status
    except Refusal as refusal:
        if refusal.status != NOT_NOW:
            raise
        again.error(field_of(box), translated(refusal.message, refusal.params))
        return refusal.status
    return 200


async def act_on_file(service: Licences, person: Person, licence_id: UUID, action: str) -> str | None:
    """Do what a button beside a file says, and where on the page to go on: `remove-attachment:<id>`,
    `turn-attachment:<id>`, `earlier-attachment:<id>`, `later-attachment:<id>`. Other buttons do nothing here."""
    verb, _colon, name = action.partition(":")
    try:
        file_id = UUID(name)
    except ValueError:
        return None
    try:
        async with service.work() as work:
            match verb:
                case "remove-attachment":
                    file = await use_cases.remove_attachment(work, person, licence_id, file_id)
                case "turn-attachment":
                    file = await use_cases.turn_attachment(work, person, licence_id, file_id, by=QUARTER)
                case "earlier-attachment":
                    file = await use_cases.move_attachment(work, person, licence_id, file_id, by=-1)
                case "later-attachment":
                    file = await use_cases.move_attachment(work, person, licence_id, file_id, by=1)
                case _:
                    return None
    except Unknown:
        return None  # taken off in another window meanwhile: the page will show that
    return f"files-{file.box}"


def field_of(box: int) -> str:
    """The field in which files for a box are chosen."""
    return f"attachments.box{box}"
