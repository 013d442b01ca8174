"""The licence as JSON: the paper form's shape, in the API and in events alike (addresses and names are promises)."""

import datetime as dt
from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts.event import Contract, Quantity


class Party(Contract):
    """A name with its address: Box 1, Box 8, and the importer on whose behalf an agent acts."""

    name: str = ""
    address: str = ""
    country: str = ""


class Species(Contract):
    """Boxes 11 to 13: one species and where it was harvested (ISO codes)."""

    name: str = ""
    countries_of_harvest: list[str] = []


class Units(Contract):
    """Box 16: how many of what."""

    count: Quantity
    unit: str = ""


class Measure(Contract):
    """Boxes 14 to 16, once for the whole licence. Cubic metres and kilograms."""

    volume_m3: Quantity | None = None
    net_weight_kg: Quantity | None = None
    units: list[Units] = []


class Commodity(Measure):
    """Boxes 9 to 16: one line of goods."""

    description: str = ""
    commodity_code: str = ""
    species: list[Species] = []


class Signature(Contract):
    """Box 18."""

    place: str = ""
    date: dt.date | None = None


class Boxes(Contract):
    """The numbered fields of the form."""

    issuing_authority: Party = Party()
    issuing_country_use: str = ""
    licence_number: str = ""
    expiry_date: dt.date | None = None
    country_of_export: str = ""
    transport_mode: str = ""
    licensee: Party = Party()
    commodities: list[Commodity] = []
    global_measure: Measure | None = None
    distinguishing_marks: str = ""
    signature: Signature = Signature()


class Attachment(Contract):
    """A reference to a file; its bytes lie in the content-addressed store under `sha256`.

    `box` is 0 for a file that belongs to a message; `rotation` is by how many degrees it is shown turned clockwise.
    """

    id: UUID
    box: int
    name: str
    media_type: str
    size: int
    sha256: str
    pages: int = 1
    rotation: int = 0


class Flag(Contract):
    """A soft rule that was passed: the authority sees it. `message` is English with `params` filled in."""

    code: str
    box: int | None = None
    message: str


class Requester(Contract):
    """Who entered the licence."""

    account_id: UUID
    name: str


class Licence(Contract):
    """One licence, whole."""

    id: UUID
    version: int
    operator_id: UUID
    operator_name: str
    operator_eori: str
    requester: Requester
    validation_state: str
    clearance_state: str
    commodity_codes: list[str] = []
    boxes: Boxes
    point_of_entry: str | None = None
    arrival: AwareDatetime | None = None
    on_behalf: Party | None = None
    message: str = ""
    flags: list[Flag] = []
    attachments: list[Attachment] = []
    issued_electronically: bool = False
    """The issuing authority sent it itself, so its boxes are as issued; an importer claimed it."""
    entered_by: str | None = None
    """The competent authority that entered it for the company; None when the company did."""
    changed_boxes: list[int] = []
    """What a licence that was returned for correction changed when it was handed in again."""
    lodged_at: AwareDatetime | None = None
    """When it was handed in for the first time: a correction is part of that lodging (1024/2008 art. 6(3))."""
    created_at: dt.datetime
    modified_at: dt.datetime
