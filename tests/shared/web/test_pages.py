import httpx
import pytest
from jinja2 import UndefinedError
from starlette.requests import Request

from shared.web.assets import FOLDER
from shared.web.forms import Form
from tests.shared.web.sample import ANNA, AUTHORITY, Role, Settings, Somebody, browser, make_app, soup

CUSTOMS = Role("r3", "customs", "Antwerpen DAE", office="BE101000")
SUPPORT = Role("r4", "support", "Support team")


async def page_for(person: Somebody | None, path: str = "/sample/list", **settings: bool):
    async with browser(make_app(person, Settings(**settings))) as client:
        return soup(await client.get(path))


@pytest.mark.parametrize(
    ("person", "address"),
    [
        (None, "/licences"),
        (ANNA, "/licences"),
        (Somebody(roles=[AUTHORITY], active_role=AUTHORITY), "/validation/cases"),
        (Somebody(roles=[CUSTOMS], active_role=CUSTOMS), "/validation/clearances"),
        (Somebody(), "/licences"),
    ],
)
async def test_certificate_flegt_leads_everybody_to_their_own_work(person: Somebody | None, address: str):
    page = await page_for(person)

    menu = page.select_one(".main-nav details")

    assert menu.summary.text == "Certificate"
    assert menu.a.text == "FLEGT"
    assert menu.a["href"] == address


async def test_support_finds_requests_deliveries_and_operations_in_the_menu():
    page = await page_for(Somebody(roles=[SUPPORT], active_role=SUPPORT))

    links = [link["href"] for link in page.select(".main-nav__link")]
    assert links[0] == "/identity/requests"
    assert {"/identity/audit", "/notifications/deliveries", "/operations"} <= set(links)


async def test_a_visitor_is_offered_to_sign_in_or_register(visitor: httpx.AsyncClient):
    page = soup(await visitor.get("/sample/list"))

    assert [a["href"] for a in page.select(".account a")] == ["/identity/sign-in", "/identity/register"]


async def test_a_person_sees_who_they_are_and_can_switch_role_and_sign_out(anna: httpx.AsyncClient):
    page = soup(await anna.get("/sample/list"))

    switch, leave = page.select(".account form")

    assert page.select_one(".account__name").text == "Anna Jansen"
    assert page.select_one(".account__name")["href"] == "/identity/roles"
    assert switch["action"] == "/identity/active-role"
    assert [(b["name"], b["value"]) for b in switch.select("button")] == [("role", "r1"), ("role", "r2")]
    assert leave["action"] == "/identity/sign-out"
    assert all(form.select_one("input[name=csrf_token]") for form in (switch, leave))


async def test_a_message_left_by_the_step_before_is_shown_once_as_plain_text(anna: httpx.AsyncClient):
    token = soup(await anna.get("/sample/form")).select_one("main input[name=csrf_token]")["value"]
    data = {"csrf_token": token, "boxes.licence_number": "<b>26</b>"}

    first = await anna.post("/sample/form", data=data, follow_redirects=True)
    second = await anna.get("/sample/list")

    assert soup(first).select_one(".flash").text.strip() == "Licence <b>26</b> is saved."
    assert not soup(second).select(".flash")


@pytest.mark.parametrize("cookie", ["garbage", "WzEsMl0=", "bnVsbA==", "eyJhIjoxfQ==", "WyJ4IiwieCJd"])
async def test_a_message_cookie_that_is_not_ours_is_passed_over(anna: httpx.AsyncClient, cookie: str):
    anna.cookies.set("flegt_flash", cookie, domain="testserver.local")

    response = await anna.get("/sample/list", headers={"cookie": f"flegt_flash={cookie}"})

    assert response.status_code == 200
    assert not soup(response).select(".flash")


async def test_a_refusal_is_a_page_in_words_with_the_number_for_support(anna: httpx.AsyncClient):
    response = await anna.get("/sample/refused")

    assert response.status_code == 409
    assert "There are 3 in the way" in response.text
    assert "0190-correlation" in response.text


async def test_the_demonstration_says_so_and_the_real_one_does_not():
    assert (await page_for(None, demonstration=True)).select_one(".demonstration")
    assert not (await page_for(None, demonstration=False)).select_one(".demonstration")


async def test_the_layout_can_be_walked_through_by_keyboard_and_screen_reader(anna: httpx.AsyncClient):
    page = soup(await anna.get("/sample/review"))

    assert page.html["lang"] == "en"
    assert page.body.a["href"] == "#main"
    assert len(page.select("main#main")) == 1
    assert [h.text for h in page.select("h1")] == ["Licence 26.00001-00003.003-ID-BE"]
    assert page.title.text == "Licence 26.00001-00003.003-ID-BE – FLEGT licences"
    assert [li.text.strip() for li in page.select(".breadcrumbs li")] == ["Home", "Cases", "26.00001-00003.003-ID-BE"]


async def test_every_state_is_a_word_and_a_table_scrolls_in_its_own_region(anna: httpx.AsyncClient):
    page = soup(await anna.get("/sample/list"))

    row = page.select_one("tbody tr")

    assert [badge.text for badge in row.select(".badge")] == ["Submitted", "Not ready for clearance"]
    assert page.select_one("[role=region][tabindex='0'] > table > caption").text == "My licences"


async def test_a_template_that_asks_for_what_is_not_there_fails_loudly():
    app = make_app()
    request = Request({"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [], "app": app})

    with pytest.raises(UndefinedError, match="rows"):
        app.state.pages.render(request, "parts_sample.html", form=Form.empty())


def test_the_style_sheet_stays_small():
    assert (FOLDER / "css" / "flegt.css").stat().st_size < 25_000
