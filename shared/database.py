"""PostgreSQL: the pool, the migrations, and running what SQLAlchemy composes.

asyncpg executes everything (see docs/decisions/0002-asyncpg-executes.md); SQLAlchemy Core composes searches whose
shape depends on what a person asks, and Alembic keeps the schema.
"""

import asyncio
import json
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg
from alembic import command, op
from alembic.config import Config
from pydantic import BaseModel
from sqlalchemy import ClauseElement, Connection, Dialect, text
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.sql.compiler import SQLCompiler

AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)
"""Errors that come up when the database cannot be reached (and sometimes for other reasons: ask it)."""
MIGRATION_LOCK = 7_301_024
RELAY_LOCK = 7_301_025
_SHARED_MIGRATIONS = Path(__file__).parent / "migrations"


async def connect_pool(url: str, *, connections: int, wait_seconds: float) -> asyncpg.Pool:
    """A pool whose every wait has a limit. `wait_seconds` bounds connecting; statements get 30 seconds."""
    return await asyncpg.create_pool(
        url, min_size=1, max_size=connections, timeout=wait_seconds, command_timeout=30, init=_prepare, reset=_keep
    )


async def _prepare(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=_json, decoder=json.loads)


def _json(value: Any) -> str:
    """A model writes itself, which is quicker than to make a dictionary of it first."""
    return value.model_dump_json() if isinstance(value, BaseModel) else json.dumps(value)


async def _keep(connection: asyncpg.Connection) -> None:
    """Nobody changes the state of a pooled connection, so nothing has to be reset (one round trip less per use)."""


@cache
def _dialect() -> Dialect:
    return PGDialect_asyncpg()  # type: ignore[no-untyped-call]


async def run(db: asyncpg.Connection, statement: ClauseElement) -> list[asyncpg.Record]:
    """Execute a statement composed with SQLAlchemy Core on the connection of the unit of work."""
    compiled = statement.compile(dialect=_dialect(), compile_kwargs={"render_postcompile": True})
    if not isinstance(compiled, SQLCompiler):
        raise TypeError("only statements can be run")
    rows: list[asyncpg.Record] = await db.fetch(
        compiled.string, *(compiled.params[name] for name in compiled.positiontup or ())
    )
    return rows


async def migrate(url: str, migrations: Path, *, wait_seconds: float = 60) -> None:
    """Bring the schema to the newest revision: first the shared tables, then the service's own.

    Several processes may start at once; an advisory lock lets one do it while the others wait.
    """
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=NullPool)
    try:
        async with asyncio.timeout(wait_seconds), engine.connect() as connection:
            await connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK})
            await connection.run_sync(_upgrade, _SHARED_MIGRATIONS, "schema_version_shared")
            if await asyncio.to_thread(migrations.is_dir):
                await connection.run_sync(_upgrade, migrations, "schema_version_service")
            await connection.commit()
            await connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": MIGRATION_LOCK})
    finally:
        await engine.dispose()


def script(sql: str) -> None:
    """Run several statements at once, inside a migration and its transaction."""
    adapted = op.get_bind().connection.dbapi_connection
    if adapted is None:
        raise RuntimeError("a migration needs its connection")
    adapted.run_async(lambda connection: connection.execute(sql))


def _upgrade(connection: Connection, folder: Path, version_table: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(_SHARED_MIGRATIONS))
    config.set_main_option("version_locations", str(folder / "versions"))
    config.set_main_option("path_separator", "newline")
    config.attributes.update(connection=connection, version_table=version_table)
    command.upgrade(config, "head")
