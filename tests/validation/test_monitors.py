"""Monitors read the cases of their scope, and nothing else, and change nothing."""

from dataclasses import replace
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from services.validation import use_cases
from services.validation.service import Validation
from shared.person import Person, Role
from shared.problems import NotYours, Unknown
from shared.testing.apps import browser
from shared.testing.forms import NoSuchField, visit
from shared.testing.people import Issuer, know, msca_role, person
from tests.validation.conftest import People
from tests.validation.examples import boxes, licence, opened

HERE = ("BE", "ID")
"""Entry in Belgium, of a licence of Indonesia: the case of these tests."""


def monitor(country: str | None, partner_country: str | None) -> Person:
    scope = " · ".join(filter(None, (country, partner_country)))
    return person("Mona Monitor", Role(uuid4(), "monitor", None, scope, country, partner_country=partner_country))


@pytest.mark.parametrize(
    ("scope", "sees"),
    [
        (("BE", None), True),
        ((None, "ID"), True),
        (("BE", "ID"), True),
        (("NL", None), False),
        ((None, "GH"), False),
        (("BE", "GH"), False),
        (("NL", "ID"), False),
        ((None, None), False),
    ],
)
async def test_a_monitor_reads_what_is_in_the_scope(
    service: Validation, scope: tuple[str | None, str | None], sees: bool
) -> None:
    case_id = await opened(service)
    watcher = monitor(*scope)
    assert (watcher.monitor_of(*HERE) is not None) is sees
    async with service.work() as work:
        if sees:
            view = await use_cases.read_case(work, watcher, case_id)
            assert (view.case.licence_id, view.may_decide) == (case_id, False)
        else:
            with pytest.raises((Unknown, NotYours)):
                await use_cases.read_case(work, watcher, case_id)


async def test_that_a_monitor_looked_is_part_of_the_history(service: Validation, people: People) -> None:
    case_id, watcher = await opened(service), monitor("BE", None)
    async with service.work() as work:
        await use_cases.read_case(work, watcher, case_id)
    async with service.work() as work:
        view = await use_cases.read_case(work, people.officer, case_id)

    assert ("Mona Monitor", "Monitor: BE") in {(read.name, read.body) for read in view.reads}
    assert view.may_decide


async def test_a_monitor_decides_nothing(service: Validation) -> None:
    case_id, watcher = await opened(service), monitor("BE", None)
    with pytest.raises(NotYours):
        async with service.work() as work:
            await use_cases.validate_licence(work, watcher, case_id)
    with pytest.raises(NotYours):
        async with service.work() as work:
            await use_cases.clear_licence(work, watcher, case_id, declaration="", declared=None)  # type: ignore[arg-type]


async def test_the_list_of_a_monitor_is_that_of_the_scope(service: Validation) -> None:
    ours = await opened(service)
    ghana = licence(boxes=boxes(issuing_authority={"name": "FC", "address": "Accra", "country": "GH"}))
    other = await opened(service, ghana)
    async with service.work() as work:
        indonesia = await use_cases.list_cases(work, monitor(None, "ID"))
        belgium = await use_cases.list_cases(work, monitor("BE", None))
        both = await use_cases.list_cases(work, monitor("BE", "GH"))
        nothing = await use_cases.list_cases(work, monitor("NL", "GH"))

    listed = [{case.licence_id for case in page.items} for page in (indonesia, belgium, both)]
    assert [(ours in ids, other in ids) for ids in listed] == [(True, False), (True, True), (False, True)]
    assert (list(nothing.items), nothing.counts["all"]) == ([], 0)
    assert {case.vpa_country for case in indonesia.items} == {"ID"}
    assert indonesia.counts["all"] == len(indonesia.items)


async def test_an_officer_who_is_also_a_monitor_decides_at_home_and_reads_elsewhere(service: Validation) -> None:
    case_id = await opened(service)
    watcher = monitor(None, "ID")
    at_home = replace(watcher, roles=(*watcher.roles, msca_role("BE")))
    abroad = replace(watcher, roles=(*watcher.roles, msca_role("NL")))
    async with service.work() as work:
        assert (await use_cases.read_case(work, at_home, case_id)).may_decide
        assert not (await use_cases.read_case(work, abroad, case_id)).may_decide


async def test_the_pages_of_a_monitor_show_no_decision(app: FastAPI, service: Validation, issuer: Issuer) -> None:
    case_id = await opened(service)
    async with service.work() as work:
        watcher = await know(work.db, monitor("BE", None))
    async with browser(app, issuer.cookies(watcher)) as client:
        queue = await visit(client, "/validation/cases")
        assert queue.status == 200
        case = await visit(client, f"/validation/cases/{case_id}")
        assert case.status == 200
        with pytest.raises(NoSuchField):
            case.form("Validate this licence")
        token = case.html.find("input", {"name": "csrf_token"})["value"]
        forced = {"csrf_token": token, "outcome": "validated"}
        answer = await client.post(f"/validation/cases/{case_id}", data=forced, headers={"Origin": "http://testserver"})
        assert answer.status_code == 403
        assert (await visit(client, "/validation/clearances")).status == 403
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://testserver") as program:
        answer = await program.get("/validation/api/v1/cases", headers=issuer.bearer(watcher))
        assert str(case_id) in {item["id"] for item in answer.json()["items"]}
