"""What a licence allows, and how it is read from what is typed; no database, no framework."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from services.licences.domain.form import Boxes, Party
from services.licences.domain.licence import (
    Answers,
    Attachment,
    Licence,
    Operator,
    Requester,
)
from services.licences.domain.number import normalised
from services.licences.domain.problems import NotADraft, NotInOrder
from services.licences.domain.reading import read_arrival, read_boxes
from services.licences.reference import known_authorities, reference
from tests.licences.stage import ARRIVAL, NOW, paper


def a_draft(**changes: Any) -> Licence:
    boxes, _mistakes = read_boxes(paper())
    draft = Licence(
        id=uuid4(),
        version=3,
        operator=Operator(uuid4(), "Timber Trade NV", "BE0123456789"),
        requester=Requester(uuid4(), "Ines Importer"),
        boxes=boxes,
        created_at=NOW,
        modified_at=NOW,
        answers=Answers("BE101000", ARRIVAL),
        attachments=(Attachment(uuid4(), 2, "licence.png", "image/png", 10, "0" * 64, 1),),
    )
    return replace(draft, **changes)


@pytest.mark.parametrize(
    "typed", ["26.00001-00123.003-ID-BE", " v-legal 26.00001-00123.003-id-be", "VLEGAL: 26.00001–00123.003-ID-BE"]
)
def test_numbers_are_the_same_however_they_are_typed(typed: str) -> None:
    assert normalised(typed) == "26.00001-00123.003-ID-BE"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("12,5", Decimal("12.5")),
        ("1 234.5", Decimal("1234.5")),
        (12.5, Decimal("12.5")),
        ("", None),
        (None, None),
        ("1.234,56", Decimal("1234.56")),
        ("1,234,567.8", Decimal("1234567.8")),
        ("1\u202f234,5", Decimal("1234.5")),
    ],
)
def test_numbers_are_read_as_people_and_programs_write_them(typed: Any, kept: Decimal | None) -> None:
    boxes, mistakes = read_boxes({"commodities": [{"volume_m3": typed}]})

    assert mistakes == []
    assert boxes.commodities[0].volume_m3 == kept


@pytest.mark.parametrize(
    "typed", ["12.5 m3", "NaN", "Infinity", "1e99", True, [], "1,2,3", "1.234,567,8", float("nan")]
)
def test_what_is_no_number_is_named_and_not_kept(typed: Any) -> None:
    boxes, mistakes = read_boxes({"commodities": [{}, {"net_weight_kg": typed}]})

    assert [(m.field, m.code, m.box) for m in mistakes] == [("boxes.commodities.1.net_weight_kg", "no_number", 15)]
    assert boxes.commodities[1].net_weight_kg is None


def test_a_comma_that_may_separate_thousands_is_asked_about() -> None:
    _boxes, mistakes = read_boxes({"commodities": [{"net_weight_kg": "1,234"}]})

    assert [m.code for m in mistakes] == ["ambiguous_number"]


@pytest.mark.parametrize(
    "raw", [None, [], "x", {"commodities": "x"}, {"commodities": [7]}, {"licensee": 3}, {"signature": []}]
)
def test_any_json_is_read_without_falling_over(raw: Any) -> None:
    boxes, _mistakes = read_boxes(raw)

    assert isinstance(boxes, Boxes)


def test_texts_lose_what_cannot_be_kept_in_a_database() -> None:
    boxes, _mistakes = read_boxes(
        {
            "distinguishing_marks": "A\x00B\ud800\tC\nD ",
            "commodities": [{"species": [{"countries_of_harvest": ["I\x00D"]}]}],
        }
    )

    assert boxes.distinguishing_marks == "A B  C\nD"
    assert "\x00" not in boxes.commodities[0].species[0].countries_of_harvest[0]


@pytest.mark.parametrize("raw", ["2027-01-22", "2027-01-22T23:59:00", "tomorrow", 7, "0001-01-01T00:00:00+14:00"])
def test_an_arrival_without_its_time_zone_is_not_understood(raw: Any) -> None:
    assert [m.code for m in read_arrival(raw)[1]] == ["no_moment"]


def test_the_authority_fills_in_its_address_and_the_country_of_export() -> None:
    boxes = Boxes(issuing_authority=Party(name="pt mutuagung lestari")).filled_in(known_authorities())

    assert boxes.issuing_authority == Party(
        "PT Mutuagung Lestari", "Jl. Raya Bogor Km. 33,5 No. 19 Cimanggis, Depok 16953", "ID"
    )
    assert boxes.country_of_export == "ID"


def test_what_was_typed_is_not_overwritten_by_the_authority() -> None:
    boxes = Boxes(issuing_authority=Party("PT Mutuagung Lestari", "New street 1", "ID"), country_of_export="MY")

    assert boxes.filled_in(known_authorities()) == boxes


def test_handing_in_makes_the_next_version_and_keeps_the_flags() -> None:
    draft = a_draft(answers=Answers("NL000396", ARRIVAL))

    licence = draft.submitted(reference(), at=NOW, number_taken=False)

    assert (licence.validation_state, licence.version) == ("submitted", draft.version + 1)
    assert [flag.message for flag in licence.flags] == [
        "The licence number ends with BE, but the point of entry is in NL."
    ]


def test_what_is_handed_in_cannot_be_changed_answered_or_handed_in_again() -> None:
    licence = a_draft().submitted(reference(), at=NOW, number_taken=False)

    with pytest.raises(NotADraft):
        licence.saved(licence.boxes, (), at=NOW)
    with pytest.raises(NotADraft):
        licence.answered(Answers())
    with pytest.raises(NotADraft):
        licence.submitted(reference(), at=NOW, number_taken=False)


def test_handing_in_names_everything_that_is_wrong_at_once() -> None:
    draft = a_draft(attachments=(), answers=Answers())

    with pytest.raises(NotInOrder) as refusal:
        draft.submitted(reference(), at=datetime(2027, 2, 1, 12, tzinfo=UTC), number_taken=True)

    assert [mistake.code for mistake in refusal.value.mistakes] == [
        "scan_missing",
        "expired_at_lodging",
        "point_of_entry_missing",
        "arrival_missing",
        "licence_number_taken",
    ]


def test_the_codes_of_a_draft_are_those_chosen_and_those_of_its_lines() -> None:
    saved = a_draft().saved(a_draft().boxes, ["4407", "940169"], at=NOW)

    assert saved.commodity_codes == ("4407", "940169")
    assert saved.boxes.expiry_date == date(2027, 1, 31)
