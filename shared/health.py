"""Is it alive, can it work, and how well? One answer shape for every service."""

import asyncio
from typing import TYPE_CHECKING, Any

import asyncpg
from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from starlette.responses import JSONResponse, Response

from shared import inbox, outbox

if TYPE_CHECKING:
    from shared.service import Service

UNSENT = Gauge("flegt_events_unsent", "Events in the outbox that the broker has not acknowledged (counted to 10,000)")
OLDEST = Gauge("flegt_oldest_unsent_seconds", "Age of the oldest unsent event")
FAILED = Gauge("flegt_events_failed", "Events that cannot be sent and wait for a person")
PARKED = Gauge("flegt_messages_parked", "Messages that could not be handled and wait for a person")


def router(name: str) -> APIRouter:
    """`/health/live`, `/health/ready` and `/metrics` below the service's prefix."""
    routes = APIRouter(prefix=f"/{name}", include_in_schema=False)

    @routes.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "alive"}

    @routes.get("/health/ready")
    async def ready(request: Request) -> JSONResponse:
        report = await examine(request.app.state.service)
        return JSONResponse(report, 200 if report["ready"] else 503)

    @routes.get("/metrics")
    async def metrics(request: Request) -> Response:
        await examine(request.app.state.service)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return routes


async def examine(service: "Service") -> dict[str, Any]:
    """What works. A service becomes ready when all of it does: database, relay, consumer. (One that hears nothing, as
    identity, needs its database alone: it also starts while the broker is away.)

    Afterwards only the database can take that away: while the broker is gone people go on working, events wait in the
    outbox, and `degraded` says what is missing.
    """
    report: dict[str, Any] = {"service": service.name, "relay": service.relay.state, "consumer": _consumer(service)}
    try:
        async with asyncio.timeout(3), service.work() as work:
            waiting = await outbox.unsent(work.db)
            parked = await inbox.count_parked(work.db)
            age = (work.now - waiting.oldest).total_seconds() if waiting.oldest else 0.0
        report |= {
            "database": "reached",
            "unsent": waiting.count,
            "oldest_unsent_seconds": round(max(age, 0.0), 1),
            "failed": waiting.failed,
            "parked": parked,
        }
        UNSENT.set(waiting.count)
        OLDEST.set(max(age, 0.0))
        FAILED.set(waiting.failed)
        PARKED.set(parked)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        report["database"] = f"not reached: {type(error).__name__}"
    missing = [] if report["relay"] in {"sending", "waiting"} else ["relay"]
    if report["consumer"] not in {"assigned", "hears nothing"}:
        missing.append("consumer")
    reached = report["database"] == "reached"
    complete = not missing or report["consumer"] == "hears nothing"
    service.was_ready = service.was_ready or (reached and complete)
    return report | {"ready": reached and service.was_ready, "degraded": missing}


def _consumer(service: "Service") -> str:
    if not service.hearing.listener.topics:
        return "hears nothing"
    consumer = service.subscription.consumer
    if consumer is None:
        return "not connected"
    return "assigned" if consumer.assignment() else "waiting for its part"
