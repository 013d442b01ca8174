"""The text of every kind of mail, in English source texts and with what a hostile person may have typed."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from services.notifications.domain import KINDS, Message
from services.notifications.mails import Writer
from services.notifications.storage.outgoing import Outgoing
from shared.web.pages import Pages

TEMPLATES = Path(__file__).parents[2] / "services" / "notifications" / "templates"
NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
DATA = {
    "path": "/identity/confirm/abc",
    "role": "importer",
    "body_name": "Houtimport <NV>",
    "office": None,
    "reason": "First line\nBcc: everybody@houtimport.example",
    "reason_code": "FORMAT",
    "operator_name": "Houtimport <NV>",
    "country_of_export": "ID",
    "point_of_entry": "BE101000",
    "arrival": "2027-03-20T23:59:00+01:00",
    "expiry_date": "2027-04-01",
    "message": "",
    "on_behalf": None,
    "validation_state": "validated",
    "clearance_state": "awaiting",
    "acting_body": "FLEGT Competent Authority of Belgium",
    "remark": "",
    "declaration": "27BE000000000000001",
    "volume_m3": 12.5,
    "net_weight_kg": None,
}


@pytest.fixture(scope="module")
def writer() -> Writer:
    environment = Pages("notifications", TEMPLATES).environment
    return Writer(environment, origin="https://flegt.example", sender="no-reply@flegt.example", clock=lambda: NOW)


def about(kind: str) -> Message:
    return Message(
        uuid4(),
        uuid4(),
        kind,
        uuid4(),
        NOW,
        NOW,
        country="BE",
        office="BE101000",
        licence_number="27.1-ID-BE",
        data=DATA,
    )


def outgoing(message: Message, *names: str) -> Outgoing:
    first_name, last_name = names or (None, None)
    ana = "ana@houtimport.example"
    return Outgoing(uuid4(), message, ana, None, None, "en", "Europe/Brussels", first_name, last_name, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_says_what_happened_and_where_to_go(writer: Writer, kind: str) -> None:
    message = about(kind)
    mail = writer.mail(outgoing(message, "Ana", "Peeters"))
    lines = mail.get_content().splitlines()
    assert "\n" not in mail["Subject"]
    assert len(mail["Subject"]) > 10
    assert "https://flegt.example" + writer.link(message) in lines
    assert "&" not in mail.get_content(), "texts of a mail are not escaped like HTML"
    assert all(len(line) <= 78 or line.startswith("https://") for line in lines)
    assert "  " not in mail.get_content().replace("\n  ", "\n")


@pytest.mark.parametrize("kind", ["role-refused", "licence-rejected", "clearance-suspended", "clearance-refused"])
def test_a_reason_with_line_breaks_stays_one_fact(writer: Writer, kind: str) -> None:
    mail = writer.mail(outgoing(about(kind), "Ana", "Peeters"))
    assert "  Reason: First line Bcc: everybody@houtimport.example" in mail.get_content()
    assert mail["Bcc"] is None


def test_moments_are_told_by_the_clock_of_the_reader(writer: Writer) -> None:
    text = writer.text(about("licence-submitted"), language="en", time_zone="Europe/Helsinki")
    facts = next(paragraph for paragraph in text.paragraphs if isinstance(paragraph, list))
    assert ("Arrival", "21 Mar 2027, 00:59 EET") in facts


def test_a_mailbox_is_greeted_as_colleagues_and_a_person_by_name(writer: Writer) -> None:
    assert writer.mail(outgoing(about("licence-to-decide"))).get_content().startswith("Dear colleagues,\n")
    assert writer.mail(outgoing(about("role-granted"), "Ana", "Peeters")).get_content().startswith("Dear Ana,\n")


def test_a_mail_says_that_a_machine_wrote_it(writer: Writer) -> None:
    delivery = outgoing(about("role-granted"), "Ana", "Peeters")
    mail = writer.mail(delivery)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == f"<{delivery.id}@flegt.example>"
