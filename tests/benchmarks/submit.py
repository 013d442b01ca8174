"""Handing licences in over the API, against the same statements through FastAPI and bare asyncpg."""

import asyncio
import datetime as dt
import json
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from fastapi import FastAPI
from pydantic import BaseModel

from deploy.demonstration.papers import boxes_of
from services.licences.main import build
from services.licences.service import Licences
from services.licences.settings import Settings
from services.licences.storage import licences as storage
from services.licences.use_cases import attach_file, create_draft
from shared import outbox
from shared.attachments.files import Kept
from shared.person import Person
from shared.testing.people import Issuer, importer_role, know, person
from shared.testing.settings import settings_for
from tests.benchmarks.rounds import Stopwatch, compare

COUNT = 600
AT_ONCE = 16
ARRIVAL = "2026-12-22T23:59:00+01:00"
BODY = {"point_of_entry": "BE101000", "arrival": ARRIVAL, "on_behalf": None, "message": ""}


class Submission(BaseModel):
    """What the bare contender reads."""

    point_of_entry: str
    arrival: dt.datetime
    on_behalf: dict[str, str] | None
    message: str


async def measure(database_url: str, folder: Path, **settings: object) -> None:
    """Print the comparison, and where the time beyond the floor goes."""
    with Issuer() as issuer:
        chosen = settings_for(
            Settings, database_url, attachments_dir=folder, database_connections=10, **issuer.settings, **settings
        )
        app = build(chosen)
        service: Licences = app.state.service
        await service.open()
        importer = await _importer(service)
        serials = iter(range(1_000_000))
        pool = await asyncpg.create_pool(database_url, min_size=10, max_size=10)
        bare_app = _bare(pool)
        headers = issuer.bearer(importer)

        def contender(target: Any, path: str, sent: dict[str, str]) -> Callable[[], Awaitable[float]]:
            async def run() -> float:
                drafts = await _drafts(service, importer, serials)
                with Stopwatch() as watch:
                    await _post_all(target, [path.format(draft) for draft in drafts], sent)
                return watch.seconds

            return run

        await compare(
            "Licences handed in over the API, 16 at once",
            COUNT,
            {
                "FastAPI, bare asyncpg, the same statements, no rules": contender(bare_app, "/{}/submission", {}),
                "licences": contender(app, "/licences/api/v1/licences/{}/submission", headers),
                "licences, with an Idempotency-Key": contender(
                    app, "/licences/api/v1/licences/{}/submission", headers | {"Idempotency-Key": "*"}
                ),
            },
        )
        await pool.close()
        await service.close()


def _bare(pool: asyncpg.Pool) -> FastAPI:
    """The same two statements and the same outbox rows, and nothing else: who asks is believed, no rule is checked."""
    app = FastAPI()

    @app.post("/{licence_id}/submission")
    async def submit(licence_id: UUID, submission: Submission) -> dict[str, str]:
        async with pool.acquire() as db, db.transaction():
            row = await db.fetchrow(f"{storage._LOAD} FOR UPDATE OF l", licence_id)
            payload = json.dumps({"licence": {"id": str(licence_id), "boxes": json.loads(row["boxes"])}})
            now = dt.datetime.now(dt.UTC)
            answers = (submission.point_of_entry, submission.arrival, "+01:00", None, submission.message)
            await db.execute(
                storage._SUBMIT, licence_id, row["version"] + 1, "submitted", "[]", now, *answers, "x", None, [],
                "submitted", "{}",
            )  # fmt: skip
            columns = ([uuid4()], ["licences.licences"], [b"key"], ["type"], [payload.encode()], [None], [None])
            await db.execute(outbox._ADD, *columns, now)
        return {"id": str(licence_id)}

    return app


async def _importer(service: Licences) -> Person:
    role = importer_role()
    someone = person("Anna Peeters", role)
    async with service.work() as work:
        await know(work.db, someone)
        await work.db.execute(
            "INSERT INTO operator (id, version, name, eori) VALUES ($1, 1, 'Noordzee Hout NV', 'BE0412345678')",
            role.body_id,
        )
    return someone


async def _drafts(service: Licences, importer: Person, serials: Any) -> list[UUID]:
    chance = random.Random(7)  # noqa: S311 - nothing here is secret
    today = dt.datetime.now(dt.UTC).date()
    made = []
    kept = Kept(await service.files.store.put(b"the same scan"), "image/jpeg", 13, 1)
    for _ in range(COUNT):
        boxes = boxes_of(chance, next(serials), destination="BE", day=today)
        async with service.work() as work:
            draft = await create_draft(work, importer, boxes=boxes)
            await attach_file(work, importer, draft.id, box=2, name="scan.jpg", kept=kept)
        made.append(draft.id)
    return made


async def _post_all(app: Any, paths: list[str], headers: dict[str, str]) -> None:
    waiting = iter(paths)

    async def worker() -> None:
        for path in waiting:
            sent = headers | ({"Idempotency-Key": path} if "Idempotency-Key" in headers else {})
            status, body = await _post(app, path, sent)
            if status >= 300:
                raise RuntimeError(f"{status}: {body[:500]!r}")

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))


async def _post(app: Any, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
    """Straight into the application: neither a client nor a socket is measured."""
    content = json.dumps(BODY).encode()
    raw = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "server": ("test", 80),
        "client": ("127.0.0.1", 1), "headers": raw + [(k.lower().encode(), v.encode()) for k, v in headers.items()],
    }  # fmt: skip
    answer: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        answer.append(message)

    await app(scope, receive, send)
    return answer[0]["status"], b"".join(message.get("body", b"") for message in answer)
