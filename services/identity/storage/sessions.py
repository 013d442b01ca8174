"""Sessions, and attempts to sign in."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg


@dataclass(frozen=True)
class Session:
    """One browser or program in which somebody is signed in: by `way` (password, or the name of an OpenID provider),
    with a second factor at `strong_at`."""

    id: UUID
    account_id: UUID
    address: str
    browser: str
    created_at: datetime
    seen_at: datetime
    ends_at: datetime
    way: str = "password"
    strong_at: datetime | None = None


_SESSION = "id, account_id, address, browser, created_at, seen_at, ends_at, way, strong_at"


async def add(db: asyncpg.Connection, session: Session, secret_hash: bytes) -> None:
    await db.execute(
        f"INSERT INTO session ({_SESSION}, secret_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        session.id,
        session.account_id,
        session.address,
        session.browser,
        session.created_at,
        session.seen_at,
        session.ends_at,
        session.way,
        session.strong_at,
        secret_hash,
    )


async def see(db: asyncpg.Connection, secret_hash: bytes, *, at: datetime, idle_since: datetime) -> Session | None:
    """The living session with this secret, seen after `idle_since`; it is noted as seen."""
    row = await db.fetchrow(
        f"""
        UPDATE session SET seen_at = $2 WHERE secret_hash = $1 AND ends_at > $2 AND seen_at > $3 RETURNING {_SESSION}
        """,
        secret_hash,
        at,
        idle_since,
    )
    return Session(**row) if row else None


async def by_id(
    db: asyncpg.Connection, session_id: UUID | None, *, at: datetime, idle_since: datetime
) -> Session | None:
    """The living session; it stays as it is until this transaction ends."""
    row = await db.fetchrow(
        f"SELECT {_SESSION} FROM session WHERE id = $1 AND ends_at > $2 AND seen_at > $3 FOR UPDATE",
        session_id,
        at,
        idle_since,
    )
    return Session(**row) if row else None


async def of_account(
    db: asyncpg.Connection, account_id: UUID, *, at: datetime, idle_since: datetime, limit: int = 50
) -> list[Session]:
    """The living sessions of a person, the last seen first."""
    rows = await db.fetch(
        f"""
        SELECT {_SESSION} FROM session WHERE account_id = $1 AND ends_at > $2 AND seen_at > $3
        ORDER BY seen_at DESC, id LIMIT $4
        """,
        account_id,
        at,
        idle_since,
        limit,
    )
    return [Session(**row) for row in rows]


async def strengthen(db: asyncpg.Connection, session_id: UUID, secret_hash: bytes, *, at: datetime) -> None:
    """A second factor was shown in this session; from now on it has another secret."""
    await db.execute(
        "UPDATE session SET secret_hash = $2, strong_at = $3, seen_at = $3 WHERE id = $1", session_id, secret_hash, at
    )


async def weaken(db: asyncpg.Connection, account_id: UUID) -> None:
    """The account has no second factor any more, so none of its sessions is strong."""
    await db.execute("UPDATE session SET strong_at = NULL WHERE account_id = $1", account_id)


async def end_one(db: asyncpg.Connection, account_id: UUID, session_id: UUID) -> bool:
    """False when this person has no such session."""
    query = "DELETE FROM session WHERE account_id = $1 AND id = $2 RETURNING true"
    return bool(await db.fetchval(query, account_id, session_id))


async def end_others(db: asyncpg.Connection, account_id: UUID, session_id: UUID | None) -> int:
    """How many ended; the one with this id goes on."""
    query = "DELETE FROM session WHERE account_id = $1 AND id IS DISTINCT FROM $2 RETURNING id"
    return len(await db.fetch(query, account_id, session_id))


async def end(db: asyncpg.Connection, secret_hash: bytes) -> Session | None:
    row = await db.fetchrow(f"DELETE FROM session WHERE secret_hash = $1 RETURNING {_SESSION}", secret_hash)
    return Session(**row) if row else None


async def end_all(db: asyncpg.Connection, account_id: UUID) -> None:
    """No session goes on, nor a sign-in that waits for its second step."""
    await db.execute("DELETE FROM session WHERE account_id = $1", account_id)
    await db.execute("DELETE FROM second_step WHERE account_id = $1", account_id)


async def attempts(
    db: asyncpg.Connection, account_hash: bytes, address: str, *, since: datetime
) -> tuple[int, int, datetime | None]:
    """How many attempts for the account and from the address since then, and when the first of them was.

    Waits for other attempts on the same account, so that none is overlooked.
    """
    await db.execute("SELECT pg_advisory_xact_lock(hashtextextended(encode($1, 'hex'), 0))", account_hash)
    row = await db.fetchrow(
        """
        SELECT count(*) FILTER (WHERE account_hash = $1) AS for_account,
               count(*) FILTER (WHERE address = $2) AS from_address, min(at) AS first
        FROM sign_in_attempt WHERE (account_hash = $1 OR address = $2) AND at > $3
        """,
        account_hash,
        address,
        since,
    )
    return row["for_account"], row["from_address"], row["first"]


async def add_attempt(
    db: asyncpg.Connection, attempt_id: UUID, account_hash: bytes, address: str, *, at: datetime
) -> None:
    await db.execute(
        "INSERT INTO sign_in_attempt (id, account_hash, address, at) VALUES ($1, $2, $3, $4)",
        attempt_id,
        account_hash,
        address,
        at,
    )


async def forget_attempts(db: asyncpg.Connection, account_hash: bytes) -> None:
    """The person is in: what was tried for the account before does not count any more."""
    await db.execute("DELETE FROM sign_in_attempt WHERE account_hash = $1", account_hash)


async def prune(
    db: asyncpg.Connection, *, at: datetime, idle_since: datetime, attempts_before: datetime, links_before: datetime
) -> None:
    """Forget ended sessions, attempts that no longer count, and links that ended long ago."""
    await db.execute("DELETE FROM session WHERE ends_at <= $1 OR seen_at <= $2", at, idle_since)
    await db.execute("DELETE FROM sign_in_attempt WHERE at < $1", attempts_before)
    await db.execute("DELETE FROM link WHERE ends_at < $1", links_before)
