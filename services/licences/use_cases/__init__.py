"""What people can do with licences, and what is done when validation tells what became of one."""

from services.licences.use_cases.attachments import (
    attach_file,
    move_attachment,
    remove_attachment,
    require_room,
    turn_attachment,
)
from services.licences.use_cases.drafts import create_draft, delete_draft, read_draft, save_draft
from services.licences.use_cases.guards import refused
from services.licences.use_cases.reading import (
    LicenceView,
    note_progress,
    read_attachment,
    read_licence,
    search_licences,
)
from services.licences.use_cases.submission import answer, check_boxes, flags_if_submitted, submit_licence

__all__ = [
    "LicenceView",
    "answer",
    "attach_file",
    "check_boxes",
    "create_draft",
    "delete_draft",
    "flags_if_submitted",
    "move_attachment",
    "note_progress",
    "read_attachment",
    "read_draft",
    "read_licence",
    "refused",
    "remove_attachment",
    "require_room",
    "save_draft",
    "search_licences",
    "submit_licence",
    "turn_attachment",
]
