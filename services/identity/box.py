"""What lies encrypted in the database: under a key derived from SECRET_KEY, another one for each purpose."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class SecretKeyChanged(Exception):
    """SECRET_KEY is not the one that something in the database was encrypted with, nor is SECRET_KEY_BEFORE."""


class Box:
    """Encrypts with the present secret; opens also what was encrypted with the one `before`, while it is replaced."""

    def __init__(self, secret_key: str, *, purpose: str, before: str | None = None) -> None:
        self._present = _fernet(secret_key, purpose)
        self._before = _fernet(before, purpose) if before else None

    def seal(self, plain: bytes) -> bytes:
        return self._present.encrypt(plain)

    def open(self, sealed: bytes) -> bytes:
        """Raises SecretKeyChanged."""
        for fernet in filter(None, (self._present, self._before)):
            try:
                return fernet.decrypt(sealed)
            except InvalidToken:
                continue
        raise SecretKeyChanged

    def is_old(self, sealed: bytes) -> bool:
        """Whether this should be sealed anew, because the present secret does not open it."""
        try:
            self._present.decrypt(sealed)
        except InvalidToken:
            return True
        return False


def _fernet(secret_key: str, purpose: str) -> Fernet:
    key = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"flegt {purpose}".encode())
    return Fernet(urlsafe_b64encode(key.derive(secret_key.encode())))
