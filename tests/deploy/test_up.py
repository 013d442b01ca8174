import asyncio
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import pytest

from deploy.local import up
from deploy.local.postgres_home import ELSEWHERE
from deploy.local.processes import Child, free_port, port_is_free
from shared.testing.waiting import until

STAND_IN_UP = str(Path(__file__).with_name("stand_in_up.py"))


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Path]:
    """Where it keeps its data; what it had to put elsewhere goes away too."""
    directory = tmp_path / "local"
    yield directory
    elsewhere = directory / ELSEWHERE
    if elsewhere.exists():
        shutil.rmtree(Path(elsewhere.read_text()).parent)


class Up:
    """`make up` as a process of its own, with what it printed."""

    def __init__(self, directory: Path, port: int, *, program: str = STAND_IN_UP, **settings: str) -> None:
        self.directory = directory
        self.port = port
        self.output = directory.parent / f"output-{port}-{time.monotonic_ns()}.txt"
        environment = {**os.environ, "PYTHONPATH": ".", "LOCAL_DIR": str(directory), "PORT": str(port), **settings}
        self.child = Child("up", [sys.executable, program, "--empty"], self.output, environment=environment)

    @property
    def printed(self) -> str:
        return self.output.read_text()

    async def has_printed(self, words: str, *, within: float = 30) -> None:
        async def condition() -> bool:
            assert self.child.running or words in self.printed, self.printed
            return words in self.printed

        await until(condition, within=within)

    def children(self) -> dict[str, int]:
        """What it started: the last word of the command line that tells them apart, and the process id."""
        found = {}
        for pid in Path(f"/proc/{self.child.pid}/task/{self.child.pid}/children").read_text().split():
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            name = "postgres" if words[0].endswith("/postgres") else words[1] if "tansu" in words[0] else words[-2]
            found[name] = int(pid)
        return found


def alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


@asynccontextmanager
async def running(directory: Path, port: int = 0, **settings: str) -> AsyncIterator[Up]:
    process = Up(directory, port or free_port(), **settings)
    await process.child.spawn()
    try:
        yield process
    finally:
        await process.child.stop(within=30)


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


async def get(up: Up, path: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.get(f"http://127.0.0.1:{up.port}{path}", headers={"Accept": "application/json"})


async def test_a_killed_child_is_reported_and_started_again_and_a_signal_stops_everything(local: Path) -> None:
    async with running(local) as up:
        await up.has_printed("Ctrl-C stops it")
        children = up.children()
        assert set(children) >= {"postgres", "broker", "identity", "licences", "validation", "notifications"}
        for name in ("validation", "broker", "postgres"):
            os.kill(children[name], signal.SIGKILL)
            await up.has_printed(f"{name} was killed by SIGKILL")
            await up.has_printed(f"{name} is ready again")
        assert (await get(up, "/health/ready")).status_code == 200

        everyone = up.children().values()
        os.kill(up.child.pid, signal.SIGINT)
        assert await asyncio.wait_for(up.child.ended(), 15) == 0
        assert "Everything is stopped" in up.printed
        assert not any(alive(pid) for pid in everyone)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children that their parent died")
async def test_nothing_is_left_when_the_launcher_itself_is_killed_and_the_next_one_starts(local: Path) -> None:
    async with running(local) as up:
        await up.has_printed("Ctrl-C stops it")
        children = up.children()
        os.kill(up.child.pid, signal.SIGKILL)

        async def gone() -> bool:
            return not any(alive(pid) for pid in children.values())

        await until(gone)
        assert port_is_free(up.port)
    async with running(local, up.port) as again:
        await again.has_printed("Ctrl-C stops it")


async def test_a_taken_port_is_told_with_the_command_that_helps(local: Path) -> None:
    with taken_port() as port:
        async with running(local, port) as up:
            assert await up.child.ended() == 2
            assert f"Port {port} is taken" in up.printed
            assert "make up" in up.printed


async def test_a_second_start_from_the_same_place_says_where_the_first_runs(local: Path) -> None:
    async with running(local) as first:
        await first.has_printed("starts")
        second = Up(local, free_port())
        await second.child.spawn()
        assert await second.child.ended() == 2
        assert f"http://localhost:{first.port}" in second.printed


async def test_a_service_that_cannot_start_stops_everything_with_the_end_of_its_log(local: Path) -> None:
    async with running(local, STAND_IN_FAILS="licences") as up:
        assert await asyncio.wait_for(up.child.ended(), 30) == 1
        assert "licences ended with 3" in up.printed
        assert "no more licences today" in up.printed


async def test_a_setting_that_makes_no_sense_is_refused_in_words(local: Path) -> None:
    async with running(local, BROKER="pigeons") as up:
        assert await up.child.ended() == 2
        assert 'BROKER is "pigeons"' in up.printed


class DiesAtOnce(Child):
    async def start(self) -> None:
        await self.spawn()


async def test_a_part_that_dies_again_and_again_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up, "LONGEST_PAUSE", 0.01)
    part = DiesAtOnce("validation", ["sh", "-c", "echo no room left; exit 4"], tmp_path / "validation.log")
    await part.start()
    with pytest.raises(up.GaveUp, match=r"validation died 5 times(.|\n)*no room left"):
        await asyncio.wait_for(up.watch(part, DiesAtOnce.start), 10)  # type: ignore[arg-type]


def test_sign_ins_and_things_to_try_are_shown_as_tables() -> None:
    sign_in = {"role": "importer", "email": "ana@trader.example", "password": "p", "where": "/licences"}
    assert [line.split() for line in up.table([sign_in], "role", "email", "password", "where")] == [
        ["Role", "Email", "Password", "Where"],
        ["importer", "ana@trader.example", "p", "/licences"],
    ]
    assert [line.split() for line in up.table([{**sign_in, "what": "Answer"}], "what", "where")] == [
        ["What", "Where"],
        ["Answer", "/licences"],
    ]


async def test_started_again_it_has_its_secrets(local: Path) -> None:
    async with running(local) as up:
        await up.has_printed("Ctrl-C stops it")
        before = (await get(up, "/identity/health/live")).json()["settings"]
        await up.child.stop(within=20)
    assert (local / "secrets.json").stat().st_mode & 0o077 == 0
    async with running(local) as again:
        await again.has_printed("Ctrl-C stops it")
        after = (await get(again, "/identity/health/live")).json()["settings"]
        others = (await get(again, "/licences/health/live")).json()["settings"]
    assert after["SECRET_KEY"] == before["SECRET_KEY"]
    assert "SECRET_KEY" not in others
    assert after["DATABASE_URL"] != others["DATABASE_URL"]
