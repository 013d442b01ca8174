"""Asking, verifying, correcting, returning, withdrawing, replacing, handing over: on real PostgreSQL."""

import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.validation import storage, use_cases
from services.validation.domain.policy import FourEyes, Policy
from services.validation.domain.proceedings import BoxReason, Confirmation
from services.validation.service import Validation
from services.validation.storage import StoredCase, cells
from shared.contracts.licence import Licence, Requester
from shared.contracts.licences import InformationProvided, WithdrawalAsked
from shared.contracts.validation import CaseHandedOver, LicenceReplacing
from shared.person import Person
from shared.problems import NotYours, Stale, Unknown, WrongContent, WrongState
from shared.work import Work
from tests.validation.conftest import People
from tests.validation.examples import NOW, attachment, boxes, licence, opened

Do = Callable[..., Awaitable[Any]]


@pytest.fixture
def do(service: Validation) -> Do:
    """Calls a use case in a transaction of its own."""

    async def call(use_case: Callable[..., Awaitable[Any]], *values: Any, **named: Any) -> Any:
        async with service.work() as work:
            return await use_case(work, *values, **named)

    return call


async def told(service: Validation, case_id: UUID) -> list[tuple[str, dict[str, Any]]]:
    """The facts told about this case, oldest first."""
    async with service.work() as work:
        rows = await work.db.fetch("SELECT type, payload FROM outbox WHERE key = $1 ORDER BY id", str(case_id).encode())
    return [(row["type"].split(".")[3], json.loads(row["payload"])) for row in rows]


async def case_of(service: Validation, case_id: UUID) -> StoredCase:
    async with service.work() as work:
        found = await storage.find(work.db, case_id)
    assert found is not None
    return found


def message_about(case: StoredCase) -> dict[str, Any]:
    """What every message of the company says of its licence."""
    return {
        "licence_id": case.licence_id,
        "licence_number": case.licence_number,
        "operator_id": case.operator_id,
        "country": case.country,
        "point_of_entry": case.point_of_entry,
        "by": Requester(account_id=case.requester_id, name=case.requester_name),
    }


async def test_an_officer_takes_a_case_and_a_colleague_is_told_who_has_it(
    service: Validation, people: People, do: Do
) -> None:
    case_id = await opened(service)
    await do(use_cases.take_case, people.officer, case_id)
    with pytest.raises(WrongState) as refused:
        await do(use_cases.validate_licence, people.colleague, case_id)
    assert (refused.value.code, refused.value.params["name"]) == ("taken", people.officer.name)
    await do(use_cases.take_case, people.colleague, case_id, over=True)
    await do(use_cases.hand_case_to, people.colleague, case_id, people.officer.account_id)
    await do(use_cases.release_case, people.officer, case_id)
    assert (await case_of(service, case_id)).officer is None
    assert [name for name, _ in await told(service, case_id)] == ["case-taken"] * 3 + ["case-released"]


async def test_the_company_is_asked_and_its_answer_with_files_brings_the_case_back(
    service: Validation, people: People, do: Do
) -> None:
    case_id = await opened(service)
    due = NOW.date() + timedelta(days=10)
    await do(
        use_cases.ask_company, people.officer, case_id, kind="translation", text="Box 2, please.", boxes=[2], due_on=due
    )
    asked = await case_of(service, case_id)
    assert (asked.validation_state, asked.due_on) == ("information_requested", due)
    question = asked.questions[0]
    file = attachment("a" * 64, box=0, name="translation.pdf")
    answer = InformationProvided(**message_about(asked), request_id=question.id, text="Attached.", attachments=[file])
    await do(use_cases.receive_answer, answer)
    after = await case_of(service, case_id)
    assert (after.validation_state, after.due_on, after.questions[0].answer) == ("submitted", None, "Attached.")
    assert [a.name for a in after.licence.attachments] == ["translation.pdf"]
    names = [name for name, _ in await told(service, case_id)]
    assert names == ["information-requested", "information-received"]


async def test_an_answer_that_nobody_waits_for_any_more_is_kept_and_changes_no_state(
    service: Validation, people: People, do: Do
) -> None:
    case_id = await opened(service)
    await do(use_cases.ask_company, people.officer, case_id, kind="information", text="Which invoice?")
    asked = await case_of(service, case_id)
    await do(use_cases.waive_answer, people.officer, case_id, asked.questions[0].id)
    await do(use_cases.validate_licence, people.officer, case_id)
    late = InformationProvided(**message_about(asked), request_id=asked.questions[0].id, text="Invoice 17.")
    await do(use_cases.receive_answer, late)
    assert (await case_of(service, case_id)).validation_state == "validated"
    async with service.work() as work:
        assert next(entry.text for entry in await storage.acts_of(work.db, case_id)) == "Invoice 17."


async def test_a_query_blocks_acceptance_until_a_late_answer_confirms_the_licence(
    service: Validation, people: People, do: Do
) -> None:
    case_id = await opened(service)
    await do(
        use_cases.open_verification, people.officer, case_id, kind="query", sent_on=NOW.date(), text="Is it yours?"
    )
    waiting = await case_of(service, case_id)
    assert (waiting.validation_state, waiting.due_on) == ("under_verification", NOW.date() + timedelta(days=21))
    with pytest.raises(WrongState):
        await do(use_cases.validate_licence, people.officer, case_id)
    check = waiting.verifications[0].id
    await do(use_cases.end_verification, people.officer, case_id, check, outcome="silent")
    with pytest.raises(WrongState, match="did not end well"):
        await do(use_cases.validate_licence, people.officer, case_id)
    await do(use_cases.end_verification, people.officer, case_id, check, outcome="confirmed", answered_on=NOW.date())
    await do(use_cases.validate_licence, people.officer, case_id)
    outcomes = [body["outcome"] for name, body in await told(service, case_id) if name == "verification-ended"]
    assert outcomes == ["silent", "confirmed"]


async def test_a_corrected_box_keeps_its_original_and_an_extension_its_confirmation(
    service: Validation, people: People, do: Do
) -> None:
    case_id = await opened(service)
    extended = boxes(expiry_date=date(2027, 4, 30))
    wish: dict[str, Any] = {"box": 4, "boxes": extended, "why": "extension", "reason": "Extended by two months."}
    with pytest.raises(WrongContent) as refused:
        await do(use_cases.amend_box, people.officer, case_id, **wish)
    assert {error.field for error in refused.value.errors} == {
        "confirmed_by", "confirmed_on", "confirmation_reference"
    }  # fmt: skip
    confirmed = Confirmation("LIU Jakarta", NOW.date(), "LIU/2026/77")
    await do(use_cases.amend_box, people.officer, case_id, **wish, confirmation=confirmed)
    after = await case_of(service, case_id)
    assert (after.expiry_date, after.licence.boxes.expiry_date, after.version) == (date(2027, 4, 30),) * 2 + (3,)
    async with service.work() as work:
        (kept,) = await storage.amendments_of(work.db, case_id)
    assert (kept.before["expiry_date"], kept.after["expiry_date"]) == ("2027-02-28", "2027-04-30")
    assert (kept.confirmed_by, kept.reference, kept.by_name) == ("LIU Jakarta", "LIU/2026/77", people.officer.name)
    name, body = (await told(service, case_id))[0]
    assert (name, body["box"], body["amended"]["expiry_date"]) == ("licence-amended", 4, "2027-04-30")


async def test_a_returned_licence_is_decided_on_after_it_was_handed_in_again(
    service: Validation, people: People, do: Do
) -> None:
    submitted = licence()
    case_id = await opened(service, submitted)
    await do(
        use_cases.return_licence, people.officer, case_id, text="", boxes=[BoxReason(15, "MISSING_DATA", "No weight.")]
    )
    with pytest.raises(WrongState, match="returned"):
        await do(use_cases.validate_licence, people.officer, case_id)
    again = submitted.model_copy(update={"version": 5, "changed_boxes": [15]})
    await opened(service, submitted.model_copy(update={"version": 3}))
    assert (await case_of(service, case_id)).validation_state == "returned"  # an echo of what was returned
    await opened(service, again, at=NOW + timedelta(days=1))
    await do(use_cases.validate_licence, people.officer, case_id)
    assert (await case_of(service, case_id)).version == 6


async def test_a_correction_is_part_of_the_lodging_that_was_in_time(
    service: Validation, people: People, do: Do
) -> None:
    submitted = licence()
    expiry = submitted.boxes.expiry_date
    assert expiry is not None
    lodged = datetime.combine(expiry, time(12), UTC)
    late = lodged + timedelta(days=30)
    case_id = await opened(service, submitted.model_copy(update={"lodged_at": lodged}), at=lodged)
    reasons = [BoxReason(15, "MISSING_DATA", "No weight.")]
    await do(use_cases.return_licence, people.officer, case_id, text="", boxes=reasons)
    again = submitted.model_copy(update={"version": 5, "changed_boxes": [15], "lodged_at": lodged})

    await opened(service, again, at=late)

    case = await case_of(service, case_id)
    assert (case.lodged_on, case.state_since) == (expiry, late)
    await do(use_cases.validate_licence, people.officer, case_id)
    assert (await case_of(service, case_id)).validation_state == "validated"


async def test_with_four_eyes_nothing_is_told_to_customs_before_the_second_officer(
    service: Validation, people: People, do: Do
) -> None:
    async with service.work() as work:
        await storage.keep_policy(
            work.db, "BE", Policy(FourEyes.ALWAYS), version=0, at=NOW, by=people.officer.account_id
        )
    try:
        case_id = await opened(service)
        await do(use_cases.validate_licence, people.officer, case_id, remark="In order.")
        assert (await case_of(service, case_id)).validation_state == "submitted"
        with pytest.raises(NotYours):
            await do(use_cases.confirm_decision, people.officer, case_id)
        await do(use_cases.decline_decision, people.colleague, case_id, reason="Look at Box 15.")
        await do(use_cases.validate_licence, people.officer, case_id, remark="In order, looked again.")
        await do(use_cases.confirm_decision, people.colleague, case_id)
        decided = await case_of(service, case_id)
        assert decided.decision is not None
        assert decided.decision.confirmed_by is not None
        assert decided.decision.confirmed_by.name == people.colleague.name
        assert [name for name, _ in await told(service, case_id)] == [
            "decision-proposed", "decision-declined", "decision-proposed", "licence-validated"
        ]  # fmt: skip
    finally:
        async with service.work() as work:
            await work.db.execute("DELETE FROM authority_policy")


@pytest.mark.parametrize("decided", [False, True])
async def test_the_company_gets_an_undecided_licence_back_and_is_told_when_it_is_too_late(
    service: Validation, people: People, do: Do, decided: bool
) -> None:
    case_id = await opened(service)
    if decided:
        await do(use_cases.validate_licence, people.officer, case_id)
    case = await case_of(service, case_id)
    await do(use_cases.withdraw_when_asked, WithdrawalAsked(**message_about(case), reason="The buyer cancelled."))
    after = await case_of(service, case_id)
    assert after.validation_state == ("validated" if decided else "withdrawn")
    assert (await told(service, case_id))[-1][0] == ("withdrawal-declined" if decided else "licence-withdrawn")


async def test_an_acceptance_is_taken_back_only_before_clearance(service: Validation, people: People, do: Do) -> None:
    case_id = await opened(service)
    await do(use_cases.validate_licence, people.officer, case_id)
    await do(use_cases.cancel_validation, people.officer, case_id, reason="The issuer revoked it.")
    cancelled = await case_of(service, case_id)
    assert (cancelled.validation_state, cancelled.clearance_state) == ("cancelled", "not_ready")
    with pytest.raises(Unknown):
        await do(use_cases.read_clearance, people.customs, case_id)


async def test_a_replacement_puts_the_old_licence_aside_and_both_say_so(
    service: Validation, people: People, do: Do
) -> None:
    old_number, new_number = (
        f"26.00417-{uuid4().int % 10**5:05}.003-ID-BE",
        f"26.00417-{uuid4().int % 10**5:05}.004-ID-BE",
    )
    old = await opened(service, licence(boxes=boxes(licence_number=old_number)))
    new = await opened(service, licence(boxes=boxes(licence_number=new_number)))
    await do(use_cases.register_replacement, people.officer, new, replaces_number=old_number.lower())
    assert (await case_of(service, old)).validation_state == "replaced"
    assert ((await case_of(service, old)).replaced_by, (await case_of(service, new)).replaces) == (new, old)
    assert (await told(service, old))[-1][1]["replaced_by_number"] == new_number
    assert (await told(service, new))[-1][0] == "licence-replacing"
    heard = LicenceReplacing.model_validate((await told(service, new))[-1][1])
    await do(use_cases.put_aside_when_replaced, heard)  # its own fact comes back, and changes nothing
    assert len(await told(service, old)) == 1
    with pytest.raises(WrongContent):
        await do(use_cases.register_replacement, people.officer, old, replaces_number="no such number")


async def test_another_office_of_the_country_keeps_the_case_and_its_acceptance(
    service: Validation, people: People, do: Do
) -> None:
    case_id = await opened(service)
    await do(use_cases.validate_licence, people.officer, case_id)
    await do(use_cases.change_point_of_entry, people.officer, case_id, office="BE343000", reason="Diverted.")
    with pytest.raises(Unknown):
        await do(use_cases.read_clearance, people.customs, case_id)
    view = await do(use_cases.read_clearance, people.other_customs, case_id)
    assert (view.case.clearance_state, view.case.licence.point_of_entry) == ("awaiting", "BE343000")


async def test_a_case_leaves_one_cell_and_enters_the_other_exactly_once(
    service: Validation, people: People, do: Do
) -> None:
    """Both cells' parts are played by this one database: what the Belgian cell keeps, and what the Dutch one hears."""
    case_id = await opened(service)
    await do(use_cases.validate_licence, people.officer, case_id)
    await do(use_cases.change_point_of_entry, people.officer, case_id, office="NL000396", reason="Diverted.")
    for someone in (people.officer, people.customs):
        with pytest.raises((Unknown, NotYours)):
            await do(use_cases.validate_licence, someone, case_id)
    event = CaseHandedOver.model_validate((await told(service, case_id))[-1][1])
    before = await case_of(service, case_id)
    assert (before.country, before.validation_state, before.decision) == ("NL", "submitted", None)
    await do(use_cases.receive_cases, [event, event], countries=frozenset())
    assert await case_of(service, case_id) == before
    await do(use_cases.validate_licence, people.dutch_officer, case_id)
    await do(use_cases.receive_cases, [event], countries=frozenset({"NL"}))
    assert (await case_of(service, case_id)).validation_state == "validated"


async def test_a_cell_lets_go_in_the_transaction_in_which_it_hands_over(
    service: Validation, people: People, do: Do
) -> None:
    kept, leaving, failing = [await opened(service) for _ in range(3)]
    go = use_cases.change_point_of_entry
    try:
        await do(lambda work: cells.serve(work.db, frozenset({"BE"})))
        await do(go, people.officer, kept, office="BE343000", reason="Diverted.")
        async with service.work() as work:
            await go(work, people.officer, leaving, office="NL000396", reason="Diverted.")
            assert not await work.db.fetchval("SELECT held FROM licence_case WHERE licence_id = $1", leaving)
        with suppress(ZeroDivisionError):  # whatever comes up in the same transaction
            async with service.work() as work:
                await go(work, people.officer, failing, office="NL000396", reason="Diverted.")
                1 / 0  # noqa: B018
    finally:
        await do(lambda work: cells.serve(work.db, frozenset()))
    held = {case_id: (await case_of(service, case_id)).held for case_id in (kept, leaving, failing)}
    assert held == {kept: True, leaving: False, failing: True}
    with pytest.raises(WrongState, match="handed over"):
        await do(use_cases.take_case, people.dutch_officer, leaving)


async def test_a_cell_lets_go_of_what_another_cell_holds_and_takes_it_back_when_it_returns(
    service: Validation, people: People, do: Do
) -> None:
    submitted = licence()
    case_id = await opened(service, submitted)
    dutch: Licence = submitted.model_copy(update={"version": 4, "point_of_entry": "NL000396"})
    await do(use_cases.open_cases, [use_cases.submission(dutch, NOW)], countries=frozenset({"BE"}))
    assert (await case_of(service, case_id)).held is False
    with pytest.raises(WrongState, match="handed over"):
        await do(use_cases.take_case, people.officer, case_id)
    belgian = submitted.model_copy(update={"version": 7})
    await do(use_cases.open_cases, [use_cases.submission(belgian, NOW)], countries=frozenset({"BE"}))
    await do(use_cases.take_case, people.officer, case_id)


@pytest.mark.parametrize(
    ("office", "field"), [("NL999999", "point_of_entry"), ("BE101000", "point_of_entry"), ("", "point_of_entry")]
)
async def test_a_case_goes_only_to_an_office_that_exists_and_is_another(
    service: Validation, people: People, do: Do, office: str, field: str
) -> None:
    case_id = await opened(service)
    with pytest.raises(WrongContent) as refused:
        await do(use_cases.change_point_of_entry, people.officer, case_id, office=office, reason="Diverted.")
    assert [error.field for error in refused.value.errors] == [field]


async def test_nobody_of_another_country_does_any_of_it(service: Validation, people: People, do: Do) -> None:
    case_id = await opened(service)
    stranger: Person = people.dutch_officer
    tries: list[Callable[[Work], Awaitable[Any]]] = [
        lambda w: use_cases.take_case(w, stranger, case_id),
        lambda w: use_cases.ask_company(w, stranger, case_id, kind="information", text="Which invoice?"),
        lambda w: use_cases.open_verification(w, stranger, case_id, kind="query", sent_on=NOW.date()),
        lambda w: use_cases.return_licence(w, stranger, case_id, text="", boxes=[BoxReason(4, "FORMAT")]),
        lambda w: use_cases.change_point_of_entry(w, stranger, case_id, office="NL000396", reason="Ours."),
        lambda w: use_cases.register_replacement(w, stranger, case_id, replaces_number="x"),
    ]
    for attempt in tries:
        async with service.work() as work:
            with pytest.raises(Unknown):
                await attempt(work)
    assert await told(service, case_id) == []


async def test_a_version_that_was_passed_is_not_acted_on(service: Validation, people: People, do: Do) -> None:
    case_id = await opened(service)
    await do(use_cases.take_case, people.officer, case_id)
    with pytest.raises(Stale):
        await do(use_cases.return_licence, people.officer, case_id, text="", boxes=[BoxReason(4, "FORMAT")], version=2)
    assert replace(await case_of(service, case_id)).validation_state == "submitted"
