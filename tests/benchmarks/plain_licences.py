"""What `writing` is measured against: drafts created, saved and handed in with nothing but FastAPI and asyncpg.

The same statements with the same values in the same transactions, on a pool with the same settings, and bodies read by
pydantic models. Who asks is believed: no token is read, no role looked up. What a body says is kept as it is: no rule,
no correction, no customs office looked up, no trace, no metric, no headers.

A contender that is `whole` also answers what `licences` answers, the whole licence in the contract's shape, and tells
the whole event; one that is not answers with id and version, and its event is the boxes alone.
"""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import FastAPI
from pydantic import AwareDatetime, BaseModel
from starlette.responses import Response

from services.licences.storage import bodies
from services.licences.storage import licences as storage
from shared import outbox
from shared.contracts import licence as contract
from shared.contracts.licences import LicenceSubmitted
from shared.ids import new_id


class Draft(BaseModel):
    """The body of a draft."""

    operator_id: UUID
    commodity_codes: list[str] = []
    boxes: contract.Boxes


class Submission(BaseModel):
    """The body of handing in."""

    point_of_entry: str
    arrival: AwareDatetime
    on_behalf: contract.Party | None
    message: str


def app(pool: asyncpg.Pool, *, whole: bool) -> FastAPI:
    """The application."""
    plain = FastAPI(telemetry={"tracing": False})

    @plain.post("/licences")
    async def create(draft: Draft) -> Response:
        now = dt.datetime.now(dt.UTC)
        async with pool.acquire() as db, db.transaction():
            operator = await bodies.operator(db, draft.operator_id)
            row = _new(draft, operator, now)
            await db.execute(storage._ADD, *row.values(), None, "created")
        return _answer(row, whole=whole)

    @plain.put("/licences/{licence_id}")
    async def save(licence_id: UUID, draft: Draft) -> Response:
        now = dt.datetime.now(dt.UTC)
        async with pool.acquire() as db, db.transaction():
            row = await db.fetchrow(f"{storage._LOAD} FOR UPDATE OF l", licence_id)
            new = {"version": row["version"] + 1, **_said(draft), "modified_at": now}
            typed = {"unread": {}, "aside": {}}
            await db.execute(storage._SAVE_BOXES, licence_id, *new.values(), typed, None)
        return _answer({**row, **new}, whole=whole)

    @plain.post("/licences/{licence_id}/submission")
    async def submit(licence_id: UUID, said: Submission) -> Response:
        now = dt.datetime.now(dt.UTC)
        async with pool.acquire() as db, db.transaction():
            row = await db.fetchrow(f"{storage._LOAD} FOR UPDATE OF l", licence_id)
            state = {"version": row["version"] + 1, "validation_state": "submitted", "flags": [], "modified_at": now}
            answers = {"point_of_entry": said.point_of_entry, "arrival": said.arrival, "arrival_zone": "+01:00",
                       "on_behalf": None, "message": said.message}  # fmt: skip
            by = (row["requester_name"], row["requester_id"])
            await db.execute(
                storage._SUBMIT, licence_id, *state.values(), *answers.values(), *by, [], "submitted", {}
            )  # fmt: skip
            new = {**row, **state, **answers}
            told = [[new_id()], [LicenceSubmitted.topic], [licence_id.bytes], [LicenceSubmitted.wire_name]]
            payload = LicenceSubmitted(licence=_licence(new)).model_dump_json() if whole else json.dumps(row["boxes"])
            await db.execute(outbox._ADD, *told, [payload.encode()], [None], [None], now)
        return _answer(new, whole=whole)

    return plain


def _new(draft: Draft, operator: Any, now: dt.datetime) -> dict[str, Any]:
    """The columns of a new draft, in the order of the statement."""
    said = _said(draft)
    return {
        "id": new_id(), "version": 1, "operator_id": operator.id, "operator_name": operator.name,
        "operator_eori": operator.eori, "requester_id": operator.id, "requester_name": "Anna Peeters",
        "vpa_country": said["vpa_country"], "licence_number": said["licence_number"],
        "expiry_date": said["expiry_date"], "validation_state": "draft", "clearance_state": "not_ready",
        "commodity_codes": said["commodity_codes"], "boxes": said["boxes"], "created_at": now, "modified_at": now,
        "issued_electronically": False, "entered_by_id": None,
    }  # fmt: skip


def _said(draft: Draft) -> dict[str, Any]:
    """The columns that a form fills, in the order of the statement that saves them."""
    boxes = draft.boxes
    return {
        "vpa_country": boxes.issuing_authority.country, "licence_number": boxes.licence_number,
        "expiry_date": boxes.expiry_date, "commodity_codes": [line.commodity_code for line in boxes.commodities],
        "boxes": boxes.model_dump(mode="json"),
    }  # fmt: skip


def _answer(row: Mapping[str, Any], *, whole: bool) -> Response:
    said = _licence(row).model_dump_json() if whole else json.dumps({"id": str(row["id"]), "version": row["version"]})
    return Response(said, media_type="application/json")


def _licence(row: Mapping[str, Any]) -> contract.Licence:
    requester = {"account_id": row["requester_id"], "name": row["requester_name"]}
    return contract.Licence.model_validate({**row, "requester": requester, "attachments": row.get("attachments") or []})
