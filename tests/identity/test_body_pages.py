"""Companies and authorities, through their pages and the API."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.identity.domain.roles import Kind
from services.identity.service import Identity
from services.identity.use_cases import authority_data
from shared.testing.apps import browser
from shared.testing.forms import Page, visit
from shared.testing.settings import ORIGIN
from tests.identity.acts import ask, authority, create, decide
from tests.identity.conftest import PASSWORD, counter

Member = Callable[..., Any]
API = "/identity/api/v1"


@pytest.fixture
async def other(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as new:
        yield new


@pytest.fixture
async def api(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN, timeout=30) as client:
        yield client


async def sign_in(client: httpx.AsyncClient, email: str) -> None:
    await (await visit(client, "/identity/sign-in")).press("Sign in", {"email": email, "password": PASSWORD})


async def bearer(api: httpx.AsyncClient, email: str) -> dict[str, str]:
    answer = await api.post(f"{API}/sessions", json={"email": email, "password": PASSWORD})
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def an_administrator(service: Identity, member: Member, **values: Any) -> tuple[Any, str]:
    """A company with somebody who looks after it, and that person's address."""
    person, email = await member(first_name="Adele", last_name="Admin")
    support, _ = await member(support=True)
    operator = await create(service, person, **values)
    role = await decide(service, support, await ask(service, person, Kind.IMPORTER, operator.id))
    async with service.work() as work:
        await work.db.execute("UPDATE role SET administrator = true WHERE id = $1", role.id)
    return operator, email


def boxes(page: Page) -> list[str]:
    return [str(box["value"]) for box in page.html.find_all("input", {"name": "body_id"})]


async def test_one_company_is_ticked_and_no_other_number(
    client: httpx.AsyncClient, service: Identity, member: Member
) -> None:
    person, email = await member()
    for name in ("Tickwood One", "Tickwood Two"):
        await create(service, person, name=name)
    await sign_in(client, email)
    page = await (await visit(client, "/identity/roles/operator")).press("Search", {"q": "tickwood"})

    none = await page.press("Request authorisation")
    assert (none.status, none.errors) == (422, ["Tick your company first."])
    both = await none.press("Request authorisation", {"body_id": boxes(page)})
    assert (both.status, both.errors) == (422, ["Tick one company only."])
    assert len(both.html.select("input[name=body_id][checked]")) == 2
    one = await both.press("Request authorisation", {"body_id": boxes(page)[1]})
    assert one.heading == "Request authorisation"
    assert "Tickwood Two" in one.text


async def test_a_typing_error_leads_to_the_company(
    client: httpx.AsyncClient, service: Identity, member: Member
) -> None:
    person, email = await member()
    await create(service, person, name="Sequoia Imports")
    await sign_in(client, email)
    page = await (await visit(client, "/identity/roles/operator")).press("Search", {"q": "sequioa imports"})

    assert "Nothing begins with what you typed" in page.text
    assert "Sequoia Imports" in page.text
    assert page.link("Create operator")


async def test_advanced_search_looks_into_each_field(
    client: httpx.AsyncClient, service: Identity, member: Member
) -> None:
    person, email = await member()
    await create(service, person, name="Quayside Elm", town="Elburg", eori="NL870000001")
    await create(service, person, name="Elburg Oak", town="Delft")
    await sign_in(client, email)
    page = await visit(client, "/identity/roles/operator")
    page = await page.press("Search in these fields", {"town": "elburg", "eori": "NL 87", "country": "NL"})

    assert len(boxes(page)) == 1
    assert "Quayside Elm" in page.text
    assert page.html.find("input", {"id": "f-town"})["value"] == "elburg"


async def test_an_unusual_number_is_confirmed_with_a_tick(client: httpx.AsyncClient, member: Member) -> None:
    _, email = await member()
    await sign_in(client, email)
    page = await visit(client, "/identity/operators/new")
    assert not page.html.find("input", {"name": "eori_confirmed"})
    filled = {"name": "Odd Number", "eori": "LU99", "address": "1", "town": "Wiltz", "country": "LU", "vat": "LU1"}
    page = await page.press("Create", filled)
    assert page.errors == [
        "After LU an EORI number usually has 8, 11 or 13 digits. Correct it, or confirm it below.",
        "After LU a VAT number has 8 digits.",
    ]
    page = await page.press("Create", {"eori_confirmed": "true", "vat": ""})

    assert page.heading == "Request authorisation"


async def test_an_administrator_edits_and_the_second_editor_loses_nothing(
    client: httpx.AsyncClient, other: httpx.AsyncClient, service: Identity, member: Member
) -> None:
    operator, email = await an_administrator(service, member, name="Both Edit BV")
    _, support = await member(support=True, first_name="Sofia", last_name="Support")
    await sign_in(client, email)
    await sign_in(other, support)
    page = await visit(client, (await visit(client, "/identity/roles")).link("Details and people of the company"))
    mine = await visit(client, page.link("Edit"))
    assert not mine.html.find("input", {"name": "eori"})
    theirs = await visit(other, f"/identity/operators/{operator.id}/edit")
    assert "The changes are kept" in (await theirs.press("Save", {"town": "Haarlem", "country": "BE"})).text

    late = await mine.press("Save", {"phone": "+31 20 7", "town": "Amsterdam"})
    assert late.status == 409
    assert "Sofia Support" in late.text
    assert "Town: Amsterdam → Haarlem" in late.text
    assert "Country: Netherlands → Belgium" in late.text
    assert late.html.find("input", {"name": "phone"})["value"] == "+31 20 7"
    kept = await late.press("Save")
    assert "The changes are kept" in kept.text
    assert "Town: Haarlem → Amsterdam; Phone: – → +31 20 7" in kept.text
    assert "Belgium" in kept.text


async def test_wrong_changes_come_back_with_what_was_typed(
    client: httpx.AsyncClient, service: Identity, member: Member
) -> None:
    operator, email = await an_administrator(service, member)
    await sign_in(client, email)
    page = await visit(client, f"/identity/operators/{operator.id}/edit")
    page = await page.press("Save", {"name": "", "website": "timber.example", "phone": "+31 20 8"})

    assert page.status == 422
    assert len(page.errors) == 2
    assert page.html.find("input", {"name": "phone"})["value"] == "+31 20 8"


async def test_others_cannot_open_the_form_and_see_no_people(
    client: httpx.AsyncClient, service: Identity, member: Member
) -> None:
    operator, _ = await an_administrator(service, member)
    _, email = await member()
    await sign_in(client, email)
    page = await visit(client, f"/identity/operators/{operator.id}")

    assert page.link("Request authorisation")
    assert "Adele Admin" not in page.text
    assert "History" not in page.text
    assert (await visit(client, f"/identity/operators/{operator.id}/edit")).status == 403
    assert (await visit(client, "/identity/operators")).status == 403


async def test_support_lists_closes_and_opens_companies(
    client: httpx.AsyncClient, service: Identity, member: Member
) -> None:
    person, _ = await member()
    operator = await create(service, person, name="Aaa First In List")
    _, email = await member(support=True)
    await sign_in(client, email)
    page = await visit(client, (await visit(client, "/identity/operators")).link("Aaa First In List"))
    refused = await page.press("Close this company", {"reason": ""})
    assert refused.errors == ["Say why the company is closed."]
    closed = await refused.press("Close this company", {"reason": "Bankrupt"})
    assert "Bankrupt" in closed.text
    assert "Request authorisation" not in closed.text
    assert "somebody changed this company" in (await page.press("Close this company", {"reason": "x"})).text.lower()
    listed = await (await visit(client, "/identity/roles/operator")).press("Search", {"q": "aaa first"})
    assert boxes(listed) == []
    assert "closed" in listed.text
    opened = await closed.press("Open this company again")
    assert opened.link("Request authorisation")
    assert str(operator.id) in opened.url


async def test_one_authority_is_ticked_and_offices_show_their_number(client: httpx.AsyncClient, member: Member) -> None:
    _, email = await member()
    await sign_in(client, email)
    page = await (await visit(client, "/identity/roles/authority")).press(
        "Search", {"country": "LU", "kind": "customs"}
    )
    assert len(boxes(page)) > 1
    assert (await page.press("Request authorisation")).errors == ["Tick your authority first."]
    both = await page.press("Request authorisation", {"body_id": boxes(page)[:2]})
    assert both.errors == ["Tick one authority only."]
    office = await visit(client, page.html.select_one("td a")["href"])
    assert "COL number" in office.text
    assert "C.O. - Customs Office" in office.text
    assert "History" not in office.text
    assert (await office.press("Sign out")).status == 200


async def test_support_adds_corrects_and_closes_an_authority(
    client: httpx.AsyncClient, other: httpx.AsyncClient, member: Member
) -> None:
    _, support = await member(support=True)
    await sign_in(client, support)
    page = await visit(client, (await visit(client, "/identity/authorities")).link("Add an authority"))
    wrong = await page.press("Save", {"kind": "customs", "country": "HR", "code": "HR1", "valid_from": "soon"})
    assert wrong.errors == ["Enter a date such as 2027-01-31."]
    code = f"HR{next(counter):06}"
    wrong = await wrong.press("Save", {"valid_from": ""})
    assert len(wrong.errors) == 2
    page = await wrong.press("Save", {"name": "Nova luka", "code": code, "mailbox": "luka@customs.example"})
    assert page.heading == "Nova luka"
    assert "luka@customs.example" in page.text
    taken = await (await visit(client, "/identity/authorities/new")).press(
        "Save", {"kind": "customs", "country": "HR", "code": code.lower(), "name": "Again"}
    )
    assert "There is an authority or office with this code already" in taken.errors[0]

    form = await visit(client, page.link("Edit"))
    late = await visit(client, page.link("Edit"))
    assert (await form.press("Save", {"valid_until": "2020-01-01"})).errors == [
        "Say why it ends on its last day, such as a merger."
    ]
    closed = await form.press("Save", {"valid_until": "2020-01-01", "closed_reason": "Moved to the new port"})
    assert "It cannot be chosen at present" in closed.text
    assert "Last day: – → 1 Jan 2020" in closed.text
    overtaken = await late.press("Save", {"phone": "+385 1"})
    assert overtaken.status == 409
    assert overtaken.html.find("input", {"name": "phone"})["value"] == "+385 1"
    listed = await (await visit(client, "/identity/authorities")).press("Search", {"q": code})
    assert "closed" in listed.text

    _, somebody = await member()
    await sign_in(other, somebody)
    assert "Moved to the new port" in (await visit(other, page.url)).text
    assert (await visit(other, f"{page.url}/edit")).status == 404
    assert (await visit(other, "/identity/authorities")).status == 403


async def test_support_settles_a_contradiction_with_the_packaged_data(
    client: httpx.AsyncClient, service: Identity, member: Member
) -> None:
    _, support = await member(support=True)
    await sign_in(client, support)
    before = await authority(service, "msca", "SK")
    page = await visit(client, f"/identity/authorities/{before.id}/edit")
    await page.press("Save", {"name": "Lesy, správne"})
    async with service.work() as work:
        packaged = type(before)(before.kind, before.code, "Lesy 2027", before.country, before.mailbox)
        await authority_data.load_authorities(work, [packaged])

    page = await visit(client, (await visit(client, "/identity/authorities")).link("Settle"))
    page = await visit(client, page.link("Lesy, správne"))
    assert "Lesy 2027" in page.text
    page = await page.press("Take the packaged data")
    assert page.heading == "Lesy 2027"
    assert "The packaged data say otherwise" not in page.text


async def test_a_program_changes_a_company_by_its_version(
    api: httpx.AsyncClient, service: Identity, member: Member
) -> None:
    operator, email = await an_administrator(service, member)
    headers = await bearer(api, email)
    address = f"{API}/operators/{operator.id}"
    read = await api.get(address, headers=headers)
    wanted = {key: value for key, value in read.json().items() if key not in {"id", "version", "closed"}}

    assert (await api.put(address, json=wanted, headers=headers)).status_code == 428
    stale = await api.put(address, json=wanted, headers=headers | {"If-Match": '"7"'})
    assert stale.status_code == 412
    changed = await api.put(
        address, json=wanted | {"town": "Goes"}, headers=headers | {"If-Match": read.headers["ETag"]}
    )
    assert (changed.status_code, changed.json()["town"], changed.headers["ETag"]) == (200, "Goes", '"2"')
    refused = await api.put(address, json=wanted | {"country": "BE"}, headers=headers | {"If-Match": '"2"'})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "support_only")
    _, stranger = await member()
    theirs = await api.put(address, json=wanted, headers=await bearer(api, stranger) | {"If-Match": '"2"'})
    assert theirs.status_code == 403


async def test_a_taken_number_says_where_its_company_is(
    api: httpx.AsyncClient, service: Identity, member: Member
) -> None:
    person, email = await member()
    operator = await create(service, person, eori="SI10000001")
    headers = await bearer(api, email)
    body = {"name": "Second", "eori": "SI 1000 0001", "address": "1", "town": "Koper", "country": "SI"}
    taken = await api.post(f"{API}/operators", json=body, headers=headers)
    unusual = await api.post(f"{API}/operators", json=body | {"eori": "SI1"}, headers=headers)
    confirmed = await api.post(f"{API}/operators", json=body | {"eori": "SI1", "eori_confirmed": True}, headers=headers)

    assert (taken.status_code, taken.headers["Location"]) == (409, f"{API}/operators/{operator.id}")
    assert unusual.json()["errors"][0]["code"] == "unusual_eori"
    assert confirmed.status_code == 201


async def test_programs_find_authorities_by_kind_country_and_words(api: httpx.AsyncClient, member: Member) -> None:
    _, email = await member()
    headers = await bearer(api, email)

    async def found(**params: str) -> list[dict[str, Any]]:
        return (await api.get(f"{API}/authorities", params=params, headers=headers)).json()["items"]

    (antwerp,) = await found(q="be101")
    assert (antwerp["office"], antwerp["kind"], antwerp["country"]) == ("BE101000", "customs", "BE")
    assert [one["code"] for one in await found(kind="issuer", country="GH")] == ["GH-TIDD"]
    assert await found(kind="msca", q="be101000") == []
    one = await api.get(f"{API}/authorities/{antwerp['id']}", headers=headers)
    assert one.json() == antwerp | {"closed": False}


async def test_a_person_of_the_authority_sees_the_people_of_a_company(
    client: httpx.AsyncClient, service: Identity, member: Member
) -> None:
    operator, _ = await an_administrator(service, member, country="IE", eori="IE1234567WA")
    officer, email = await member()
    support, _ = await member(support=True)
    irish = await authority(service, "msca", "IE")
    await decide(service, support, await ask(service, officer, Kind.MSCA, irish.id))
    await sign_in(client, email)
    page = await visit(client, f"/identity/operators/{operator.id}")

    assert "Adele Admin" in page.text
    assert "Administrator" in page.text
