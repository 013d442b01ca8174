from email.message import EmailMessage

import aiosmtplib
import httpx

from deploy.local.product import Product
from tests.deploy.conftest import eventually

JSON = {"Accept": "application/json"}


async def send(product: Product, subject: str, to: str, text: str = "Nothing to do.", cc: str = "") -> None:
    message = EmailMessage()
    message["From"] = "FLEGT licences <no-reply@flegt.example>"
    message["To"] = to
    if cc:
        message["Cc"] = cc
    message["Subject"] = subject
    message.set_content(text)
    await aiosmtplib.send(message, hostname="127.0.0.1", port=product.smtp_port)


async def mails(browser: httpx.AsyncClient, to: str, **query: str) -> dict[str, list[dict[str, object]]]:
    answer = await browser.get("/mailbox", params={"to": to, **query}, headers=JSON)
    answer.raise_for_status()
    return answer.json()


async def test_a_mail_is_shown_as_json_with_its_links(product: Product, browser: httpx.AsyncClient) -> None:
    link = "http://localhost:8000/identity/confirm?token=a-b_c"
    await send(product, "Bestätigung", "Ana <ana@trader.example>", f"Grüß Gott!\nOpen {link}.", cc="bo@trader.example")
    item = (await mails(browser, "ANA@trader.example"))["items"][0]
    assert item["subject"] == "Bestätigung"
    assert item["from"] == "FLEGT licences <no-reply@flegt.example>"
    assert item["sender"] == "no-reply@flegt.example"
    assert item["to"] == ["ana@trader.example"]
    assert item["cc"] == ["bo@trader.example"]
    assert "Grüß Gott!" in str(item["text"])
    assert item["links"] == [link]
    assert (await mails(browser, "nobody@trader.example"))["items"] == []


async def test_the_page_lists_mails_and_opens_one_without_trusting_what_they_say(
    product: Product, browser: httpx.AsyncClient
) -> None:
    await send(product, "<script>alert(1)</script>", "eve@trader.example", "<b>bold</b>")
    item = (await mails(browser, "eve@trader.example"))["items"][0]
    listed = await browser.get("/mailbox", params={"to": "eve@trader.example"})
    opened = await browser.get(f"/mailbox/{item['id']}")
    for page in (listed, opened):
        assert page.status_code == 200
        assert "&lt;script&gt;alert(1)" in page.text
        assert "<script" not in page.text
        assert "unsafe-inline" not in page.headers["content-security-policy"]
    assert "&lt;b&gt;bold" in opened.text
    assert (await browser.get("/mailbox/no-such-mail")).status_code == 404


async def test_the_newest_mail_comes_first_and_pages_follow_each_other(
    product: Product, browser: httpx.AsyncClient
) -> None:
    for number in range(27):
        await send(product, f"Mail {number}", "paged@trader.example")
    first = await mails(browser, "paged@trader.example")
    second = await mails(browser, "paged@trader.example", after=str(first["next"]))
    subjects = [item["subject"] for item in first["items"] + second["items"]]
    assert subjects == [f"Mail {number}" for number in reversed(range(27))]
    assert second["next"] is None


async def test_mails_survive_a_killed_mailbox(product: Product, browser: httpx.AsyncClient) -> None:
    await send(product, "Kept", "kept@trader.example")
    await product.kill("mailbox")
    await product.mailbox.start()

    async def kept() -> bool:
        return [m["subject"] for m in (await mails(browser, "kept@trader.example"))["items"]] == ["Kept"]

    await eventually(kept)
