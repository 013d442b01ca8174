"""Identity as one assembled service: its keys, its passwords, its own way of looking up roles."""

import asyncio
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from services.identity.authenticators import Authenticators
from services.identity.domain.accounts import ASKING_WINDOW
from services.identity.domain.sessions import SESSION_IDLE
from services.identity.keyring import Keyring
from services.identity.openid import OpenIDProvider
from services.identity.passkeys import Passkeys
from services.identity.passwords import Passwords
from services.identity.settings import Settings
from services.identity.storage import asking, clients, deletion, email_changes, factors, openid, roles, sessions
from services.identity.use_cases.authority_data import known_authorities, load_authorities, open_and_close
from services.identity.use_cases.factors import reseal_apps
from services.identity.use_cases.keys import follow_keys
from services.identity.use_cases.roles import end_passed_roles, remind_of_waiting
from services.identity.use_cases.second_factor import Verifiers
from shared import background
from shared.messaging import Listener
from shared.person import Role
from shared.problems import NotSignedIn
from shared.service import Service
from shared.work import Clock, utc_now

SECONDS_BETWEEN_ROUNDS = 60
SECONDS_BETWEEN_LOOKS = 5
"""How often a replica looks what happened to the signing keys."""
LINKS_KEPT = timedelta(days=30)
ATTEMPTS_KEPT = timedelta(days=1)
USED_KEPT = timedelta(days=1)
MAILS_KEPT = timedelta(days=2)
"""How long a sent mail, with its link and address, stays in the outbox: longer than any link works."""


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
        self.openid = _provider(settings)
        self.passwords = Passwords(at_once=settings.passwords_at_once)
        self.verifiers = Verifiers(Authenticators(settings.box("second factors")), Passkeys(settings.origin))
        super().__init__("identity", settings, folder=Path(__file__).parent, listener=Listener("identity"), clock=clock)
        self.pages.environment.globals["openid_name"] = settings.openid_name if self.openid else None

    def keys(self) -> Keyring:
        return self.keyring

    async def roles_of(self, account_id: UUID) -> tuple[Role, ...]:
        """What somebody may act as. Raises NotSignedIn for who deleted the account while a token still lives."""
        async with self.work() as work:
            if await deletion.is_deleted(work.db, account_id):
                raise NotSignedIn
            granted = await roles.granted_to(work.db, account_id, at=work.now)
            return granted or await clients.roles_of(work.db, account_id, at=work.now)

    async def open(self) -> None:
        """As every service does; then the signing keys are there, and every authority that the data know."""
        await super().open()
        await self.follow_keys()
        if self.settings.secret_key_before:
            async with self.work() as work:
                await reseal_apps(work, self.verifiers)
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
            await open_and_close(work)
            await sessions.prune(
                work.db,
                at=work.now,
                idle_since=work.now - SESSION_IDLE,
                attempts_before=work.now - ATTEMPTS_KEPT,
                links_before=work.now - LINKS_KEPT,
            )
            await factors.prune(work.db, at=work.now)
            await openid.prune(work.db, at=work.now, used_before=work.now - USED_KEPT)
            await clients.forget_attempts(work.db, before=work.now - ATTEMPTS_KEPT)
        await self.look_after_accounts()
        await self.look_after_roles()

    async def look_after_accounts(self) -> None:
        """Forget who asked for what, wishes that have ended, and mails whose links have."""
        async with self.work() as work:
            await asking.prune(work.db, before=work.now - ASKING_WINDOW)
            await email_changes.prune(work.db, at=work.now)
            await deletion.prune_mails(work.db, before=work.now - MAILS_KEPT)

    async def look_after_roles(self) -> None:
        """End roles whose day has passed, and remind of requests that wait, until none is left."""
        period = timedelta(days=self.settings.role_request_reminder_days)
        while True:
            async with self.work() as work:
                done = await end_passed_roles(work) + await remind_of_waiting(work, period=period)
            if not done:
                return


def _provider(settings: Settings) -> OpenIDProvider | None:
    """None where nobody signs in elsewhere."""
    if not settings.openid_issuer:
        return None
    return OpenIDProvider(
        issuer=settings.openid_issuer,
        client_id=settings.openid_client_id,
        secret=settings.openid_client_secret.get_secret_value() if settings.openid_client_secret else None,
        scopes=settings.openid_scopes,
        origin=settings.origin,
    )
