"""Commodity lines from tables: pasted, read from CSV, and back."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.licences.domain.form import Commodity, Species, Units
from services.licences.domain.lines import read_lines, write_lines
from services.licences.domain.reading import MOST_ROWS

WORDS = st.text(st.characters(exclude_characters=";|", exclude_categories=["C", "Z"]), min_size=1, max_size=12)
AMOUNTS = st.decimals("0.001", "99999", places=3).map(lambda d: d.normalize())
COUNTRIES = st.sampled_from(["ID", "MY", "GH", "CM"])
SPECIES = st.builds(
    Species,
    name=WORDS,
    countries_of_harvest=st.lists(COUNTRIES, min_size=1, max_size=3, unique=True).map(tuple),
)
LINES = st.builds(
    Commodity,
    volume_m3=st.none() | AMOUNTS,
    net_weight_kg=st.none() | AMOUNTS,
    units=st.lists(st.builds(Units, count=AMOUNTS, unit=st.sampled_from(["C62", "MTK"])), max_size=3).map(tuple),
    description=WORDS,
    commodity_code=st.sampled_from(["4407", "940169"]),
    species=st.lists(SPECIES, min_size=1, max_size=3).map(tuple),
)


@given(st.lists(LINES, max_size=5))
def test_lines_written_as_csv_are_read_back_equal(lines: list[Commodity]) -> None:
    read = read_lines(write_lines(lines))

    assert read.ok
    assert read.commodities == tuple(lines)


@given(st.text(max_size=200))
def test_no_text_whatever_makes_reading_fail(text: str) -> None:
    read = read_lines(text)

    assert all(line.row >= 1 for line in read.lines)


@pytest.mark.parametrize("separator", ["\t", ";", ","])
def test_cells_are_found_by_any_of_three_separators(separator: str) -> None:
    row = separator.join(["Teak chairs", "9401 69", "12.5", "8200", "400", "C62", "Teak", "ID"])

    (line,) = read_lines(row).lines

    assert line.mistakes == ()
    assert line.commodity == Commodity(
        volume_m3=Decimal("12.5"),
        net_weight_kg=Decimal(8200),
        units=(Units(Decimal(400), "C62"),),
        description="Teak chairs",
        commodity_code="940169",
        species=(Species("Teak", ("ID",)),),
    )


def test_a_heading_may_name_the_columns_in_its_own_words_and_order() -> None:
    table = "HS code\tCommercial description\tNet weight (kg)\n4407\tPlanks\t900\n"

    (line,) = read_lines(table).lines

    assert (line.row, line.commodity.commodity_code, line.commodity.net_weight_kg) == (2, "4407", Decimal(900))


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_a_file_as_spreadsheets_write_it_is_read(separator: str) -> None:
    rows = [
        f"\ufeffsep={separator}",
        separator.join(["Description", "HS code", "Volume (m3)", "Net weight (kg)", "", ""]),
        separator.join(['"Teak ""garden"" chairs\nfolding"', "9401 69 00", '"12,5"', '"8.200,25"', "", ""]),
        separator * 5,
    ]

    (line,) = read_lines("\r\n".join(rows)).lines

    assert line.mistakes == ()
    assert (line.row, line.commodity.description) == (3, 'Teak "garden" chairs\nfolding')
    assert line.commodity.commodity_code == "94016900"
    assert (line.commodity.volume_m3, line.commodity.net_weight_kg) == (Decimal("12.5"), Decimal("8200.25"))


def test_species_go_with_their_countries_in_the_same_order() -> None:
    (line,) = read_lines('description;species;countries_of_harvest\nChairs;"Teak; Meranti";"ID; ID, MY"').lines

    assert line.commodity.species == (Species("Teak", ("ID",)), Species("Meranti", ("ID", "MY")))


def test_one_country_counts_for_every_species() -> None:
    (line,) = read_lines("description\tspecies\tcountry of harvest\nChairs\tTeak; Meranti\tID").lines

    assert line.commodity.species == (Species("Teak", ("ID",)), Species("Meranti", ("ID",)))


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("Planks\t4407\tmuch", "volume_m3", "no_number"),
        ("Planks\t4407\t1\t1,234", "net_weight_kg", "ambiguous_number"),
        ("Planks\t4407\t1\t\tmany\tC62", "number_of_units", "no_number"),
        ("Planks\t4407\t1\t\t\tC62", "number_of_units", "no_count"),
        ("Planks\t4407\t1\t\t1\tC62; MTK", "unit", "not_one_unit_each"),
        ("Planks\t4407\t1\t\t\t\tTeak; Merbau; Ramin\tID; MY", "countries_of_harvest", "not_one_each"),
        ("Planks\t" + "4" * 200, "commodity_code", "too_long"),
        ("Planks\t4407\t1\t2\t3\tC62\tTeak\tID\tand more", "", "too_many_cells"),
    ],
)
def test_what_cannot_be_read_is_named_with_row_and_column(row: str, column: str, code: str) -> None:
    lines = read_lines(f"\n{row}\n").lines

    assert [(line.row, m.field, m.code) for line in lines for m in line.mistakes] == [(2, column, code)]


@pytest.mark.parametrize(
    ("heading", "code"),
    [("description\tcode\tcolour", "unknown_column"), ("description\tHS code\tcommodity code", "column_twice")],
)
def test_a_heading_that_is_not_understood_is_named(heading: str, code: str) -> None:
    assert [mistake.code for mistake in read_lines(f"{heading}\nPlanks\t4407\t1").mistakes] == [code]


def test_more_rows_than_a_licence_can_have_are_refused() -> None:
    assert read_lines("Planks\t4407\n" * MOST_ROWS).ok
    assert [m.code for m in read_lines("Planks\t4407\n" * (MOST_ROWS + 1)).mistakes] == ["too_many_rows"]
