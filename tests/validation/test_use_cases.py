"""What people may see and do, on real PostgreSQL: permissions, events, history, two officers at once."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.validation import use_cases
from services.validation.domain.quantities import Quantities
from services.validation.service import Validation
from shared.contracts import Event
from shared.contracts.licence import Requester
from shared.contracts.validation import (
    CaseEvent,
    ClearanceRefused,
    ClearanceResumed,
    ClearanceSuspended,
    LicenceCleared,
    LicenceRejected,
    LicenceValidated,
)
from shared.problems import NotYours, Refusal, Stale, Unknown, WrongContent, WrongState
from tests.validation.conftest import People
from tests.validation.examples import MRN, NOW, OTHER_MRN, boxes, licence, opened

DECLARED = Quantities(Decimal("15.9"), Decimal(10100))


async def validated(service: Validation, people: People, **changes: Any) -> UUID:
    case_id = await opened(service, licence(**changes))
    async with service.work() as work:
        await use_cases.validate_licence(work, people.officer, case_id)
    return case_id


async def events_of(service: Validation, case_id: UUID) -> list[tuple[str, str]]:
    async with service.work() as work:
        rows = await work.db.fetch("SELECT type, topic FROM outbox WHERE key = $1 ORDER BY id", str(case_id).encode())
    return [(row["type"].split(".")[3], row["topic"]) for row in rows]


async def test_a_licence_goes_from_the_queue_to_customs_and_every_act_is_one_event(
    service: Validation, people: People
) -> None:
    submitted = licence()
    case_id = await opened(service, submitted)
    told: list[Event] = []
    async with service.work() as work:
        await use_cases.validate_licence(work, people.officer, case_id, remark=" Checked. ", version=2)
        told += [event for event, _trace in work.told if isinstance(event, Event)]
    async with service.work() as work:
        await use_cases.suspend_clearance(work, people.customs, case_id, reason="Seal differs.", version=3)
        told += [event for event, _trace in work.told if isinstance(event, Event)]
    async with service.work() as work:
        await use_cases.resume_clearance(work, people.customs, case_id, reason="Explained.", version=4)
        told += [event for event, _trace in work.told if isinstance(event, Event)]
    async with service.work() as work:
        await use_cases.clear_licence(work, people.customs, case_id, declaration=MRN, declared=DECLARED, version=5)
        told += [event for event, _trace in work.told if isinstance(event, Event)]

    assert [type(event) for event in told] == [LicenceValidated, ClearanceSuspended, ClearanceResumed, LicenceCleared]
    assert [event.version for event in told if isinstance(event, CaseEvent)] == [3, 4, 5, 6]
    validated, *_between, cleared = told
    assert isinstance(validated, LicenceValidated)
    assert isinstance(cleared, LicenceCleared)
    assert (validated.remark, validated.acting_body) == ("Checked.", "FLEGT Competent Authority of BE")
    assert (validated.validation_state, validated.clearance_state) == ("validated", "awaiting")
    assert (cleared.declaration, cleared.volume_m3, cleared.clearance_state) == (MRN, Decimal("15.9"), "cleared")
    assert (cleared.requester_id, cleared.operator_id) == (submitted.requester.account_id, submitted.operator_id)
    assert {topic for _name, topic in await events_of(service, case_id)} == {"validation.cases"}


async def test_a_rejection_travels_with_its_code_and_words(service: Validation, people: People) -> None:
    case_id = await opened(service)
    async with service.work() as work:
        await use_cases.reject_licence(work, people.officer, case_id, reason_code="FORMAT", reason=" No stamp. ")
        event = work.told[0][0]
    assert isinstance(event, LicenceRejected)
    assert (event.reason_code, event.reason, event.clearance_state) == ("FORMAT", "No stamp.", "not_ready")


async def test_a_refusal_by_customs_is_final(service: Validation, people: People) -> None:
    case_id = await validated(service, people)
    async with service.work() as work:
        await use_cases.refuse_clearance(work, people.customs, case_id, reason="Other goods.")
        assert isinstance(work.told[0][0], ClearanceRefused)
    with pytest.raises(WrongState, match="final"):
        async with service.work() as work:
            await use_cases.resume_clearance(work, people.customs, case_id, reason="Sorry.")


async def test_other_countries_may_not_even_know_of_a_case(service: Validation, people: People) -> None:
    case_id = await opened(service)
    async with service.work() as work:
        with pytest.raises(Unknown):
            await use_cases.read_case(work, people.dutch_officer, case_id)
        with pytest.raises(Unknown):
            await use_cases.validate_licence(work, people.dutch_officer, case_id)
        for nobody in (people.importer, people.customs):
            with pytest.raises(NotYours):
                await use_cases.read_case(work, nobody, case_id)
            with pytest.raises(NotYours):
                await use_cases.validate_licence(work, nobody, case_id)


async def test_customs_sees_a_licence_of_its_office_once_it_is_validated_and_not_before(
    service: Validation, people: People
) -> None:
    case_id = await opened(service)
    async with service.work() as work:
        with pytest.raises(Unknown):
            await use_cases.read_clearance(work, people.customs, case_id)
        with pytest.raises(WrongState, match="not accepted"):
            await use_cases.clear_licence(work, people.customs, case_id, declaration=MRN, declared=DECLARED)
        await use_cases.validate_licence(work, people.officer, case_id)
        assert (await use_cases.read_clearance(work, people.customs, case_id)).case.licence_id == case_id
        with pytest.raises(Unknown):
            await use_cases.read_clearance(work, people.other_customs, case_id)
        with pytest.raises(Unknown):
            await use_cases.suspend_clearance(work, people.other_customs, case_id, reason="Not ours.")
        with pytest.raises(NotYours):
            await use_cases.clear_licence(work, people.officer, case_id, declaration=MRN, declared=DECLARED)


async def test_of_two_officers_at_once_one_decides_and_the_other_is_told(service: Validation, people: People) -> None:
    case_id = await opened(service)

    async def validate() -> None:
        async with service.work() as work:
            await use_cases.validate_licence(work, people.officer, case_id, version=2)

    async def reject() -> None:
        async with service.work() as work:
            await use_cases.reject_licence(
                work, people.colleague, case_id, reason_code="FORMAT", reason="No stamp.", version=2
            )

    answers = await asyncio.gather(validate(), reject(), return_exceptions=True)
    refusals = [answer for answer in answers if isinstance(answer, Refusal)]
    assert [(type(refusal), refusal.code) for refusal in refusals] == [(WrongState, "already_decided")]
    assert len(await events_of(service, case_id)) == 1


async def test_an_act_on_a_version_that_was_passed_changes_nothing(service: Validation, people: People) -> None:
    case_id = await validated(service, people)
    async with service.work() as work:
        await use_cases.suspend_clearance(work, people.customs, case_id, reason="Seal differs.", version=3)
    async with service.work() as work:
        await use_cases.resume_clearance(work, people.customs, case_id, reason="Explained.", version=4)
    before = await events_of(service, case_id)
    with pytest.raises(Stale):
        async with service.work() as work:
            await use_cases.clear_licence(work, people.customs, case_id, declaration=MRN, declared=DECLARED, version=3)
    assert await events_of(service, case_id) == before


async def test_a_second_declaration_is_refused(service: Validation, people: People) -> None:
    case_id = await validated(service, people)
    async with service.work() as work:
        await use_cases.clear_licence(work, people.customs, case_id, declaration=MRN, declared=DECLARED)
    async with service.work() as work:
        with pytest.raises(WrongState, match="already cleared"):
            await use_cases.clear_licence(work, people.customs, case_id, declaration=OTHER_MRN, declared=DECLARED)


async def test_beyond_ten_per_cent_the_arithmetic_is_told_in_words(service: Validation, people: People) -> None:
    case_id = await validated(service, people)
    async with service.work() as work:
        with pytest.raises(WrongContent) as refused:
            await use_cases.clear_licence(
                work, people.customs, case_id, declaration=MRN, declared=Quantities(Decimal("18.24"))
            )
    error = refused.value.errors[0]
    assert (error.field, error.code) == ("volume_m3", "quantity_over_10_percent")
    assert "18.24 m³ differs from the licensed 15.2 m³ by 3.04 m³, that is 20 %" in error.message % error.params


async def test_an_officer_who_entered_the_licence_does_not_decide_on_it(service: Validation, people: People) -> None:
    case_id = await opened(service, licence(requester=Requester(account_id=people.officer.account_id, name="Olivia")))
    async with service.work() as work:
        assert (await use_cases.read_case(work, people.officer, case_id)).own
        with pytest.raises(NotYours, match="yourself"):
            await use_cases.validate_licence(work, people.officer, case_id)
        await use_cases.validate_licence(work, people.colleague, case_id)


async def test_a_licence_lodged_after_its_expiry_can_only_be_rejected(service: Validation, people: People) -> None:
    expired = boxes(licence_number="26.88888-00123.003-ID-BE", expiry_date=(NOW - timedelta(days=1)).date())
    late = licence(boxes=expired)
    case_id = await opened(service, late)
    async with service.work() as work:
        view = await use_cases.read_case(work, people.officer, case_id)
        assert {check.code for check in view.checks if check.outcome == "fail"} == {"expiry_at_lodging"}
        with pytest.raises(WrongState, match="void"):
            await use_cases.validate_licence(work, people.officer, case_id)


async def test_every_act_and_every_look_stands_in_the_history(service: Validation, people: People) -> None:
    case_id = await opened(service)
    async with service.work(at=NOW + timedelta(hours=1)) as work:
        await use_cases.read_case(work, people.colleague, case_id)
        await use_cases.validate_licence(work, people.officer, case_id, remark="Checked.")
    async with service.work() as work:
        view = await use_cases.read_case(work, people.officer, case_id)
    assert [(e.act, e.name, e.text, e.at) for e in view.acts] == [
        ("validate", "Olivia Officer", "Checked.", NOW + timedelta(hours=1))
    ]
    assert [(e.name, e.body) for e in view.reads] == [("Peter Prudent", "FLEGT Competent Authority of BE")]


async def test_a_number_that_was_lodged_before_is_found_in_all_countries(service: Validation, people: People) -> None:
    number = boxes(licence_number="26.77777-00123.003-ID-BE")
    await opened(service, licence(boxes=number, point_of_entry="NL000854"))
    again = await opened(service, licence(boxes=boxes(licence_number="V-LEGAL 26.77777-00123.003-ID-BE")))
    async with service.work() as work:
        view = await use_cases.read_case(work, people.officer, again)
    found = next(check for check in view.checks if check.code == "duplicates").findings
    assert [(finding.outcome, finding.params["country"]) for finding in found] == [("warn", "NL")]


async def test_earlier_licences_of_the_same_parties_are_counted(service: Validation, people: People) -> None:
    operator = uuid4()
    for hour in range(3):
        earlier = await opened(service, licence(operator_id=operator), at=NOW - timedelta(hours=hour + 1))
    async with service.work() as work:
        await use_cases.reject_licence(work, people.officer, earlier, reason_code="FORMAT", reason="No stamp.")
    latest = await opened(service, licence(operator_id=operator))
    async with service.work() as work:
        view = await use_cases.read_case(work, people.officer, latest)
    found = next(check for check in view.checks if check.code == "earlier_licences").findings[0]
    assert found.params == {"count": 3, "rejected": 1}


async def test_somebody_with_two_roles_works_in_the_active_one(service: Validation, people: People) -> None:
    belgian, dutch = people.officer.roles[0], people.dutch_officer.roles[0]
    both = replace(people.officer, roles=(belgian, dutch), active_role_id=dutch.id)
    async with service.work() as work:
        assert (await use_cases.list_cases(work, both)).role == dutch
        with pytest.raises(NotYours):
            await use_cases.list_clearances(work, both)
