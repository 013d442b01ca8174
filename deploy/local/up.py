"""`make up`: start the product, keep it running, stop it with Ctrl-C (`python -m deploy.local.up [--empty]`).

Settings: PORT (8000), HOST (127.0.0.1), ORIGIN (http://localhost:PORT), LOCAL_DIR (.local), BROKER (embedded|kafka),
POSTGRES (wheel|installed), DATABASE_URL (a server to use instead). Settings of the services are passed on to them.
"""

import argparse
import asyncio
import fcntl
import importlib.util
import json
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from deploy.local.databases import SERVICES, NoPostgres
from deploy.local.kafka import NoKafka
from deploy.local.processes import ROOT, Child, DidNotStart, Part, port_is_free, python
from deploy.local.product import BROKERS, Product

QUICK = 30.0  # seconds: who dies sooner after its start died quickly
QUICK_DEATHS = 5  # so many quick deaths in a row, and everything is stopped
LONGEST_PAUSE = 10.0
LOADING_LIMIT = 900.0  # seconds for the demonstration data


class CannotStart(Exception):
    """The reason in words for whoever typed `make up`."""


class GaveUp(Exception):
    """A part died too often."""


def say(line: str = "") -> None:
    """Tell the person at the terminal."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@contextmanager
def only_one(directory: Path, origin: str) -> Iterator[None]:
    """Two of us in one directory would fight for its data: the lock is the kernel's, and goes away with the process."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise CannotStart(f"It already runs from here: {lock.read().strip()}.") from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()}, {origin}")
        lock.flush()
        yield


def only_one_runs(directory: Path) -> bool:
    """Whether a product runs from this directory."""
    try:
        with (directory / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def check_port(host: str, port: int) -> None:
    if not port_is_free(port, host):
        other = a_free_port_after(port, host)
        raise CannotStart(f"Port {port} is taken. Choose another one: PORT={other} make up")


async def watch(part: Part, revive: Callable[[Part], Awaitable[None]]) -> None:
    """Start a dead part again, after a growing pause; raise `GaveUp` when it dies quickly again and again."""
    quick_deaths = 0
    while True:
        began = time.monotonic()
        code = await part.ended()
        quick_deaths = quick_deaths + 1 if time.monotonic() - began < QUICK else 1
        if quick_deaths >= QUICK_DEATHS:
            raise GaveUp(f"{part.name} died {quick_deaths} times in a row.\n{last_words(part)}")
        pause = min(2.0 ** (quick_deaths - 2), LONGEST_PAUSE)
        say(f"! {part.name} {how_it_ended(code)}; it is started again in {pause:.1f} s")
        await asyncio.sleep(pause)
        try:
            await revive(part)
            say(f"  {part.name} is ready again")
        except DidNotStart:
            await part.kill()


def how_it_ended(code: int) -> str:
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"


def last_words(part: Part) -> str:
    return Child(part.name, [], part.log).last_lines()


async def load_demonstration(product: Product) -> None:
    if importlib.util.find_spec("deploy.demonstration") is None:
        say("  There is no demonstration data (module deploy.demonstration) yet: it starts empty.")
        return
    say("demonstration data is loaded …")
    environment = {**os.environ, **product.settings("identity"), "LOCAL_DIR": str(product.directory)}
    for name in SERVICES:
        environment[f"{name.upper()}_DATABASE_URL"] = product.database_url(name)
        environment[f"{name.upper()}_URL"] = product.service_url(name)
    loader = Child("demonstration", python("deploy.demonstration", "load"), None, environment=environment)
    await loader.spawn()
    try:
        code = await asyncio.wait_for(loader.ended(), LOADING_LIMIT)
    finally:
        await loader.stop()
    if code:
        raise CannotStart(f"Loading the demonstration data ended with {code}.")


def summary(product: Product) -> Iterator[str]:
    yield ""
    yield f"  The product runs at   {product.origin}"
    yield f"  Mails it sent         {product.origin}/mailbox"
    for country in sorted(product.cells.running):
        yield f"  The cell of {country}        {product.cells.origin(country)}"
    yield f"  Health of all parts   {product.origin}/health/ready"
    yield f"  Data and logs         {product.directory}"
    sign_ins = product.directory / "sign-ins.json"
    if sign_ins.exists():
        yield ""
        yield from table(json.loads(sign_ins.read_text()), "role", "email", "password", "where")
        yield f"  (also in {sign_ins})"
    to_try = product.directory / "to-try.json"
    if to_try.exists():
        yield ""
        yield from table(json.loads(to_try.read_text()), "what", "email", "where")
    yield ""
    yield "  Ctrl-C stops it."


def table(rows: list[dict[str, str]], *columns: str) -> Iterator[str]:
    widths = {c: max(len(str(row.get(c, ""))) for row in [*rows, {c: c}]) for c in columns}
    for row in [{c: c.capitalize() for c in columns}, *rows]:
        yield "  " + "  ".join(str(row.get(c, "")).ljust(widths[c]) for c in columns).rstrip()


async def run(product: Product, *, empty: bool) -> None:
    """Until it is told to stop (cancelled), or a part cannot be kept alive."""
    (product.directory / "cells-wanted.json").unlink(missing_ok=True)  # a wish is for the run in which it was made
    async with product:
        if not empty:
            await load_demonstration(product)
        for line in summary(product):
            say(line)
        await keep_running(product)


async def keep_running(product: Product) -> None:
    """Watch every part, and between two watches start and stop the cells that `make cell` asks for."""
    while True:
        watching = [asyncio.create_task(watch(part, product.revive)) for part in product.parts]
        wish = asyncio.create_task(wished(product))
        try:
            done, _ = await asyncio.wait([*watching, wish], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*watching, wish):
                task.cancel()
            await asyncio.wait([*watching, wish])
        for task in done - {wish}:
            task.result()
        if wish in done:
            await fulfil(product, *wish.result())


async def wished(product: Product) -> tuple[str, str]:
    """Wait until somebody wants a cell otherwise than it is; tells which, and how."""
    file = product.directory / "cells-wanted.json"
    while True:
        wanted: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
        for country, state in wanted.items():
            if (country in product.cells.running) != (state == "running"):
                return country, state
        await asyncio.sleep(1)


async def fulfil(product: Product, country: str, state: str) -> None:
    """Start or stop a cell; what goes wrong is told, and the product goes on without it."""
    cells = product.cells
    say(f"  The cell of {country} shall be {state} …")
    try:
        if state == "stopped":
            await cells.stop(country)
        elif country in cells.doors:
            await cells.start(country)
        else:
            await cells.add(country, port=a_free_port_after(product.port, product.host))
    except (DidNotStart, OSError, asyncpg.PostgresError) as error:
        (product.directory / "cells-wanted.json").unlink(missing_ok=True)
        say(f"! It did not work: {error}")
    else:
        say(f"  The cell of {country} is {state}" + (f" at {cells.origin(country)}" if state == "running" else "."))


def a_free_port_after(port: int, host: str) -> int:
    """An address that people can remember."""
    return next(p for p in range(port + 1, port + 1000) if port_is_free(p, host))


async def run_until_signal(product: Product, *, empty: bool) -> None:
    running = asyncio.create_task(run(product, empty=empty))

    def stop() -> None:
        """The first signal stops it; more of them while it stops change nothing."""
        if not running.cancelling():
            say("Stopping …")
            running.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    try:
        await running
    except asyncio.CancelledError:
        say("Everything is stopped.")


def product_from_environment(*, empty: bool) -> Product:
    setting = os.environ.get
    broker = setting("BROKER", "embedded")
    if broker not in BROKERS:
        raise CannotStart(f'BROKER is "{broker}"; it can be {" or ".join(BROKERS)}.')
    port = setting("PORT", "8000")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise CannotStart(f'PORT is "{port}"; it must be a number between 1 and 65535.')
    return Product(
        Path(setting("LOCAL_DIR") or ROOT / ".local"),
        port=int(port),
        host=setting("HOST", "127.0.0.1"),
        origin=setting("ORIGIN", ""),
        broker=broker,
        postgres=setting("POSTGRES", ""),
        database_url=setting("DATABASE_URL", ""),
        environment={} if empty else {"": {"DEMONSTRATION": "true"}},
        durable=True,
        say=lambda line: say(f"  {line}"),
    )


def main() -> int:
    arguments = argparse.ArgumentParser(prog="make up", description="Run the whole product on this machine.")
    arguments.add_argument("--empty", action="store_true", help="without demonstration data")
    empty = arguments.parse_args().empty
    try:
        product = product_from_environment(empty=empty)
        with only_one(product.directory, product.origin):
            check_port(product.host, product.port)
            asyncio.run(run_until_signal(product, empty=empty))
    except (CannotStart, NoPostgres, NoKafka) as reason:
        say(f"{reason}")
        return 2
    except (DidNotStart, GaveUp) as reason:
        say(f"{reason}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
