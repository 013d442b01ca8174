"""`python -m services.identity serve | migrate | support-person | …`."""

import argparse
import secrets

from services.identity.authority_commands import authorities, prepare_authorities
from services.identity.domain.accounts import Registration
from services.identity.factor_commands import prepare_reset, reset_second_factor
from services.identity.key_commands import keys, prepare_keys
from services.identity.main import build
from services.identity.service import Identity
from services.identity.use_cases.accounts import make_confirmed_account
from services.identity.use_cases.roles import make_support_person
from shared.command import main
from shared.service import Service


def prepare_support_person(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--email", required=True)
    parser.add_argument("--first-name", required=True)
    parser.add_argument("--last-name", required=True)
    parser.add_argument("--language", default="en")
    parser.add_argument("--time-zone", default="Europe/Brussels")


async def support_person(service: Service, chosen: argparse.Namespace) -> None:
    """Make an account of the support team. Its password is shown now and never again."""
    if not isinstance(service, Identity):
        raise TypeError("this command belongs to identity")
    password = secrets.token_urlsafe(18)
    password_hash = await service.passwords.hash(password)
    registration = Registration(
        chosen.first_name,
        chosen.last_name,
        chosen.email,
        password,
        chosen.language,
        chosen.time_zone,
        privacy_accepted=True,
    )
    async with service.work() as work:
        account = await make_confirmed_account(work, registration, password_hash=password_hash)
        await make_support_person(work, account)
    print(password)  # noqa: T201 - the answer of a command


if __name__ == "__main__":
    main(
        "identity",
        build,
        commands={
            "authorities": ("show, export, add and correct authorities and offices", prepare_authorities, authorities),
            "support-person": ("make an account of the support team", prepare_support_person, support_person),
            "reset-second-factor": ("remove the second factors of an account", prepare_reset, reset_second_factor),
            "keys": ("list the keys that sign tokens, let the next one follow, or retire one", prepare_keys, keys),
        },
    )
