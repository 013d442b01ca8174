"""The rules of one's own account, without a database."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.domain.deletion import LastSupportPerson, check_support_remains, pseudonym_of, without_person
from services.identity.domain.email_change import EmailChange, Side, check_new_email
from services.identity.domain.passwords import common_passwords, is_known_bad
from services.identity.domain.refusals import WrongFields
from services.identity.domain.roles import Application, Kind, Role, Status

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
ME = UUID("01a20268-44ba-72d9-961b-189ba74f7a21")


@pytest.mark.parametrize(
    "password",
    [
        "1qaz2wsx3edc", "qazwsxedcrfv", "1q2w3e4r5t6y7u8i9o0p", "qwer1234asdf", "abcd1234efgh", "123456789qwe",
        "qwertyuiop123", "monkeymonkey", "summersunshine2026", "iloveyou1234", "Pa$$w0rd2026!", "manchesterunited",
        "justinbieber", "123456789101112", "zyxwvutsrqponm", "Passwort!Passwort!", "adminadminadmin",
    ],
)  # fmt: skip
def test_what_others_would_try_first_is_known_bad(password: str) -> None:
    assert is_known_bad(password)


@pytest.mark.parametrize(
    "password",
    [
        "larch quiver monday teapot", "walnut river seventeen", "correct horse battery staple", "Tr0ub4dor&3xyz",
        "x7#kP2!vQ9zL", "übermorgen regnet es nie", "αγκινάρα ποτάμι φεγγάρι", "the summer of my cedar boat",
    ],
)  # fmt: skip
def test_what_nobody_guesses_is_taken(password: str) -> None:
    assert not is_known_bad(password)


def test_the_list_of_common_passwords_holds_nothing_that_a_rule_recognises_anyway() -> None:
    assert len(common_passwords()) > 100
    assert all(len(password) >= 12 and password == password.casefold() for password in common_passwords())


@given(st.text(min_size=12, max_size=60))
def test_every_text_is_judged_and_capitals_make_no_difference_to_a_bad_one(password: str) -> None:
    if is_known_bad(password.casefold()):
        assert is_known_bad(password)


@given(st.permutations(list(Side)))
def test_a_change_of_address_is_complete_when_both_sides_have_confirmed(order: list[Side]) -> None:
    change = EmailChange(ME, "new@timber.example", NOW, NOW + timedelta(days=1))
    after_first = change.confirm(order[0], NOW)

    assert not change.is_complete
    assert not after_first.is_complete
    assert not after_first.confirm(order[0], NOW).is_complete
    assert after_first.confirm(order[1], NOW).is_complete


@pytest.mark.parametrize(
    ("typed", "code"), [("", "required"), ("nowhere", "bad_email"), (" INES@timber.example ", "same_email")]
)
def test_a_new_address_is_an_address_and_another_one(typed: str, code: str) -> None:
    with pytest.raises(WrongFields) as refused:
        check_new_email(typed, present="ines@timber.example")
    assert [mistake.code for mistake in refused.value.mistakes] == [code]


def role(status: Status) -> Role:
    application = Application("import manager", "+32 2 123 45 67", "I am Ines", as_agent=True)
    return Role(uuid4(), 3, ME, Kind.IMPORTER, uuid4(), "Timber NV", "BE", None, status, NOW, application)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Status.REQUESTED, Status.WITHDRAWN),
        (Status.GRANTED, Status.REVOKED),
        (Status.SUSPENDED, Status.REVOKED),
        (Status.REFUSED, Status.REFUSED),
        (Status.WITHDRAWN, Status.WITHDRAWN),
        (Status.REVOKED, Status.REVOKED),
        (Status.ENDED, Status.ENDED),
    ],
)
def test_roles_of_who_is_gone_end_and_say_nothing_about_the_person(before: Status, after: Status) -> None:
    closed = without_person(role(before), at=NOW)

    assert closed.status is after
    assert closed.version == (3 if before is after else 4)
    assert closed.application == Application("", "", "", as_agent=True)


def test_a_pseudonym_is_made_of_the_accounts_own_id() -> None:
    assert " ".join(pseudonym_of(ME)) == "Former user 4F7A21"


def test_the_last_one_in_support_stays_and_everybody_else_may_go() -> None:
    other = uuid4()
    check_support_remains(ME, [ME, other])
    check_support_remains(ME, [other])
    check_support_remains(ME, [])
    with pytest.raises(LastSupportPerson):
        check_support_remains(ME, [ME])
