"""Who is told what about accounts and roles, over a real database and real SMTP."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.notifications.service import Notifications
from shared.contracts import Event
from shared.contracts.identity import (
    AccountLinkRequested,
    EmailChangeRequested,
    Role,
    RoleChanged,
    RoleEnded,
    RoleGranted,
    RoleRefused,
    RoleRequested,
    RoleRequestWaiting,
    RoleRevoked,
    RoleSuspended,
    RoleWithdrawn,
    SecurityNoticed,
)
from shared.contracts.validation import LicenceRejected
from tests.notifications import facts
from tests.notifications.conftest import Hear, MailSink, words_of, work_off

SUPPORT = "support@flegt.example"
NOW = datetime.now(UTC)


class Office:
    """A country's people: by name, their account, role and address; some may decide about roles, some may not."""

    def __init__(self, country: str) -> None:
        self.country = country
        self.authority, self.customs = uuid4(), uuid4()
        self.mailbox = facts.address()
        self.people: dict[str, tuple[UUID, str]] = {}
        self.roles: list[Role] = []
        self._add("asker")
        self._add("officer", "msca", self.authority)
        self._add("chief", "msca", self.authority, administrator=True)
        self._add("chief at customs", "customs", self.customs, administrator=True, office=f"{country}000001")
        self._add("customs officer", "customs", self.customs, office=f"{country}000001")
        self._add("colleague", "importer", uuid4(), administrator=True)
        self._add("former officer", "msca", self.authority, ends_at=NOW - timedelta(days=1))
        self.roles.append(self._role(uuid4(), "msca", self.authority, machine=True, administrator=True))

    def _role(self, account: UUID, kind: str, body: UUID, **terms: Any) -> Role:
        return facts.role(account, body, kind=kind, country=self.country, **terms)

    def _add(self, name: str, kind: str = "", body: UUID | None = None, **terms: Any) -> None:
        account = uuid4()
        self.people[name] = (account, facts.address())
        if kind:
            self.roles.append(self._role(account, kind, body or uuid4(), **terms))

    def wished(self, kind: str, **terms: Any) -> Role:
        """The role that the asker wants."""
        body = {"msca": self.authority, "customs": self.customs}.get(kind)
        return facts.role(self.people["asker"][0], body, kind=kind, country=self.country, **terms)

    async def open(self, hear: Hear) -> None:
        await hear(facts.authority(self.country, self.mailbox))
        await hear(*(facts.account(account, address) for account, address in self.people.values()))
        await hear(*(RoleGranted(role=role) for role in self.roles), time=NOW - timedelta(days=90))

    def mailed(self, sink: MailSink, role: Role | None = None) -> set[str]:
        """Who got a mail, by name; each at most one. About a role: with its link or, of the person's own, its body."""
        told = [
            (name, mail)
            for name, address in [*self._addresses(), ("mailbox", self.mailbox), ("support", SUPPORT)]
            for mail in sink.to(address)
            if role is None or role.body_name in mail["Subject"]
        ]
        names = [name for name, _ in told]
        assert len(names) == len(set(names)), f"somebody was mailed twice: {names}"
        return set(names)

    def _addresses(self) -> Iterable[tuple[str, str]]:
        return ((name, address) for name, (_, address) in self.people.items())

    async def informed(self, service: Notifications, role: Role) -> set[str]:
        """Whose inbox has something about this role."""
        async with service.work() as work:
            rows = await work.db.fetch(
                "SELECT d.account_id FROM delivery d JOIN message m ON m.id = d.message_id WHERE m.about = $1",
                role.role_id,
            )
        accounts = {account: name for name, (account, _) in self.people.items()}
        return {accounts[row["account_id"]] for row in rows if row["account_id"]}


ASKED: Callable[[Role], Event] = lambda role: RoleRequested(role=role, person_name="Ana Peeters")  # noqa: E731
WAITS: Callable[[Role], Event] = lambda role: RoleRequestWaiting(role=role, person_name="Ana", since=NOW)  # noqa: E731
TAKEN_BACK: Callable[[Role], Event] = lambda role: RoleWithdrawn(role=role)  # noqa: E731
AUTHORITY = {"officer", "chief"}


@pytest.mark.parametrize(
    ("country", "kind", "fact", "inboxes", "mails"),
    [
        ("AT", "importer", ASKED, AUTHORITY, AUTHORITY),
        ("BG", "msca", ASKED, {"chief"}, {"chief"}),
        ("CZ", "customs", ASKED, {"chief at customs"}, {"chief at customs"}),
        ("DK", "support", ASKED, set(), set()),
        ("EE", "monitor", ASKED, set(), set()),
        ("FI", "importer", WAITS, AUTHORITY, AUTHORITY | {"support"}),
        ("GR", "msca", WAITS, {"chief"}, {"chief", "support"}),
        ("HR", "customs", WAITS, {"chief at customs"}, {"chief at customs", "support"}),
        ("HU", "support", WAITS, set(), {"support"}),
        ("IE", "importer", TAKEN_BACK, AUTHORITY, set()),
        ("LT", "msca", TAKEN_BACK, {"chief"}, set()),
        ("LV", "importer", lambda r: RoleGranted(role=r), {"asker"}, {"asker"}),
        ("MT", "importer", lambda r: RoleRefused(role=r, reason="No"), {"asker"}, {"asker"}),
        ("PL", "importer", lambda r: RoleRevoked(role=r, reason="Left"), {"asker"}, {"asker"}),
        ("RO", "importer", lambda r: RoleSuspended(role=r, reason="Doubt"), {"asker"}, {"asker"}),
        ("SE", "importer", lambda r: RoleChanged(role=r, change="resumed"), {"asker"}, {"asker"}),
        ("SI", "importer", lambda r: RoleEnded(role=r), {"asker"}, {"asker"}),
    ],
)
async def test_each_fact_about_a_role_is_told_to_those_whom_it_concerns(
    hear: Hear,
    sink: MailSink,
    service: Notifications,
    country: str,
    kind: str,
    fact: Callable[[Role], Event],
    inboxes: set[str],
    mails: set[str],
) -> None:
    office = Office(country)
    await office.open(hear)
    await work_off(service)
    role = office.wished(kind, body_name=f"Body {uuid4().hex[:8]}")
    event_id = uuid4()
    for _ in range(2):
        await hear(fact(role), id=event_id)
        await work_off(service)
    assert await office.informed(service, role) == inboxes
    assert office.mailed(sink, role) == mails


async def test_nobody_is_asked_to_decide_about_oneself(hear: Hear, sink: MailSink, service: Notifications) -> None:
    office = Office("SK")
    await office.open(hear)
    chief, address = office.people["chief"]
    await hear(RoleRequested(role=facts.role(chief, office.authority, kind="msca", country="SK"), person_name="Chief"))
    await hear(RoleRequested(role=facts.role(chief, kind="importer", country="SK"), person_name="Chief"))
    await work_off(service)
    assert not any("Role request" in mail["Subject"] for mail in sink.to(address))
    assert len([mail for mail in sink.to(office.people["officer"][1]) if "Role request" in mail["Subject"]]) == 1


@pytest.mark.parametrize("kind", [RoleGranted, RoleEnded])
async def test_client_programs_are_never_written_to_and_nothing_waits_for_them(
    hear: Hear, service: Notifications, kind: type[RoleGranted] | type[RoleEnded]
) -> None:
    role = facts.role(uuid4(), machine=True)
    await hear(kind(role=role))
    await hear(RoleSuspended(role=role, reason="No"), RoleChanged(role=role, change="end"))
    async with service.work() as work:
        assert await work.db.fetchval("SELECT count(*) FROM message WHERE about = $1", role.role_id) == 0


async def test_what_a_client_program_entered_is_told_to_the_people_of_its_company(
    hear: Hear, sink: MailSink, service: Notifications
) -> None:
    ana, program, person, operator = facts.address(), uuid4(), uuid4(), uuid4()
    await hear(facts.account(person, ana))
    await hear(facts.granted(person, operator), RoleGranted(role=facts.role(program, operator, machine=True)))
    licence = facts.submitted(program, operator, office="FR001260")
    await hear(facts.decided(licence, LicenceRejected, reason_code="FORMAT", reason="Unreadable"))
    await work_off(service)
    assert any("rejected" in mail["Subject"] for mail in sink.to(ana))


async def test_a_role_that_changed_or_rests_counts_here_as_it_does_elsewhere(
    hear: Hear, sink: MailSink, service: Notifications
) -> None:
    office = Office("CY")
    await office.open(hear)
    account, address = office.people["officer"]
    role = next(role for role in office.roles if role.account_id == account)

    async def asked() -> int:
        await hear(ASKED(office.wished("importer")))
        await work_off(service)
        return len([mail for mail in sink.to(address) if "Role request" in mail["Subject"]])

    await hear(RoleSuspended(role=role.model_copy(update={"version": 2}), reason="Doubt"))
    assert await asked() == 0
    await hear(RoleChanged(role=role.model_copy(update={"version": 3}), change="resumed"))
    assert await asked() == 1
    await hear(RoleEnded(role=role.model_copy(update={"version": 4})))
    assert await asked() == 1


async def test_a_decider_who_wants_no_mails_about_requests_finds_them_in_the_inbox(
    hear: Hear, sink: MailSink, service: Notifications
) -> None:
    office = Office("LU")
    await office.open(hear)
    async with service.work() as work:
        await work.db.execute("INSERT INTO switched_off VALUES ($1, 'requests')", office.people["officer"][0])
    role = office.wished("importer", body_name="Bois SA")
    await hear(WAITS(role))
    await work_off(service)
    assert await office.informed(service, role) == AUTHORITY
    assert office.mailed(sink, role) == {"chief", "support"}


async def test_a_request_waits_for_the_account_of_whoever_may_decide(
    hear: Hear, sink: MailSink, service: Notifications
) -> None:
    officer, address, country = uuid4(), facts.address(), "NL"
    await hear(RoleGranted(role=facts.role(officer, kind="msca", country=country)))
    await hear(RoleRequested(role=facts.role(uuid4(), country=country), person_name="Ana Peeters"))
    await work_off(service)
    assert sink.to(address) == []
    await hear(facts.account(officer, address))
    await work_off(service)
    assert {mail["Subject"].split(":")[0] for mail in sink.to(address)} == {"Role request", "Your role was granted"}


async def test_the_letter_of_a_request_goes_out_as_the_person_would_have_sent_it(
    hear: Hear, sink: MailSink, postman: None
) -> None:
    ana, msca = facts.address(), facts.address()
    body = "Dear support team,\n\nthis is a role request for a FLEGT timber importer.\n  Company: Ξυλεία ΑΕ\n\nŁukasz"
    letter = facts.letter(
        email=ana, first_name="Łukasz", last_name="Żółć", copy_to=msca, subject="Role request: Ξυλεία ΑΕ", body=body
    )
    event_id = uuid4()
    await hear(letter, id=event_id)
    await hear(letter, id=event_id)
    [mail] = await sink.wait_for(msca)
    assert sink.envelope_of(mail) == ("no-reply@flegt.example", [SUPPORT, msca])
    assert mail["From"] == f"Łukasz Żółć <{ana}>"
    assert mail["Sender"] == "FLEGT licences <no-reply@flegt.example>"
    assert (mail["To"], mail["Cc"], mail["Reply-To"]) == (SUPPORT, msca, ana)
    assert mail["Subject"] == "Role request: Ξυλεία ΑΕ"
    assert words_of(mail).rstrip("\n") == body
    assert not mail.defects
    assert sink.to(ana) == []


async def test_a_letter_without_an_authoritys_mailbox_goes_to_support_alone(
    hear: Hear, sink: MailSink, postman: None
) -> None:
    subject = f"Role request {uuid4().hex}"
    await hear(facts.letter(subject=subject))
    [mail] = await sink.wait_for(SUPPORT, about=subject)
    assert sink.envelope_of(mail) == ("no-reply@flegt.example", [SUPPORT])
    assert mail["Cc"] is None


async def test_a_request_is_not_mailed_to_support_a_second_time(
    hear: Hear, sink: MailSink, service: Notifications
) -> None:
    role = facts.role(uuid4(), body_name=f"Body {uuid4().hex}", country="PT")
    await hear(facts.letter(role_id=role.role_id, subject=f"Role request: {role.body_name}"), ASKED(role))
    await work_off(service)
    assert len([mail for mail in sink.to(SUPPORT) if role.body_name in mail["Subject"]]) == 1


async def test_a_person_with_an_address_of_other_letters_can_be_written_to(
    hear: Hear, sink: MailSink, postman: None
) -> None:
    łukasz = f"łukasz-{uuid4().hex[:6]}@houtimport.example"
    person = facts.account(email=łukasz, first_name="Łukasz")
    await hear(person, RoleRefused(role=facts.role(person.account_id), reason="No"))
    [mail] = await sink.wait_for(łukasz)
    assert words_of(mail).startswith("Dear Łukasz,\n")


async def test_both_addresses_are_asked_about_a_change_and_mails_go_to_the_new_one_from_then_on(
    hear: Hear, sink: MailSink, service: Notifications
) -> None:
    old, new, account_id = facts.address(), facts.address(), uuid4()
    await hear(facts.account(account_id, old))
    common: dict[str, Any] = {"account_id": account_id, "first_name": "Ana", "language": "en", "new_email": new}
    soon = datetime.now(UTC) + timedelta(hours=1)
    for address, path in ((old, "/identity/profile/email/abc"), (new, "/identity/profile/email/def")):
        await hear(EmailChangeRequested(email=address, path=path, expires_at=soon, **common))
    await work_off(service)
    [asked_old], [asked_new] = sink.to(old), sink.to(new)
    assert "\nhttp://testserver/identity/profile/email/abc\n" in words_of(asked_old)
    assert "\nhttp://testserver/identity/profile/email/def\n" in words_of(asked_new)

    sink.answers[old] = "451 4.7.1 Greylisted"
    await hear(RoleRefused(role=facts.role(account_id), reason="No"))
    await work_off(service)
    await hear(facts.account(account_id, new, version=2))
    await hear(facts.account(account_id, old, version=1))
    async with service.work() as work:
        await work.db.execute("UPDATE delivery SET due_at = now() WHERE account_id = $1", account_id)
    await work_off(service)
    assert [mail["Subject"].split(":")[0] for mail in sink.to(new)][1:] == ["Your role was not granted"]


async def test_an_owner_is_told_of_a_change_of_security_by_mail_and_in_the_inbox(
    hear: Hear, sink: MailSink, service: Notifications
) -> None:
    ana, account_id = facts.address(), uuid4()
    await hear(facts.account(account_id, ana, time_zone="Europe/Helsinki"))
    at = datetime(2026, 11, 22, 9, tzinfo=UTC)
    common: dict[str, Any] = {"account_id": account_id, "email": ana, "first_name": "Ana", "language": "en", "at": at}
    async with service.work() as work:
        await work.db.executemany(
            "INSERT INTO switched_off VALUES ($1, $2)", [(account_id, choice) for choice in ("roles", "requests")]
        )
    await hear(SecurityNoticed(what="second-factor-removed", detail="phone", **common))
    await work_off(service)
    [mail] = sink.to(ana)
    assert words_of(mail).startswith("Dear Ana,\n")
    assert "When: 22 Nov 2026, 11:00 EET" in words_of(mail)
    async with service.work() as work:
        assert await work.db.fetchval("SELECT count(*) FROM delivery WHERE account_id = $1", account_id) == 1


@pytest.mark.parametrize("what", ["account-deleted", "password-changed"])
async def test_a_change_of_security_is_told_even_if_the_account_is_not_known_here(
    hear: Hear, sink: MailSink, service: Notifications, what: str
) -> None:
    ana = facts.address()
    await hear(
        SecurityNoticed(account_id=uuid4(), email=ana, first_name="Ana", language="en", what=what, at=datetime.now(UTC))
    )
    await work_off(service)
    assert len(sink.to(ana)) == 1


async def test_the_owner_of_an_address_is_asked_before_an_account_is_linked(
    hear: Hear, sink: MailSink, postman: None
) -> None:
    ana = facts.address()
    soon = datetime.now(UTC) + timedelta(hours=1)
    known: dict[str, Any] = {"account_id": uuid4(), "email": ana, "first_name": "Ana", "language": "en"}
    await hear(AccountLinkRequested(provider="EU Login", path="/identity/openid/link/abc", expires_at=soon, **known))
    [mail] = await sink.wait_for(ana)
    assert mail["Subject"] == "Is it you who signed in with EU Login?"
    assert "\nhttp://testserver/identity/openid/link/abc\n" in words_of(mail)


async def test_an_authority_that_exists_no_longer_gets_no_mail(
    hear: Hear, sink: MailSink, service: Notifications
) -> None:
    old, new, closing = facts.address(), facts.address(), uuid4()
    await hear(facts.authority("IT", old, authority_id=closing), facts.authority("IT", new))
    await hear(facts.authority("IT", old, authority_id=closing, version=2, closed=True))
    person = facts.account()
    await hear(person, facts.submitted(person.account_id, uuid4(), office="IT018100"))
    await work_off(service)
    assert (len(sink.to(old)), len(sink.to(new))) == (0, 1)
