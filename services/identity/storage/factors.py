"""Authenticator apps, passkeys, recovery codes, and what a proof with them waits for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from services.identity.domain.second_factor import Factor


@dataclass(frozen=True)
class App:
    """An authenticator app; `secret` is encrypted."""

    id: UUID
    account_id: UUID
    name: str
    secret: bytes
    last_step: int


@dataclass(frozen=True)
class Passkey:
    """The public half of a passkey, and how often its other half says that it has signed."""

    id: UUID
    account_id: UUID
    credential_id: bytes
    public_key: bytes
    sign_count: int
    name: str


_APP = "id, account_id, name, secret, last_step"
_PASSKEY = "id, account_id, credential_id, public_key, sign_count, name"


async def of_account(db: asyncpg.Connection, account_id: UUID) -> list[Factor]:
    """The factors that count, the oldest first."""
    rows = await db.fetch(
        """
        SELECT id, 'app' AS kind, name, created_at, used_at FROM authenticator
        WHERE account_id = $1 AND confirmed_at IS NOT NULL
        UNION ALL
        SELECT id, 'passkey', name, created_at, used_at FROM passkey WHERE account_id = $1
        ORDER BY created_at, id
        """,
        account_id,
    )
    return [Factor(**row) for row in rows]


async def has_any(db: asyncpg.Connection, account_id: UUID) -> bool:
    return bool(
        await db.fetchval(
            """
            SELECT EXISTS (SELECT FROM authenticator WHERE account_id = $1 AND confirmed_at IS NOT NULL)
                OR EXISTS (SELECT FROM passkey WHERE account_id = $1)
            """,
            account_id,
        )
    )


async def rename(db: asyncpg.Connection, account_id: UUID, factor_id: UUID, name: str) -> bool:
    return bool(
        await db.fetchval(
            """
            WITH apps AS (UPDATE authenticator SET name = $3
                          WHERE account_id = $1 AND id = $2 AND confirmed_at IS NOT NULL RETURNING id),
                 keys AS (UPDATE passkey SET name = $3 WHERE account_id = $1 AND id = $2 RETURNING id)
            SELECT EXISTS (SELECT FROM apps) OR EXISTS (SELECT FROM keys)
            """,
            account_id,
            factor_id,
            name,
        )
    )


async def remove(db: asyncpg.Connection, account_id: UUID, factor_id: UUID) -> str | None:
    """The name of the factor that is gone now; None when there was none."""
    name: str | None = await db.fetchval(
        """
        WITH apps AS (DELETE FROM authenticator
                      WHERE account_id = $1 AND id = $2 AND confirmed_at IS NOT NULL RETURNING name),
             keys AS (DELETE FROM passkey WHERE account_id = $1 AND id = $2 RETURNING name)
        SELECT name FROM apps UNION ALL SELECT name FROM keys
        """,
        account_id,
        factor_id,
    )
    return name


async def remove_all(db: asyncpg.Connection, account_id: UUID) -> None:
    """Nothing is left of an account's factors, nor of a sign-in that waits for one."""
    for table in ("authenticator", "passkey", "recovery_code", "second_step"):
        await db.execute(f"DELETE FROM {table} WHERE account_id = $1", account_id)


async def begin_app(db: asyncpg.Connection, app: App, *, at: datetime) -> None:
    """Keep an app that waits for its first code, in place of one that waited before."""
    await db.execute("DELETE FROM authenticator WHERE account_id = $1 AND confirmed_at IS NULL", app.account_id)
    await db.execute(
        "INSERT INTO authenticator (id, account_id, name, secret, created_at) VALUES ($1, $2, $3, $4, $5)",
        app.id,
        app.account_id,
        app.name,
        app.secret,
        at,
    )


async def waiting_app(db: asyncpg.Connection, account_id: UUID) -> App | None:
    row = await db.fetchrow(
        f"SELECT {_APP} FROM authenticator WHERE account_id = $1 AND confirmed_at IS NULL", account_id
    )
    return App(**row) if row else None


async def confirm_app(db: asyncpg.Connection, app_id: UUID, *, name: str, step: int, at: datetime) -> None:
    await db.execute(
        """
        UPDATE authenticator SET name = $2, last_step = $3, confirmed_at = $4, used_at = $4, created_at = $4
        WHERE id = $1
        """,
        app_id,
        name,
        step,
        at,
    )


async def apps(db: asyncpg.Connection, account_id: UUID) -> list[App]:
    """The apps whose codes count."""
    rows = await db.fetch(
        f"SELECT {_APP} FROM authenticator WHERE account_id = $1 AND confirmed_at IS NOT NULL ORDER BY id", account_id
    )
    return [App(**row) for row in rows]


async def use_app(db: asyncpg.Connection, app_id: UUID, *, step: int, at: datetime) -> bool:
    """Take the code of this step. False when it, or a later one, was taken already."""
    query = "UPDATE authenticator SET last_step = $2, used_at = $3 WHERE id = $1 AND last_step < $2 RETURNING true"
    return bool(await db.fetchval(query, app_id, step, at))


async def sealed_secrets(db: asyncpg.Connection) -> list[bytes]:
    """The encrypted secrets of all apps."""
    return [row["secret"] for row in await db.fetch("SELECT secret FROM authenticator")]


async def reseal(db: asyncpg.Connection, before: bytes, after: bytes) -> None:
    await db.execute("UPDATE authenticator SET secret = $2 WHERE secret = $1", before, after)


async def add_passkey(db: asyncpg.Connection, passkey: Passkey, *, at: datetime) -> bool:
    """False when this passkey is known already."""
    return bool(
        await db.fetchval(
            f"""
            INSERT INTO passkey ({_PASSKEY}, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (credential_id) DO NOTHING RETURNING true
            """,
            passkey.id,
            passkey.account_id,
            passkey.credential_id,
            passkey.public_key,
            passkey.sign_count,
            passkey.name,
            at,
        )
    )


async def passkeys(db: asyncpg.Connection, account_id: UUID) -> list[Passkey]:
    rows = await db.fetch(f"SELECT {_PASSKEY} FROM passkey WHERE account_id = $1 ORDER BY id", account_id)
    return [Passkey(**row) for row in rows]


async def passkey(db: asyncpg.Connection, credential_id: bytes) -> Passkey | None:
    """The passkey with this id; nobody else uses it until this transaction ends."""
    row = await db.fetchrow(f"SELECT {_PASSKEY} FROM passkey WHERE credential_id = $1 FOR UPDATE", credential_id)
    return Passkey(**row) if row else None


async def use_passkey(db: asyncpg.Connection, passkey_id: UUID, *, sign_count: int, at: datetime) -> None:
    await db.execute("UPDATE passkey SET sign_count = $2, used_at = $3 WHERE id = $1", passkey_id, sign_count, at)


async def keep_challenge(db: asyncpg.Connection, bound_to: str, challenge: bytes, *, ends_at: datetime) -> None:
    """The newest challenge of a session, a sign-in or a browser takes the place of the one before."""
    await db.execute(
        """
        INSERT INTO passkey_challenge (bound_to, challenge, ends_at) VALUES ($1, $2, $3)
        ON CONFLICT (bound_to) DO UPDATE SET challenge = excluded.challenge, ends_at = excluded.ends_at
        """,
        bound_to,
        challenge,
        ends_at,
    )


async def take_challenge(db: asyncpg.Connection, bound_to: str, *, at: datetime) -> bytes | None:
    """The living challenge, which is gone with this."""
    query = "DELETE FROM passkey_challenge WHERE bound_to = $1 RETURNING CASE WHEN ends_at > $2 THEN challenge END"
    challenge: bytes | None = await db.fetchval(query, bound_to, at)
    return challenge


async def replace_recovery_codes(
    db: asyncpg.Connection, account_id: UUID, hashes: Sequence[bytes], *, at: datetime
) -> None:
    await db.execute("DELETE FROM recovery_code WHERE account_id = $1", account_id)
    await db.execute(
        "INSERT INTO recovery_code (account_id, code_hash, created_at) SELECT $1, unnest($2::bytea[]), $3",
        account_id,
        list(hashes),
        at,
    )


async def use_recovery_code(db: asyncpg.Connection, account_id: UUID, code_hash: bytes, *, at: datetime) -> bool:
    """False when there is no such code, or it was used."""
    return bool(
        await db.fetchval(
            """
            UPDATE recovery_code SET used_at = $3
            WHERE account_id = $1 AND code_hash = $2 AND used_at IS NULL RETURNING true
            """,
            account_id,
            code_hash,
            at,
        )
    )


async def recovery_codes_left(db: asyncpg.Connection, account_id: UUID) -> int:
    query = "SELECT count(*) FROM recovery_code WHERE account_id = $1 AND used_at IS NULL"
    return int(await db.fetchval(query, account_id))


@dataclass(frozen=True)
class Step:
    """A sign-in by `way` that waits for its second step."""

    account_id: UUID
    way: str


async def add_step(db: asyncpg.Connection, secret_hash: bytes, step: Step, *, ends_at: datetime) -> None:
    await db.execute(
        "INSERT INTO second_step (secret_hash, account_id, way, ends_at) VALUES ($1, $2, $3, $4)",
        secret_hash,
        step.account_id,
        step.way,
        ends_at,
    )


async def step(db: asyncpg.Connection, secret_hash: bytes, *, at: datetime) -> Step | None:
    row = await db.fetchrow(
        "SELECT account_id, way FROM second_step WHERE secret_hash = $1 AND ends_at > $2", secret_hash, at
    )
    return Step(**row) if row else None


async def end_step(db: asyncpg.Connection, secret_hash: bytes) -> bool:
    """False when it is gone already: each sign-in is finished once."""
    return bool(await db.fetchval("DELETE FROM second_step WHERE secret_hash = $1 RETURNING true", secret_hash))


async def prune(db: asyncpg.Connection, *, at: datetime) -> None:
    """Forget sign-ins and challenges that have ended."""
    await db.execute("DELETE FROM second_step WHERE ends_at <= $1", at)
    await db.execute("DELETE FROM passkey_challenge WHERE ends_at <= $1", at)
