"""Competent authorities, customs offices and issuing authorities: dated data, and ids that stay the same.

Whether an authority can be chosen follows from its dates. Its code never changes, as its id is made of it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID, uuid5

from services.identity.domain.identifiers import MEMBER_STATES
from services.identity.domain.operators import folded
from services.identity.domain.refusals import N_, Mistakes, NotNow

_NAMESPACE = UUID("0f6d3a52-8a37-5d0e-9a54-5c0a6f1e7b21")
DEMONSTRATION_DOMAIN = "authority.example"
KINDS = ("msca", "customs", "issuer")
PACKAGED = ("name", "mailbox", "address")
"""The fields that the packaged reference data know; dates and phone numbers come from support alone."""

_COL_NUMBER = re.compile(r"[A-Z]{2}[A-Z0-9]{6}")
_CODE = re.compile(r"[A-Z]{2}(-[A-Z0-9][A-Z0-9-]{0,38})?")
_MAILBOX = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

Packaged = Mapping[str, str | None]


class AuthorityKnown(NotNow):
    message = N_("There is an authority or office with this code already. Correct that one.")
    code = "authority_known"


class NoConflict(NotNow):
    message = N_("The packaged data agree with this authority, or this was settled already.")
    code = "no_conflict"


@dataclass(frozen=True)
class Authority:
    """A competent authority (`msca`), a customs office (`customs`, its code is the COL number) or an `issuer`.

    The first code of a country's competent authority is the country's own. Both dates count as days on which it is
    there; without a date there is no limit.
    """

    kind: str
    code: str
    name: str
    country: str
    mailbox: str | None = None
    address: str = ""
    phone: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    closed_reason: str = ""

    @property
    def id(self) -> UUID:
        """Always the same for the same authority, in every installation."""
        return uuid5(_NAMESPACE, f"{self.kind}:{self.code}")

    @property
    def office(self) -> str | None:
        """The COL number of a customs office."""
        return self.code if self.kind == "customs" else None

    @property
    def packaged(self) -> Packaged:
        """What of it the packaged data would say."""
        return {field: getattr(self, field) for field in PACKAGED}

    def open_on(self, day: date) -> bool:
        """Whether it can be chosen on that day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or self.valid_until >= day
        )

    def checked(self) -> "Authority":
        """The same, tidied. Raises WrongFields with everything that is wrong."""
        wrong = Mistakes()
        tidy = replace(
            self,
            code=self.code.strip().upper(),
            name=wrong.text("name", self.name, required=N_("Enter the name.")),
            mailbox=wrong.text("mailbox", self.mailbox or "", longest=254) or None,
            address=wrong.text("address", self.address, longest=500),
            phone=wrong.text("phone", self.phone, longest=40),
            closed_reason=wrong.text("closed_reason", self.closed_reason, longest=500),
        )
        if self.kind not in KINDS:
            wrong.add("kind", "required", N_("Choose the kind of authority."))
        if not re.fullmatch(r"[A-Z]{2}", self.country) or (
            self.kind in ("msca", "customs") and self.country not in MEMBER_STATES
        ):
            wrong.add("country", "required", N_("Choose the country."))
        _check_code(wrong, tidy)
        if tidy.mailbox and not _MAILBOX.fullmatch(tidy.mailbox):
            wrong.add("mailbox", "bad_email", N_("Enter an e-mail address like name@example.com."))
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            wrong.add("valid_until", "ends_before_it_begins", N_("The last day lies before the first."))
        if self.valid_until and not tidy.closed_reason:
            wrong.add("closed_reason", "required", N_("Say why it ends on its last day, such as a merger."))
        wrong.refuse_if_any()
        return tidy


@dataclass(frozen=True)
class Record:
    """An authority as it is kept.

    `packaged` is what the packaged data said when they were last accepted (None for one that support added),
    `offered` what they say now, where that contradicts a correction made here.
    """

    version: int
    authority: Authority
    packaged: Packaged | None = None
    offered: Packaged | None = None

    @property
    def is_corrected(self) -> bool:
        """Whether somebody here decided otherwise than the packaged data."""
        return self.packaged is None or self.authority.packaged != self.packaged

    def load(self, packaged: Packaged) -> "Record":
        """What becomes of it when the packaged data say this. A correction wins until they say something new."""
        if packaged == self.packaged:
            return replace(self, offered=None)
        if self.is_corrected and self.authority.packaged != packaged:
            return replace(self, offered=packaged)
        return self._with(packaged)

    def settle(self, *, take_offered: bool) -> "Record":
        """Take what the packaged data offer, or keep the correction against it. Raises NoConflict."""
        if self.offered is None:
            raise NoConflict
        return self._with(self.offered) if take_offered else replace(self, packaged=self.offered, offered=None)

    def _with(self, packaged: Packaged) -> "Record":
        told = replace(
            self.authority,
            name=packaged["name"] or "",
            mailbox=packaged["mailbox"],
            address=packaged["address"] or "",
        )
        return replace(self, authority=told, packaged=packaged, offered=None)


def demonstration_mailbox(kind: str, code: str) -> str:
    """A mailbox that cannot exist, so that a demonstration never writes to a real authority."""
    prefix = {"msca": "flegt", "issuer": "issuer"}.get(kind, "office")
    return f"{prefix}-{code.lower()}@{DEMONSTRATION_DOMAIN}"


def issuer_code(country: str, code: str, name: str) -> str:
    """The code of an issuing authority: its own behind that of its country, else made of its name."""
    slug = re.sub(r"[^A-Z0-9]+", "-", folded(code or name).upper())
    return f"{country}-{slug[:36].strip('-')}"


def _check_code(wrong: Mistakes, authority: Authority) -> None:
    if authority.kind == "customs" and not _COL_NUMBER.fullmatch(authority.code):
        wrong.add("code", "bad_col_number", N_("A COL number has two letters and six letters or digits: BE101000."))
    elif authority.kind != "customs" and not _CODE.fullmatch(authority.code):
        wrong.add("code", "bad_code", N_("A code begins with the country: BE, or BE-2 for a second authority."))
    elif authority.country and not authority.code.startswith(authority.country):
        wrong.add("code", "other_country", N_("The code begins with the letters of another country."))
