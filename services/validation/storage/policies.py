"""What the authorities have decided for themselves, and who changed it when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from services.validation.domain.policy import Policy

SHOWN_CHANGES = 50
_POLICY = TypeAdapter(Policy)


@dataclass(frozen=True)
class PolicyChange:
    """A policy as somebody saved it."""

    version: int
    policy: Policy
    at: datetime
    by: UUID
    name: str
    body: str


async def policy_of(db: asyncpg.Connection, country: str) -> tuple[Policy, int]:
    """The policy of a Member State's authority and its version; the defaults, version 0, when it chose nothing."""
    row = await db.fetchrow("SELECT policy, version FROM authority_policy WHERE country = $1", country)
    return (_POLICY.validate_python(row["policy"]), row["version"]) if row else (Policy(), 0)


async def policies_of(
    db: asyncpg.Connection, countries: Sequence[str], *, unchanging: bool = False
) -> dict[str, Policy]:
    """The policies of those of these authorities that chose something.

    `unchanging` lets nobody change them until the transaction ends.
    """
    rows = await db.fetch(
        f"""
        SELECT country, policy FROM authority_policy WHERE country = ANY($1::text[])
        {"FOR SHARE" if unchanging else ""}
        """,
        countries,
    )
    return {row["country"]: _POLICY.validate_python(row["policy"]) for row in rows}


async def keep_policy(
    db: asyncpg.Connection, country: str, policy: Policy, *, version: int, at: datetime, by: UUID
) -> bool:
    """Keep what was chosen, unless somebody changed it since `version`. Returns whether it was kept."""
    status = await db.execute(
        """
        INSERT INTO authority_policy AS kept (country, version, policy, changed_at, changed_by)
        SELECT $1::text, $2::int + 1, $3::jsonb, $4::timestamptz, $5::uuid
        WHERE $2::int = 0 OR EXISTS (SELECT FROM authority_policy WHERE country = $1)
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


async def note_policy(db: asyncpg.Connection, country: str, change: PolicyChange) -> None:
    """Keep who changed it. Nothing of it is ever changed, but for the names of those who deleted the account."""
    await db.execute(
        """
        INSERT INTO policy_change (country, version, policy, changed_at, changed_by, changed_by_name, changed_by_body)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        country,
        change.version,
        _POLICY.dump_python(change.policy, mode="json"),
        change.at,
        change.by,
        change.name,
        change.body,
    )


async def policy_changes(db: asyncpg.Connection, country: str) -> Sequence[PolicyChange]:
    """The policies that were saved, the latest first: one more than is shown, to compare the last one with."""
    rows = await db.fetch(
        f"""
        SELECT version, policy, changed_at, changed_by, changed_by_name, changed_by_body FROM policy_change
        WHERE country = $1 ORDER BY version DESC LIMIT {SHOWN_CHANGES + 1}
        """,
        country,
    )
    return [PolicyChange(row[0], _POLICY.validate_python(row[1]), *row[2:]) for row in rows]
