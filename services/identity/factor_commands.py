"""The command for the day when nobody of the support team can get in any more."""

import argparse

from services.identity.service import Identity
from services.identity.use_cases.factors import reset_by_command
from shared.service import Service


def prepare_reset(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--email", required=True)


async def reset_second_factor(service: Service, chosen: argparse.Namespace) -> None:
    """Remove every second factor of an account; its sessions end, and a mail tells its owner."""
    if not isinstance(service, Identity):
        raise TypeError("this command belongs to identity")
    async with service.work() as work:
        await reset_by_command(work, chosen.email)
    print("Removed.")  # noqa: T201 - the answer of a command
