"""`python -m services.identity keys list | rotate | retire KID [--now]`."""

import argparse

from services.identity.domain.keys import SigningKey
from services.identity.service import Identity
from services.identity.use_cases import keys as use_cases
from shared.problems import WrongState
from shared.service import Service


def prepare_keys(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("act", choices=["list", "rotate", "retire"])
    parser.add_argument("kid", nargs="?", help="which key to retire")
    parser.add_argument(
        "--now", action="store_true", help="its tokens are refused at once: for a key that fell into wrong hands"
    )


async def keys(service: Service, chosen: argparse.Namespace) -> None:
    """Do it, then show the keys as they are."""
    if not isinstance(service, Identity):
        raise TypeError("this command belongs to identity")
    if chosen.act == "rotate":
        async with service.work() as work:
            await use_cases.rotate_keys(work, service.keyring)
    elif chosen.act == "retire":
        await _retire(service, chosen)
    async with service.work() as work:
        for key in await use_cases.list_keys(work):
            print(_line(key))  # noqa: T201 - the answer of a command


async def _retire(service: Identity, chosen: argparse.Namespace) -> None:
    if not chosen.kid:
        raise SystemExit("Which key? `keys list` shows them.")
    try:
        async with service.work() as work:
            await use_cases.retire_key(work, service.keyring, chosen.kid, at_once=chosen.now)
    except WrongState as refusal:
        raise SystemExit(refusal.message) from refusal


def _line(key: SigningKey) -> str:
    ends = f"{key.ends_at:%Y-%m-%d %H:%M:%S}" if key.ends_at else "not yet known"
    return f"{key.kid}  signs from {key.signs_from:%Y-%m-%d %H:%M:%S}  believed until {ends}"
