"""One recorded example per event: its owner can read and repeat it, and so can every service that listens to it."""

import json
from pathlib import Path
from typing import Any

import pytest
from aiokafka import ConsumerRecord

from services.identity.main import create_service as identity
from services.identity.settings import Settings as IdentitySettings
from services.licences.main import create_service as licences
from services.licences.settings import Settings as LicencesSettings
from services.notifications.main import create_service as notifications
from services.notifications.settings import Settings as NotificationsSettings
from services.validation.main import create_service as validation
from services.validation.settings import Settings as ValidationSettings
from shared.contracts import HEARS, Envelope, event_types
from shared.contracts.schema import schema_of
from shared.messaging import Listener
from shared.testing.settings import settings_for

EXAMPLES = Path(__file__).parent / "examples"
EVENTS = event_types()
NO_DATABASE = "postgresql://nobody@127.0.0.1/none"
HEARD_BY = [
    (service, name) for service, topics in HEARS.items() for name, event in EVENTS.items() if event.topic in topics
]


def example(wire_name: str) -> dict[str, Any]:
    recorded: dict[str, Any] = json.loads((EXAMPLES / f"{wire_name}.json").read_text(encoding="utf-8"))
    return recorded


@pytest.fixture(scope="module")
def listeners(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Listener]:
    """What each service does with events, as it is wired."""
    files = {"attachments_dir": tmp_path_factory.mktemp("attachments")}
    mail = {"smtp_host": "127.0.0.1", "smtp_port": 25, "mail_from": "no-reply@flegt.example"}
    services = [
        identity(settings_for(IdentitySettings, NO_DATABASE, secret_key="k" * 44)),
        licences(settings_for(LicencesSettings, NO_DATABASE, **files)),
        validation(settings_for(ValidationSettings, NO_DATABASE, **files)),
        notifications(settings_for(NotificationsSettings, NO_DATABASE, **mail)),
    ]
    return {service.name: service.hearing.listener for service in services}


def test_every_event_has_an_example_and_every_example_an_event() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.json")} == set(EVENTS)


@pytest.mark.parametrize("wire_name", EVENTS)
def test_the_owner_reads_the_example_and_repeats_it(wire_name: str) -> None:
    body = example(wire_name)["body"]
    event = EVENTS[wire_name].model_validate(body)
    assert json.loads(event.model_dump_json()) == body


@pytest.mark.parametrize("wire_name", EVENTS)
def test_the_example_shows_every_field(wire_name: str) -> None:
    assert set(example(wire_name)["body"]) == set(schema_of(EVENTS[wire_name])["properties"])


@pytest.mark.parametrize("wire_name", EVENTS)
def test_the_headers_are_those_of_a_cloud_event_about_the_same_thing(wire_name: str) -> None:
    recorded = example(wire_name)
    envelope = Envelope.from_headers(recorded["headers"])
    event = EVENTS[wire_name].model_validate(recorded["body"])
    assert (envelope.type, envelope.source, envelope.subject) == (wire_name, event.owner(), event.key)
    assert envelope.time.tzinfo is not None
    assert recorded["headers"]["ce_specversion"] == "1.0"
    assert recorded["headers"]["content-type"] == "application/json"


@pytest.mark.parametrize(("service", "wire_name"), HEARD_BY)
def test_listeners_read_the_example_or_pass_it_over(
    service: str, wire_name: str, listeners: dict[str, Listener]
) -> None:
    message = listeners[service].open(record_of(wire_name, example(wire_name)))
    assert message is None or message.error is None


@pytest.mark.parametrize(("service", "wire_name"), HEARD_BY)
def test_listeners_pass_over_fields_that_they_do_not_know_yet(
    service: str, wire_name: str, listeners: dict[str, Listener]
) -> None:
    recorded = example(wire_name)
    recorded["body"]["added_next_year"] = {"any": "thing"}
    message = listeners[service].open(record_of(wire_name, recorded))
    assert message is None or message.error is None


@pytest.mark.parametrize(
    ("service", "heard"),
    [
        ("licences", "licence-validated"),
        ("validation", "licence-submitted"),
        ("notifications", "licence-cleared"),
        ("notifications", "confirmation-requested"),
    ],
)
def test_listeners_take_what_they_are_there_for(service: str, heard: str, listeners: dict[str, Listener]) -> None:
    wire_name = next(name for name in EVENTS if name.endswith(f".{heard}.v1"))
    message = listeners[service].open(record_of(wire_name, example(wire_name)))
    assert message is not None
    assert message.heard is not None


def record_of(wire_name: str, recorded: dict[str, Any]) -> ConsumerRecord:
    body = json.dumps(recorded["body"]).encode()
    headers: Any = [(name, value.encode()) for name, value in recorded["headers"].items()]
    return ConsumerRecord(
        topic=EVENTS[wire_name].topic, partition=0, offset=0, timestamp=0, timestamp_type=0, key=None, value=body,
        checksum=None, serialized_key_size=0, serialized_value_size=len(body), headers=headers,
    )  # fmt: skip
