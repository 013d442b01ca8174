"""Requests that wait or became something else, and programs: so that every list has something in it."""

import datetime as dt
from contextlib import suppress
from uuid import UUID

from deploy.demonstration.cast import APPLICANTS, Applicant, players
from deploy.demonstration.people import People, ask_for_role, enter_account
from deploy.demonstration.stage import Stage
from services.identity.domain.clients import Wish
from services.identity.domain.roles import Terms
from services.identity.use_cases.accounts import person_of
from services.identity.use_cases.authorities import find_authorities
from services.identity.use_cases.clients import create_client, list_clients
from services.identity.use_cases.roles import (
    decide_request,
    end_passed_roles,
    recertify,
    suspend_role,
    withdraw_request,
)
from shared.person import Person
from shared.problems import WrongState

NOT_YET_CONFIRMED = ("camille.moreau@armor.example", "marco.gallo@customs-it.example")
"""Whose roles the yearly check still has to look at."""
ISSUER = "PT Mutuagung Lestari"
ISSUERS_PROGRAM = "Licence register"
COMPANYS = ("licences:read", "licences:write", "notifications:read")
ISSUERS = ("licences:read", "licences:write")


async def enter_requests(stage: Stage, people: People, passwords: dict[str, str], *, now: dt.datetime) -> None:
    """All applicants with what became of their requests, the yearly check and the programs."""
    support = people[players("support", "")[0].email]
    for applicant in APPLICANTS:
        await _apply(stage, applicant, support, passwords[applicant.email], now)
    await _confirm_roles(stage, people, support, now)
    await _make_programs(stage, people, support, now)


async def _apply(stage: Stage, applicant: Applicant, support: Person, password: str, now: dt.datetime) -> None:
    asked_at = now - dt.timedelta(days=applicant.days_ago, hours=2)
    account = await enter_account(stage, applicant, password, asked_at - dt.timedelta(hours=1))
    person = person_of(account)
    reason = "I joined the team." if applicant.becomes == "requested" else ""
    role = await ask_for_role(stage, applicant, person, at=asked_at, reason=reason, as_agent=applicant.as_agent)
    decided_at = asked_at + dt.timedelta(hours=20)
    ends_at = decided_at + dt.timedelta(days=60) if applicant.becomes == "ended" else None
    with suppress(WrongState):  # done before an interruption
        async with stage.identity.work(at=decided_at) as work:
            if applicant.becomes == "withdrawn":
                await withdraw_request(work, person, role.id)
            elif applicant.becomes == "refused":
                await decide_request(work, support, role.id, granted=False, reason=applicant.reason)
            elif applicant.becomes != "requested":
                await decide_request(work, support, role.id, granted=True, terms=Terms(ends_at=ends_at))
    with suppress(WrongState):
        async with stage.identity.work(at=decided_at + dt.timedelta(days=60)) as work:
            if applicant.becomes == "suspended":
                await suspend_role(work, support, role.id, reason=applicant.reason)
            elif applicant.becomes == "ended":
                await end_passed_roles(work)


async def _confirm_roles(stage: Stage, people: People, support: Person, now: dt.datetime) -> None:
    """The yearly check, three weeks ago."""
    roles = [role for email, person in people.items() for role in person.roles if email not in NOT_YET_CONFIRMED]
    official = [role.id for role in roles if role.body_id]
    async with stage.identity.work(at=now - dt.timedelta(days=21)) as work:
        await recertify(work, support, official)


async def _make_programs(stage: Stage, people: People, support: Person, now: dt.datetime) -> None:
    """A program of a company, and that of an issuing authority, which support makes. Neither has a secret yet."""
    importer = people["anna.peeters@noordzee.example"]
    await _make_program(stage, importer, importer.roles[0].body_id, "Timber warehouse system", COMPANYS, now)
    async with stage.identity.work() as work:
        found, _next = await find_authorities(work, kind="issuer", country="ID", text=ISSUER, cursor=None)
    await _make_program(stage, support, found[0].authority.id, ISSUERS_PROGRAM, ISSUERS, now)


async def _make_program(
    stage: Stage, maker: Person, body_id: UUID | None, name: str, scopes: tuple[str, ...], now: dt.datetime
) -> None:
    async with stage.identity.work(at=now - dt.timedelta(days=10)) as work:
        clients, _next = await list_clients(work, maker, cursor=None)
        if name not in {client.name for client in clients}:
            await create_client(work, maker, Wish(body_id, name, scopes))


async def issuers_program(stage: Stage, people: People) -> Person:
    """The system of the issuing authority that sends licences electronically."""
    support = people[players("support", "")[0].email]
    async with stage.identity.work() as work:
        clients, _next = await list_clients(work, support, cursor=None)
    client = next(client for client in clients if client.name == ISSUERS_PROGRAM)
    return Person(client.id, client.name, scopes=client.scopes).with_roles(await stage.identity.roles_of(client.id))
