"""A licence from a person's registration to clearance, through the pages' forms."""

import pytest
from bs4 import Tag

from deploy.local.product import SUPPORT_MAILBOX, Product
from shared.testing.forms import Page
from shared.testing.waiting import until
from tests.journeys.papers import ARRIVAL_DAY, declaration_number, paper, scan, typed
from tests.journeys.people import Cast, Somebody, can_work, company, support_person
from tests.journeys.programs import hand_in
from tests.journeys.stage import mails_to

pytestmark = pytest.mark.journey


async def join(somebody: Somebody) -> None:
    """Register, follow the mail's link, sign in."""
    sent = await somebody.register()
    assert sent.heading == "Please look into your mailbox", sent.errors
    confirmed = await somebody.confirm()
    assert "Your e-mail address is confirmed" in confirmed.text
    assert (await somebody.sign_in()).heading == "My roles"


async def ask_for_role(found: Page, body_id: str) -> Page:
    """Tick a company or authority in the list and send the request."""
    request = await found.press("Request authorisation", {"body_id": body_id})
    roles = await request.press("Send authorisation request", {"function": "Clerk", "reason": "I work there."})
    assert "was sent. You get a mail" in roles.text, roles.errors
    assert "Requested" in first(roles, "h3").get_text(" ")
    return roles


def first(page: Page, selector: str) -> Tag:
    """The first element of a page that fits; there must be one."""
    found = page.html.select_one(selector)
    assert found is not None, f"no {selector} on {page.url}: {page.text}"
    return found


def ticked(page: Page, words: str) -> str:
    """What ticking the line with these words chooses."""
    (row,) = [row for row in page.html.select("tbody tr") if words in row.get_text(" ")]
    return str(row.select("input")[0]["value"])


async def grant(support: Somebody, somebody: Somebody, kind: str) -> None:
    queue = await support.open(f"/identity/requests?kind={kind}")
    request = await support.open(queue.link(somebody.name))
    assert somebody.email in request.text
    granted = await request.press("Grant the role")
    assert "The role is granted" in granted.text
    await can_work(somebody, kind)


async def support_is_asked(product: Product, somebody: Somebody) -> bool:
    return any(somebody.last_name in mail["text"] for mail in await mails_to(product, SUPPORT_MAILBOX))


async def create_company(importer: Somebody) -> str:
    """Search in vain, create the company, request its role. Returns its EORI."""
    details = company()
    searched = await (await importer.open("/identity/roles/operator")).press("Search", {"q": details["eori"]})
    assert "No company was found" in searched.text
    form = await importer.open(searched.link("Create operator"))
    request = await form.press("Create", {**details, "section_chapters": ["imported-timber-products"]})
    assert request.heading == "Request authorisation", request.errors
    sent = await request.press("Send authorisation request", {"function": "Import manager", "acting": "self"})
    assert "Requested" in first(sent, "h3").get_text(" ")
    return details["eori"]


async def find_company(colleague: Somebody, eori: str) -> None:
    found = await (await colleague.open("/identity/roles/operator")).press("Search", {"q": eori})
    await ask_for_role(found, ticked(found, eori))


async def find_authority(official: Somebody, kind: str, words: str) -> None:
    form = await official.open("/identity/roles/authority")
    found = await form.press("Search", {"country": "BE", "kind": kind})
    while words not in found.text:
        found = await official.open(found.link("Next page"))
    await ask_for_role(found, ticked(found, words))


async def enter_licence(importer: Somebody, boxes: dict[str, object]) -> Page:
    """Start, save half of it as a draft, come back another time, fill in the rest with the scan."""
    fields = typed(boxes)
    new = await importer.open("/licences/new")
    form = await new.press("Start the form", {"issuing_authority": "PT Mutuagung Lestari"})
    form = await form.press("Add commodity", {"add_code": fields.pop("boxes.commodities.0.commodity_code")})
    half = {name: text for name, text in fields.items() if "commodities" not in name}
    saved = await form.press("Save draft", half)
    assert "The draft is saved." in saved.text, saved.errors

    listed = await importer.open("/licences?state=draft")
    draft = await importer.open(listed.link(str(boxes["licence_number"])))
    form = await importer.open(draft.link("Edit"))
    assert first(form, '[name="boxes.licensee.name"]')["value"] == "PT Kayu Indah"
    rest = {name: text for name, text in fields.items() if name not in half}
    files = [("attachments.box2", ("licence.jpg", scan(boxes), "image/jpeg"))]
    entry = await form.press("Save and submit", rest, files=files)
    assert entry.heading == "Submit licence for validation", entry.errors
    return entry


async def go_through_wizard(entry: Page) -> Page:
    offices = await entry.press("Show the offices", {"country": "BE"})
    arrival = await offices.press("Next", {"point_of_entry": "BE101000"})
    assert "COL number BE101000" in arrival.text
    moment = {"arrival_date": str(ARRIVAL_DAY), "arrival_time": "23:59", "time_zone": "Europe/Brussels"}
    on_behalf = await arrival.press("Next", moment)
    other = {"name": "Holz Hansen GmbH", "address": "Am Kai 1, Hamburg", "country": "DE"}
    final = await on_behalf.press("Next", {f"on_behalf.{part}": text for part, text in other.items()})
    assert "BE101000), Belgium" in final.text
    return await final.press("Submit", {"message": "The original comes by post."})


async def open_case(officer: Somebody, number: str) -> Page:
    """Find the licence in the queue, which it reaches by an event, and open it."""

    async def listed() -> Page | None:
        queue = await officer.open("/validation/cases")
        return queue if number in queue.text else None

    queue = await until(listed, what=f"{number} in the queue")
    assert queue is not None
    return await officer.open(queue.link(number))


async def look_at_scan(official: Somebody, page: Page) -> None:
    shown = await official.browser.get(str(first(page, ".scan img")["src"]))
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/webp")


async def clear(customs: Somebody, number: str) -> Page:
    """Find it by its number, calculate, see too much refused by the arithmetic, and clear within 10 %."""

    async def found() -> Page | None:
        page = await customs.open(f"/validation/clearances?number={number}")
        return page if page.html.select("tbody tr") else None

    listed = await until(found, what=f"{number} at the customs office")
    assert listed is not None
    page = await customs.open(listed.link(number))
    await look_at_scan(customs, page)
    calculated = await page.press("Calculate", {"volume_m3": "13.76", "net_weight_kg": "8200"})
    assert "More than 10 %" in calculated.text
    assert "|13.76 − 12.5| ÷ 12.5 = 10.08 % > 10 %" in calculated.text
    declared = {"declaration": declaration_number(), "volume_m3": "13.75", "net_weight_kg": "8200"}
    return await calculated.press("Clear this licence", declared)


async def has_row(somebody: Somebody, number: str, *words: str) -> None:
    """Wait until "My licences" shows the licence with these words in its cells."""

    async def shown() -> bool:
        page = await somebody.open(f"/licences?number={number}")
        return [cell.get_text(" ", strip=True) for cell in page.html.select("tbody tr > *")][:-1] == [number, *words]

    await until(shown, what=f"{number} with {words} in the list of {somebody.first_name}")


async def everybody_was_told(people: list[Somebody], number: str, *changes: str) -> None:
    """One mail for each change, and no other mail about this licence, for each of them."""
    for somebody in people:
        for change in changes:
            await somebody.mail(f"Licence {number}: {change}")
        subjects = {mail["subject"] for mail in await somebody.mails(number)}
        assert subjects == {f"Licence {number}: {change}" for change in changes}
        assert len(await somebody.mails(number)) == len(changes)


async def test_a_licence_goes_from_registration_to_clearance(product: Product) -> None:
    support = await support_person(product)
    importer, colleague = Somebody(product, "Ines"), Somebody(product, "Carl")
    officer, customs = Somebody(product, "Olga", domain="authority.example"), Somebody(product, "Dirk")

    await join(importer)
    assert (await importer.open("/licences/new")).status == 403
    eori = await create_company(importer)
    await until(lambda: support_is_asked(product, importer), what="a mail to the support team")
    await grant(support, importer, "importer")
    await join(colleague)
    await find_company(colleague, eori)
    await grant(support, colleague, "importer")
    await join(officer)
    await find_authority(officer, "msca", "Belgium")
    await grant(support, officer, "msca")
    await join(customs)
    await find_authority(customs, "customs", "BE101000")
    await grant(support, customs, "customs")

    boxes = paper()
    number = boxes["licence_number"]
    submitted = await go_through_wizard(await enter_licence(importer, boxes))
    assert submitted.heading == number, submitted.text
    assert "Holz Hansen GmbH" in submitted.text
    assert (await importer.open(submitted.url + "/edit")).status == 409
    await has_row(colleague, number, "Indonesia", importer.name, "Submitted", "–")

    case = await open_case(officer, number)
    assert "The original comes by post." in case.text
    await look_at_scan(officer, case)
    address = case.url.replace("/cases/", "/clearances/")
    assert "No accepted licence" in (await customs.open(f"/validation/clearances?number={number}")).text
    assert (await customs.open(address)).status == 404
    validated = await case.press("Validate this licence", {"remark": "In order."})
    assert "The licence is validated" in validated.text

    cleared = await clear(customs, number)
    assert "The licence is cleared" in cleared.text, cleared.errors
    assert "|13.75 − 12.5| ÷ 12.5 = 10 % ≤ 10 %" in cleared.text
    assert "Conforms" in cleared.text

    for somebody in (importer, colleague):
        await has_row(somebody, number, "Indonesia", importer.name, "Validated", "Cleared")
    await everybody_was_told([importer, colleague], number, "submitted", "validated", "cleared by customs")
    for somebody in (support, importer, colleague, officer, customs):
        await somebody.close()


async def test_a_licence_is_rejected_with_a_reason_that_the_company_reads(cast: Cast) -> None:
    number = (await hand_in(cast.importer.program))["boxes"]["licence_number"]
    case = await open_case(cast.officer, number)

    without = await case.press("Reject this licence", {"reason_code": "SUSPECTED_FORGERY"})
    assert without.status == 422
    assert first(without, "option[value=SUSPECTED_FORGERY]").has_attr("selected")
    why = "The stamp is not that of the authority."
    rejected = await without.press("Reject this licence", {"reason": why})

    assert "The licence is rejected" in rejected.text, rejected.errors
    await has_row(cast.importer, number, "Indonesia", cast.importer.name, "Rejected", "–")
    await everybody_was_told([cast.importer, cast.colleague], number, "submitted", "rejected")
    assert why in (await cast.colleague.mail(f"Licence {number}: rejected"))["text"]
    page = await cast.importer.open((await cast.importer.open(f"/licences?number={number}")).link(number))
    assert why in page.text
    assert "No accepted licence" in (await cast.customs.open(f"/validation/clearances?number={number}")).text
