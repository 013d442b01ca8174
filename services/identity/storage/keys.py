"""The keys that sign tokens."""

from datetime import datetime

import asyncpg

from services.identity.domain.keys import SigningKey

KEY_LOCK = 7_301_102
_KEY = "kid, private_key, created_at, signs_from, ends_at"


async def lock(db: asyncpg.Connection) -> None:
    """One process at a time makes, promotes and ends keys."""
    await db.execute("SELECT pg_advisory_xact_lock($1)", KEY_LOCK)


async def believed(db: asyncpg.Connection, *, at: datetime) -> list[SigningKey]:
    """The keys that have not ended, the newest first."""
    rows = await db.fetch(
        f"SELECT {_KEY} FROM signing_key WHERE ends_at IS NULL OR ends_at > $1 ORDER BY signs_from DESC, kid DESC", at
    )
    return [SigningKey(**row) for row in rows]


async def add(db: asyncpg.Connection, key: SigningKey) -> None:
    await db.execute(
        f"INSERT INTO signing_key ({_KEY}) VALUES ($1, $2, $3, $4, $5)",
        key.kid,
        key.private_key,
        key.created_at,
        key.signs_from,
        key.ends_at,
    )


async def end(db: asyncpg.Connection, kid: str, *, at: datetime) -> None:
    await db.execute("UPDATE signing_key SET ends_at = $2 WHERE kid = $1", kid, at)


async def promote(db: asyncpg.Connection, kid: str, *, at: datetime) -> None:
    """Let a key sign from now on that would have had to wait."""
    await db.execute("UPDATE signing_key SET signs_from = $2 WHERE kid = $1", kid, at)


async def seal_anew(db: asyncpg.Connection, kid: str, private_key: bytes) -> None:
    await db.execute("UPDATE signing_key SET private_key = $2 WHERE kid = $1", kid, private_key)


async def prune(db: asyncpg.Connection, *, at: datetime) -> None:
    """A key that nobody believes any more is forgotten, its private half too."""
    await db.execute("DELETE FROM signing_key WHERE ends_at <= $1", at)
