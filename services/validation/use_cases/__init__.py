"""What a person or an event can ask of validation."""

from services.validation.use_cases.checking import check_case
from services.validation.use_cases.clearing import (
    clear_licence,
    refuse_clearance,
    resume_clearance,
    suspend_clearance,
)
from services.validation.use_cases.deciding import reject_licence, validate_licence
from services.validation.use_cases.listing import CasePage, list_cases, list_clearances
from services.validation.use_cases.opening import open_cases
from services.validation.use_cases.reading import CaseView, find_attachment, read_case, read_clearance

__all__ = [
    "CasePage",
    "CaseView",
    "check_case",
    "clear_licence",
    "find_attachment",
    "list_cases",
    "list_clearances",
    "open_cases",
    "read_case",
    "read_clearance",
    "refuse_clearance",
    "reject_licence",
    "resume_clearance",
    "suspend_clearance",
    "validate_licence",
]
