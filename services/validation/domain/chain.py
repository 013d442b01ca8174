"""The history of a case as a chain: each entry's hash covers the one before it, so that nothing can be changed,
taken out or put in without being noticed.

A name is covered by a seal only, salt and name hashed together: when somebody deletes the account, salt and name go and
the chain still holds. Of names inside `details` nothing is covered for the same reason, but the accounts beside them
are. What goes into a hash may never change: entries are checked with it for ever.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

START = bytes(32)
"""What the first entry has in the place of the hash before."""


@dataclass(frozen=True)
class Link:
    """One entry, as far as its hash covers it. `position` counts from 1 in each case."""

    licence_id: UUID
    position: int
    at: datetime
    act: str
    account_id: UUID
    body: str
    text: str
    details: dict[str, Any]
    seal: bytes

    def hash_after(self, previous: bytes) -> bytes:
        """The hash of this entry behind an entry with that hash."""
        covered = [
            str(self.licence_id),
            self.position,
            self.at.astimezone(UTC).isoformat(),
            self.act,
            str(self.account_id),
            self.body,
            self.text,
            _covered(self.details),
            self.seal.hex(),
        ]
        return hashlib.sha256(previous + json.dumps(covered, sort_keys=True, separators=(",", ":")).encode()).digest()


def seal_of(salt: bytes, name: str) -> bytes:
    """Proves a name to whoever has the salt, and tells nothing without it."""
    return hashlib.sha256(salt + name.encode()).digest()


def _covered(value: Any) -> Any:
    """JSON without the names of people; numbers as text, as a database may write 1E+22 in another way."""
    if isinstance(value, list):
        return [_covered(item) for item in value]
    if isinstance(value, dict):
        is_person = "account_id" in value
        return {key: _covered(item) for key, item in value.items() if not (is_person and key == "name")}
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(Decimal(str(value)).normalize())
    return value
