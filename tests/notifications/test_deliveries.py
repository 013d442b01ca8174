"""From a fact heard to a mail in a mailbox."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from services.notifications.service import Notifications
from shared.contracts.identity import (
    ConfirmationRequested,
    PasswordResetRequested,
    RegistrationRepeated,
    RoleGranted,
    RoleRefused,
    RoleRevoked,
)
from shared.contracts.validation import (
    ClearanceRefused,
    ClearanceResumed,
    ClearanceSuspended,
    LicenceCleared,
    LicenceRejected,
)
from shared.testing.waiting import until
from tests.notifications import facts
from tests.notifications.conftest import Hear, MailSink, words_of, work_off


async def company(hear: Hear, *emails: str) -> tuple[UUID, list[UUID]]:
    """A company whose importers have these addresses."""
    operator, people = uuid4(), [uuid4() for _ in emails]
    await hear(*(facts.account(person, email) for person, email in zip(people, emails, strict=True)))
    await hear(*(facts.granted(person, operator) for person in people))
    return operator, people


async def state_of(service: Notifications, address: str) -> list[tuple[str, int]]:
    async with service.work() as work:
        rows = await work.db.fetch("SELECT state, attempts FROM delivery WHERE address = $1 ORDER BY id", address)
    return [(row["state"], row["attempts"]) for row in rows]


async def told(service: Notifications, address: str) -> list[tuple[str, str]]:
    """What was told about mails to this address."""
    async with service.work() as work:
        rows = await work.db.fetch(
            """
            SELECT o.type, o.payload FROM outbox o JOIN delivery d ON o.key = convert_to(d.id::text, 'UTF8')
            WHERE d.address = $1 ORDER BY o.id
            """,
            address,
        )
    return [(row["type"], row["payload"].decode()) for row in rows]


async def test_a_new_account_gets_its_link_and_a_taken_address_a_warning(
    hear: Hear, sink: MailSink, postman: None
) -> None:
    ana = facts.address()
    common = {"account_id": uuid4(), "email": ana, "first_name": "Buy at spam.example", "language": "en"}
    until_then = datetime.now(UTC) + timedelta(days=1)
    await hear(ConfirmationRequested(**common, path="/identity/confirm/abc123", expires_at=until_then))
    [mail] = await sink.wait_for(ana)
    assert mail["Subject"] == "Confirm your e-mail address"
    assert "\nhttp://testserver/identity/confirm/abc123\n" in words_of(mail)
    assert "spam.example" not in mail.as_string()

    await hear(RegistrationRepeated(**common))
    mails = await sink.wait_for(ana, 2)
    assert mails[1]["Subject"] == "You already have an account"

    await hear(PasswordResetRequested(**common, path="/identity/password/def456", expires_at=until_then))
    [reset] = await sink.wait_for(ana, about="password")
    assert "\nhttp://testserver/identity/password/def456\n" in words_of(reset)


async def test_a_person_is_told_what_became_of_a_role(hear: Hear, sink: MailSink, postman: None) -> None:
    ana = facts.address()
    person = facts.account(email=ana)
    wished = facts.role(person.account_id)
    await hear(person, RoleRefused(role=wished, reason="No such company"), facts.granted(person.account_id, uuid4()))
    await hear(RoleRevoked(role=wished, reason="Left the company"))
    mails = await sink.wait_for(ana, 3)
    bodies = "\n".join(words_of(mail) for mail in mails)
    assert "No such company" in bodies
    assert "Left the company" in bodies
    assert "was granted" in bodies


async def test_a_submission_is_told_to_the_company_and_asked_of_the_authority(
    hear: Hear, sink: MailSink, postman: None
) -> None:
    ana, ben, msca, stranger = (facts.address() for _ in range(4))
    operator, [creator, _] = await company(hear, ana, ben)
    await company(hear, stranger)
    await hear(facts.authority("NL", msca))
    licence = facts.submitted(creator, operator, office="NL000396")
    await hear(licence)
    [asked] = await sink.wait_for(msca)
    assert asked["Subject"] == f"Licence {facts.NUMBER} asks for your decision"
    assert f"http://testserver/validation/cases/{licence.licence_id}" in words_of(asked)
    for address in (ana, ben):
        [mail] = await sink.wait_for(address, about=facts.NUMBER)
        assert mail["Subject"] == f"Licence {facts.NUMBER}: submitted"
        assert f"http://testserver/licences/{licence.licence_id}" in words_of(mail)
        assert "competent authority of Netherlands" in words_of(mail)
    assert not any(facts.NUMBER in mail["Subject"] for mail in sink.to(stranger))


async def test_every_change_of_a_licence_is_mailed_once_however_often_it_is_heard(
    hear: Hear, sink: MailSink, service: Notifications, postman: None
) -> None:
    ana, ben, msca, customs = (facts.address() for _ in range(4))
    operator, [creator, _] = await company(hear, ana, ben)
    await hear(facts.authority("DE", msca), facts.authority("DE", customs, office="DE004600"))
    licence = facts.submitted(creator, operator, office="DE004600")
    changes = [
        facts.decided(licence),
        facts.decided(licence, LicenceRejected, reason_code="FORMAT", reason="Box 4 is not readable"),
        facts.decided(licence, ClearanceSuspended, reason="Other goods"),
        facts.decided(licence, ClearanceResumed, reason="Explained"),
        facts.decided(licence, LicenceCleared, declaration="26DE00000000000001", volume_m3="12.5"),
        facts.decided(licence, ClearanceRefused, reason="False papers"),
    ]
    for change in changes:
        event_id = uuid4()
        for _ in range(3):
            await hear(change, id=event_id)
    for address in (ana, ben):
        mails = await sink.wait_for(address, len(changes), about=facts.NUMBER)
        subjects = {mail["Subject"].removeprefix(f"Licence {facts.NUMBER}: ") for mail in mails}
        assert subjects == {
            "validated", "rejected", "release suspended", "clearance goes on",
            "cleared by customs", "clearance refused",
        }  # fmt: skip
        assert len(mails) == len(changes)
    assert [m["Subject"] for m in await sink.wait_for(customs)] == [f"Licence {facts.NUMBER} can be cleared"]
    assert [m["Subject"] for m in await sink.wait_for(msca)] == [
        f"Licence {facts.NUMBER}: customs suspended the release"
    ]
    cleared = next(mail for mail in sink.to(ana) if "cleared by" in mail["Subject"])
    assert "26DE00000000000001" in words_of(cleared)
    assert "12.5\N{NO-BREAK SPACE}m³" in words_of(cleared)


async def test_a_message_waits_for_an_account_that_is_not_known_yet(
    hear: Hear, sink: MailSink, service: Notifications, postman: None
) -> None:
    creator, operator, ana = uuid4(), uuid4(), facts.address()
    licence = facts.submitted(creator, operator, office="FR001260")
    await hear(facts.decided(licence, LicenceRejected, reason_code="FORMAT", reason="Unreadable"))

    async def waits() -> bool:
        async with service.work() as work:
            missing = await work.db.fetchval("SELECT waits_for FROM message WHERE about = $1", licence.licence_id)
            return bool(missing == "account")

    await until(waits)
    await hear(facts.account(creator, ana))
    [mail] = await sink.wait_for(ana)
    assert "rejected" in mail["Subject"]


async def test_a_request_waits_for_an_authority_that_is_not_known_yet(
    hear: Hear, sink: MailSink, postman: None
) -> None:
    operator, [creator] = await company(hear, facts.address())
    await hear(facts.submitted(creator, operator, office="PT000001"))
    msca = facts.address()
    await hear(facts.authority("PT", msca))
    assert len(await sink.wait_for(msca)) == 1


async def test_an_importer_whose_role_was_taken_back_is_not_told_any_more(
    hear: Hear, sink: MailSink, service: Notifications
) -> None:
    ana, ben = facts.address(), facts.address()
    operator, people = uuid4(), [uuid4(), uuid4()]
    await hear(facts.account(people[0], ana), facts.account(people[1], ben))
    roles = [facts.role(person, operator) for person in people]
    await hear(*(RoleGranted(role=role) for role in roles))
    await hear(RoleRevoked(role=roles[0].model_copy(update={"version": 2}), reason="Left"))
    await work_off(service)
    licence = facts.submitted(people[0], operator, office="ES000841")
    await hear(facts.decided(licence))
    await work_off(service)
    assert any("validated" in mail["Subject"] for mail in sink.to(ben))
    assert not any("validated" in mail["Subject"] for mail in sink.to(ana))


async def test_mails_wait_while_the_mail_server_is_away_and_use_up_no_try(
    hear: Hear, sink: MailSink, service: Notifications, postman: None
) -> None:
    ana = facts.address()
    operator, [creator] = await company(hear, ana)
    await sink.wait_for(ana)
    await sink.close()
    await hear(facts.decided(facts.submitted(creator, operator, office="IT018100")))

    async def noticed() -> bool:
        async with service.work() as work:
            error = await work.db.fetchval("SELECT error FROM delivery WHERE address = $1 AND state = 'waiting'", ana)
        return error is not None

    await until(noticed)
    assert (await state_of(service, ana))[-1] == ("waiting", 0)
    await sink.open()
    mails = await sink.wait_for(ana, 2)
    assert "validated" in mails[1]["Subject"]


async def test_a_passing_no_is_tried_again_and_the_sending_is_told(
    hear: Hear, sink: MailSink, service: Notifications, postman: None
) -> None:
    ana = facts.address()
    sink.answers[ana] = "451 4.7.1 Greylisted"
    person = facts.account(email=ana)
    await hear(person, RoleRefused(role=facts.role(person.account_id), reason="No"))

    async def tried_twice() -> bool:
        states = await state_of(service, ana)
        return bool(states) and states[0][0] == "waiting" and states[0][1] >= 2

    await until(tried_twice)
    del sink.answers[ana]
    await sink.wait_for(ana)

    async def settled() -> bool:
        return (await state_of(service, ana))[0][0] == "sent"

    await until(settled)
    [(kind, body)] = await told(service, ana)
    assert kind == "eu.flegt.notifications.notification-sent.v1"
    assert ana not in body


async def test_a_final_no_fails_the_delivery_and_tells_it_without_the_address(
    hear: Hear, sink: MailSink, service: Notifications, postman: None
) -> None:
    ana = facts.address()
    sink.answers[ana] = f"550 5.1.1 <{ana}>: no such mailbox"
    person = facts.account(email=ana)
    await hear(person, RoleRefused(role=facts.role(person.account_id), reason="No"))

    async def failed() -> bool:
        return await state_of(service, ana) == [("failed", 1)]

    await until(failed)
    [(kind, body)] = await told(service, ana)
    assert kind == "eu.flegt.notifications.notification-failed.v1"
    assert "550" in body
    assert ana not in body


async def test_a_crash_between_sending_and_noting_it_sends_the_same_mail_again(
    hear: Hear, sink: MailSink, service: Notifications
) -> None:
    ana = facts.address()
    person = facts.account(email=ana)
    await hear(person, RoleRefused(role=facts.role(person.account_id), reason="No"))
    await work_off(service)
    async with service.work() as work:
        await work.db.execute("UPDATE delivery SET state = 'waiting', due_at = now() WHERE address = $1", ana)
    await work_off(service)
    first, second = sink.to(ana)
    assert first["Message-ID"] == second["Message-ID"]


async def test_the_postman_goes_on_after_the_database_has_cut_every_connection(
    hear: Hear, sink: MailSink, service: Notifications, postman: None
) -> None:
    ana = facts.address()
    person = facts.account(email=ana)
    await hear(person, RoleRefused(role=facts.role(person.account_id), reason="No"))
    await sink.wait_for(ana)
    async with service.work() as work:
        await work.db.execute(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
            """
        )
    await hear(RoleRefused(role=facts.role(person.account_id), reason="No again"))
    assert len(await sink.wait_for(ana, 2)) == 2


async def test_a_mail_server_that_breaks_off_costs_only_the_mail_it_broke_off_at(
    hear: Hear, sink: MailSink, service: Notifications, postman: None
) -> None:
    ana, ben = facts.address(), facts.address()
    sink.answers[ana] = "421 4.3.2 Closing"
    people = [facts.account(email=ana), facts.account(email=ben)]
    await hear(*people, *(RoleRefused(role=facts.role(p.account_id), reason="No") for p in people))
    assert len(await sink.wait_for(ben)) == 1
    del sink.answers[ana]
    assert len(await sink.wait_for(ana)) == 1


async def test_the_copy_being_refused_does_not_stop_the_mail(
    hear: Hear, sink: MailSink, service: Notifications, postman: None
) -> None:
    msca = facts.address()
    sink.answers[msca] = "550 5.1.1 no such mailbox"
    await hear(facts.letter(copy_to=msca))

    async def remark() -> str | None:
        async with service.work() as work:
            text: str | None = await work.db.fetchval(
                "SELECT error FROM delivery WHERE copy_to = $1 AND state = 'sent'", msca
            )
        return text

    assert await until(remark) == "The copy was refused: 550"


async def test_two_postmen_do_not_send_a_mail_twice(hear: Hear, sink: MailSink, service: Notifications) -> None:
    addresses = [facts.address() for _ in range(30)]
    people = [facts.account(email=address) for address in addresses]
    await hear(*people)
    await hear(*(RoleRefused(role=facts.role(p.account_id), reason="No") for p in people))
    for _ in range(3):
        await asyncio.gather(service.postman.round(), service.postman.round(), service.postman.round())
    assert [len(sink.to(address)) for address in addresses] == [1] * 30


async def test_old_facts_stand_in_the_inbox_and_are_not_mailed(
    hear: Hear, sink: MailSink, service: Notifications
) -> None:
    ana = facts.address()
    operator, [creator] = await company(hear, ana)
    long_ago = datetime.now(UTC) - timedelta(days=200)
    await hear(facts.decided(facts.submitted(creator, operator, office="SE015045")), time=long_ago)
    await work_off(service)
    assert ("silent", 0) in await state_of(service, ana)
    assert not any("validated" in mail["Subject"] for mail in sink.to(ana))
