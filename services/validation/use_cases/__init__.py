"""What a person or an event can ask of validation."""

from services.validation.use_cases.answering import receive_answer, withdraw_when_asked
from services.validation.use_cases.assigning import hand_case_to, release_case, take_case
from services.validation.use_cases.checking import check_case
from services.validation.use_cases.clearing import (
    clear_licence,
    refuse_clearance,
    resume_clearance,
    suspend_clearance,
)
from services.validation.use_cases.deciding import (
    cancel_validation,
    confirm_decision,
    decline_decision,
    record_fee,
    reject_licence,
    validate_licence,
)
from services.validation.use_cases.examining import (
    amend_box,
    ask_company,
    end_verification,
    open_verification,
    return_licence,
    waive_answer,
)
from services.validation.use_cases.listing import CasePage, list_cases, list_clearances
from services.validation.use_cases.moving import (
    change_point_of_entry,
    put_aside_when_replaced,
    receive_cases,
    register_replacement,
)
from services.validation.use_cases.opening import open_cases
from services.validation.use_cases.reading import CaseView, find_attachment, read_case, read_clearance
from services.validation.use_cases.reporting import make_report, report_year
from services.validation.use_cases.waiting import StuckPage, list_stuck

__all__ = [
    "CasePage",
    "CaseView",
    "StuckPage",
    "amend_box",
    "ask_company",
    "cancel_validation",
    "change_point_of_entry",
    "check_case",
    "clear_licence",
    "confirm_decision",
    "decline_decision",
    "end_verification",
    "find_attachment",
    "hand_case_to",
    "list_cases",
    "list_clearances",
    "list_stuck",
    "make_report",
    "open_cases",
    "open_verification",
    "put_aside_when_replaced",
    "read_case",
    "read_clearance",
    "receive_answer",
    "receive_cases",
    "record_fee",
    "refuse_clearance",
    "register_replacement",
    "reject_licence",
    "release_case",
    "report_year",
    "resume_clearance",
    "return_licence",
    "suspend_clearance",
    "take_case",
    "validate_licence",
    "waive_answer",
    "withdraw_when_asked",
]
