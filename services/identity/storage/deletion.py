"""Taking a person out: everything that only they need goes, what stands in the records gets the pseudonym."""

from datetime import datetime
from uuid import UUID

import asyncpg

from services.identity.domain.roles import Role

# Whatever refers to an account with ON DELETE CASCADE belongs to the person alone: sessions, links, second factors,
# ways to sign in elsewhere. Whoever adds such a table has its rows erased here without having to think of it.
_BELONGINGS = """
SELECT c.conrelid::regclass::text AS name, a.attname AS by FROM pg_constraint c
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.confrelid = 'account'::regclass AND c.contype = 'f' AND c.confdeltype = 'c'
"""

_FORGET_NAME = """
UPDATE account SET version = version + 1, email = '', email_key = NULL, first_name = $2, last_name = $3,
    password_hash = NULL, language = 'en', time_zone = 'UTC', deleted_at = $4
WHERE id = $1 RETURNING version
"""

# Facts kept for a refill of the broker: what they said of the person is of no use any more, the deletion says it all.
_FORGET_FACTS = """
WITH gone AS (
    DELETE FROM outbox WHERE key = $1 AND topic IN ('identity.accounts', 'identity.mails') RETURNING id)
DELETE FROM outbox_unsent WHERE id IN (SELECT id FROM gone)
"""
_FORGET_NAME_IN_FACTS = """
UPDATE outbox SET payload = convert_to(
    jsonb_set(convert_from(payload, 'UTF8')::jsonb, '{person_name}', to_jsonb($2::text))::text, 'UTF8')
WHERE key = $1 AND topic = 'identity.roles' AND convert_from(payload, 'UTF8')::jsonb ? 'person_name'
"""


async def forget_person(
    db: asyncpg.Connection, account_id: UUID, *, first_name: str, last_name: str, at: datetime
) -> int:
    """Put a pseudonym in the place of the person, and erase what was theirs alone. The account's new version."""
    for table in await db.fetch(_BELONGINGS):
        await db.execute(f"DELETE FROM {table['name']} WHERE {table['by']} = $1", account_id)
    await db.execute("DELETE FROM idempotency WHERE account_id = $1", account_id)
    await db.execute(_FORGET_FACTS, str(account_id).encode())
    await db.execute(_FORGET_NAME_IN_FACTS, str(account_id).encode(), f"{first_name} {last_name}")
    return int(await db.fetchval(_FORGET_NAME, account_id, first_name, last_name, at))


async def support_team(db: asyncpg.Connection, *, at: datetime) -> list[UUID]:
    """Everybody who is support now; nobody can leave at the same time as another one."""
    await db.execute("SELECT pg_advisory_xact_lock(hashtextextended('the support team', 2))")
    rows = await db.fetch(
        """
        SELECT DISTINCT account_id FROM role
        WHERE kind = 'support' AND status = 'granted' AND (ends_at IS NULL OR ends_at > $1)
        """,
        at,
    )
    return [row["account_id"] for row in rows]


async def roles_of(db: asyncpg.Connection, account_id: UUID) -> list[UUID]:
    """Every role and request that this person ever had; the account is locked, so that none comes in between."""
    await db.execute("SELECT FROM account WHERE id = $1 FOR UPDATE", account_id)
    rows = await db.fetch("SELECT id FROM role WHERE account_id = $1 ORDER BY id", account_id)
    return [row["id"] for row in rows]


async def save_role(db: asyncpg.Connection, role: Role) -> None:
    """Keep a role without what the person wrote, and without the mail that was sent for it."""
    await db.execute(
        """
        UPDATE role SET version = $2, status = $3, decided_at = $4, decided_by = $5, decision_reason = $6,
            administrator = $7, function = '', phone = '', reason = '', mail = NULL
        WHERE id = $1
        """,
        role.id,
        role.version,
        role.status,
        role.decided_at,
        role.decided_by,
        role.decision_reason,
        role.administrator,
    )


async def is_deleted(db: asyncpg.Connection, account_id: UUID) -> bool:
    """Whether this was the account of somebody who is gone."""
    return bool(await db.fetchval("SELECT deleted_at IS NOT NULL FROM account WHERE id = $1", account_id))


async def prune_mails(db: asyncpg.Connection, *, before: datetime) -> None:
    """Forget sent mails: their links have ended, and nothing needs them for a refill."""
    await db.execute(
        """
        DELETE FROM outbox o WHERE topic = 'identity.mails' AND occurred_at < $1
            AND NOT EXISTS (SELECT FROM outbox_unsent u WHERE u.id = o.id)
        """,
        before,
    )
