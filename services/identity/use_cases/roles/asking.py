"""Ask for a role, with the mail of the guide; take the request back."""

from dataclasses import dataclass
from uuid import UUID

from services.identity.domain.role_mail import Mail, Writer, compose
from services.identity.domain.roles import (
    DAY,
    Application,
    Kind,
    Role,
    Status,
    check_open_requests,
    check_request,
    when_next,
)
from services.identity.storage import accounts, authorities, operators
from services.identity.storage import roles as storage
from services.identity.use_cases.refusals import obeying_rules
from services.identity.use_cases.roles.recording import fact, note, require_version
from shared.contracts import identity as contracts
from shared.ids import new_id
from shared.paging import LARGEST_PAGE
from shared.person import Person
from shared.problems import FieldError, NotYours, TooMany, Unknown, WrongContent
from shared.web.i18n import N_, _, using
from shared.work import Work

HELD = (Status.GRANTED, Status.SUSPENDED)


@dataclass(frozen=True)
class Body:
    """A company or authority in which a person may have a role."""

    kind: Kind
    id: UUID
    name: str
    country: str
    office: str | None = None


async def read_body(work: Work, kind: Kind, body_id: UUID) -> Body:
    """The company (for importers) or authority behind a role. Raises WrongContent for none, or a closed one."""
    if kind is Kind.IMPORTER:
        operator = await operators.by_id(work.db, body_id)
        if operator is not None and operator.closed_at is None:
            return Body(kind, body_id, operator.details.name, operator.details.country)
    elif kind in (Kind.MSCA, Kind.CUSTOMS):
        kept = await authorities.by_id(work.db, body_id)
        if kept is not None and kept.authority.kind == kind and kept.authority.open_on(work.now.date()):
            return Body(kind, body_id, kept.authority.name, kept.authority.country, kept.authority.office)
    raise WrongContent([FieldError("body_id", "unknown", N_("There is no such company or authority."))])


async def check_may_ask(work: Work, by: Person, *, kind: Kind, body_id: UUID) -> list[Role]:
    """Whether this person may ask for this role now; returns their living roles and requests.

    Raises WrongState with one_authority_only, already_asked or too_many_open; TooMany says when to come back.
    """
    if by.is_machine:
        raise NotYours(N_("Roles are asked for by people."))
    living = await storage.living_of(work.db, by.account_id)
    with obeying_rules():
        check_request(living, kind=kind, body_id=body_id)
        check_open_requests(sum(role.status is Status.REQUESTED for role in living))
    sent = await storage.sent_since(work.db, by.account_id, since=work.now - DAY)
    next_at = when_next(sent, work.now)
    if next_at is not None:
        seconds = int((next_at - work.now).total_seconds()) + 1
        raise TooMany(
            N_("You sent %(number)s requests within a day. You can send the next one in %(hours)s hours."),
            retry_after=seconds,
            params={"number": len(sent), "hours": -(-seconds // 3600)},
        )
    return living


async def request_role(
    work: Work, by: Person, *, kind: Kind, body_id: UUID, application: Application, support_mailbox: str
) -> Role:
    """Ask for a role; the mail to the support team goes out with it. Raises WrongContent, WrongState, TooMany."""
    with obeying_rules():
        application = application.checked()
    body = await read_body(work, kind, body_id)
    living = await check_may_ask(work, by, kind=kind, body_id=body_id)
    additional = any(role.status in HELD for role in living)
    account = await accounts.by_id(work.db, by.account_id)
    if account is None:
        raise Unknown
    writer = Writer(account.email, account.first_name, account.last_name)
    as_agent = application.as_agent and kind is Kind.IMPORTER
    with using(account.language, account.time_zone):
        mail = compose(
            writer,
            kind=body.kind,
            body_name=body.name,
            office=body.office,
            function=application.function,
            phone=application.phone,
            reason=application.reason,
            as_agent=as_agent,
            additional=additional,
            to=support_mailbox,
            copy_to=await storage.official_mailbox(work.db, body.country, body_id=body.id, on=work.now.date()),
            say=_,
        )
    role = Role(
        id=new_id(),
        version=1,
        account_id=by.account_id,
        kind=body.kind,
        body_id=body.id,
        body_name=body.name,
        country=body.country,
        office=body.office,
        status=Status.REQUESTED,
        requested_at=work.now,
        application=Application(application.function, application.phone, application.reason, as_agent),
        additional=additional,
        mail=mail,
    )
    await storage.add(work.db, role)
    await note(work, "role_requested", role, by)
    work.tell(
        contracts.RoleRequested(role=fact(role), person_name=account.name, additional=additional, as_agent=as_agent)
    )
    work.tell(_written(role, mail, writer, language=account.language))
    return role


async def withdraw_request(work: Work, by: Person, role_id: UUID, *, version: int | None = None) -> Role:
    """Take back one's own request. Raises Unknown, WrongState, Stale."""
    role = await storage.locked(work.db, role_id)
    if role is None or role.account_id != by.account_id:
        raise Unknown
    require_version(role, version)
    with obeying_rules():
        role = role.withdraw(by=by.account_id, at=work.now)
    await storage.save(work.db, role)
    await note(work, "role_withdrawn", role, by)
    work.tell(contracts.RoleWithdrawn(role=fact(role)))
    return role


async def list_own_roles(work: Work, person: Person) -> list[Role]:
    """One's roles and requests, the newest first."""
    return await storage.of_account(work.db, person.account_id, limit=LARGEST_PAGE)


async def read_own_role(work: Work, person: Person, role_id: UUID) -> Role | None:
    """One of one's own, with the mail that was sent; None for anybody else's."""
    request = await storage.request(work.db, role_id)
    return request.role if request is not None and request.role.account_id == person.account_id else None


def _written(role: Role, mail: Mail, writer: Writer, *, language: str) -> contracts.RoleRequestWritten:
    return contracts.RoleRequestWritten(
        account_id=role.account_id,
        email=mail.sender,
        first_name=writer.first_name,
        last_name=writer.last_name,
        language=language,
        role_id=role.id,
        to=mail.to,
        copy_to=mail.copy_to,
        subject=mail.subject,
        body=mail.body,
    )
