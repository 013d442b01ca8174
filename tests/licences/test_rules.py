"""Every rule of handing in at its edge: what just breaks it, and what just keeps it. No database, no framework."""

import dataclasses
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.licences.domain.box_rules import BOX_RULES
from services.licences.domain.form import Boxes, Party
from services.licences.domain.licence import mistakes_of_boxes, mistakes_of_lodging
from services.licences.domain.lodging import Lodging
from services.licences.domain.lodging_rules import LODGING_RULES
from services.licences.domain.reading import read_boxes
from services.licences.domain.reference import zone_of
from services.licences.domain.soft_rules import SOFT_RULES, flags_of
from services.licences.reference import reference
from tests.licences.stage import ARRIVAL, NOW, paper

CIRCUMSTANCES = {
    "point_of_entry": "BE101000",
    "arrival": ARRIVAL,
    "with_files": frozenset({2}),
    "at": NOW,
    "lodged_at": None,
    "on_behalf": None,
    "number_taken": False,
    "unread": (),
    "issued_electronically": False,
}
GHANA = {"name": "TIDD", "address": "Takoradi", "country": "GH"}
TEAK = {"name": "Teak", "countries_of_harvest": ["ID"]}
UNMEASURED = {"volume_m3": None, "net_weight_kg": None}
LINE = "boxes.commodities.0"


def lodging(*, line: dict[str, Any] | None = None, **changes: Any) -> Lodging:
    """The paper handed in at Antwerp, with some boxes, the first line, or the circumstances changed."""
    circumstances = {name: changes.pop(name, usual) for name, usual in CIRCUMSTANCES.items()}
    raw = paper(**changes)
    if line is not None:
        raw["commodities"][0] |= line
    boxes, mistakes = read_boxes(raw)
    assert mistakes == []
    return Lodging(boxes=boxes, reference=reference(), **circumstances)  # type: ignore[arg-type]


def wrong(judged: Lodging) -> list[tuple[str, str]]:
    return [(m.code, m.field) for m in mistakes_of_boxes(judged) + mistakes_of_lodging(judged)]


def flagged(judged: Lodging) -> list[str]:
    return [flag.code for flag in flags_of(judged)]


@dataclass(frozen=True)
class Edge:
    """What just breaks a rule, at which field, and what just keeps it. `number` is that of the rule in the dossier
    from which the rules were written; a soft rule has none."""

    code: str
    breaks: dict[str, Any]
    field: str = ""
    keeps: dict[str, Any] = dataclasses.field(default_factory=dict)
    number: int = 0


HARD = [
    Edge("issuing_authority_missing", {"issuing_authority": {"country": "ID"}}, "boxes.issuing_authority.name",
         {"issuing_authority": {"name": "X", "country": "ID"}}, 1),
    Edge("country_does_not_issue", {"issuing_authority": {"name": "Somebody", "country": "VN"}},
         "boxes.issuing_authority.country", {"issuing_authority": GHANA, "line": {"commodity_code": "4407"}}, 1),
    Edge("licence_number_missing", {"licence_number": " "}, "boxes.licence_number", {}, 2),
    Edge("licence_number_format", {"licence_number": "26.00001-0012.003-ID-BE"}, "boxes.licence_number",
         {"licence_number": " v-legal 26.00001-00123.003-id-be "}, 2),
    Edge("licence_number_taken", {"number_taken": True}, "boxes.licence_number", {}, 2),
    Edge("expiry_date_missing", {"expiry_date": ""}, "boxes.expiry_date", {}, 3),
    Edge("expired_at_lodging", {"expiry_date": "2026-11-19"}, "boxes.expiry_date", {"expiry_date": "2026-11-20"}, 3),
    Edge("country_of_export_missing", {"country_of_export": "QQ"}, "boxes.country_of_export",
         {"country_of_export": "my"}, 4),
    Edge("transport_missing", {"transport_mode": "6"}, "boxes.transport_mode", {"transport_mode": "9"}, 5),
    Edge("licensee_name_missing", {"licensee": {"address": "Jl. 1", "country": "ID"}}, "boxes.licensee.name", {}, 6),
    Edge("licensee_address_missing", {"licensee": {"name": "PT", "country": "ID"}}, "boxes.licensee.address", {}, 6),
    Edge("licensee_country_missing", {"licensee": {"name": "PT", "address": "Jl. 1"}}, "boxes.licensee.country",
         {"licensee": {"name": "P", "address": "J", "country": "sg"}}, 6),
    Edge("no_commodity", {"commodities": []}, "boxes.commodities", {}, 7),
    Edge("description_missing", {"line": {"description": " "}}, f"{LINE}.description",
         {"line": {"description": "x"}}, 7),
    Edge("commodity_code_missing", {"line": {"commodity_code": ""}}, f"{LINE}.commodity_code",
         {"line": {"commodity_code": "94 01.69"}}, 7),
    Edge("commodity_code_unknown", {"line": {"commodity_code": "44071"}}, f"{LINE}.commodity_code",
         {"line": {"commodity_code": "440711"}}, 7),
    Edge("commodity_code_not_licensable", {"line": {"commodity_code": "440349"}}, f"{LINE}.commodity_code",
         {"line": {"commodity_code": "4407"}}, 7),
    Edge("neither_volume_nor_weight", {"line": UNMEASURED}, f"{LINE}.volume_m3",
         {"line": UNMEASURED, "global_measure": {"net_weight_kg": 1}}, 8),
    Edge("quantity_not_positive", {"line": {"volume_m3": 0}}, f"{LINE}.volume_m3", {"line": {"volume_m3": "0.001"}}, 8),
    Edge("quantity_too_precise", {"line": {"net_weight_kg": "0.0005"}}, f"{LINE}.net_weight_kg",
         {"line": {"net_weight_kg": "8200.1250"}}, 8),
    Edge("quantity_too_large", {"line": {"net_weight_kg": "1000000000"}}, f"{LINE}.net_weight_kg",
         {"line": {"net_weight_kg": "999999999.999"}}, 8),
    Edge("unit_missing", {"line": {"units": [{"count": 3, "unit": "dozen"}]}}, f"{LINE}.units.0.unit",
         {"line": {"units": [{"count": 3, "unit": "C62"}, {"count": "1.5", "unit": "C62"}]}}, 8),
    Edge("species_missing", {"line": {"species": []}}, f"{LINE}.species.0.name",
         {"line": {"species": [TEAK, TEAK]}}, 9),
    Edge("harvest_country_missing", {"line": {"species": [TEAK, {"name": "Oak"}]}},
         f"{LINE}.species.1.countries_of_harvest", {}, 9),
    Edge("harvest_country_unknown", {"line": {"species": [TEAK | {"countries_of_harvest": "ID; UK"}]}},
         f"{LINE}.species.0.countries_of_harvest",
         {"line": {"species": [TEAK | {"countries_of_harvest": "id; GB"}]}}, 9),
    Edge("signature_place_missing", {"signature": {"date": "2026-11-01"}}, "boxes.signature.place", {}, 10),
    Edge("signature_date_missing", {"signature": {"place": "Jakarta"}}, "boxes.signature.date", {}, 10),
    Edge("signed_in_the_future", {"signature": {"place": "Jakarta", "date": "2026-11-21"}}, "boxes.signature.date",
         {"signature": {"place": "Jakarta", "date": "2026-11-20"}}, 10),
    Edge("signed_after_expiry", {"expiry_date": "2026-11-20", "signature": {"place": "J", "date": "2026-11-20"}},
         "boxes.signature.date", {"expiry_date": "2026-11-20", "signature": {"place": "J", "date": "2026-11-19"}}, 10),
    Edge("point_of_entry_missing", {"point_of_entry": None}, "point_of_entry", {}, 11),
    Edge("point_of_entry_unknown", {"point_of_entry": "GB000011"}, "point_of_entry",
         {"point_of_entry": "FI002000"}, 11),
    Edge("arrival_missing", {"arrival": None}, "arrival", {}, 11),
    Edge("scan_missing", {"with_files": frozenset({0, 17})}, "attachments.box2", {"with_files": frozenset({18})}, 12),
    Edge("on_behalf_incomplete", {"on_behalf": Party(name="Other BV", country="NL")}, "on_behalf.address",
         {"on_behalf": Party()}, 13),
    Edge("on_behalf_country_unknown", {"on_behalf": Party("Other BV", "Kade 1", "QQ")}, "on_behalf.country",
         {"on_behalf": Party("Other BV", "Kade 1", "CH")}, 13),
    Edge("unread", {"unread": (f"{LINE}.net_weight_kg",)}, f"{LINE}.net_weight_kg", {}, 8),
]  # fmt: skip
SOFT = [
    Edge("authority_not_listed", {"issuing_authority": {"name": "PT Unheard Of", "country": "ID"}},
         keeps={"issuing_authority": {"name": "pt mutuagung LESTARI", "country": "ID"}}),
    Edge("destination_differs", {"licence_number": "26.00001-00123.003-ID-NL"},
         keeps={"licence_number": "26.00001-00123.003-ID-NL", "point_of_entry": "NL000396"}),
    Edge("year_differs", {"licence_number": "25.00001-00123.003-ID-BE"},
         keeps={"licence_number": "25.00001-00123.003-ID-BE", "signature": {"place": "J", "date": "2025-12-31"}}),
    Edge("expired_since_lodging", {"expiry_date": "2026-12-31", "lodged_at": NOW, "at": NOW + timedelta(days=42)},
         keeps={"expiry_date": "2026-12-31", "lodged_at": NOW, "arrival": datetime(2026, 12, 31, 20, tzinfo=UTC),
                "at": NOW + timedelta(days=41)}),
    Edge("country_of_export_differs", {"country_of_export": "MY"}, keeps={"country_of_export": "id"}),
    Edge("code_outside_country_list", {"line": {"commodity_code": "4811"}, "issuing_authority": GHANA},
         keeps={"line": {"commodity_code": "4811"}}),
    Edge("mirror_frame", {"line": {"commodity_code": "4414", "description": "Frame with MIRROR"}},
         keeps={"line": {"commodity_code": "4414", "description": "Frame"}}),
    Edge("cites_species", {"line": {"species": [TEAK, TEAK | {"name": "ramin (Gonystylus bancanus)"}]}},
         keeps={"line": {"species": [TEAK | {"name": "Ramin wood"}]}}),
    Edge("unusual_density", {"line": {"volume_m3": 1, "net_weight_kg": "1400.1"}},
         keeps={"line": {"volume_m3": 1, "net_weight_kg": 1400}}),
    Edge("unusual_density_of_all", {"line": UNMEASURED, "global_measure": {"volume_m3": 1, "net_weight_kg": "149.9"}},
         keeps={"line": UNMEASURED, "global_measure": {"volume_m3": 1, "net_weight_kg": 150}}),
    Edge("marks_not_typed", {"distinguishing_marks": " ", "with_files": frozenset({2, 17})},
         keeps={"distinguishing_marks": "INV-1", "with_files": frozenset({2, 17})}),
    Edge("arrival_in_the_past", {"arrival": NOW - timedelta(seconds=1)}, keeps={"arrival": NOW}),
    Edge("arrival_after_expiry", {"arrival": datetime(2027, 1, 31, 23, tzinfo=UTC)},
         keeps={"arrival": datetime(2027, 1, 31, 22, 59, tzinfo=UTC)}),
]  # fmt: skip
DOSSIER = range(1, 14)
"""The numbers of its hard rules."""


def test_a_complete_licence_breaks_no_rule_and_raises_no_flag() -> None:
    assert wrong(lodging()) == []
    assert flagged(lodging()) == []


def test_every_rule_has_its_edge_here_its_law_and_its_words() -> None:
    hard = [*BOX_RULES, *LODGING_RULES]

    assert sorted(rule.code for rule in hard) == sorted(edge.code for edge in HARD)
    assert sorted(rule.code for rule in SOFT_RULES) == sorted(edge.code for edge in SOFT)
    assert {edge.number for edge in HARD} == set(DOSSIER)
    for rule in [*hard, *SOFT_RULES]:
        assert rule.article.startswith(("1024/2008 ", "2173/2005 ")), rule.code
        assert rule.message.endswith("."), rule.code
    assert all(rule.box or rule.code == "unread" for rule in BOX_RULES)


@pytest.mark.parametrize("edge", HARD, ids=lambda edge: edge.code)
def test_a_hard_rule_is_broken_just_beyond_its_edge_and_kept_just_before(edge: Edge) -> None:
    assert wrong(lodging(**edge.breaks)) == [(edge.code, edge.field)]
    assert wrong(lodging(**edge.keeps)) == []


@pytest.mark.parametrize("edge", SOFT, ids=lambda edge: edge.code)
def test_what_is_unusual_is_flagged_just_beyond_its_edge_and_blocks_nothing(edge: Edge) -> None:
    judged = lodging(**edge.breaks)
    (flag,) = [flag for flag in flags_of(judged) if flag.code == edge.code]

    assert "%(" not in flag.text
    assert wrong(judged) == []
    assert edge.code not in flagged(lodging(**edge.keeps))


@pytest.mark.parametrize("edge", HARD, ids=lambda edge: edge.code)
def test_what_a_refusal_says_can_be_filled_in(edge: Edge) -> None:
    judged = lodging(**edge.breaks)
    (mistake,) = mistakes_of_boxes(judged) + mistakes_of_lodging(judged)

    assert "%(" not in mistake.message % mistake.params
    assert mistake.article


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


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"line": {"commodity_code": "0101"}}, ("commodity_code_unknown", f"{LINE}.commodity_code")),
        ({"line": {"commodity_code": "4403"}}, ("commodity_code_not_licensable", f"{LINE}.commodity_code")),
        ({"line": {"net_weight_kg": -1}}, ("quantity_not_positive", f"{LINE}.net_weight_kg")),
        ({"global_measure": {"volume_m3": -1}}, ("quantity_not_positive", "boxes.global_measure.volume_m3")),
        ({"line": {"units": [{"count": 0, "unit": "C62"}]}}, ("quantity_not_positive", f"{LINE}.units.0.count")),
        ({"line": {"species": [{"countries_of_harvest": ["ID"]}]}}, ("species_missing", f"{LINE}.species.0.name")),
        (
            {"line": UNMEASURED, "global_measure": {"units": [{"count": 4, "unit": "C62"}]}},
            ("neither_volume_nor_weight", f"{LINE}.volume_m3"),
        ),
        ({"on_behalf": Party(address="Kade 1", country="NL")}, ("on_behalf_incomplete", "on_behalf.name")),
        ({"on_behalf": Party("Other BV", "Kade 1")}, ("on_behalf_incomplete", "on_behalf.country")),
    ],
)
def test_a_rule_holds_wherever_it_can_be_broken(changes: dict[str, Any], expected: tuple[str, str]) -> None:
    assert wrong(lodging(**changes)) == [expected]


def test_a_measure_must_stand_at_every_line_or_once_for_the_whole() -> None:
    two = [paper()["commodities"][0], paper()["commodities"][0] | UNMEASURED]

    assert wrong(lodging(commodities=two)) == [("neither_volume_nor_weight", "boxes.commodities.1.volume_m3")]
    assert wrong(lodging(commodities=two, global_measure={"volume_m3": 25})) == []


def test_an_electronic_licence_needs_no_scan() -> None:
    assert wrong(lodging(with_files=frozenset(), issued_electronically=True)) == []


@pytest.mark.parametrize(
    ("office", "expiry", "last_minute"),
    [
        ("BE101000", "2026-11-30", datetime(2026, 11, 30, 22, 59, tzinfo=UTC)),
        ("FI002000", "2026-11-30", datetime(2026, 11, 30, 21, 59, tzinfo=UTC)),
        ("BE101000", "2027-03-28", datetime(2027, 3, 28, 21, 59, tzinfo=UTC)),
        ("BE101000", "2027-10-31", datetime(2027, 10, 31, 22, 59, tzinfo=UTC)),
    ],
    ids=["Belgium", "Finland", "a day of 23 hours", "a day of 25 hours"],
)
def test_a_licence_is_lodged_in_time_until_its_last_day_ends_at_the_point_of_entry(
    office: str, expiry: str, last_minute: datetime
) -> None:
    def at(moment: datetime) -> list[tuple[str, str]]:
        return wrong(lodging(point_of_entry=office, expiry_date=expiry, at=moment))

    assert reference().offices[office] == office[:2]
    assert at(last_minute) == []
    assert at(last_minute + timedelta(minutes=1)) == [("expired_at_lodging", "boxes.expiry_date")]


def test_days_end_by_the_clock_of_brussels_where_the_country_is_not_known() -> None:
    assert zone_of(None).key == zone_of("XX").key == "Europe/Brussels"


def test_a_refusal_for_expiry_names_the_law() -> None:
    (mistake,) = mistakes_of_boxes(lodging(expiry_date="2026-11-19"))

    assert mistake.article == "1024/2008 art. 6(3)"
    assert "Article 6(3)" in mistake.message
    assert mistake.box == 4


def test_a_correction_is_judged_by_the_day_of_the_lodging_that_it_belongs_to() -> None:
    months_later = {"lodged_at": NOW, "at": NOW + timedelta(days=100)}
    signed_since = {"place": "Jakarta", "date": "2026-11-21"}

    assert wrong(lodging(expiry_date="2026-11-20", **months_later)) == []
    assert wrong(lodging(expiry_date="2026-11-19", **months_later)) == [("expired_at_lodging", "boxes.expiry_date")]
    assert wrong(lodging(signature=signed_since, **months_later)) == [("signed_in_the_future", "boxes.signature.date")]
    assert lodging(**months_later).day == date(2026, 11, 20)


def test_ghana_has_no_known_format_so_no_number_of_it_is_blocked() -> None:
    judged = lodging(issuing_authority=GHANA, licence_number="TIDD/2026/7", line={"commodity_code": "440729"})

    assert wrong(judged) == []


def test_codes_count_from_their_day_on() -> None:
    early = datetime(2025, 10, 7, 12, tzinfo=UTC)
    changes: dict[str, Any] = {
        "issuing_authority": GHANA,
        "line": {"commodity_code": "940391"},
        "signature": {"place": "Takoradi", "date": "2025-09-01"},
    }

    before, after = lodging(**changes, at=early), lodging(**changes, at=early + timedelta(days=1))

    assert [code for code, _field in wrong(before)] == ["commodity_code_unknown"]
    assert wrong(after) == []


@pytest.mark.parametrize("name", ["Ramin", "ramin (Gonystylus bancanus)", "Something (gonystylus bancanus)"])
def test_a_species_under_cites_is_pointed_out_by_any_of_its_names(name: str) -> None:
    assert flagged(lodging(line={"species": [TEAK | {"name": name}]})) == ["cites_species"]


@pytest.mark.parametrize("name", ["Teak", "Rami", "Ramin wood"])
def test_other_species_are_not_taken_for_those_under_cites(name: str) -> None:
    assert flagged(lodging(line={"species": [TEAK | {"name": name}]})) == []


def test_a_density_is_unusual_below_and_above_what_wood_has() -> None:
    def of(weight: str) -> list[str]:
        return [flag.text for flag in flags_of(lodging(line={"volume_m3": 1, "net_weight_kg": weight}))]

    assert of("149.9") == [
        "Commodity 1: 149.9 kg per cubic metre is unusual for wood. Check volume and weight.",
    ]
    assert (of("150"), of("1400")) == ([], [])
    assert "1401 kg" in of("1401")[0]
