"""Handing in through the wizard: step by step, back and forth, and what is said on the way."""

import httpx
import pytest

from services.licences.service import Licences
from shared.person import Person
from shared.testing.forms import visit
from tests.licences.form_acts import start, value
from tests.licences.stage import a_draft, a_submitted_licence, an_importer, numbered


async def test_before_submitting_every_gap_is_named_with_a_link_to_its_field(client: httpx.AsyncClient) -> None:
    form = await start(client)

    refused = await form.press("Save and submit")

    assert refused.status == 422
    assert "Enter the licence number." in refused.errors
    links = [a["href"] for a in refused.html.select(".error-summary a")]
    assert all(refused.html.find(id=link.removeprefix("#")) for link in links), links


async def test_each_step_of_the_wizard_can_be_left_and_nothing_is_lost(
    service: Licences, client: httpx.AsyncClient, importer: Person
) -> None:
    draft = await a_draft(service, importer, numbered(401))
    steps = f"/licences/{draft.id}/submit"
    arrival = await (await visit(client, f"{steps}/point-of-entry?country=BE")).press(
        "Next", {"point_of_entry": "BE101000"}
    )

    back = await arrival.press(
        "Previous", {"arrival_date": "2026-12-01", "arrival_time": "10:00", "time_zone": "Europe/Helsinki"}
    )
    assert "COL number BE101000" in back.text
    again = await back.press("Next")
    assert value(again, "arrival_date") == "2026-12-01"
    assert value(again, "arrival_time") == "10:00"
    assert again.html.find("option", value="Europe/Helsinki").has_attr("selected")
    left = await again.press("Cancel")
    assert left.heading == "26.00401-00123.003-ID-BE"
    behalf = await (await visit(client, f"{steps}/on-behalf")).press("Next", {"on_behalf.name": "Other BV"})
    assert behalf.status == 422
    assert len(behalf.errors) == 2
    assert value(behalf, "on_behalf.name") == "Other BV"


@pytest.mark.parametrize(
    ("step", "typed"),
    [
        ("point-of-entry", {"country": "BE"}),
        ("arrival", {"arrival_date": "soon", "arrival_time": "10:00"}),
        ("arrival", {"arrival_date": "2026-12-01", "arrival_time": ""}),
    ],
)
async def test_a_step_without_its_answer_does_not_go_on(
    service: Licences, client: httpx.AsyncClient, importer: Person, step: str, typed: dict[str, str]
) -> None:
    draft = await a_draft(service, importer, numbered(402))

    refused = await (await visit(client, f"/licences/{draft.id}/submit/{step}")).press("Next", typed)

    assert refused.status == 422
    assert len(refused.errors) == 1
    for name, text in typed.items():
        if not name.startswith("country"):
            assert value(refused, name) == text


async def test_the_last_step_says_what_is_still_wrong_and_where(
    service: Licences, client: httpx.AsyncClient, importer: Person
) -> None:
    await a_submitted_licence(service, await an_importer(service), numbered(403))
    draft = await a_draft(service, importer, numbered(403, "NL"))
    await a_submitted_licence(service, await an_importer(service), numbered(403, "NL"))
    final = await visit(client, f"/licences/{draft.id}/submit/final")

    refused = await final.press("Submit", {"message": "Please"})

    assert refused.status == 422
    assert refused.errors == [
        "Choose the customs office of the point of entry.",
        "Enter the estimated date and time of arrival.",
        "A licence with this number was handed in already. If you hold the original, you can dispute that on the "
        "licence's page.",
    ]
    assert "Please" in refused.text
    mend = await visit(client, refused.link("handed in already"))
    assert mend.errors[0].startswith("A licence with this number")


async def test_what_is_unusual_is_shown_and_can_be_passed(
    service: Licences, client: httpx.AsyncClient, importer: Person
) -> None:
    draft = await a_draft(service, importer, numbered(404, "NL"))
    steps = f"/licences/{draft.id}/submit"
    arrival = await (await visit(client, f"{steps}/point-of-entry?country=BE")).press(
        "Next", {"point_of_entry": "BE101000"}
    )
    await arrival.press("Next", {"arrival_date": "2026-12-01", "arrival_time": "10:00"})

    final = await visit(client, f"{steps}/final")
    assert "ends with NL, but the point of entry is in BE" in final.text
    licence = await final.press("Submit")

    assert licence.status == 200
    assert "ends with NL, but the point of entry is in BE" in licence.text
