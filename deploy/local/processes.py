"""Child processes that are started, watched and never left behind."""

import asyncio
import contextlib
import ctypes
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Protocol, TypedDict

ROOT = Path(__file__).resolve().parents[2]
PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
given_ports: set[int] = set()


class DidNotStart(Exception):
    """A process ended, or did not become ready in time; the text holds the last lines of its log."""


class RunAs(TypedDict, total=False):
    """The user of a process, as `subprocess` wants it told; nothing in it: as ourselves."""

    user: int
    group: int
    extra_groups: list[int]


def run_once(command: Sequence[str | Path], *, run_as: RunAs | None = None, limit: float = 120) -> str:
    """Run a tool to its end and tell what it printed; raise `DidNotStart` with all its words when it fails."""
    result = subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, timeout=limit, check=False, cwd="/", **(run_as or RunAs())
    )
    if result.returncode:
        raise DidNotStart(f"{Path(command[0]).name} failed:\n{result.stdout}{result.stderr}")
    return result.stdout


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on.

    It lies below those that systems give to outgoing connections: none of these takes it before it is used, or while
    a killed process is started again.
    """
    for port in random.SystemRandom().sample(range(15_000, 32_000), 1000):
        if port not in given_ports and port_is_free(port):
            given_ports.add(port)
            return port
    raise OSError("no free port between 15000 and 32000")


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


async def accepts_connections(port: int) -> bool:
    """Does something listen on this port of 127.0.0.1?"""
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port), 1)
    except OSError:
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True


def python(*arguments: str) -> list[str]:
    """The command line of one of our own modules."""
    return [sys.executable, "-m", *arguments]


class Part(Protocol):
    """What the product is made of: a server that can be started, stopped, killed, and waited for."""

    name: str
    log: Path

    async def start(self) -> None:
        """Return once it is ready to be used."""

    async def stop(self) -> None: ...

    async def kill(self) -> None: ...

    async def ended(self) -> int: ...


class Child:
    """One child process; it dies with us, however we die (on Linux). Without a log file it writes where we write."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        log: Path | None,
        *,
        environment: dict[str, str] | None = None,
        run_as: RunAs | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        death_signal: signal.Signals = signal.SIGKILL,
    ) -> None:
        self.name = name
        self.command = [str(word) for word in command]
        self.log = log
        self.environment = environment
        self.run_as = run_as or RunAs()
        self.stop_signal = stop_signal
        self.death_signal = death_signal
        self.process: asyncio.subprocess.Process | None = None

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.returncode is None

    @property
    def pid(self) -> int:
        if self.process is None:
            raise RuntimeError(f"{self.name} was never started")
        return self.process.pid

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """The process stands still (SIGSTOP) while we do something it must not meddle with."""
        stopped = self.running
        if stopped:
            os.kill(self.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            if stopped and self.running:
                os.kill(self.pid, signal.SIGCONT)

    async def spawn(self) -> None:
        """Start the process, in a session of its own: Ctrl-C in the terminal reaches only us, who stop all in order."""
        if self.log is None:
            self.process = await self._execute(None)
            return
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self.process = await self._execute(output)

    async def _execute(self, output: IO[bytes] | None) -> asyncio.subprocess.Process:
        parent = os.getpid()

        def die_with_parent() -> None:
            if libc is not None:
                libc.prctl(PR_SET_PDEATHSIG, self.death_signal)
                if os.getppid() != parent:
                    os.kill(os.getpid(), signal.SIGKILL)

        return await asyncio.create_subprocess_exec(
            *self.command,
            cwd="/" if self.run_as else ROOT,
            env=self.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=die_with_parent,
            **self.run_as,
        )

    async def ready(self, is_ready: Callable[[], Awaitable[bool]], *, within: float) -> None:
        """Wait for the condition; raise `DidNotStart` when the process ends first or the seconds are over."""
        limit = time.monotonic() + within
        while not await is_ready():
            if not self.running:
                raise DidNotStart(f"{self.name} ended with {self.returncode} before it was ready.\n{self.last_lines()}")
            if time.monotonic() > limit:
                raise DidNotStart(f"{self.name} was not ready after {within:.0f} s.\n{self.last_lines()}")
            await asyncio.sleep(0.1)

    async def stop(self, *, within: float = 12) -> None:
        """Ask it to end; whoever has not ended after `within` seconds is killed."""
        if not self.running or self.process is None:
            return
        self._signal(self.stop_signal)
        try:
            await asyncio.wait_for(self.process.wait(), within)
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """kill -9 of the process and of everything it started."""
        if self.running and self.process is not None:
            self._signal(signal.SIGKILL, group=True)
            await self.process.wait()

    def _signal(self, number: signal.Signals, *, group: bool = False) -> None:
        with contextlib.suppress(ProcessLookupError):
            if group:
                os.killpg(self.pid, number)
            else:
                os.kill(self.pid, number)

    async def ended(self) -> int:
        """Wait for the end of the process and tell its return code."""
        if self.process is None:
            raise RuntimeError(f"{self.name} was never started")
        return await self.process.wait()

    @property
    def returncode(self) -> int | None:
        return self.process.returncode if self.process else None

    def last_lines(self, count: int = 15) -> str:
        """The end of its log, to be shown with the reason why it does not run."""
        if self.log is None or not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - 16_384))
            lines = log.read().decode("utf-8", "replace").splitlines()[-count:]
        return "\n".join([f"The last lines of {self.log}:", *(f"    {line}" for line in lines)])
