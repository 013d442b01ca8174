from collections.abc import AsyncIterator

import httpx
import pytest

from deploy.local.product import Product
from shared.testing.waiting import until

ADDRESSES = [
    ("/", "identity"),
    ("/operations", "identity"),
    ("/identity/sign-in", "identity"),
    ("/licences", "licences"),
    ("/licences/api/v1/licences?q=BE%2F1&q=2", "licences"),
    ("/validation/queue", "validation"),
    ("/notifications/inbox", "notifications"),
    ("/licencesomething", "identity"),
]


@pytest.mark.parametrize(("address", "service"), ADDRESSES)
async def test_each_address_reaches_its_service_unchanged(
    browser: httpx.AsyncClient, address: str, service: str
) -> None:
    answer = (await browser.get(address)).json()
    assert answer["service"] == service
    assert answer["url"].removeprefix(str(browser.base_url).rstrip("/")) == address


async def test_forwarded_headers_are_ours_and_the_correlation_id_is_the_callers(browser: httpx.AsyncClient) -> None:
    sent = {"X-Forwarded-For": "9.9.9.9", "X-Correlation-ID": "abc", "Connection": "close, X-Secret", "X-Secret": "1"}
    headers = dict((await browser.get("/licences/x", headers=sent)).json()["headers"])
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert headers["x-forwarded-proto"] == "http"
    assert headers["x-forwarded-host"] == headers["host"] == browser.base_url.netloc.decode()
    assert headers["x-correlation-id"] == "abc"
    assert "x-secret" not in headers


async def test_a_request_without_a_correlation_id_gets_one(browser: httpx.AsyncClient) -> None:
    headers = dict((await browser.get("/licences/x")).json()["headers"])
    assert len(headers["x-correlation-id"]) == 36


async def test_every_cookie_of_an_answer_is_passed_on(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/licences/x")
    assert answer.headers.get_list("set-cookie") == ["first=1", "second=2"]
    assert "x-hop" not in answer.headers.get("connection", "")


async def test_cookies_of_one_person_never_reach_the_requests_of_another(browser: httpx.AsyncClient) -> None:
    await browser.get("/licences/x")
    async with httpx.AsyncClient(base_url=browser.base_url) as somebody_else:
        headers = dict((await somebody_else.get("/licences/x")).json()["headers"])

    assert "cookie" not in headers


async def test_a_large_body_arrives_whole(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/licences/scan", content=b"x" * 5_000_000)
    assert answer.json()["length"] == 5_000_000


async def test_a_body_reaches_the_service_while_it_is_still_being_written(browser: httpx.AsyncClient) -> None:
    async def first_part_arrived() -> bool:
        return (await browser.get("/validation/upload/seen")).json() == ["one"]

    async def body() -> AsyncIterator[bytes]:
        yield b"one"
        await until(first_part_arrived)  # never true if the gateway collected the body first
        yield b"two"

    assert (await browser.post("/validation/upload", content=body())).json() == ["one", "two"]


async def test_an_answer_reaches_the_reader_while_it_is_still_being_written(browser: httpx.AsyncClient) -> None:
    lines = []
    async with browser.stream("GET", "/validation/download") as answer:
        async for line in answer.aiter_lines():
            lines.append(line)
            await browser.post("/validation/download/go-on")
    assert lines == ["one", "two"]


async def test_a_service_that_is_down_gets_a_page_and_a_problem_and_the_whole_is_not_ready(
    product: Product, browser: httpx.AsyncClient
) -> None:
    assert (await browser.get("/health/ready")).status_code == 200
    await product.kill("validation")
    try:
        page = await browser.get("/validation/queue", headers={"Accept": "text/html", "X-Correlation-ID": "<b>abc"})
        problem = await browser.get("/validation/api/v1/cases", headers={"Accept": "application/json"})
        ready = await browser.get("/health/ready")
        other = await browser.get("/licences")
    finally:
        await product.start_service("validation")

    assert page.status_code == 502
    assert "validation" in page.text
    assert "<b>" not in page.text
    assert "unsafe-inline" not in page.headers["content-security-policy"]
    assert problem.status_code == 502
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["correlation_id"] == problem.headers["x-correlation-id"]
    assert ready.status_code == 503
    assert {name: answer["code"] for name, answer in ready.json()["services"].items()} == {
        "identity": 200,
        "licences": 200,
        "validation": None,
        "notifications": 200,
    }
    assert other.status_code == 200
    assert (await browser.get("/health/ready")).status_code == 200
