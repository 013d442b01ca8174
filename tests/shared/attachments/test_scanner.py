"""Asking clamd: the same questions to ClamAV itself, where it is installed, and to something that speaks as it does."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.attachments.files import FileRefused, Files
from shared.attachments.scanner import Scanner, ScannerAway
from shared.attachments.settings import AttachmentSettings
from shared.testing.settings import settings_for
from tests.shared.attachments import clamd
from tests.shared.attachments.samples import EICAR, picture


@pytest.fixture(scope="module", params=["stand-in", "clamav"])
async def address(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    if request.param == "stand-in":
        async with clamd.stand_in() as where:
            yield where
    elif clamd.CLAMD is None:
        pytest.skip("ClamAV is not installed here")
    else:
        with tempfile.TemporaryDirectory() as folder:
            async with clamd.clamav(Path(folder)) as where:
                yield where


async def test_a_harmless_file_is_let_through(address: str) -> None:
    assert await Scanner(address).found_in(picture("PNG")) is None
    assert await Scanner(address).found_in(bytes(300_000)) is None


async def test_a_virus_is_named(address: str) -> None:
    found = await Scanner(address).found_in(EICAR)

    assert found is not None
    assert found.startswith("Eicar-Test-Signature")


async def test_many_files_are_scanned_at_once(address: str) -> None:
    answers = await asyncio.gather(*(Scanner(address).found_in(EICAR if n % 2 else b"ok") for n in range(20)))

    assert [answer is not None for answer in answers] == [bool(n % 2) for n in range(20)]


async def test_a_file_that_the_scanner_does_not_take_is_not_let_through(address: str) -> None:
    if address.startswith("tcp:"):
        pytest.skip("only ClamAV itself has a limit")

    with pytest.raises(ScannerAway):
        await Scanner(address).found_in(bytes(3_000_000))


async def said(answer: bytes | None) -> AsyncIterator[str]:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\0")
        if answer is None:
            await asyncio.sleep(60)
        writer.write(answer or b"")
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    yield f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


@pytest.mark.parametrize("answer", [b"", b"UNKNOWN COMMAND\0", b"stream: OK", b"x" * 100_000, None])
async def test_without_a_clear_answer_nothing_is_let_through(answer: bytes | None) -> None:
    async for address in said(answer):
        with pytest.raises(ScannerAway):
            await Scanner(address, wait_seconds=0.5).found_in(b"scan")


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "unix:/nowhere/clamd.ctl"])
async def test_a_scanner_that_is_away_lets_nothing_through(address: str) -> None:
    with pytest.raises(ScannerAway):
        await Scanner(address, wait_seconds=1).found_in(b"scan")


def test_an_address_of_another_kind_stops_the_start() -> None:
    with pytest.raises(ValueError, match="CLAMD_ADDRESS"):
        Scanner("clamav:3310")


async def test_nothing_is_kept_of_a_file_with_a_virus(tmp_path: Path) -> None:
    async with clamd.stand_in() as address:
        files = Files(
            settings_for(
                AttachmentSettings,
                "postgresql://nobody@localhost/none",
                attachments_dir=tmp_path,
                clamd_address=address,
            )
        )
        kept = await files.take(picture("JPEG"))
        with pytest.raises(FileRefused) as refusal:
            await files.take(picture("JPEG") + EICAR)
        files.close()

    assert (refusal.value.code, refusal.value.params["found"]) == ("virus", "Eicar-Test-Signature")
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == [kept.sha256]
