"""Companies: what must be known of one, and how an EORI number looks."""

import re
import unicodedata
from dataclasses import dataclass, replace

from services.identity.domain.refusals import N_, Mistakes

MEMBER_STATES = (
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
)  # fmt: skip
NORTHERN_IRELAND = "XI"
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

_EORI = re.compile(r"[A-Z]{2}[A-Z0-9]{1,15}")
_EORI_BODY = {
    "BE": (re.compile(r"\d{10}"), N_("10 digits")),
    "BG": (re.compile(r"\d{9,10}"), N_("9 or 10 digits")),
    "CZ": (re.compile(r"[A-Z0-9]{8,10}"), N_("8 to 10 characters")),
    "DK": (re.compile(r"\d{8}"), N_("8 digits")),
    "EE": (re.compile(r"[A-Z0-9]{8,11}"), N_("8 to 11 characters")),
    "HR": (re.compile(r"\d{11}"), N_("11 digits")),
}
_COUNTRY = re.compile(r"[A-Z]{2}")


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

    def checked(self) -> "OperatorDetails":
        """The same, tidied. Raises WrongFields with everything that is wrong."""
        wrong = Mistakes()
        tidy = replace(
            self,
            name=wrong.text("name", self.name, required=N_("Enter the name of the company.")),
            address=wrong.text("address", self.address, required=N_("Enter street and number.")),
            postal_code=wrong.text("postal_code", self.postal_code, longest=20),
            town=wrong.text("town", self.town, required=N_("Enter the town."), longest=100),
            eori=check_eori(wrong, "eori", self.eori),
            vat=wrong.text("vat", self.vat, longest=30),
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


def tidy_eori(eori: str) -> str:
    """As customs write it: capitals, no blanks, dots or hyphens."""
    return re.sub(r"[\s.\-]", "", eori).upper()


def check_eori(wrong: Mistakes, field: str, eori: str) -> str:
    """The tidied number. Only its form is checked; whether customs gave it out needs the EU's own register."""
    eori = tidy_eori(eori)
    country, body = eori[:2], eori[2:]
    shape, described = _EORI_BODY.get(country, (None, ""))
    if not eori:
        wrong.add(field, "required", N_("Enter the EORI number."))
    elif not _EORI.fullmatch(eori):
        wrong.add(
            field,
            "bad_eori",
            N_("An EORI number is two letters for the country and up to 15 letters or digits, like BE0123456789."),
        )
    elif country == "GB":
        wrong.add(field, "eori_outside_eu", N_("A GB number is not valid in the EU. Enter one of the EU, or XI."))
    elif country not in (*MEMBER_STATES, NORTHERN_IRELAND):
        wrong.add(
            field, "eori_country", N_("%(country)s gives out no EORI numbers. Greece writes GR."), country=country
        )
    elif shape and not shape.fullmatch(body):
        wrong.add(
            field,
            "bad_eori_body",
            N_("After %(country)s an EORI number has %(shape)s."),
            country=country,
            shape=described,
        )
    return eori


def folded(text: str) -> str:
    """How names are compared when somebody searches: no capitals, no accents, only letters and digits."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ø", "o").replace("ł", "l").replace("đ", "d"))
    return " ".join(re.findall(r"[^\W_]+", "".join(c for c in plain if not unicodedata.combining(c))))
