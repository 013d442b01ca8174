"""Another e-mail address: asked for by the person, confirmed by the readers of the old and of the new address."""

from dataclasses import dataclass
from uuid import UUID

from services.identity.domain.accounts import Account, LinkUnknown, hash_of, new_secret
from services.identity.domain.email_change import CHANGE_LIVES, AddressLost, EmailChange, Side, check_new_email
from services.identity.storage import accounts, audit
from services.identity.storage import email_changes as storage
from services.identity.use_cases.accounts import HOUR, may_be_mailed, read_account, reader_of, tell_confirmed, use_link
from services.identity.use_cases.refusals import obeying_rules
from shared.contracts.identity import EmailChangeRequested, RegistrationRepeated, SecurityNoticed
from shared.person import Person
from shared.problems import TooMany
from shared.web.i18n import N_
from shared.work import Work


@dataclass(frozen=True)
class OpenedLink:
    """What somebody sees who opens one of the two links."""

    change: EmailChange
    side: Side


async def read_change(work: Work, person: Person) -> EmailChange | None:
    """The change that waits for its confirmations, if any."""
    return await storage.of_account(work.db, person.account_id, at=work.now)


async def request_change(work: Work, person: Person, new_email: str, *, address: str) -> None:
    """Mail a link to both addresses. Raises WrongContent, TooMany.

    When somebody else has the new address its owner is told by mail, as at a registration, and no link goes there;
    the person who asks cannot tell.
    """
    account = await read_account(work, person)
    with obeying_rules():
        new_email = check_new_email(new_email, present=account.email)
    if not await may_be_mailed(work, "email_change_mailed", account.id):
        raise TooMany(
            N_("You asked for this several times already. Wait an hour and try again."),
            retry_after=int(HOUR.total_seconds()),
        )
    await storage.drop(work.db, account.id)
    await storage.put(work.db, EmailChange(account.id, new_email, work.now, work.now + CHANGE_LIVES))
    await _note(work, "email_change_requested", account.id, by=person, address=address)
    await _mail_link(work, account, Side.OLD, to=account.email, new_email=new_email)
    owner = await accounts.by_email(work.db, new_email, lock=True)
    if owner is None or owner.confirmed_at is None:
        await _mail_link(work, account, Side.NEW, to=new_email, new_email=new_email)
    elif await may_be_mailed(work, "registration_repeated", owner.id):
        work.tell(RegistrationRepeated(**reader_of(owner)))


async def cancel_change(work: Work, person: Person) -> None:
    """The old address stays; the links work no more. Done twice it does nothing."""
    if await storage.drop(work.db, person.account_id):
        await _note(work, "email_change_cancelled", person.account_id, by=person)


async def open_link(work: Work, secret: str) -> OpenedLink:
    """What a link is for; looking changes nothing. Raises WrongState."""
    with obeying_rules():
        for side in Side:
            link = await accounts.link(work.db, hash_of(secret), side)
            if link is None:
                continue
            link.check(work.now)
            change = await storage.of_account(work.db, link.account_id, at=work.now)
            if change is not None:
                return OpenedLink(change, side)
        raise LinkUnknown


async def confirm_change(work: Work, secret: str, *, address: str) -> EmailChange:
    """The reader of one address agrees; with the second one the new address counts. Raises WrongState."""
    opened = await open_link(work, secret)
    account = await accounts.by_id(work.db, opened.change.account_id, lock=True)
    await use_link(work, secret, opened.side)
    change = await storage.of_account(work.db, opened.change.account_id, at=work.now, lock=True)
    with obeying_rules():
        if account is None or change is None:
            raise LinkUnknown
        change = change.confirm(opened.side, work.now)
        await storage.put(work.db, change)
        await _note(work, "email_change_confirmed", account.id, address=address, side=opened.side)
        if change.is_complete:
            await _complete(work, account, change, address=address)
    return change


async def refuse_change(work: Work, secret: str, *, address: str) -> None:
    """The reader of one address did not want this: nothing changes. Raises WrongState."""
    opened = await open_link(work, secret)
    await storage.drop(work.db, opened.change.account_id)
    await _note(work, "email_change_refused", opened.change.account_id, address=address, side=opened.side)


async def _complete(work: Work, before: Account, change: EmailChange, *, address: str) -> None:
    after = await storage.take_address(work.db, before.id, change.new_email)
    if after is None:
        raise AddressLost
    await storage.drop(work.db, before.id)
    await storage.drop_links(work.db, before.id)
    await _note(work, "email_changed", before.id, address=address)
    tell_confirmed(work, after)
    work.tell(SecurityNoticed(**reader_of(before), what="email-changed", at=work.now))


async def _mail_link(work: Work, account: Account, side: Side, *, to: str, new_email: str) -> None:
    secret, ends_at = new_secret(), work.now + CHANGE_LIVES
    await accounts.add_link(work.db, hash_of(secret), account.id, purpose=side, at=work.now, ends_at=ends_at)
    work.tell(
        EmailChangeRequested(
            account_id=account.id,
            email=to,
            first_name=account.first_name,
            language=account.language,
            new_email=new_email,
            path=f"/identity/email/{secret}",
            expires_at=ends_at,
        )
    )


async def _note(
    work: Work, act: str, account_id: UUID, *, by: Person | None = None, address: str | None = None, side: str = ""
) -> None:
    await audit.note(
        work.db,
        act,
        at=work.now,
        by=account_id,
        subject=account_id,
        session=by.session_id if by else None,
        address=address,
        details={"side": side} if side else None,
    )
