"""The pages of the list: what stands in the address, what is refused, saved searches, exports, what a script asks."""

import csv
import io
import zipfile
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from bs4 import Tag
from fastapi import FastAPI

from services.licences import use_cases
from services.licences.exports import harmless
from services.licences.pages import exports
from services.licences.service import Licences
from services.licences.use_cases import listing
from shared.person import Person, Role
from shared.testing.apps import browser
from shared.testing.forms import Page, visit
from shared.testing.people import Issuer, customs_role, importer_role, know, msca_role, person
from tests.licences.stage import NOW, a_draft, a_submitted_licence, an_importer, numbered


async def client_of(app: FastAPI, service: Licences, issuer: Issuer, *roles: Role) -> httpx.AsyncClient:
    async with service.work() as work:
        someone = await know(work.db, person("Olga Officer", *(replace(role, id=uuid4()) for role in roles)))
    return browser(app, issuer.cookies(someone))


def first(page: Page, selector: str) -> Tag:
    """The one element that is meant; fails when there is none."""
    return page.html.select(selector)[0]


def numbers(page: Page) -> list[str]:
    return [th.get_text(strip=True) for th in page.html.select("tbody th")]


async def test_the_advanced_search_is_kept_in_the_address_and_stays_open(
    service: Licences, client: httpx.AsyncClient, importer: Person
) -> None:
    await a_submitted_licence(service, importer, numbered(801))
    page = await visit(client, "/licences")
    typed = {"commodity_code": "9401", "point_of_entry": "Antwerp", "partner_country": "ID", "arrival_to": "2026-12-31"}

    found = await page.press("Search", typed)
    again = await visit(client, found.url)

    assert numbers(found) == numbers(again) == ["26.00801-00123.003-ID-BE"]
    assert first(again, "form details").has_attr("open")
    assert first(again, "[name=commodity_code]")["value"] == "9401"
    assert first(again, "[name=partner_country] [selected]")["value"] == "ID"
    assert "Arrival" in [th.get_text(strip=True) for th in again.html.select("thead th")]


async def test_a_heading_sorts_and_sorts_the_other_way_round(
    service: Licences, client: httpx.AsyncClient, importer: Person
) -> None:
    for serial in (812, 811, 813):
        await a_draft(service, importer, numbered(serial))
    page = await visit(client, "/licences?state=draft")
    up = await visit(client, page.link("FLEGT licence number"))
    down = await visit(client, up.link("FLEGT licence number"))

    assert [number[:8] for number in numbers(up)] == ["26.00811", "26.00812", "26.00813"]
    assert numbers(down) == numbers(up)[::-1]
    assert first(up, "[aria-sort]")["aria-sort"] == "ascending"
    assert "state=draft" in down.url
    assert (await down.press("Search", {"number": "0081"})).url.endswith("sort=-number")


async def test_pages_lead_on_and_back(service: Licences, client: httpx.AsyncClient, importer: Person) -> None:
    for minute in range(60):
        async with service.work(at=NOW + timedelta(minutes=minute)) as work:
            await use_cases.create_draft(work, importer)
    top = await visit(client, "/licences?state=draft")
    second = await visit(client, top.link("Next page"))
    back = await visit(client, second.link("Previous page"))

    def ids(page: Page) -> list[str]:
        return [str(row["data-row"]) for row in page.html.select("tbody tr")]

    assert (len(ids(top)), len(ids(second))) == (50, 10)
    assert ids(back) == ids(top)
    assert "Previous page" not in back.text
    assert second.link("First page") == "/licences?state=draft"


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        (
            "arrival_from=tomorrow&requester=Ines",
            ["This is not a date. Enter it as year-month-day, such as 2027-01-31."],
        ),
        ("arrival_from=2027-02-01&arrival_to=2027-01-01", ["The last day of arrival is before the first."]),
        ("state=lost", ["There is no such state. Choose one of the list."]),
        ("point_of_entry=a", ["More than 30 customs offices fit. Enter more of the name, or the COL number."]),
        ("cursor=zzz", ["This page of the list cannot be found. Go on from the first page."]),
        ("sort=colour", ["The list cannot be sorted like this."]),
    ],
)
async def test_what_is_wrong_in_the_search_is_said_and_what_was_typed_is_kept(
    client: httpx.AsyncClient, query: str, errors: list[str]
) -> None:
    page = await visit(client, f"/licences?{query}")

    assert page.status == 422
    assert page.errors == errors
    typed = dict(part.split("=") for part in query.split("&"))
    for name in set(typed) & {"arrival_from", "arrival_to", "requester", "point_of_entry"}:
        assert first(page, f"[name={name}]")["value"] == typed[name]
    for link in page.html.select(".error-summary a"):
        assert page.html.find(id=str(link["href"]).removeprefix("#")), link


async def test_a_search_is_saved_shown_renamed_and_deleted(
    service: Licences, client: httpx.AsyncClient, importer: Person
) -> None:
    await a_draft(service, importer, numbered(821))
    await a_draft(service, importer, numbered(822))
    page = await visit(client, "/licences?number=00821&sort=number")

    saved = await page.press("Save", {"name": "  The  one "})
    assert "The search is saved as “The one”." in saved.text
    elsewhere = await visit(client, "/licences")
    found = await visit(client, elsewhere.link("The one"))
    assert [number[:8] for number in numbers(found)] == ["26.00821"]
    assert first(found, ".saved-searches [aria-current]").get_text() == "The one"

    field = str(found.form("Rename").select("input[type=text]")[0]["name"])
    empty = await found.press("Rename", {field: " "})
    assert empty.errors == ["Give the search a name."]
    assert [number[:8] for number in numbers(empty)] == ["26.00821"]
    renamed = await found.press("Rename", {field: "My only one"})
    assert renamed.link("My only one") == elsewhere.link("The one")
    deleted = await renamed.press("Delete")
    assert "My only one" not in deleted.text
    assert "number=00821" in deleted.url


async def test_two_saved_searches_of_one_name_are_refused(client: httpx.AsyncClient) -> None:
    page = await visit(client, "/licences?state=draft")
    await page.press("Save", {"name": "Drafts"})

    again = await page.press("Save", {"name": "drafts"})

    assert again.status == 422
    assert again.errors == ["You have a saved search of this name already."]
    assert first(again, "[name=name]")["value"] == "drafts"


async def test_nobody_sees_or_touches_the_saved_searches_of_others(
    app: FastAPI, service: Licences, issuer: Issuer, client: httpx.AsyncClient, importer: Person
) -> None:
    mine = await (await visit(client, "/licences?state=draft")).press("Save", {"name": "Secret"})
    colleague = await an_importer(service, company=importer.companies[0], name="Carl Colleague")
    action = mine.form("Rename")["action"]
    search_id = str(action).rpartition("/")[2]

    theirs = await visit(browser(app, issuer.cookies(colleague)), "/licences")
    async with service.work() as work:
        await use_cases.delete_search(work, colleague, uuid4())
        with pytest.raises(Exception, match="does not exist"):
            await use_cases.rename_search(work, colleague, type(colleague.account_id)(search_id), name="Mine")

    assert "Secret" not in theirs.text
    assert "Secret" in (await visit(client, "/licences")).text


async def test_an_export_holds_what_was_found_and_no_formula(
    service: Licences, client: httpx.AsyncClient, importer: Person
) -> None:
    licence = await a_submitted_licence(service, importer, numbered(831))
    await a_draft(service, importer, numbered(832))
    async with service.work() as work:
        await work.db.execute("UPDATE licence SET requester_name = '=1+1' WHERE id = $1", licence.id)

    answer = await client.get("/licences/export.csv?number=00831")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert answer.headers["content-disposition"] == 'attachment; filename="licences-2026-11-20.csv"'
    assert [row["FLEGT licence number"] for row in rows] == ["26.00831-00123.003-ID-BE"]
    assert rows[0]["Requester"] == "'=1+1"
    assert rows[0]["Validation state"] == "Submitted"
    assert rows[0]["Arrival"] == "2026-12-01 23:59+01:00"


async def test_a_spreadsheet_has_texts_and_moments_but_no_formula_and_no_link(
    service: Licences, client: httpx.AsyncClient, importer: Person
) -> None:
    await a_submitted_licence(service, importer, numbered(841))
    await a_draft(service, importer, numbered(842) | {"licence_number": "=HYPERLINK(A1)"})

    answer = await client.get("/licences/export.xlsx?sort=number")
    sheet = zipfile.ZipFile(io.BytesIO(answer.content)).read("xl/worksheets/sheet1.xml").decode()

    assert answer.headers["content-type"].startswith("application/vnd.openxmlformats")
    assert sheet.count("<row") == 3
    assert "26.00841-00123.003-ID-BE" in sheet
    assert "=HYPERLINK(A1)" in sheet
    assert "<f>" not in sheet
    assert "hyperlink " not in sheet


async def test_an_export_goes_on_over_all_pages_up_to_its_limit(
    service: Licences, client: httpx.AsyncClient, importer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for minute in range(7):
        async with service.work(at=NOW + timedelta(minutes=minute)) as work:
            await use_cases.create_draft(work, importer)
    monkeypatch.setattr(listing, "EXPORTED_AT_ONCE", 2)
    whole = (await client.get("/licences/export.csv")).text.strip().split("\n")
    monkeypatch.setattr(listing, "MOST_EXPORTED", 5)
    limited = (await client.get("/licences/export.csv")).text.strip().split("\n")

    assert (len(whole), len(limited)) == (1 + 7, 1 + 5)
    assert exports._running._value == exports.AT_ONCE


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_whatever_a_spreadsheet_would_calculate_is_made_a_text(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless(f"a{text}") == f"a{text}"


async def test_a_wrong_search_is_not_exported(client: httpx.AsyncClient) -> None:
    assert (await client.get("/licences/export.csv?state=lost")).status_code == 422
    assert (await client.get("/licences/export.pdf")).status_code == 404


async def test_a_script_gets_the_list_as_it_is_now_and_nothing_while_it_stays(
    service: Licences, client: httpx.AsyncClient, importer: Person
) -> None:
    await a_draft(service, importer, numbered(851))
    asked = {"Accept": "application/json"}

    first = await client.get("/licences/rows?number=0085", headers=asked)
    same = await client.get("/licences/rows?number=0085", headers=asked | {"If-None-Match": first.headers["etag"]})
    await a_draft(service, importer, numbered(852))
    later = await client.get("/licences/rows?number=0085", headers=asked | {"If-None-Match": first.headers["etag"]})

    assert "26.00851" in first.json()["html"]
    assert (same.status_code, same.content) == (304, b"")
    assert later.status_code == 200
    assert "26.00852" in later.json()["html"]


async def test_a_script_whose_sign_in_ended_is_told_so(app: FastAPI) -> None:
    answer = await browser(app).get("/licences/rows", headers={"Accept": "application/json"})

    assert answer.status_code == 401


@pytest.mark.parametrize(("minutes", "said"), [(0.5, ""), (1.5, "up to 2 minutes old"), (61, "up to 61 minutes old")])
async def test_the_list_says_when_it_is_behind(
    service: Licences, client: httpx.AsyncClient, minutes: float, said: str
) -> None:
    async with service.work() as work:
        await use_cases.note_hearing(work, uuid4(), behind_seconds=0)
        await use_cases.note_hearing(work, uuid4(), behind_seconds=minutes * 60)

    page = await visit(client, "/licences")

    async with service.work() as work:
        await work.db.execute("DELETE FROM hearing")
    assert ("Decisions may be" in page.text) is bool(said)
    assert said in page.text


async def test_a_process_that_is_gone_does_not_count_unless_all_are(
    service: Licences, client: httpx.AsyncClient
) -> None:
    async with service.work(at=NOW - timedelta(minutes=5)) as work:
        await use_cases.note_hearing(work, uuid4(), behind_seconds=600)
    alone = await visit(client, "/licences")
    async with service.work() as work:
        await use_cases.note_hearing(work, uuid4(), behind_seconds=0)
    accompanied = await visit(client, "/licences")

    async with service.work() as work:
        await work.db.execute("DELETE FROM hearing")
    assert "up to 5 minutes old" in alone.text
    assert "Decisions may be" not in accompanied.text


async def test_an_authority_reads_the_licences_of_its_member_state(
    app: FastAPI, service: Licences, issuer: Issuer, importer: Person
) -> None:
    await a_submitted_licence(service, importer, numbered(861))

    ours = await visit(await client_of(app, service, issuer, msca_role("BE")), "/licences?number=00861")
    theirs = await visit(await client_of(app, service, issuer, msca_role("NL")), "/licences?number=00861")
    customs = await visit(await client_of(app, service, issuer, customs_role()), "/licences?number=00861")

    assert numbers(ours) == ["26.00861-00123.003-ID-BE"]
    assert "Timber Trade NV" in ours.text
    assert "Create New Licence" in ours.text  # for an operator of its country
    assert "Create New Licence" not in customs.text
    assert numbers(theirs) == numbers(customs) == []


async def test_who_has_several_companies_chooses_among_them(app: FastAPI, service: Licences, issuer: Issuer) -> None:
    roles = [importer_role(name=name) for name in ("Alpha Hout NV", "Beta Bois SA")]
    for serial, role in enumerate(roles, start=871):
        await a_draft(service, await an_importer(service, company=role.body_id), numbered(serial))
    client = await client_of(app, service, issuer, *roles)

    every = await visit(client, "/licences?sort=number")
    one = await every.press("Search", {"company": str(roles[1].body_id)})

    assert [number[:8] for number in numbers(every)] == ["26.00871", "26.00872"]
    assert [number[:8] for number in numbers(one)] == ["26.00872"]


async def test_the_api_pages_and_refuses_as_the_list_does(
    app: FastAPI, service: Licences, issuer: Issuer, importer: Person
) -> None:
    for serial in (881, 882, 883):
        await a_draft(service, importer, numbered(serial))
    program, sent = browser(app), issuer.bearer(importer)
    address = "/licences/api/v1/licences"

    first = (await program.get(f"{address}?number=0088&sort=number&limit=2", headers=sent)).json()
    rest = (await program.get(f"{address}?sort=number&limit=2&cursor={first['next']}", headers=sent)).json()
    back = (await program.get(f"{address}?sort=number&limit=2&cursor={rest['previous']}", headers=sent)).json()
    refused = await program.get(f"{address}?state=lost&arrival_to=x", headers=sent)

    assert [item["licence_number"][:8] for item in first["items"]] == ["26.00881", "26.00882"]
    assert [item["licence_number"][:8] for item in rest["items"]] == ["26.00883"]
    assert back["items"] == first["items"]
    assert (first["previous"], rest["next"]) == (None, None)
    assert refused.status_code == 422
    assert {error["pointer"] for error in refused.json()["errors"]} == {"/state", "/arrival_to"}
    documented = (await program.get("/licences/openapi.json")).json()["paths"][address]["get"]["parameters"]
    assert {p["name"] for p in documented} == {*listing.ASKED, "cursor", "limit"}
    assert all(p.get("description") for p in documented if p["name"] != "limit")
