"""What this service hears: roles, companies and authorities from identity; the licences' progress from validation."""

from services.licences.storage import bodies, former_people
from services.licences.use_cases.following import FOLLOWED, follow
from shared.contracts.identity import AccountDeleted, AuthorityRegistered, OperatorRegistered
from shared.messaging import Heard, Listener
from shared.roles import keep_roles, rename_bodies
from shared.work import Work

listener = Listener("licences")
keep_roles(listener)


@listener.hears_together(OperatorRegistered)
async def keep_companies_when_registered(work: Work, heard: list[Heard]) -> None:
    await rename_bodies(work.db, await bodies.keep_operators(work.db, [h.event for h in heard]))


@listener.hears_together(AuthorityRegistered)
async def keep_authorities_when_registered(work: Work, heard: list[Heard]) -> None:
    await rename_bodies(work.db, await bodies.keep_authorities(work.db, [h.event for h in heard]))


@listener.hears(AccountDeleted)
async def put_pseudonyms_when_account_deleted(work: Work, event: AccountDeleted) -> None:
    await former_people.rename(work.db, event.account_id, event.pseudonym)


for fact in FOLLOWED:
    listener.hears(fact)(follow)
