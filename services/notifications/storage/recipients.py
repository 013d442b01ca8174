"""Who can be written to: people, the mailboxes of authorities, and who works for a company."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from services.notifications.domain import Recipient
from services.notifications.storage.erasure import without_erased
from services.notifications.storage.messages import wake
from shared.contracts.identity import AccountConfirmed, AuthorityRegistered

_KEEP_ACCOUNT = """
INSERT INTO account (account_id, version, email, first_name, last_name, language, time_zone)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (account_id) DO UPDATE SET version = excluded.version, email = excluded.email,
    first_name = excluded.first_name, last_name = excluded.last_name,
    language = excluded.language, time_zone = excluded.time_zone
WHERE account.version < excluded.version
"""
_KEEP_AUTHORITY = """
INSERT INTO authority (authority_id, version, kind, name, country, office, mailbox, closed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (authority_id) DO UPDATE SET version = excluded.version, kind = excluded.kind, name = excluded.name,
    country = excluded.country, office = excluded.office, mailbox = excluded.mailbox, closed = excluded.closed
WHERE authority.version < excluded.version
"""

_REDIRECT = """
UPDATE delivery d SET address = a.email FROM account a, message m
WHERE a.account_id = ANY($1::uuid[]) AND d.account_id = a.account_id AND d.state IN ('waiting', 'failed')
  AND d.address <> a.email AND m.id = d.message_id AND m.kind <> 'security-notice'
  AND NOT EXISTS (SELECT FROM delivery other WHERE other.message_id = d.message_id AND other.address = a.email)
"""


async def keep_accounts(db: asyncpg.Connection, accounts: Sequence[AccountConfirmed], *, now: datetime) -> None:
    """Note the latest about these people; messages that waited for them are due at once.

    Mails that have not reached them go to their present address from now on.
    """
    known = [account.account_id for account in accounts]
    await db.executemany(
        _KEEP_ACCOUNT,
        [(a.account_id, a.version, a.email, a.first_name, a.last_name, a.language, a.time_zone) for a in accounts],
    )
    await db.execute(
        """
        UPDATE message SET due_at = $2 WHERE state = 'unaddressed' AND attempts > 0 AND (
            person_id = ANY($1::uuid[])
            OR operator_id IN (SELECT body_id FROM known_role WHERE granted AND account_id = ANY($1::uuid[]))
            OR country IN (SELECT country FROM known_role
                           WHERE granted AND kind = 'msca' AND account_id = ANY($1::uuid[])))
        """,
        known,
        now,
    )
    await db.execute(_REDIRECT, known)
    await wake(db)


async def keep_authorities(db: asyncpg.Connection, bodies: Sequence[AuthorityRegistered], *, now: datetime) -> None:
    """Note the latest about these authorities and offices; messages that waited for them are due at once."""
    await db.executemany(
        _KEEP_AUTHORITY,
        [(b.authority_id, b.version, b.kind, b.name, b.country, b.office, b.mailbox, b.closed) for b in bodies],
    )
    await db.execute(
        "UPDATE message SET due_at = $2 WHERE state = 'unaddressed' AND attempts > 0 AND country = ANY($1::text[])",
        [body.country for body in bodies],
        now,
    )
    await wake(db)


async def account_of(db: asyncpg.Connection, account_id: UUID | None) -> Recipient | None:
    """The person with this account, once it is known and while it exists."""
    found = await _people(db, [account_id] if account_id else [])
    return found[0] if found else None


async def is_erased(db: asyncpg.Connection, account_id: UUID | None) -> bool:
    """Whether this person deleted the account: there is nobody to write to, and never will be."""
    return bool(account_id) and not await without_erased(db, [account_id] if account_id else [])


async def company_of(
    db: asyncpg.Connection, operator_id: UUID | None, *, creator_id: UUID | None, at: datetime
) -> tuple[list[Recipient], int]:
    """Who is told of a company's licence, and of how many of them no account is known yet.

    All importers of the company; the creator too, unless that person's role there was taken away, or is a program's.
    """
    rows = await db.fetch(
        """
        WITH importer AS (
            SELECT account_id, granted AND NOT machine AND (ends_at IS NULL OR ends_at > $3) AS told
            FROM known_role WHERE body_id = $1 AND kind = 'importer')
        SELECT account_id FROM importer WHERE told
        UNION
        SELECT $2::uuid WHERE $2 IS NOT NULL AND NOT EXISTS (SELECT FROM importer WHERE account_id = $2 AND NOT told)
        """,
        operator_id,
        creator_id,
        at,
    )
    return await _known_of(db, rows)


async def deciders_of(
    db: asyncpg.Connection,
    role: str,
    *,
    body_id: UUID | None,
    country: str | None,
    without: UUID | None,
    at: datetime,
) -> tuple[list[Recipient], int]:
    """Who, beside support, may decide about somebody's role, and of how many of them no account is known yet.

    About importers the competent authority of the country; about an authority's own people its administrators.
    """
    rows = await db.fetch(
        """
        SELECT DISTINCT account_id FROM known_role
        WHERE granted AND NOT machine AND (ends_at IS NULL OR ends_at > $5) AND account_id IS DISTINCT FROM $4
          AND (($1 = 'importer' AND kind = 'msca' AND country = $3)
               OR ($1 IN ('msca', 'customs') AND administrator AND body_id = $2))
        """,
        role,
        body_id,
        country,
        without,
        at,
    )
    return await _known_of(db, rows)


async def administrators_of(
    db: asyncpg.Connection, country: str | None, *, at: datetime
) -> tuple[list[Recipient], int]:
    """The administrators of a Member State's competent authority, and of how many of them no account is known yet."""
    rows = await db.fetch(
        """
        SELECT DISTINCT account_id FROM known_role
        WHERE granted AND NOT machine AND (ends_at IS NULL OR ends_at > $2)
          AND kind = 'msca' AND administrator AND country = $1
        """,
        country,
        at,
    )
    return await _known_of(db, rows)


async def _known_of(db: asyncpg.Connection, rows: Sequence[asyncpg.Record]) -> tuple[list[Recipient], int]:
    accounts = await without_erased(db, [row["account_id"] for row in rows])
    people = await _people(db, accounts)
    return people, len(accounts) - len(people)


async def _people(db: asyncpg.Connection, accounts: Collection[UUID]) -> list[Recipient]:
    rows = await db.fetch(
        """
        SELECT a.email, a.account_id, a.language, a.time_zone,
               array(SELECT choice FROM switched_off s WHERE s.account_id = a.account_id) AS choices_off
        FROM account a WHERE a.account_id = ANY($1::uuid[]) AND a.erased_at IS NULL ORDER BY a.account_id
        """,
        list(accounts),
    )
    return [
        Recipient(r["email"], r["account_id"], r["language"], r["time_zone"], choices_off=frozenset(r["choices_off"]))
        for r in rows
    ]


async def authority_mailboxes(db: asyncpg.Connection, country: str | None) -> list[str | None]:
    """The mailboxes of the competent authorities of a Member State; None for one without, or that exists no longer.

    Empty: not heard of yet.
    """
    rows = await db.fetch(
        "SELECT mailbox, closed FROM authority WHERE kind = 'msca' AND country = $1 ORDER BY name", country
    )
    return [None if row["closed"] else row["mailbox"] or None for row in rows]


async def office_mailbox(db: asyncpg.Connection, office: str | None) -> str | None:
    """The mailbox of a customs office, if it has one."""
    mailbox: str | None = await db.fetchval(
        "SELECT mailbox FROM authority WHERE kind = 'customs' AND office = $1 AND NOT closed LIMIT 1", office
    )
    return mailbox or None
