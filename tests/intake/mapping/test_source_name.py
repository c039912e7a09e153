"""What sources are called: by the names of their files, whichever year, month or day stands in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodterms.intake.mapping.source_name import names, source_of, without_year

WORDS = st.text("abcdefgäöxyz", min_size=1, max_size=8)
YEARS = st.integers(1990, 2049)


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("sales_2023.csv", "sales"),
        ("2023_sales.csv", "sales"),
        ("Sales 2024-03 final.xlsx", "Sales final"),
        ("sales-202403.csv", "sales"),
        ("sales (2024).csv", "sales"),
        ("sales_2023-2024.csv", "sales"),
        ("2024.csv", "2024"),
        ("export_20260115.csv", "export"),
        ("export 15.01.2026.csv", "export"),
        ("20260115.csv", "20260115"),
        ("sales-1.csv", "sales-1"),
        ("item12024.csv", "item12024"),
        ("sales_final-v2.csv", "sales_final-v2"),
        ("/data/2024/sales.csv", "sales"),
    ],
)
def test_a_source_is_called_as_its_file_is(file, source):
    assert source_of(file) == source


@given(WORDS, st.sampled_from("_- ."), YEARS, YEARS)
def test_files_of_two_years_are_called_alike(word, between, year, other):
    """The name of a file of one year is that of another year's, and a year may stand in either place."""
    source = source_of(f"{word}{between}{year}.csv")
    assert source == source_of(f"{word}{between}{other}.csv") == source_of(f"{other}{between}{word}.csv") == word


@given(WORDS, YEARS)
def test_a_source_by_years_names_those_of_each_year(word, year):
    assert names(f"{word} {{year}}", f"{word} {year}")
    assert without_year(f"{word} {{year}}") == word == without_year(word)
