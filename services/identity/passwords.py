"""Argon2id, computed beside the event loop and never more at once than the machine has memory for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shared.problems import TooMany
from shared.web.i18n import N_

WAIT_SECONDS = 20


class Passwords:
    """Hashes and verifies with the parameters that RFC 9106 recommends for servers with little memory (64 MiB)."""

    def __init__(self, *, at_once: int) -> None:
        self._hasher = PasswordHasher()
        self._slots = asyncio.Semaphore(at_once)
        self._nobodys = self._hasher.hash("what is verified when there is no such account")

    async def hash(self, password: str) -> str:
        """A new hash, with its own salt."""
        async with self._slot():
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether it fits. Without a hash the same work is done, so that time tells nothing."""
        async with self._slot():
            fits = await asyncio.to_thread(self._fits, password_hash or self._nobodys, password)
        return fits and password_hash is not None

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        """Wait for one's turn, but not for ever. Raises TooMany."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._slots.acquire()
        except TimeoutError:
            raise TooMany(
                N_("Very many people sign in just now. Please try again."), retry_after=WAIT_SECONDS
            ) from None
        try:
            yield
        finally:
            self._slots.release()

    def _fits(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False
