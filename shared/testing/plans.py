"""Seeing how the database would carry out statements."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg


class Explaining:
    """A connection that notes how each statement would be carried out, before it is."""

    def __init__(self, db: asyncpg.Connection) -> None:
        self.db = db
        self.plans: list[str] = []

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def asked(sql: str, *values: Any, **named: Any) -> Any:
            rows = await self.db.fetch(f"EXPLAIN {sql}", *values)
            self.plans.append("\n".join(row[0] for row in rows))
            return await getattr(self.db, name)(sql, *values, **named)

        return asked
