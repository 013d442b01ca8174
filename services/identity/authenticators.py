"""Authenticator apps: time-based codes as in RFC 6238, and the picture by which an app learns its secret."""

import io
from collections.abc import Iterable
from datetime import datetime

import pyotp
import segno

from services.identity.box import Box
from services.identity.domain.second_factor import steps_taken

ISSUER = "FLEGT licences"
GROUP = 4


class Authenticators:
    """Makes secrets and checks codes. Secrets are sealed wherever they are kept."""

    def __init__(self, box: Box) -> None:
        self.box = box

    def new_secret(self) -> bytes:
        """A new secret of 160 bits, sealed."""
        return self.box.seal(pyotp.random_base32().encode())

    def matching_step(self, sealed: bytes, code: str, *, now: datetime, after: int) -> int | None:
        """The time step that this code belongs to; None when it is wrong, or not later than `after`."""
        app = self._app(sealed)
        found = [step for step in steps_taken(now, after=after) if _same(app.generate_otp(step), code)]
        return found[0] if found else None

    def readable(self, sealed: bytes) -> str:
        """The secret in groups, for typing it into an app."""
        secret = self._app(sealed).secret
        return " ".join(secret[i : i + GROUP] for i in range(0, len(secret), GROUP))

    def picture(self, sealed: bytes, account: str) -> str:
        """The QR code for an app's camera, as an SVG element to be put into a page; it carries no style of its own."""
        address = self._app(sealed).provisioning_uri(name=account, issuer_name=ISSUER)
        drawn = io.BytesIO()
        segno.make(address, error="m", micro=False).save(
            drawn, kind="svg", xmldecl=False, svgclass="qr", lineclass=None, omitsize=True, border=4, light="#fff"
        )
        return drawn.getvalue().decode()

    def resealed(self, kept: Iterable[bytes]) -> dict[bytes, bytes]:
        """Those that only the secret key from before opens, with what takes their place."""
        return {sealed: self.box.seal(self.box.open(sealed)) for sealed in kept if self.box.is_old(sealed)}

    def _app(self, sealed: bytes) -> pyotp.TOTP:
        return pyotp.TOTP(self.box.open(sealed).decode())


def _same(expected: str, code: str) -> bool:
    return pyotp.utils.strings_equal(expected, code)
