"""The keys that sign tokens, as one process holds them: published as JWKS, used by every replica alike."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from services.identity.box import Box
from services.identity.domain.keys import SigningKey, signing
from shared.authentication import ALGORITHM, AUDIENCE, claims_of
from shared.ids import new_id
from shared.person import Person


class Keyring:
    """Signs with the key whose time it is; verifies with every key that has not ended.

    A key signs for `key_lives`, then the next one does (use_cases/keys.py). With `all_strong` no installation's role
    waits for a second factor (settings.second_factor).
    """

    def __init__(
        self, *, box: Box, issuer: str, token_lives: timedelta, key_lives: timedelta, all_strong: bool
    ) -> None:
        self.box = box
        self.issuer = issuer
        self.token_lives = token_lives
        self.key_lives = key_lives
        self.all_strong = all_strong
        self._keys: list[SigningKey] = []
        self._private: dict[str, ec.EllipticCurvePrivateKey] = {}

    async def key(self, kid: str) -> ec.EllipticCurvePublicKey | None:
        """The public key with this id (shared.authentication asks for it)."""
        private = self._private.get(kid)
        return private.public_key() if private else None

    def take(self, keys: Sequence[SigningKey]) -> None:
        """From now on these are the keys, and no others. Raises SecretKeyChanged."""
        self._private = {key.kid: self._private.get(key.kid) or self._opened(key) for key in keys}
        self._keys = list(keys)

    def make(self, now: datetime, *, signs_from: datetime) -> SigningKey:
        """A new key pair, not yet kept anywhere."""
        pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return SigningKey(str(new_id()), self.box.seal(pem), now, signs_from)

    def sign(self, person: Person, *, now: datetime) -> str:
        """A token that says who this is, for a short while."""
        key = signing(self._keys, now)
        if key is None:
            raise LookupError("no signing key is known that could sign now")
        claims = claims_of(person) | {
            "strong": person.strong or self.all_strong,
            "iss": self.issuer,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + self.token_lives,
            "jti": str(new_id()),
        }
        return jwt.encode(claims, self._private[key.kid], algorithm=ALGORITHM, headers={"kid": key.kid})

    def jwks(self) -> dict[str, list[dict[str, Any]]]:
        """The public keys, for whoever verifies."""
        return {
            "keys": [
                json.loads(ECAlgorithm.to_jwk(key.public_key())) | {"kid": kid, "alg": ALGORITHM, "use": "sig"}
                for kid, key in self._private.items()
            ]
        }

    def _opened(self, key: SigningKey) -> ec.EllipticCurvePrivateKey:
        opened = serialization.load_pem_private_key(self.box.open(key.private_key), password=None)
        if not isinstance(opened, ec.EllipticCurvePrivateKey):
            raise TypeError(f"signing key {key.kid} is no elliptic curve key")
        return opened
