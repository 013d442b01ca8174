"""What stands in the header for whom."""

from dataclasses import dataclass
from typing import Any

from shared.web.i18n import N_


@dataclass(frozen=True)
class Link:
    """`text` is translated where it is shown."""

    text: str
    url: str


_FLEGT: dict[str | None, Link] = {
    "msca": Link(N_("FLEGT"), "/validation/cases"),
    "customs": Link(N_("FLEGT"), "/validation/clearances"),
    "monitor": Link(N_("FLEGT"), "/validation/cases"),
}
_EVERYBODY = Link(N_("FLEGT"), "/licences")
_NEW_LICENCE = [Link(N_("My licences"), "/licences"), Link(N_("New licence"), "/licences/new")]
_MORE: dict[str | None, list[Link]] = {
    "importer": _NEW_LICENCE,
    "agent": _NEW_LICENCE,
    "msca": [
        Link(N_("Cases"), "/validation/cases"),
        Link(N_("New licence"), "/licences/new"),
        Link(N_("Yearly report"), "/validation/reports/annual"),
        Link(N_("Role requests"), "/identity/requests"),
    ],
    "customs": [Link(N_("Clearances"), "/validation/clearances")],
    "monitor": [Link(N_("Cases"), "/validation/cases"), Link(N_("Yearly report"), "/validation/reports/annual")],
    "support": [
        Link(N_("Role requests"), "/identity/requests"),
        Link(N_("People"), "/identity/people"),
        Link(N_("Companies"), "/identity/operators"),
        Link(N_("Authorities"), "/identity/authorities"),
        Link(N_("Clients"), "/identity/clients"),
        Link(N_("Audit"), "/identity/audit"),
        Link(N_("Deliveries"), "/notifications/deliveries"),
        Link(N_("What does not move"), "/validation/stuck"),
        Link(N_("Policies"), "/validation/policy"),
        Link(N_("Operations"), "/operations"),
    ],
}
_OF_AUTHORITY = [Link(N_("What does not move"), "/validation/stuck"), Link(N_("Policy"), "/validation/policy")]
_ADMINISTRATION = [Link(N_("Role requests"), "/identity/requests"), Link(N_("Clients"), "/identity/clients")]


@dataclass(frozen=True)
class Menu:
    """`flegt` stands under "Certificate"; `more` are the short cuts of the active role."""

    flegt: Link
    more: list[Link]


def menu_for(person: Any) -> Menu:
    """The menu of the role in which somebody works now; `person` may be None."""
    role = person.active_role if person else None
    kind = str(role.kind) if role else None
    more = _MORE.get(kind, [])
    if role and role.administrator:
        here = [*_ADMINISTRATION, *(_OF_AUTHORITY if kind == "msca" else [])]
        more = [*more, *(link for link in here if link not in more)]
    return Menu(flegt=_FLEGT.get(kind, _EVERYBODY), more=more)
