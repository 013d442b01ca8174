import httpx
import pytest

from tests.shared.web.sample import ANNA, Settings, browser, make_app, soup

REFUSED = "This form could not be accepted"


async def send(client: httpx.AsyncClient, token: str | None = None, **headers: str) -> httpx.Response:
    page = soup(await client.get("/sample/form"))
    shown = str(page.select_one("main input[name=csrf_token]")["value"])
    data = {"csrf_token": shown if token is None else token, "boxes.licence_number": "26.1"}
    return await client.post("/sample/form", data=data, headers={k.replace("_", "-"): v for k, v in headers.items()})


async def test_a_form_from_our_own_page_is_accepted(anna: httpx.AsyncClient):
    assert (await send(anna)).status_code == 303
    assert (await send(anna, origin="http://testserver", sec_fetch_site="same-origin")).status_code == 303


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "ü"])
async def test_a_form_without_the_right_token_is_refused_in_words(anna: httpx.AsyncClient, token: str):
    response = await send(anna, token=token)

    assert response.status_code == 403
    assert soup(response).h1.text == REFUSED
    assert "26.1" not in response.text


async def test_a_token_without_its_cookie_is_refused(anna: httpx.AsyncClient):
    page = soup(await anna.get("/sample/form"))
    token = str(page.select_one("main input[name=csrf_token]")["value"])
    anna.cookies.clear()

    assert (await anna.post("/sample/form", data={"csrf_token": token})).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "https://elsewhere.example", "host": "testserver"},
    ],
)
async def test_a_form_that_another_site_sent_is_refused_even_with_the_token(
    anna: httpx.AsyncClient, headers: dict[str, str]
):
    assert (await send(anna, **headers)).status_code == 403


@pytest.mark.parametrize("address", ["http://localhost:8000", "http://127.0.0.1:8000"])
async def test_forms_work_at_the_public_origin_and_at_the_address_really_used(address: str):
    app = make_app(ANNA, Settings(origin="http://localhost:8000"))

    async with browser(app) as client:
        host = address.removeprefix("http://")
        response = await send(client, origin=address, x_forwarded_host=host, x_forwarded_proto="http")

    assert response.status_code == 303


async def test_the_same_token_serves_all_open_pages(anna: httpx.AsyncClient):
    first = soup(await anna.get("/sample/form")).select_one("main input[name=csrf_token]")["value"]
    second = soup(await anna.get("/sample/form")).select_one("main input[name=csrf_token]")["value"]

    assert first == second


async def test_every_page_carries_the_protecting_headers(visitor: httpx.AsyncClient):
    headers = (await visitor.get("/sample/list")).headers

    assert "default-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in headers


@pytest.mark.parametrize("path", ["/sample/form", "/sample/list", "/sample/review", "/sample/refused"])
async def test_no_page_needs_inline_script_or_style(anna: httpx.AsyncClient, path: str):
    page = soup(await anna.get(path))

    assert not page.select("style, [style], script:not([src])")
    assert not [name for tag in page.find_all() for name in tag.attrs if name.startswith("on")]


async def test_over_https_every_cookie_is_secure_and_the_browser_is_told_to_stay():
    app = make_app(ANNA, Settings(cookie_secure=True))

    async with browser(app) as client:
        response = await client.get("/sample/form")

    cookie = response.headers["set-cookie"]
    assert cookie.startswith("flegt_csrf=")
    assert "Secure" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert response.headers["strict-transport-security"].startswith("max-age=31536000")


async def test_files_of_the_layout_may_be_kept_for_ever_and_pages_not_at_all(visitor: httpx.AsyncClient):
    page = soup(await visitor.get("/sample/list"))
    address = str(page.select_one("link[rel=stylesheet]")["href"])

    current = await visitor.get(address)
    outdated = await visitor.get(address.partition("?")[0] + "?v=old")

    assert current.status_code == 200
    assert "immutable" in current.headers["cache-control"]
    assert outdated.headers["cache-control"] == "no-cache"
