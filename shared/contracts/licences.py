"""Facts that licences tells."""

from uuid import UUID

from shared.contracts.event import Event
from shared.contracts.licence import Licence


class LicenceSubmitted(Event):
    """An importer handed a licence in: it travels whole, and from here on only validation may write it."""

    wire_name = "eu.flegt.licences.licence-submitted.v1"
    topic = "licences.licences"
    licence: Licence

    @property
    def key(self) -> str:
        return str(self.licence_id)

    @property
    def licence_id(self) -> UUID:
        """The licence handed in."""
        return self.licence.id
