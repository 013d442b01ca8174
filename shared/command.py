"""The command line every service has: `python -m services.<name> serve | migrate | outbox | parked …`."""

import argparse
import asyncio
import gc
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import ValidationError

from shared import inbox, outbox, telemetry
from shared.database import migrate
from shared.service import Service

Act = Callable[[Service, argparse.Namespace], Coroutine[Any, Any, None]]
Prepare = Callable[[argparse.ArgumentParser], None]
GRACE_SECONDS = 10
GC_THRESHOLD = (50_000, 20, 50)
"""A batch makes many objects that go away together; looking for cycles among them took a quarter of its time."""


def main(
    name: str,
    build: Callable[[], FastAPI],
    *,
    commands: Mapping[str, tuple[str, Prepare, Act]] | None = None,
    arguments: Sequence[str] | None = None,
) -> None:
    """Parse and do. `commands` are the service's own: name to (help, prepare its parser, act)."""
    parser = argparse.ArgumentParser(prog=f"python -m services.{name}")
    words = parser.add_subparsers(dest="word", required=True)
    words.add_parser("serve", help="run the service")
    words.add_parser("migrate", help="bring the database schema up to date, then end")
    acts = {}
    for word, (text, prepare, act) in {**_COMMANDS, **(commands or {})}.items():
        prepare(words.add_parser(word, help=text))
        acts[word] = act
    chosen = parser.parse_args(arguments)
    try:
        app = build()
    except ValidationError as wrong:
        raise SystemExit(_wrong_settings(wrong)) from None
    service: Service = app.state.service
    telemetry.start(name, service.settings)
    if chosen.word == "serve":
        serve(app)
    elif chosen.word == "migrate":
        asyncio.run(migrate(str(service.settings.database_url), service.folder / "migrations"))
    else:
        asyncio.run(_with_database(service, acts[chosen.word], chosen))


def _wrong_settings(wrong: ValidationError) -> str:
    """What the environment lacks, or has wrong: never the values, some of which are secret."""
    lines = [f"  {'.'.join(map(str, error['loc'])).upper() or 'together'}: {error['msg']}" for error in wrong.errors()]
    return "\n".join(["Settings are environment variables (shared/settings.py). Missing or wrong:", *lines])


def serve(app: FastAPI) -> None:
    """Listen for HTTP until told to stop; what is in flight gets ten seconds."""
    settings = app.state.settings
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLD)
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        server_header=False,
    )


async def _with_database(service: Service, act: Act, chosen: argparse.Namespace) -> None:
    await service.open()
    try:
        await act(service, chosen)
    finally:
        await service.close()


def _prepare_outbox(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("act", choices=["show", "replay"])
    parser.add_argument("--first", type=int, default=0, help="lowest outbox id to send again")
    parser.add_argument("--last", type=int, help="highest outbox id to send again; the newest when not given")
    parser.add_argument("--topic", action="append", help="only this topic; may be repeated")


async def _outbox(service: Service, chosen: argparse.Namespace) -> None:
    async with service.work() as work:
        if chosen.act == "replay":
            count = await outbox.replay(work.db, first=chosen.first, last=chosen.last, topics=chosen.topic)
            _say(f"{count} events will be sent again.")
        else:
            waiting = await outbox.unsent(work.db)
            oldest = waiting.oldest.isoformat() if waiting.oldest else "none"
            _say(f"Unsent: {waiting.count} (oldest: {oldest}), of these need a person: {waiting.failed}.")


def _prepare_parked(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("act", choices=["list", "resend", "drop"])
    parser.add_argument("ids", type=int, nargs="*", help="which parked messages")
    parser.add_argument("--all", action="store_true", help="all of them")


async def _parked(service: Service, chosen: argparse.Namespace) -> None:
    async with service.work() as work:
        waiting = await inbox.parked(work.db, limit=1_000)
    if chosen.act == "list":
        for row in waiting:
            _say(f"{row['id']}  {row['parked_at']:%Y-%m-%d %H:%M:%S}  {row['topic']}  {row['type']}  {row['error']}")
        _say(f"{len(waiting)} parked.")
        return
    for parked_id in [row["id"] for row in waiting] if chosen.all else chosen.ids:
        try:
            settled = await service.hearing.settle(parked_id, chosen.act, by="command line")
        except Exception as error:
            _say(f"{parked_id}: still fails: {error!r}")
        else:
            _say(f"{parked_id}: {'done' if settled else 'was settled before'}")


def _say(text: str) -> None:
    print(text)  # noqa: T201 - the answer of a command


_COMMANDS: Mapping[str, tuple[str, Prepare, Act]] = {
    "outbox": ("show what is unsent, or send kept events again", _prepare_outbox, _outbox),
    "parked": ("list messages that could not be handled; hear them again or drop them", _prepare_parked, _parked),
}
