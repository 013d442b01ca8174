"""Customs: line by line, overrides, corrections, other offices' licences, and the port for customs systems."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from services.validation import storage, use_cases
from services.validation.domain.policy import Policy
from services.validation.domain.proceedings import DeclaredLine
from services.validation.domain.quantities import Quantities
from services.validation.service import Validation
from shared.person import Person
from shared.problems import NotYours, Unknown, WrongContent, WrongState
from shared.testing.apps import browser
from shared.testing.forms import Page, visit
from shared.testing.people import Issuer
from tests.validation.conftest import People
from tests.validation.examples import MRN, NOW, OTHER_MRN, boxes, licence, line, opened

DECLARED = Quantities(Decimal("15.2"), Decimal(9690))
OFFICE = "BE101000"


async def validated(service: Validation, people: People, **changes: Any) -> UUID:
    case_id = await opened(service, licence(**changes))
    async with service.work() as work:
        await use_cases.validate_licence(work, people.officer, case_id)
    return case_id


@pytest.fixture
async def policy(service: Validation, people: People) -> AsyncIterator[Any]:
    """Lets a test choose the Belgian authority's policy."""

    async def choose(**choices: Any) -> None:
        async with service.work() as work:
            _policy, version = await storage.policy_of(work.db, "BE")
            await storage.keep_policy(
                work.db, "BE", Policy(**choices), version=version, at=NOW, by=people.officer.account_id
            )

    yield choose
    await choose()


async def test_lines_are_declared_one_by_one_and_kept(service: Validation, people: People) -> None:
    two = [line(volume_m3=Decimal(8)), line(commodity_code="94036010", volume_m3=Decimal("7.2"))]
    case_id = await validated(service, people, boxes=boxes(commodities=two))
    lines = [DeclaredLine("44092900", Quantities(Decimal(8))), DeclaredLine("94036010", Quantities(Decimal("7.2")))]
    async with service.work() as work:
        await use_cases.clear_licence(
            work, people.customs, case_id, declaration=MRN, declared=Quantities(), lines=lines
        )
    async with service.work() as work:
        case = await storage.find(work.db, case_id)
    assert case is not None
    assert case.declaration is not None
    assert (case.declaration.lines, case.declaration.quantities.volume_m3) == (tuple(lines), Decimal("15.2"))


@pytest.mark.parametrize("allowed", [False, True])
async def test_customs_passes_ten_per_cent_only_where_the_authority_allows_it(
    service: Validation, people: People, policy: Any, allowed: bool
) -> None:
    await policy(customs_override=allowed)
    case_id = await validated(service, people)
    far: dict[str, Any] = {"declaration": MRN, "declared": Quantities(Decimal(30))}
    async with service.work() as work:
        with pytest.raises(WrongContent):
            await use_cases.clear_licence(work, people.customs, case_id, **far)
    reason = "Weighed again before the authority."
    async with service.work() as work:
        if not allowed:
            with pytest.raises(WrongContent) as refused:
                await use_cases.clear_licence(work, people.customs, case_id, **far, override_reason=reason)
            assert [error.code for error in refused.value.errors] == ["override_not_allowed"]
            return
        await use_cases.clear_licence(work, people.customs, case_id, **far, override_reason=reason)
    async with service.work() as work:
        payload = await work.db.fetchval(
            "SELECT convert_from(payload, 'UTF8')::jsonb ->> 'override_reason' FROM outbox WHERE key = $1 "
            "ORDER BY id DESC LIMIT 1",
            str(case_id).encode(),
        )
    assert payload == reason


async def test_a_corrected_declaration_keeps_what_stood_there_in_the_history(
    service: Validation, people: People
) -> None:
    case_id = await validated(service, people)
    async with service.work() as work:
        await use_cases.clear_licence(work, people.customs, case_id, declaration=MRN, declared=DECLARED)
    async with service.work() as work:
        await use_cases.correct_declaration(
            work,
            people.customs,
            case_id,
            declaration=OTHER_MRN,
            declared=Quantities(Decimal(16)),
            reason="The declarant corrected the volume.",
        )
    async with service.work() as work:
        acts = await storage.acts_of(work.db, case_id)
        case = await storage.find(work.db, case_id)
    assert case is not None
    assert case.declaration is not None
    assert (case.declaration.number, case.clearance_state) == (OTHER_MRN, "cleared")
    numbers = [entry.details["declaration"] for entry in acts if "declaration" in entry.details]
    assert numbers == [OTHER_MRN, MRN]


async def test_other_offices_of_the_country_look_only_where_the_authority_allows_it_and_never_act(
    service: Validation, people: People, policy: Any
) -> None:
    case_id = await validated(service, people)
    async with service.work() as work:
        with pytest.raises(Unknown):
            await use_cases.read_clearance(work, people.other_customs, case_id)
        with pytest.raises(NotYours):
            await use_cases.list_clearances(work, people.other_customs, whole_country=True)
    await policy(customs_see_country=True)
    async with service.work() as work:
        await use_cases.read_clearance(work, people.other_customs, case_id)
        page = await use_cases.list_clearances(work, people.other_customs, whole_country=True, limit=200)
        assert case_id in {case.licence_id for case in page.items}
        with pytest.raises(Unknown):
            await use_cases.suspend_clearance(work, people.other_customs, case_id, reason="Doubt.")


async def page_of(app: FastAPI, issuer: Issuer, someone: Person, case_id: UUID) -> Page:
    return await visit(browser(app, issuer.cookies(someone)), f"/validation/clearances/{case_id}")


async def test_the_form_takes_lines_an_override_and_later_a_correction_and_loses_nothing_typed(
    app: FastAPI, service: Validation, people: People, issuer: Issuer, policy: Any
) -> None:
    await policy(customs_override=True)
    case_id = await validated(service, people)
    page = await page_of(app, issuer, people.customs, case_id)
    typed = {"declaration": MRN, "lines.0.volume_m3": "30", "lines.0.commodity_code": "9403 60 10"}
    refused = await page.press("Clear this licence", typed)
    assert refused.status == 422
    assert "Heading 9403 is not on the licence, which has 4409." in refused.text
    assert refused.html.find("input", attrs={"name": "lines.0.volume_m3"})["value"] == "30"
    unread = await refused.press("Clear this licence", {"lines.0.volume_m3": "thirty"})
    assert (unread.status, "Write the quantity in digits" in unread.text) == (422, True)
    cleared = await unread.press(
        "Clear this licence", typed | {"override_reason": "Weighed again before the authority."}
    )
    assert "The licence is cleared." in cleared.text
    assert "Weighed again before the authority." in cleared.text
    no_reason = await cleared.press("Correct the declaration", {"declaration": OTHER_MRN, "volume_m3": "15.2"})
    assert no_reason.status == 422
    assert no_reason.html.find("input", attrs={"name": "declaration"})["value"] == OTHER_MRN
    corrected = await no_reason.press("Correct the declaration", {"correct_declaration_reason": "Amended."})
    assert "The declaration is corrected." in corrected.text
    assert OTHER_MRN in corrected.text


async def test_what_was_typed_in_a_second_tab_is_shown_when_its_form_is_gone(
    app: FastAPI, service: Validation, people: People, issuer: Issuer
) -> None:
    case_id = await validated(service, people)
    first, second = [await page_of(app, issuer, people.customs, case_id) for _tab in range(2)]
    await first.press("Clear this licence", {"declaration": MRN, "volume_m3": "15.2"})
    late = await second.press("Suspend release", {"suspend_reason": "Seal 4711 is broken."})
    assert late.status == 409
    assert "This licence was already cleared." in late.text
    assert "Seal 4711 is broken." in late.text


async def test_an_office_of_the_same_country_sees_the_licence_without_a_form(
    app: FastAPI, service: Validation, people: People, issuer: Issuer, policy: Any
) -> None:
    await policy(customs_see_country=True)
    case_id = await validated(service, people)
    page = await page_of(app, issuer, people.other_customs, case_id)
    assert "belongs to another customs office" in page.text
    assert page.html.find("button", value="clear") is None
    lists = await visit(browser(app, issuer.cookies(people.other_customs)), "/validation/clearances?offices=all")
    assert "All offices of the country" in lists.text


class CustomsSystem:
    """A national customs system that uses the port as the single window would. Each call has its own key."""

    def __init__(self, client: httpx.AsyncClient, headers: dict[str, str]) -> None:
        self.client = client
        self.headers = headers
        self.cursor: str | None = None

    async def ask(self, path: str, **params: Any) -> httpx.Response:
        return await self.client.get(
            f"/validation/api/v1/single-window/{OFFICE}/{path}", params=params, headers=self.headers
        )

    async def call(self, path: str, *, key: str | None = None, **body: Any) -> httpx.Response:
        headers = self.headers | {"Idempotency-Key": key or str(uuid4())}
        return await self.client.post(f"/validation/api/v1/single-window/{OFFICE}/{path}", json=body, headers=headers)

    async def news(self) -> dict[str, dict[str, Any]]:
        """What changed since it last asked, by licence number; reads on until nothing is left."""
        told: dict[str, dict[str, Any]] = {}
        while True:
            answer = (await self.ask("changes", limit=2, **({"cursor": self.cursor} if self.cursor else {}))).json()
            told |= {item["licence_number"]: item for item in answer["items"]}
            if not answer["items"]:
                return told
            self.cursor = answer["next"]


@pytest.fixture
async def system(app: FastAPI, people: People, issuer: Issuer) -> AsyncIterator[CustomsSystem]:
    async with browser(app) as client:
        yield CustomsSystem(client, issuer.bearer(people.customs))


def some_number() -> str:
    return f"26.00417-{uuid4().int % 10**5:05}.{uuid4().int % 10**3:03}-ID-BE"


async def test_a_customs_system_reserves_consumes_and_amends(
    service: Validation, people: People, system: CustomsSystem
) -> None:
    number = some_number()
    await validated(service, people, boxes=boxes(licence_number=number))
    typed = number.replace(".", "").lower()
    assert (await system.ask("availability", licence_number=typed)).json()["available"] is True
    call = {"licence_number": typed, "declaration": MRN}
    reserved = await system.call("reservations", **call)
    assert (reserved.status_code, reserved.json()["reserved_for"]) == (200, MRN)
    other = await system.call("consumptions", licence_number=typed, declaration=OTHER_MRN, volume_m3="15.2")
    assert (other.status_code, MRN in other.json()["detail"]) == (409, True)
    assert (await system.ask("availability", licence_number=typed)).json()["available"] is False
    freed = await system.call("releases", **call)
    assert freed.json()["reserved_for"] is None
    items = [{"commodity_code": "44092900", "volume_m3": "15.2", "net_weight_kg": "9690"}]
    key = str(uuid4())
    for _ in range(2):  # repeated after an answer that was lost
        cleared = await system.call("consumptions", key=key, **call, items=items)
        assert (cleared.status_code, cleared.json()["clearance_state"]) == (200, "cleared")
    again = await system.call("consumptions", licence_number=typed, declaration=OTHER_MRN, items=items)
    assert again.status_code == 409
    amended = await system.call(
        "amendments", declaration=MRN, corrected=OTHER_MRN, volume_m3="15.3", reason="Amended after release."
    )
    assert (amended.status_code, amended.json()["declaration"]) == (200, OTHER_MRN)


async def test_what_differs_is_refused_item_by_item(service: Validation, people: People, system: CustomsSystem) -> None:
    number = some_number()
    await validated(service, people, boxes=boxes(licence_number=number))
    wrong = await system.call(
        "consumptions",
        licence_number=number,
        declaration="26BEX0000000000019",
        items=[{"commodity_code": "94036010", "volume_m3": "30"}],
    )
    assert wrong.status_code == 422
    assert {error["code"] for error in wrong.json()["errors"]} == {
        "declaration_check_digit", "quantity_over_10_percent", "heading_differs"
    }  # fmt: skip
    assert {error["field"] for error in wrong.json()["errors"]} >= {"/lines/0/commodity_code"}


@pytest.mark.parametrize("state", ["unknown", "undecided", "rejected", "elsewhere"])
async def test_a_customs_system_learns_nothing_of_what_was_not_accepted_for_its_office(
    service: Validation, people: People, system: CustomsSystem, state: str
) -> None:
    number = some_number()
    if state != "unknown":
        office = "BE343000" if state == "elsewhere" else OFFICE
        case_id = await opened(service, licence(boxes=boxes(licence_number=number), point_of_entry=office))
        async with service.work() as work:
            if state == "rejected":
                await use_cases.reject_licence(work, people.officer, case_id, reason_code="FORMAT", reason="No.")
            if state == "elsewhere":
                await use_cases.validate_licence(work, people.officer, case_id)
    assert (await system.ask("availability", licence_number=number)).status_code == 404
    assert (await system.call("reservations", licence_number=number, declaration=MRN)).status_code == 404
    assert number not in await system.news()


async def test_a_system_that_was_away_hears_every_licence_again_whose_state_changed(
    service: Validation, people: People, system: CustomsSystem
) -> None:
    first, second = some_number(), some_number()
    one = await validated(service, people, boxes=boxes(licence_number=first))
    two = await validated(service, people, boxes=boxes(licence_number=second))
    news = await system.news()
    assert {news[first]["clearance_state"], news[second]["clearance_state"]} == {"awaiting"}
    assert await system.news() == {}
    async with service.work(at=NOW.replace(hour=11)) as work:
        await use_cases.cancel_validation(work, people.officer, one, reason="The issuer revoked it.")
    async with service.work(at=NOW.replace(hour=12)) as work:
        await use_cases.suspend_clearance(work, people.customs, two, reason="Doubt.")
    news = await system.news()
    assert (news[first]["validation_state"], news[second]["clearance_state"]) == ("cancelled", "suspended")


async def test_the_port_of_an_office_is_for_that_office(
    app: FastAPI, service: Validation, people: People, issuer: Issuer
) -> None:
    number = some_number()
    await validated(service, people, boxes=boxes(licence_number=number))
    for someone, status in ((people.other_customs, 404), (people.officer, 403), (people.importer, 403)):
        async with browser(app) as client:
            stranger = CustomsSystem(client, issuer.bearer(someone))
            assert (await stranger.ask("availability", licence_number=number)).status_code == status
            answer = await stranger.call("consumptions", licence_number=number, declaration=MRN, volume_m3="15.2")
            assert answer.status_code == status


async def test_a_licence_that_is_not_accepted_cannot_be_reserved_by_its_id(service: Validation, people: People) -> None:
    case_id = await opened(service)
    async with service.work() as work:
        with pytest.raises(WrongState, match="has not accepted"):
            await use_cases.reserve_licence(work, people.customs, case_id, declaration=MRN)
