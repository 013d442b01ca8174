"""A service of its own for the tests of the backbone: it hears cases, and writes down what it hears."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
from aiokafka import ConsumerRecord

from shared.contracts.validation import LicenceCleared, LicenceRejected, LicenceValidated
from shared.messaging import Heard, Listener, NotYet
from shared.service import Service
from shared.settings import ServiceSettings
from shared.telemetry import correlation_id
from shared.testing.settings import settings_for
from shared.work import Work

FOLDER = Path(__file__).parent
HEARD = """
CREATE TABLE IF NOT EXISTS heard (
    licence_id uuid, version int, what text, position bigint GENERATED ALWAYS AS IDENTITY)
"""


def validated(licence_id: UUID | None = None, version: int = 2, remark: str = "") -> LicenceValidated:
    """A decision about a licence."""
    return LicenceValidated(**_facts(licence_id, version), remark=remark)


def rejected(licence_id: UUID | None = None, version: int = 2, reason: str = "FORMAT") -> LicenceRejected:
    """A refusal."""
    return LicenceRejected(**_facts(licence_id, version), reason_code="FORMAT", reason=reason)


def cleared(licence_id: UUID) -> LicenceCleared:
    """A clearance; whoever hears it notes in which trace."""
    return LicenceCleared(**_facts(licence_id, 3), declaration="26BE10100011404949")


def _facts(licence_id: UUID | None, version: int) -> dict[str, object]:
    return {
        "licence_id": licence_id or uuid4(),
        "version": version,
        "licence_number": "26.00001-00123.010-ID-BE",
        "operator_id": uuid4(),
        "requester_id": uuid4(),
        "country": "BE",
        "point_of_entry": "BE101000",
        "validation_state": "validated",
        "clearance_state": "awaiting",
        "acting_body": "FLEGT Competent Authority of Belgium",
    }


def make_listener() -> Listener:
    """Writes validated cases down one by one and rejected ones together; some remarks make it fail."""
    listener = Listener("licences")

    @listener.hears(LicenceValidated)
    async def note_validated(work: Work, event: LicenceValidated) -> None:
        if event.remark == "poison":
            raise ValueError("this one can never be handled")
        if event.remark == "missing file":
            raise FileNotFoundError("the scan")
        if event.remark == "not yet" and not await work.db.fetchval("SELECT true FROM heard WHERE what = 'the other'"):
            raise NotYet
        await _note(work.db, [(event.licence_id, event.version, event.remark)])

    @listener.hears_together(LicenceRejected)
    async def note_rejected(work: Work, heard: list[Heard]) -> None:
        await _note(work.db, [(h.event.licence_id, h.event.version, h.event.reason) for h in heard])

    @listener.hears(LicenceCleared)
    async def note_cleared(work: Work, event: LicenceCleared) -> None:
        await _note(work.db, [(event.licence_id, event.version, correlation_id() or "outside of any trace")])

    return listener


async def _note(db: asyncpg.Connection, rows: list[tuple[UUID, int, str]]) -> None:
    await db.executemany("INSERT INTO heard (licence_id, version, what) VALUES ($1, $2, $3)", rows)


@asynccontextmanager
async def stage(database_url: str, **settings: object) -> AsyncIterator[Service]:
    """A service connected to its database, with nothing running yet and nothing left of earlier tests."""
    service = Service(
        "licences", settings_for(ServiceSettings, database_url, **settings), folder=FOLDER, listener=make_listener()
    )
    await service.open()
    try:
        async with service.work() as work:
            await work.db.execute(HEARD)
            await work.db.execute(
                "TRUNCATE heard, outbox, outbox_unsent, relay_reach, inbox, parked, known_role, idempotency"
            )
        yield service
    finally:
        await service.close()


async def heard_by(service: Service, licence_id: UUID | None = None) -> list[str]:
    """What was written down, in order."""
    async with service.work() as work:
        rows = await work.db.fetch(
            "SELECT what FROM heard WHERE $1::uuid IS NULL OR licence_id = $1 ORDER BY position", licence_id
        )
    return [row["what"] for row in rows]


def record_of(
    event: LicenceValidated | LicenceRejected, *, position: int = 0, event_id: UUID | None = None, **headers: str | None
) -> ConsumerRecord:
    """The Kafka record that carries this event. Headers can be replaced, or taken away with None."""
    attributes: dict[str, str | None] = {
        "ce_specversion": "1.0",
        "ce_id": str(event_id or uuid4()),
        "ce_type": event.wire_name,
        "ce_source": "validation",
        "ce_subject": event.key,
        "ce_time": "2026-11-20T10:00:00+00:00",
    } | headers
    return ConsumerRecord(
        topic=event.topic, partition=0, offset=position, timestamp=0, timestamp_type=0, key=event.key.encode(),
        value=event.model_dump_json().encode(), checksum=None, serialized_key_size=0, serialized_value_size=0,
        headers=[(name, value.encode()) for name, value in attributes.items() if value is not None],
    )  # fmt: skip
