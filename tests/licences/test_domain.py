"""Every rule at its edges; no database, no framework."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from services.licences.domain.box_rules import BOX_RULES
from services.licences.domain.form import Boxes, Party
from services.licences.domain.licence import (
    Answers,
    Attachment,
    Licence,
    Operator,
    Requester,
    mistakes_of_boxes,
    mistakes_of_lodging,
)
from services.licences.domain.lodging import Lodging
from services.licences.domain.lodging_rules import LODGING_RULES
from services.licences.domain.number import normalised
from services.licences.domain.problems import NotADraft, NotInOrder
from services.licences.domain.reading import read_arrival, read_boxes
from services.licences.domain.reference import zone_of
from services.licences.domain.soft_rules import SOFT_RULES, flags_of
from services.licences.reference import known_authorities, reference
from tests.licences.stage import ARRIVAL, NOW, paper


def lodging(*, line: dict[str, Any] | None = None, **changes: Any) -> Lodging:
    """The paper handed in at Antwerp, with some boxes, the first line, or the circumstances changed."""
    circumstances = {
        name: changes.pop(name)
        for name in ("point_of_entry", "arrival", "on_behalf", "scans", "number_taken", "at")
        if name in changes
    }
    raw = paper(**changes)
    if line is not None:
        raw["commodities"][0] |= line
    boxes, mistakes = read_boxes(raw)
    assert mistakes == []
    usual = {"point_of_entry": "BE101000", "arrival": ARRIVAL, "scans": 1, "at": NOW}
    return Lodging(boxes=boxes, reference=reference(), **(usual | circumstances))  # type: ignore[arg-type]


def wrong(judged: Lodging) -> list[tuple[str, str]]:
    return [(m.code, m.field) for m in mistakes_of_boxes(judged) + mistakes_of_lodging(judged)]


def flagged(judged: Lodging) -> list[str]:
    return [flag.code for flag in flags_of(judged)]


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


def test_a_complete_licence_breaks_no_rule_and_raises_no_flag() -> None:
    assert wrong(lodging()) == []
    assert flagged(lodging()) == []


def test_an_empty_form_names_every_gap_at_once() -> None:
    empty = Lodging(boxes=Boxes(), at=NOW, reference=reference())

    assert [code for code, _field in wrong(empty)] == [
        "issuing_authority_missing",
        "country_does_not_issue",
        "scan_missing",
        "licence_number_missing",
        "expiry_date_missing",
        "country_of_export_missing",
        "transport_missing",
        "licensee_name_missing",
        "licensee_address_missing",
        "licensee_country_missing",
        "no_commodity",
        "signature_place_missing",
        "signature_date_missing",
        "point_of_entry_missing",
        "arrival_missing",
    ]


def test_every_rule_has_a_name_of_its_own_and_every_box_rule_its_law() -> None:
    rules = [*BOX_RULES, *LODGING_RULES]

    assert len({rule.code for rule in rules}) == len(rules)
    assert all(rule.article for rule in [*rules, *SOFT_RULES])
    assert all(rule.box or rule.code == "unread" for rule in BOX_RULES)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"issuing_authority": {"name": "Somebody", "country": "VN"}},
            ("country_does_not_issue", "boxes.issuing_authority.country"),
        ),
        ({"licence_number": "26.1-2.3-ID-BE"}, ("licence_number_format", "boxes.licence_number")),
        ({"country_of_export": "QQ"}, ("country_of_export_missing", "boxes.country_of_export")),
        ({"transport_mode": "77"}, ("transport_missing", "boxes.transport_mode")),
        ({"line": {"description": " "}}, ("description_missing", "boxes.commodities.0.description")),
        ({"line": {"commodity_code": ""}}, ("commodity_code_missing", "boxes.commodities.0.commodity_code")),
        ({"line": {"commodity_code": "0101"}}, ("commodity_code_unknown", "boxes.commodities.0.commodity_code")),
        ({"line": {"commodity_code": "44071"}}, ("commodity_code_unknown", "boxes.commodities.0.commodity_code")),
        (
            {"line": {"commodity_code": "440349"}},
            ("commodity_code_not_licensable", "boxes.commodities.0.commodity_code"),
        ),
        ({"line": {"species": []}}, ("species_missing", "boxes.commodities.0.species.0.name")),
        (
            {"line": {"species": [{"countries_of_harvest": ["ID"]}]}},
            ("species_missing", "boxes.commodities.0.species.0.name"),
        ),
        (
            {"line": {"species": [{"name": "Teak"}]}},
            ("harvest_country_missing", "boxes.commodities.0.species.0.countries_of_harvest"),
        ),
        (
            {"line": {"species": [{"name": "Teak", "countries_of_harvest": "INDONESIA"}]}},
            ("harvest_country_unknown", "boxes.commodities.0.species.0.countries_of_harvest"),
        ),
        (
            {"line": {"volume_m3": None, "net_weight_kg": None}},
            ("neither_volume_nor_weight", "boxes.commodities.0.volume_m3"),
        ),
        ({"line": {"volume_m3": 0}}, ("quantity_not_positive", "boxes.commodities.0.volume_m3")),
        ({"line": {"net_weight_kg": -1}}, ("quantity_not_positive", "boxes.commodities.0.net_weight_kg")),
        ({"line": {"volume_m3": "12.5005"}}, ("quantity_too_precise", "boxes.commodities.0.volume_m3")),
        ({"line": {"volume_m3": "1000000000"}}, ("quantity_too_large", "boxes.commodities.0.volume_m3")),
        ({"line": {"units": [{"count": 3, "unit": ""}]}}, ("unit_missing", "boxes.commodities.0.units.0.unit")),
        ({"signature": {"place": "", "date": "2026-11-01"}}, ("signature_place_missing", "boxes.signature.place")),
        ({"signature": {"place": "Jakarta", "date": "2026-11-21"}}, ("signed_in_the_future", "boxes.signature.date")),
        (
            {"expiry_date": "2027-01-31", "signature": {"place": "Jakarta", "date": "2027-01-31"}},
            ("signed_after_expiry", "boxes.signature.date"),
        ),
        ({"scans": 0}, ("scan_missing", "attachments.box2")),
        ({"point_of_entry": None}, ("point_of_entry_missing", "point_of_entry")),
        ({"point_of_entry": "GB000011"}, ("point_of_entry_unknown", "point_of_entry")),
        ({"arrival": None}, ("arrival_missing", "arrival")),
        ({"on_behalf": Party(name="Other BV", country="NL")}, ("on_behalf_incomplete", "on_behalf.address")),
        ({"number_taken": True}, ("licence_number_taken", "boxes.licence_number")),
    ],
)
def test_each_hard_rule_names_the_field_that_breaks_it(changes: dict[str, Any], expected: tuple[str, str]) -> None:
    assert expected in wrong(lodging(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"line": {"volume_m3": "12.500"}},
        {"line": {"volume_m3": "0.001"}},
        {"line": {"volume_m3": None}},
        {"line": {"net_weight_kg": None}},
        {"line": {"commodity_code": "94016900"}},
        {"expiry_date": "2026-11-20"},
        {"signature": {"place": "Jakarta", "date": "2026-11-20"}},
        {"on_behalf": Party()},
        {"on_behalf": Party("Other BV", "Kade 1, Rotterdam", "NL")},
    ],
)
def test_what_lies_just_inside_a_rule_is_accepted(changes: dict[str, Any]) -> None:
    assert wrong(lodging(**changes)) == []


def test_a_licence_is_lodged_in_time_on_its_last_day_by_the_clock_of_the_point_of_entry() -> None:
    last_minute = datetime(2026, 11, 30, 22, 59, tzinfo=UTC)

    assert wrong(lodging(expiry_date="2026-11-30", at=last_minute)) == []
    a_minute_later = lodging(expiry_date="2026-11-30", at=last_minute + timedelta(minutes=1))
    assert wrong(a_minute_later) == [("expired_at_lodging", "boxes.expiry_date")]
    finland_is_an_hour_ahead = lodging(expiry_date="2026-11-30", at=last_minute, point_of_entry="FI002000")
    assert reference().offices["FI002000"] == "FI"
    assert wrong(finland_is_an_hour_ahead) == [("expired_at_lodging", "boxes.expiry_date")]


def test_a_refusal_for_expiry_names_the_law() -> None:
    (mistake,) = mistakes_of_boxes(lodging(expiry_date="2026-11-19"))

    assert mistake.article == "1024/2008 art. 6(3)"
    assert "Article 6(3)" in mistake.message
    assert mistake.box == 4


def test_days_end_by_the_clock_of_brussels_where_the_country_is_not_known() -> None:
    assert zone_of(None).key == zone_of("XX").key == "Europe/Brussels"


def test_a_measure_for_the_whole_licence_stands_in_for_every_line() -> None:
    blank = {"volume_m3": None, "net_weight_kg": None}

    assert wrong(lodging(line=blank, global_measure={"net_weight_kg": 8200})) == []
    only_units = lodging(line=blank, global_measure={"units": [{"count": 4, "unit": "C62"}]})
    assert [code for code, _field in wrong(only_units)] == ["neither_volume_nor_weight"]


def test_ghana_has_no_known_format_so_no_number_of_it_is_blocked() -> None:
    ghana = {"name": "TIDD", "address": "Takoradi", "country": "GH"}

    judged = lodging(issuing_authority=ghana, licence_number="TIDD/2026/7", line={"commodity_code": "440729"})

    assert wrong(judged) == []


def test_codes_count_from_their_day_on() -> None:
    ghana = {"name": "TIDD", "address": "Takoradi", "country": "GH"}
    early = datetime(2025, 10, 7, 12, tzinfo=UTC)
    line = {"commodity_code": "940391"}
    signature = {"place": "Takoradi", "date": "2025-09-01"}

    before = lodging(issuing_authority=ghana, line=line, signature=signature, at=early)
    after = lodging(issuing_authority=ghana, line=line, signature=signature, at=early + timedelta(days=1))

    assert [code for code, _field in wrong(before)] == ["commodity_code_unknown"]
    assert wrong(after) == []


@pytest.mark.parametrize(
    ("changes", "flag"),
    [
        (
            {"issuing_authority": {"name": "PT Unheard Of", "address": "Jakarta", "country": "ID"}},
            "authority_not_listed",
        ),
        ({"licence_number": "26.00001-00123.003-ID-NL"}, "destination_differs"),
        ({"licence_number": "25.00001-00123.003-ID-BE"}, "year_differs"),
        ({"country_of_export": "MY"}, "country_of_export_differs"),
        (
            {
                "line": {"commodity_code": "441874"},
                "issuing_authority": {
                    "name": "Timber Industry Development Division, Forestry Commission of Ghana",
                    "country": "GH",
                },
            },
            None,
        ),
        (
            {"line": {"commodity_code": "4811"}, "issuing_authority": {"name": "x", "country": "GH"}},
            "code_outside_country_list",
        ),
        ({"line": {"commodity_code": "4414", "description": "Frame with MIRROR"}}, "mirror_frame"),
        ({"line": {"volume_m3": 1, "net_weight_kg": 1401}}, "unusual_density"),
        ({"line": {"volume_m3": 1, "net_weight_kg": "149.9"}}, "unusual_density"),
        ({"line": {"volume_m3": 1, "net_weight_kg": 1400}}, None),
        ({"arrival": NOW - timedelta(seconds=1)}, "arrival_in_the_past"),
        ({"arrival": datetime(2027, 2, 1, tzinfo=UTC)}, "arrival_after_expiry"),
    ],
)
def test_what_is_unusual_is_flagged(changes: dict[str, Any], flag: str | None) -> None:
    codes = flagged(lodging(**changes))

    assert flag in codes if flag else not {"unusual_density", "code_outside_country_list"} & set(codes)


@pytest.mark.parametrize(
    "typed", ["26.00001-00123.003-ID-BE", " v-legal 26.00001-00123.003-id-be", "VLEGAL: 26.00001–00123.003-ID-BE"]
)
def test_numbers_are_the_same_however_they_are_typed(typed: str) -> None:
    assert normalised(typed) == "26.00001-00123.003-ID-BE"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("12,5", Decimal("12.5")), ("1 234.5", Decimal("1234.5")), (12.5, Decimal("12.5")), ("", None), (None, None)],
)
def test_numbers_are_read_as_people_and_programs_write_them(typed: Any, kept: Decimal | None) -> None:
    boxes, mistakes = read_boxes({"commodities": [{"volume_m3": typed}]})

    assert mistakes == []
    assert boxes.commodities[0].volume_m3 == kept


@pytest.mark.parametrize("typed", ["12.5 m3", "NaN", "Infinity", "1e99", True, [], "1,2,3", float("nan")])
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


@pytest.mark.parametrize("name", ["Ramin", "ramin (Gonystylus bancanus)", "Something (gonystylus bancanus)"])
def test_a_species_under_cites_is_pointed_out_by_any_of_its_names(name: str) -> None:
    species = [{"name": name, "countries_of_harvest": ["ID"]}]

    assert flagged(lodging(line={"species": species})) == ["cites_species"]


@pytest.mark.parametrize("name", ["Teak", "Rami", "Ramin wood"])
def test_other_species_are_not_taken_for_those_under_cites(name: str) -> None:
    assert flagged(lodging(line={"species": [{"name": name, "countries_of_harvest": ["ID"]}]})) == []


def test_a_text_that_cannot_be_read_blocks_handing_in() -> None:
    judged = replace(lodging(), unread=("boxes.commodities.0.net_weight_kg",))

    assert wrong(judged) == [("unread", "boxes.commodities.0.net_weight_kg")]


def test_a_code_of_which_only_some_goods_are_forbidden_can_be_licensed() -> None:
    assert wrong(lodging(line={"commodity_code": "4407"})) == []
    assert wrong(lodging(line={"commodity_code": "4403"})) == [
        ("commodity_code_not_licensable", "boxes.commodities.0.commodity_code")
    ]
