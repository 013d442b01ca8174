"""Many licences at once: what is in a file becomes drafts, once, whatever happens in between."""

import asyncio
import csv
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.licences import use_cases
from services.licences.domain.bulk import COLUMNS, Sheet, example, read_entry, read_sheet
from services.licences.domain.form import Boxes
from services.licences.service import Licences
from services.licences.storage.bulk import Upload
from shared.person import Person
from shared.problems import TooMany, Unknown
from shared.testing.apps import browser
from shared.testing.forms import visit
from shared.testing.people import Issuer, know, msca_role, person
from tests.licences.stage import an_importer, numbered, paper

BULK = "/licences/api/v1/bulk"


def read(text: str, most: int = 100) -> Sheet:
    return read_sheet(text.encode(), most=most)


def said(sheet: Sheet) -> list[tuple[int, str, str]]:
    """Row, column and code of everything that is wrong with single licences."""
    found = [(r.row, r.column, r.code) for entry in sheet.entries for r in entry.remarks]
    return found + [(r.row, r.column, r.code) for entry in sheet.entries for r in read_entry(entry)[1]]


def as_json(serials: Sequence[int]) -> bytes:
    return json.dumps([{"boxes": numbered(serial)} for serial in serials]).encode()


async def sent(service: Licences, importer: Person, content: bytes) -> Upload:
    async with service.work() as work:
        return await use_cases.send_bulk(work, importer, name="licences.csv", content=content, most=5_000)


async def entered(service: Licences, *, limit: int = 50) -> None:
    """Everything that waits."""
    is_more = True
    while is_more:
        async with service.work() as work:
            is_more = await use_cases.enter_waiting(work, limit=limit)


async def results(service: Licences, importer: Person, upload: Upload) -> use_cases.Results:
    async with service.work() as work:
        return await use_cases.read_bulk(work, importer, upload.id, limit=200)


async def numbers_of(service: Licences, company: UUID) -> list[str]:
    async with service.work() as work:
        rows = await work.db.fetch("SELECT licence_number FROM licence WHERE operator_id = $1", company)
    return sorted(row["licence_number"] for row in rows)


def test_the_example_is_read_without_a_remark() -> None:
    sheet = read(example())

    assert sheet.mistakes == ()
    assert said(sheet) == []
    first, second = (read_entry(entry)[0] for entry in sheet.entries)
    assert [line.description for line in first.commodities] == [
        "Teak garden chairs",
        "Garden tables of two kinds of wood",
    ]
    assert [s.countries_of_harvest for s in first.commodities[1].species] == [("ID",), ("ID", "MY")]
    assert second.global_measure is not None
    assert second.global_measure.volume_m3 == 28


def test_rows_of_one_number_are_one_licence_wherever_they_stand() -> None:
    sheet = read("licence_number;description\nA-1;Chairs\nB-2;Doors\na-1;Tables\n")

    assert [(entry.number, entry.rows) for entry in sheet.entries] == [("A-1", (2, 4)), ("B-2", (3,))]


def test_what_is_wrong_is_named_by_row_and_column() -> None:
    sheet = read(
        "licence_number,expiry_date,description,volume_m3,number_of_units\n"
        "A-1,31.1.2027,Chairs,much,4\n"
        "A-1,2027-01-31,Tables,1,many\n"
        ",2027-01-31,Doors,1,\n"
        "B-2,2027-01-31,Windows,1,2,3\n"
    )

    assert said(sheet) == [
        (3, "expiry_date", "otherwise_before"),
        (4, "licence_number", "licence_number_missing"),
        (5, "", "too_many_cells"),
        (2, "volume_m3", "no_number"),
        (3, "number_of_units", "no_number"),
        (2, "expiry_date", "no_date"),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "nothing_in_it"),
        ("licence_number\n", "nothing_in_it"),
        ("[]", "nothing_in_it"),
        ("description,volume_m3\nChairs,1\n", "no_heading"),
        ("licence_number,colour\nA-1,red\n", "unknown_column"),
        ("licence_number,licence_number\nA-1,A-1\n", "column_twice"),
        ('licence_number,description\nA-1,"' + "x" * 200_000, "unreadable"),
        ("[{", "no_json"),
        ("[" * 100_000, "no_json"),
        ('{"rows": []}', "no_list"),
        ("licence_number\n" + "\n".join(f"A-{serial}" for serial in range(101)), "too_many"),
    ],
)
def test_a_file_that_is_none_is_refused_as_a_whole(text: str, code: str) -> None:
    assert [mistake.code for mistake in read(text).mistakes] == [code]


def test_a_file_in_another_encoding_is_refused() -> None:
    assert [m.code for m in read_sheet("licence_number\nÄ-1".encode("latin-1"), most=10).mistakes] == ["not_utf8"]


def test_a_list_names_what_is_wrong_by_its_place_and_field() -> None:
    items = [{"boxes": numbered(1)}, 7, {"boxes": paper(licence_number="")}, {"boxes": numbered(1)}]
    items.append({"boxes": numbered(2) | {"commodities": [{"volume_m3": "much"}]}})

    assert said(read(json.dumps(items))) == [
        (2, "boxes", "no_licence"),
        (3, "licence_number", "licence_number_missing"),
        (4, "licence_number", "number_twice"),
        (5, "commodities.0.volume_m3", "no_number"),
    ]


@given(st.text(max_size=300) | st.lists(st.lists(st.text(max_size=8), max_size=5), max_size=6).map(json.dumps))
def test_no_file_makes_the_reader_fail(text: str) -> None:
    """It is refused as a whole, or there are licences in it, each with boxes that can be kept."""
    for sheet in (read(text), read("licence_number,description,species,unit\n" + text)):
        assert bool(sheet.mistakes) is not bool(sheet.entries)
        assert all(isinstance(read_entry(entry)[0], Boxes) for entry in sheet.entries)


async def test_a_table_becomes_drafts_with_the_gaps_named(service: Licences) -> None:
    importer = await an_importer(service)
    table = example().replace("Teak garden chairs,940169", ",940169")
    upload = await sent(service, importer, table.encode("utf-8-sig"))

    await entered(service)

    found = await results(service, importer, upload)
    assert found.upload.counts == {"entered": 2}
    assert found.upload.finished_at is not None
    first, second = found.outcomes
    assert [(r.row, r.column, r.code) for r in first.remarks] == [(2, "description", "description_missing")]
    assert second.remarks == []
    async with service.work() as work:
        draft = (await use_cases.read_licence(work, importer, first.licence_id or uuid4())).licence
    assert draft.requester.account_id == importer.account_id
    assert draft.boxes.issuing_authority.address


async def test_a_file_sent_again_doubles_nothing_and_enters_what_was_corrected(service: Licences) -> None:
    importer = await an_importer(service)
    items = [{"boxes": numbered(1)}, {"boxes": numbered(2) | {"expiry_date": "soon"}}]
    await sent(service, importer, json.dumps(items).encode())
    await entered(service)
    items[1]["boxes"]["expiry_date"] = "2027-01-31"

    again = await sent(service, importer, json.dumps(items).encode())
    await entered(service)

    found = await results(service, importer, again)
    assert [outcome.outcome for outcome in found.outcomes] == ["known", "entered"]
    assert await numbers_of(service, importer.companies[0]) == [numbered(n)["licence_number"] for n in (1, 2)]


async def test_what_json_can_say_and_a_database_cannot_hold_is_only_a_remark(service: Licences) -> None:
    importer = await an_importer(service)
    boxes = '{"licence_number": "N-1", "licensee": {"name": "a\\u0000b\\ud800"}, "global_measure": {"volume_m3": NaN}}'

    upload = await sent(service, importer, f'[{{"boxes": {boxes}}}]'.encode())
    await entered(service)

    [outcome] = (await results(service, importer, upload)).outcomes
    assert (outcome.outcome, [r.column for r in outcome.remarks]) == ("refused", ["global_measure.volume_m3"])


async def test_whoever_is_no_importer_any_more_enters_nothing(service: Licences) -> None:
    importer = await an_importer(service)
    upload = await sent(service, importer, as_json([1]))
    async with service.work() as work:
        await work.db.execute("UPDATE known_role SET granted = false WHERE account_id = $1", importer.account_id)

    await entered(service)

    [outcome] = (await results(service, importer, upload)).outcomes
    assert (outcome.outcome, outcome.remarks[0].code) == ("refused", "no_longer_importer")


async def test_a_company_sends_only_so_many_files_at_once(service: Licences) -> None:
    importer = await an_importer(service)
    for serial in range(5):
        await sent(service, importer, as_json([serial]))

    with pytest.raises(TooMany):
        await sent(service, importer, as_json([9]))
    await entered(service)
    await sent(service, importer, as_json([9]))
    await entered(service)


async def test_another_company_does_not_see_the_file(service: Licences) -> None:
    upload = await sent(service, await an_importer(service), as_json([1]))

    with pytest.raises(Unknown):
        await results(service, await an_importer(service), upload)
    await entered(service)


async def test_several_processes_share_the_work_and_double_nothing(service: Licences) -> None:
    importer = await an_importer(service)
    for _ in range(3):
        await sent(service, importer, as_json(range(30)))

    await asyncio.gather(*(entered(service, limit=4) for _ in range(4)))

    assert await numbers_of(service, importer.companies[0]) == [numbered(n)["licence_number"] for n in range(30)]


async def test_one_licence_that_the_database_refuses_keeps_no_other_one_back(service: Licences) -> None:
    importer = await an_importer(service)
    upload = await sent(service, importer, as_json(range(601, 604)))
    async with service.work() as work:
        await work.db.execute(
            "ALTER TABLE licence ADD CONSTRAINT unlucky CHECK (licence_number NOT LIKE '26.00602%') NOT VALID"
        )
    try:
        await entered(service)
    finally:
        async with service.work() as work:
            await work.db.execute("ALTER TABLE licence DROP CONSTRAINT unlucky")

    found = (await results(service, importer, upload)).outcomes
    assert [outcome.outcome for outcome in found] == ["entered", "refused", "entered"]
    assert [remark.code for remark in found[1].remarks] == ["failed"]


class Crash(Exception):
    """The process ends here."""


async def crashed(service: Licences, *, limit: int) -> None:
    """Some licences were entered, and the process ended before that was kept."""
    async with service.work() as work:
        await use_cases.enter_waiting(work, limit=limit)
        raise Crash


STEPS = st.lists(st.tuples(st.sampled_from(["enter", "crash", "send"]), st.integers(1, 7)), max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_wherever_it_crashes_each_licence_is_entered_once(
    service: Licences, steps: list[tuple[str, int]]
) -> None:
    importer, serials = await an_importer(service), range(1, 11)
    uploads = [await sent(service, importer, as_json(serials))]
    for step, size in steps:
        if step == "send" and len(uploads) < 4:
            uploads.append(await sent(service, importer, as_json(serials)))
        elif step == "enter":
            async with service.work() as work:
                await use_cases.enter_waiting(work, limit=size)
        elif step == "crash":
            with pytest.raises(Crash):
                await crashed(service, limit=size)

    await entered(service, limit=3)

    assert await numbers_of(service, importer.companies[0]) == [numbered(n)["licence_number"] for n in serials]
    outcomes = [o for upload in uploads for o in (await results(service, importer, upload)).outcomes]
    assert sum(outcome.outcome == "entered" for outcome in outcomes) == len(serials)
    assert {outcome.outcome for outcome in outcomes} <= {"entered", "known"}


def a_file(content: bytes, name: str = "licences.csv") -> Any:
    return [("file", (name, content, "text/csv"))]


async def test_a_file_is_sent_and_followed_through_the_pages(client: httpx.AsyncClient, service: Licences) -> None:
    page = await visit(client, "/licences/bulk")
    assert all(column in page.text for column in COLUMNS)
    table = (await client.get(page.link("Example table"))).content
    bad = table.replace(b"2027-02-28", b"28.2.2027")

    waiting = await page.press("Send the file", files=a_file(bad))
    assert "0 of 2 licences are done" in waiting.text
    await entered(service)
    done = await visit(client, waiting.link("Show how far it is"))

    assert "Finished." in done.text
    assert "Row 4, expiry_date : This is not a date." in done.text
    assert "Entered as draft" in done.text
    only = await visit(client, f"{waiting.url}?outcome=refused")
    assert "26.00002" in only.text
    assert "26.00001" not in only.text
    rows = list(csv.reader(io.StringIO((await client.get(done.link("Result (CSV)"))).content.decode("utf-8-sig"))))
    assert rows[0] == ["row", "licence_number", "outcome", "column", "what", "licence"]
    assert [row[:4] for row in rows[1:]] == [
        ["2", "26.00001-00123.003-ID-BE", "entered", ""],
        ["4", "26.00002-00123.003-ID-BE", "refused", "expiry_date"],
    ]
    assert "licences.csv" in (await visit(client, "/licences/bulk")).text


async def test_a_file_that_is_none_comes_back_with_the_reason(client: httpx.AsyncClient) -> None:
    page = await visit(client, "/licences/bulk")

    none = await page.press("Send the file")
    unknown = await page.press("Send the file", files=a_file(b"licence_number,colour\nA-1,red\n"))
    large = await page.press("Send the file", files=a_file(b"x" * 5_000_001))

    assert (none.status, none.errors) == (422, ["Choose a file."])
    assert (unknown.status, unknown.errors) == (422, ["There is no column colour."])
    assert large.status == 422
    assert "too large" in large.errors[0]


async def test_only_importers_see_the_page(app: FastAPI, service: Licences, issuer: Issuer) -> None:
    async with service.work() as work:
        officer = await know(work.db, person("Otto Officer", msca_role()))

    assert (await visit(browser(app, issuer.cookies(officer)), "/licences/bulk")).status == 403


async def test_programs_send_many_and_ask_what_became_of_them(
    app: FastAPI, service: Licences, issuer: Issuer, importer: Person
) -> None:
    program = browser(app)
    machine = replace(importer, scopes=("licences:read", "licences:write"))
    program.headers.update({"Accept": "application/json", **issuer.bearer(machine)})
    key = {"Idempotency-Key": "one"}

    first = await program.post(BULK, content=as_json([1, 2, 3]), headers=key)
    again = await program.post(BULK, content=as_json([1, 2, 3]), headers=key)
    other = await program.post(BULK, content=as_json([1, 2]), headers=key)
    bad = await program.post(BULK, content=b"[{", params={"name": "x.json"})
    large = await program.post(BULK, content=b" " * 5_000_001)
    await entered(service)
    address = first.headers["location"]
    page = (await program.get(address, params={"limit": 2})).json()
    rest = (await program.get(address, params={"limit": 2, "cursor": page["next"]})).json()

    assert (first.status_code, first.json()["waiting"]) == (202, 3)
    assert again.json() == first.json()
    assert [answer.status_code for answer in (other, bad, large)] == [422, 422, 413]
    assert bad.json()["errors"][0]["code"] == "no_json"
    assert (page["entered"], page["waiting"], len(page["items"]), len(rest["items"])) == (3, 0, 2, 1)
    assert rest["next"] is None
    assert page["items"][0]["licence_number"] == numbered(1)["licence_number"]
