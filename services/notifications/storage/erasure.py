"""Taking somebody who deleted the account out of everything that was written to them, and about them.

The proof of delivery stays: which message went out, when, and what became of it; the address gives way to the
pseudonym. Only the last mail, which says that the account is gone, keeps the address until it is on its way.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import asyncpg

from services.notifications.storage.messages import wake
from shared.contracts.identity import AccountDeleted

FAREWELL = "account-deleted"

_KEEP_ERASED = """
INSERT INTO account (account_id, version, email, first_name, last_name, language, time_zone, erased_at)
VALUES ($1, $2, '', $3, '', 'en', 'UTC', $4)
ON CONFLICT (account_id) DO UPDATE SET version = excluded.version, email = '', first_name = excluded.first_name,
    last_name = '', language = 'en', time_zone = 'UTC', erased_at = excluded.erased_at
"""

# Messages about the account itself, and those about a role or licence of the person.
_CONCERNED = f"SELECT id FROM message WHERE (about = $1 OR person_id = $1) AND kind <> '{FAREWELL}'"

_STOP = f"""
UPDATE message SET state = 'nobody', waits_for = NULL
WHERE state = 'unaddressed' AND id IN ({_CONCERNED}) AND (about = $1 OR data ? 'email')
"""
_CANCEL_AND_FORGET = f"""
UPDATE delivery d SET address = $2, account_id = NULL, reply_to = NULL, error = NULL,
    state = CASE WHEN d.state = 'waiting' THEN 'silent' ELSE d.state END
WHERE id IN (SELECT id FROM delivery WHERE account_id = $1
             UNION SELECT o.id FROM delivery o JOIN message m ON m.id = o.message_id WHERE m.about = $1)
  AND message_id NOT IN (SELECT id FROM message WHERE about = $1 AND kind = '{FAREWELL}')
"""
# A letter in the person's name went to others: their addresses stay, the name and the answer's address go.
_FORGET_LETTERS = """
UPDATE delivery SET reply_to = NULL, error = NULL, state = CASE WHEN state = 'waiting' THEN 'silent' ELSE state END
WHERE reply_to IS NOT NULL AND message_id IN (SELECT id FROM message WHERE person_id = $1)
"""
_FORGET_TEXTS = f"""
UPDATE message SET data = data || (
    SELECT coalesce(jsonb_object_agg(name, CASE WHEN name = 'person_name' THEN $2::text ELSE '' END), '{{}}')
    FROM unnest($3::text[]) AS name WHERE data ? name)
WHERE id IN ({_CONCERNED})
"""
_PERSONAL = ["email", "new_email", "person_name", "first_name", "last_name", "subject", "body", "detail", "path"]

_FORGET_FAREWELL = """
WITH said AS (
    UPDATE message m SET data = data || '{"email": ""}'
    FROM delivery d WHERE d.id = $1 AND m.id = d.message_id RETURNING m.about)
UPDATE delivery SET address = coalesce((SELECT first_name FROM account a JOIN said ON a.account_id = said.about), ''),
    error = NULL
WHERE id = $1
"""


async def forget(db: asyncpg.Connection, deleted: AccountDeleted, *, now: datetime) -> None:
    """Nobody writes to this person any more, and nothing here says who it was."""
    who = deleted.account_id
    await db.execute(_KEEP_ERASED, who, deleted.version, deleted.pseudonym, now)
    await db.execute("DELETE FROM switched_off WHERE account_id = $1", who)
    await _forget_messages(db, who, deleted.pseudonym)
    await db.execute(
        "UPDATE message SET due_at = $2 WHERE state = 'unaddressed' AND attempts > 0 AND person_id = $1", who, now
    )
    await wake(db)


async def forget_late(db: asyncpg.Connection, people: Collection[UUID]) -> None:
    """The same for messages that were heard after the deletion, as facts travel on different topics."""
    erased = await db.fetch(
        "SELECT account_id, first_name FROM account WHERE account_id = ANY($1::uuid[]) AND erased_at IS NOT NULL",
        list(people),
    )
    for row in erased:
        await _forget_messages(db, row["account_id"], row["first_name"])


async def _forget_messages(db: asyncpg.Connection, who: UUID, pseudonym: str) -> None:
    await db.execute(_STOP, who)
    await db.execute(_CANCEL_AND_FORGET, who, pseudonym)
    await db.execute(_FORGET_LETTERS, who)
    await db.execute(_FORGET_TEXTS, who, pseudonym, _PERSONAL)


async def forget_farewell(db: asyncpg.Connection, delivery_id: UUID) -> None:
    """The last mail is settled: its address is of no use any more."""
    await db.execute(_FORGET_FAREWELL, delivery_id)


async def without_erased(db: asyncpg.Connection, accounts: list[UUID]) -> list[UUID]:
    """Those of these people who have not deleted their accounts."""
    rows = await db.fetch(
        "SELECT account_id FROM account WHERE account_id = ANY($1::uuid[]) AND erased_at IS NOT NULL", accounts
    )
    erased = {row["account_id"] for row in rows}
    return [account for account in accounts if account not in erased]
