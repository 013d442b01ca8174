"""What people can do with licences, and what is done when validation tells what became of one."""

from services.licences.use_cases.attachments import (
    attach_file,
    move_attachment,
    remove_attachment,
    require_room,
    turn_attachment,
)
from services.licences.use_cases.bodies import Choices, choices_of, office_named, offices_of
from services.licences.use_cases.bulk import Results, all_results, enter_waiting, list_bulk, read_bulk, send_bulk
from services.licences.use_cases.claiming import claim_licence, forget_attempt, note_attempt
from services.licences.use_cases.drafts import (
    copy_licence,
    create_draft,
    delete_draft,
    read_draft,
    remarks_on_lines,
    save_draft,
)
from services.licences.use_cases.electronic import (
    attach_to_electronic,
    list_electronic,
    notice_electronic,
    post_electronic,
    read_electronic,
    replace_electronic,
    require_room_in_electronic,
)
from services.licences.use_cases.for_companies import find_companies, officer
from services.licences.use_cases.freshness import minutes_behind, note_hearing
from services.licences.use_cases.guards import refused
from services.licences.use_cases.listing import Page, Wanted, export_licences, read_wanted, scope_of, search_licences
from services.licences.use_cases.messages import answer_question, ask_withdrawal, asked_about, dispute_number
from services.licences.use_cases.reading import LicenceView, read_attachment, read_licence, read_mark
from services.licences.use_cases.saved_searches import (
    delete_search,
    rename_search,
    save_search,
    saved_searches,
)
from services.licences.use_cases.submission import answer, check_boxes, flags_if_submitted, submit_licence

__all__ = [
    "Choices",
    "LicenceView",
    "Page",
    "Results",
    "Wanted",
    "all_results",
    "answer",
    "answer_question",
    "ask_withdrawal",
    "asked_about",
    "attach_file",
    "attach_to_electronic",
    "check_boxes",
    "choices_of",
    "claim_licence",
    "copy_licence",
    "create_draft",
    "delete_draft",
    "delete_search",
    "dispute_number",
    "enter_waiting",
    "export_licences",
    "find_companies",
    "flags_if_submitted",
    "forget_attempt",
    "list_bulk",
    "list_electronic",
    "minutes_behind",
    "move_attachment",
    "note_attempt",
    "note_hearing",
    "notice_electronic",
    "office_named",
    "officer",
    "offices_of",
    "post_electronic",
    "read_attachment",
    "read_bulk",
    "read_draft",
    "read_electronic",
    "read_licence",
    "read_mark",
    "read_wanted",
    "refused",
    "remarks_on_lines",
    "remove_attachment",
    "rename_search",
    "replace_electronic",
    "require_room",
    "require_room_in_electronic",
    "save_draft",
    "save_search",
    "saved_searches",
    "scope_of",
    "search_licences",
    "send_bulk",
    "submit_licence",
    "turn_attachment",
]
