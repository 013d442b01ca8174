"""Authorities as dated data: corrections against the packaged data, days that open and close, the command."""

import argparse
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.identity import authority_commands
from services.identity.domain.authorities import Authority, NoConflict, Record, issuer_code
from services.identity.domain.refusals import WrongFields
from services.identity.domain.roles import Kind
from services.identity.service import Identity
from services.identity.storage import changes
from services.identity.storage.authorities import Kept, Wanted
from services.identity.use_cases import authorities, authority_data
from shared.person import Person
from shared.problems import NotYours, Stale, WrongContent, WrongState
from tests.identity.acts import ask, authority
from tests.identity.conftest import Clock, counter, told

Member = Callable[..., Any]
DAY = date(2027, 3, 1)
GIVEN = Authority("msca", "BE", "Forests of Belgium", "BE", "flegt@forests.example", "Place 1")


@pytest.fixture
async def support(member: Member) -> Person:
    person, _ = await member(support=True)
    return person


async def kept(service: Identity, one: Authority) -> Kept:
    async with service.work() as work:
        return (await authorities.read_authority(work, Person(GIVEN.id, "Nobody"), one.id)).kept


async def correct(service: Identity, by: Person, one: Authority, **values: Any) -> Record:
    version = (await kept(service, one)).version
    async with service.work() as work:
        return await authorities.correct_authority(work, by, one.id, replace(one, **values), version=version)


async def load(service: Identity, *packaged: Authority) -> int:
    async with service.work() as work:
        return await authority_data.load_authorities(work, packaged)


@pytest.mark.parametrize(
    ("first", "last", "is_open"),
    [
        (None, None, True),
        (DAY, None, True),
        (DAY + timedelta(1), None, False),
        (None, DAY, True),
        (None, DAY - timedelta(1), False),
        (DAY, DAY, True),
    ],
)
def test_both_days_count(first: date | None, last: date | None, is_open: bool) -> None:
    assert replace(GIVEN, valid_from=first, valid_until=last).open_on(DAY) is is_open


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({}, []),
        ({"code": "be-2"}, []),
        ({"kind": "customs", "code": "be101000"}, []),
        ({"kind": "issuer", "code": "GH-TIDD", "country": "GH"}, []),
        ({"valid_until": DAY, "closed_reason": "Merged"}, []),
        ({"name": " "}, ["required"]),
        ({"kind": "club"}, ["required"]),
        ({"country": "GH", "code": "GH"}, ["required"]),
        ({"country": "", "code": "BE"}, ["required"]),
        ({"code": "NL"}, ["other_country"]),
        ({"code": "BELGIUM"}, ["bad_code"]),
        ({"kind": "customs", "code": "BE10100"}, ["bad_col_number"]),
        ({"mailbox": "nowhere"}, ["bad_email"]),
        ({"valid_until": DAY}, ["required"]),
        ({"valid_from": DAY, "valid_until": DAY - timedelta(1), "closed_reason": "x"}, ["ends_before_it_begins"]),
    ],
)
def test_an_authority_is_checked_as_a_whole(values: dict[str, Any], codes: list[str]) -> None:
    try:
        replace(GIVEN, **values).checked()
        found = []
    except WrongFields as wrong:
        found = [mistake.code for mistake in wrong.mistakes]
    assert found == codes


def test_packaged_data_fill_what_nobody_corrected_and_leave_what_somebody_did() -> None:
    record = Record(1, GIVEN, GIVEN.packaged)
    renamed = replace(GIVEN, name="Forests and Water of Belgium").packaged
    ours = replace(record, authority=replace(GIVEN, mailbox="ours@forests.example", phone="+32 2 1"))

    assert record.load(renamed).authority.name == "Forests and Water of Belgium"
    assert ours.load(GIVEN.packaged) == ours
    contradicted = ours.load(renamed)
    assert (contradicted.authority, contradicted.offered) == (ours.authority, renamed)
    assert contradicted.load(renamed) == contradicted
    assert contradicted.load(GIVEN.packaged).offered is None
    taken = contradicted.settle(take_offered=True)
    assert (taken.authority.name, taken.authority.mailbox) == ("Forests and Water of Belgium", GIVEN.mailbox)
    assert (taken.authority.phone, taken.is_corrected) == ("+32 2 1", False)
    refused = contradicted.settle(take_offered=False)
    assert refused.load(renamed) == refused
    assert refused.is_corrected
    with pytest.raises(NoConflict):
        refused.settle(take_offered=True)


def test_packaged_data_that_agree_with_a_correction_end_it() -> None:
    ours = Record(2, replace(GIVEN, name="Better"), GIVEN.packaged)

    assert not ours.load(replace(GIVEN, name="Better").packaged).is_corrected


@pytest.mark.parametrize(
    ("code", "name", "expected"),
    [("TIDD", "Timber Industry", "GH-TIDD"), ("", "PT TÜV Rheinland (x)", "GH-PT-TUV-RHEINLAND-X")],
)
def test_issuers_have_a_code_that_stays(code: str, name: str, expected: str) -> None:
    assert issuer_code("GH", code, name) == expected


async def test_issuers_are_there_but_nobody_who_does_not_issue(service: Identity) -> None:
    async with service.work() as work:
        found, _ = await authorities.find_authorities(work, kind="issuer", country="GH", cursor=None)

    assert [one.authority.code for one in found] == ["GH-TIDD"]


async def test_a_correction_survives_the_reload_until_the_data_change_then_support_settles(
    service: Identity, support: Person
) -> None:
    before: Authority = await authority(service, "msca", "FI")
    await correct(service, support, before, mailbox="right@forests.example")

    assert await load(service, before) == 0
    assert await load(service, replace(before, name="Another name")) == 1
    assert await load(service, replace(before, name="Another name")) == 0
    async with service.work() as work:
        (listed,), _ = await authorities.list_authorities(work, support, Wanted(conflicts=True), cursor=None)
        assert await authorities.count_conflicts(work, support) == 1
        assert (listed.authority.name, listed.authority.mailbox) == (before.name, "right@forests.example")
        await authorities.settle_conflict(work, support, before.id, take_offered=True, version=listed.version)
        with pytest.raises(WrongState):
            await authorities.settle_conflict(work, support, before.id, take_offered=True, version=listed.version + 1)

    now = (await kept(service, before)).authority
    assert (now.name, now.mailbox) == ("Another name", before.mailbox)
    facts = await told(service, "authority-registered", before.id)
    assert [fact["version"] for fact in facts] == [1, 2, 3]


async def test_corrections_are_for_support_and_keep_their_history(
    service: Identity, support: Person, member: Member
) -> None:
    somebody, _ = await member()
    before = await authority(service, "customs", "MT")
    with pytest.raises(NotYours):
        await correct(service, somebody, before, phone="+356 1")

    record = await correct(service, support, before, phone="+356 1", kind="msca", code="MT", country="FR")
    assert (record.authority.id, record.authority.country) == (before.id, "MT")
    async with service.work() as work:
        with pytest.raises(Stale):
            await authorities.correct_authority(work, support, before.id, before, version=1)
        view = await authorities.read_authority(work, support, before.id)
        assert (await authorities.read_authority(work, somebody, before.id)).history is None
    assert view.history is not None
    assert [(one.source, one.by, one.changes) for one in view.history] == [
        ("person", support.account_id, {"phone": ["", "+356 1"]}),
        ("packaged data", None, {}),
    ]


async def test_a_known_code_is_not_entered_twice(service: Identity, support: Person) -> None:
    async with service.work() as work:
        with pytest.raises(WrongState) as known:
            await authorities.add_authority(work, support, replace(GIVEN, code="be"))
    assert known.value.code == "authority_known"


async def test_a_closed_office_is_told_cannot_be_asked_for_and_stays_readable(
    service: Identity, support: Person, member: Member
) -> None:
    somebody, _ = await member()
    office = Authority("customs", f"CY{next(counter):06}", "Old quay", "CY")
    async with service.work() as work:
        await authorities.add_authority(work, support, office)
    yesterday = service.clock().date() - timedelta(1)
    await correct(service, support, office, valid_until=yesterday, closed_reason="Merged with the new quay")

    with pytest.raises(WrongContent):
        await ask(service, somebody, Kind.CUSTOMS, office.id)
    async with service.work() as work:
        offered, _ = await authorities.find_authorities(work, kind="customs", country="CY", text="quay", cursor=None)
        everything, _ = await authorities.list_authorities(work, support, Wanted(text="old qu"), cursor=None)
    assert (offered, [one.authority.code for one in everything]) == ([], [office.code])
    assert (await kept(service, office)).authority.closed_reason == "Merged with the new quay"
    assert [fact["closed"] for fact in await told(service, "authority-registered", office.id)] == [False, True]


async def test_the_calendar_opens_and_closes_and_tells_so_once(
    service: Identity, support: Person, clock: Clock
) -> None:
    today = clock.now.date()
    office = Authority(
        "customs", f"CY{next(counter):06}", "Summer office", "CY", valid_from=today + timedelta(10),
        valid_until=today + timedelta(20), closed_reason="For the summer",
    )  # fmt: skip
    async with service.work() as work:
        await authorities.add_authority(work, support, office)
    for days in (0, 10, 10, 20, 21, 22):
        at = clock.now + timedelta(days=days)
        async with service.work(at=at) as work:
            await authority_data.open_and_close(work)

    facts = await told(service, "authority-registered", office.id)
    assert [(fact["version"], fact["closed"]) for fact in facts] == [(1, True), (2, False), (3, True)]
    async with service.work() as work:
        history = await changes.of(work.db, office.id)
    assert [one.changes.get("state") for one in history] == [["open", "closed"], ["closed", "open"], None]


async def run(service: Identity, *words: str) -> None:
    parser = argparse.ArgumentParser()
    authority_commands.prepare_authorities(parser)
    await authority_commands.authorities(service, parser.parse_args(words))


async def test_what_is_exported_can_be_corrected_and_loaded(
    service: Identity, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await run(service, "export", "--kind", "msca", "--country", "SE")
    exported = capsys.readouterr().out
    (row,) = authority_commands.read(io.StringIO(exported))
    file = tmp_path / "corrected.csv"
    new = "customs,SE999999,New harbour,SE\n"
    file.write_text(exported.replace(row.name, "Forests of Sweden") + new, encoding="utf-8")

    await run(service, "load", str(file), "--from", "2020-01-02")
    assert "2 rows: 1 added, 1 corrected" in capsys.readouterr().out
    await run(service, "load", str(file), "--from", "2020-01-02")
    assert "2 rows: 0 added, 0 corrected" in capsys.readouterr().out

    assert (await kept(service, row)).authority.name == "Forests of Sweden"
    added = (await kept(service, Authority("customs", "SE999999", "", "SE"))).authority
    assert (added.name, added.valid_from) == ("New harbour", date(2020, 1, 2))
    await run(service, "show", "new harb", "--country", "SE")
    assert "customs  SE999999     open   New harbour" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind,code,name\n", "columns are missing: country"),
        ("kind,code,name,country,valid_from\ncustoms,SE999998,Quay,SE,soon\n", "Line 2"),
        ("kind,code,name,country\ncustoms,SE999998,Quay,SE\ncustoms,SE1,Quay,SE\n", "customs.SE1.code"),
        ("kind,code,name,country\ncustoms,SE999998,Quay,SE\ncustoms,se999998,Quay,SE\n", "in the file twice"),
    ],
)
async def test_a_file_with_a_mistake_changes_nothing(service: Identity, tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(SystemExit, match=said):
        await run(service, "load", str(file))
    async with service.work() as work:
        assert await authorities.find_authorities(work, kind=None, country=None, text="SE999998", cursor=None) == (
            [],
            None,
        )


async def test_a_file_that_is_not_there_is_asked_for(service: Identity) -> None:
    with pytest.raises(SystemExit, match="Which file"):
        await run(service, "load", "nowhere.csv")
