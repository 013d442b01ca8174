"""Roles and the requests for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.identity.domain.roles import Application, Kind, Role, Status
from shared.person import Role as PersonRole

_COLUMNS = (
    "r.id, r.version, r.account_id, r.kind, r.body_id, r.body_name, r.country, r.office, r.status, r.requested_at, "
    "r.function, r.phone, r.reason, r.as_agent, r.decided_at, r.decided_by, r.decision_reason, "
    "r.administrator, r.partner_country, r.ends_at"
)


@dataclass(frozen=True)
class Request:
    """A role together with whose it is and who decided, for those who decide."""

    role: Role
    person_name: str
    email: str
    decided_by_name: str | None

    @property
    def key(self) -> tuple[datetime, UUID]:
        return self.role.requested_at, self.role.id


async def granted_to(db: asyncpg.Connection, account_id: UUID, *, at: datetime) -> tuple[PersonRole, ...]:
    """What a person may act as at this time."""
    rows = await db.fetch(
        """
        SELECT id, kind, body_id, body_name, country, office, administrator, partner_country FROM role
        WHERE account_id = $1 AND status = 'granted' AND (ends_at IS NULL OR ends_at > $2)
        ORDER BY kind, body_name, id
        """,
        account_id,
        at,
    )
    return tuple(PersonRole(*row) for row in rows)


async def of_account(db: asyncpg.Connection, account_id: UUID, *, limit: int = 200) -> list[Role]:
    """A person's roles and requests, the newest first."""
    rows = await db.fetch(
        f"SELECT {_COLUMNS} FROM role r WHERE account_id = $1 ORDER BY requested_at DESC, id DESC LIMIT $2",
        account_id,
        limit,
    )
    return [_role(row) for row in rows]


async def living_of(db: asyncpg.Connection, account_id: UUID) -> list[Role]:
    """Requested, granted and suspended roles of a person, whose account row is locked: no other request slips in."""
    await db.execute("SELECT 1 FROM account WHERE id = $1 FOR UPDATE", account_id)
    rows = await db.fetch(
        f"SELECT {_COLUMNS} FROM role r WHERE account_id = $1 AND status IN ('requested', 'granted', 'suspended')",
        account_id,
    )
    return [_role(row) for row in rows]


async def add(db: asyncpg.Connection, role: Role) -> None:
    await db.execute(
        """
        INSERT INTO role (id, version, account_id, kind, body_id, body_name, country, office, status, requested_at,
                          function, phone, reason, as_agent, decided_at, decided_by, decision_reason,
                          administrator, partner_country, ends_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
        """,
        role.id,
        role.version,
        role.account_id,
        role.kind,
        role.body_id,
        role.body_name,
        role.country,
        role.office,
        role.status,
        role.requested_at,
        role.application.function,
        role.application.phone,
        role.application.reason,
        role.application.as_agent,
        role.decided_at,
        role.decided_by,
        role.decision_reason,
        role.administrator,
        role.partner_country,
        role.ends_at,
    )


async def save(db: asyncpg.Connection, role: Role) -> None:
    """Keep what was decided; the row was locked when it was read."""
    await db.execute(
        """
        UPDATE role SET version = $2, status = $3, decided_at = $4, decided_by = $5, decision_reason = $6,
            administrator = $7, ends_at = $8
        WHERE id = $1
        """,
        role.id,
        role.version,
        role.status,
        role.decided_at,
        role.decided_by,
        role.decision_reason,
        role.administrator,
        role.ends_at,
    )


async def locked(db: asyncpg.Connection, role_id: UUID) -> Role | None:
    """One role, for changing it."""
    row = await db.fetchrow(f"SELECT {_COLUMNS} FROM role r WHERE id = $1 FOR UPDATE", role_id)
    return _role(row) if row else None


_REQUEST = f"""
SELECT {_COLUMNS}, a.email, a.first_name || ' ' || a.last_name AS person_name,
       d.first_name || ' ' || d.last_name AS decided_by_name
FROM role r JOIN account a ON a.id = r.account_id LEFT JOIN account d ON d.id = r.decided_by
"""


async def request(db: asyncpg.Connection, role_id: UUID) -> Request | None:
    row = await db.fetchrow(f"{_REQUEST} WHERE r.id = $1", role_id)
    return _request(row) if row else None


async def queue(
    db: asyncpg.Connection,
    *,
    status: str,
    kind: str | None,
    country: str | None,
    behind: Sequence[Any] | None,
    limit: int,
) -> list[Request]:
    """Requests in one state, those that wait longest first."""
    rows = await db.fetch(
        f"""
        {_REQUEST}
        WHERE r.status = $1 AND ($2::text IS NULL OR r.kind = $2) AND ($3::text IS NULL OR r.country = $3)
          AND (r.requested_at, r.id) > ($4, $5)
        ORDER BY r.requested_at, r.id LIMIT $6
        """,
        status,
        kind,
        country,
        datetime.fromisoformat(behind[0]) if behind else datetime.fromisoformat("0001-01-01T00:00:00+00:00"),
        UUID(str(behind[1])) if behind else UUID(int=0),
        limit,
    )
    return [_request(row) for row in rows]


async def count_waiting(db: asyncpg.Connection) -> int:
    """How many requests wait for a decision."""
    return int(await db.fetchval("SELECT count(*) FROM role WHERE status = 'requested'"))


async def people_of(db: asyncpg.Connection, body_id: UUID, *, limit: int = 200) -> list[Request]:
    """Who acts for a company or authority."""
    rows = await db.fetch(
        f"{_REQUEST} WHERE r.body_id = $1 AND r.status = 'granted' ORDER BY person_name, r.id LIMIT $2", body_id, limit
    )
    return [_request(row) for row in rows]


def _request(row: asyncpg.Record) -> Request:
    return Request(_role(row), row["person_name"], row["email"], row["decided_by_name"])


def _role(row: asyncpg.Record) -> Role:
    return Role(
        id=row["id"],
        version=row["version"],
        account_id=row["account_id"],
        kind=Kind(row["kind"]),
        body_id=row["body_id"],
        body_name=row["body_name"],
        country=row["country"],
        office=row["office"],
        status=Status(row["status"]),
        requested_at=row["requested_at"],
        application=Application(row["function"], row["phone"], row["reason"], row["as_agent"]),
        decided_at=row["decided_at"],
        decided_by=row["decided_by"],
        decision_reason=row["decision_reason"],
        administrator=row["administrator"],
        partner_country=row["partner_country"],
        ends_at=row["ends_at"],
    )
