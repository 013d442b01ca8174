"""Every kind of mail: its text, its HTML and its headers, with what a hostile person may have typed."""

import email.policy
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup

from services.notifications.domain import KINDS, Message
from services.notifications.mails import Writer
from services.notifications.storage.outgoing import Outgoing
from services.notifications.words import CHOICES
from services.notifications.words import KINDS as KIND_WORDS
from shared.web.pages import Pages
from tests.notifications.conftest import words_of

TEMPLATES = Path(__file__).parents[2] / "services" / "notifications" / "templates"
NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
ORIGIN = "https://flegt.example"
DATA = {
    "path": "/identity/confirm/abc",
    "email": "ana@houtimport.example",
    "new_email": "ana@bois.example",
    "provider": "EU Login",
    "what": "password-changed",
    "at": "2027-03-01T11:59:00Z",
    "detail": "",
    "first_name": "Ana",
    "last_name": "Peeters",
    "language": "en",
    "subject": "Role request: FLEGT timber importer",
    "body": "Dear support team,\n\nAna Peeters asks for <a role>:\n  Houtimport NV\n\nhttps://flegt.example/identity/x\n",
    "role": "importer",
    "body_name": "Houtimport <NV>",
    "office": None,
    "administrator": False,
    "partner_country": None,
    "ends_at": "2027-12-31T23:00:00Z",
    "person_name": "Ana Peeters",
    "additional": False,
    "as_agent": False,
    "since": "2027-02-20T11:00:00Z",
    "change": "end",
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
LETTER = "role-request-letter"


@pytest.fixture(scope="module")
def writer() -> Writer:
    return Writer(
        Pages("notifications", TEMPLATES).environment,
        origin=ORIGIN,
        sender="FLEGT licences <no-reply@flegt.example>",
        support_mailbox="support@flegt.example",
        clock=lambda: NOW,
    )


def about(kind: str, **data: Any) -> Message:
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
        data=DATA | data,
    )


def outgoing(message: Message, *names: str, language: str = "en") -> Outgoing:
    first_name, last_name = names or (None, None)
    ana = "ana@houtimport.example"
    return Outgoing(uuid4(), message, ana, None, None, language, "Europe/Brussels", first_name, last_name, 0)


def parsed(mail: EmailMessage) -> EmailMessage:
    """The mail as whoever gets it reads it."""
    found = message_from_bytes(mail.as_bytes(), policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    assert not found.defects
    return found


def html_of(mail: EmailMessage) -> BeautifulSoup:
    part = mail.get_body(("html",))
    assert part is not None
    return BeautifulSoup(part.get_content(), "html.parser")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != LETTER])
def test_every_mail_says_what_happened_and_where_to_go(writer: Writer, kind: str) -> None:
    message = about(kind)
    mail = writer.mail(outgoing(message, "Ana", "Peeters"))
    lines = words_of(mail).splitlines()
    assert "\n" not in mail["Subject"]
    assert len(mail["Subject"]) > 10
    assert ORIGIN + writer.link(message) in lines
    assert "&" not in words_of(mail), "texts of a mail are not escaped like HTML"
    assert all(len(line) <= 78 or line.startswith("https://") for line in lines)
    assert "  " not in words_of(mail).replace("\n  ", "\n")
    assert "None" not in words_of(mail)


@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_says_the_same_in_html_and_fetches_nothing(writer: Writer, kind: str) -> None:
    message = about(kind)
    mail = parsed(writer.mail(outgoing(message, "Łukasz", "Żółć")))
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    html = html_of(mail)
    told = " ".join(html.body.get_text(" ").split()) if html.body else ""
    for line in words_of(mail).splitlines():
        for words in line.strip().split(": "):
            assert " ".join(words.split()) in told
    assert html.html is not None
    assert html.html["lang"] == "en"
    assert html.title is not None
    assert html.title.string == mail["Subject"]
    assert not html.select("script, img, link, iframe, form, object, [onclick]")
    assert "url(" not in str(html)
    assert len(html.select("table")) <= 1, "facts stand together"
    assert all(str(a["href"]).startswith(ORIGIN) for a in html.select("a"))
    if kind != LETTER:
        assert [a["href"] for a in html.select("a.button")] == [ORIGIN + writer.link(message)]
        assert [heading.text for heading in html.select("h1")] == [mail["Subject"]]


@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_says_that_a_machine_sent_it_and_can_be_recognised(writer: Writer, kind: str) -> None:
    delivery = outgoing(about(kind), "Ana", "Peeters")
    mail = parsed(writer.mail(delivery))
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == f"<{delivery.id}@flegt.example>"
    assert mail["Date"].datetime == NOW
    assert mail["Content-Language"] == "en"
    assert mail["To"] == "ana@houtimport.example"
    assert (mail["Cc"], mail["Bcc"], mail["Reply-To"]) == (None, None, None)
    preferences = f"<{ORIGIN}/notifications/preferences>" if KINDS[kind].choice else None
    assert mail["List-Unsubscribe"] == preferences
    if kind != LETTER:
        assert mail["From"] == "FLEGT licences <no-reply@flegt.example>"
        assert mail["Sender"] is None


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_mail_has_its_words(kind: str) -> None:
    assert kind in KIND_WORDS
    assert KINDS[kind].choice is None or KINDS[kind].choice in CHOICES


@pytest.mark.parametrize(
    "kind",
    ["role-refused", "role-suspended", "licence-rejected", "clearance-suspended", "clearance-refused", "role-changed"],
)
def test_a_reason_with_line_breaks_stays_one_fact(writer: Writer, kind: str) -> None:
    mail = writer.mail(outgoing(about(kind), "Ana", "Peeters"))
    assert ": First line Bcc: everybody@houtimport.example\n" in words_of(mail)
    assert mail["Bcc"] is None
    cells = [cell.text for cell in html_of(mail).select("td")]
    assert "First line Bcc: everybody@houtimport.example" in cells


def test_moments_are_told_by_the_clock_of_the_reader(writer: Writer) -> None:
    text = writer.text(about("licence-submitted"), language="en", time_zone="Europe/Helsinki")
    facts = next(block.facts for block in text.blocks() if block.kind == "facts")
    assert ("Arrival", "21 Mar 2027, 00:59 EET") in facts


def test_a_mailbox_is_greeted_as_colleagues_and_a_person_by_name(writer: Writer) -> None:
    assert words_of(writer.mail(outgoing(about("licence-to-decide")))).startswith("Dear colleagues,\n")
    assert words_of(writer.mail(outgoing(about("role-granted"), "Ana", "Peeters"))).startswith("Dear Ana,\n")


@pytest.mark.parametrize("kind", ["confirmation", "registration-repeated", "email-change", "account-link"])
def test_a_mail_to_an_address_that_may_be_another_persons_repeats_no_name(writer: Writer, kind: str) -> None:
    mail = writer.mail(outgoing(about(kind, first_name="Buy at spam.example")))
    assert words_of(mail).startswith("Hello,\n")
    assert "spam.example" not in mail.as_string()


def test_a_language_without_a_catalogue_is_not_claimed(writer: Writer) -> None:
    mail = writer.mail(outgoing(about("role-granted"), "Ana", "Peeters", language="nl"))
    assert mail["Content-Language"] == "en"
    html = html_of(mail).html
    assert html is not None
    assert html["lang"] == "en"


@pytest.mark.parametrize(
    ("change", "terms", "subject"),
    [
        ("resumed", {}, "You can use your role again"),
        ("administrator", {"administrator": True}, "You are an administrator now"),
        ("administrator", {"administrator": False}, "You are not an administrator any more"),
        ("end", {"ends_at": "2027-12-31T23:00:00Z"}, "Your role has another end"),
        ("end", {"ends_at": None}, "Your role has no end any more"),
        ("recertified", {}, "Your role was confirmed"),
        ("moved-to-another-office", {}, "Your role was changed"),
    ],
)
def test_each_change_of_a_role_has_its_own_words(
    writer: Writer, change: str, terms: dict[str, Any], subject: str
) -> None:
    mail = writer.mail(outgoing(about("role-changed", change=change, **terms), "Ana", "Peeters"))
    assert mail["Subject"] == f"{subject}: Importer, Houtimport <NV>"
    assert ("This changed: moved to another office." in words_of(mail)) == (change == "moved-to-another-office")
    assert ("Until: 1 Jan 2028, 00:00 CET" in words_of(mail)) == (terms.get("ends_at", DATA["ends_at"]) is not None)


@pytest.mark.parametrize(
    ("what", "subject"),
    [
        ("password-changed", "Your password was changed"),
        ("email-changed", "Your e-mail address was changed"),
        ("second-factor-added", "A second factor was added to your account"),
        ("second-factor-removed", "A second factor was removed from your account"),
        ("recovery-code-used", "A recovery code of your account was used"),
        ("account-linked", "Another way to sign in was added to your account"),
        ("signed-in-on-the-moon", "The security of your account: signed in on the moon"),
    ],
)
def test_each_change_of_an_accounts_security_has_its_own_words(writer: Writer, what: str, subject: str) -> None:
    mail = writer.mail(outgoing(about("security-notice", what=what, detail="phone"), "Ana", "Peeters"))
    assert mail["Subject"] == subject
    assert "When: 1 Mar 2027, 12:59 CET" in words_of(mail)
    assert "Detail: phone" in words_of(mail)
    assert "support@flegt.example" in words_of(mail)


def test_the_old_and_the_new_address_are_asked_in_their_own_words(writer: Writer) -> None:
    old = writer.mail(outgoing(about("email-change")))
    new = writer.mail(outgoing(about("email-change", email="ana@bois.example")))
    assert old["Subject"] == "Confirm the change of your e-mail address"
    assert "New address: ana@bois.example" in words_of(old)
    assert new["Subject"] == "Confirm your new e-mail address"
    assert "New address" not in words_of(new)


def test_a_letter_is_sent_word_for_word_in_the_name_of_the_person(writer: Writer) -> None:
    mail = parsed(writer.mail(outgoing(about(LETTER))))
    assert words_of(mail) == DATA["body"]
    assert mail["From"] == "Ana Peeters <ana@houtimport.example>"
    assert mail["Sender"] == "FLEGT licences <no-reply@flegt.example>"
    html = html_of(mail)
    assert html.select("h1, .brand") == []
    assert [a["href"] for a in html.select("a")] == [f"{ORIGIN}/identity/x"]
    assert "asks for <a role>:" in html.get_text()


@pytest.mark.parametrize(
    ("first_name", "last_name", "author"),
    [
        ("Łukasz", "Żółć", "Łukasz Żółć <ana@houtimport.example>"),
        ("Αθήνα", "Παπαδοπούλου", "Αθήνα Παπαδοπούλου <ana@houtimport.example>"),
        ("Ana, Ltd", '"x" <eve@spam.example>', '"Ana, Ltd \\"x\\" <eve@spam.example>" <ana@houtimport.example>'),
        ("Ana\r\nBcc: eve@spam.example", "P\x00\u202e", '"Ana Bcc: eve@spam.example P" <ana@houtimport.example>'),
    ],
)
def test_a_name_stays_a_name_whatever_it_is(writer: Writer, first_name: str, last_name: str, author: str) -> None:
    message = about(LETTER, first_name=first_name, last_name=last_name)
    mail = parsed(writer.mail(outgoing(message)))
    assert mail["From"] == author
    assert [a.addr_spec for a in mail["From"].addresses] == ["ana@houtimport.example"]
    assert mail["Bcc"] is None


def test_a_subject_stays_a_subject_whatever_it_says(writer: Writer) -> None:
    message = about(LETTER, subject="Αίτηση\r\nBcc: eve@spam.example\r\n\r\n<script>")
    mail = parsed(writer.mail(outgoing(message)))
    assert mail["Subject"] == "Αίτηση Bcc: eve@spam.example <script>"
    assert mail["Bcc"] is None
    mail = parsed(writer.mail(outgoing(about("role-granted", body_name="Ξυλεία ΑΕ"), "Ana", "Peeters")))
    assert mail["Subject"] == "Your role was granted: Importer, Ξυλεία ΑΕ"
    assert "For: Ξυλεία ΑΕ" in words_of(mail)


def test_a_domain_of_other_letters_is_written_as_dns_knows_it(writer: Writer) -> None:
    mail = parsed(writer.mail(outgoing(about(LETTER, email="ana@żółć.example"))))
    assert mail["From"].addresses[0].addr_spec == "ana@xn--kda4b0koi.example"
