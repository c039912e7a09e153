"""Tables of hundreds of columns: read whole, with as many further columns kept as somebody may want."""

from __future__ import annotations

import pytest

from goodterms.errors import UnreadableFileError
from goodterms.intake import read
from goodterms.intake.part_columns import MOST_ATTRIBUTES
from goodterms.intake.tables.raw_table import MOST_COLUMNS


def wide(folder, columns):
    heads = ["Invoice No", "Date", "Customer", "Net amount", *(f"c{i}" for i in range(columns - 4))]
    rows = [[str(row), f"2023-01-{row + 10}", "Ann", "10,00", *(str(row + i) for i in range(columns - 4))] for row in range(5)]
    file = folder / "wide.csv"
    file.write_text("".join(";".join(row) + "\n" for row in [heads, *rows]), "utf-8")
    return file


def test_the_first_further_columns_are_kept_and_the_others_said(tmp_path):
    reading = read([wide(tmp_path, 150)])
    assert len(reading.facts.attributes) == MOST_ATTRIBUTES
    account = reading.files[0]
    assert len(account.unmapped) == 150 - 4 - MOST_ATTRIBUTES
    assert f"The first {MOST_ATTRIBUTES} further columns are kept as attributes." in " ".join(account.said)


def test_more_columns_than_are_read_are_said(tmp_path):
    with pytest.raises(UnreadableFileError, match=f"has 801 columns, and {MOST_COLUMNS} are the most that are read"):
        read([wide(tmp_path, MOST_COLUMNS + 1)])
