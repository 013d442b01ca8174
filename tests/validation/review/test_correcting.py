"""Boxes corrected through the forms of the review page, and what happens to wrong input."""

import pytest

from services.validation.service import Validation
from tests.validation.examples import opened
from tests.validation.review.acts import Visit, field, read

CORRECTIONS = [
    ("1-0", {"value.name": "PT Sucofindo"}, "PT Sucofindo"),
    ("2-0", {"value.issuing_country_use": "Checked at port"}, "Checked at port"),
    ("3-0", {"value.licence_number": "26.00418–00123.003-id-be"}, "26.00418-00123.003-ID-BE"),
    ("4-0", {"value.expiry_date": "2027-03-31"}, "31 Mar 2027"),
    ("5-0", {"value.country_of_export": "MY"}, "Malaysia (MY)"),
    ("7-0", {"value.transport_mode": "4"}, "Air transport"),
    ("8-0", {"value.address": "Jl. Pelabuhan 9, Semarang"}, "Jl. Pelabuhan 9"),
    ("9-1", {"value.description": "Merbau decking"}, "Merbau decking"),
    ("10-1", {"value.commodity_code": "4409 29.00 00"}, "4409290000"),
    ("11-1", {"value.species.1.name": "Teak", "value.species.1.countries_of_harvest": "id, my"}, "leprosula; Teak"),
    ("12-1", {"value.species.0.countries_of_harvest": "MY"}, "Malaysia (MY)"),
    ("14-1", {"value.volume_m3": "15,25"}, "15.25 m³"),
    ("15-1", {"value.net_weight_kg": "9 960"}, "9,960 kg"),
    ("16-1", {"value.units.0.count": "421"}, "421 pcs"),
    ("17-0", {"value.distinguishing_marks": "MSKU 1"}, "MSKU 1"),
    ("18-0", {"value.place": "Jakarta"}, "Jakarta"),
]  # fmt: skip


@pytest.mark.parametrize(("box", "typed", "shown"), CORRECTIONS)
async def test_each_box_is_corrected_and_its_original_stays_visible(
    service: Validation, look: Visit, box: str, typed: dict[str, str], shown: str
) -> None:
    case_id = await opened(service)
    page = await look(case_id, rest=f"/boxes/{box}")
    done = await page.press("Correct this box", typed | {"reason": "The paper says so."})
    assert (done.status, done.errors) == (200, [])
    row = done.html.find(id=f"box-{box}")
    assert shown in read(row.find(class_="compare__value"))
    assert "The paper says so." in row.get_text()
    assert row.find("del")
    assert "Box corrected" in done.text
    assert "→" in done.html.find(class_="timeline").get_text()


WRONG = [
    ("1-0", {"value.name": "", "value.country": "CM"}, ["Name the issuing authority.", "Choose a partner country"]),
    ("3-0", {"value.licence_number": "12345"}, ["This is not a licence number of that country."]),
    ("4-0", {"value.expiry_date": "2026-11-01"}, ["The licence must have been signed before its date of expiry."]),
    ("4-0", {"value.expiry_date": "next year"}, ["This is not a date."]),
    ("7-0", {"value.transport_mode": ""}, ["Choose the means of transport."]),
    ("9-1", {"value.description": " "}, ["Describe the goods."]),
    ("10-1", {"value.commodity_code": "0101"}, ["0101 is not a code for which FLEGT licences are issued."]),
    ("11-1", {"value.species.0.name": ""}, ["Name the species."]),
    ("12-1", {"value.species.0.countries_of_harvest": "ID; XX"}, ["XX is not a country's two-letter code."]),
    ("14-1", {"value.volume_m3": "1,234"}, ["This can be read in two ways."]),
    ("14-1", {"value.volume_m3": "-1"}, ["A quantity must be more than zero."]),
    ("14-1", {"value.volume_m3": "1.2345"}, ["A quantity has at most three decimals."]),
    ("15-1", {"value.net_weight_kg": "NaN"}, ["This is not a number."]),
    ("15-1", {"value.net_weight_kg": "1e12"}, ["No shipment is that large."]),
    ("16-1", {"value.units.1.count": "3"}, ["Choose what the number counts."]),
    ("18-0", {"value.date": "2026-11-21"}, ["The licence was lodged before this date of signature."]),
    ("17-0", {}, ["The box reads like this already."]),
]  # fmt: skip


@pytest.mark.parametrize(("box", "typed", "errors"), WRONG)
async def test_a_wrong_value_is_named_beside_its_field_and_nothing_is_lost(
    service: Validation, look: Visit, box: str, typed: dict[str, str], errors: list[str]
) -> None:
    page = await look(await opened(service), rest=f"/boxes/{box}")
    wrong = await page.press("Correct this box", typed | {"reason": "The paper says so."})
    assert wrong.status == 422
    assert [found.startswith(error) for found, error in zip(wrong.errors, errors, strict=True)] == [True] * len(errors)
    assert field(wrong, "reason") == "The paper says so."
    anchors = [str(anchor["href"]).removeprefix("#") for anchor in wrong.html.select(".error-summary a")]
    assert all(wrong.html.find(id=anchor) for anchor in anchors)


async def test_everything_wrong_with_a_correction_is_said_at_once(service: Validation, look: Visit) -> None:
    page = await look(await opened(service), rest="/boxes/4-0")
    wrong = await page.press(
        "Correct this box", {"value.expiry_date": "", "why": "extension", "confirmed_on": "yesterday"}
    )
    assert wrong.errors == [
        "This is not a date. Enter it as year-month-day, such as 2027-01-31.",
        "Enter the date of expiry.",
        "Say in words what was found.",
        "An alteration or extension counts only when the issuing authority confirmed it: who, when, reference.",
        "An alteration or extension counts only when the issuing authority confirmed it: who, when, reference.",
    ]
    confirmed = {
        "value.expiry_date": "2027-04-30",
        "reason": "Extended by two months.",
        "confirmed_by": "LIU Jakarta",
        "confirmed_on": "2026-11-19",
        "confirmation_reference": "LIU/77",
    }
    done = await wrong.press("Correct this box", confirmed)
    assert "LIU/77" in done.html.find(id="box-4-0").get_text()
    assert "LIU/77" in done.html.find(class_="timeline").get_text()
