"""Wishes for another e-mail address."""

from dataclasses import fields
from datetime import datetime
from uuid import UUID

import asyncpg

from services.identity.domain.accounts import Account, email_key
from services.identity.domain.email_change import EmailChange, Side
from services.identity.storage import accounts

_COLUMNS = ", ".join(field.name for field in fields(EmailChange))


async def of_account(
    db: asyncpg.Connection, account_id: UUID, *, at: datetime, lock: bool = False
) -> EmailChange | None:
    """The wish that has not ended."""
    suffix = "FOR UPDATE" if lock else ""
    row = await db.fetchrow(
        f"SELECT {_COLUMNS} FROM email_change WHERE account_id = $1 AND ends_at > $2 {suffix}", account_id, at
    )
    return EmailChange(**row) if row else None


async def put(db: asyncpg.Connection, change: EmailChange) -> None:
    """Keep a wish, in place of the one before."""
    await db.execute(
        f"""
        INSERT INTO email_change ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (account_id) DO UPDATE SET new_email = excluded.new_email, requested_at = excluded.requested_at,
            ends_at = excluded.ends_at, old_confirmed_at = excluded.old_confirmed_at,
            new_confirmed_at = excluded.new_confirmed_at
        """,
        *(getattr(change, field.name) for field in fields(EmailChange)),
    )


async def drop(db: asyncpg.Connection, account_id: UUID) -> bool:
    """Forget a wish with the links that were not used. False when there was none."""
    await db.execute(
        "DELETE FROM link WHERE account_id = $1 AND purpose = ANY($2) AND used_at IS NULL", account_id, list(Side)
    )
    return bool(await db.fetchval("DELETE FROM email_change WHERE account_id = $1 RETURNING true", account_id))


async def drop_links(db: asyncpg.Connection, account_id: UUID) -> None:
    """Links that lie in a mailbox which is not this person's any more."""
    await db.execute("DELETE FROM link WHERE account_id = $1 AND used_at IS NULL", account_id)


async def prune(db: asyncpg.Connection, *, at: datetime) -> None:
    await db.execute("DELETE FROM email_change WHERE ends_at <= $1", at)


async def take_address(db: asyncpg.Connection, account_id: UUID, email: str) -> Account | None:
    """Give the account this address; None when another confirmed account has it.

    Somebody who registered it without ever confirming has not shown that it is theirs, and gives way.
    """
    await db.execute(
        "DELETE FROM account WHERE email_key = $1 AND confirmed_at IS NULL AND id <> $2", email_key(email), account_id
    )
    owner = await accounts.by_email(db, email)
    if owner is not None and owner.id != account_id:
        return None
    try:
        await db.execute(
            "UPDATE account SET email = $2, email_key = $3, version = version + 1 WHERE id = $1",
            account_id,
            email,
            email_key(email),
        )
    except asyncpg.UniqueViolationError:
        return None
    return await accounts.by_id(db, account_id)
