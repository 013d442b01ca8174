"""Who acts: a person with the roles that this service knows of."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

OFFICIAL = frozenset({"msca", "customs", "monitor", "support"})
"""Kinds of role that can be used only after a second factor."""


@dataclass(frozen=True)
class Role:
    """What a person may act as. `body_id` is the company or authority; `office` the COL number of a customs office."""

    id: UUID
    kind: str
    body_id: UUID | None
    body_name: str
    country: str | None = None
    office: str | None = None
    administrator: bool = False
    """May look after the body's details, its people and its machine clients."""
    partner_country: str | None = None
    """A monitor's scope beside `country`: licences of this partner country only."""


@dataclass(frozen=True)
class Person:
    """Somebody who signed in, or a machine client (`scopes` is then not None). Use cases ask it what it may do."""

    account_id: UUID
    name: str
    language: str = "en"
    time_zone: str = "Europe/Brussels"
    session_id: UUID | None = None
    roles: tuple[Role, ...] = ()
    active_role_id: UUID | None = None
    strong: bool = False
    """Whether this sign-in was proven with a second factor, or the installation asks for none."""
    locked: tuple[Role, ...] = ()
    """Roles that this person has but cannot use before proving a second factor."""
    scopes: tuple[str, ...] | None = None
    """What a machine client may do, such as `licences:write`; None for people."""

    def with_roles(self, roles: Iterable[Role]) -> "Person":
        """The same person with other roles."""
        return replace(self, roles=tuple(roles))

    def admitted_with(self, roles: Iterable[Role]) -> "Person":
        """The same person with those of the roles that this sign-in may use; the others are locked."""
        roles = tuple(roles)
        locked = tuple(role for role in roles if role.kind in OFFICIAL and not self.strong)
        return replace(self, roles=tuple(role for role in roles if role not in locked), locked=locked)

    @property
    def is_machine(self) -> bool:
        """Whether a program acts under its own name."""
        return self.scopes is not None

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

    def administrator_of(self, body_id: UUID | None) -> Role | None:
        """The role as administrator of this company or authority, if any."""
        return next((r for r in self.roles if r.administrator and body_id and r.body_id == body_id), None)

    def importer_of(self, operator_id: UUID) -> Role | None:
        """The role as importer of this company, if any."""
        return next((r for r in self.roles if r.kind == "importer" and r.body_id == operator_id), None)

    def authority_of(self, country: str) -> Role | None:
        """The role in the competent authority of this Member State, if any."""
        return next((r for r in self.roles if r.kind == "msca" and r.country == country), None)

    def monitor_of(self, country: str, partner_country: str) -> Role | None:
        """The role as monitor whose scope covers a licence of this partner country with entry in this country."""
        for role in self.roles:
            scope = ((role.country, country), (role.partner_country, partner_country))
            given = [limit == of for limit, of in scope if limit is not None]
            if role.kind == "monitor" and given and all(given):
                return role
        return None

    def customs_at(self, office: str) -> Role | None:
        """The role at the customs office with this COL number, if any."""
        return next((r for r in self.roles if r.kind == "customs" and r.office == office), None)
