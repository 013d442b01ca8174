"""Rules of identity, without database and web."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.domain.accounts import (
    Link,
    LinkEnded,
    LinkUsed,
    Registration,
    email_key,
)
from services.identity.domain.authorities import Authority
from services.identity.domain.guessing import FROM_AN_ADDRESS, PASSWORD
from services.identity.domain.operators import TIMBER, OperatorDetails, folded
from services.identity.domain.passwords import check_password
from services.identity.domain.refusals import Mistakes, RuleBroken, WrongFields
from services.identity.domain.roles import (
    LIVING,
    AlreadyAsked,
    AlreadyDecided,
    Application,
    Kind,
    NotGranted,
    NotTheRequester,
    OneAuthorityOnly,
    OwnRequest,
    Role,
    Status,
    check_request,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ASKING, DECIDING = uuid4(), uuid4()
GOOD = Registration("Ines", "Importer", "ines@timber.example", "larch quiver monday teapot", "en", "Europe/Rome", True)
COMPANY = OperatorDetails("Timber Trade", "BE0123456789", "Kaai 1", "2000", "Antwerpen", "BE", "importer", (TIMBER,))


def password_codes(password: str) -> list[str]:
    wrong = Mistakes()
    check_password(wrong, "password", password, email="ines@timber.example", names=("Ines", "Importer"))
    return [mistake.code for mistake in wrong.found]


def a_role(**values: object) -> Role:
    role = Role(
        id=uuid4(), version=1, account_id=ASKING, kind=Kind.IMPORTER, body_id=uuid4(), body_name="Timber Trade",
        country="BE", office=None, status=Status.REQUESTED, requested_at=NOW,
        application=Application("manager", "", ""),
    )  # fmt: skip
    return replace(role, **values)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("elevenchars", "too_short"),
        ("x" * 201, "too_long"),
        ("password1234", "known_bad"),
        ("P4$$w0rd!!2026", "known_bad"),
        ("passwordpassword", "known_bad"),
        ("welcome-to-flegt", "known_bad"),
        ("aaaaaaaaaaaaaa", "known_bad"),
        ("abcabcabcabc", "known_bad"),
        ("012345678901", "known_bad"),
        ("qwertyuiopasdf", "known_bad"),
        ("my-name-is-Importer", "personal"),
        ("the INES mailbox", "personal"),
        ("larch quiver monday teapot", ""),
        ("kX9#vTq2!mLp", ""),
    ],
)
def test_a_password_is_refused_with_the_reason(password: str, code: str) -> None:
    assert password_codes(password) == ([code] if code else [])


def test_everything_wrong_with_a_registration_is_said_at_once() -> None:
    nothing = Registration(" ", "", "nobody", "", "xx", "Moon/Base", privacy_accepted=False)

    with pytest.raises(WrongFields) as refused:
        nothing.checked(["en"])

    fields = {mistake.field for mistake in refused.value.mistakes}
    assert fields == {"first_name", "last_name", "email", "password", "language", "time_zone", "privacy"}


@pytest.mark.parametrize("email", ["a@b", "a b@c.example", "@timber.example", "a@timber..example", "<a@b.example>"])
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(WrongFields):
        replace(GOOD, email=email).checked(["en"])


def test_an_address_is_the_same_however_it_is_spelt() -> None:
    assert email_key(" Ines@TIMBER.example") == email_key("ines@timber.example ")


def test_names_of_any_script_are_accepted_and_kept() -> None:
    assert replace(GOOD, first_name=" Zoë ", last_name="Ōsaka-Müller").checked(["en"]).first_name == "Zoë"


def test_a_link_ends_at_its_time_and_works_once() -> None:
    link = Link(ASKING, "confirmation", NOW, None)

    link.check(NOW - timedelta(seconds=1))
    with pytest.raises(LinkEnded):
        link.check(NOW)
    with pytest.raises(LinkUsed):
        replace(link, used_at=NOW).check(NOW - timedelta(hours=1))


def test_guessing_is_stopped_for_an_account_and_for_an_address() -> None:
    (limit,) = PASSWORD
    assert not limit.is_reached(limit.for_account - 1, FROM_AN_ADDRESS - 1)
    assert limit.is_reached(limit.for_account, 0)
    assert limit.is_reached(0, FROM_AN_ADDRESS)


def test_a_company_needs_the_chapter_of_timber() -> None:
    with pytest.raises(WrongFields) as refused:
        replace(COMPANY, section_chapters=("plants",)).checked()

    assert [mistake.field for mistake in refused.value.mistakes] == ["section_chapters"]


def test_names_are_found_without_capitals_and_accents() -> None:
    assert folded("Zaagerij MÜLLER & Søn N.V.") == "zaagerij muller son n v"


@given(st.text(max_size=60))
def test_folding_leaves_only_words_that_a_search_can_hold(text: str) -> None:
    assert all(word.isalnum() for word in folded(text).split())


def test_an_authority_has_the_same_id_in_every_installation() -> None:
    assert Authority("msca", "BE", "a", "BE").id == Authority("msca", "BE", "b", "BE").id
    assert Authority("msca", "BE", "a", "BE").id != Authority("customs", "BE", "a", "BE").id


def test_a_request_is_decided_once() -> None:
    granted = a_role().decide(granted=True, reason="", by=DECIDING, at=NOW)

    assert (granted.status, granted.version, granted.decided_by) == (Status.GRANTED, 2, DECIDING)
    with pytest.raises(AlreadyDecided):
        granted.decide(granted=False, reason="too late", by=DECIDING, at=NOW)


def test_nobody_decides_on_their_own_role() -> None:
    with pytest.raises(OwnRequest):
        a_role().decide(granted=True, reason="", by=ASKING, at=NOW)
    with pytest.raises(OwnRequest):
        a_role(status=Status.GRANTED).revoke(reason="enough", by=ASKING, at=NOW)


def test_refusal_and_revocation_need_a_reason() -> None:
    with pytest.raises(WrongFields):
        a_role().decide(granted=False, reason="  ", by=DECIDING, at=NOW)
    with pytest.raises(WrongFields):
        a_role(status=Status.GRANTED).revoke(reason="", by=DECIDING, at=NOW)


def test_only_what_was_granted_is_revoked_and_only_the_requester_withdraws() -> None:
    with pytest.raises(NotGranted):
        a_role().revoke(reason="left", by=DECIDING, at=NOW)
    with pytest.raises(NotTheRequester):
        a_role().withdraw(by=DECIDING, at=NOW)
    assert a_role().withdraw(by=ASKING, at=NOW).status is Status.WITHDRAWN


@pytest.mark.parametrize("status", list(Status))
def test_a_second_role_in_a_competent_authority_is_refused_while_the_first_lives(status: Status) -> None:
    first = a_role(kind=Kind.MSCA, status=status)

    if status in LIVING:
        with pytest.raises(OneAuthorityOnly):
            check_request([first], kind=Kind.MSCA, body_id=uuid4())
        with pytest.raises(AlreadyAsked):
            check_request([first], kind=Kind.MSCA, body_id=first.body_id)
    else:
        check_request([first], kind=Kind.MSCA, body_id=uuid4())
    check_request([first], kind=Kind.CUSTOMS, body_id=uuid4())


BODIES = [uuid4() for _ in range(3)]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "grant", "refuse", "withdraw", "revoke"]),
        st.sampled_from([ASKING, DECIDING]),
        st.sampled_from([Kind.IMPORTER, Kind.MSCA]),
        st.sampled_from(BODIES),
    ),
    max_size=30,
)


@given(STEPS)
def test_whatever_happens_nobody_has_two_authorities_and_nobody_decides_for_themselves(
    steps: list[tuple[str, UUID, Kind, UUID]],
) -> None:
    roles: dict[UUID, Role] = {}
    for word, by, kind, body in steps:
        mine = [role for role in roles.values() if role.account_id == ASKING]
        target = next((role for role in mine if role.kind is kind and role.body_id == body), None)
        before = target.version if target else 0
        try:
            if word == "ask":
                check_request(mine, kind=kind, body_id=body)
                target, before = a_role(kind=kind, body_id=body), 0
            elif target is None:
                continue
            elif word == "withdraw":
                target = target.withdraw(by=by, at=NOW)
            elif word == "revoke":
                target = target.revoke(reason="left", by=by, at=NOW)
            else:
                target = target.decide(granted=word == "grant", reason="so", by=by, at=NOW)
        except (RuleBroken, WrongFields):
            continue
        assert target.version == before + 1
        assert word not in {"grant", "refuse", "revoke"} or target.decided_by == DECIDING
        roles = {id_: role for id_, role in roles.items() if (role.kind, role.body_id) != (kind, body)}
        roles[target.id] = target
        assert sum(role.kind is Kind.MSCA and role.status in LIVING for role in roles.values()) <= 1
