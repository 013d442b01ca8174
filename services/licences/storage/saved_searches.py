"""Searches that people keep, by name."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

import asyncpg


@dataclass(frozen=True)
class SavedSearch:
    """`query` is what stands behind the question mark in the address of the list."""

    id: UUID
    name: str
    query: str


async def of_person(db: asyncpg.Connection, account_id: UUID) -> list[SavedSearch]:
    """All searches this person kept, by name."""
    rows = await db.fetch(
        "SELECT id, name, query FROM saved_search WHERE account_id = $1 ORDER BY lower(name), id", account_id
    )
    return [SavedSearch(*row) for row in rows]


async def add(db: asyncpg.Connection, account_id: UUID, saved: SavedSearch, *, at: dt.datetime) -> None:
    """Keep a search. Raises asyncpg.UniqueViolationError when this person has one of that name."""
    await db.execute(
        "INSERT INTO saved_search (id, account_id, name, query, saved_at) VALUES ($1, $2, $3, $4, $5)",
        saved.id,
        account_id,
        saved.name,
        saved.query,
        at,
    )


async def rename(db: asyncpg.Connection, account_id: UUID, search_id: UUID, name: str) -> bool:
    """Give a search another name; False when this person has no such search. Raises UniqueViolationError like `add`."""
    status: str = await db.execute(
        "UPDATE saved_search SET name = $3 WHERE id = $2 AND account_id = $1", account_id, search_id, name
    )
    return status != "UPDATE 0"


async def delete(db: asyncpg.Connection, account_id: UUID, search_id: UUID) -> None:
    """Forget a search, if it is there."""
    await db.execute("DELETE FROM saved_search WHERE id = $2 AND account_id = $1", account_id, search_id)


async def delete_all(db: asyncpg.Connection, account_id: UUID) -> None:
    """Forget all searches of this person."""
    await db.execute("DELETE FROM saved_search WHERE account_id = $1", account_id)
