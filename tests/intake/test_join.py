"""Columns of other files added to each row, none dropped and none doubled."""

from __future__ import annotations

from decimal import Decimal

import pytest

from goodterms.errors import MappingError
from goodterms.intake import read

D = Decimal
LINES = "Invoice,Date,Customer,Item,Quantity,Unit price\n1,2023-01-31,Ann,10,2,5.5\n1,2023-01-31,Ann,11,1,2.5\n2,2023-02-01,Bob,12,1,1.5\n"
ITEMS = "Item,Cost,Group\n10,1.25,Tables\n11,0.5,Chairs\n10,9.99,Doubles\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "lines.csv").write_text(LINES)
    (tmp_path / "items.csv").write_text(ITEMS)
    return tmp_path


def mapped(**join):
    return {
        "version": 1,
        "file": [{"match": "lines.csv", "join": [{"match": "items.csv", "on": {"Item": "Item"}, "columns": {"Cost": "unit_cost", "Group": "family"}} | join]}],
    }


def test_join_adds_columns_and_keeps_every_row(folder):
    reading = read([folder / "lines.csv"], mapping=mapped())
    rows = reading.facts.engine.con.execute("SELECT document, product_key, net_value, product_cost FROM sale_lines ORDER BY row").fetchall()
    assert rows == [("1", "10", D(11), D("2.5")), ("1", "11", D("2.5"), D("0.5")), ("2", "12", D("1.5"), None)]
    assert reading.facts.engine.con.execute("SELECT product_key, family FROM products ORDER BY 1").fetchall() == [
        ("10", "Tables"),
        ("11", "Chairs"),
        ("12", None),
    ]
    assert {p.code: p.rows for p in reading.problems} == {"no-partner": 1, "partner-twice": 1}


def test_join_is_in_the_written_mapping(folder, tmp_path):
    first = read([folder / "lines.csv"], mapping=mapped())
    second = read([folder / "lines.csv"], mapping=first.write_mapping(tmp_path / "map.toml"))
    assert second.mapping.as_toml() == first.mapping.as_toml()
    columns = "document, product_key, net_value, product_cost"
    assert (
        second.facts.engine.con.execute(f"SELECT {columns} FROM sale_lines ORDER BY row").fetchall()
        == first.facts.engine.con.execute(f"SELECT {columns} FROM sale_lines ORDER BY row").fetchall()
    )


@pytest.mark.parametrize(
    ("join", "said"),
    [
        ({"match": "none.csv"}, 'no file matches "none.csv"'),
        ({"match": "*.csv"}, "2 files match"),
        ({"on": {"Items": "Item"}}, 'lines.csv has no column "Items"'),
        ({"on": {"Item": "Items"}}, 'items.csv has no column "Items"'),
        ({"columns": {"Kost": "unit_cost"}}, 'items.csv has no column "Kost". Its columns are: Item, Cost, Group'),
    ],
)
def test_join_that_names_what_is_not_there_is_refused(folder, join, said):
    with pytest.raises(MappingError) as error:
        read([folder / "lines.csv"], mapping=mapped(**join))
    assert said in str(error.value)
