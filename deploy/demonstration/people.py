"""Enter companies and people, and give the people their roles."""

import datetime as dt
import secrets
from uuid import UUID

from deploy.demonstration.cast import COMPANIES, PLAYERS, Company, Player
from deploy.demonstration.stage import Stage, until
from services.identity.domain.accounts import Account, Registration
from services.identity.domain.operators import TIMBER, OperatorDetails
from services.identity.domain.roles import Application, Kind, Role, Status, Terms
from services.identity.storage import accounts, operators
from services.identity.use_cases.accounts import make_confirmed_account, person_of
from services.identity.use_cases.authorities import find_authorities
from services.identity.use_cases.operators import create_operator
from services.identity.use_cases.roles import (
    Scope,
    decide_request,
    give_monitor_role,
    list_own_roles,
    make_support_person,
    request_role,
)
from shared import roles
from shared.person import Person
from shared.work import Work

TIME_ZONES = {"BE": "Europe/Brussels", "DE": "Europe/Berlin", "NL": "Europe/Amsterdam", "FR": "Europe/Paris"}
People = dict[str, Person]
"""By e-mail address."""


def new_password() -> str:
    """Random, made at loading, existing nowhere else than in the file the owner reads."""
    return "-".join(secrets.token_hex(2) for _ in range(4))


BEGAN = dt.timedelta(days=430)
"""How long ago companies and people came."""


async def enter_people(stage: Stage, passwords: dict[str, str], *, now: dt.datetime) -> People:
    """All companies, accounts and roles."""
    at = now - BEGAN
    entered = {p.email: await enter_account(stage, p, passwords[p.email], at) for p in PLAYERS}
    people = {email: person_of(account) for email, account in entered.items()}
    for company in COMPANIES:
        await _enter_company(stage, company, people, at)
    support = await _supporter(stage, entered, at)
    for player in PLAYERS:
        if player.role == "monitor":
            await _give_monitor_role(stage, player, people[player.email], support, now)
        elif player.role != "support":
            await _give_role(stage, player, people[player.email], support, at)
    return {player.email: await with_roles(stage, people[player.email]) for player in PLAYERS}


async def enter_account(stage: Stage, player: Player, password: str, at: dt.datetime) -> Account:
    async with stage.identity.work() as work:
        entered = await accounts.by_email(work.db, player.email)
    if entered:
        return entered
    zone = TIME_ZONES.get(player.where[:2], "Europe/Brussels")
    registration = Registration(player.first_name, player.last_name, player.email, password, "en", zone, True)
    password_hash = await stage.identity.passwords.hash(password)
    async with stage.identity.work(at=at) as work:
        return await make_confirmed_account(work, registration, password_hash=password_hash)


async def _enter_company(stage: Stage, company: Company, people: People, at: dt.datetime) -> UUID:
    player = next(p for p in PLAYERS if p.where == company.name)
    details = OperatorDetails(
        company.name, company.eori, company.street, company.postal_code, company.town, company.country,
        activity="importer", section_chapters=(TIMBER,),
    )  # fmt: skip
    async with stage.identity.work(at=at) as work:
        entered = await operators.by_eori(work.db, company.eori)
        return (entered or await create_operator(work, people[player.email], details)).id


async def _supporter(stage: Stage, entered: dict[str, Account], at: dt.datetime) -> Person:
    account = entered[next(p.email for p in PLAYERS if p.role == "support")]
    async with stage.identity.work(at=at) as work:
        await make_support_person(work, account)
    return await with_roles(stage, person_of(account))


async def ask_for_role(
    stage: Stage, player: Player, person: Person, *, at: dt.datetime, reason: str, as_agent: bool = False
) -> Role:
    """The request of a player, or what became of it when there is one already."""
    async with stage.identity.work(at=at) as work:
        requested = await list_own_roles(work, person)
        if requested:
            return requested[0]
        return await request_role(
            work,
            person,
            kind=Kind(player.role),
            body_id=await _body_of(work, player),
            application=Application(player.function, "+32 2 555 01 23", reason, as_agent),
            support_mailbox=stage.identity.settings.support_mailbox,
        )


async def _body_of(work: Work, player: Player) -> UUID:
    if player.role == "importer":
        company = next(c for c in COMPANIES if c.name == player.where)
        known = await operators.by_eori(work.db, company.eori)
        if known is None:
            raise LookupError(f"{company.name} has to be entered before its people.")
        return known.id
    found, _next = await find_authorities(work, kind=player.role, country=player.where[:2], cursor=None, limit=200)
    return next(k.authority.id for k in found if player.where in (k.authority.office, k.authority.country))


async def _give_role(stage: Stage, player: Player, person: Person, support: Person, at: dt.datetime) -> None:
    role = await ask_for_role(stage, player, person, at=at, reason="My daily work.")
    if role.status is Status.GRANTED:
        return
    async with stage.identity.work(at=at + dt.timedelta(hours=3)) as work:
        await decide_request(work, support, role.id, granted=True, terms=Terms(administrator=player.administrator))


async def _give_monitor_role(stage: Stage, player: Player, person: Person, support: Person, now: dt.datetime) -> None:
    async with stage.identity.work(at=now - dt.timedelta(days=60)) as work:
        if not await list_own_roles(work, person):
            scope, ends_at = Scope(country=player.where), now + dt.timedelta(days=305)
            await give_monitor_role(work, support, email=player.email, scope=scope, ends_at=ends_at)


async def with_roles(stage: Stage, person: Person) -> Person:
    return person.with_roles(await stage.identity.roles_of(person.account_id))


async def wait_until_known(stage: Stage, people: People) -> None:
    """Until licences and validation have heard of every role and company."""

    async def known() -> bool:
        for service in (stage.licences, stage.validation):
            async with service.work() as work:
                for person in people.values():
                    if len(await roles.roles_of(work.db, person.account_id, at=work.now)) < len(person.roles):
                        return False
        async with stage.licences.work() as work:
            return bool(await work.db.fetchval("SELECT count(*) >= $1 FROM operator", len(COMPANIES)))

    await until(known, "people and companies are known everywhere")
