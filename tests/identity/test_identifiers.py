"""EORI and VAT numbers: what is refused, what has to be confirmed, and what passes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.domain.identifiers import (
    EORI_HABITS,
    MEMBER_STATES,
    VAT_SHAPES,
    check_eori,
    check_vat,
    tidied,
)
from services.identity.domain.refusals import Mistakes

USUAL = (
    "ATEOS1000012345", "BE0123456789", "BG123456789", "BG1234567890", "BG1234567890123", "CZ12345678", "CZ1234567890",
    "DE1234567", "DE123456789012345", "DK12345678", "EE12345678", "EE12345678901", "ESA12345678", "ES12345678Z",
    "FI1234567-8", "FR12345678901234", "GR123456789", "HR12345678901", "HU0000123456", "IE1234567W", "IE1234567WA",
    "IT12345678901", "LU12345678", "LU12345678901", "LV12345678901", "NL123456789", "PL123456789000000",
    "PT123456789", "RO12", "RO1234567890123", "SE5561234567", "SE195561234567", "SI12345678", "SK12345678",
    "SK1234567890", "XI123456789000", "XI123456789012345", "CYX", "LT123", "MT123456789012345",
)  # fmt: skip
UNUSUAL = (
    "ATEOS100001234", "AT1000012345", "BE012345678", "BE01234567890", "BE012345678X", "BG12345678", "BG12345678901234",
    "CZ1234567", "CZ12345678901", "DE123456", "DE12345X", "DK1234567", "DK123456789", "EE123456789", "ES12345678",
    "FI1234567", "FR123456789", "GR12345678", "HR1234567890", "HU123456789", "IE12345678", "IT1234567890",
    "LU123456789",
    "LV1234567890", "NL12345678", "NL123456789B01", "PL1234567890", "PT12345678", "RO1", "SE123456789", "SI1234567",
    "SK1234567", "XI123456789",
)  # fmt: skip


def eori_codes(eori: str, *, confirmed: bool = False) -> list[str]:
    wrong = Mistakes()
    check_eori(wrong, "eori", eori, confirmed=confirmed)
    return [mistake.code for mistake in wrong.found]


def vat_codes(vat: str, of: str) -> list[str]:
    wrong = Mistakes()
    check_vat(wrong, "vat", vat, of=of)
    return [mistake.code for mistake in wrong.found]


@pytest.mark.parametrize("eori", [*USUAL, "be 0123.456.789", "fi 1234567-8"])
def test_a_usual_number_passes(eori: str) -> None:
    assert eori_codes(eori) == []


@pytest.mark.parametrize("eori", UNUSUAL)
def test_a_number_against_the_habit_of_its_country_has_to_be_confirmed(eori: str) -> None:
    assert eori_codes(eori) == ["unusual_eori"]
    assert eori_codes(eori, confirmed=True) == []


@pytest.mark.parametrize(
    ("eori", "code"),
    [
        ("", "required"),
        (" - ", "required"),
        ("NL", "bad_eori"),
        ("12345678", "bad_eori"),
        ("NL1234567890123456", "bad_eori"),
        ("NL12345678é", "bad_eori"),
        ("NL١٢٣٤٥٦٧٨٩", "bad_eori"),
        ("EL123456789", "eori_country"),
        ("US123456789", "eori_country"),
        ("UK123456789000", "eori_country"),
        ("GB123456789000", "eori_outside_eu"),
    ],
)
def test_what_no_customs_of_the_union_gave_out_cannot_be_confirmed(eori: str, code: str) -> None:
    assert eori_codes(eori) == eori_codes(eori, confirmed=True) == [code]


@pytest.mark.parametrize(
    ("vat", "of"),
    [
        ("", "BE"), ("ATU12345678", "AT"), ("BE0123456789", "BE"), ("be 1123.456.789", "BE"), ("BG123456789", "BG"),
        ("BG1234567890", "BG"), ("CY12345678X", "CY"), ("CZ12345678", "CZ"), ("CZ1234567890", "CZ"),
        ("DE123456789", "DE"), ("DK12345678", "DK"), ("EE123456789", "EE"), ("EL123456789", "GR"),
        ("ESX1234567X", "ES"),
        ("ES12345678X", "ES"), ("FI12345678", "FI"), ("FR12345678901", "FR"), ("FRXX123456789", "FR"),
        ("HR12345678901", "HR"), ("HU12345678", "HU"), ("IE1234567W", "IE"), ("IE1234567WA", "IE"),
        ("IE1X34567W", "IE"),
        ("IE1+34567W", "IE"), ("IT12345678901", "IT"), ("LT123456789", "LT"), ("LT123456789012", "LT"),
        ("LU12345678", "LU"), ("LV12345678901", "LV"), ("MT12345678", "MT"), ("NL123456789B01", "NL"),
        ("NL000099998B57", "NL"), ("PL1234567890", "PL"), ("PT123456789", "PT"), ("RO12", "RO"), ("RO1234567890", "RO"),
        ("SE123456789012", "SE"), ("SI12345678", "SI"), ("SK1234567890", "SK"), ("XI123456789", "GB"),
        ("XI123456789012", "GB"), ("XIGD123", "GB"), ("DE123456789", "BE"), ("CHE-123.456.789 MWST", "CH"),
        ("GB123456789", "GB"), ("123", "NO"),
    ],
)  # fmt: skip
def test_a_vat_number_of_the_published_structure_passes(vat: str, of: str) -> None:
    assert vat_codes(vat, of) == []


@pytest.mark.parametrize(
    ("vat", "code"),
    [
        ("AT12345678", "bad_vat"), ("BE2123456789", "bad_vat"), ("BE012345678", "bad_vat"), ("BG12345678", "bad_vat"),
        ("CY123456789", "bad_vat"), ("CZ1234567", "bad_vat"), ("DE12345678", "bad_vat"), ("DE1234567890", "bad_vat"),
        ("DK1234567", "bad_vat"), ("EE12345678", "bad_vat"), ("EL12345678", "bad_vat"), ("ES1234567X", "bad_vat"),
        ("ESXX234567X", "bad_vat"), ("FI123456789", "bad_vat"), ("FR1234567890", "bad_vat"),
        ("HR1234567890", "bad_vat"),
        ("HU123456789", "bad_vat"), ("IE1234567", "bad_vat"), ("IT1234567890", "bad_vat"), ("LT1234567890", "bad_vat"),
        ("LU1234567", "bad_vat"), ("LV1234567890", "bad_vat"), ("MT123456789", "bad_vat"),
        ("NL123456789X01", "bad_vat"),
        ("PL123456789", "bad_vat"), ("PT1234567890", "bad_vat"), ("RO1", "bad_vat"), ("RO12345678901", "bad_vat"),
        ("SE1234567890", "bad_vat"), ("SI1234567", "bad_vat"), ("SK123456789", "bad_vat"), ("XI12345678", "bad_vat"),
        ("DE١٢٣٤٥٦٧٨٩", "bad_vat"), ("GR123456789", "vat_greece"), ("0123456789", "vat_country"),
        ("GB123456789", "vat_country"), ("CHE123456789", "vat_country"),
    ],
)  # fmt: skip
def test_a_vat_number_of_another_structure_is_refused_for_a_company_of_the_union(vat: str, code: str) -> None:
    assert vat_codes(vat, "BE") == [code]


def test_every_member_state_and_northern_ireland_has_its_vat_structure() -> None:
    assert set(VAT_SHAPES) == {"EL" if state == "GR" else state for state in MEMBER_STATES} | {"XI"}
    assert {*MEMBER_STATES, "XI"} - set(EORI_HABITS) == {"CY", "LT", "MT"}


@given(st.text(max_size=40))
def test_any_text_is_judged_and_tidied_once(text: str) -> None:
    assert tidied(tidied(text)) == tidied(text)
    assert len(eori_codes(text)) <= 1
    assert len(vat_codes(text, "BE")) <= 1
