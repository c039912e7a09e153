"""The mapping file: read, refused with its line, written and read again."""

from __future__ import annotations

import pytest

from goodterms.errors import MappingError
from goodterms.intake.mapping.file_mapping import CreditNotes
from goodterms.intake.mapping.mapping_file import Mapping

OF_THE_DOCUMENTATION = """
version = 1

[[file]]
match = "invoices*.csv"
table = "sale_lines"
source = "erp"
dialect = { encoding = "cp1252", delimiter = ";", quote = '"', decimal = ",", thousands = " ", date = "%d.%m.%Y", header_row = 1 }
constants = { currency = "EUR" }
credit_notes = { prefix = "C" }
ragged = { keep_left = 9, keep_right = 4 }

[file.columns]
"Laskunumero" = "document"
"Asiakas" = "customer_key"
"Määrä" = "quantity"
"À-hinta" = "unit_list_price"
"Alennus-%" = "discount_rate"
"Kiireellinen" = "attribute:rush"

[[file.join]]
match = "products.csv"
on = { "Tuote" = "Item" }
columns = { "Cost" = "unit_cost", "Group" = "family" }
"""


def load(tmp_path, text):
    path = tmp_path / "map.toml"
    path.write_text(text, encoding="utf-8")
    return Mapping.load(path)


def test_mapping_of_the_documentation_is_read(tmp_path):
    (entry,) = load(tmp_path, OF_THE_DOCUMENTATION).files
    assert (entry.match, entry.table, entry.source, entry.constants, entry.credit_notes) == (
        "invoices*.csv",
        "sale_lines",
        "erp",
        {"currency": "EUR"},
        CreditNotes(prefix="C"),
    )
    assert entry.columns["Kiireellinen"] == "attribute:rush"
    assert entry.joins[0].columns == {"Cost": "unit_cost", "Group": "family"}
    assert entry.dialect_for_reading == {"encoding": "cp1252", "delimiter": ";", "quote": '"', "header_row": 1, "ragged": {"keep_left": 9, "keep_right": 4}}


def test_mapping_written_is_the_mapping_read(tmp_path):
    mapping = load(tmp_path, OF_THE_DOCUMENTATION)
    again = load(tmp_path, mapping.as_toml())
    assert again.as_toml() == mapping.as_toml()
    assert again.files[0].columns == mapping.files[0].columns


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version = 2\n", "map.toml, line 1: version = 1 was expected; 2 was found"),
        ("version = 1\nfiles = 1\n", 'line 2: there is no key "files" here. Known: version, leading_zeros, same_keys, reporting_currency, company, file.'),
        ('version = 1\n[[file]]\nmatch = "a"\nsheets = "b"\n', 'map.toml, line 4: there is no key "sheets" here'),
        ("version = 1\n[[file]]\nmatch = 3\n", "map.toml, line 3: match is a text; 3 was found."),
        (f'version = 1\n[[file]]\nkeys = "{"k" * 101}"\n', "map.toml, line 3: keys names a space of keys in at most 100 signs; 101 were found."),
        ('version = 1\n[[file]]\ntable = "sales"\n', 'map.toml, line 3: there is no table "sales"'),
        ('version = 1\n[[file]]\n[file.columns]\n"A" = "net"\n', 'map.toml, line 4: there is no column "net"'),
        ('version = 1\n[[file]]\n[file.columns]\n"A" = "net_value"\n"B" = "net_value"\n', 'map.toml, line 5: "B" and "A" are both net_value'),
        ('version = 1\n[[file]]\ndialect = { comma = ";" }\n', 'map.toml, line 3: there is no key "comma" here'),
        ('version = 1\n[[file]]\ndialect = { decimal = ";" }\n', 'map.toml, line 3: decimal is "." or ","'),
        ('version = 1\n[[file]]\ncredit_notes = "minus"\n', 'map.toml, line 3: credit_notes is "negative"'),
        ('version = 1\n[[file]]\ncredit_notes = { column = "T" }\n', "map.toml, line 3: credit_notes by a column needs both"),
        ('version = 1\n[[file]]\n[[file.join]]\nmatch = "b"\n', "map.toml, line 3: a join needs match, on and columns; on and columns is missing"),
        ('version = 1\n[[file]]\nconstants = { currencies = "EUR" }\n', 'map.toml, line 3: there is no key "currencies" here'),
        ('version = 1\n[[file]]\nconstants = { date = "31.1.2023" }\n', "map.toml, line 3: date is a date like 2012-03-31; '31.1.2023' was found."),
        ('version = 1\n[[file]]\nconstants = { quantity = "1,5" }\n', "map.toml, line 3: quantity is a number with a decimal point"),
        ('version = 1\n[[file]]\ndialect = { date = "d.m.Y" }\n', 'map.toml, line 3: date is a form like "%d.%m.%Y"'),
        *(
            (
                f'version = 1\n[[file]]\ntable = "{table}"\nperiods = {{ spans = "by days" }}\n',
                f"map.toml, line 4: periods is said of costs and gl_balances; this [[file]] is of {table}.",
            )
            for table in ("sale_lines", "purchase_lines", "rebates")
        ),
        ("version = \n", "is not valid TOML"),
        ('version = 1\nsame_keys = ["customers"]\n', 'map.toml, line 2: same_keys is ["customers", "suppliers"], where both are numbered together'),
    ],
)
def test_mapping_is_refused_with_its_line(tmp_path, text, said):
    with pytest.raises(MappingError) as error:
        load(tmp_path, text)
    assert said in str(error.value)


def test_mapping_that_is_not_there(tmp_path):
    with pytest.raises(MappingError, match="cannot be read"):
        Mapping.load(tmp_path / "none.toml")


def test_entry_is_found_by_name_glob_and_sheet():
    mapping = Mapping.load({"version": 1, "file": [{"match": "a*.xlsx", "sheet": "2023"}, {"match": "a*.xlsx", "sheet": "2024"}, {"match": "b.csv"}]})
    assert mapping.of("/data/ab.xlsx", "2024") is mapping.files[1]
    assert mapping.of("b.csv") is mapping.files[2]
    assert mapping.of("c.csv") is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('leading_zeros.clients = "same"', 'line 2: there are no keys of "clients"'),
        ('leading_zeros.customers = "dropped"', 'line 2: leading_zeros is "same" or "different"; \'dropped\' was found.'),
    ],
)
def test_leading_zeros_of_an_unknown_kind_or_value_are_refused(tmp_path, line, said):
    with pytest.raises(MappingError) as error:
        load(tmp_path, f"version = 1\n{line}\n")
    assert said in str(error.value)


def test_leading_zeros_written_are_read(tmp_path):
    said = {"customers": "same", "shop:customers": "different"}
    mapping = Mapping.load({"version": 1, "leading_zeros": said})
    assert load(tmp_path, mapping.as_toml()).leading_zeros == said


@pytest.mark.parametrize(
    ("entry", "file", "sheet"),
    [
        ({"match": "sales.csv"}, "report/sales.rejected.csv", ""),
        ({"match": "data/sales.csv"}, "report/sales.rejected.csv", ""),
        ({"match": "sales*.csv"}, "sales-2023.rejected (2).mine.csv", ""),
        ({"match": "sales.tsv"}, "sales.rejected.mine (2).tsv", ""),
        ({"match": "SALES"}, "SALES.rejected", ""),
        ({"match": "book.xlsx", "sheet": "Sales 23"}, "book.rejected.xlsx", "Sales 23"),
        ({"match": "book.xlsx"}, "book.rejected.xlsx", "Sales 23"),
    ],
)
def test_rejected_rows_are_mapped_like_the_file_they_stood_in(entry, file, sheet):
    entry |= {"dialect": {"header_row": 4}}
    found = Mapping.load({"version": 1, "file": [{"match": "other.csv"}, entry]}).of(file, sheet)
    assert found is not None
    assert (found.match, found.dialect["header_row"], found.is_of_origin) == (entry["match"], 4, True)


def test_rejected_rows_of_a_sheet_go_by_the_entry_of_the_sheet_before_that_of_the_workbook():
    mapping = Mapping.load({"version": 1, "file": [{"match": "book.xlsx"}, {"match": "book.xlsx", "sheet": "Jan", "keys": "shop"}]})
    assert [mapping.of("book.rejected.xlsx", sheet).keys for sheet in ("Jan", "Feb")] == ["shop", ""]


def test_an_entry_of_its_own_goes_before_that_of_the_file():
    mapping = Mapping.load({"version": 1, "file": [{"match": "sales.csv"}, {"match": "sales.rejected.csv"}]})
    assert mapping.of("sales.rejected.csv") is mapping.files[1]


@pytest.mark.parametrize(
    ("file", "sheet"), [("sales.csv", ""), ("sold.rejected.csv", ""), ("sale.rejected.xlsx", ""), ("book.rejected.xlsx", "Other"), ("sale.problems.csv", "")]
)
def test_rejected_rows_of_another_file_are_not(file, sheet):
    mapping = Mapping.load({"version": 1, "file": [{"match": "sale.csv"}, {"match": "book.xlsx", "sheet": "Sales"}]})
    assert mapping.of(file, sheet) is None
