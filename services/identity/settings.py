"""The settings of identity."""

from typing import Literal

from pydantic import SecretStr

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Beside those of every service. `secret_key` encrypts the private signing keys at rest: keep it safe."""

    secret_key: SecretStr
    second_factor: Literal["required", "offered"] = "required"
    """Whether roles of authorities, customs and support wait for a second factor. `offered` is for demonstrations."""
    token_minutes: int = 15
    passwords_at_once: int = 2
    """How many Argon2id computations run at the same time; each takes 64 MiB."""
