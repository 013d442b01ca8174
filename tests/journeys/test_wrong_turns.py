"""Each wrong turn of a licence's way answers clearly, and nothing typed is lost."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from deploy.local.product import Product
from shared.testing.forms import Page
from shared.testing.waiting import until
from tests.journeys.papers import declaration_number, expired_paper, paper, scan, typed, unmeasured_paper
from tests.journeys.people import Cast, Somebody, company, give_role, newcomer
from tests.journeys.programs import LICENCES, attach, case_address, enter, hand_in, submit

pytestmark = pytest.mark.journey
MEBIBYTE = 1024 * 1024


async def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem of a refused call: with this status, and this code for the whole or for a field."""
    assert answer.status_code == status, answer.text
    problem: dict[str, Any] = answer.json()
    codes = [error["code"] for error in problem.get("errors", [])] or [problem["type"].rpartition("/")[2]]
    assert code in codes, problem
    return problem


def value(page: Page, name: str) -> str:
    """What stands in a field of the page."""
    (field,) = page.html.select(f'[name="{name}"]')
    return str(field.get_text().strip() if field.name == "textarea" else field.get("value", ""))


async def a_case(cast: Cast) -> dict[str, Any]:
    """A licence whose case has reached the authority."""
    licence = await hand_in(cast.importer.program)

    async def arrived() -> bool:
        return (await cast.officer.program.get(case_address(licence))).status_code == 200

    await until(arrived, what="the licence's case")
    return licence


async def test_a_wrong_password_does_not_say_which_part_was_wrong(cast: Cast, product: Product) -> None:
    stranger = Somebody(product, "Nobody")
    form = await stranger.open("/identity/sign-in")

    answers = [
        await form.press("Sign in", {"email": email, "password": "not my password at all"})
        for email in (cast.importer.email, stranger.email)
    ]

    assert [answer.status for answer in answers] == [422, 422]
    assert answers[0].errors == answers[1].errors == ["E-mail address and password do not fit together."]
    assert value(answers[0], "email") == cast.importer.email
    await stranger.close()


async def test_an_address_that_is_taken_is_told_to_its_owner_alone(cast: Cast, product: Product) -> None:
    stranger, free = Somebody(product, "Nobody"), Somebody(product, "Nina")
    stranger.email = cast.colleague.email.upper()

    answers = [await stranger.register(), await free.register()]

    assert answers[0].text == answers[1].text
    mail = await cast.colleague.mail("You already have an account")
    assert "no new one was made" in mail["text"]
    assert "/identity/confirm/" not in mail["text"]
    for somebody in (stranger, free):
        await somebody.close()


async def test_a_link_works_once(product: Product) -> None:
    somebody = Somebody(product, "Nina")
    await somebody.register()
    await somebody.confirm()

    again = await somebody.open((await somebody.mail("Confirm your e-mail address"))["links"][0])

    assert again.status == 410
    assert "confirmed already" in again.text
    assert again.link("Sign in") == "/identity/sign-in"
    await somebody.close()


async def test_a_link_that_has_ended_is_sent_anew(product: Product) -> None:
    somebody = Somebody(product, "Nina")
    await somebody.register()
    late = (await somebody.mail("Confirm your e-mail address"))["links"][0]
    identity = await asyncpg.connect(product.database_url("identity"))
    moved = await identity.execute(
        "UPDATE link SET ends_at = ends_at - $2::interval FROM account WHERE account.id = account_id AND email = $1",
        somebody.email,
        timedelta(days=2),
    )
    await identity.close()
    assert moved == "UPDATE 1"

    ended = await somebody.open(late)

    assert ended.status == 410
    await ended.press("Send the link again", {"email": somebody.email})

    async def second() -> bool:
        return len(await somebody.mails("Confirm your e-mail address")) == 2

    await until(second, what="a second link")
    assert "confirmed" in (await somebody.confirm()).text
    await somebody.close()


@pytest.mark.parametrize("eori", ["", "12345", "BE", "XX123456", "BE12345678901234567890"])
async def test_a_bad_eori_is_refused_beside_its_field(cast: Cast, eori: str) -> None:
    form = await cast.importer.open("/identity/operators/new")

    answer = await form.press("Create", company(eori=eori, name="Wrong EORI NV"))

    assert answer.status == 422
    assert answer.html.find(id="f-eori-error"), answer.errors
    assert value(answer, "name") == "Wrong EORI NV"


@pytest.mark.parametrize(
    ("boxes", "code", "box", "says"),
    [
        (expired_paper, "expired_at_lodging", 4, "Regulation (EC) No 1024/2008, Article 6(3)"),
        (unmeasured_paper, "neither_volume_nor_weight", 14, "Enter the volume or the net weight"),
    ],
)
async def test_a_licence_that_breaks_a_rule_is_refused_with_the_reason(
    cast: Cast, boxes: Callable[[], dict[str, Any]], code: str, box: int, says: str
) -> None:
    draft = await enter(cast.importer.program, boxes())

    problem = await refused(await submit(cast.importer.program, draft["id"]), 422, code)

    assert [(e["box"], says in e["message"]) for e in problem["errors"]] == [(box, True)]
    page = await cast.importer.open(f"/licences/{draft['id']}/submit/final")
    shown = await page.press("Submit")
    assert shown.status == 422
    assert says in shown.text
    still = await cast.importer.program.get(f"{LICENCES}/{draft['id']}")
    assert still.json()["validation_state"] == "draft"


async def test_a_number_is_handed_in_once(cast: Cast) -> None:
    boxes = paper()
    await hand_in(cast.importer.program, boxes)
    again = await enter(cast.colleague.program, boxes)

    problem = await refused(await submit(cast.colleague.program, again["id"]), 422, "licence_number_taken")

    assert [error["box"] for error in problem["errors"]] == [3]


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"MZ this is a program", "is no picture"), (b"\x89PNG\r\n\x1a\n" + bytes(10 * MEBIBYTE), "is too large")],
    ids=["no picture", "too large"],
)
async def test_a_file_that_cannot_be_kept_is_refused_and_the_form_stays(cast: Cast, content: bytes, says: str) -> None:
    draft = (await cast.importer.program.post(LICENCES, json={"boxes": paper()})).json()
    form = await cast.importer.open(f"/licences/{draft['id']}/edit")

    files = [("attachments.box2", ("scan.png", content, "image/png"))]
    answer = await form.press("Save draft", {"boxes.distinguishing_marks": "LOT 9"}, files=files)

    assert answer.status == 422
    assert [says in error for error in answer.errors] == [True]
    assert value(answer, "boxes.distinguishing_marks") == "LOT 9"
    by_api = await attach(cast.importer.program, draft["id"], "scan.png", content, "image/png")
    assert by_api.status_code == 422
    assert says in by_api.json()["errors"][0]["message"]


async def test_an_office_of_another_country_than_chosen_is_not_taken(cast: Cast) -> None:
    draft = await enter(cast.importer.program, paper())
    step = await cast.importer.open(f"/licences/{draft['id']}/submit/point-of-entry?country=BE")

    answer = await step.press("Next", {"country": "BE", "point_of_entry": "NL000396"})

    assert answer.status == 422
    assert answer.errors == ["Choose the customs office of the point of entry."]


@pytest.mark.parametrize("office", ["CH001841", "BE999999", "nowhere"])
async def test_an_office_outside_the_union_or_unknown_is_refused(cast: Cast, office: str) -> None:
    draft = await enter(cast.importer.program, paper())

    answer = await submit(cast.importer.program, draft["id"], point_of_entry=office)

    problem = await refused(answer, 422, "point_of_entry_unknown")
    assert "/point_of_entry" in {error["field"] for error in problem["errors"]}


async def test_a_licence_for_another_country_stays_out_of_reach(cast: Cast) -> None:
    draft = await enter(cast.importer.program, paper())
    elsewhere = await submit(cast.importer.program, draft["id"], point_of_entry="NL000144")
    assert elsewhere.status_code == 200, elsewhere.text
    marker = await a_case(cast)

    queue = await cast.officer.program.get("/validation/api/v1/cases", params={"limit": 100})
    numbers = [item["licence_number"] for item in queue.json()["items"]]

    assert marker["boxes"]["licence_number"] in numbers
    assert draft["boxes"]["licence_number"] not in numbers
    for official in (cast.officer, cast.customs):
        assert (await official.program.get(case_address(draft))).status_code == 404
    decision = {"outcome": "validated"}
    assert (await cast.officer.program.post(case_address(draft, "decision"), json=decision)).status_code == 404


async def test_nothing_is_cleared_before_it_is_validated(cast: Cast) -> None:
    licence = await a_case(cast)

    answer = await cast.customs.program.post(
        case_address(licence, "clearance"),
        json={"outcome": "cleared", "declaration": declaration_number(), "volume_m3": 12.5, "net_weight_kg": 8200},
    )

    assert answer.status_code == 409, answer.text
    assert answer.json()["detail"]
    case = (await cast.officer.program.get(case_address(licence))).json()
    assert (case["validation_state"], case["clearance_state"]) == ("submitted", "not_ready")


async def test_there_is_one_decision(cast: Cast) -> None:
    licence = await a_case(cast)
    two_tabs = [await cast.officer.open(f"/validation/cases/{licence['id']}") for _ in range(2)]

    first = await two_tabs[0].press("Validate this licence")
    second = await two_tabs[1].press("Reject this licence", {"reason_code": "FORMAT", "reason": "Changed my mind."})
    third = await cast.officer.program.post(case_address(licence, "decision"), json={"outcome": "validated"})

    assert "The licence is validated" in first.text
    assert second.status in {409, 412}
    assert "Your decision was not recorded" in second.text
    await refused(third, 409, "already_decided")


@pytest.mark.parametrize("who", ["support", "importer", "officer", "customs"])
async def test_nobody_acts_without_the_role(cast: Cast, who: str) -> None:
    licence = await a_case(cast)
    program = getattr(cast, who).program
    calls = {
        "importer": (LICENCES, {"boxes": paper()}),
        "officer": (case_address(licence, "decision"), {"outcome": "validated"}),
        "customs": (case_address(licence, "clearance"), {"outcome": "suspended", "reason": "I may not."}),
    }

    for role, (address, body) in calls.items():
        if role != who:
            answer = await program.post(address, json=body)
            assert answer.status_code == 403, (role, answer.text)
            assert answer.json()["detail"], role
    case = (await cast.officer.program.get(case_address(licence))).json()
    assert (case["validation_state"], case["clearance_state"]) == ("submitted", "not_ready")


async def test_another_companys_licence_does_not_exist_for_others(cast: Cast, product: Product) -> None:
    licence = await hand_in(cast.importer.program)
    rival = await newcomer(product, "Rita")
    created = await rival.program.post("/identity/api/v1/operators", json=company())
    await give_role(cast.support, rival, "importer", created.json()["id"])

    assert (await rival.open(f"/licences/{licence['id']}")).status == 404
    scan_address = f"{LICENCES}/{licence['id']}/attachments/{licence['attachments'][0]['id']}"
    for answer in (
        await rival.program.get(f"{LICENCES}/{licence['id']}"),
        await rival.program.get(scan_address),
        await rival.program.put(f"{LICENCES}/{licence['id']}", json={"boxes": paper()}, headers={"If-Match": '"1"'}),
        await attach(rival.program, licence["id"], "licence.jpg", scan(paper()), "image/jpeg"),
        await submit(rival.program, licence["id"]),
    ):
        assert answer.status_code == 404, answer.text
    for_the_other = await rival.program.post(LICENCES, json={"operator_id": cast.operator_id, "boxes": paper()})
    assert for_the_other.status_code == 403, for_the_other.text
    found = await rival.program.get(LICENCES, params={"number": licence["boxes"]["licence_number"]})
    assert found.json()["items"] == []
    await rival.close()


async def test_a_role_that_is_revoked_stops_working_within_seconds(cast: Cast, product: Product) -> None:
    leaver = await newcomer(product, "Lars")
    role_id = await give_role(cast.support, leaver, "importer", cast.operator_id)
    licence = await hand_in(leaver.program)

    request = await cast.support.open(f"/identity/requests/{role_id}")
    revoked = await request.press("Revoke the role", {"reason": "Left the company."})
    assert "The role is revoked" in revoked.text

    async def kept_out() -> bool:
        return not await leaver.may_open("/licences/new")

    await until(kept_out, within=10, what="the leaver's role at licences")
    assert (await leaver.program.post(LICENCES, json={"boxes": paper()})).status_code == 403
    assert (await leaver.program.get(f"{LICENCES}/{licence['id']}")).status_code == 404
    assert "Left the company." in (await leaver.mail("Your role has ended"))["text"]
    await leaver.close()


async def test_what_was_typed_survives_the_end_of_the_sign_in(cast: Cast) -> None:
    draft = (await cast.colleague.program.post(LICENCES, json={"boxes": paper()})).json()
    form = await cast.colleague.open(f"/licences/{draft['id']}/edit")
    await cast.colleague.sign_out()

    ended = await form.press("Save draft", {"boxes.licensee.name": "PT Typed For An Hour"})

    assert ended.status == 401
    assert ended.heading == "Your sign-in has ended"
    assert value(ended, "boxes.licensee.name") == "PT Typed For An Hour"
    await cast.colleague.sign_in()
    saved = await ended.press("Send again")
    assert "The draft is saved." in saved.text, saved.text
    assert value(saved, "boxes.licensee.name") == "PT Typed For An Hour"


async def test_before_submitting_a_form_with_gaps_every_gap_is_named(cast: Cast) -> None:
    new = await cast.importer.open("/licences/new")
    form = await new.press("Start the form", {"issuing_authority": "PT Mutuagung Lestari"})
    half = {name: text for name, text in typed(paper()).items() if "licensee" not in name}

    answer = await form.press("Save and submit", half)

    assert answer.status == 422
    assert len(answer.errors) == 4, answer.errors
    assert value(answer, "boxes.licence_number") == half["boxes.licence_number"]
    assert all(answer.html.find(id=link["href"][1:]) for link in answer.html.select(".error-summary a"))
