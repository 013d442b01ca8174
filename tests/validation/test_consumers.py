"""Cases are opened from what is heard: once, in any order, for the own countries only."""

from uuid import UUID, uuid4

import pytest
from aiokafka import ConsumerRecord

from services.validation import use_cases
from services.validation.consumers import listener_for
from services.validation.main import create_service
from services.validation.service import Validation
from shared.contracts import Event
from shared.contracts.identity import Role, RoleGranted, RoleRevoked
from shared.contracts.licence import Licence
from shared.contracts.licences import LicenceSubmitted
from shared.ids import new_id
from shared.messaging import Hearing
from tests.validation.conftest import People
from tests.validation.examples import NOW, boxes, licence


def message(event: Event, event_id: UUID | None = None) -> ConsumerRecord:
    headers = {
        "ce_id": str(event_id or new_id()),
        "ce_type": event.wire_name,
        "ce_source": event.owner(),
        "ce_subject": event.key,
        "ce_time": NOW.isoformat(),
    }
    return ConsumerRecord(
        topic=event.topic,
        partition=0,
        offset=0,
        timestamp=0,
        timestamp_type=0,
        key=event.key.encode(),
        value=event.model_dump_json().encode(),
        checksum=None,
        serialized_key_size=0,
        serialized_value_size=0,
        headers=[(name, value.encode()) for name, value in headers.items()],
    )


async def number_of(service: Validation, submitted: Licence) -> str | None:
    async with service.work() as work:
        number: str | None = await work.db.fetchval(
            "SELECT licence_number FROM licence_case WHERE licence_id = $1", submitted.id
        )
    return number


async def test_a_submitted_licence_becomes_a_case_with_all_it_came_with(service: Validation, people: People) -> None:
    submitted = licence(point_of_entry="BE101000")
    await service.hearing.hear([message(LicenceSubmitted(licence=submitted))])
    async with service.work() as work:
        case = (await use_cases.read_case(work, people.officer, submitted.id)).case
    assert case.licence == submitted
    assert (case.country, case.submitted_at, case.version) == ("BE", NOW, submitted.version)


async def test_an_event_heard_twice_opens_one_case(service: Validation) -> None:
    submitted = LicenceSubmitted(licence=licence())
    first, again = new_id(), new_id()
    await service.hearing.hear([message(submitted, first), message(submitted, first)])
    await service.hearing.hear([message(submitted, again)])
    async with service.work() as work:
        count = await work.db.fetchval("SELECT count(*) FROM licence_case WHERE licence_id = $1", submitted.licence_id)
    assert count == 1


async def test_the_later_version_wins_in_whatever_order_they_come(service: Validation) -> None:
    for versions in ((2, 3), (3, 2)):
        for together in (True, False):
            one = uuid4()
            heard = [
                message(LicenceSubmitted(licence=licence(id=one, version=v, boxes=boxes(licence_number=f"V{v}"))))
                for v in versions
            ]
            for batch in [heard] if together else [heard[:1], heard[1:]]:
                await service.hearing.hear(batch)
            assert await number_of(service, licence(id=one)) == "V3"


async def test_a_late_event_never_undoes_a_decision(service: Validation, people: People) -> None:
    submitted = licence()
    await service.hearing.hear([message(LicenceSubmitted(licence=submitted))])
    async with service.work() as work:
        await use_cases.validate_licence(work, people.officer, submitted.id)
    for version in (2, 3, 9):
        late = licence(id=submitted.id, version=version, boxes=boxes(licence_number="late"))
        await service.hearing.hear([message(LicenceSubmitted(licence=late))])
    assert await number_of(service, submitted) == submitted.boxes.licence_number


async def test_a_cell_opens_cases_of_its_countries_only(service: Validation) -> None:
    cell = Hearing(listener_for(frozenset({"NL", "LU"})), group="cell", open_work=service.work)
    dutch, belgian = licence(point_of_entry="NL000854"), licence(point_of_entry="BE101000")
    await cell.hear([message(LicenceSubmitted(licence=one)) for one in (dutch, belgian)])
    assert await number_of(service, dutch) is not None
    assert await number_of(service, belgian) is None


async def test_one_unreadable_licence_does_not_hold_up_its_neighbours(service: Validation) -> None:
    fine, nowhere = licence(), licence(point_of_entry=None)
    await service.hearing.hear([message(LicenceSubmitted(licence=one)) for one in (nowhere, fine)])
    assert await number_of(service, fine) is not None
    async with service.work() as work:
        error = await work.db.fetchval("SELECT error FROM parked WHERE key = $1", str(nowhere.id).encode())
    assert "without point of entry" in error


@pytest.mark.parametrize(("written", "read"), [("be, LU", {"BE", "LU"}), ("", set())])
def test_countries_are_read_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, service: Validation, written: str, read: set[str]
) -> None:
    settings = service.settings
    monkeypatch.setenv("COUNTRIES", written)
    monkeypatch.setenv("DATABASE_URL", str(settings.database_url))
    monkeypatch.setenv("KAFKA_BOOTSTRAP", settings.kafka_bootstrap)
    monkeypatch.setenv("ORIGIN", settings.origin)
    monkeypatch.setenv("ATTACHMENTS_DIR", str(settings.attachments_dir))
    assert create_service().settings.countries == read


async def test_a_revoked_role_stops_working_when_it_is_heard_of(service: Validation) -> None:
    someone = uuid4()
    role = Role(
        role_id=uuid4(), version=1, account_id=someone, kind="msca", body_id=uuid4(), body_name="CA", country="BE"
    )
    await service.hearing.hear([message(RoleGranted(role=role))])
    assert [r.kind for r in await service.roles_of(someone)] == ["msca"]
    revoked = role.model_copy(update={"version": 2})
    await service.hearing.hear([message(RoleRevoked(role=revoked, reason="Left."))])
    assert await service.roles_of(someone) == ()
