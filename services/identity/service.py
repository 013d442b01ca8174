"""Identity as one assembled service: its keys, its passwords, its own way of looking up roles."""

import asyncio
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from services.identity.domain.sessions import SESSION_IDLE
from services.identity.keyring import Keyring
from services.identity.passwords import Passwords
from services.identity.settings import Settings
from services.identity.storage import factors, roles, sessions
from services.identity.use_cases.authorities import known_authorities, load_authorities
from services.identity.use_cases.keys import follow_keys
from shared import background
from shared.messaging import Listener
from shared.person import Role
from shared.service import Service
from shared.work import Clock, utc_now

SECONDS_BETWEEN_ROUNDS = 60
SECONDS_BETWEEN_LOOKS = 5
"""How often a replica looks what happened to the signing keys."""
LINKS_KEPT = timedelta(days=30)
ATTEMPTS_KEPT = timedelta(days=1)


class Identity(Service):
    """Identity hears nobody; it verifies tokens with its own keys and looks roles up in its own tables."""

    settings: Settings

    def __init__(self, settings: Settings, clock: Clock = utc_now) -> None:
        self.token_lives = timedelta(minutes=settings.token_minutes)
        self.keyring = Keyring(
            box=settings.box("signing keys"),
            issuer=settings.origin,
            token_lives=self.token_lives,
            key_lives=timedelta(days=settings.signing_key_days),
            all_strong=settings.second_factor == "offered",
        )
        self.passwords = Passwords(at_once=settings.passwords_at_once)
        super().__init__("identity", settings, folder=Path(__file__).parent, listener=Listener("identity"), clock=clock)

    def keys(self) -> Keyring:
        return self.keyring

    async def roles_of(self, account_id: UUID) -> tuple[Role, ...]:
        async with self.work() as work:
            return await roles.granted_to(work.db, account_id, at=work.now)

    async def open(self) -> None:
        """As every service does; then the signing keys are there, and every authority that the data know."""
        await super().open()
        await self.follow_keys()
        async with self.work() as work:
            await load_authorities(work, known_authorities(demonstration=self.settings.demonstration))

    async def run_beside(self) -> None:
        """Take up keys that another replica made, and forget what has ended."""
        async with asyncio.TaskGroup() as group:
            group.create_task(background.every(SECONDS_BETWEEN_LOOKS, self.follow_keys))
            group.create_task(background.every(SECONDS_BETWEEN_ROUNDS, self._round))

    async def follow_keys(self) -> None:
        """The signing keys as they are now."""
        async with self.work() as work:
            await follow_keys(work, self.keyring)

    async def _round(self) -> None:
        async with self.work() as work:
            await sessions.prune(
                work.db,
                at=work.now,
                idle_since=work.now - SESSION_IDLE,
                attempts_before=work.now - ATTEMPTS_KEPT,
                links_before=work.now - LINKS_KEPT,
            )
            await factors.prune(work.db, at=work.now)
