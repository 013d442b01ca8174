"""A token never outlives a role: what it says of roles decides nothing, neither here nor in another service."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiokafka import ConsumerRecord

from services.identity.domain.roles import Kind, Role, Terms
from services.identity.service import Identity
from services.identity.use_cases import roles as use_cases
from services.licences.main import build as build_licences
from services.licences.service import Licences
from services.licences.settings import Settings as LicencesSettings
from shared.person import Person
from shared.testing.apps import opened
from shared.testing.settings import settings_for
from tests.identity.acts import ask, create, decide
from tests.identity.conftest import Clock, claims

Member = Callable[..., Any]
MOST_SECONDS = 0
"""So long a role may work in a service that has heard of its end, or whose clock has passed it."""


@pytest.fixture
async def other(postgres: Any, copy_of: Callable[[str], Any], clock: Clock, tmp_path: Path) -> AsyncIterator[Licences]:
    """Another service, by the same clock."""
    name = await copy_of("licences")
    chosen = settings_for(LicencesSettings, postgres.url(name, role="licences"), attachments_dir=tmp_path)
    async with opened(build_licences(chosen, clock)) as running:
        yield running.state.service
    await postgres.drop_database(name)


async def carry(service: Identity, other: Licences) -> None:
    """What the broker does: the other service hears all that identity has told of roles."""
    async with service.work() as work:
        rows = await work.db.fetch("SELECT * FROM outbox WHERE topic = 'identity.roles' ORDER BY id")
    await other.hearing.hear(
        [
            ConsumerRecord(
                topic="identity.roles", partition=0, offset=row["id"], timestamp=0, timestamp_type=0, key=row["key"],
                value=row["payload"], checksum=None, serialized_key_size=0, serialized_value_size=0,
                headers=[
                    ("ce_specversion", b"1.0"), ("ce_id", str(row["event_id"]).encode()), ("ce_source", b"identity"),
                    ("ce_type", row["type"].encode()), ("ce_subject", row["key"]),
                    ("ce_time", row["occurred_at"].isoformat().encode()),
                ],
            )
            for row in rows
        ]
    )  # fmt: skip


async def an_importer(service: Identity, member: Member, terms: Terms | None = None) -> tuple[Person, Person, Role]:
    """Support, an importer, and the role that was granted."""
    support, _ = await member(support=True)
    person, _ = await member()
    company = await create(service, person)
    role = await decide(service, support, await ask(service, person, Kind.IMPORTER, company.id), terms=terms)
    return support, person.with_roles(await service.roles_of(person.account_id)), role


@pytest.mark.parametrize("act", [use_cases.revoke_role, use_cases.suspend_role])
async def test_a_role_that_was_taken_works_nowhere_though_the_token_still_says_it(
    service: Identity, other: Licences, member: Member, clock: Clock, act: Callable[..., Any]
) -> None:
    support, person, role = await an_importer(service, member)
    await carry(service, other)
    token = service.keyring.sign(person, now=clock.now)
    assert [r.id for r in await other.roles_of(person.account_id)] == [role.id]

    async with service.work() as work:
        await act(work, support, role.id, reason="Left the company.")
    assert await service.roles_of(person.account_id) == ()
    await carry(service, other)

    clock.forward(seconds=MOST_SECONDS)
    assert await other.roles_of(person.account_id) == ()
    assert [r["id"] for r in claims(token)["roles"]] == [str(role.id)]


async def test_a_role_ends_by_the_clock_everywhere_without_anybody_telling(
    service: Identity, other: Licences, member: Member, clock: Clock
) -> None:
    ends_at = clock.now + timedelta(days=90)
    _, person, role = await an_importer(service, member, Terms(ends_at=ends_at))
    await carry(service, other)

    clock.now = ends_at - timedelta(seconds=1)
    assert [r.id for r in await other.roles_of(person.account_id)] == [role.id]
    clock.forward(seconds=1 + MOST_SECONDS)

    assert await service.roles_of(person.account_id) == await other.roles_of(person.account_id) == ()
