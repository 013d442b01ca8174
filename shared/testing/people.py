"""People who are signed in, without identity: tokens signed by a key whose public part is served as JWKS."""

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from uuid import UUID, uuid4

import asyncpg
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from shared.authentication import ALGORITHM, AUDIENCE, TOKEN_COOKIE, claims_of
from shared.person import Person, Role
from shared.testing.settings import ORIGIN


def person(name: str = "Ines Importer", *roles: Role) -> Person:
    """Somebody new, with these roles."""
    return Person(uuid4(), name, session_id=uuid4(), roles=roles, strong=True)


def importer_role(operator_id: UUID | None = None, name: str = "Timber Trade NV", country: str = "BE") -> Role:
    """Importer of a company."""
    return Role(uuid4(), "importer", operator_id or uuid4(), name, country)


def msca_role(country: str = "BE") -> Role:
    """Officer of the competent authority of a Member State."""
    return Role(uuid4(), "msca", uuid4(), f"FLEGT Competent Authority of {country}", country)


def customs_role(office: str = "BE101000") -> Role:
    """Officer of a customs office."""
    return Role(uuid4(), "customs", uuid4(), f"Customs office {office}", office[:2], office)


def support_role() -> Role:
    """Member of the support team."""
    return Role(uuid4(), "support", None, "Support team")


async def know(db: asyncpg.Connection, someone: Person) -> Person:
    """Let a service's database know the roles of this person, as if identity's events had arrived."""
    await db.executemany(
        """
        INSERT INTO known_role (role_id, version, account_id, kind, body_id, body_name, country, office,
                                administrator, partner_country, granted)
        VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, true) ON CONFLICT DO NOTHING
        """,
        [
            (
                role.id,
                someone.account_id,
                role.kind,
                role.body_id,
                role.body_name,
                role.country,
                role.office,
                role.administrator,
                role.partner_country,
            )
            for role in someone.roles
        ],
    )
    return someone


class Issuer:
    """Signs tokens as identity does and serves the public key over HTTP. `settings` tells a service where."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        public: dict[str, Any] = ECAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        jwks = json.dumps({"keys": [public | {"kid": "test", "alg": ALGORITHM, "use": "sig"}]}).encode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(jwks)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server asks for this name
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def settings(self) -> dict[str, str]:
        """What a service needs to know to believe our tokens."""
        return {"jwks_url": f"http://127.0.0.1:{self._server.server_port}/jwks.json", "origin": ORIGIN}

    def token(self, someone: Person, *, minutes: float = 15) -> str:
        """A token for this person; negative minutes make one that has ended."""
        now = datetime.now(UTC)
        claims = claims_of(someone) | {
            "iss": ORIGIN,
            "aud": AUDIENCE,
            "iat": now - timedelta(minutes=1),
            "exp": now + timedelta(minutes=minutes),
        }
        return jwt.encode(claims, self.key, algorithm=ALGORITHM, headers={"kid": "test"})

    def cookies(self, someone: Person) -> dict[str, str]:
        """What this person's browser carries."""
        return {TOKEN_COOKIE: self.token(someone)}

    def bearer(self, someone: Person) -> dict[str, str]:
        """The header a program sends for this person."""
        return {"Authorization": f"Bearer {self.token(someone)}"}
