"""Who acts: a person with the roles that this service knows of."""

from dataclasses import dataclass, replace
from uuid import UUID


@dataclass(frozen=True)
class Role:
    """What a person may act as. `body_id` is the company or authority; `office` the COL number of a customs office."""

    id: UUID
    kind: str
    body_id: UUID | None
    body_name: str
    country: str | None = None
    office: str | None = None


@dataclass(frozen=True)
class Person:
    """Somebody who signed in. Use cases ask it what it may do."""

    account_id: UUID
    name: str
    language: str = "en"
    time_zone: str = "Europe/Brussels"
    session_id: UUID | None = None
    roles: tuple[Role, ...] = ()
    active_role_id: UUID | None = None

    def with_roles(self, roles: tuple[Role, ...]) -> "Person":
        """The same person with other roles."""
        return replace(self, roles=roles)

    @property
    def active_role(self) -> Role | None:
        """The role chosen in the header, else the first one."""
        chosen = [role for role in self.roles if role.id == self.active_role_id]
        return next(iter(chosen or self.roles), None)

    @property
    def companies(self) -> list[UUID]:
        """The operators this person may act for."""
        return [role.body_id for role in self.roles if role.kind == "importer" and role.body_id]

    @property
    def is_support(self) -> bool:
        """Whether this person belongs to the support team."""
        return any(role.kind == "support" for role in self.roles)

    def importer_of(self, operator_id: UUID) -> Role | None:
        """The role as importer of this company, if any."""
        return next((r for r in self.roles if r.kind == "importer" and r.body_id == operator_id), None)

    def authority_of(self, country: str) -> Role | None:
        """The role in the competent authority of this Member State, if any."""
        return next((r for r in self.roles if r.kind == "msca" and r.country == country), None)

    def customs_at(self, office: str) -> Role | None:
        """The role at the customs office with this COL number, if any."""
        return next((r for r in self.roles if r.kind == "customs" and r.office == office), None)
