"""A licence that is returned: the named boxes are open, all others locked, and what was changed is told and shown."""

import copy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from services.licences import use_cases
from services.licences.domain.correcting import BOXES, TWINS, BoxReason, changed_boxes, opened, with_locked
from services.licences.domain.form import Boxes
from services.licences.domain.licence import Licence, open_boxes
from services.licences.domain.problems import NotADraft, NotInOrder
from services.licences.domain.reading import read_boxes
from services.licences.service import Licences
from services.licences.shapes import boxes_json
from shared.contracts.validation import LicenceRejected, LicenceWithdrawn
from shared.person import Person
from shared.problems import WrongContent
from shared.testing.apps import browser
from shared.testing.forms import visit
from shared.testing.people import Issuer, know, msca_role, person
from shared.testing.settings import ORIGIN
from tests.licences.following import fact, hear, returned
from tests.licences.stage import NOW, a_scan, a_submitted_licence, an_importer, numbered, paper
from tests.licences.test_domain import a_draft
from tests.licences.test_messages import entries, page_of, told

API = "/licences/api/v1/licences"
LINE: dict[str, Any] = paper()["commodities"][0]
CHANGES: dict[int, dict[str, Any]] = {
    1: {"issuing_authority": {"name": "PT Sucofindo", "address": "Jakarta", "country": "ID"}},
    2: {"issuing_country_use": "Other words"},
    3: {"licence_number": "26.00002-00123.003-ID-BE"},
    4: {"expiry_date": "2027-02-28"},
    5: {"country_of_export": "MY"},
    7: {"transport_mode": "4"},
    8: {"licensee": {"name": "PT Lain", "address": "Jl. Dua", "country": "ID"}},
    9: {"commodities": [LINE | {"description": "Oak tables"}]},
    10: {"commodities": [LINE | {"commodity_code": "940360"}]},
    11: {"commodities": [LINE | {"species": [{"name": "Oak", "countries_of_harvest": ["ID"]}]}]},
    12: {"commodities": [LINE | {"species": [{**LINE["species"][0], "countries_of_harvest": ["ID", "MY"]}]}]},
    14: {"commodities": [LINE | {"volume_m3": 13}]},
    15: {"global_measure": {"volume_m3": None, "net_weight_kg": 9000, "units": []}},
    16: {"commodities": [LINE | {"units": [{"count": 401, "unit": "C62"}]}]},
    17: {"distinguishing_marks": "INV-2026-119"},
    18: {"signature": {"place": "Surabaya", "date": "2026-11-01"}},
}
"""For each box a change of it alone."""


def boxes_of(**changes: Any) -> Boxes:
    boxes, mistakes = read_boxes(paper(**changes))
    assert mistakes == []
    return boxes


def a_returned(*named: int) -> Licence:
    """A licence that came back for the correction of these boxes."""
    reasons = tuple(BoxReason(box, "MISSING_DATA") for box in named)
    return replace(a_draft(), validation_state="returned", returned=reasons, boxes=boxes_of())


def locked(licence: Licence, boxes: Boxes) -> list[int | None]:
    with pytest.raises(NotInOrder) as refusal:
        licence.saved(boxes, (), at=NOW)
    assert {mistake.code for mistake in refusal.value.mistakes} == {"box_locked"}
    return [mistake.box for mistake in refusal.value.mistakes]


def test_every_box_of_the_form_is_compared() -> None:
    assert set(BOXES) | set(TWINS) == set(range(1, 19))
    assert set(CHANGES) == set(BOXES)


@pytest.mark.parametrize("box", CHANGES)
def test_a_box_can_be_changed_when_it_is_named_and_only_then(box: int) -> None:
    changed = boxes_of(**CHANGES[box])
    assert changed_boxes(boxes_of(), changed) == [box]

    assert a_returned(box).saved(changed, (), at=NOW).boxes == changed
    others = set(range(1, 19)) - opened({box})
    assert locked(a_returned(*others), changed) == [box]


@given(st.sets(st.integers(1, 18), min_size=1), st.lists(st.sampled_from(sorted(CHANGES)), max_size=4))
def test_whatever_is_changed_locked_boxes_stay_as_they_are(named: set[int], changes: list[int]) -> None:
    raw: dict[str, Any] = {}
    for box in changes:
        raw |= copy.deepcopy(CHANGES[box])
    licence, wanted = a_returned(*named), boxes_of(**raw)
    blocked = [box for box in changed_boxes(licence.boxes, wanted) if box not in opened(named)]

    if blocked:
        assert locked(licence, wanted) == blocked
    else:
        saved = licence.saved(wanted, (), at=NOW)
        assert (saved.boxes, saved.boxes_returned) == (wanted, licence.boxes)


@given(st.sets(st.integers(1, 18)))
def test_a_form_that_sends_only_what_is_open_changes_nothing_else(named: set[int]) -> None:
    kept = boxes_json(boxes_of())
    open_now = opened(named)
    sent = {
        box.field: kept[box.field] for number, box in BOXES.items() if number in open_now and number not in range(9, 17)
    }
    sent["commodities"] = kept["commodities"] if set(range(9, 17)) <= open_now else [{"species": [], "units": []}]

    boxes, mistakes = read_boxes(with_locked(sent, kept, open_now))

    assert mistakes == []
    assert changed_boxes(boxes_of(), boxes) == []


def test_a_line_comes_or_goes_only_while_all_of_its_boxes_are_open() -> None:
    two = boxes_of(commodities=[LINE, LINE | {"description": "Teak tables"}])

    assert a_returned(*range(9, 17)).saved(two, (), at=NOW).boxes == two
    assert locked(a_returned(9, 10, 11, 12), two) == [14, 15, 16]


def test_drafts_are_wholly_open_and_what_validation_holds_is_closed() -> None:
    assert open_boxes(a_draft()) is None
    assert open_boxes(a_returned(5)) == {5, 6}
    assert open_boxes(replace(a_returned(5), validation_state="submitted")) == set()
    asked_back = replace(a_returned(5), withdrawal_asked=True)
    assert open_boxes(asked_back) == set()
    with pytest.raises(NotADraft):
        asked_back.saved(asked_back.boxes, (), at=NOW)


@pytest.fixture
async def program(app: FastAPI, issuer: Issuer, importer: Person) -> httpx.AsyncClient:
    program = browser(app)
    program.headers.update({"Accept": "application/json", **issuer.bearer(importer)})
    return program


async def test_the_named_boxes_are_corrected_and_handed_in_again(
    app: FastAPI, issuer: Issuer, service: Licences, importer: Person, client: httpx.AsyncClient
) -> None:
    licence = await a_submitted_licence(service, importer, numbered(821))
    await hear(service, returned(licence, 2, 17))
    page = await page_of(client, licence)
    assert "Box 17 , Distinguishing marks : Required information is missing: Look at Box 17." in page.text.replace(
        "Box 17,", "Box 17 ,"
    ).replace("marks:", "marks :")
    form = await visit(client, page.link("Correct the boxes"))

    saved = await form.press(
        "Save draft",
        {"boxes.distinguishing_marks": "INV-2026-118/A"},
        files=[("attachments.box2", ("better.png", a_scan("green"), "image/png"))],
    )
    assert saved.errors == []
    async with service.work() as work:
        officer = await know(work.db, person("Olivia Officer", msca_role("BE")))
    assert "INV-2026-118/A" not in (await page_of(browser(app, issuer.cookies(officer)), licence)).text
    wizard = await visit(client, f"/licences/{licence.id}/submit/point-of-entry")
    assert "BE101000" in str(wizard.html.select("option[selected]"))
    final = await visit(client, f"/licences/{licence.id}/submit/final")
    again = await final.press("Submit")

    assert entries(again)[0] == "Corrected and submitted again"
    assert "INV-2026-118/A" in again.text
    rows = [row.get_text(" ", strip=True) for row in again.html.select("table tbody tr")]
    assert "17 Distinguishing marks INV-2026-118 INV-2026-118/A" in rows
    assert any("Other files are attached." in row for row in rows)
    first, second = await told(service, licence, "licence-submitted")
    assert (first["licence"]["changed_boxes"], second["licence"]["changed_boxes"]) == ([], [2, 17])
    assert second["licence"]["version"] > 3
    refused = await visit(client, f"/licences/{licence.id}/edit")
    assert refused.status == 409


async def test_a_locked_box_is_refused_in_pages_and_api(
    service: Licences, importer: Person, client: httpx.AsyncClient, program: httpx.AsyncClient
) -> None:
    licence = await a_submitted_licence(service, importer, numbered(822))
    await hear(service, returned(licence, 17))
    body = {"boxes": numbered(822) | {"expiry_date": "2027-02-28", "distinguishing_marks": "New"}}

    refused = await program.put(f"{API}/{licence.id}", json=body, headers={"If-Match": '"3"'})

    assert refused.status_code == 422
    assert [(e["box"], e["code"]) for e in refused.json()["errors"]] == [(4, "box_locked")]
    forged = await client.get(f"/licences/{licence.id}/edit")
    token = forged.text.split('name="csrf_token" value="')[1].split('"')[0]
    typed = {"csrf_token": token, "version": "3", "action": "save", "boxes.expiry_date": "2027-02-28"}
    page = await client.post(f"/licences/{licence.id}/edit", data=typed, headers={"Origin": ORIGIN})
    assert page.status_code == 422
    assert "Box 4 is locked" in page.text
    files = {"file": ("a.png", a_scan(), "image/png")}
    attached = await program.post(f"{API}/{licence.id}/attachments", data={"box": "2"}, files=files)
    assert attached.json()["errors"][0]["code"] == "box_locked"
    assert (await program.get(f"{API}/{licence.id}")).json()["boxes"]["expiry_date"] == "2027-01-31"


async def test_a_corrected_number_of_another_licence_is_refused(service: Licences, importer: Person) -> None:
    await a_submitted_licence(service, await an_importer(service), numbered(823))
    licence = await a_submitted_licence(service, importer, numbered(824))
    await hear(service, returned(licence, 3))
    boxes, _mistakes = read_boxes(numbered(823))

    with pytest.raises(WrongContent) as refusal:
        async with service.work() as work:
            await use_cases.save_draft(work, importer, licence.id, version=3, boxes=boxes)
    assert refusal.value.errors[0].code == "licence_number_taken"


async def test_a_returned_licence_can_be_withdrawn_but_not_deleted(
    service: Licences, importer: Person, client: httpx.AsyncClient, program: httpx.AsyncClient
) -> None:
    licence = await a_submitted_licence(service, importer, numbered(825))
    await hear(service, returned(licence, 17))
    body = {"boxes": numbered(825) | {"distinguishing_marks": "New"}}
    assert (await program.put(f"{API}/{licence.id}", json=body, headers={"If-Match": '"3"'})).status_code == 200
    page = await page_of(client, licence)
    assert "Delete draft" not in page.text

    await page.press("Ask for withdrawal", {"withdrawal.reason": "Sold elsewhere."})

    (asked_for,) = await told(service, licence, "withdrawal-asked")
    assert asked_for["version"] == 4
    await hear(service, fact(licence, LicenceWithdrawn, 5, "withdrawn", reason="Sold elsewhere."))
    after = await page_of(client, licence)
    assert entries(after)[:2] == ["Withdrawn", "Withdrawal asked for"]
    await a_submitted_licence(service, importer, numbered(825))


async def test_a_licence_that_expires_while_it_lies_returned_can_be_corrected(
    service: Licences, importer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    last_day = numbered(827) | {"expiry_date": "2026-11-20"}
    licence = await a_submitted_licence(service, importer, last_day)
    await hear(service, returned(licence, 4, 17))
    monkeypatch.setattr(service, "clock", lambda: NOW + timedelta(days=30))
    corrected, _mistakes = read_boxes(last_day | {"distinguishing_marks": "INV-2"})
    too_early, _mistakes = read_boxes(last_day | {"expiry_date": "2026-11-19"})

    async with service.work() as work:
        saved = await use_cases.save_draft(work, importer, licence.id, version=3, boxes=too_early)
        with pytest.raises(WrongContent) as void:
            await use_cases.submit_licence(work, importer, licence.id)
        await use_cases.save_draft(work, importer, licence.id, version=saved.version, boxes=corrected)
        again = await use_cases.submit_licence(work, importer, licence.id)

    assert [(error.code, error.article) for error in void.value.errors] == [
        ("expired_at_lodging", "1024/2008 art. 6(3)")
    ]
    assert (licence.lodged_at, again.lodged_at) == (NOW, NOW)
    assert "expired_since_lodging" in {flag.code for flag in again.flags}
    first, second = await told(service, licence, "licence-submitted")
    assert first["licence"]["lodged_at"] == second["licence"]["lodged_at"] == "2026-11-20T09:30:00Z"


async def test_after_a_rejection_nothing_is_open_any_more(service: Licences, importer: Person) -> None:
    licence = await a_submitted_licence(service, importer, numbered(826))
    await hear(service, returned(licence, 17))
    await hear(service, fact(licence, LicenceRejected, 5, "rejected", reason_code="FORMAT", reason="No."))

    async with service.work() as work:
        view = await use_cases.read_licence(work, importer, licence.id)
    assert open_boxes(view.licence) == set()
