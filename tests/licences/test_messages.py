"""What the company says while the authority has the licence: answers, wanting it back, disputing a number."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from services.licences import use_cases
from services.licences.domain.licence import Licence
from services.licences.service import Licences
from shared.contracts.validation import (
    InformationReceived,
    LicenceRejected,
    LicenceValidated,
    LicenceWithdrawn,
    WithdrawalDeclined,
)
from shared.person import Person
from shared.testing.apps import browser
from shared.testing.forms import Page, visit
from shared.testing.people import Issuer, know, msca_role, person
from tests.licences.following import asked, fact, hear, returned
from tests.licences.stage import a_draft, a_scan, a_submitted_licence, an_importer, numbered, pixels
from tests.shared.attachments import samples

API = "/licences/api/v1/licences"


@pytest.fixture
async def program(app: FastAPI, issuer: Issuer, importer: Person) -> httpx.AsyncClient:
    program = browser(app)
    program.headers.update({"Accept": "application/json", **issuer.bearer(importer)})
    return program


@pytest.fixture
async def officer(app: FastAPI, service: Licences, issuer: Issuer) -> httpx.AsyncClient:
    async with service.work() as work:
        someone = await know(work.db, person("Olivia Officer", msca_role("BE")))
    return browser(app, issuer.cookies(someone))


async def told(service: Licences, licence: Licence, name: str) -> list[dict[str, Any]]:
    """What was told under this name about a licence."""
    async with service.work() as work:
        rows = await work.db.fetch(
            "SELECT convert_from(payload, 'UTF8')::jsonb AS told FROM outbox "
            "WHERE type LIKE $1 AND key = $2 ORDER BY id",
            f"%{name}%",
            str(licence.id).encode(),
        )
    return [row["told"] for row in rows]


async def page_of(client: httpx.AsyncClient, licence: Licence) -> Page:
    return await visit(client, f"/licences/{licence.id}")


def entries(page: Page) -> list[str]:
    """The titles of the timeline."""
    return [title.get_text(strip=True) for title in page.html.select(".timeline__title")]


async def test_a_question_is_answered_with_text_and_files(
    service: Licences, importer: Person, client: httpx.AsyncClient, officer: httpx.AsyncClient
) -> None:
    licence, question = await a_submitted_licence(service, importer, numbered(801)), uuid4()
    await hear(service, asked(licence, question))
    page = await page_of(client, licence)
    assert "What does the stamp say?" in page.text
    assert "Translation, at your cost (1024/2008 art. 5)" in page.text
    assert "Boxes: 17" in page.text
    assert "4 Dec 2026" in page.text
    assert "Send the answer" not in (await page_of(officer, licence)).text

    files = [(f"{question}.files", (name, content, "image/png")) for name, content in (("stamp.png", a_scan("red")),)]
    sent = await page.press("Send the answer", {f"{question}.text": "It says: inspected."}, files=files)

    assert "Your answer is sent." in sent.text
    assert entries(sent)[:2] == ["Answer sent", "The competent authority asks for information"]
    assert "Your answer is on its way" in sent.text
    assert "Send the answer" not in sent.text
    (fact_told,) = await told(service, licence, "information-provided")
    assert (fact_told["text"], fact_told["request_id"]) == ("It says: inspected.", str(question))
    assert [(file["name"], file["box"]) for file in fact_told["attachments"]] == [("stamp.png", 0)]
    kept = await officer.get(f"/licences/{licence.id}/attachments/{fact_told['attachments'][0]['id']}")
    assert pixels(kept.content) == pixels(a_scan("red"))
    assert "stamp.png" in (await page_of(officer, licence)).text

    await hear(service, fact(licence, InformationReceived, 4, "submitted", request_id=question))
    assert entries(await page_of(client, licence))[:2] == ["Question settled", "Answer sent"]


async def test_an_answer_needs_words_or_files_and_nothing_typed_is_lost(
    service: Licences, importer: Person, client: httpx.AsyncClient
) -> None:
    licence, question = await a_submitted_licence(service, importer, numbered(802)), uuid4()
    await hear(service, asked(licence, question))
    page = await page_of(client, licence)

    empty = await page.press("Send the answer", {f"{question}.text": " "})
    assert (empty.status, empty.errors) == (422, ["Write an answer, or add a file."])
    hostile = [(f"{question}.files", ("a.png", samples.SCRIPT, "image/png"))]
    wrong = await page.press("Send the answer", {f"{question}.text": "See the file."}, files=hostile)
    assert wrong.status == 422
    assert "a.png" in wrong.errors[0]
    assert "See the file." in wrong.text

    assert await told(service, licence, "information-provided") == []


async def test_what_nobody_asked_or_needs_any_more_is_not_answered(
    service: Licences, importer: Person, program: httpx.AsyncClient
) -> None:
    licence, question = await a_submitted_licence(service, importer, numbered(803)), uuid4()
    address = f"{API}/{licence.id}/answers"
    files = {"text": (None, "Here it is.")}

    never = await program.post(address, files={"request_id": (None, str(question)), **files})
    assert never.status_code == 404
    await hear(service, asked(licence, question))
    await hear(service, fact(licence, LicenceRejected, 4, "rejected", reason_code="FORMAT", reason="No stamp."))
    late = await program.post(address, files={"request_id": (None, str(question)), **files})
    assert late.status_code == 409
    unnamed = await program.post(address, files=files)
    assert unnamed.json()["errors"][0]["code"] == "request_id_missing"


async def test_a_program_answers_once_however_often_it_sends(
    service: Licences, importer: Person, program: httpx.AsyncClient
) -> None:
    licence, question = await a_submitted_licence(service, importer, numbered(804)), uuid4()
    await hear(service, asked(licence, question))
    timeline = (await program.get(f"{API}/{licence.id}/timeline")).json()["items"]
    request_id = timeline[0]["details"]["request_id"]
    assert UUID(request_id) == question
    body: list[Any] = [
        ("request_id", (None, request_id)),
        ("text", (None, "Two files.")),
        ("files", ("one.png", a_scan(), "image/png")),
        ("files", ("two.png", a_scan("blue"), "image/png")),
    ]
    once = {"Idempotency-Key": "answer-804"}

    first = await program.post(f"{API}/{licence.id}/answers", files=body, headers=once)
    again = await program.post(f"{API}/{licence.id}/answers", files=body, headers=once)

    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    assert [len(answer["attachments"]) for answer in await told(service, licence, "information-provided")] == [2]
    twice = await program.post(f"{API}/{licence.id}/answers", files=body)
    assert twice.status_code == 409


@pytest.mark.parametrize("withdrawn", [True, False])
async def test_a_licence_is_asked_back_and_the_page_says_so_until_validation_answers(
    service: Licences, importer: Person, client: httpx.AsyncClient, withdrawn: bool
) -> None:
    licence = await a_submitted_licence(service, importer, numbered(805 + withdrawn))
    page = await page_of(client, licence)
    unsaid = await page.press("Ask for withdrawal", {"withdrawal.reason": ""})
    assert unsaid.errors == ["Say why you want the licence back."]

    waiting = await page.press("Ask for withdrawal", {"withdrawal.reason": "The buyer cancelled."})

    assert "You asked for it back." in waiting.text
    assert "Ask for withdrawal" not in waiting.text
    assert entries(waiting)[0] == "Withdrawal asked for"
    (asked_for,) = await told(service, licence, "withdrawal-asked")
    assert (asked_for["reason"], asked_for["version"]) == ("The buyer cancelled.", 2)
    if withdrawn:
        await hear(service, fact(licence, LicenceWithdrawn, 3, "withdrawn", reason="The buyer cancelled."))
        assert "its number can be handed in anew" in (await page_of(client, licence)).text
        await a_submitted_licence(service, importer, numbered(805 + withdrawn))
    else:
        decided = fact(licence, LicenceValidated, 3, "validated", "awaiting")
        declined = fact(licence, WithdrawalDeclined, 4, "validated", "awaiting", reason="It was decided before.")
        await hear(service, decided, declined)
        after = await page_of(client, licence)
        assert entries(after)[:2] == ["Not withdrawn", "Validated by the competent authority"]
        assert "It was decided before." in after.text
        assert "You asked for it back." not in after.text


async def test_what_is_decided_or_asked_for_or_never_handed_in_cannot_be_asked_back(
    service: Licences, importer: Person, program: httpx.AsyncClient
) -> None:
    draft = await a_draft(service, importer, numbered(807))
    decided = await a_submitted_licence(service, importer, numbered(808))
    await hear(service, fact(decided, LicenceValidated, 3, "validated", "awaiting"))
    pending = await a_submitted_licence(service, importer, numbered(809))
    reason = {"reason": "No longer needed."}

    first = await program.post(f"{API}/{pending.id}/withdrawal", json=reason)
    assert first.status_code == 202
    for licence in (draft, decided, pending):
        refused = await program.post(f"{API}/{licence.id}/withdrawal", json=reason)
        assert refused.status_code == 409, licence
    stranger = await a_submitted_licence(service, await an_importer(service), numbered(810))
    assert (await program.post(f"{API}/{stranger.id}/withdrawal", json=reason)).status_code == 404


async def test_nothing_is_corrected_while_a_withdrawal_is_not_answered(
    service: Licences, importer: Person, program: httpx.AsyncClient
) -> None:
    licence = await a_submitted_licence(service, importer, numbered(811))
    assert (await program.post(f"{API}/{licence.id}/withdrawal", json={"reason": "Sold."})).status_code == 202
    await hear(service, returned(licence, 17))

    changed = await program.put(f"{API}/{licence.id}", json={"boxes": numbered(811)}, headers={"If-Match": '"3"'})
    assert changed.status_code == 409
    await hear(service, fact(licence, LicenceWithdrawn, 4, "withdrawn", reason="Sold."))
    async with service.work() as work:
        assert (await use_cases.read_licence(work, importer, licence.id)).licence.validation_state == "withdrawn"


async def test_a_refused_number_can_be_disputed_once_without_learning_whose_it_is(
    service: Licences, importer: Person, client: httpx.AsyncClient, program: httpx.AsyncClient
) -> None:
    other = await an_importer(service, name="Secret Rival")
    holder = await a_submitted_licence(service, other, numbered(812))
    draft = await a_draft(service, importer, numbered(812))
    page = await page_of(client, draft)
    assert "A licence with this number was handed in already" in page.text
    assert "Secret Rival" not in page.text
    assert str(holder.id) not in page.response.text

    unsaid = await page.press("Dispute", {"dispute.text": ""})
    assert unsaid.errors == ["Say why yours is the right licence."]
    disputed = await page.press("Dispute", {"dispute.text": "We hold the original."})

    assert "Disputed on 20 Nov 2026" in disputed.text
    (said,) = await told(service, draft, "licence-number-disputed")
    assert (said["text"], said["operator_name"], said["vpa_country"]) == (
        "We hold the original.",
        "Timber Trade NV",
        "ID",
    )
    again = await program.post(f"{API}/{draft.id}/dispute", json={"text": "Once more."})
    assert again.status_code == 409


async def test_a_number_that_nobody_else_handed_in_cannot_be_disputed(
    service: Licences, importer: Person, program: httpx.AsyncClient
) -> None:
    draft = await a_draft(service, importer, numbered(813))

    refused = await program.post(f"{API}/{draft.id}/dispute", json={"text": "Mine."})

    assert refused.status_code == 409
    assert await told(service, draft, "licence-number-disputed") == []
