"""A licence as PDF: the boxes as on paper, an annex, what happened; with letters of every country."""

import time
from typing import Any

import httpx
import pypdfium2
from fastapi import FastAPI

from services.licences.domain.licence import Licence
from services.licences.pages.overview import TITLES
from services.licences.service import Licences
from shared.contracts.validation import LicenceCleared, LicenceValidated
from shared.person import Person
from shared.testing.apps import browser
from shared.testing.people import Issuer, know, msca_role, person
from tests.licences.following import AUTHORITY, amended, fact, hear
from tests.licences.stage import PAPER, a_draft, a_submitted_licence, numbered

LETTERS = "Łódź, Ελλάδα, Việt Nam, Київ"


async def pages(client: httpx.AsyncClient, licence: Licence) -> list[str]:
    """What stands on each page, in lines."""
    answer = await client.get(f"/licences/{licence.id}.pdf")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    document = pypdfium2.PdfDocument(answer.content)
    return [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document]


async def test_the_form_has_all_boxes_and_the_next_page_what_happened(
    service: Licences, importer: Person, client: httpx.AsyncClient
) -> None:
    licence = await a_submitted_licence(
        service, importer, numbered(841) | {"distinguishing_marks": LETTERS, "issuing_country_use": "<b>&amp;"}
    )
    await hear(service, amended(licence, 3, expiry_date="2027-02-28", distinguishing_marks=LETTERS))
    await hear(service, fact(licence, LicenceValidated, 4, "validated", "awaiting", remark="In order."))
    await hear(service, fact(licence, LicenceCleared, 5, "validated", "cleared", declaration="26BE1"))

    form, history = await pages(client, licence)

    for number, title in TITLES.items():
        assert f"{number} {title}" in " ".join(form.split()), title
    for words in (LETTERS, licence.boxes.licence_number, "31 Jan 2027\n28 Feb 2027", "Teak garden chairs", "12.5"):
        assert words in form, words
    for words in ("Cleared by customs", AUTHORITY, "In order.", "26BE1", "Corrected by the competent authority"):
        assert words in history, words
    assert "Page 1 of 2" in form
    assert "Page 2 of 2" in history


async def test_several_goods_and_long_texts_go_to_an_annex(
    service: Licences, importer: Person, client: httpx.AsyncClient
) -> None:
    line: dict[str, Any] = PAPER["commodities"][0]
    lines = [line | {"description": f"Chairs of kind {number}"} for number in range(1, 61)]
    raw = numbered(842) | {"commodities": lines, "issuing_country_use": "word " * 700 + "end"}
    licence = await a_submitted_licence(service, importer, raw)

    started = time.perf_counter()
    found = await pages(client, licence)

    assert time.perf_counter() - started < 10
    assert found[0].count("See the annex") == 8
    assert "Goes on in the annex" in found[0]
    annex = " ".join(" ".join(found[1:]).split())
    assert all(f"Chairs of kind {number} 940169" in annex for number in range(1, 61)), annex[:2000]
    assert annex.count("word") == 700
    assert "Where the licence stands" in found[-1]


async def test_a_draft_is_marked_as_such_and_kept_from_officials(
    app: FastAPI, issuer: Issuer, service: Licences, importer: Person, client: httpx.AsyncClient
) -> None:
    draft = await a_draft(service, importer, {})
    async with service.work() as work:
        officer = await know(work.db, person("Olivia Officer", msca_role("BE")))

    found = await pages(client, draft)

    assert all("DRAFT" in page.replace("\n", "") for page in found)
    answer = await browser(app, issuer.cookies(officer)).get(f"/licences/{draft.id}.pdf")
    assert answer.status_code == 404
