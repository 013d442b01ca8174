"""`python -m deploy.demonstration load`: once per set of databases; started again it says that all is there."""

import argparse
import asyncio
import datetime as dt
import json
import logging
import os
from pathlib import Path

from deploy.demonstration.cast import PLAYERS, START_PAGE
from deploy.demonstration.licences import decide_and_clear, enter_licences
from deploy.demonstration.people import enter_people, new_password, wait_until_known
from deploy.demonstration.stage import Stage, set_up


class HalfLoaded(SystemExit):
    """An earlier loading was interrupted; doubles would be worse than starting over."""


async def load(directory: Path) -> None:
    """Load everything and write `sign-ins.json` for its owner. Does nothing when it is there already."""
    sign_ins = directory / "sign-ins.json"
    if sign_ins.exists():
        print("  the demonstration data is there already")  # noqa: T201 - the answer of a command
        return
    async with set_up() as stage:
        if await _has_accounts(stage):
            raise HalfLoaded(
                "The databases hold data, but no demonstration was loaded completely. "
                "`make clean-data` removes everything; `make up EMPTY=1` starts without loading."
            )
        passwords = {player.email: new_password() for player in PLAYERS}
        now = dt.datetime.now(dt.UTC)
        people = await enter_people(stage, passwords, at=now - dt.timedelta(days=430))
        await wait_until_known(stage, people)
        entered = await enter_licences(stage, people, now=now)
        await decide_and_clear(stage, people, entered)
    _write_for_owner_only(sign_ins, _rows(passwords))
    print(f"  {len(entered)} licences are loaded")  # noqa: T201 - the answer of a command


async def _has_accounts(stage: Stage) -> bool:
    async with stage.identity.work() as work:
        return bool(await work.db.fetchval("SELECT EXISTS (SELECT 1 FROM account)"))


def _rows(passwords: dict[str, str]) -> list[dict[str, str]]:
    words = {"support": "Support", "importer": "Importer", "msca": "Competent authority", "customs": "Customs office"}
    return [
        {
            "role": " ".join(filter(None, (words[player.role], player.where))),
            "email": player.email,
            "password": passwords[player.email],
            "where": START_PAGE[player.role],
        }
        for player in PLAYERS
    ]


def _write_for_owner_only(path: Path, rows: list[dict[str, str]]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(rows, file, indent=2)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m deploy.demonstration")
    parser.add_argument("act", choices=["load"])
    parser.parse_args()
    logging.getLogger().setLevel(logging.ERROR)
    asyncio.run(load(Path(os.environ["LOCAL_DIR"])))


if __name__ == "__main__":
    main()
