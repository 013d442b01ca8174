"""Accounts and the links that were mailed to them."""

from datetime import datetime
from uuid import UUID

import asyncpg

from services.identity.domain.accounts import Account, Link, Registration, email_key

_ACCOUNT = (
    "id, version, email, first_name, last_name, password_hash, language, time_zone, confirmed_at, "
    "privacy_version, deleted_at"
)


async def by_email(db: asyncpg.Connection, email: str, *, lock: bool = False) -> Account | None:
    """The account with this address, however it is spelt."""
    suffix = "FOR UPDATE" if lock else ""
    row = await db.fetchrow(f"SELECT {_ACCOUNT} FROM account WHERE email_key = $1 {suffix}", email_key(email))
    return Account(**row) if row else None


async def by_id(db: asyncpg.Connection, account_id: UUID, *, lock: bool = False) -> Account | None:
    suffix = "FOR UPDATE" if lock else ""
    row = await db.fetchrow(f"SELECT {_ACCOUNT} FROM account WHERE id = $1 {suffix}", account_id)
    return Account(**row) if row else None


async def add(
    db: asyncpg.Connection,
    account_id: UUID,
    registration: Registration,
    password_hash: str | None,
    *,
    privacy_version: str,
    at: datetime,
) -> bool:
    """Enter an account that waits for its confirmation. False when the address is taken."""
    return bool(
        await db.fetchval(
            """
            WITH added AS (
                INSERT INTO account (id, version, email, email_key, first_name, last_name, password_hash, language,
                                     time_zone, privacy_version, privacy_accepted_at, created_at)
                VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
                ON CONFLICT (email_key) DO NOTHING RETURNING id)
            INSERT INTO privacy_acceptance SELECT id, $9, $10 FROM added RETURNING true
            """,
            account_id,
            registration.email,
            email_key(registration.email),
            registration.first_name,
            registration.last_name,
            password_hash,
            registration.language,
            registration.time_zone,
            privacy_version,
            at,
        )
    )


async def replace_unconfirmed(
    db: asyncpg.Connection,
    account_id: UUID,
    registration: Registration,
    password_hash: str | None,
    *,
    privacy_version: str,
    at: datetime,
) -> None:
    """Somebody registered the address again before it was confirmed: the newest registration counts."""
    await db.execute(
        """
        WITH replaced AS (
            UPDATE account SET email = $2, first_name = $3, last_name = $4, password_hash = $5, language = $6,
                   time_zone = $7, privacy_version = $8, privacy_accepted_at = $9, version = version + 1
            WHERE id = $1 AND confirmed_at IS NULL RETURNING id)
        INSERT INTO privacy_acceptance SELECT id, $8, $9 FROM replaced
        ON CONFLICT (account_id, version) DO UPDATE SET accepted_at = excluded.accepted_at
        """,
        account_id,
        registration.email,
        registration.first_name,
        registration.last_name,
        password_hash,
        registration.language,
        registration.time_zone,
        privacy_version,
        at,
    )


async def confirm(db: asyncpg.Connection, account_id: UUID, *, at: datetime) -> Account:
    row = await db.fetchrow(
        f"""
        UPDATE account SET confirmed_at = coalesce(confirmed_at, $2), version = version + 1
        WHERE id = $1 RETURNING {_ACCOUNT}
        """,
        account_id,
        at,
    )
    return Account(**row)


async def change_password(db: asyncpg.Connection, account_id: UUID, password_hash: str) -> None:
    await db.execute("UPDATE account SET password_hash = $2 WHERE id = $1", account_id, password_hash)


async def change_profile(
    db: asyncpg.Connection, account_id: UUID, *, first_name: str, last_name: str, language: str, time_zone: str
) -> Account:
    row = await db.fetchrow(
        f"""
        UPDATE account SET first_name = $2, last_name = $3, language = $4, time_zone = $5, version = version + 1
        WHERE id = $1 RETURNING {_ACCOUNT}
        """,
        account_id,
        first_name,
        last_name,
        language,
        time_zone,
    )
    return Account(**row)


async def add_link(
    db: asyncpg.Connection, secret_hash: bytes, account_id: UUID, *, purpose: str, at: datetime, ends_at: datetime
) -> None:
    """Keep a new link, in place of older ones of its purpose that were not used."""
    await db.execute("DELETE FROM link WHERE account_id = $1 AND purpose = $2 AND used_at IS NULL", account_id, purpose)
    await db.execute(
        "INSERT INTO link (secret_hash, account_id, purpose, created_at, ends_at) VALUES ($1, $2, $3, $4, $5)",
        secret_hash,
        account_id,
        purpose,
        at,
        ends_at,
    )


async def link(db: asyncpg.Connection, secret_hash: bytes, purpose: str, *, lock: bool = False) -> Link | None:
    suffix = "FOR UPDATE" if lock else ""
    row = await db.fetchrow(
        f"SELECT account_id, purpose, ends_at, used_at FROM link WHERE secret_hash = $1 AND purpose = $2 {suffix}",
        secret_hash,
        purpose,
    )
    return Link(**row) if row else None


async def use_link(db: asyncpg.Connection, secret_hash: bytes, *, at: datetime) -> None:
    await db.execute("UPDATE link SET used_at = $2 WHERE secret_hash = $1", secret_hash, at)


async def acceptances(db: asyncpg.Connection, account_id: UUID) -> list[tuple[str, datetime]]:
    """Which versions of the privacy statement were accepted, and when; the latest first."""
    rows = await db.fetch(
        "SELECT version, accepted_at FROM privacy_acceptance WHERE account_id = $1 ORDER BY accepted_at DESC, version",
        account_id,
    )
    return [(row["version"], row["accepted_at"]) for row in rows]


async def accept_privacy(db: asyncpg.Connection, account_id: UUID, version: str, *, at: datetime) -> None:
    """Keep that a version was accepted; those before stay known."""
    await db.execute(
        """
        WITH accepted AS (
            UPDATE account SET privacy_version = $2, privacy_accepted_at = $3 WHERE id = $1 RETURNING id)
        INSERT INTO privacy_acceptance SELECT id, $2, $3 FROM accepted ON CONFLICT DO NOTHING
        """,
        account_id,
        version,
        at,
    )
