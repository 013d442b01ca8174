"""What can be asked of identity, on a real database."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from services.identity.domain.accounts import GUESSES_PER_ACCOUNT, GUESSES_PER_ADDRESS
from services.identity.domain.operators import TIMBER, OperatorDetails
from services.identity.domain.roles import Application, Kind, Role
from services.identity.service import Identity
from services.identity.storage import operators as operator_storage
from services.identity.use_cases import accounts, authorities, operators, roles, sessions
from services.identity.use_cases.refusals import EoriTaken, NotConfirmed, WrongCredentials
from services.identity.use_cases.roles import Filter
from services.identity.use_cases.sessions import SignIn
from shared.person import Person
from shared.problems import NotYours, TooMany, Unknown, WrongContent, WrongState
from tests.identity.conftest import PASSWORD, Clock, claims, counter, registration, told, told_to

Member = Callable[..., Any]
APPLICATION = Application("import manager", "+32 2 123 45 67", "We import plywood")


def company(**values: Any) -> OperatorDetails:
    defaults: dict[str, Any] = {
        "name": "Timber Trade NV", "eori": f"NL{next(counter):09}", "address": "Kaai 1", "postal_code": "1011",
        "town": "Amsterdam", "country": "NL", "activity": "importer", "section_chapters": (TIMBER,),
    }  # fmt: skip
    return OperatorDetails(**(defaults | values))


async def register(service: Identity, email: str, password_hash: str) -> None:
    async with service.work() as work:
        await accounts.register_account(work, registration(email), password_hash=password_hash)


async def link_of(service: Identity, email: str) -> str:
    facts = await told_to(service, "confirmation-requested", email)
    return str(facts[-1]["path"].rsplit("/", 1)[1])


async def sign_in(service: Identity, email: str, password: str = PASSWORD, address: str = "192.0.2.1") -> SignIn:
    return await sessions.sign_in(
        service.work, service.passwords, email=email, password=password, address=address, browser="tests"
    )


async def create(service: Identity, by: Person, **values: Any) -> Any:
    async with service.work() as work:
        return await operators.create_operator(work, by, company(**values))


async def ask(service: Identity, by: Person, kind: Kind, body_id: Any) -> Role:
    async with service.work() as work:
        return await roles.request_role(work, by, kind=kind, body_id=body_id, application=APPLICATION)


async def decide(service: Identity, by: Person, role: Role, *, granted: bool = True, reason: str = "") -> Role:
    async with service.work() as work:
        return await roles.decide_request(work, by, role.id, granted=granted, reason=reason)


async def authority(service: Identity, kind: str, country: str) -> Any:
    async with service.work() as work:
        found, _ = await authorities.find_authorities(work, kind=kind, country=country, cursor=None)
    return found[0].authority


async def test_an_account_can_be_used_once_its_address_is_confirmed(service: Identity, password_hash: str) -> None:
    email = "new@timber.example"
    await register(service, email, password_hash)

    with pytest.raises(NotConfirmed):
        await sign_in(service, email)
    async with service.work() as work:
        account = await accounts.confirm_account(work, await link_of(service, email))

    assert (await sign_in(service, "NEW@timber.example")).person.account_id == account.id
    (fact,) = await told(service, "account-confirmed", account.id)
    assert fact["email"] == email


async def test_the_database_keeps_no_link_and_no_password(service: Identity, password_hash: str) -> None:
    email = "kept@timber.example"
    await register(service, email, password_hash)
    secret = await link_of(service, email)

    async with service.work() as work:
        kept = str([dict(row) for row in await work.db.fetch("SELECT * FROM link")])
        kept += str([dict(row) for row in await work.db.fetch("SELECT * FROM account")])
    assert secret not in kept
    assert PASSWORD not in kept
    assert "$argon2id$" in kept


async def test_a_link_works_once_and_ends_after_a_day(service: Identity, password_hash: str, clock: Clock) -> None:
    await register(service, "once@timber.example", password_hash)
    await register(service, "late@timber.example", password_hash)
    used, late = await link_of(service, "once@timber.example"), await link_of(service, "late@timber.example")

    async with service.work() as work:
        await accounts.confirm_account(work, used)
    clock.forward(hours=24)

    for secret, code in ((used, "link_used"), (late, "link_ended"), ("made-up", "link_unknown")):
        with pytest.raises(WrongState) as refused:
            async with service.work() as work:
                await accounts.confirm_account(work, secret)
        assert refused.value.code == code


async def test_a_link_used_twice_at_the_same_time_confirms_once(service: Identity, password_hash: str) -> None:
    await register(service, "twice@timber.example", password_hash)
    secret = await link_of(service, "twice@timber.example")

    async def confirm() -> object:
        async with service.work() as work:
            return await accounts.confirm_account(work, secret)

    answers = await asyncio.gather(confirm(), confirm(), return_exceptions=True)

    assert sorted(isinstance(answer, WrongState) for answer in answers) == [False, True]


async def test_a_new_link_replaces_the_one_before_and_strangers_cannot_flood_a_mailbox(
    service: Identity, password_hash: str
) -> None:
    email = "again@timber.example"
    await register(service, email, password_hash)
    first = await link_of(service, email)
    for _ in range(10):
        async with service.work() as work:
            await accounts.request_confirmation_again(work, email)

    with pytest.raises(WrongState):
        async with service.work() as work:
            await accounts.read_link(work, first, "confirmation")
    assert len(await told_to(service, "confirmation-requested", email)) == 5


async def test_the_owner_of_a_taken_address_is_told_and_keeps_the_account(
    service: Identity, member: Member, password_hash: str
) -> None:
    person, email = await member()
    async with service.work() as work:
        await accounts.register_account(
            work, registration(email.upper(), first_name="Mallory"), password_hash=password_hash
        )
        account = await accounts.read_account(work, person)

    assert account.first_name == "Ines"
    assert len(await told(service, "registration-repeated", person.account_id)) == 1
    assert await told_to(service, "confirmation-requested", email.upper()) == []


async def test_a_wrong_password_and_an_unknown_address_answer_the_same(service: Identity, member: Member) -> None:
    _, email = await member()

    with pytest.raises(WrongCredentials) as wrong:
        await sign_in(service, email, "not the password", address="192.0.2.2")
    with pytest.raises(WrongCredentials) as unknown:
        await sign_in(service, "nobody@timber.example", address="192.0.2.2")

    assert (wrong.value.message, wrong.value.code) == (unknown.value.message, unknown.value.code)


async def test_guessing_one_account_is_stopped_for_a_while_even_from_many_addresses(
    service: Identity, member: Member, clock: Clock
) -> None:
    _, email = await member()
    for number in range(GUESSES_PER_ACCOUNT):
        with pytest.raises(WrongCredentials):
            await sign_in(service, email, "a wrong guess", address=f"198.51.100.{number}")

    with pytest.raises(TooMany) as stopped:
        await sign_in(service, email, address="198.51.100.99")
    assert 0 < stopped.value.retry_after <= 15 * 60 + 1

    clock.forward(minutes=15, seconds=1)
    await sign_in(service, email, address="198.51.100.99")


async def test_guesses_at_the_same_time_are_all_counted(service: Identity, member: Member) -> None:
    _, email = await member()

    guesses = [sign_in(service, email, "a wrong guess", address="203.0.113.7") for _ in range(GUESSES_PER_ACCOUNT + 5)]
    answers = await asyncio.gather(*guesses, return_exceptions=True)

    assert sum(isinstance(answer, WrongCredentials) for answer in answers) == GUESSES_PER_ACCOUNT
    assert sum(isinstance(answer, TooMany) for answer in answers) == 5


async def test_guessing_many_accounts_from_one_address_is_stopped(service: Identity, clock: Clock) -> None:
    async with service.work() as work:
        for _ in range(GUESSES_PER_ADDRESS):
            await sessions.storage.add_attempt(work.db, uuid4(), uuid4().bytes, "203.0.113.9", at=clock.now)

    with pytest.raises(TooMany):
        await sign_in(service, "anybody@timber.example", address="203.0.113.9")


async def test_a_right_password_forgets_the_wrong_ones_before(service: Identity, member: Member) -> None:
    _, email = await member()
    for _ in range(2):
        for _ in range(GUESSES_PER_ACCOUNT - 1):
            with pytest.raises(WrongCredentials):
                await sign_in(service, email, "a wrong guess", address="203.0.113.20")
        await sign_in(service, email, address="203.0.113.20")


async def test_a_session_gives_tokens_until_it_is_ended(service: Identity, member: Member, clock: Clock) -> None:
    person, email = await member()
    signed_in = await sign_in(service, email)
    said = claims(service.keyring.sign(signed_in.person, now=clock.now))

    assert said["sub"] == str(person.account_id)
    assert said["exp"] - said["iat"] == 15 * 60
    async with service.work() as work:
        renewed = await sessions.renew(work, signed_in.secret)
        assert renewed is not None
        assert renewed.session_id == signed_in.person.session_id
        await sessions.sign_out(work, signed_in.secret)
        assert await sessions.renew(work, signed_in.secret) is None


async def test_a_session_ends_after_twelve_hours(service: Identity, member: Member, clock: Clock) -> None:
    _, email = await member()
    signed_in = await sign_in(service, email)
    clock.forward(hours=12)

    async with service.work() as work:
        assert await sessions.renew(work, signed_in.secret) is None


async def test_a_forgotten_password_is_replaced_and_every_session_ends(service: Identity, member: Member) -> None:
    _, email = await member()
    before = await sign_in(service, email)
    async with service.work() as work:
        await accounts.request_password_link(work, email)
    secret = (await told_to(service, "password-reset-requested", email))[-1]["path"].rsplit("/", 1)[1]
    with pytest.raises(WrongContent):
        async with service.work() as work:
            await accounts.check_new_password(work, secret, "too short")

    new_hash = await service.passwords.hash("another fine sentence")
    async with service.work() as work:
        await accounts.choose_new_password(work, secret, password_hash=new_hash)

    await sign_in(service, email, "another fine sentence")
    with pytest.raises(WrongCredentials):
        await sign_in(service, email)
    async with service.work() as work:
        assert await sessions.renew(work, before.secret) is None


async def test_a_company_is_entered_once_and_the_second_person_is_led_to_it(service: Identity, member: Member) -> None:
    person, _ = await member()
    operator = await create(service, person, eori="BE0999999999", country="BE", town="Gent")

    with pytest.raises(EoriTaken) as taken:
        await create(service, person, eori="be 0999 999 999", name="Somebody else")

    assert taken.value.operator_id == operator.id
    (fact,) = await told(service, "operator-registered", operator.id)
    assert (fact["eori"], fact["town"], fact["version"]) == ("BE0999999999", "1011 Gent", 1)


async def test_companies_are_found_by_beginnings_of_words_page_by_page(service: Identity, member: Member) -> None:
    person, _ = await member()
    for number in range(5):
        await create(service, person, name=f"Sägewerk Kiefer {number}", town="Köln", country="DE", eori=f"DE77{number}")

    async with service.work() as work:
        first, cursor = await operators.find_operators(work, "SAGE koln", None, cursor=None, limit=3)
        second, end = await operators.find_operators(work, "SAGE koln", "DE", cursor=cursor, limit=3)
        by_eori, _ = await operators.find_operators(work, "de774", None, cursor=None)
        elsewhere, _ = await operators.find_operators(work, "sagewerk", "FR", cursor=None)

    assert [found.name[-1] for found in (*first, *second)] == list("01234")
    assert end is None
    assert [found.name for found in by_eori] == ["Sägewerk Kiefer 4"]
    assert elsewhere == []


async def test_a_common_word_is_paged_as_well_as_a_rare_one(
    service: Identity, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, _ = await member()
    for number in range(4):
        await create(service, person, name=f"Holzhandel Ulme {number}", eori=f"AT88{number}", country="AT")
    monkeypatch.setattr(operator_storage, "MANY", 3)
    monkeypatch.setattr(operator_storage, "_COUNT", operator_storage._COUNT.replace("1000", "3"))

    async with service.work() as work:
        first, cursor = await operators.find_operators(work, "ulme", None, cursor=None, limit=3)
        second, end = await operators.find_operators(work, "ulme", None, cursor=cursor, limit=3)

    assert [found.name[-1] for found in (*first, *second)] == list("0123")
    assert end is None


@pytest.mark.parametrize("text", ["'", "a & b | c", "x:*", "(", "\\", "ß ﬁ %", "!"])
async def test_no_search_text_breaks_the_search(service: Identity, text: str) -> None:
    async with service.work() as work:
        await operators.find_operators(work, text, None, cursor=None)


async def test_every_authority_is_there_and_loading_again_tells_nothing(service: Identity) -> None:
    known = authorities.known_authorities(demonstration=True)
    async with service.work() as work:
        assert await authorities.load_authorities(work, known) == 0
        states, _ = await authorities.find_authorities(work, kind="msca", country=None, cursor=None)

    assert len(states) == 27
    assert all(str(one.mailbox).endswith(".example") for one in known)
    (fact,) = await told(service, "authority-registered", (await authority(service, "msca", "BE")).id)
    assert (fact["version"], fact["kind"], fact["country"]) == (1, "msca", "BE")


async def test_a_corrected_authority_is_told_with_a_higher_version(service: Identity) -> None:
    belgian = await authority(service, "msca", "LU")
    renamed = type(belgian)(belgian.kind, belgian.code, "A new name", belgian.country, belgian.mailbox)
    async with service.work() as work:
        assert await authorities.load_authorities(work, [renamed]) == 1

    facts = await told(service, "authority-registered", belgian.id)
    assert [fact["version"] for fact in facts] == [1, 2]
    assert facts[-1]["name"] == "A new name"


async def test_outside_a_demonstration_only_known_mailboxes_are_used() -> None:
    mailboxes = {a.code: a.mailbox for a in authorities.known_authorities(demonstration=False) if a.kind == "msca"}

    assert mailboxes["BG"] is None
    assert "@" in str(mailboxes["DK"])


async def test_from_request_to_granted_to_revoked(service: Identity, member: Member) -> None:
    person, _ = await member()
    support, _ = await member(support=True)
    operator = await create(service, person)
    role = await ask(service, person, Kind.IMPORTER, operator.id)
    assert await service.roles_of(person.account_id) == ()

    await decide(service, support, role)
    (granted,) = await service.roles_of(person.account_id)
    assert (granted.kind, granted.body_id, granted.country) == ("importer", operator.id, "NL")

    async with service.work() as work:
        await roles.revoke_role(work, support, role.id, reason="left the company")
    assert await service.roles_of(person.account_id) == ()
    versions = []
    for name in ("role-requested", "role-granted", "role-revoked"):
        (fact,) = await told(service, name, person.account_id)
        versions.append(fact["role"]["version"])
    assert versions == [1, 2, 3]


async def test_who_decides_is_checked(service: Identity, member: Member) -> None:
    person, _ = await member()
    support, _ = await member(support=True)
    operator = await create(service, person)
    role = await ask(service, support, Kind.IMPORTER, operator.id)

    for by in (person, support):
        with pytest.raises(NotYours):
            await decide(service, by, role)
    with pytest.raises(NotYours):
        async with service.work() as work:
            await roles.find_requests(work, person, Filter(), cursor=None)
    with pytest.raises(Unknown):
        async with service.work() as work:
            await roles.withdraw_request(work, person, role.id)


async def test_two_decisions_at_the_same_time_are_one(service: Identity, member: Member) -> None:
    person, _ = await member()
    support, _ = await member(support=True)
    role = await ask(service, person, Kind.IMPORTER, (await create(service, person)).id)

    answers = await asyncio.gather(
        decide(service, support, role),
        decide(service, support, role, granted=False, reason="no"),
        return_exceptions=True,
    )

    assert sum(isinstance(answer, WrongState) for answer in answers) == 1


async def test_two_authorities_asked_for_at_the_same_time_are_one(service: Identity, member: Member) -> None:
    person, _ = await member()
    both = [(await authority(service, "msca", country)).id for country in ("BE", "FR")]

    answers = await asyncio.gather(
        *(ask(service, person, Kind.MSCA, body_id) for body_id in both), return_exceptions=True
    )

    assert [answer.code for answer in answers if isinstance(answer, WrongState)] == ["one_authority_only"]


async def test_a_withdrawn_request_can_be_asked_for_again(service: Identity, member: Member) -> None:
    person, _ = await member()
    office = await authority(service, "customs", "BE")
    role = await ask(service, person, Kind.CUSTOMS, office.id)
    with pytest.raises(WrongState):
        await ask(service, person, Kind.CUSTOMS, office.id)

    async with service.work() as work:
        await roles.withdraw_request(work, person, role.id)

    assert (await ask(service, person, Kind.CUSTOMS, office.id)).office == office.code


async def test_a_role_is_asked_for_in_a_body_of_its_kind_only(service: Identity, member: Member) -> None:
    person, _ = await member()
    office = await authority(service, "customs", "BE")

    for kind, body_id in ((Kind.MSCA, office.id), (Kind.IMPORTER, office.id), (Kind.SUPPORT, office.id)):
        with pytest.raises(WrongContent):
            await ask(service, person, kind, body_id)


async def test_the_queue_shows_who_waits_longest_first(service: Identity, member: Member, clock: Clock) -> None:
    person, _ = await member()
    support, _ = await member(support=True)
    offices = [await authority(service, "customs", country) for country in ("SE", "FI", "DK")]
    asked = []
    for office in offices:
        asked.append(await ask(service, person, Kind.CUSTOMS, office.id))
        clock.forward(minutes=1)

    found, cursor = [], None
    async with service.work() as work:
        while True:
            wanted = Filter(kind="customs")
            page, cursor = await roles.find_requests(work, support, wanted, cursor=cursor, limit=1)
            found += [one.role.id for one in page]
            if cursor is None:
                break
    assert [role_id for role_id in found if role_id in {a.id for a in asked}] == [a.id for a in asked]


async def test_what_matters_for_security_is_recorded(service: Identity, member: Member) -> None:
    person, email = await member()
    support, _ = await member(support=True)
    with pytest.raises(WrongCredentials):
        await sign_in(service, email, "a wrong guess", address="203.0.113.44")
    signed_in = await sign_in(service, email, address="203.0.113.44")
    role = await ask(service, signed_in.person, Kind.IMPORTER, (await create(service, person)).id)
    await decide(service, support, role, granted=False, reason="unknown company")

    async with service.work() as work:
        rows = await work.db.fetch("SELECT * FROM audit WHERE subject_id = $1 ORDER BY id", person.account_id)
    acts = {row["act"]: row for row in rows}
    assert {"sign_in_failed", "signed_in", "role_requested", "role_refused"} <= set(acts)
    assert acts["role_requested"]["address"] == "203.0.113.44"
    assert acts["role_refused"]["account_id"] == support.account_id
    assert email not in str([dict(row) for row in rows])
