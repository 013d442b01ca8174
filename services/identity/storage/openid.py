"""Ways to the OpenID provider and back, who waits to be let in, and which accounts are linked with whom there."""

from datetime import datetime
from uuid import UUID

import asyncpg

from services.identity.domain.openid import Passage, Tie, Waiting

_WAITING = "account_id, issuer, subject, email, first_name, last_name, language, strong, target, ends_at"
_TIE = "id, account_id, issuer, subject, provider, linked_at, used_at"


async def add_sign_in(
    db: asyncpg.Connection,
    state_hash: bytes,
    browser_hash: bytes,
    passage: Passage,
    *,
    target: str,
    address: str,
    at: datetime,
    ends_at: datetime,
) -> None:
    await db.execute(
        """
        INSERT INTO openid_sign_in (state_hash, browser_hash, nonce, verifier, target, address, created_at, ends_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        state_hash,
        browser_hash,
        passage.nonce,
        passage.verifier,
        target,
        address,
        at,
        ends_at,
    )


async def open_sign_ins(db: asyncpg.Connection, address: str, *, at: datetime) -> int:
    """How many ways to the provider are open from this address."""
    query = "SELECT count(*) FROM openid_sign_in WHERE address = $1 AND ends_at > $2"
    return int(await db.fetchval(query, address, at))


async def take_sign_in(
    db: asyncpg.Connection, state_hash: bytes, browser_hash: bytes, *, at: datetime
) -> tuple[str, str, str] | None:
    """Nonce, verifier and target of this browser's way; it is used up now."""
    row = await db.fetchrow(
        """
        DELETE FROM openid_sign_in WHERE state_hash = $1 AND browser_hash = $2 AND ends_at > $3
        RETURNING nonce, verifier, target
        """,
        state_hash,
        browser_hash,
        at,
    )
    return (row["nonce"], row["verifier"], row["target"]) if row else None


async def add_waiting(db: asyncpg.Connection, secret_hash: bytes, waiting: Waiting, *, at: datetime) -> None:
    """Keep who waits, in place of an earlier wish for the same account that was not used."""
    await db.execute("DELETE FROM openid_waiting WHERE account_id = $1 AND used_at IS NULL", waiting.account_id)
    await db.execute(
        f"""
        INSERT INTO openid_waiting (secret_hash, {_WAITING}, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        """,
        secret_hash,
        waiting.account_id,
        waiting.issuer,
        waiting.subject,
        waiting.email,
        waiting.first_name,
        waiting.last_name,
        waiting.language,
        waiting.strong,
        waiting.target,
        waiting.ends_at,
        at,
    )


async def waiting(db: asyncpg.Connection, secret_hash: bytes, *, with_account: bool) -> Waiting | None:
    """Who waits with this secret, to confirm an account or to make one; nobody else uses it up meanwhile."""
    row = await db.fetchrow(
        f"""
        SELECT {_WAITING}, used_at FROM openid_waiting
        WHERE secret_hash = $1 AND (account_id IS NOT NULL) = $2 FOR UPDATE
        """,
        secret_hash,
        with_account,
    )
    return Waiting(**row) if row else None


async def use_waiting(db: asyncpg.Connection, secret_hash: bytes, *, at: datetime) -> None:
    await db.execute("UPDATE openid_waiting SET used_at = $2 WHERE secret_hash = $1", secret_hash, at)


async def add_tie(db: asyncpg.Connection, tie: Tie) -> bool:
    """False when the account or the other side is linked already."""
    return bool(
        await db.fetchval(
            f"""
            INSERT INTO openid_link ({_TIE}) VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT DO NOTHING RETURNING true
            """,
            tie.id,
            tie.account_id,
            tie.issuer,
            tie.subject,
            tie.provider,
            tie.linked_at,
            tie.used_at,
        )
    )


async def use_tie(db: asyncpg.Connection, issuer: str, subject: str, *, at: datetime) -> Tie | None:
    """The link with this person at the provider; noted as used."""
    row = await db.fetchrow(
        f"UPDATE openid_link SET used_at = $3 WHERE issuer = $1 AND subject = $2 RETURNING {_TIE}", issuer, subject, at
    )
    return Tie(**row) if row else None


async def ties(db: asyncpg.Connection, account_id: UUID, *, lock: bool = False) -> list[Tie]:
    suffix = "FOR UPDATE" if lock else ""
    rows = await db.fetch(
        f"SELECT {_TIE} FROM openid_link WHERE account_id = $1 ORDER BY linked_at, id {suffix}", account_id
    )
    return [Tie(**row) for row in rows]


async def remove_tie(db: asyncpg.Connection, tie_id: UUID) -> None:
    await db.execute("DELETE FROM openid_link WHERE id = $1", tie_id)


async def prune(db: asyncpg.Connection, *, at: datetime, used_before: datetime) -> None:
    """Forget ways that ended, and strangers who did not go on; a mailed link says for a while that it was used."""
    await db.execute("DELETE FROM openid_sign_in WHERE ends_at <= $1", at)
    await db.execute(
        """
        DELETE FROM openid_waiting WHERE ends_at <= CASE WHEN account_id IS NULL THEN $1::timestamptz ELSE $2 END
        """,
        at,
        used_before,
    )
