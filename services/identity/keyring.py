"""The keys that sign tokens: kept encrypted in the database, published as JWKS, used by every replica alike."""

import json
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import jwt
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from jwt.algorithms import ECAlgorithm

from services.identity.storage import sessions as storage
from services.identity.storage.sessions import SigningKey
from shared.authentication import ALGORITHM, AUDIENCE, claims_of
from shared.ids import new_id
from shared.person import Person

KEY_LOCK = 7_301_102


class SecretKeyChanged(Exception):
    """SECRET_KEY is not the one that the signing keys in the database were encrypted with."""


class Keyring:
    """Signs with the newest key; verifies with every key that has not ended.

    With `all_strong` no installation's role waits for a second factor (settings.second_factor).
    """

    def __init__(self, *, secret_key: str, issuer: str, token_lives: timedelta, all_strong: bool) -> None:
        self.issuer = issuer
        self.all_strong = all_strong
        self.token_lives = token_lives
        self._box = Fernet(urlsafe_b64encode(_derived(secret_key)))
        self._private: dict[str, ec.EllipticCurvePrivateKey] = {}
        self._newest = ""

    async def key(self, kid: str) -> ec.EllipticCurvePublicKey | None:
        """The public key with this id (shared.authentication asks for it)."""
        private = self._private.get(kid)
        return private.public_key() if private else None

    async def load(self, db: asyncpg.Connection, *, now: datetime) -> None:
        """Read the keys; make the first one when there is none. One process at a time."""
        await db.execute("SELECT pg_advisory_xact_lock($1)", KEY_LOCK)
        kept = await storage.signing_keys(db, at=now)
        if not kept:
            kept = [self._make(now)]
            await storage.add_signing_key(db, kept[0])
        self._private = {key.kid: self._opened(key) for key in kept}
        self._newest = kept[0].kid

    def sign(self, person: Person, *, now: datetime) -> str:
        """A token that says who this is, for a short while."""
        claims = claims_of(person) | {
            "strong": person.strong or self.all_strong,
            "iss": self.issuer,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + self.token_lives,
            "jti": str(new_id()),
        }
        return jwt.encode(claims, self._private[self._newest], algorithm=ALGORITHM, headers={"kid": self._newest})

    def jwks(self) -> dict[str, list[dict[str, Any]]]:
        """The public keys, for whoever verifies."""
        return {
            "keys": [
                json.loads(ECAlgorithm.to_jwk(key.public_key())) | {"kid": kid, "alg": ALGORITHM, "use": "sig"}
                for kid, key in self._private.items()
            ]
        }

    def _make(self, now: datetime) -> SigningKey:
        pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return SigningKey(str(new_id()), self._box.encrypt(pem), now)

    def _opened(self, key: SigningKey) -> ec.EllipticCurvePrivateKey:
        try:
            opened = serialization.load_pem_private_key(self._box.decrypt(key.private_key), password=None)
        except InvalidToken as error:
            raise SecretKeyChanged from error
        if not isinstance(opened, ec.EllipticCurvePrivateKey):
            raise TypeError(f"signing key {key.kid} is no elliptic curve key")
        return opened


def _derived(secret_key: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"flegt signing keys").derive(secret_key.encode())
