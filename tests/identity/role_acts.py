"""What people do with roles, in one line each, for tests that need it done."""

from collections.abc import Callable
from typing import Any

from services.identity.domain.roles import Kind, Terms
from services.identity.service import Identity
from shared.person import Person
from tests.identity.acts import ask, authority, decide

Member = Callable[..., Any]


async def with_roles(service: Identity, person: Person) -> Person:
    return person.with_roles(await service.roles_of(person.account_id))


async def officer(service: Identity, member: Member, country: str, *, administrator: bool = False) -> Person:
    """Somebody who works in the competent authority of a country."""
    support, person = (await member(support=True))[0], (await member())[0]
    role = await ask(service, person, Kind.MSCA, (await authority(service, "msca", country)).id)
    await decide(service, support, role, terms=Terms(administrator=administrator))
    return await with_roles(service, person)


async def act(service: Identity, use_case: Any, *args: Any, **values: Any) -> Any:
    async with service.work() as work:
        return await use_case(work, *args, **values)
