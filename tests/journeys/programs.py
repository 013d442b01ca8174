"""What an importer's program does through the JSON API."""

from typing import Any

import httpx

from tests.journeys.papers import ARRIVAL_DAY, paper, scan

LICENCES = "/licences/api/v1/licences"
SUBMISSION = {
    "point_of_entry": "BE101000",
    "arrival": f"{ARRIVAL_DAY}T23:59:00+01:00",
    "on_behalf": None,
    "message": "Original by post",
}


async def enter(program: httpx.AsyncClient, boxes: dict[str, Any]) -> dict[str, Any]:
    """A draft with its scan, as the API shows it."""
    created = await program.post(LICENCES, json={"boxes": boxes})
    assert created.status_code == 201, created.text
    licence_id = created.json()["id"]
    attached = await attach(program, licence_id, "licence.jpg", scan(boxes), "image/jpeg")
    assert attached.status_code == 201, attached.text
    draft: dict[str, Any] = (await program.get(f"{LICENCES}/{licence_id}")).raise_for_status().json()
    return draft


async def attach(
    program: httpx.AsyncClient, licence_id: str, name: str, content: bytes, media_type: str
) -> httpx.Response:
    files = {"file": (name, content, media_type)}
    return await program.post(f"{LICENCES}/{licence_id}/attachments", data={"box": "2"}, files=files)


async def submit(program: httpx.AsyncClient, licence_id: str, **changes: Any) -> httpx.Response:
    return await program.post(f"{LICENCES}/{licence_id}/submission", json={**SUBMISSION, **changes})


async def hand_in(program: httpx.AsyncClient, boxes: dict[str, Any] | None = None) -> dict[str, Any]:
    """A licence with its scan, submitted at Antwerp."""
    draft = await enter(program, boxes or paper())
    submitted = await submit(program, draft["id"])
    assert submitted.status_code == 200, submitted.text
    licence: dict[str, Any] = submitted.json()
    return licence


def case_address(licence: dict[str, Any], act: str = "") -> str:
    """Where validation's API has the case of a licence, or takes an act on it."""
    return f"/validation/api/v1/cases/{licence['id']}{act and f'/{act}'}"
