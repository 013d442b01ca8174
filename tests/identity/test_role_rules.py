"""The rules of roles, alone: who may decide what, under which terms, how often one may ask, and the guide's mail."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest

from services.identity.domain.refusals import WrongFields
from services.identity.domain.role_mail import Mail, Writer, compose
from services.identity.domain.roles import (
    OPEN_REQUESTS,
    REQUESTS_PER_DAY,
    Act,
    AlreadyDecided,
    Application,
    Decider,
    Kind,
    NotGranted,
    NotSuspended,
    OwnRequest,
    Role,
    Status,
    Terms,
    TooManyOpen,
    check_open_requests,
    may,
    when_next,
)

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
BODY, OTHER_BODY, ASKING, DECIDING = uuid4(), uuid4(), uuid4(), uuid4()
DECIDERS = {
    "support": Decider(DECIDING, support=True),
    "authority of the country": Decider(DECIDING, country="BE"),
    "authority of another country": Decider(DECIDING, country="FR"),
    "administrator of the body": Decider(DECIDING, administers=frozenset({BODY})),
    "administrator of another body": Decider(DECIDING, administers=frozenset({OTHER_BODY})),
    "colleague without any of it": Decider(DECIDING),
}
TABLE = """
                                    decide: importer msca customs monitor support  appoint: importer msca customs monitor support
    support                                 yes      yes  yes     yes     yes               yes      yes  yes     no      no
    authority of the country                yes      no   no      no      no                no       no   no      no      no
    authority of another country            no       no   no      no      no                no       no   no      no      no
    administrator of the body               no       yes  yes     no      no                yes      yes  yes     no      no
    administrator of another body           no       no   no      no      no                no       no   no      no      no
    colleague without any of it             no       no   no      no      no                no       no   no      no      no
"""  # noqa: E501 - a table is read across


def cells() -> list[tuple[str, Act, Kind, bool]]:
    columns = [
        (act, kind)
        for act in (Act.DECIDE, Act.APPOINT)
        for kind in ("importer", "msca", "customs", "monitor", "support")
    ]
    found = []
    for line in TABLE.strip("\n").split("\n")[1:]:
        who, answers = line[:36].strip(), line[36:].split()
        found += [(who, act, Kind(kind), answer == "yes") for (act, kind), answer in zip(columns, answers, strict=True)]
    return found


def role(kind: Kind = Kind.IMPORTER, *, account_id: UUID = ASKING, **values: object) -> Role:
    without = kind in (Kind.MONITOR, Kind.SUPPORT)
    made = Role(
        id=uuid4(), version=1, account_id=account_id, kind=kind, body_id=None if without else BODY,
        body_name="Timber NV",
        country=None if kind is Kind.SUPPORT else "BE", office=None, status=Status.REQUESTED, requested_at=NOW,
        application=Application("buyer", "", ""),
    )  # fmt: skip
    return replace(made, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(("who", "act", "kind", "allowed"), cells())
def test_who_may_decide_what(who: str, act: Act, kind: Kind, allowed: bool) -> None:
    assert may(DECIDERS[who], act, role(kind)) is allowed


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("act", list(Act))
def test_nobody_decides_on_their_own_role_whatever_they_are(act: Act, kind: Kind) -> None:
    everything = Decider(ASKING, support=True, country="BE", administers=frozenset({BODY}))
    assert not may(everything, act, role(kind))


@pytest.mark.parametrize("kind", list(Kind))
def test_only_support_gives_roles_that_nobody_asked_for(kind: Kind) -> None:
    givers = [who for who, decider in DECIDERS.items() if may(decider, Act.GIVE, role(kind))]
    assert givers == (["support"] if kind in (Kind.MONITOR, Kind.SUPPORT) else [])


def test_a_role_is_granted_under_terms_and_ends_by_itself() -> None:
    until = NOW + timedelta(days=30)
    granted = role().decide(granted=True, reason="", by=DECIDING, at=NOW, terms=Terms(until, administrator=True))

    assert (granted.ends_at, granted.administrator, granted.version) == (until, True, 2)
    with pytest.raises(NotGranted):
        granted.end(at=until - timedelta(seconds=1))
    ended = granted.end(at=until)
    assert (ended.status, ended.decided_by, ended.version) == (Status.ENDED, DECIDING, 3)


@pytest.mark.parametrize(
    ("kind", "terms", "code"),
    [
        (Kind.IMPORTER, Terms(NOW), "past"),
        (Kind.MONITOR, Terms(None), "required"),
        (Kind.SUPPORT, Terms(None, administrator=True), "no_body"),
    ],
)
def test_terms_that_make_no_sense_are_refused(kind: Kind, terms: Terms, code: str) -> None:
    with pytest.raises(WrongFields) as wrong:
        role(kind).decide(granted=True, reason="", by=DECIDING, at=NOW, terms=terms)
    assert [mistake.code for mistake in wrong.value.mistakes] == [code]


def test_a_suspended_role_is_resumed_revoked_or_ends_but_nothing_else() -> None:
    suspended = role(status=Status.GRANTED).suspend(reason="we look into it", by=DECIDING, at=NOW)

    assert suspended.resume(reason="", by=DECIDING, at=NOW).status is Status.GRANTED
    assert suspended.revoke(reason="found", by=DECIDING, at=NOW).status is Status.REVOKED
    for act in (
        lambda: suspended.suspend(reason="again", by=DECIDING, at=NOW),
        lambda: suspended.recertify(by=DECIDING, at=NOW),
        lambda: suspended.appoint(administrator=True, by=DECIDING, at=NOW),
        lambda: suspended.move_end(ends_at=None, by=DECIDING, at=NOW),
    ):
        with pytest.raises(NotGranted):
            act()
    with pytest.raises(AlreadyDecided):
        suspended.decide(granted=True, reason="", by=DECIDING, at=NOW)


def test_a_role_whose_day_has_passed_is_not_resumed() -> None:
    suspended = role(status=Status.SUSPENDED, ends_at=NOW)
    with pytest.raises(NotSuspended):
        suspended.resume(reason="", by=DECIDING, at=NOW)


def test_nothing_is_done_to_ones_own_role() -> None:
    granted = role(status=Status.GRANTED)
    for act in (
        lambda: role().decide(granted=True, reason="", by=ASKING, at=NOW),
        lambda: granted.revoke(reason="x", by=ASKING, at=NOW),
        lambda: granted.suspend(reason="x", by=ASKING, at=NOW),
        lambda: granted.recertify(by=ASKING, at=NOW),
        lambda: granted.appoint(administrator=True, by=ASKING, at=NOW),
        lambda: granted.move_end(ends_at=None, by=ASKING, at=NOW),
        lambda: replace(granted, status=Status.SUSPENDED).resume(reason="", by=ASKING, at=NOW),
    ):
        with pytest.raises(OwnRequest):
            act()


def test_open_requests_and_requests_in_a_day_have_a_limit() -> None:
    check_open_requests(OPEN_REQUESTS - 1)
    with pytest.raises(TooManyOpen):
        check_open_requests(OPEN_REQUESTS)

    sent = [NOW - timedelta(hours=hours) for hours in range(REQUESTS_PER_DAY)]
    assert when_next(sent[:-1], NOW) is None
    assert when_next(sent, NOW) == NOW - timedelta(hours=REQUESTS_PER_DAY - 1) + timedelta(days=1)
    assert when_next([at - timedelta(days=1) for at in sent], NOW) is None


def mail(
    kind: str = "importer",
    *,
    additional: bool = False,
    as_agent: bool = False,
    copy_to: str | None = "flegt@be.example",
) -> Mail:
    return compose(
        Writer("ana@hout.example", "Ana", "Łuk & Søn"), kind=kind, body_name="Hout? & Zn = 100% NV", office=None,
        function="buyer", phone="+32 2 555 01 23", reason="first line\nsecond #line", as_agent=as_agent,
        additional=additional, to="support@flegt.example", copy_to=copy_to,
        say=lambda text, **params: text % params if params else text,
    )  # fmt: skip


@pytest.mark.parametrize("additional", [False, True])
@pytest.mark.parametrize(
    ("kind", "words"),
    [("importer", "FLEGT timber importer"), ("msca", "FLEGT Competent Authority"), ("customs", "Customs Office")],
)
def test_the_mail_obeys_the_five_rules_of_the_guide(kind: str, words: str, additional: bool) -> None:
    written = mail(kind, additional=additional)

    assert (written.sender, written.to, written.copy_to) == (
        "ana@hout.example", "support@flegt.example", "flegt@be.example",
    )  # fmt: skip
    for text in (written.subject, written.body):
        assert words in text
        assert ("additional role request" in text.casefold()) is additional
        assert "role request" in text.casefold()
    for part in ("Ana", "Łuk & Søn", "Hout? & Zn = 100% NV"):
        assert part in written.body


def test_an_agent_is_called_one() -> None:
    assert "agent" in mail(as_agent=True).body
    assert "agent" not in mail().body


def test_the_mailto_link_says_the_same_word_for_word() -> None:
    written = mail()
    link = urlsplit(written.mailto)
    fields = parse_qs(link.query, strict_parsing=True)

    assert (link.scheme, link.path) == ("mailto", "support@flegt.example")
    assert fields == {
        "cc": ["flegt@be.example"],
        "subject": [written.subject],
        "body": [written.body.replace("\n", "\r\n")],
    }
    assert "+" not in link.query, "mail programs show a plus as it is"
    assert "cc" not in parse_qs(urlsplit(mail(copy_to=None).mailto).query)
