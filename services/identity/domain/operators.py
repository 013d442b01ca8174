"""Companies: what must be known of one, and who may change what of it."""

import re
import unicodedata
from dataclasses import dataclass, replace

from services.identity.domain.identifiers import check_eori, check_vat, tidied
from services.identity.domain.refusals import N_, Mistakes, NotNow

TIMBER = "imported-timber-products"
SECTION_CHAPTERS = {
    TIMBER: N_("Imported timber products"),
    "animals": N_("Live animals"),
    "animal-products": N_("Products of animal origin"),
    "plants": N_("Plants and plant products"),
    "organic": N_("Organic products"),
}
ACTIVITIES = {
    "importer": N_("Importer of timber"),
    "agent": N_("Agent, forwarder or customs representative"),
    "trader": N_("Trader or retailer"),
    "manufacturer": N_("Manufacturer"),
}

SUPPORT_ONLY = ("eori", "country")
"""What a role was granted for, and which authority oversees it: the company's own people cannot change these."""

_COUNTRY = re.compile(r"[A-Z]{2}")


class ClosedAlready(NotNow):
    message = N_("This company is closed already.")
    code = "closed_already"


class NotClosed(NotNow):
    message = N_("This company is not closed.")
    code = "not_closed"


@dataclass(frozen=True)
class OperatorDetails:
    """What somebody fills in about a company."""

    name: str
    eori: str
    address: str
    postal_code: str
    town: str
    country: str
    activity: str
    section_chapters: tuple[str, ...]
    vat: str = ""
    national_number: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""

    def checked(self, *, eori_confirmed: bool = False) -> "OperatorDetails":
        """The same, tidied. Raises WrongFields with everything that is wrong."""
        wrong = Mistakes()
        tidy = replace(
            self,
            name=wrong.text("name", self.name, required=N_("Enter the name of the company.")),
            address=wrong.text("address", self.address, required=N_("Enter street and number.")),
            postal_code=wrong.text("postal_code", self.postal_code, longest=20),
            town=wrong.text("town", self.town, required=N_("Enter the town."), longest=100),
            eori=check_eori(wrong, "eori", self.eori, confirmed=eori_confirmed),
            vat=check_vat(wrong, "vat", wrong.text("vat", self.vat, longest=30), of=self.country),
            national_number=wrong.text("national_number", self.national_number, longest=50),
            phone=wrong.text("phone", self.phone, longest=40),
            email=wrong.text("email", self.email, longest=254),
            website=wrong.text("website", self.website),
        )
        if not _COUNTRY.fullmatch(self.country):
            wrong.add("country", "required", N_("Choose the country."))
        if self.activity not in ACTIVITIES:
            wrong.add("activity", "required", N_("Choose what the company does."))
        if tidy.email and "@" not in tidy.email:
            wrong.add("email", "bad_email", N_("Enter an e-mail address like name@example.com."))
        if tidy.website and not re.fullmatch(r"https?://\S+", tidy.website):
            wrong.add("website", "bad_website", N_("Enter an address that begins with https:// or http://."))
        if TIMBER not in self.section_chapters or not set(self.section_chapters) <= set(SECTION_CHAPTERS):
            wrong.add(
                "section_chapters", "timber_missing", N_("Tick “Imported timber products”: FLEGT licences need it.")
            )
        wrong.refuse_if_any()
        return tidy


def changed(before: OperatorDetails, wanted: OperatorDetails, *, by_support: bool, confirmed: bool) -> OperatorDetails:
    """`wanted`, tidied, in place of `before`. Raises WrongFields, also for what only support may change."""
    tidy = wanted.checked(eori_confirmed=confirmed or tidied(wanted.eori) == before.eori)
    wrong = Mistakes()
    for field in SUPPORT_ONLY:
        if not by_support and getattr(tidy, field) != getattr(before, field):
            wrong.add(field, "support_only", N_("Only the support team changes this. Write to them why it is wrong."))
    wrong.refuse_if_any()
    return tidy


def reason_to_close(reason: str) -> str:
    """The reason, tidied. Raises WrongFields without one."""
    wrong = Mistakes()
    reason = wrong.text("reason", reason, required=N_("Say why the company is closed."), longest=500)
    wrong.refuse_if_any()
    return reason


def folded(text: str) -> str:
    """How names are compared when somebody searches: no capitals, no accents, only letters and digits."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ø", "o").replace("ł", "l").replace("đ", "d"))
    return " ".join(re.findall(r"[^\W_]+", "".join(c for c in plain if not unicodedata.combining(c))))
