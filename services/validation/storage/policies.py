"""What the authorities have decided for themselves."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from services.validation.domain.policy import Policy

_POLICY = TypeAdapter(Policy)


async def policy_of(db: asyncpg.Connection, country: str) -> tuple[Policy, int]:
    """The policy of a Member State's authority and its version; the defaults, version 0, when it chose nothing."""
    row = await db.fetchrow("SELECT policy, version FROM authority_policy WHERE country = $1", country)
    return (_POLICY.validate_python(row["policy"]), row["version"]) if row else (Policy(), 0)


async def policies_of(db: asyncpg.Connection, countries: Sequence[str]) -> dict[str, Policy]:
    """The policies of those of these authorities that chose something."""
    rows = await db.fetch("SELECT country, policy FROM authority_policy WHERE country = ANY($1::text[])", countries)
    return {row["country"]: _POLICY.validate_python(row["policy"]) for row in rows}


async def keep_policy(
    db: asyncpg.Connection, country: str, policy: Policy, *, version: int, at: datetime, by: UUID
) -> bool:
    """Keep what was chosen, unless somebody changed it since `version`. Returns whether it was kept."""
    status = await db.execute(
        """
        INSERT INTO authority_policy AS kept (country, version, policy, changed_at, changed_by)
        VALUES ($1, $2 + 1, $3, $4, $5)
        ON CONFLICT (country) DO UPDATE SET version = excluded.version, policy = excluded.policy,
            changed_at = excluded.changed_at, changed_by = excluded.changed_by
        WHERE kept.version = $2
        """,
        country,
        version,
        _POLICY.dump_python(policy, mode="json"),
        at,
        by,
    )
    return str(status).endswith(" 1")
