"""Roles and the requests for them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import asyncpg

from services.identity.domain.role_mail import Mail
from services.identity.domain.roles import Application, Kind, Role, Status
from shared.person import Role as PersonRole

COLUMNS = (
    "r.id, r.version, r.account_id, r.kind, r.body_id, r.body_name, r.country, r.office, r.status, r.requested_at, "
    "r.function, r.phone, r.reason, r.as_agent, r.decided_at, r.decided_by, r.decision_reason, "
    "r.administrator, r.partner_country, r.ends_at, r.additional, r.mail, r.recertified_at"
)


REQUEST = f"""
SELECT {COLUMNS}, a.email, a.first_name || ' ' || a.last_name AS person_name,
       d.first_name || ' ' || d.last_name AS decided_by_name
FROM role r JOIN account a ON a.id = r.account_id LEFT JOIN account d ON d.id = r.decided_by
"""


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
        f"SELECT {COLUMNS} FROM role r WHERE account_id = $1 ORDER BY requested_at DESC, id DESC LIMIT $2",
        account_id,
        limit,
    )
    return [_role(row) for row in rows]


async def living_of(db: asyncpg.Connection, account_id: UUID) -> list[Role]:
    """Requested, granted and suspended roles of a person, whose account row is locked: no other request slips in."""
    await db.execute("SELECT 1 FROM account WHERE id = $1 FOR UPDATE", account_id)
    rows = await db.fetch(
        f"SELECT {COLUMNS} FROM role r WHERE account_id = $1 AND status IN ('requested', 'granted', 'suspended')",
        account_id,
    )
    return [_role(row) for row in rows]


async def sent_since(db: asyncpg.Connection, account_id: UUID, *, since: datetime) -> list[datetime]:
    """When this person sent requests since then."""
    rows = await db.fetch(
        "SELECT requested_at FROM role WHERE account_id = $1 AND requested_at > $2", account_id, since
    )
    return [row["requested_at"] for row in rows]


async def official_mailbox(db: asyncpg.Connection, country: str, *, body_id: UUID, on: date) -> str | None:
    """Where the national competent authority reads mail: the very one that a role is for, else the country's first."""
    mailbox: str | None = await db.fetchval(
        """
        SELECT mailbox FROM authority
        WHERE kind = 'msca' AND country = $1 AND mailbox IS NOT NULL
          AND coalesce(valid_from <= $3, true) AND coalesce(valid_until >= $3, true)
        ORDER BY id = $2 DESC, code = country DESC, code LIMIT 1
        """,
        country,
        body_id,
        on,
    )
    return mailbox


async def add(db: asyncpg.Connection, role: Role) -> None:
    await db.execute(
        """
        INSERT INTO role (id, version, account_id, kind, body_id, body_name, country, office, status, requested_at,
                          function, phone, reason, as_agent, decided_at, decided_by, decision_reason,
                          administrator, partner_country, ends_at, additional, mail)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
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
        role.additional,
        asdict(role.mail) if role.mail else None,
    )


async def save(db: asyncpg.Connection, role: Role) -> None:
    """Keep what was decided; the row was locked when it was read."""
    await db.execute(
        """
        UPDATE role SET version = $2, status = $3, decided_at = $4, decided_by = $5, decision_reason = $6,
            administrator = $7, ends_at = $8, recertified_at = $9
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
        role.recertified_at,
    )


async def locked(db: asyncpg.Connection, role_id: UUID) -> Role | None:
    """One role, for changing it."""
    row = await db.fetchrow(f"SELECT {COLUMNS} FROM role r WHERE id = $1 FOR UPDATE", role_id)
    return _role(row) if row else None


async def all_locked(db: asyncpg.Connection, role_ids: Sequence[UUID]) -> list[Role]:
    """Several roles, for changing them; always locked in the same order, so that nobody waits for each other."""
    rows = await db.fetch(f"SELECT {COLUMNS} FROM role r WHERE id = ANY($1) ORDER BY id FOR UPDATE", list(role_ids))
    return [_role(row) for row in rows]


async def over(db: asyncpg.Connection, *, at: datetime, limit: int) -> list[Role]:
    """Roles whose last day has passed, locked; those that another replica works on are left to it."""
    rows = await db.fetch(
        f"""
        SELECT {COLUMNS} FROM role r
        WHERE status IN ('granted', 'suspended') AND ends_at IS NOT NULL AND ends_at <= $1
        ORDER BY ends_at LIMIT $2 FOR UPDATE SKIP LOCKED
        """,
        at,
        limit,
    )
    return [_role(row) for row in rows]


async def remind(db: asyncpg.Connection, *, at: datetime, period: timedelta, limit: int) -> list[Request]:
    """Requests that have waited for a whole period since they came or were last reminded of; noted as reminded of."""
    rows = await db.fetch(
        f"""
        WITH waiting AS (
            SELECT id FROM role
            WHERE status = 'requested' AND coalesce(reminded_at, requested_at) <= $1::timestamptz - $2::interval
            ORDER BY coalesce(reminded_at, requested_at) LIMIT $3 FOR UPDATE SKIP LOCKED),
        reminded AS (UPDATE role SET reminded_at = $1 FROM waiting WHERE role.id = waiting.id RETURNING role.id)
        {REQUEST} WHERE r.id IN (SELECT id FROM reminded) ORDER BY r.requested_at, r.id
        """,
        at,
        period,
        limit,
    )
    return [as_request(row) for row in rows]


async def request(db: asyncpg.Connection, role_id: UUID) -> Request | None:
    row = await db.fetchrow(f"{REQUEST} WHERE r.id = $1", role_id)
    return as_request(row) if row else None


async def people_of(db: asyncpg.Connection, body_id: UUID, *, limit: int = 200) -> list[Request]:
    """Who acts for a company or authority."""
    rows = await db.fetch(
        f"{REQUEST} WHERE r.body_id = $1 AND r.status = 'granted' ORDER BY person_name, r.id LIMIT $2", body_id, limit
    )
    return [as_request(row) for row in rows]


def as_request(row: asyncpg.Record) -> Request:
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
        additional=row["additional"],
        mail=Mail(**row["mail"]) if row["mail"] else None,
        recertified_at=row["recertified_at"],
    )
