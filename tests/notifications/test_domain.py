"""Who is told, and how long a mail is tried."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.notifications.domain import (
    KINDS,
    Choice,
    DeliveryState,
    Message,
    Patience,
    Recipient,
    Trouble,
    first_state,
    next_try,
)

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
MONTH = timedelta(days=30)
PATIENCE = Patience(timedelta(seconds=30), timedelta(days=1))


def message(kind: str = "licence-validated", **others: datetime | None) -> Message:
    known = {"happened_at": NOW, "expires_at": None}
    return Message(uuid4(), uuid4(), kind, uuid4(), **(known | others))  # type: ignore[arg-type]


def test_pauses_double_up_to_the_longest() -> None:
    seconds = [PATIENCE.pause(attempts).total_seconds() for attempts in (1, 2, 3, 10, 100)]
    assert seconds == [30, 60, 120, 15_360, 86_400]


def test_a_final_no_is_never_tried_again() -> None:
    trouble = Trouble("550 no such mailbox", 550)
    assert next_try(trouble, attempts=1, now=NOW, lapses_at=NOW + MONTH, patience=PATIENCE) is None


@pytest.mark.parametrize("code", [None, 421, 450, 451, 452])
def test_passing_trouble_is_tried_again_after_a_pause(code: int | None) -> None:
    due = next_try(Trouble("later", code), attempts=2, now=NOW, lapses_at=NOW + MONTH, patience=PATIENCE)
    assert due == NOW + timedelta(minutes=1)


def test_a_mail_is_given_up_when_it_would_be_too_old() -> None:
    soon = NOW + timedelta(seconds=30)
    assert next_try(Trouble("later", 451), attempts=1, now=NOW, lapses_at=soon, patience=PATIENCE) is None


def test_what_is_told_of_trouble_holds_no_address() -> None:
    assert "@" not in Trouble("550 <ana@houtimport.example>: unknown", 550).summary


def test_a_person_who_wants_no_mail_about_decisions_finds_them_in_the_inbox() -> None:
    ana = Recipient("ana@houtimport.example", uuid4(), choices_off=frozenset({Choice.DECISIONS}))
    assert first_state(message("licence-validated"), ana, now=NOW, lapse=MONTH) is DeliveryState.SILENT
    assert first_state(message("licence-cleared"), ana, now=NOW, lapse=MONTH) is DeliveryState.WAITING


def test_an_old_fact_is_not_mailed() -> None:
    ana = Recipient("ana@houtimport.example", uuid4())
    old = message(happened_at=NOW - MONTH)
    assert first_state(old, ana, now=NOW, lapse=MONTH) is DeliveryState.SILENT
    assert first_state(old, ana, now=NOW - timedelta(seconds=1), lapse=MONTH) is DeliveryState.WAITING


def test_a_link_that_has_expired_is_not_mailed() -> None:
    somebody = Recipient("new@houtimport.example")
    expired = message("confirmation", expires_at=NOW)
    assert first_state(expired, somebody, now=NOW, lapse=MONTH) is DeliveryState.SILENT


def test_mails_that_an_account_depends_on_cannot_be_switched_off() -> None:
    always = {name for name, kind in KINDS.items() if kind.choice is None}
    assert always == {
        "confirmation", "registration-repeated", "password-reset", "email-change", "account-link", "security-notice",
        "account-deleted", "role-request-letter", "role-withdrawn",
        "licence-to-decide", "licence-to-clear", "suspension-to-settle", "clearance-called-off", "case-received",
        "answer-received", "decision-to-confirm", "number-disputed", "case-overdue", "case-escalated",
    }  # fmt: skip


def test_what_is_never_mailed_stands_in_the_inbox() -> None:
    ana = Recipient("ana@houtimport.example", uuid4())
    assert first_state(message("role-withdrawn"), ana, now=NOW, lapse=MONTH) is DeliveryState.SILENT
