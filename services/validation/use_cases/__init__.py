"""What a person or an event can ask of validation."""

from services.validation.use_cases.answering import note_dispute, receive_answer, withdraw_when_asked
from services.validation.use_cases.assessing import assess_waiting, risk_of
from services.validation.use_cases.assigning import colleagues, hand_case_to, release_case, take_case
from services.validation.use_cases.checking import check_case
from services.validation.use_cases.clearing import (
    clear_licence,
    correct_declaration,
    free_licence,
    may_override,
    refuse_clearance,
    reserve_licence,
    resume_clearance,
    suspend_clearance,
)
from services.validation.use_cases.correcting import correct_box
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
    remind_issuer,
    return_licence,
    waive_answer,
)
from services.validation.use_cases.listing import CasePage, list_clearances, may_see_country
from services.validation.use_cases.marking import mark_box, unmark_box
from services.validation.use_cases.moving import (
    change_point_of_entry,
    put_aside_when_replaced,
    receive_cases,
    register_replacement,
)
from services.validation.use_cases.opening import Submission, open_cases, submission
from services.validation.use_cases.policies import Changed, PolicyView, change_policy, read_policy
from services.validation.use_cases.queueing import QueuePage, count_cases, list_cases, numbers_of, points_of_entry
from services.validation.use_cases.reading import CaseView, find_attachment, look_again, read_case, read_clearance
from services.validation.use_cases.reminding import remind_overdue
from services.validation.use_cases.reporting import make_report, report_year
from services.validation.use_cases.waiting import StuckPage, list_stuck

__all__ = [
    "CasePage",
    "CaseView",
    "Changed",
    "PolicyView",
    "QueuePage",
    "StuckPage",
    "Submission",
    "amend_box",
    "ask_company",
    "assess_waiting",
    "cancel_validation",
    "change_point_of_entry",
    "change_policy",
    "check_case",
    "clear_licence",
    "colleagues",
    "confirm_decision",
    "correct_box",
    "correct_declaration",
    "count_cases",
    "decline_decision",
    "end_verification",
    "find_attachment",
    "free_licence",
    "hand_case_to",
    "list_cases",
    "list_clearances",
    "list_stuck",
    "look_again",
    "make_report",
    "mark_box",
    "may_override",
    "may_see_country",
    "note_dispute",
    "numbers_of",
    "open_cases",
    "open_verification",
    "points_of_entry",
    "put_aside_when_replaced",
    "read_case",
    "read_clearance",
    "read_policy",
    "receive_answer",
    "receive_cases",
    "record_fee",
    "refuse_clearance",
    "register_replacement",
    "reject_licence",
    "release_case",
    "remind_issuer",
    "remind_overdue",
    "report_year",
    "reserve_licence",
    "resume_clearance",
    "return_licence",
    "risk_of",
    "submission",
    "suspend_clearance",
    "take_case",
    "unmark_box",
    "validate_licence",
    "waive_answer",
    "withdraw_when_asked",
]
