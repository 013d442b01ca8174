from email.message import EmailMessage

import aiosmtplib
import httpx

from deploy.local.product import Product
from shared.testing.waiting import until

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


async def send_letter(product: Product, html: str, to: str) -> None:
    message = EmailMessage()
    message["From"] = "Łukasz Żółć <lukasz@trader.example>"
    message["Sender"] = "FLEGT licences <no-reply@flegt.example>"
    message["Reply-To"] = "lukasz@trader.example"
    message["To"] = to
    message["Subject"] = "Αίτηση"
    message.set_content("As text.")
    message.add_alternative(html, subtype="html")
    await aiosmtplib.send(message, hostname="127.0.0.1", port=product.smtp_port, sender="no-reply@flegt.example")


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


async def test_a_mail_in_html_is_shown_in_a_sandbox_and_its_text_is_kept(
    product: Product, browser: httpx.AsyncClient
) -> None:
    html = "<html><head></head><body><p>As HTML.</p><script>alert(1)</script><a href='/'>Home</a></body></html>"
    await send_letter(product, html, "html@trader.example")
    item = (await mails(browser, "html@trader.example"))["items"][0]
    assert str(item["text"]).strip() == "As text."
    assert item["from"] == "Łukasz Żółć <lukasz@trader.example>"
    assert item["sender"] == "FLEGT licences <no-reply@flegt.example>"
    assert item["reply_to"] == ["lukasz@trader.example"]
    assert item["html"] == f"/mailbox/{item['id']}/html"

    page = await browser.get(f"/mailbox/{item['id']}")
    assert "no-reply@flegt.example" in page.text
    assert f'<iframe src="{item["html"]}"' in page.text
    assert "alert" not in page.text
    shown = await browser.get(str(item["html"]))
    assert "<p>As HTML.</p>" in shown.text
    assert '<base target="_blank">' in shown.text
    policy = shown.headers["content-security-policy"].split("; ")
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert not any(rule.startswith("script-src") for rule in policy)


async def test_a_mail_without_html_has_no_such_page(product: Product, browser: httpx.AsyncClient) -> None:
    await send(product, "Plain", "plain@trader.example")
    item = (await mails(browser, "plain@trader.example"))["items"][0]
    assert item["html"] is None
    assert "<iframe" not in (await browser.get(f"/mailbox/{item['id']}")).text
    assert (await browser.get(f"/mailbox/{item['id']}/html")).status_code == 404
    assert (await browser.get("/mailbox/no-such-mail/html")).status_code == 404


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

    found: list[str] = []

    async def something_is_found() -> bool:
        found[:] = [mail["subject"] for mail in (await mails(browser, "kept@trader.example"))["items"]]
        return bool(found)

    await until(something_is_found)
    assert found == ["Kept"]
