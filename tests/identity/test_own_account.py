"""Changing and deleting one's own account, on a real database."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from services.identity.domain.accounts import LINK_LIVES, PRIVACY_VERSION
from services.identity.domain.email_change import CHANGE_LIVES
from services.identity.domain.roles import Kind
from services.identity.service import MAILS_KEPT, Identity
from services.identity.use_cases import accounts, email_changes, my_data, privacy, sessions
from services.identity.use_cases.deletion import delete_account
from services.identity.use_cases.password_change import change_password
from services.identity.use_cases.refusals import WrongCredentials
from services.identity.use_cases.sessions import SignIn
from shared.person import Person
from shared.problems import NotSignedIn, TooMany, WrongContent, WrongState
from tests.identity.acts import ask, create, register, sign_in
from tests.identity.conftest import PASSWORD, Clock, registration, told, told_to

Member = Callable[..., Any]
NEW = "another fine sentence"
HERE = "192.0.2.77"


async def entered(service: Identity, email: str, password: str = PASSWORD) -> tuple[Person, str]:
    """Signed in, with the session's secret."""
    signed_in = await sign_in(service, email, password)
    assert isinstance(signed_in, SignIn)
    return signed_in.person, signed_in.secret


async def links(service: Identity, email: str) -> str:
    """The latest link for another address that was mailed to this one."""
    return str((await told_to(service, "email-change-requested", email))[-1]["path"].rsplit("/", 1)[1])


async def wish(service: Identity, person: Person, new_email: str) -> None:
    async with service.work() as work:
        await email_changes.request_change(work, person, new_email, address=HERE)


async def confirm(service: Identity, secret: str) -> bool:
    async with service.work() as work:
        return (await email_changes.confirm_change(work, secret, address=HERE)).is_complete


async def delete(service: Identity, person: Person, password: str = PASSWORD) -> None:
    await delete_account(service.work, service.passwords, person, password=password, address=HERE)


async def change(service: Identity, person: Person, current: str, new: str) -> None:
    await change_password(service.work, service.passwords, person, current=current, new=new, address=HERE)


async def acts_of(service: Identity, person: Person) -> list[str]:
    async with service.work() as work:
        rows = await work.db.fetch("SELECT act FROM audit WHERE subject_id = $1 ORDER BY at, id", person.account_id)
    return [row["act"] for row in rows]


async def test_a_new_password_needs_the_present_one_and_ends_the_other_sessions(
    service: Identity, member: Member
) -> None:
    _, email = await member()
    person, here = await entered(service, email)
    _, elsewhere = await entered(service, email)
    with pytest.raises(WrongContent) as refused:
        await change(service, person, "not the present one", NEW)
    assert [error.field for error in refused.value.errors] == ["current_password"]

    await change(service, person, PASSWORD, NEW)

    async with service.work() as work:
        assert await sessions.renew(work, here) is not None
        assert await sessions.renew(work, elsewhere) is None
    await sign_in(service, email, NEW)
    with pytest.raises(WrongCredentials):
        await sign_in(service, email)
    assert [fact["what"] for fact in await told(service, "security-noticed", person.account_id)] == ["password-changed"]


@pytest.mark.parametrize(("new", "code"), [("short", "too_short"), (PASSWORD, "same_password")])
async def test_a_new_password_is_as_good_as_at_registration_and_another_one(
    service: Identity, member: Member, new: str, code: str
) -> None:
    _, email = await member()
    person, _ = await entered(service, email)
    with pytest.raises(WrongContent) as refused:
        await change(service, person, PASSWORD, new)

    assert [error.code for error in refused.value.errors] == [code]


async def test_guessing_the_present_password_is_stopped_with_guessing_at_the_sign_in(
    service: Identity, member: Member
) -> None:
    _, email = await member()
    person, _ = await entered(service, email)
    guesses = [change(service, person, "a wrong guess", NEW) for _ in range(30)]
    refusals = await asyncio.gather(*guesses, return_exceptions=True)
    assert {type(refusal) for refusal in refusals} == {WrongContent, TooMany}
    with pytest.raises(TooMany):
        await sign_in(service, email, address=HERE)

    async with service.work() as work:
        stops = await work.db.fetchval(
            "SELECT count(*) FROM audit WHERE act = 'guessing_stopped' AND address = $1", HERE
        )
    assert stops == 1


@pytest.mark.parametrize("new_first", [True, False])
async def test_another_address_counts_when_both_mailboxes_have_confirmed_in_either_order(
    service: Identity, member: Member, new_first: bool
) -> None:
    person, old = await member()
    new = f"new.{old}"
    await wish(service, person, new)
    first, second = (new, old) if new_first else (old, new)

    assert not await confirm(service, await links(service, first))
    assert (await sign_in(service, old)).person.account_id == person.account_id
    assert await confirm(service, await links(service, second))

    assert (await sign_in(service, new)).person.account_id == person.account_id
    with pytest.raises(WrongCredentials):
        await sign_in(service, old)
    facts = await told(service, "account-confirmed", person.account_id)
    assert (facts[-1]["email"], facts[-1]["version"] > facts[0]["version"]) == (new, True)
    (notice,) = await told(service, "security-noticed", person.account_id)
    assert (notice["email"], notice["what"]) == (old, "email-changed")


async def test_links_for_another_address_work_once_end_and_give_way_to_newer_ones(
    service: Identity, member: Member, clock: Clock
) -> None:
    person, old = await member()
    await wish(service, person, f"first.{old}")
    replaced = await links(service, old)
    await wish(service, person, f"second.{old}")
    used = await links(service, old)
    await confirm(service, used)
    late = await links(service, f"second.{old}")
    clock.forward(hours=24)

    for secret, code in ((replaced, "link_unknown"), (used, "link_used"), (late, "link_ended")):
        with pytest.raises(WrongState) as refused:
            await confirm(service, secret)
        assert refused.value.code == code


async def test_both_links_pressed_at_the_same_time_change_the_address_once(service: Identity, member: Member) -> None:
    person, old = await member()
    new = f"new.{old}"
    await wish(service, person, new)
    secrets = [await links(service, email) for email in (old, new)]
    outcomes = await asyncio.gather(*(confirm(service, secret) for secret in secrets))

    assert sorted(outcomes) == [False, True]
    assert len(await told(service, "account-confirmed", person.account_id)) == 2


async def test_a_taken_address_looks_like_any_other_but_gets_no_link(service: Identity, member: Member) -> None:
    person, old = await member()
    owner, taken = await member()
    await wish(service, person, taken.upper())

    assert await told_to(service, "email-change-requested", taken.upper()) == []
    assert len(await told(service, "registration-repeated", owner.account_id)) == 1
    assert not await confirm(service, await links(service, old))
    async with service.work() as work:
        waiting = await email_changes.read_change(work, person)
    assert waiting is not None
    assert waiting.new_email == taken.upper()


async def test_an_address_that_somebody_only_registered_goes_to_who_confirms_it(
    service: Identity, member: Member, password_hash: str
) -> None:
    person, old = await member()
    new = f"squatted.{old}"
    await wish(service, person, new)
    await register(service, new, password_hash)
    for email in (old, new):
        await confirm(service, await links(service, email))

    assert (await sign_in(service, new)).person.account_id == person.account_id


async def test_an_address_that_was_confirmed_by_another_meanwhile_stays_theirs(
    service: Identity, member: Member
) -> None:
    person, old = await member()
    new = f"faster.{old}"
    await wish(service, person, new)
    link = await links(service, new)
    await member(email=new)
    await confirm(service, await links(service, old))

    with pytest.raises(WrongState) as refused:
        await confirm(service, link)
    assert refused.value.code == "address_lost"
    assert (await sign_in(service, old)).person.account_id == person.account_id


@pytest.mark.parametrize("from_mailbox", [True, False])
async def test_a_cancelled_change_leaves_the_address_and_no_link(
    service: Identity, member: Member, from_mailbox: bool
) -> None:
    person, old = await member()
    await wish(service, person, f"new.{old}")
    async with service.work() as work:
        if from_mailbox:
            await email_changes.refuse_change(work, await links(service, old), address=HERE)
        else:
            await email_changes.cancel_change(work, person)

    with pytest.raises(WrongState):
        await confirm(service, await links(service, f"new.{old}"))


async def test_nobody_fills_mailboxes_by_asking_for_their_addresses(service: Identity, member: Member) -> None:
    person, old = await member()
    for number in range(5):
        await wish(service, person, f"{number}.{old}")
    with pytest.raises(TooMany):
        await wish(service, person, f"more.{old}")


async def test_a_new_privacy_statement_is_asked_for_and_those_before_stay_known(
    service: Identity, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, _ = await member()
    async with service.work() as work:
        assert not await privacy.must_accept(work, person)
    monkeypatch.setattr(privacy, "PRIVACY_VERSION", "2030-01")
    async with service.work() as work:
        assert await privacy.must_accept(work, person)
        with pytest.raises(WrongContent):
            await privacy.accept_privacy(work, person, ticked=False)
        await privacy.accept_privacy(work, person, ticked=True)
        assert not await privacy.must_accept(work, person)
        data = await my_data.read_my_data(work, person)

    assert {version for version, _at in data.acceptances} == {PRIVACY_VERSION, "2030-01"}


async def test_what_is_taken_along_is_everything_about_the_person(service: Identity, member: Member) -> None:
    _, email = await member()
    person, _ = await entered(service, email)
    operator = await create(service, person)
    await ask(service, person, Kind.IMPORTER, operator.id)
    async with service.work() as work:
        taken = await my_data.take_along(work, person)

    assert taken["account"]["email"] == email
    assert taken["account"]["has_password"] is True
    assert [role["phone"] for role in taken["roles"]] == ["+32 2 123 45 67"]
    assert taken["sessions"][0]["network_address"] == "192.0.2.1"
    assert {"signed_in", "role_requested", "data_taken_along"} <= {act["act"] for act in taken["acts"]}


async def everything(service: Identity) -> str:
    """All that the database holds."""
    async with service.work() as work:
        tables = await work.db.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        rows = [r for t in tables for r in await work.db.fetch(f"SELECT * FROM {t['tablename']}")]
    return str([dict(row) for row in rows])


async def test_deleting_an_account_leaves_a_pseudonym_and_nothing_personal(
    service: Identity, member: Member, clock: Clock
) -> None:
    _, email = await member(first_name="Quirina", last_name="Unmistakable")
    person, secret = await entered(service, email)
    operator = await create(service, person)
    await ask(service, person, Kind.IMPORTER, operator.id)
    await accounts_link(service, email)
    await wish(service, person, f"new.{email}")
    with pytest.raises(WrongContent):
        await delete(service, person, "a wrong guess")

    await delete(service, person)

    (fact,) = await told(service, "account-deleted", person.account_id)
    assert fact["pseudonym"] == f"Former user {person.account_id.hex[-6:].upper()}"
    assert fact["version"] > 2
    assert [fact["role"]["version"] for fact in await told(service, "role-withdrawn", person.account_id)] == [2]
    (notice,) = await told(service, "security-noticed", person.account_id)
    assert (notice["what"], notice["email"]) == ("account-deleted", email)
    async with service.work() as work:
        assert await sessions.renew(work, secret) is None
        await work.db.execute("DELETE FROM outbox_unsent")
    clock.forward(days=3)
    await service.look_after_accounts()

    known = await everything(service)
    assert "Quirina" not in known
    assert "Unmistakable" not in known
    assert email not in known
    assert "account_deleted" in await acts_of(service, person)


async def accounts_link(service: Identity, email: str) -> None:
    async with service.work() as work:
        await accounts.request_password_link(work, email)


async def test_granted_roles_of_a_deleted_account_are_revoked_everywhere(service: Identity, member: Member) -> None:
    await member(support=True)
    person, email = await member(support=True)
    await delete(service, (await entered(service, email))[0])

    (fact,) = await told(service, "role-revoked", person.account_id)
    assert (fact["role"]["kind"], fact["role"]["version"]) == ("support", 2)
    with pytest.raises(NotSignedIn):
        await service.roles_of(person.account_id)


async def test_the_address_of_a_deleted_account_can_be_registered_anew(
    service: Identity, member: Member, password_hash: str
) -> None:
    person, email = await member()
    await delete(service, person)
    with pytest.raises(WrongCredentials):
        await sign_in(service, email)
    async with service.work() as work:
        account_id = await accounts.register_account(work, registration(email), password_hash=password_hash)

    assert account_id != person.account_id


async def test_the_last_support_person_stays_even_when_two_leave_at_once(service: Identity, member: Member) -> None:
    async with service.work() as work:
        await work.db.execute("UPDATE role SET status = 'ended' WHERE kind = 'support'")
    one, _ = await member(support=True)
    two, _ = await member(support=True)
    outcomes = await asyncio.gather(delete(service, one), delete(service, two), return_exceptions=True)

    refused = [outcome for outcome in outcomes if isinstance(outcome, WrongState)]
    assert [refusal.code for refusal in refused] == ["last_support_person"]
    assert outcomes.count(None) == 1


async def test_links_of_every_kind_end_within_the_time_that_mails_are_kept(service: Identity) -> None:
    assert max(LINK_LIVES, CHANGE_LIVES) < MAILS_KEPT - timedelta(hours=12)
