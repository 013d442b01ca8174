"""Hearing what validation and identity tell: late, twice, and in the wrong order."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from aiokafka import ConsumerRecord

from services.licences import use_cases
from services.licences.domain.licence import Licence
from services.licences.service import Licences
from services.licences.storage import bodies
from shared.contracts.event import Event
from shared.contracts.identity import AuthorityRegistered, OperatorRegistered
from shared.contracts.validation import (
    CaseEvent,
    ClearanceRefused,
    ClearanceResumed,
    ClearanceSuspended,
    LicenceCleared,
    LicenceRejected,
    LicenceValidated,
)
from shared.person import Person
from shared.roles import roles_of
from tests.licences.stage import NOW, a_submitted_licence, numbered


def record(event: Event, *, event_id: UUID | None = None, at: datetime = NOW) -> ConsumerRecord:
    """The event as Kafka would bring it."""
    headers = {
        "ce_specversion": "1.0",
        "ce_id": str(event_id or uuid4()),
        "ce_type": event.wire_name,
        "ce_source": event.owner(),
        "ce_subject": event.key,
        "ce_time": at.isoformat(),
    }
    value = event.model_dump_json().encode()
    pairs = [(name, text.encode()) for name, text in headers.items()]
    return ConsumerRecord(event.topic, 0, 0, 0, 0, event.key.encode(), value, None, 0, len(value), pairs)


def about(
    licence: Licence, kind: type[CaseEvent], version: int, validation: str, clearance: str, **more: Any
) -> CaseEvent:
    return kind(
        licence_id=licence.id,
        version=version,
        licence_number=licence.boxes.licence_number,
        operator_id=licence.operator.id,
        requester_id=licence.requester.account_id,
        country="BE",
        point_of_entry="BE101000",
        validation_state=validation,
        clearance_state=clearance,
        acting_body="Customs Antwerp",
        **more,
    )


async def hear(service: Licences, *records: ConsumerRecord) -> None:
    await service.hearing.hear(list(records))


async def seen(service: Licences, someone: Person, licence: Licence) -> tuple[str, str, list[tuple[str, str]]]:
    async with service.work() as work:
        view = await use_cases.read_licence(work, someone, licence.id)
    facts = [(happening.what, happening.text) for happening in view.timeline]
    return view.licence.validation_state, view.licence.clearance_state, facts


async def parked(service: Licences) -> Sequence[Any]:
    async with service.work() as work:
        rows: Sequence[Any] = await work.db.fetch("SELECT * FROM parked")
    return rows


async def test_the_licence_follows_what_was_decided(service: Licences, importer: Person) -> None:
    licence = await a_submitted_licence(service, importer, numbered(301))

    await hear(
        service,
        record(about(licence, LicenceValidated, 3, "validated", "awaiting", remark="Seen")),
        record(about(licence, ClearanceSuspended, 4, "validated", "suspended", reason="Marks differ")),
        record(about(licence, ClearanceResumed, 5, "validated", "awaiting", reason="Settled")),
        record(about(licence, LicenceCleared, 6, "validated", "cleared", declaration="26BE1")),
    )

    assert await seen(service, importer, licence) == (
        "validated",
        "cleared",
        [
            ("cleared", ""),
            ("resumed", "Settled"),
            ("suspended", "Marks differ"),
            ("validated", "Seen"),
            ("submitted", ""),
            ("created", ""),
        ],
    )


async def test_a_rejection_comes_with_its_reason(service: Licences, importer: Person) -> None:
    licence = await a_submitted_licence(service, importer, numbered(302))
    event = about(licence, LicenceRejected, 3, "rejected", "not_ready", reason_code="FORMAT", reason="Page missing")

    await hear(service, record(event))

    state, _clearance, facts = await seen(service, importer, licence)
    assert (state, facts[0]) == ("rejected", ("rejected", "Page missing"))


async def test_what_is_told_late_is_noted_but_does_not_turn_the_state_back(service: Licences, importer: Person) -> None:
    licence = await a_submitted_licence(service, importer, numbered(303))

    await hear(service, record(about(licence, ClearanceRefused, 4, "validated", "refused", reason="Forged")))
    await hear(service, record(about(licence, LicenceValidated, 3, "validated", "awaiting")))

    state, clearance, facts = await seen(service, importer, licence)
    assert (state, clearance) == ("validated", "refused")
    assert [what for what, _text in facts] == ["clearance_refused", "validated", "submitted", "created"]


async def test_what_is_told_twice_stands_once(service: Licences, importer: Person) -> None:
    licence = await a_submitted_licence(service, importer, numbered(304))
    event, one_id = about(licence, LicenceValidated, 3, "validated", "awaiting"), uuid4()

    await hear(service, record(event, event_id=one_id), record(event, event_id=one_id))
    await hear(service, record(event))

    _state, _clearance, facts = await seen(service, importer, licence)
    assert [what for what, _text in facts] == ["validated", "submitted", "created"]


async def test_a_decision_about_a_licence_that_was_never_here_waits_for_a_person(
    service: Licences, importer: Person
) -> None:
    licence = await a_submitted_licence(service, importer, numbered(305))
    stranger = about(licence, LicenceValidated, 3, "validated", "awaiting").model_copy(update={"licence_id": uuid4()})

    await hear(service, record(stranger))

    assert [row["key"] for row in await parked(service)] == [stranger.key.encode()]


async def test_companies_and_authorities_are_kept_at_their_latest(service: Licences) -> None:
    company, authority = uuid4(), uuid4()

    def operator(version: int, name: str) -> ConsumerRecord:
        told = {"address": "Kade 1", "town": "Antwerpen", "country": "BE", "eori": "BE1", "name": name}
        return record(OperatorRegistered(operator_id=company, version=version, **told))

    def msca(version: int, name: str) -> ConsumerRecord:
        told = {"kind": "msca", "country": "LU", "name": name}
        return record(AuthorityRegistered(authority_id=authority, version=version, **told))

    await hear(service, operator(2, "New"), operator(1, "Old"), msca(1, "First"), msca(2, "Second"))
    await hear(service, operator(1, "Old again"), msca(1, "First again"))

    async with service.work() as work:
        kept = await bodies.operator(work.db, company)
        assert kept is not None
        assert kept.name == "New"
        assert await bodies.competent_authority(work.db, "LU") == "Second"


async def test_a_renamed_company_has_its_new_name_in_roles_and_a_closed_authority_gets_nothing_more(
    service: Licences, importer: Person
) -> None:
    company, authority = importer.companies[0], uuid4()
    renamed = OperatorRegistered(
        operator_id=company, version=9, name="Renamed NV", eori="BE1", address="Kade 1", town="Gent", country="BE"
    )
    told = {"authority_id": authority, "kind": "msca", "country": "MT", "name": "Forests of Malta"}

    await hear(service, record(renamed), record(AuthorityRegistered(version=1, **told)))
    async with service.work() as work:
        assert [role.body_name for role in await roles_of(work.db, importer.account_id, at=NOW)] == ["Renamed NV"]
        assert await bodies.competent_authority(work.db, "MT") == "Forests of Malta"

    await hear(service, record(AuthorityRegistered(version=2, closed=True, **told)))
    async with service.work() as work:
        assert await bodies.competent_authority(work.db, "MT") is None
