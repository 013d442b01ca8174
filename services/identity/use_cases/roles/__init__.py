"""Ask for a role; grant, refuse, withdraw it; suspend, resume, confirm and end it."""

from services.identity.storage.role_queue import Due, Filter
from services.identity.use_cases.roles.asking import (
    Body,
    check_may_ask,
    list_own_roles,
    read_body,
    read_own_role,
    request_role,
    withdraw_request,
)
from services.identity.use_cases.roles.care import end_passed_roles, remind_of_waiting
from services.identity.use_cases.roles.changing import appoint, move_end, recertify, resume_role, suspend_role
from services.identity.use_cases.roles.deciding import decide_request, decide_together, revoke_role
from services.identity.use_cases.roles.giving import Scope, give_monitor_role, give_support_role, make_support_person
from services.identity.use_cases.roles.reading import (
    RequestView,
    count_waiting,
    export_due,
    find_requests,
    list_due,
    read_request,
)
from services.identity.use_cases.roles.recording import decider_of

__all__ = [
    "Body",
    "Due",
    "Filter",
    "RequestView",
    "Scope",
    "appoint",
    "check_may_ask",
    "count_waiting",
    "decide_request",
    "decide_together",
    "decider_of",
    "end_passed_roles",
    "export_due",
    "find_requests",
    "give_monitor_role",
    "give_support_role",
    "list_due",
    "list_own_roles",
    "make_support_person",
    "move_end",
    "read_body",
    "read_own_role",
    "read_request",
    "recertify",
    "remind_of_waiting",
    "request_role",
    "resume_role",
    "revoke_role",
    "suspend_role",
    "withdraw_request",
]
