"""Every fact of validation: one entry in the timeline, and the same end in whatever order it is heard."""

import itertools
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.licences import use_cases
from services.licences.domain.licence import Licence
from services.licences.pages.progress import TITLES, entry
from services.licences.service import Licences
from services.licences.use_cases import LicenceView
from services.licences.use_cases.following import FOLLOWED
from services.licences.use_cases.reading import HIDDEN
from shared.contracts import validation
from shared.contracts.validation import (
    CaseEvent,
    CaseOverdue,
    CaseReleased,
    CaseTaken,
    ClearanceFreed,
    ClearanceRefused,
    ClearanceReserved,
    ClearanceResumed,
    ClearanceSuspended,
    DecisionDeclined,
    DecisionProposed,
    DeclarationCorrected,
    FeeRecorded,
    InformationReceived,
    LicenceCleared,
    LicenceRejected,
    LicenceReplaced,
    LicenceReplacing,
    LicenceValidated,
    LicenceWithdrawn,
    PointOfEntryChanged,
    ValidationCancelled,
    VerificationEnded,
    VerificationOpened,
    VerificationReminded,
    WithdrawalDeclined,
)
from shared.person import Person
from tests.licences.following import amended, asked, fact, handed_over, hear, returned
from tests.licences.stage import NOW, a_submitted_licence, an_importer, numbered, paper

OFFICER, QUESTION, CHECK, OTHER = uuid4(), UUID(int=1), UUID(int=2), UUID(int=3)
SECRET = "Only officials know this"


@pytest.fixture(scope="module")
async def importer(service: Licences) -> Person:
    return await an_importer(service)


@pytest.fixture(scope="module")
async def service(app: Any) -> Licences:
    running: Licences = app.state.service
    return running


def every_fact(licence: Licence) -> list[CaseEvent]:
    """One of each kind, their versions in the order of the list. What they say need not happen in this order."""
    offices = {"point_of_entry": "BE343000", "point_of_entry_before": "BE101000"}
    checked: dict[str, Any] = {"verification_id": CHECK}
    new = paper(licence_number=licence.boxes.licence_number, expiry_date="2027-03-31")
    kinds: list[tuple[type[CaseEvent], str, str, dict[str, Any]]] = [
        (CaseTaken, "submitted", "not_ready", {"officer_id": OFFICER}),
        (CaseReleased, "submitted", "not_ready", {}),
        (CaseOverdue, "submitted", "not_ready", {"since": NOW, "officer_id": OFFICER, "escalated": True}),
        (VerificationOpened, "under_verification", "not_ready", {**checked, "kind": "query", "due_on": "2026-12-11"}),
        (VerificationReminded, "under_verification", "not_ready", {**checked, "sent_on": "2026-12-12"}),
        (VerificationEnded, "submitted", "not_ready", {**checked, "outcome": "not_confirmed"}),
        (InformationReceived, "submitted", "not_ready", {"request_id": QUESTION}),
        (WithdrawalDeclined, "submitted", "not_ready", {"reason": "Decided."}),
        (DecisionProposed, "submitted", "not_ready", {"officer_id": OFFICER}),
        (DecisionDeclined, "submitted", "not_ready", {"officer_id": OFFICER}),
        (PointOfEntryChanged, "submitted", "not_ready", {**offices, "reason": "Diverted."}),
        (FeeRecorded, "submitted", "not_ready", {**offices_now(), "amount": 25, "currency": "EUR"}),
        (LicenceReplacing, "submitted", "not_ready", {**offices_now(), "replaces": OTHER, "replaces_number": "A"}),
        (LicenceValidated, "validated", "awaiting", {**offices_now(), "remark": "Seen"}),
        (ClearanceReserved, "validated", "awaiting", {**offices_now(), "declaration": "26BE0"}),
        (ClearanceFreed, "validated", "awaiting", {**offices_now(), "declaration": "26BE0"}),
        (ClearanceSuspended, "validated", "suspended", {**offices_now(), "reason": "Marks"}),
        (ClearanceResumed, "validated", "awaiting", {**offices_now(), "reason": "Settled"}),
        (LicenceCleared, "validated", "cleared", {**offices_now(), "declaration": "26BE1", "override_reason": "Bark"}),
        (DeclarationCorrected, "validated", "cleared", {**offices_now(), "declaration": "26BE2", "reason": "Typo"}),
        (ClearanceRefused, "validated", "refused", {**offices_now(), "reason": "Forged"}),
        (ValidationCancelled, "cancelled", "not_ready", {**offices_now(), "reason": "Revoked"}),
        (LicenceRejected, "rejected", "not_ready", {**offices_now(), "reason_code": "FORMAT", "reason": "No stamp"}),
        (LicenceWithdrawn, "withdrawn", "not_ready", {**offices_now(), "reason": "Sold"}),
        (
            LicenceReplaced,
            "replaced",
            "not_ready",
            {**offices_now(), "replaced_by": OTHER, "replaced_by_number": "B", "reason": ""},
        ),
    ]  # fmt: skip
    facts = [asked(licence, QUESTION), returned(licence, 3), amended(licence, 5, expiry_date="2027-02-28")]
    facts += [fact(licence, kind, 0, state, clearance, **more) for kind, state, clearance, more in kinds]
    facts += [handed_over(licence, 0, "NL000396"), amended(licence, 0, **new)]
    facts[-1] = facts[-1].model_copy(update={"point_of_entry": "NL000396", "country": "NL"})
    return [told.model_copy(update={"version": version}) for version, told in enumerate(facts, 3)]


def offices_now() -> dict[str, str]:
    return {"point_of_entry": "BE343000"}


async def view_of(service: Licences, someone: Person, licence: Licence) -> LicenceView:
    async with service.work() as work:
        return await use_cases.read_licence(work, someone, licence.id)


def what_counts(view: LicenceView) -> dict[str, Any]:
    """All that a person can see of it, but for ids and times."""
    licence = view.licence
    return {
        "states": (licence.validation_state, licence.clearance_state, licence.version),
        "entry": licence.answers.point_of_entry,
        "expiry": licence.boxes.expiry_date,
        "handed in": view.handed_in and view.handed_in.expiry_date,
        "timeline": [(happening.what, happening.version, happening.text) for happening in view.timeline],
        "questions": view.questions,
    }


def test_every_fact_that_validation_tells_is_followed_and_has_words() -> None:
    told = {kind for kind in vars(validation).values() if isinstance(kind, type) and issubclass(kind, CaseEvent)}

    assert set(FOLLOWED) == told - {CaseEvent}
    assert {line.what for line in FOLLOWED.values()} - set(TITLES) - HIDDEN == set()


async def test_silence_and_the_late_answer_stand_in_the_timeline_as_two_things(
    service: Licences, importer: Person
) -> None:
    licence = await a_submitted_licence(service, importer, numbered(706))
    check = {"verification_id": QUESTION}
    opened = fact(licence, VerificationOpened, 3, "under_verification", **check, kind="query", due_on="2026-12-11")
    silent = fact(licence, VerificationEnded, 4, "submitted", **check, outcome="silent")
    answered = fact(licence, VerificationEnded, 5, "submitted", **check, outcome="confirmed")

    await hear(service, opened, silent, answered)

    view = await view_of(service, importer, licence)
    assert [entry(happening, view)["title"] for happening in view.timeline][:3] == [
        "A further check ended",
        "A further check had no answer in time",
        "A further check began",
    ]


async def test_each_fact_is_one_entry_and_gives_nothing_internal_away(service: Licences, importer: Person) -> None:
    licence = await a_submitted_licence(service, importer, numbered(701))
    facts = every_fact(licence)
    assert {type(told) for told in facts} == set(FOLLOWED)
    assert len(facts) == KINDS

    await hear(service, *facts)
    view = await view_of(service, importer, licence)

    async with service.work() as work:
        entries = await work.db.fetch("SELECT version, details FROM licence_event WHERE licence_id = $1", licence.id)
    assert sorted(row["version"] for row in entries) == list(range(1, len(facts) + 3))
    assert not any(str(OFFICER) in str(row["details"]) or "not_confirmed" in str(row["details"]) for row in entries)
    assert [happening.what for happening in view.timeline if happening.what in HIDDEN] == []
    words = [entry(happening, view) for happening in view.timeline]
    assert all(word["title"] != happening.what for word, happening in zip(words, view.timeline, strict=True))


KINDS = 30
"""How many facts `every_fact` tells."""
SERIALS = itertools.count(10_000)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.permutations(range(KINDS)),
    repeated=st.lists(st.integers(0, KINDS - 1), max_size=6),
    batch=st.integers(1, 9),
)
async def test_late_repeated_and_shuffled_facts_end_in_the_same_state(
    service: Licences, importer: Person, order: list[int], repeated: list[int], batch: int
) -> None:
    in_order = await a_submitted_licence(service, importer, numbered(next(SERIALS)))
    shuffled = await a_submitted_licence(service, importer, numbered(next(SERIALS)))
    await hear(service, *every_fact(in_order))

    facts = every_fact(shuffled)
    heard = [facts[place] for place in (*order, *repeated)]
    for start in range(0, len(heard), batch):
        await hear(service, *heard[start : start + batch])

    expected, found = await view_of(service, importer, in_order), await view_of(service, importer, shuffled)
    try:
        assert what_counts(found) == what_counts(expected)
        assert found.licence.answers.point_of_entry == "NL000396"
        assert str(found.licence.boxes.expiry_date) == "2027-03-31"
        assert found.handed_in is not None
        assert str(found.handed_in.expiry_date) == "2027-01-31"
    finally:
        async with service.work() as work:
            await work.db.execute("DELETE FROM licence WHERE id = ANY($1::uuid[])", [in_order.id, shuffled.id])


async def test_a_corrected_box_shows_what_the_company_had_handed_in(service: Licences, importer: Person) -> None:
    licence = await a_submitted_licence(service, importer, numbered(702))

    await hear(service, amended(licence, 3, expiry_date="2027-02-28"), amended(licence, 4, expiry_date="2027-03-31"))

    view = await view_of(service, importer, licence)
    assert str(view.licence.boxes.expiry_date) == "2027-03-31"
    assert view.handed_in is not None
    assert str(view.handed_in.expiry_date) == "2027-01-31"


async def test_a_replaced_licence_leads_to_the_other_one_only_for_those_who_may_see_it(
    service: Licences, importer: Person
) -> None:
    old = await a_submitted_licence(service, importer, numbered(703))
    new = await a_submitted_licence(service, importer, numbered(704))
    foreign = await a_submitted_licence(service, await an_importer(service), numbered(705))
    there = {"replaced_by": new.id, "replaced_by_number": new.boxes.licence_number}
    back = {"replaces": old.id, "replaces_number": old.boxes.licence_number}

    await hear(service, fact(old, LicenceReplaced, 3, "replaced", **there))
    await hear(service, fact(new, LicenceReplacing, 3, "submitted", **back))
    await hear(service, fact(foreign, LicenceReplacing, 3, "submitted", **back))

    replaced_by = (await view_of(service, importer, old)).replaced_by
    replaces = (await view_of(service, importer, new)).replaces
    assert replaced_by is not None
    assert replaces is not None
    assert (replaced_by.id, replaces.id) == (new.id, old.id)
    stranger = await an_importer(service, company=foreign.operator.id)
    unseen = (await view_of(service, stranger, foreign)).replaces
    assert unseen is not None
    assert unseen.id is None
