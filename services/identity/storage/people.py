"""Finding people: for support, and for administrators among those of their own bodies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.identity.domain.operators import folded


@dataclass(frozen=True)
class Found:
    """Somebody in a list. `roles` are those granted now: (kind, name of the body)."""

    id: UUID
    first_name: str
    last_name: str
    email: str
    confirmed_at: datetime | None
    created_at: datetime
    sort_name: str
    roles: list[tuple[str, str]]

    @property
    def key(self) -> tuple[str, UUID]:
        return self.sort_name, self.id


MANY = 1_000
"""From so many matches on, walking the alphabet until a page is full is quicker than sorting all of them."""

_COLUMNS = "a.id, a.first_name, a.last_name, a.email, a.confirmed_at, a.created_at, a.sort_name"
_ROLES = """
    (SELECT coalesce(jsonb_agg(jsonb_build_array(r.kind, r.body_name) ORDER BY r.kind, r.body_name), '[]')
     FROM role r WHERE r.account_id = a.id AND r.status = 'granted') AS roles
"""
_PAGE = "a.deleted_at IS NULL AND (a.sort_name, a.id) > ($1, $2) ORDER BY a.sort_name, a.id LIMIT $3"
_ALL = f"SELECT {_COLUMNS}, {_ROLES} FROM account a WHERE {_PAGE}"
_AMONG_MANY = f"SELECT {_COLUMNS}, {_ROLES} FROM account a WHERE a.search @@ to_tsquery('simple', $4) AND {_PAGE}"
_AMONG_FEW = f"""
WITH a AS MATERIALIZED (SELECT * FROM account WHERE search @@ to_tsquery('simple', $4))
SELECT {_COLUMNS}, {_ROLES} FROM a WHERE {_PAGE}
"""
_OF_BODIES = f"""
WITH a AS MATERIALIZED (SELECT * FROM account WHERE id IN (
    SELECT account_id FROM role WHERE body_id = ANY($4) AND status = 'granted'))
SELECT {_COLUMNS}, {_ROLES} FROM a WHERE ($5::text IS NULL OR a.search @@ to_tsquery('simple', $5)) AND {_PAGE}
"""
_COUNT = f"""
SELECT count(*) FROM (SELECT FROM account WHERE search @@ to_tsquery('simple', $1) LIMIT {MANY}) AS matching
"""


async def find(
    db: asyncpg.Connection,
    text: str,
    *,
    bodies: Sequence[UUID] | None,
    behind: Sequence[Any] | None,
    limit: int,
) -> list[Found]:
    """People of whom every word typed begins one of name or address, by last name; of these bodies only, if given."""
    key = (behind[0], UUID(str(behind[1]))) if behind else ("", UUID(int=0))
    wanted = " & ".join(f"{word}:*" for word in folded(text).split()) or None
    if bodies is not None:
        rows = await db.fetch(_OF_BODIES, *key, limit, list(bodies), wanted)
    elif wanted is None:
        rows = await db.fetch(_ALL, *key, limit)
    else:
        many = await db.fetchval(_COUNT, wanted) == MANY
        rows = await db.fetch(_AMONG_MANY if many else _AMONG_FEW, *key, limit, wanted)
    return [Found(**{**row, "roles": [(kind, body) for kind, body in row["roles"]]}) for row in rows]


async def is_of(db: asyncpg.Connection, account_id: UUID, bodies: Sequence[UUID]) -> bool:
    """Whether this person acts for one of these bodies now."""
    query = "SELECT EXISTS (SELECT FROM role WHERE account_id = $1 AND body_id = ANY($2) AND status = 'granted')"
    return bool(await db.fetchval(query, account_id, list(bodies)))


async def created_at(db: asyncpg.Connection, account_id: UUID) -> datetime | None:
    """When the account was registered; None when there is none."""
    moment: datetime | None = await db.fetchval("SELECT created_at FROM account WHERE id = $1", account_id)
    return moment
