"""Files of a licence that are refused: their content or size, whose they are, viruses, and what is away."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.licences import use_cases
from services.licences.service import Licences
from shared.attachments.files import Files
from shared.person import Person
from shared.testing.apps import browser
from shared.testing.forms import Page, visit
from shared.testing.people import Issuer, know, msca_role, person
from tests.licences.attachments.acts import API, TYPED, chosen, names
from tests.licences.stage import a_draft, a_scan, a_submitted_licence, an_importer, numbered
from tests.shared.attachments import clamd, samples


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (samples.SCRIPT, "is no picture (PNG, JPEG, WebP, TIFF) and no PDF, or it is damaged"),
        (b"GIF89a<script>alert(1)</script>", "is no picture"),
        (samples.picture("JPEG", (400, 300))[:-300], "or it is damaged"),
        (samples.pdf(1)[:300], "is a damaged PDF"),
        (samples.pdf(1, password="secret"), "is protected by a password"),
        (samples.pdf(101), "has too many pages: a file may have at most 100"),
        (samples.png_claiming(50_000, 50_000), "a picture may have at most 60 million pixels"),
        (samples.picture("TIFF", (9_000, 9_000), mode="1", compression="group4"), "60 million pixels"),
        (b"0" * 200_001, "is too large: a file may have at most 0.2 MB"),
        (b"0" * 3_000_000, "is too large: a file may have at most 0.2 MB"),
    ],
)
async def test_a_file_that_may_not_be_kept_is_refused_with_the_reason(form: Page, content: bytes, says: str) -> None:
    refused = await form.press("Save draft", TYPED, files=chosen(("good.png", a_scan()), ("bad.png", content)))

    (error,) = refused.errors
    assert refused.status == 422
    assert error.startswith("bad.png ")
    assert says in error
    assert refused.html.find(id="f-attachments.box2-error")
    assert names(refused) == ["good.png"]
    assert refused.html.find(attrs={"name": "boxes.licensee.name"})["value"] == "PT Kayu Indah"


async def test_of_a_huge_file_no_more_is_taken_in_than_may_be_kept(
    form: Page, monkeypatch: pytest.MonkeyPatch, service: Licences
) -> None:
    taken: list[int] = []

    async def count(self: Files, content: bytes) -> None:
        taken.append(len(content))
        raise self._refused("file_too_large")

    monkeypatch.setattr(Files, "take", count)
    await form.press("Save draft", files=chosen(("huge.png", b"0" * 5_000_000), ("small.png", b"12345")))

    assert taken == [service.settings.attachment_max_bytes + 1, 5]


async def test_files_stay_as_they_are_once_the_licence_was_handed_in(
    app: FastAPI, service: Licences, issuer: Issuer, importer: Person, client: httpx.AsyncClient
) -> None:
    licence = await a_submitted_licence(service, importer, numbered(802))
    async with service.work() as work:
        officer = await know(work.db, person("Olga Officer", msca_role("BE")))
        (file,) = (await use_cases.read_licence(work, importer, licence.id)).licence.attachments
    page = await visit(client, f"/licences/{licence.id}")
    token = {"csrf_token": client.cookies["flegt_csrf"], "box": "2"}
    address = f"/licences/{licence.id}/attachments"

    late = await client.post(address, data=token, files={"file": ("late.png", a_scan())})
    seen = await browser(app, issuer.cookies(officer)).get(f"{address}/{file.id}/pages/1.webp")
    stranger = browser(app, issuer.cookies(await an_importer(service)))

    assert page.html.select(".thumbnail")
    assert late.status_code == 409
    assert seen.status_code == 200
    for what in ("", "/pages/1.webp", "/pages/1.png?size=thumbnail"):
        assert (await stranger.get(f"{address}/{file.id}{what}")).status_code == 404


async def test_strangers_cannot_add_files_and_leave_nothing_in_the_store(
    app: FastAPI, service: Licences, issuer: Issuer, form: Page
) -> None:
    stranger = browser(app, issuer.cookies(await an_importer(service)))
    token = (await visit(stranger, "/licences/new")).html.find(attrs={"name": "csrf_token"})["value"]
    before = files_in(service)
    new = samples.picture("PNG", (77, 33))

    answer = await stranger.post(
        re.sub("/edit.*", "/attachments", form.url), data={"csrf_token": token, "box": "2"}, files={"file": ("a", new)}
    )

    assert answer.status_code == 404
    assert files_in(service) == before


def files_in(service: Licences) -> set[Path]:
    folder = service.settings.attachments_dir
    assert folder is not None
    return {file for file in folder.rglob("*") if file.is_file()}


@pytest.fixture
async def scanning(service: Licences, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    async with clamd.stand_in() as address:
        files = Files(service.settings.model_copy(update={"clamd_address": address}))
        monkeypatch.setattr(service, "files", files)
        yield
        files.close()


@pytest.mark.usefixtures("scanning")
async def test_a_virus_is_refused_and_noted_without_the_name_of_the_file(
    form: Page, caplog: pytest.LogCaptureFixture
) -> None:
    refused = await form.press("Save draft", TYPED, files=chosen(("Ines-secret.png", a_scan() + samples.EICAR)))

    (error,) = refused.errors
    assert error == "Ines-secret.png was not taken: a virus was found in it (Eicar-Test-Signature)."
    assert names(refused) == []
    (line,) = [record.msg for record in caplog.records if "file_refused" in str(record.msg)]
    assert (line["reason"], line["found"]) == ("virus", "Eicar-Test-Signature")
    assert "Ines-secret" not in str(line)


@pytest.mark.parametrize(
    ("away", "says"),
    [
        ({"clamd_address": "tcp://127.0.0.1:9"}, "Files cannot be checked for viruses at the moment"),
        ({"attachments_dir": Path("/proc/nowhere")}, "The store of files cannot be reached at the moment"),
    ],
)
async def test_what_is_away_is_said_beside_the_field_and_nothing_is_half_kept(
    service: Licences, form: Page, monkeypatch: pytest.MonkeyPatch, away: dict[str, Any], says: str
) -> None:
    files = Files(service.settings.model_copy(update=away))
    monkeypatch.setattr(service, "files", files)

    refused = await form.press("Save draft", TYPED, files=chosen(("scan.png", a_scan())))
    files.close()

    (error,) = refused.errors
    assert error.startswith(says)
    assert names(refused) == []
    assert refused.html.find(attrs={"name": "boxes.licensee.name"})["value"] == "PT Kayu Indah"


class Endless:
    """A program that sends a file without saying how long it is, and counts what is taken from it."""

    def __init__(self) -> None:
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
        while self.taken < 50_000_000:
            self.taken += 50_000
            yield b"0" * 50_000
        yield b"\r\n--b--\r\n"


@pytest.mark.parametrize("signed_in", [True, False])
async def test_of_a_body_without_end_the_api_takes_no_more_than_a_file_may_have(
    app: FastAPI, service: Licences, issuer: Issuer, importer: Person, signed_in: bool
) -> None:
    draft = await a_draft(service, importer, numbered(803))
    program, body = browser(app), Endless()
    headers = {"Content-Type": "multipart/form-data; boundary=b", "Accept": "application/json"}

    answer = await program.post(
        f"{API}/{draft.id}/attachments",
        content=body,
        headers=headers | (issuer.bearer(importer) if signed_in else {}),
    )

    assert answer.status_code == (413 if signed_in else 401)
    assert body.taken <= (1_300_000 if signed_in else 50_000)
