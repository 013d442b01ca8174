"""The commands of validation beside those that every service has."""

import argparse
from uuid import UUID

from services.validation.use_cases.verifying import verify_history
from shared.service import Service


def prepare_history(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("act", choices=["verify"])
    parser.add_argument("--case", type=UUID, help="only the history of this licence's case")


async def history(service: Service, chosen: argparse.Namespace) -> None:
    """Verify the chained history; names the first broken entry and ends with 1."""
    done = await verify_history(service.work, only=chosen.case)
    say(f"{done.entries} entries of {done.cases} cases verified.")
    if done.broken:
        where = f"entry {done.broken.position} of {done.broken.at:%Y-%m-%d %H:%M:%S}" if done.broken.at else "history"
        say(f"BROKEN: case {done.broken.licence_id}, {where}: {done.broken.why}.")
        raise SystemExit(1)


def say(text: str) -> None:
    """Answer the person who typed the command."""
    print(text)  # noqa: T201 - the answer of a command


COMMANDS = {
    "history": ("verify that the history of cases is as it was written", prepare_history, history),
}
