"""Inbox, preferences and proof of delivery, used as people use them."""

from uuid import uuid4

import httpx

from services.notifications.service import Notifications
from shared.contracts.identity import RoleRefused
from shared.person import Person
from shared.testing.forms import visit
from shared.testing.people import Issuer, importer_role, person, support_role
from tests.notifications import facts
from tests.notifications.conftest import Enter, Hear, MailSink, work_off


async def importer(hear: Hear) -> Person:
    """Somebody who works for a company and can be written to."""
    someone = person("Ana Peeters", importer_role())
    await hear(facts.account(someone.account_id))
    return someone


async def test_the_inbox_shows_what_happened_and_what_is_new(hear: Hear, enter: Enter, service: Notifications) -> None:
    ana = await importer(hear)
    browser = await enter(ana)
    empty = await visit(browser, "/notifications")
    assert "Nothing yet" in empty.text

    licence = facts.submitted(ana.account_id, ana.companies[0])
    await hear(licence)
    await hear(facts.decided(licence))
    await work_off(service)
    page = await visit(browser, "/notifications")
    assert page.text.index("validated") < page.text.index("submitted")
    assert len(page.html.select("tbody strong")) == 2
    assert (await browser.get("/notifications/api/v1/unread")).json() == {"unread": 2}

    message = await visit(browser, page.link("validated"))
    assert message.heading == f"Licence {facts.NUMBER}: validated"
    assert message.link("See the licence") == f"/licences/{licence.licence_id}"
    assert (await browser.get("/notifications/api/v1/unread")).json() == {"unread": 1}

    page = await (await visit(browser, "/notifications")).press("Mark all as read")
    assert "All messages are marked as read." in page.text
    assert (await browser.get("/notifications/api/v1/unread")).json() == {"unread": 0}


async def test_nobody_reads_the_inbox_of_others(hear: Hear, enter: Enter, service: Notifications) -> None:
    ana = await importer(hear)
    await hear(facts.decided(facts.submitted(ana.account_id, ana.companies[0])))
    await work_off(service)
    page = await visit(await enter(ana), "/notifications")
    stranger = await visit(await enter(person("Max", importer_role())), page.link("validated"))
    assert stranger.status == 404


async def test_a_long_inbox_comes_in_pages(hear: Hear, enter: Enter, service: Notifications) -> None:
    ana = await importer(hear)
    await hear(*(RoleRefused(role=facts.role(ana.account_id), reason=f"Reason {n}") for n in range(60)))
    await work_off(service)
    browser = await enter(ana)
    first = await visit(browser, "/notifications")
    second = await visit(browser, first.link("Next page"))
    assert [len(page.html.select("tbody tr")) for page in (first, second)] == [50, 10]


async def test_a_person_chooses_what_is_mailed(
    hear: Hear, enter: Enter, service: Notifications, sink: MailSink
) -> None:
    email = facts.address()
    ana = person("Ana Peeters", importer_role())
    await hear(facts.account(ana.account_id, email))
    browser = await enter(ana)
    page = await visit(browser, "/notifications/preferences")
    page = await page.press("Save", {"mails": ["clearance", "roles"]})
    assert "Saved." in page.text
    assert [box["value"] for box in page.html.select("input[type=checkbox][checked]")] == ["clearance", "roles"]

    licence = facts.submitted(ana.account_id, ana.companies[0])
    await hear(licence)
    await work_off(service)
    assert sink.to(email) == []
    assert "Not mailed" in (await visit(browser, "/notifications")).text


async def test_a_choice_that_does_not_exist_is_refused_with_the_form(hear: Hear, enter: Enter) -> None:
    page = await visit(await enter(await importer(hear)), "/notifications/preferences")
    refused = await page.press("Save", {"mails": ["everything", "roles"]})
    assert refused.status == 422
    assert refused.errors == ["This cannot be chosen: everything."]
    assert [box["value"] for box in refused.html.select("input[type=checkbox][checked]")] == ["roles"]


async def test_support_sees_a_failed_mail_and_sends_it_again(
    hear: Hear, enter: Enter, service: Notifications, sink: MailSink
) -> None:
    email = facts.address()
    ana = person("Ana Peeters", importer_role())
    await hear(facts.account(ana.account_id, email))
    number = f"27.{uuid4().hex[:8].upper()}"
    sink.answers[email] = "550 5.1.1 no such mailbox"
    await hear(facts.decided(facts.submitted(ana.account_id, ana.companies[0], number=number)))
    await work_off(service)

    browser = await enter(person("Sam Support", support_role()))
    page = await (await visit(browser, "/notifications/deliveries")).press(
        "Search", {"licence": number.lower(), "state": "failed"}
    )
    assert "550 5.1.1 no such mailbox" in page.text
    assert email in page.text
    del sink.answers[email]
    page = await page.press("Send again")
    assert "on its way again" in page.text
    await work_off(service)
    assert len(sink.to(email)) == 1
    assert "Sent" in (await visit(browser, f"/notifications/deliveries?licence={number}")).text


async def test_support_sees_messages_that_still_wait_for_their_recipient(
    hear: Hear, enter: Enter, service: Notifications
) -> None:
    number = f"27.{uuid4().hex[:8].upper()}"
    await hear(facts.decided(facts.submitted(uuid4(), uuid4(), number=number)))
    await work_off(service)
    browser = await enter(person("Sam Support", support_role()))
    page = await visit(browser, f"/notifications/deliveries?licence={number}&state=unaddressed")
    assert "Waits until identity tells of the person's account." in page.text


async def test_others_see_only_what_was_sent_to_them(hear: Hear, enter: Enter, service: Notifications) -> None:
    ana, ben = await importer(hear), await importer(hear)
    for someone in (ana, ben):
        await hear(RoleRefused(role=facts.role(someone.account_id), reason="No"))
    await work_off(service)
    browser = await enter(ana)
    items = (await browser.get("/notifications/api/v1/deliveries")).json()["items"]
    assert len(items) == 1
    page = await visit(browser, "/notifications/deliveries")
    assert len(page.html.select("tbody tr")) == 1
    again = await browser.post(f"/notifications/deliveries/{items[0]['id']}/again", data=csrf(browser, page.html))
    assert again.status_code == 403


def csrf(browser: httpx.AsyncClient, html: object) -> dict[str, str]:
    return {"csrf_token": html.find("input", {"name": "csrf_token"})["value"]}  # type: ignore[attr-defined]


async def test_a_state_that_does_not_exist_is_refused(enter: Enter) -> None:
    page = await visit(await enter(person("Sam Support", support_role())), "/notifications/deliveries?state=lost")
    assert page.status == 422
    assert page.errors == ["There is no such state."]


async def test_the_event_log_shows_what_concerns_a_person_and_names_nobody(
    hear: Hear, enter: Enter, service: Notifications, app: object, issuer: Issuer
) -> None:
    ana, other = await importer(hear), person("Max", importer_role())
    licence = facts.submitted(ana.account_id, ana.companies[0])
    await hear(licence)
    await hear(facts.decided(licence, remark="Ana Peeters came by"))
    browser = await enter(ana)
    first = (await browser.get("/notifications/api/v1/events?limit=1")).json()
    assert first["items"][0]["type"] == "eu.flegt.licences.licence-submitted.v1"
    assert first["items"][0]["data"]["validation_state"] == "submitted"
    second = (await browser.get(f"/notifications/api/v1/events?after={first['next']}")).json()
    assert [item["type"] for item in second["items"]] == ["eu.flegt.validation.licence-validated.v1"]
    assert second["next"] is None
    assert "Ana" not in str(first) + str(second)
    assert (await (await enter(other)).get("/notifications/api/v1/events")).json()["items"] == []


async def test_what_every_service_answers_is_not_taken_for_a_message(enter: Enter) -> None:
    browser = await enter(person("Sam Support", support_role()))
    assert (await browser.get("/notifications/asyncapi.json")).json()["info"]["title"] == "FLEGT notifications"
    assert (await visit(browser, "/notifications/operations")).status == 200
    assert (await browser.get("/notifications/health/live")).status_code == 200
    assert (await visit(browser, "/notifications/nothing-of-this-name")).status == 404


async def test_the_inbox_asks_to_sign_in(app: object) -> None:
    from shared.testing.apps import browser

    async with browser(app) as nobody:  # type: ignore[arg-type]
        assert (await nobody.get("/notifications")).headers["location"].startswith("/identity/session/refresh")
        assert (await nobody.get("/notifications/api/v1/unread")).status_code == 401
