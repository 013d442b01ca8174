"""Licences that were handed in, on the topic: as the relay puts them there, but a million within a minute or two."""

import asyncio
import datetime as dt
import itertools
import random
from collections.abc import Iterator
from uuid import uuid4

from deploy.demonstration.papers import boxes_of
from services.licences.domain.licence import Answers, Attachment, Licence, Operator, Requester
from services.licences.shapes import contract_of
from shared.contracts.licences import LicenceSubmitted
from shared.ids import new_id
from shared.kafka import producer
from shared.settings import ServiceSettings

TOPIC = LicenceSubmitted.topic
SAMPLES = 500
"""So many licences differ in everything; the others are these with ids and numbers of their own."""
AT_ONCE = 50
"""Batches on their way at the same time."""
PATIENCE_MS = 120_000
"""A broker that has just started does not yet lead its partitions."""


def submitted(serial: int, chance: random.Random) -> LicenceSubmitted:
    """A licence as it is handed in, about 2 kB."""
    now = dt.datetime(2026, 11, 20, 10, tzinfo=dt.UTC)
    licence = Licence(
        id=new_id(),
        version=2,
        operator=Operator(uuid4(), "Noordzee Hout NV", "BE0412345678"),
        requester=Requester(uuid4(), "Anna Peeters"),
        boxes=boxes_of(chance, serial, destination="BE", day=now.date()),
        created_at=now,
        modified_at=now,
        commodity_codes=("441231",),
        validation_state="submitted",
        answers=Answers("BE101000", now + dt.timedelta(days=9)),
        attachments=(Attachment(uuid4(), 2, "licence.jpg", "image/jpeg", 70_000, "0" * 64, 1),),
    )
    return LicenceSubmitted(licence=contract_of(licence))


async def fill(settings: ServiceSettings, count: int) -> None:
    """Put so many licences there, spread evenly over the partitions."""
    patient = settings.model_copy(update={"kafka_request_timeout_ms": PATIENCE_MS})
    async with producer(patient) as client:
        places = itertools.cycle(sorted(await client.partitions_for(TOPIC)))
        going: list[asyncio.Future] = []
        builder = client.create_batch()
        for key, value, headers in _messages(count):
            if builder.append(key=key, value=value, headers=headers, timestamp=None) is not None:
                continue
            going.append(await client.send_batch(builder, TOPIC, partition=next(places)))
            if len(going) == AT_ONCE:
                await asyncio.gather(*going)
                going.clear()
            builder = client.create_batch()
            builder.append(key=key, value=value, headers=headers, timestamp=None)
        going.append(await client.send_batch(builder, TOPIC, partition=next(places)))
        await asyncio.gather(*going)


def _messages(count: int) -> Iterator[tuple[bytes, bytes, list[tuple[str, bytes]]]]:
    chance = random.Random(1)  # noqa: S311 - nothing here is secret
    samples = []
    for serial in range(min(count, SAMPLES)):
        event = submitted(serial, chance)
        number = f'"licence_number":"{event.licence.boxes.licence_number}"'.encode()
        samples.append((event.key.encode(), number, event.model_dump_json().encode()))
    fixed = [
        ("ce_specversion", b"1.0"),
        ("ce_source", b"licences"),
        ("content-type", b"application/json"),
        ("ce_type", LicenceSubmitted.wire_name.encode()),
        ("ce_time", b"2026-11-20T10:00:00+00:00"),
    ]
    for serial in range(count):
        old_key, old_number, payload = samples[serial % len(samples)]
        key = str(new_id()).encode()
        number = b'"licence_number":"26.%05d-%05d.010-ID-BE"' % (serial % 100_000, serial // 100_000)
        value = payload.replace(old_key, key).replace(old_number, number)
        yield key, value, [*fixed, ("ce_id", str(new_id()).encode()), ("ce_subject", key)]
