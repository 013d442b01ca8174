"""What was heard before the case it is about, and which cases went elsewhere before they were heard of here."""

from collections.abc import Collection, Mapping
from uuid import UUID

import asyncpg

from shared.contracts import Event, event_types

ARRIVALS_LOCK = 7_301_302
"""Shared by all who open cases; held alone by who, having found no case, leaves something for when it comes."""


async def begin_arrivals(db: asyncpg.Connection) -> None:
    """Before cases are opened: until the transaction ends nobody else leaves anything for them unseen."""
    await db.execute("SELECT pg_advisory_xact_lock_shared($1)", ARRIVALS_LOCK)


async def wait_for_arrivals(db: asyncpg.Connection) -> None:
    """Until the transaction ends no case is opened elsewhere, and those just opened can be seen.

    Processes of one service hear topics side by side: without it the case and what is about it could miss each other.
    """
    await db.execute("SELECT pg_advisory_xact_lock($1)", ARRIVALS_LOCK)


async def keep(db: asyncpg.Connection, licence_id: UUID, event: Event) -> None:
    """Keep a message until the case it is about is here."""
    await db.execute(
        "INSERT INTO early_message (licence_id, type, payload) VALUES ($1, $2, $3)",
        licence_id,
        event.wire_name,
        event.model_dump(mode="json"),
    )


async def is_waited_for(db: asyncpg.Connection, licence_ids: Collection[UUID], account_ids: Collection[UUID]) -> bool:
    """Whether a message waits for one of these cases, or one of these people has left: both are rare."""
    return bool(
        await db.fetchval(
            """
            SELECT EXISTS (SELECT FROM early_message WHERE licence_id = ANY($1::uuid[]))
                OR EXISTS (SELECT FROM former_person WHERE account_id = ANY($2::uuid[]))
            """,
            list(licence_ids),
            list(account_ids),
        )
    )


async def take(db: asyncpg.Connection, licence_ids: Collection[UUID]) -> list[Event]:
    """The messages that waited for these cases, in the order in which they were heard; they wait no longer."""
    rows = await db.fetch(
        """
        WITH taken AS (DELETE FROM early_message WHERE licence_id = ANY($1::uuid[]) RETURNING id, type, payload)
        SELECT type, payload FROM taken ORDER BY id
        """,
        list(licence_ids),
    )
    types = event_types()
    return [types[row["type"]].model_validate(row["payload"]) for row in rows]


async def remember_elsewhere(db: asyncpg.Connection, versions: Mapping[UUID, int]) -> None:
    """From these versions on other cells hold these licences, whatever older is still to be heard of them."""
    await db.execute(
        """
        INSERT INTO case_elsewhere AS known (licence_id, version) SELECT * FROM unnest($1::uuid[], $2::int[])
        ON CONFLICT (licence_id) DO UPDATE SET version = greatest(known.version, excluded.version)
        """,
        list(versions),
        list(versions.values()),
    )
