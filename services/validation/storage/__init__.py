"""The tables of validation: cases, their lists, and their history. The only place with SQL."""

from services.validation.storage.cases import Opened, StoredCase, change, find, open_together
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
from services.validation.storage.relatives import earlier_of_parties, same_number

__all__ = [
    "ClearanceFilter",
    "Entry",
    "ListedCase",
    "Opened",
    "QueueFilter",
    "StoredCase",
    "acts_of",
    "change",
    "clearances",
    "count_clearances",
    "count_queue",
    "earlier_of_parties",
    "find",
    "note",
    "open_together",
    "queue",
    "reads_of",
    "same_number",
]
