"""Enter companies and people, and give the people their roles."""

import datetime as dt
import secrets
from uuid import UUID

from deploy.demonstration.cast import COMPANIES, PLAYERS, Company, Player
from deploy.demonstration.stage import Stage, until
from services.identity.domain.accounts import Account, Registration
from services.identity.domain.operators import TIMBER, OperatorDetails
from services.identity.domain.roles import Application, Kind, Status
from services.identity.storage import accounts, operators
from services.identity.use_cases.accounts import make_confirmed_account, person_of
from services.identity.use_cases.authorities import find_authorities
from services.identity.use_cases.operators import create_operator
from services.identity.use_cases.roles import decide_request, list_own_roles, make_support_person, request_role
from shared import roles
from shared.person import Person

TIME_ZONES = {"BE": "Europe/Brussels", "DE": "Europe/Berlin", "NL": "Europe/Amsterdam", "FR": "Europe/Paris"}
People = dict[str, Person]
"""By e-mail address."""


def new_password() -> str:
    """Random, made at loading, existing nowhere else than in the file the owner reads."""
    return "-".join(secrets.token_hex(2) for _ in range(4))


async def enter_people(stage: Stage, passwords: dict[str, str], *, at: dt.datetime) -> People:
    """All companies, accounts and roles, as of `at`."""
    entered = {p.email: await _enter(stage, p, passwords[p.email], at) for p in PLAYERS}
    people = {email: person_of(account) for email, account in entered.items()}
    companies = {c.name: await _enter_company(stage, c, people, at) for c in COMPANIES}
    support = await _supporter(stage, entered, at)
    for player in PLAYERS:
        if player.role != "support":
            await _give_role(stage, player, people[player.email], support, companies, at)
    return {player.email: await _with_roles(stage, people[player.email]) for player in PLAYERS}


async def _enter(stage: Stage, player: Player, password: str, at: dt.datetime) -> Account:
    zone = TIME_ZONES.get(player.where[:2], "Europe/Brussels")
    registration = Registration(player.first_name, player.last_name, player.email, password, "en", zone, True)
    password_hash = await stage.identity.passwords.hash(password)
    async with stage.identity.work(at=at) as work:
        entered = await accounts.by_email(work.db, player.email)
        return entered or await make_confirmed_account(work, registration, password_hash=password_hash)


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
    return await _with_roles(stage, person_of(account))


async def _give_role(
    stage: Stage, player: Player, person: Person, support: Person, companies: dict[str, UUID], at: dt.datetime
) -> None:
    async with stage.identity.work(at=at) as work:
        requested = await list_own_roles(work, person)
        body = companies.get(player.where)
        if body is None:
            found, _next = await find_authorities(
                work, kind=player.role, country=player.where[:2], cursor=None, limit=200
            )
            body = next(k.authority.id for k in found if player.where in (k.authority.office, k.authority.country))
        application = Application(player.function, "+32 2 555 01 23", "My daily work.")
        role = next(iter(requested), None) or await request_role(
            work,
            person,
            kind=Kind(player.role),
            body_id=body,
            application=application,
            support_mailbox=stage.identity.settings.support_mailbox,
        )
    if role.status is Status.GRANTED:
        return
    async with stage.identity.work(at=at + dt.timedelta(hours=3)) as work:
        await decide_request(work, support, role.id, granted=True)


async def _with_roles(stage: Stage, person: Person) -> Person:
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
