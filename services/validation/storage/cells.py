"""For which Member States this database hears, and parting with those of other cells."""

from collections.abc import Collection

import asyncpg


async def served(db: asyncpg.Connection) -> frozenset[str] | None:
    """The Member States that were served last; empty is all, None is a new database."""
    countries = await db.fetchval("SELECT countries FROM cell FOR UPDATE")
    return None if countries is None else frozenset(countries)


async def serve(db: asyncpg.Connection, countries: frozenset[str]) -> None:
    """Note who is served from now on, and hold no case of anybody else."""
    await db.execute(
        "INSERT INTO cell (countries) VALUES ($1) ON CONFLICT (only_row) DO UPDATE SET countries = excluded.countries",
        sorted(countries),
    )
    if countries:
        await db.execute(
            "UPDATE licence_case SET held = false WHERE held AND country <> ALL($1::text[])", sorted(countries)
        )


_OTHERS = "SELECT licence_id FROM licence_case WHERE country <> ALL($1::text[])"
_TABLES = """
SELECT table_name FROM information_schema.columns
WHERE table_schema = current_schema() AND column_name = 'licence_id' AND table_name <> 'licence_case'
"""


async def forget_others(db: asyncpg.Connection, countries: Collection[str]) -> int:
    """Delete all cases of other Member States with all that belongs to them, and their facts. Returns how many.

    Whole histories go, so what stays of the chains still holds.
    """
    own = sorted(countries)
    await db.execute("ALTER TABLE case_act DISABLE TRIGGER case_act_only_grows")
    for row in await db.fetch(_TABLES):
        await db.execute(f'DELETE FROM "{row["table_name"]}" WHERE licence_id IN ({_OTHERS})', own)
    await db.execute("ALTER TABLE case_act ENABLE TRIGGER case_act_only_grows")
    status = await db.execute("DELETE FROM licence_case WHERE country <> ALL($1::text[])", own)
    await db.execute("DELETE FROM authority_policy WHERE country <> ALL($1::text[])", own)
    await db.execute("DELETE FROM outbox_unsent")
    for table in ("outbox", "parked"):
        await db.execute(
            f"DELETE FROM {table} o WHERE NOT EXISTS"
            " (SELECT FROM licence_case c WHERE o.key = convert_to(c.licence_id::text, 'UTF8'))"
        )
    await db.execute("DELETE FROM idempotency")
    return int(status.split()[-1])
