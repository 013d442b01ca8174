"""Who may decide what about whose role. The table below is the whole rule; nobody ever decides on their own."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from services.identity.domain.refusals import N_, NotAllowed
from services.identity.domain.roles.role import Kind, OwnRequest, Role


class Act(StrEnum):
    """What can be done to another person's role."""

    DECIDE = "decide"
    """Grant, refuse, revoke, suspend, resume, confirm for another year."""
    APPOINT = "appoint"
    """Make somebody who has the role its body's administrator, or end that."""
    GIVE = "give"
    """Grant a role that nobody asked for."""


class Standing(StrEnum):
    """What somebody is to a role."""

    SUPPORT = "support"
    COUNTRY_AUTHORITY = "country_authority"
    """Works in the competent authority of the country of the role's body."""
    ADMINISTRATOR = "administrator"
    """Looks after the people of the very body that the role is in."""


_SUPPORT = frozenset({Standing.SUPPORT})
_COLLEAGUES = frozenset({Standing.SUPPORT, Standing.ADMINISTRATOR})

MAY: dict[Act, dict[Kind, frozenset[Standing]]] = {
    Act.DECIDE: {
        Kind.IMPORTER: frozenset({Standing.SUPPORT, Standing.COUNTRY_AUTHORITY}),
        Kind.MSCA: _COLLEAGUES,
        Kind.CUSTOMS: _COLLEAGUES,
        Kind.MONITOR: _SUPPORT,
        Kind.SUPPORT: _SUPPORT,
    },
    Act.APPOINT: {Kind.IMPORTER: _COLLEAGUES, Kind.MSCA: _COLLEAGUES, Kind.CUSTOMS: _COLLEAGUES},
    Act.GIVE: {Kind.MONITOR: _SUPPORT, Kind.SUPPORT: _SUPPORT},
}


class NotYoursToDecide(NotAllowed):
    message = N_("This role is decided by the support team or the authority in charge of it, which you are not.")
    code = "not_yours_to_decide"


@dataclass(frozen=True)
class Decider:
    """Somebody with what makes decisions theirs: the country of their authority, the bodies they administer."""

    account_id: UUID
    support: bool = False
    country: str | None = None
    administers: frozenset[UUID] = field(default_factory=frozenset)

    @property
    def decides_anything(self) -> bool:
        return self.support or self.country is not None or bool(self.administers)


def standings(decider: Decider, role: Role) -> frozenset[Standing]:
    """All that this person is to this role."""
    found = {
        Standing.SUPPORT: decider.support,
        Standing.COUNTRY_AUTHORITY: decider.country is not None and decider.country == role.country,
        Standing.ADMINISTRATOR: role.body_id is not None and role.body_id in decider.administers,
    }
    return frozenset(standing for standing, holds in found.items() if holds)


def may(decider: Decider, act: Act, role: Role) -> bool:
    """Whether this is theirs to do; their own role it never is."""
    allowed = MAY[act].get(role.kind, frozenset())
    return decider.account_id != role.account_id and bool(allowed & standings(decider, role))


def require(decider: Decider, act: Act, role: Role) -> None:
    """Raises OwnRequest or NotYoursToDecide."""
    if decider.account_id == role.account_id:
        raise OwnRequest
    if not may(decider, act, role):
        raise NotYoursToDecide
