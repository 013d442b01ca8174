"""What programs can ask of notifications."""

from typing import Annotated, Any

import asyncpg
from fastapi import APIRouter, Query

from services.notifications import use_cases
from services.notifications.service import InService
from shared.http import SignedIn
from shared.paging import LARGEST_PAGE, PAGE

router = APIRouter(prefix="/notifications/api/v1")
Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE)]


@router.get("/unread")
async def unread(service: InService, person: SignedIn) -> dict[str, int]:
    """How many messages in one's inbox are not read, counted up to a hundred."""
    async with service.work() as work:
        return {"unread": await use_cases.count_unread(work, person)}


@router.get("/deliveries")
async def deliveries(
    service: InService,
    person: SignedIn,
    licence: str = "",
    state: str = "",
    cursor: str | None = None,
    limit: Limit = PAGE,
) -> dict[str, Any]:
    """What became of each message: of all for support, of those to oneself for others. `licence`: id or number."""
    async with service.work() as work:
        page = await use_cases.read_deliveries(
            work, person, licence=licence.strip(), state=state, cursor=cursor, limit=limit
        )
    return {"items": [_delivery(row) for row in page.items], "next": page.next}


@router.get("/events")
async def events(
    service: InService,
    person: SignedIn,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Limit = PAGE,
) -> dict[str, Any]:
    """What happened to licences of one's companies and authorities, oldest first.

    Ask again with `after` = the `position` of the last event that you have: the log only ever grows behind it.
    """
    async with service.work() as work:
        rows = await use_cases.read_events(work, person, after=after, limit=limit)
    return {
        "items": [_event(row) for row in rows],
        "next": str(rows[-1]["position"]) if len(rows) == limit else None,
    }


def _delivery(row: asyncpg.Record) -> dict[str, Any]:
    return {
        "id": row["delivery_id"],
        "kind": row["kind"],
        "about": row["about"],
        "licence_number": row["licence_number"],
        "happened_at": row["happened_at"],
        "state": row["state"],
        "attempts": row["attempts"],
        "settled_at": row["settled_at"],
        "next_try_at": row["due_at"] if row["state"] in {"waiting", "unaddressed"} else None,
        "error": row["error"],
        "waits_for": row["waits_for"],
        "address": row["address"],
    }


def _event(row: asyncpg.Record) -> dict[str, Any]:
    return {
        "position": row["position"],
        "id": row["event_id"],
        "type": row["type"],
        "source": row["source"],
        "subject": row["subject"],
        "time": row["happened_at"],
        "data": row["body"],
    }
