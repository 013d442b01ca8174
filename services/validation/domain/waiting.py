"""Cases that stand in a state for too long: who owes the next step, and which act frees them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID


class Owner(StrEnum):
    """Who owes the next step."""

    OFFICER = "officer"
    AUTHORITY = "authority"
    COMPANY = "company"
    ISSUER = "issuer"
    CUSTOMS = "customs"


@dataclass(frozen=True)
class Stuck:
    """A case that waits. `state` is that of the validation, or once it is accepted of the clearance.

    `physical` says that the goods are checked, not that the issuing authority is asked.
    """

    licence_id: UUID
    licence_number: str
    country: str
    point_of_entry: str
    vpa_country: str
    operator_name: str
    officer_name: str | None
    state: str
    since: datetime
    days: int
    physical: bool = False

    @property
    def owner(self) -> Owner:
        if self.state in {"information_requested", "returned"}:
            return Owner.COMPANY
        if self.state in {"awaiting", "suspended"}:
            return Owner.CUSTOMS
        if self.state == "under_verification" and not self.physical:
            return Owner.ISSUER
        return Owner.OFFICER if self.officer_name else Owner.AUTHORITY

    def overdue_by(self, now: datetime) -> timedelta:
        """How far beyond its limit it is."""
        return now - self.since - timedelta(days=self.days)
