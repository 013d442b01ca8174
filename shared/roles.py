"""The roles a service knows of, kept in its own table from identity's events.

A role is what the latest event about it says; so a revoked role stops working here as soon as the event arrives,
whatever a token still claims. A role that ends on a day ends here by itself, even while identity is away.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from shared.contracts.identity import Role as RoleFact
from shared.contracts.identity import RoleChanged, RoleEnded, RoleGranted, RoleRevoked, RoleSuspended
from shared.messaging import Heard, Listener
from shared.person import Role
from shared.work import Work

_KEEP = """
INSERT INTO known_role (role_id, version, account_id, kind, body_id, body_name, country, office, administrator,
                        partner_country, ends_at, machine, granted)
SELECT DISTINCT ON (role_id) * FROM unnest(
    $1::uuid[], $2::int[], $3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::bool[],
    $10::text[], $11::timestamptz[], $12::bool[], $13::bool[])
    AS told (role_id, version, account_id, kind, body_id, body_name, country, office, administrator,
             partner_country, ends_at, machine, granted)
ORDER BY role_id, version DESC
ON CONFLICT (role_id) DO UPDATE SET version = excluded.version, body_name = excluded.body_name,
    country = excluded.country, office = excluded.office, administrator = excluded.administrator,
    partner_country = excluded.partner_country, ends_at = excluded.ends_at, granted = excluded.granted
WHERE known_role.version < excluded.version
"""


def keep_roles(listener: Listener) -> None:
    """Let this listener keep the roles that identity tells of."""

    @listener.hears_together(RoleGranted)
    @listener.hears_together(RoleChanged)
    async def keep_granted_roles(work: Work, heard: list[Heard]) -> None:
        await keep(work.db, [h.event.role for h in heard], granted=True)

    @listener.hears_together(RoleRevoked)
    @listener.hears_together(RoleSuspended)
    @listener.hears_together(RoleEnded)
    async def keep_ended_roles(work: Work, heard: list[Heard]) -> None:
        await keep(work.db, [h.event.role for h in heard], granted=False)


async def keep(db: asyncpg.Connection, roles: Sequence[RoleFact], *, granted: bool) -> None:
    """Note the latest about these roles."""
    rows = [
        (
            r.role_id,
            r.version,
            r.account_id,
            r.kind,
            r.body_id,
            r.body_name,
            r.country,
            r.office,
            r.administrator,
            r.partner_country,
            r.ends_at,
            r.machine,
            granted,
        )
        for r in roles
    ]
    await db.execute(_KEEP, *(list(column) for column in zip(*rows, strict=True)))


async def rename_bodies(db: asyncpg.Connection, names: Mapping[UUID, str]) -> None:
    """Companies and authorities changed their names; people act for them under the new ones."""
    await db.execute(
        """
        UPDATE known_role SET body_name = told.name
        FROM unnest($1::uuid[], $2::text[]) AS told (id, name)
        WHERE known_role.body_id = told.id AND known_role.granted AND known_role.body_name <> told.name
        """,
        list(names),
        list(names.values()),
    )


async def roles_of(db: asyncpg.Connection, account_id: UUID, *, at: datetime) -> tuple[Role, ...]:
    """The roles this person, or machine client, has at this time."""
    rows = await db.fetch(
        """
        SELECT role_id, kind, body_id, body_name, country, office, administrator, partner_country FROM known_role
        WHERE account_id = $1 AND granted AND (ends_at IS NULL OR ends_at > $2) ORDER BY kind, body_name, role_id
        """,
        account_id,
        at,
    )
    return tuple(Role(*row) for row in rows)
