"""Somebody deleted the account: nothing here says any more who it was, and nobody writes to them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from services.notifications.service import Notifications
from shared.contracts.identity import (
    AccountDeleted,
    PasswordResetRequested,
    RoleRequested,
    RoleRevoked,
    SecurityNoticed,
)
from tests.notifications import facts
from tests.notifications.conftest import Hear, MailSink, work_off

PSEUDONYM = "Former user 4F7A21"


def deleted(who: UUID) -> AccountDeleted:
    return AccountDeleted(account_id=who, version=9, pseudonym=PSEUDONYM)


def farewell(who: UUID, email: str) -> SecurityNoticed:
    return SecurityNoticed(
        account_id=who, email=email, first_name="Ana", language="en", what="account-deleted", at=datetime.now(UTC)
    )


async def everything(service: Notifications) -> str:
    """All that the database knows, but for what is parked and told."""
    async with service.work() as work:
        tables = ("account", "message", "delivery", "switched_off", "public_event")
        return str([dict(row) for table in tables for row in await work.db.fetch(f"SELECT * FROM {table}")])


async def test_a_deleted_person_is_forgotten_with_inbox_letters_and_addresses(
    service: Notifications, hear: Hear, sink: MailSink
) -> None:
    ana, operator, email = uuid4(), uuid4(), facts.address()
    role = facts.role(ana, operator)
    await hear(facts.account(ana, email, last_name="Unmistakable"), facts.granted(ana, operator))
    await hear(
        facts.letter(account_id=ana, email=email, last_name="Unmistakable", body="I am Ana Unmistakable."),
        RoleRequested(role=role, person_name="Ana Unmistakable"),
        facts.submitted(ana, operator),
    )
    await work_off(service)
    assert "Unmistakable" in await everything(service)

    await hear(RoleRevoked(role=role.model_copy(update={"version": 5}), reason="gone"), deleted(ana))
    await hear(farewell(ana, email))
    await work_off(service)
    known = await everything(service)

    assert "Unmistakable" not in known
    assert email not in known
    assert PSEUDONYM in known
    assert "deleted" in sink.to(email)[-1]["Subject"]
    async with service.work() as work:
        assert await work.db.fetchval("SELECT count(*) FROM delivery WHERE account_id = $1", ana) == 0
        assert (
            await work.db.fetchval("SELECT count(*) FROM message WHERE state = 'unaddressed' AND kind LIKE 'role-%'")
            == 0
        )


async def test_mails_that_wait_for_a_deleted_person_are_not_sent(
    service: Notifications, hear: Hear, sink: MailSink
) -> None:
    ana, email = uuid4(), facts.address()
    await hear(facts.account(ana, email))
    link = PasswordResetRequested(
        account_id=ana,
        email=email,
        first_name="Ana",
        language="en",
        path="/identity/password/abc",
        expires_at=datetime.now(UTC) + timedelta(hours=1),
    )
    await hear(link)
    await hear(deleted(ana))
    await work_off(service)

    assert sink.to(email) == []
    assert email not in await everything(service)


async def test_what_is_heard_after_the_deletion_is_forgotten_too_and_brings_nobody_back(
    service: Notifications, hear: Hear, sink: MailSink
) -> None:
    ana, email = uuid4(), facts.address()
    await hear(deleted(ana))
    await hear(RoleRequested(role=facts.role(ana), person_name="Ana Belated"), facts.account(ana, email))
    await hear(facts.letter(account_id=ana, email=email, last_name="Belated", body="I am Ana Belated."))
    await work_off(service)
    known = await everything(service)

    assert "Belated" not in known
    assert email not in known
    assert sink.mails == []


async def test_colleagues_of_a_deleted_person_still_get_their_mails(
    service: Notifications, hear: Hear, sink: MailSink
) -> None:
    ana, ben, operator, email = uuid4(), uuid4(), uuid4(), facts.address()
    await hear(facts.account(ana), facts.account(ben, email))
    await hear(facts.granted(ana, operator), facts.granted(ben, operator))
    await hear(deleted(ana))
    await hear(facts.submitted(ana, operator))
    await work_off(service)

    assert any(facts.NUMBER in mail["Subject"] for mail in sink.to(email))
