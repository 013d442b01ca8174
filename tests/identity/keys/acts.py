"""What is done with signing keys, in one line each, for tests that need it done."""

from typing import Any

import jwt

from services.identity.domain.keys import SigningKey
from services.identity.service import Identity
from services.identity.settings import Settings
from services.identity.use_cases import keys as use_cases
from shared.testing.settings import settings_for


def settings(database: str, **others: Any) -> Settings:
    return settings_for(Settings, database, **({"secret_key": "a key for tests only"} | others))


async def rotate(service: Identity) -> SigningKey:
    async with service.work() as work:
        made = await use_cases.rotate_keys(work, service.keyring)
    await service.follow_keys()
    return made


async def retire(service: Identity, kid: str, *, at_once: bool = False) -> None:
    async with service.work() as work:
        await use_cases.retire_key(work, service.keyring, kid, at_once=at_once)
    await service.follow_keys()


def published(service: Identity) -> list[str]:
    return [str(key["kid"]) for key in service.keyring.jwks()["keys"]]


def kid_of(token: str) -> str:

    return str(jwt.get_unverified_header(token)["kid"])
