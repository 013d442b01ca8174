"""A case and what is said about it meet, also when two processes of the service hear them at the same time."""

import asyncio

import pytest

from services.validation import use_cases
from services.validation.consumers import listener_for
from services.validation.domain.states import ValidationState
from services.validation.service import Validation
from services.validation.storage.early import ARRIVALS_LOCK
from shared.contracts.licence import Requester
from shared.contracts.licences import LicenceSubmitted, WithdrawalAsked
from shared.messaging import Hearing
from shared.testing.waiting import until
from tests.validation.examples import NOW, licence
from tests.validation.test_consumers import message

BELGIUM = frozenset({"BE"})


@pytest.mark.parametrize("case_first", [True, False])
async def test_a_case_and_a_message_heard_side_by_side_do_not_miss_each_other(
    service: Validation, case_first: bool
) -> None:
    """One process is in the midst of the one when the other process hears the other."""
    submitted = licence()
    asked = WithdrawalAsked(
        licence_id=submitted.id,
        licence_number=submitted.boxes.licence_number or "",
        operator_id=submitted.operator_id,
        country="BE",
        point_of_entry="BE101000",
        by=Requester(account_id=submitted.requester.account_id, name=submitted.requester.name),
        reason="Sold elsewhere.",
    )
    other = Hearing(listener_for(BELGIUM), group="cell", open_work=service.work)

    async def other_waits() -> bool:
        async with service.work() as work:
            return bool(
                await work.db.fetchval(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted "
                    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
                    ARRIVALS_LOCK,
                )
            )

    async with service.work() as work:
        if case_first:
            await use_cases.open_cases(work, [use_cases.submission(submitted, NOW)], countries=BELGIUM)
        else:
            await use_cases.withdraw_when_asked(work, asked, countries=BELGIUM)
        second = asked if case_first else LicenceSubmitted(licence=submitted)
        hearing = asyncio.create_task(other.hear([message(second)]))
        await until(other_waits, what="the other process does not wait")
    await hearing
    async with service.work() as work:
        state = await work.db.fetchval("SELECT validation_state FROM licence_case WHERE licence_id = $1", submitted.id)
    assert state == ValidationState.WITHDRAWN
