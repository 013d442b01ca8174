"""The settings of identity."""

from typing import Literal

from pydantic import Field, SecretStr

from services.identity.box import Box
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Beside those of every service. `secret_key` encrypts the private signing keys at rest: keep it safe."""

    secret_key: SecretStr
    secret_key_before: SecretStr | None = None
    """The one before, while it is replaced: what it encrypted can still be read, and is encrypted anew."""
    second_factor: Literal["required", "offered"] = "required"
    """Whether roles of authorities, customs and support wait for a second factor. `offered` is for demonstrations."""
    token_minutes: int = 15
    signing_key_days: int = 30
    """For how long a key signs tokens before the next one does."""
    passwords_at_once: int = 2
    """How many Argon2id computations run at the same time; each takes 64 MiB."""
    asked_per_hour: int = 60
    """How often one network address may register, and how often ask for mails with links, in an hour."""

    openid_issuer: str = ""
    """The OpenID provider through which people may sign in, such as EU Login; none when empty."""
    openid_client_id: str = ""
    openid_client_secret: SecretStr | None = None
    openid_name: str = "EU Login"
    """What people call the provider."""
    openid_scopes: str = "openid email profile"
    openid_strong_acr: str = ""
    """Values of `acr` by which the provider says that a second factor was used, with blanks between them."""
    openid_strong_amr: str = "mfa"
    """The same for `amr`: one of them is enough."""
    role_request_reminder_days: int = Field(default=3, ge=1)
    """After how long those who decide are reminded of a request, and again after as long."""
    recertification_days: int = Field(default=365, ge=1)
    """After how long somebody has to confirm that a role is still needed."""

    def box(self, purpose: str) -> Box:
        """What seals things of this purpose in the database."""
        before = self.secret_key_before.get_secret_value() if self.secret_key_before else None
        return Box(self.secret_key.get_secret_value(), purpose=purpose, before=before)
