"""Facts that licences tells."""

from uuid import UUID

from shared.contracts.event import Event
from shared.contracts.licence import Attachment, Licence, Requester


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


class LicenceMessage(Event):
    """What a company says about a licence while validation holds it. It changes nothing here: validation acts on it.

    `country` is the Member State of the point of entry, empty when a draft does not say it yet. `version` is the latest
    one that the company knew of: what comes of the message has a higher one.
    """

    topic = "licences.licences"
    licence_id: UUID
    version: int = 0
    licence_number: str
    operator_id: UUID
    country: str
    point_of_entry: str
    by: Requester

    @property
    def key(self) -> str:
        return str(self.licence_id)


class InformationProvided(LicenceMessage):
    """The company answered what the authority asked (`request_id`), with text and files."""

    wire_name = "eu.flegt.licences.information-provided.v1"
    request_id: UUID
    text: str
    attachments: list[Attachment] = []


class WithdrawalAsked(LicenceMessage):
    """The company wants the licence back before it is decided on."""

    wire_name = "eu.flegt.licences.withdrawal-asked.v1"
    reason: str


class LicenceDraftedByAuthority(LicenceMessage):
    """A competent authority entered a licence for a company of its country; the company finds it in its list."""

    wire_name = "eu.flegt.licences.licence-drafted-by-authority.v1"
    authority: str


class LicenceNumberDisputed(LicenceMessage):
    """A number was refused as already handed in, and the company says that this licence is the right one.

    `licence_id` is the draft that could not be handed in; whose the other one is, validation knows.
    """

    wire_name = "eu.flegt.licences.licence-number-disputed.v1"
    vpa_country: str
    text: str
    operator_name: str = ""
