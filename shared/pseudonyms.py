"""When somebody deletes the account, a pseudonym takes the place of the name wherever a service keeps it.

A name in JSON is found by the account's id beside it: `{"account_id": …, "name": …}`.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg


def renamed(value: Any, account_id: UUID, name: str) -> Any:
    """The same JSON with this name wherever it speaks of this account."""
    if isinstance(value, list):
        return [renamed(item, account_id, name) for item in value]
    if not isinstance(value, dict):
        return value
    changed = {key: renamed(item, account_id, name) for key, item in value.items()}
    if "name" in changed and changed.get("account_id") == str(account_id):
        changed["name"] = name
    return changed


async def rename_in_outbox(db: asyncpg.Connection, account_id: UUID, name: str, *, told_at: Sequence[datetime]) -> None:
    """The same for facts that are kept for a refill: those told in the very moments in which this person acted."""
    rows = await db.fetch(
        "SELECT id, payload FROM outbox WHERE occurred_at = ANY($1::timestamptz[]) AND position($2 IN payload) > 0",
        list(told_at),
        str(account_id).encode(),
    )
    for row in rows:
        payload = renamed(json.loads(row["payload"]), account_id, name)
        await db.execute("UPDATE outbox SET payload = $2 WHERE id = $1", row["id"], json.dumps(payload).encode())
