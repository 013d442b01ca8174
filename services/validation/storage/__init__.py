"""The tables of validation: cases, their lists, and their history. The only place with SQL."""

from services.validation.storage.amendments import Amendment, add_amendment, amendments_of, keep_licence, link
from services.validation.storage.cases import Opened, StoredCase, change, find, let_go, open_together
from services.validation.storage.colleagues import meet, officers_of
from services.validation.storage.history import Entry, acts_of, looked, note, reads_of
from services.validation.storage.lists import (
    ClearanceFilter,
    ListedCase,
    by_declaration_at,
    by_number_at,
    changes_at,
    clearances,
    count_clearances,
)
from services.validation.storage.marks import keep_mark, marks_of, remove_mark, void_marks
from services.validation.storage.policies import (
    SHOWN_CHANGES,
    PolicyChange,
    keep_policy,
    note_policy,
    policies_of,
    policy_changes,
    policy_of,
)
from services.validation.storage.queue import QueuedCase, QueueFilter, count_tabs, numbers_of, queue
from services.validation.storage.relatives import by_number, earlier_of_parties, same_number
from services.validation.storage.reminders import keep_reminder, may_remind, promised_and_past, standing_too_long
from services.validation.storage.risk import assess_again, keep_assessments, unassessed

__all__ = [
    "SHOWN_CHANGES",
    "Amendment",
    "ClearanceFilter",
    "Entry",
    "ListedCase",
    "Opened",
    "PolicyChange",
    "QueueFilter",
    "QueuedCase",
    "StoredCase",
    "acts_of",
    "add_amendment",
    "amendments_of",
    "assess_again",
    "by_declaration_at",
    "by_number",
    "by_number_at",
    "change",
    "changes_at",
    "clearances",
    "count_clearances",
    "count_tabs",
    "earlier_of_parties",
    "find",
    "keep_assessments",
    "keep_licence",
    "keep_mark",
    "keep_policy",
    "keep_reminder",
    "let_go",
    "link",
    "looked",
    "marks_of",
    "may_remind",
    "meet",
    "note",
    "note_policy",
    "numbers_of",
    "officers_of",
    "open_together",
    "policies_of",
    "policy_changes",
    "policy_of",
    "promised_and_past",
    "queue",
    "reads_of",
    "remove_mark",
    "same_number",
    "standing_too_long",
    "unassessed",
    "void_marks",
]
