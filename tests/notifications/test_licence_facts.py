"""Who is told what between a licence's submission and its end, over a real database and real SMTP."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from services.notifications.domain import KINDS
from services.notifications.licence_words import KINDS as WORDED
from services.notifications.licence_words import licence_words
from services.notifications.service import Notifications
from shared.contracts import Event
from shared.contracts.identity import RoleGranted
from shared.contracts.licence import Boxes, Requester
from shared.contracts.licences import (
    InformationProvided,
    LicenceDraftedByAuthority,
    LicenceNumberDisputed,
    LicenceSubmitted,
)
from shared.contracts.validation import (
    BoxReason,
    CaseHandedOver,
    CaseOverdue,
    CaseTaken,
    DecisionProposed,
    DeclarationCorrected,
    FeeRecorded,
    InformationRequested,
    LicenceAmended,
    LicenceReplaced,
    LicenceReturned,
    LicenceWithdrawn,
    PointOfEntryChanged,
    ValidationCancelled,
    VerificationEnded,
    VerificationOpened,
    WithdrawalDeclined,
)
from tests.notifications import facts
from tests.notifications.conftest import Hear, MailSink, words_of, work_off

NOW = datetime.now(UTC)
Fact = Callable[[LicenceSubmitted], Event]


def case(of: type[Any], /, **fields: Any) -> Fact:
    return lambda licence: facts.decided(licence, of, **fields)


def said(kind: type[Any], **fields: Any) -> Fact:
    """Something that the company said of its licence."""

    def event(submitted: LicenceSubmitted) -> Event:
        licence = submitted.licence
        common = {
            "licence_id": licence.id,
            "licence_number": licence.boxes.licence_number,
            "operator_id": licence.operator_id,
            "country": (licence.point_of_entry or "")[:2],
            "point_of_entry": licence.point_of_entry,
            "by": Requester(account_id=licence.requester.account_id, name="Ana Peeters"),
        }
        made: Event = kind(**common, **fields)
        return made

    return event


def overdue(submitted: LicenceSubmitted) -> Event:
    event: Event = facts.decided(submitted, CaseOverdue, since=NOW, officer_id=submitted.licence.requester.account_id)
    return event


def handed_over(submitted: LicenceSubmitted) -> Event:
    event: Event = facts.decided(
        submitted,
        CaseHandedOver,
        country_before="FR",
        point_of_entry_before="FR000610",
        reason="Diverted to another port.",
        submitted_at=NOW,
        licence=submitted.licence,
    )
    return event


RETURNED = [BoxReason(box=15, reason_code="MISSING_DATA", text="No weight.")]
CASES: list[tuple[str, Fact, set[str], str]] = [
    ("AT", case(InformationRequested, request_id=uuid4(), kind="translation", text="Box 2?"), {"company"}, "Box 2?"),
    ("BG", case(VerificationOpened, verification_id=uuid4(), kind="query"), {"company"}, "Query to the issuing"),
    ("CY", case(VerificationEnded, verification_id=uuid4(), outcome="silent"), {"company"}, "No answer in time"),
    ("CZ", case(LicenceReturned, text="Look again.", boxes=RETURNED), {"company"}, "No weight."),
    ("DE", case(LicenceAmended, box=17, reason="A digit.", amended=Boxes()), {"company"}, "A digit."),
    ("DK", case(LicenceWithdrawn, reason="Sold elsewhere."), {"company"}, "Sold elsewhere."),
    ("EE", case(WithdrawalDeclined, reason="Too late."), {"company"}, "decided on before"),
    ("ES", case(ValidationCancelled, reason="Revoked."), {"company", "office"}, "Revoked."),
    ("FI", case(LicenceReplaced, replaced_by=uuid4(), replaced_by_number="26.9"), {"company"}, "26.9"),
    ("GR", case(PointOfEntryChanged, point_of_entry_before="GR1", reason="Storm."), {"company", "office"}, "Storm."),
    ("HR", handed_over, {"company", "authority"}, "Diverted to another port."),
    ("HU", case(FeeRecorded, amount=Decimal(30), currency="EUR", reference="R7"), {"company"}, "30.0 EUR"),
    ("IE", case(DeclarationCorrected, declaration="26BEX0000000000018", reason="Slip."), {"company"}, "Slip."),
    ("IT", said(InformationProvided, request_id=uuid4(), text="Attached."), {"authority"}, "Attached."),
    ("LT", said(LicenceDraftedByAuthority, authority="VMVT"), {"company"}, "VMVT"),
    ("LV", said(LicenceNumberDisputed, vpa_country="ID", text="Ours."), {"authority"}, "Ours."),
    ("PT", case(DecisionProposed, officer_id=uuid4()), {"authority"}, "second officer"),
    ("RO", case(CaseOverdue, since=NOW), {"authority"}, "longer than"),
    ("SE", overdue, {"company"}, "longer than"),
    ("SI", case(CaseOverdue, since=NOW, escalated=True), {"chief"}, "twice as long"),
    ("SK", case(CaseTaken, officer_id=uuid4()), set(), ""),
]
"""Country, fact, who gets a mail, and what has to stand in it. "company" is the person who entered the licence."""


@pytest.mark.parametrize(("country", "fact", "mailed", "says"), CASES)
async def test_each_fact_of_a_licence_is_told_to_those_whom_it_concerns_once(
    hear: Hear, sink: MailSink, service: Notifications, country: str, fact: Fact, mailed: set[str], says: str
) -> None:
    office = f"{country}000001"
    addresses = {name: facts.address() for name in ("company", "authority", "office", "chief")}
    person, chief, operator = uuid4(), uuid4(), uuid4()
    await hear(facts.authority(country, addresses["authority"]))
    await hear(facts.authority(country, addresses["office"], office=office))
    await hear(facts.account(person, addresses["company"]), facts.account(chief, addresses["chief"]))
    administrator = facts.role(chief, uuid4(), kind="msca", country=country, administrator=True)
    await hear(facts.granted(person, operator), RoleGranted(role=administrator))
    await work_off(service)
    submitted = facts.submitted(person, operator, office=office, number=f"26.{country}")
    event_id = uuid4()
    for _ in range(2):
        await hear(fact(submitted), id=event_id)
        await work_off(service)
    told = [
        (name, mail)
        for name, address in addresses.items()
        for mail in sink.to(address)
        if f"26.{country}" in mail["Subject"]
    ]
    assert sorted(name for name, _ in told) == sorted(mailed)
    for name, mail in told:
        assert says in words_of(mail) or name == "office"


async def test_what_only_the_authority_needs_does_not_stand_in_the_public_event_log(
    hear: Hear, service: Notifications
) -> None:
    submitted = facts.submitted(uuid4(), uuid4())
    await hear(
        case(CaseOverdue, since=NOW)(submitted),
        case(DecisionProposed, officer_id=uuid4())(submitted),
        case(LicenceReturned, text="", boxes=RETURNED)(submitted),
        case(InformationRequested, request_id=uuid4(), kind="information", text="Why?", due_on=date(2027, 1, 1))(
            submitted
        ),
    )
    async with service.work() as work:
        rows = await work.db.fetch("SELECT type, body FROM public_event WHERE subject = $1", submitted.licence_id)
    assert {row["type"].split(".")[3] for row in rows} == {"licence-returned", "information-requested"}
    assert all("text" not in row["body"] and "boxes" not in row["body"] for row in rows)


def test_every_fact_told_by_the_common_template_has_its_words() -> None:
    assert {kind.name for kind in KINDS.values() if kind.template} == WORDED
    for kind in WORDED:
        assert licence_words(kind).sentence.count("%(number)s") == 1, kind
