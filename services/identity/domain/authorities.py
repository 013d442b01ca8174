"""Competent authorities and customs offices: who they are, and ids that stay the same however often they are loaded."""

from dataclasses import dataclass
from uuid import UUID, uuid5

_NAMESPACE = UUID("0f6d3a52-8a37-5d0e-9a54-5c0a6f1e7b21")
DEMONSTRATION_DOMAIN = "authority.example"


@dataclass(frozen=True)
class Authority:
    """A competent authority (kind `msca`, its code is the country) or a customs office (`customs`, its COL number)."""

    kind: str
    code: str
    name: str
    country: str
    mailbox: str | None = None

    @property
    def id(self) -> UUID:
        """Always the same for the same authority, in every installation."""
        return uuid5(_NAMESPACE, f"{self.kind}:{self.code}")

    @property
    def office(self) -> str | None:
        """The COL number of a customs office."""
        return self.code if self.kind == "customs" else None


def demonstration_mailbox(kind: str, code: str) -> str:
    """A mailbox that cannot exist, so that a demonstration never writes to a real authority."""
    prefix = "flegt" if kind == "msca" else "office"
    return f"{prefix}-{code.lower()}@{DEMONSTRATION_DOMAIN}"
