"""The tables of validation: cases, their lists, and their history. The only place with SQL."""

from services.validation.storage.amendments import Amendment, add_amendment, amendments_of, keep_licence, link
from services.validation.storage.cases import Opened, StoredCase, change, find, let_go, open_together
from services.validation.storage.history import Entry, acts_of, note, reads_of
from services.validation.storage.lists import (
    ClearanceFilter,
    ListedCase,
    QueueFilter,
    clearances,
    count_clearances,
    count_queue,
    queue,
)
from services.validation.storage.policies import keep_policy, policy_of
from services.validation.storage.relatives import by_number, earlier_of_parties, same_number

__all__ = [
    "Amendment",
    "ClearanceFilter",
    "Entry",
    "ListedCase",
    "Opened",
    "QueueFilter",
    "StoredCase",
    "acts_of",
    "add_amendment",
    "amendments_of",
    "by_number",
    "change",
    "clearances",
    "count_clearances",
    "count_queue",
    "earlier_of_parties",
    "find",
    "keep_licence",
    "keep_policy",
    "let_go",
    "link",
    "note",
    "open_together",
    "policy_of",
    "queue",
    "reads_of",
    "same_number",
]
