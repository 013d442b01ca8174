"""PostgreSQL as our own child process."""

import asyncio
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import asyncpg

from deploy.local.databases import Databases, NoPostgres
from deploy.local.postgres_home import Home, binaries
from deploy.local.processes import Child, DidNotStart, free_port, run_once
from deploy.local.secrets import Secrets

READY_WITHIN = 60.0


class Postgres(Databases):
    """Our own server on a free port of 127.0.0.1, with its data under `directory`.

    Without `durable` it is fast and forgetful: for tests, whose data goes away with the `async with`.
    Use it so, or with `start()`, `stop()`, `kill()` (-9) and again `start()`.
    """

    name = "postgres"

    def __init__(self, directory: Path, *, choice: str = "", durable: bool = True, log: Path | None = None) -> None:
        super().__init__(Secrets(directory / "secrets.json"))
        self.directory = directory
        self.durable = durable
        self.bin = binaries(choice)
        self.port = free_port()
        self.log = log or directory / "logs" / "postgres.log"
        self.child: Child | None = None
        self.home: Home | None = None

    def admin_url(self, database: str = "postgres") -> str:
        password = quote(self.secrets.get("postgres:postgres"), safe="")
        return f"postgresql://postgres:{password}@127.0.0.1:{self.port}/{database}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        if not self.durable:
            await asyncio.to_thread(self.remove)

    def remove(self) -> None:
        """Delete the data of a stopped server."""
        if self.home:
            self.home.remove(self.directory)

    async def start(self) -> None:
        """Make the data directory at the first time, start the server, and make sure of the services' databases."""
        home = self.home = await asyncio.to_thread(Home.prepare, self.directory, self.bin)
        await asyncio.to_thread(self._initialise, home)
        limit = time.monotonic() + READY_WITHIN
        while not await self._start_once(home):
            # After a kill -9 the old backends hold the shared memory for a moment: try again.
            if time.monotonic() > limit:
                raise DidNotStart(f"PostgreSQL does not start.\n{self._child.last_lines()}")
            await asyncio.sleep(0.2)
        await self.create_services()

    async def stop(self) -> None:
        if self.child:
            await self.child.stop(within=15)

    async def kill(self) -> None:
        """kill -9 of the postmaster: the backends notice it and end by themselves."""
        if self.child and self.child.running:
            os.kill(self.child.pid, signal.SIGKILL)
            await self.child.ended()

    async def ended(self) -> int:
        return await self._child.ended()

    @property
    def _child(self) -> Child:
        if self.child is None:
            raise RuntimeError("PostgreSQL was never started")
        return self.child

    def _initialise(self, home: "Home") -> None:
        version = home.data / "PG_VERSION"
        ours = run_once([home.bin / "postgres", "--version"], run_as=home.run_as)
        if version.exists():
            major = version.read_text().strip()
            if f" {major}." not in ours:
                raise NoPostgres(
                    f"The data in {home.data} was made by PostgreSQL {major}, but this is {ours.strip()}. "
                    "Use the same server as before (POSTGRES=wheel or POSTGRES=installed), or another LOCAL_DIR."
                )
            return
        locale = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"
        with tempfile.NamedTemporaryFile("w", dir=home.data.parent) as password:
            password.write(self.secrets.get("postgres:postgres"))
            password.flush()
            if home.run_as:
                os.chown(password.name, home.run_as["user"], home.run_as["group"])
            files: list[str | Path] = ["-D", home.data, "--pwfile", password.name, "--no-sync"]
            options = ["-U", "postgres", "--auth=scram-sha-256", "--encoding=UTF8", f"--locale={locale}"]
            run_once([home.bin / "initdb", *files, *options], run_as=home.run_as)

    async def _start_once(self, home: "Home") -> bool:
        settings = {"listen_addresses": "127.0.0.1", "port": str(self.port), "max_connections": "200"}
        settings |= {"unix_socket_directories": "", "timezone": "UTC", "log_timezone": "UTC"}
        if not self.durable:
            # Commits survive a killed server all the same (synchronous_commit stays on), only not a power cut.
            settings |= {"fsync": "off", "full_page_writes": "off"}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self.child = Child(
            self.name,
            [home.bin / "postgres", "-D", home.data, *options],
            self.log,
            run_as=home.run_as,
            stop_signal=signal.SIGINT,  # "fast": ends the sessions, writes everything down
            death_signal=signal.SIGINT,
        )
        await self.child.spawn()
        while self.child.running:
            try:
                connection = await asyncpg.connect(self.admin_url(), timeout=5)
            except asyncpg.InvalidPasswordError:
                raise
            except (OSError, asyncpg.PostgresError, TimeoutError):
                await asyncio.sleep(0.03)
            else:
                await connection.close()
                return True
        return False
