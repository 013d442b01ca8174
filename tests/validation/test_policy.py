"""The authority's policy: who may read and change it, what it says when it is wrong, and its history."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI

from services.validation import storage, use_cases
from services.validation.domain.policy import DAYS_IN_STATE, FourEyes, Policy
from services.validation.pages.policy import DAYS
from services.validation.service import Validation
from services.validation.storage import cells, former_people
from shared.person import Person
from shared.problems import NotYours, Stale, Unknown, WrongContent, WrongState
from shared.testing.apps import browser
from shared.testing.forms import visit
from shared.testing.people import Issuer, know, msca_role, person, support_role
from tests.validation.conftest import People

POLICY = "/validation/policy"


@pytest.fixture
async def administrator(service: Validation) -> Person:
    someone = person("Ada Administrator", replace(msca_role("BE"), administrator=True))
    async with service.work() as work:
        await work.db.execute("DELETE FROM authority_policy")
        await work.db.execute("DELETE FROM policy_change")
        return await know(work.db, someone)


@pytest.fixture
async def client(app: FastAPI, issuer: Issuer, administrator: Person) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app, issuer.cookies(administrator)) as opened:
        yield opened


async def test_an_administrator_changes_it_and_the_history_says_who_what_and_when(
    service: Validation, client: httpx.AsyncClient
) -> None:
    page = await visit(client, POLICY)
    assert "these are the defaults" in page.text
    saved = await page.press(
        "Save the policy",
        {"four_eyes": "above", "four_eyes_above": "30", "sampling_percent": "5", "days_in_state.submitted": "4",
         "risk_weights.density": "40"},
    )  # fmt: skip
    assert saved.status == 200
    for shown in (
        "The policy is saved.",
        "Ada Administrator, FLEGT Competent Authority of BE",
        "Second officer: Never: one officer decides → From a risk score on",
        "Days in the state “Submitted”: 2 → 4",
        "Points for “Weight and volume do not go together”: 15 → 40",
    ):
        assert shown in saved.text
    async with service.work() as work:
        policy, version = await storage.policy_of(work.db, "BE")
    assert (policy.four_eyes, policy.four_eyes_above, policy.sampling_percent) == (FourEyes.ABOVE, 30, 5)
    assert (policy.days["submitted"], policy.weights["density"], version) == (4, 40, 1)
    again = await saved.press("Save the policy")
    assert "Version 2" not in again.text


async def test_wrong_values_come_back_with_all_that_was_typed(client: httpx.AsyncClient) -> None:
    page = await visit(client, POLICY)
    wrong = {"sampling_percent": "101", "days_in_state.submitted": "0", "four_eyes": "always"}
    refused = await page.press("Save the policy", wrong)
    assert refused.status == 422
    assert refused.errors == ["Write a whole number from 0 to 100.", "Write a whole number from 1 to 365."]
    assert refused.html.select('input[name="sampling_percent"][value="101"]')
    assert refused.html.select('input[name="four_eyes"][value="always"][checked]')
    for text in ("", "-3", "2.5", "²", "99999999999999999999", "many"):
        refused = await page.press("Save the policy", {"risk_weights.flags": text})
        assert (refused.status, refused.errors) == (422, ["Write a whole number in digits."])


async def test_a_country_with_a_cell_of_its_own_changes_its_policy_there(
    service: Validation, administrator: Person
) -> None:
    async with service.work() as work:
        await cells.serve(work.db, frozenset({"FR"}))
        assert not (await use_cases.read_policy(work, administrator)).may_change
        with pytest.raises(WrongState):
            await use_cases.change_policy(work, administrator, "BE", Policy(customs_override=True), version=0)
        await cells.serve(work.db, frozenset())


async def test_the_second_of_two_administrators_is_told_and_nothing_is_overwritten(
    service: Validation, client: httpx.AsyncClient
) -> None:
    first, second = await visit(client, POLICY), await visit(client, POLICY)
    await first.press("Save the policy", {"sampling_percent": "7"})
    told = await second.press("Save the policy", {"sampling_percent": "70"})
    assert told.status == 409
    assert "Somebody else changed the policy" in told.text
    still = await told.press("Save the policy")
    assert still.status == 409
    async with service.work() as work:
        assert (await storage.policy_of(work.db, "BE"))[0].sampling_percent == 7


async def test_support_reads_every_policy_and_nobody_else_any(
    app: FastAPI, issuer: Issuer, service: Validation, people: People, administrator: Person
) -> None:
    async with service.work() as work:
        support = await know(work.db, person("Sara Support", support_role()))
    async with browser(app, issuer.cookies(support)) as client:
        page = await visit(client, f"{POLICY}?country=NL")
        assert "Netherlands" in page.text
        assert page.html.find("fieldset", {"disabled": True})
        assert "Save the policy" not in page.text
    async with service.work() as work:
        with pytest.raises(NotYours):
            await use_cases.change_policy(work, support, "NL", Policy(), version=0)
        for outsider in (people.officer, people.customs, people.importer):
            with pytest.raises(NotYours):
                await use_cases.read_policy(work, outsider)
        with pytest.raises(Unknown):
            await use_cases.read_policy(work, administrator, "NL")
        with pytest.raises(NotYours):
            await use_cases.change_policy(work, administrator, "NL", Policy(), version=0)
        with pytest.raises(Stale):
            await use_cases.change_policy(work, administrator, "BE", Policy(sampling_percent=1), version=-1)
        with pytest.raises(WrongContent):
            await use_cases.change_policy(work, administrator, "BE", Policy(sampling_percent=-1), version=0)


async def test_the_name_of_a_deleted_account_leaves_the_history(
    service: Validation, client: httpx.AsyncClient, administrator: Person
) -> None:
    page = await visit(client, POLICY)
    await page.press("Save the policy", {"sampling_percent": "9"})
    async with service.work() as work:
        await former_people.keep(work.db, administrator.account_id, "Former person 1")
        (change,) = await storage.policy_changes(work.db, "BE")
    assert change.name == "Former person 1"


def test_every_state_with_a_limit_has_its_words() -> None:
    assert set(DAYS) == set(DAYS_IN_STATE)
