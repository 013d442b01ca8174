"""How EORI and VAT numbers look, country by country.

An EORI number is refused only for what Article 1(18) of Delegated Regulation (EU) 2015/2446 and the data format of
customs make certain: two letters of the country that gave it out, then up to 15 letters or digits. Behind the country
each has a habit of its own, told by its customs but by no common law: a number against the habit has to be confirmed,
so that this stops a slip of the finger and never a company.

VAT numbers have one official structure per country, which the Commission publishes for its VAT Information Exchange
System (VIES, "What is the format of a VAT number?"); Article 215 of Directive 2006/112/EC has their prefixes (Greece
writes EL). Only the form is checked. Whether a number was given out is known by the registers of the EU alone.
"""

import re
from dataclasses import dataclass

from services.identity.domain.refusals import N_, Mistakes

MEMBER_STATES = (
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
)  # fmt: skip
NORTHERN_IRELAND = "XI"

_EORI = re.compile(r"[A-Z]{2}[A-Z0-9]{1,15}")


@dataclass(frozen=True)
class Shape:
    """What follows the letters of a country: a pattern, in words, and where that is known from."""

    pattern: str
    words: str
    source: str

    def fits(self, body: str) -> bool:
        return re.fullmatch(self.pattern, body, re.ASCII) is not None


EORI_HABITS = {
    "AT": Shape(r"EOS\d{10}", N_("EOS and 10 digits"), "Austrian customs: ATEOS1… is given out on application"),
    "BE": Shape(r"\d{10}", N_("10 digits"), "enterprise number of the Crossroads Bank for Enterprises"),
    "BG": Shape(r"\d{9,13}", N_("9 to 13 digits"), "unified identification code, of a branch or of a person"),
    "CZ": Shape(r"\d{8,10}", N_("8 to 10 digits"), "tax number, which is the company's or the person's own number"),
    "DE": Shape(r"\d{7,15}", N_("7 to 15 digits"), "customs number of the Generalzolldirektion"),
    "DK": Shape(r"\d{8}", N_("8 digits"), "CVR or SE number"),
    "EE": Shape(r"\d{8}|\d{11}", N_("8 or 11 digits"), "commercial register code or personal code"),
    "ES": Shape(r"[A-Z0-9]{9}", N_("9 letters and digits"), "tax number (NIF)"),
    "FI": Shape(r"\d{8}", N_("7 digits, a hyphen and a digit"), "business identity code (Y-tunnus)"),
    "FR": Shape(r"\d{14}", N_("14 digits"), "number of the establishment (SIRET)"),
    "GR": Shape(r"\d{9}", N_("9 digits"), "tax number (AFM)"),
    "HR": Shape(r"\d{11}", N_("11 digits"), "personal identification number (OIB)"),
    "HU": Shape(r"\d{10}", N_("10 digits"), "customs' own number, given out on application"),
    "IE": Shape(r"\d{7}[A-Z]{1,2}", N_("7 digits and one or two letters"), "tax reference number"),
    "IT": Shape(r"\d{11}", N_("11 digits"), "VAT number (partita IVA)"),
    "LU": Shape(r"\d{8}|\d{11}|\d{13}", N_("8, 11 or 13 digits"), "VAT number or national number (matricule)"),
    "LV": Shape(r"\d{11}", N_("11 digits"), "registration number"),
    "NL": Shape(r"\d{9}", N_("9 digits"), "RSIN, or fiscal number"),
    "PL": Shape(r"\d{15}", N_("15 digits"), "tax number (NIP) and five zeros"),
    "PT": Shape(r"\d{9}", N_("9 digits"), "tax number (NIF)"),
    "RO": Shape(r"\d{2,13}", N_("2 to 13 digits"), "registration code (CUI) or personal code"),
    "SE": Shape(r"\d{10}(\d{2})?", N_("10 digits"), "organisation number, or a person's"),
    "SI": Shape(r"\d{8}", N_("8 digits"), "tax number"),
    "SK": Shape(r"\d{8,10}", N_("8 to 10 digits"), "tax number, or the company's own number"),
    "XI": Shape(r"\d{12}|\d{15}", N_("12 or 15 digits"), "HM Revenue and Customs: VAT number and three zeros"),
}
"""None is known for CY, LT and MT."""

_VIES = "VIES, structure of VAT identification numbers"
VAT_SHAPES = {
    "AT": Shape(r"U\d{8}", N_("U and 8 digits"), _VIES),
    "BE": Shape(r"[01]\d{9}", N_("10 digits, the first 0 or 1"), _VIES),
    "BG": Shape(r"\d{9,10}", N_("9 or 10 digits"), _VIES),
    "CY": Shape(r"\d{8}[A-Z]", N_("8 digits and a letter"), _VIES),
    "CZ": Shape(r"\d{8,10}", N_("8 to 10 digits"), _VIES),
    "DE": Shape(r"\d{9}", N_("9 digits"), _VIES),
    "DK": Shape(r"\d{8}", N_("8 digits"), _VIES),
    "EE": Shape(r"\d{9}", N_("9 digits"), _VIES),
    "EL": Shape(r"\d{9}", N_("9 digits"), _VIES),
    "ES": Shape(r"[A-Z0-9]\d{7}[A-Z0-9]", N_("9 letters and digits, letters only first and last"), _VIES),
    "FI": Shape(r"\d{8}", N_("8 digits"), _VIES),
    "FR": Shape(r"[A-Z0-9]{2}\d{9}", N_("2 letters or digits and 9 digits"), _VIES),
    "HR": Shape(r"\d{11}", N_("11 digits"), _VIES),
    "HU": Shape(r"\d{8}", N_("8 digits"), _VIES),
    "IE": Shape(r"\d[A-Z0-9+*]\d{5}[A-Z]{1,2}", N_("8 or 9 characters, such as 1234567WA"), _VIES),
    "IT": Shape(r"\d{11}", N_("11 digits"), _VIES),
    "LT": Shape(r"\d{9}|\d{12}", N_("9 or 12 digits"), _VIES),
    "LU": Shape(r"\d{8}", N_("8 digits"), _VIES),
    "LV": Shape(r"\d{11}", N_("11 digits"), _VIES),
    "MT": Shape(r"\d{8}", N_("8 digits"), _VIES),
    "NL": Shape(r"[A-Z0-9+*]{9}B[A-Z0-9+*]{2}", N_("12 characters with a B as the tenth"), _VIES),
    "PL": Shape(r"\d{10}", N_("10 digits"), _VIES),
    "PT": Shape(r"\d{9}", N_("9 digits"), _VIES),
    "RO": Shape(r"\d{2,10}", N_("2 to 10 digits"), _VIES),
    "SE": Shape(r"\d{12}", N_("12 digits"), _VIES),
    "SI": Shape(r"\d{8}", N_("8 digits"), _VIES),
    "SK": Shape(r"\d{10}", N_("10 digits"), _VIES),
    "XI": Shape(r"\d{9}(\d{3})?|(GD|HA)\d{3}", N_("9 or 12 digits"), _VIES),
}


def tidied(number: str) -> str:
    """As authorities write it: capitals, no blanks, dots or hyphens."""
    return re.sub(r"[\s.\-/]", "", number).upper()


def check_eori(wrong: Mistakes, field: str, eori: str, *, confirmed: bool = False) -> str:
    """The tidied number. `confirmed`: the person looked again and says that an unusual one is right."""
    eori = tidied(eori)
    country, body = eori[:2], eori[2:]
    habit = EORI_HABITS.get(country)
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
    elif habit and not confirmed and not habit.fits(body):
        wrong.add(
            field,
            "unusual_eori",
            N_("After %(country)s an EORI number usually has %(shape)s. Correct it, or confirm it below."),
            country=country,
            shape=habit.words,
        )
    return eori


def check_vat(wrong: Mistakes, field: str, vat: str, *, of: str) -> str:
    """The tidied number, or none. Companies outside the EU (`of` is the country) may have any."""
    vat = tidied(vat)
    prefix = vat[:2]
    shape = VAT_SHAPES.get(prefix)
    if not vat:
        return vat
    if prefix == "GR":
        wrong.add(field, "vat_greece", N_("Greek VAT numbers begin with EL."))
    elif shape and not shape.fits(vat[2:]):
        wrong.add(
            field,
            "bad_vat",
            N_("After %(country)s a VAT number has %(shape)s."),
            country=prefix,
            shape=shape.words,
        )
    elif not shape and of in MEMBER_STATES:
        wrong.add(
            field,
            "vat_country",
            N_("A VAT number begins with two letters for its country, like %(of)s."),
            of=_prefix(of),
        )
    return vat


def _prefix(country: str) -> str:
    return "EL" if country == "GR" else country
