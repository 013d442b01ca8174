"""The service with its own relay and hearing: a licence comes in over Kafka, the decision goes out over Kafka."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from services.validation import use_cases
from services.validation.main import build
from services.validation.service import Validation
from services.validation.settings import Settings
from shared.contracts.licences import LicenceSubmitted
from shared.contracts.validation import LicenceValidated
from shared.ids import new_id
from shared.testing.people import Issuer, msca_role, person
from shared.testing.settings import settings_for
from shared.testing.waiting import until
from tests.validation.examples import NOW, licence


@pytest.fixture
async def running(database_url: str, kafka: str, issuer: Issuer, tmp_path: Path) -> AsyncIterator[Validation]:
    """The whole service, as a server process would run it."""
    settings = settings_for(Settings, database_url, kafka=kafka, attachments_dir=tmp_path, **issuer.settings)
    app = build(settings)
    async with app.router.lifespan_context(app):
        yield app.state.service


async def send(kafka: str, event: LicenceSubmitted) -> None:
    headers = {
        "ce_id": str(new_id()),
        "ce_type": event.wire_name,
        "ce_source": event.owner(),
        "ce_subject": event.key,
        "ce_time": NOW.isoformat(),
    }
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        await producer.send_and_wait(
            event.topic,
            event.model_dump_json().encode(),
            key=event.key.encode(),
            headers=[(name, value.encode()) for name, value in headers.items()],
        )


async def is_open(service: Validation, case_id: UUID) -> bool:
    async with service.work() as work:
        return bool(await work.db.fetchval("SELECT true FROM licence_case WHERE licence_id = $1", case_id))


async def test_a_licence_comes_in_and_its_decision_goes_out(running: Validation, kafka: str) -> None:
    submitted = licence()
    await send(kafka, LicenceSubmitted(licence=submitted))
    await until(lambda: is_open(running, submitted.id), within=40, what="the case is open")
    officer = person("Olivia Officer", msca_role("BE"))
    async with running.work() as work:
        await use_cases.validate_licence(work, officer, submitted.id, remark="Checked.")
    consumer = AIOKafkaConsumer(LicenceValidated.topic, bootstrap_servers=kafka, auto_offset_reset="earliest")
    async with consumer:

        async def told() -> dict[str, object] | None:
            batches = await consumer.getmany(timeout_ms=200)
            for record in [record for batch in batches.values() for record in batch]:
                if record.key == str(submitted.id).encode():
                    return dict(record.headers) | {"body": json.loads(record.value)}
            return None

        message = await until(told, within=40, what="the decision is told")
    assert message is not None
    assert message["ce_type"] == b"eu.flegt.validation.licence-validated.v1"
    event = LicenceValidated.model_validate(message["body"])
    assert (event.version, event.validation_state, event.clearance_state) == (3, "validated", "awaiting")
