"""Licences written over the API: drafts created, saved and handed in, against `plain_licences`."""

import datetime as dt
import itertools
import random
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from deploy.demonstration.papers import boxes_of
from services.licences.domain.form import Boxes
from services.licences.main import build
from services.licences.service import Licences
from services.licences.settings import Settings
from services.licences.shapes import boxes_json
from services.licences.use_cases import attach_file, create_draft
from shared.attachments.files import Kept
from shared.database import connect_pool
from shared.ids import new_id
from shared.person import Person
from shared.testing.people import Issuer, importer_role, know, person
from shared.testing.settings import settings_for
from tests.benchmarks import plain_licences
from tests.benchmarks.calls import AT_ONCE, Call, send_all
from tests.benchmarks.rounds import Contender, Stopwatch, compare

COUNT = 400
CONNECTIONS = 10
SUBMISSION = {"point_of_entry": "BE101000", "arrival": "2026-12-22T23:59:00+01:00", "on_behalf": None, "message": ""}

Headers = Mapping[str, str]
Prepare = Callable[[str, Headers], Awaitable[list[Call]]]
"""Makes the calls of one round, to the licences at an address."""


async def measure(database_url: str, folder: Path) -> None:
    """Print one comparison for each of the three."""
    with Issuer() as issuer:
        settings = settings_for(
            Settings, database_url, attachments_dir=folder, database_connections=CONNECTIONS, **issuer.settings
        )
        app = build(settings)
        service: Licences = app.state.service
        await service.open()
        pool = await connect_pool(database_url, connections=CONNECTIONS, wait_seconds=settings.database_wait_seconds)
        desk = Desk(service, await _importer(service), _papers())
        signed_in = issuer.bearer(desk.importer)
        api = "/licences/api/v1/licences"

        def contenders(prepare: Prepare, keyed: Prepare | None = None) -> dict[str, Contender]:
            plain = {whole: plain_licences.app(pool, whole=whole) for whole in (True, False)}
            return {
                "FastAPI and asyncpg: the statements, the whole licence": _round(plain[True], prepare, "/licences", {}),
                "FastAPI and asyncpg: the statements alone": _round(plain[False], prepare, "/licences", {}),
                "licences": _round(app, prepare, api, signed_in),
                **({"licences, with an Idempotency-Key": _round(app, keyed, api, signed_in)} if keyed else {}),
            }

        for title, found in {
            "Drafts created": contenders(desk.new, _each_with_key(desk.new)),
            "Drafts saved": contenders(desk.save),
            "Licences handed in": contenders(desk.hand_in, _each_with_key(desk.hand_in)),
        }.items():
            await compare(f"{title} over the API, {AT_ONCE} at once", COUNT, found)
        await pool.close()
        await service.close()


@dataclass
class Desk:
    """Where papers lie, and the importer who enters them."""

    service: Licences
    importer: Person
    papers: Iterator[Boxes]

    async def new(self, licences: str, headers: Headers) -> list[Call]:
        """Drafts are created, with everything that the paper says."""
        return [Call("POST", licences, self._body(), headers) for _ in range(COUNT)]

    async def save(self, licences: str, headers: Headers) -> list[Call]:
        """Each draft is saved once, with what another paper says."""
        headers = {**headers, "If-Match": '"1"'}
        return [Call("PUT", f"{licences}/{draft}", self._body(), headers) for draft in await self._drafts()]

    async def hand_in(self, licences: str, headers: Headers) -> list[Call]:
        """Each draft is handed in."""
        return [Call("POST", f"{licences}/{d}/submission", SUBMISSION, headers) for d in await self._drafts()]

    def _body(self) -> dict[str, Any]:
        boxes = next(self.papers)
        company, codes = self.importer.companies[0], list(boxes.commodity_codes)
        return {"operator_id": str(company), "commodity_codes": codes, "boxes": boxes_json(boxes)}

    async def _drafts(self) -> list[UUID]:
        """New drafts, each with a scan."""
        kept = Kept(await self.service.files.store.put(b"the same scan"), "image/jpeg", 13, 1)
        made = []
        async with self.service.work() as work:
            for boxes in itertools.islice(self.papers, COUNT):
                draft = await create_draft(work, self.importer, boxes=boxes)
                await attach_file(work, self.importer, draft.id, box=2, name="scan.jpg", kept=kept)
                made.append(draft.id)
        return made


def _round(app: Any, prepare: Prepare, licences: str, headers: Headers) -> Contender:
    """One round: only the calls count, not what is prepared for them."""

    async def run() -> float:
        calls = await prepare(licences, headers)
        with Stopwatch() as watch:
            await send_all(app, calls)
        return watch.seconds

    return run


def _each_with_key(prepare: Prepare) -> Prepare:
    """The same calls, each with an Idempotency-Key of its own."""

    async def with_keys(licences: str, headers: Headers) -> list[Call]:
        calls = await prepare(licences, headers)
        return [call.with_headers({"Idempotency-Key": str(new_id())}) for call in calls]

    return with_keys


def _papers() -> Iterator[Boxes]:
    chance, today = random.Random(7), dt.datetime.now(dt.UTC).date()  # noqa: S311 - nothing here is secret
    return (boxes_of(chance, serial, destination="BE", day=today) for serial in itertools.count())


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
