"""`python -m deploy.demonstration load`: once per set of databases. Interrupted, it goes on where it was."""

import argparse
import asyncio
import datetime as dt
import json
import logging
import os
from pathlib import Path

from deploy.demonstration.cast import APPLICANTS, PLAYERS, START_PAGE, TO_TRY
from deploy.demonstration.choices import make_choices
from deploy.demonstration.licences import decide_and_clear, enter_licences
from deploy.demonstration.people import enter_people, new_password, wait_until_known
from deploy.demonstration.requests import enter_requests
from deploy.demonstration.stage import set_up
from deploy.demonstration.stories import STORIES, tell_stories
from services.validation.storage.reminders import REMINDING_LOCK


async def load(directory: Path) -> None:
    """Load everything and write `sign-ins.json` for its owner. Does nothing when it is there already."""
    sign_ins = directory / "sign-ins.json"
    if sign_ins.exists():
        print("  the demonstration data is there already")  # noqa: T201 - the answer of a command
        return
    begun, passwords = _begin(directory / "sign-ins.json.begun")
    # Past licences are entered first and decided on later: meanwhile nobody is reminded of them.
    async with set_up() as stage, stage.validation.reading() as db:
        await db.execute("SELECT pg_advisory_lock($1)", REMINDING_LOCK)
        people = await enter_people(stage, passwords, now=begun)
        await enter_requests(stage, people, passwords, now=begun)
        await wait_until_known(stage, people)
        entered = await enter_licences(stage, people, now=begun)
        await decide_and_clear(stage, people, entered)
        await make_choices(stage, people, now=begun)
        hints = await tell_stories(stage, people, now=begun)
        await db.execute("SELECT pg_advisory_unlock($1)", REMINDING_LOCK)
    (directory / "to-try.json").write_text(json.dumps([vars(hint) for hint in (*TO_TRY, *hints)], indent=2))
    _write_for_owner_only(sign_ins, _rows(passwords))
    (directory / "sign-ins.json.begun").unlink()
    print(f"  {len(entered)} licences of the past and {len(STORIES)} stories are loaded")  # noqa: T201 - the same


def _begin(note: Path) -> tuple[dt.datetime, dict[str, str]]:
    """When this loading was begun, and the passwords it gives: those of an interrupted loading, if there was one."""
    if not note.exists():
        passwords = {player.email: new_password() for player in (*PLAYERS, *APPLICANTS)}
        _write_for_owner_only(note, {"begun": dt.datetime.now(dt.UTC).isoformat(), "passwords": passwords})
    noted = json.loads(note.read_text())
    return dt.datetime.fromisoformat(noted["begun"]), noted["passwords"]


def _rows(passwords: dict[str, str]) -> list[dict[str, str]]:
    words = {
        "support": "Support",
        "importer": "Importer",
        "msca": "Competent authority",
        "customs": "Customs office",
        "monitor": "Monitor",
    }
    return [
        {
            "role": " ".join(filter(None, (words[player.role], player.where))),
            "email": player.email,
            "password": passwords[player.email],
            "where": START_PAGE[player.role],
        }
        for player in PLAYERS
    ]


def _write_for_owner_only(path: Path, content: object) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file, indent=2)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m deploy.demonstration")
    parser.add_argument("act", choices=["load"])
    parser.parse_args()
    logging.getLogger().setLevel(logging.ERROR)
    asyncio.run(load(Path(os.environ["LOCAL_DIR"])))


if __name__ == "__main__":
    main()
