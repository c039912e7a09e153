"""A header among the rows: set aside where it is the same, and said where the columns below it are others."""

from __future__ import annotations

import pytest
import xlsxwriter

from goodterms.errors import UnreadableFileError
from goodterms.intake import read

HEADER = "Invoice No;Date;Customer;Product;Quantity;Net amount"
FIRST = [f"{i};2023-02-05;B;P;2;20" for i in range(2, 9)]
SECOND = [f"{i};2023-03-05;B;P;2;20" for i in range(12, 19)]


@pytest.fixture(params=["csv", "xlsx"])
def table(request, tmp_path):
    """Write lines as a file of text or a workbook."""

    def _table(*lines):
        path = tmp_path / f"s.{request.param}"
        if request.param == "csv":
            path.write_text("\n".join(lines) + "\n", "utf-8")
            return path
        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet("Sales")
            for place, line in enumerate(lines):
                sheet.write_row(place, 0, [float(cell) if cell.isdigit() else cell for cell in line.split(";")])
        return path

    return _table


@pytest.mark.parametrize("again", [HEADER, HEADER.upper(), "\ufeff" + HEADER])
def test_the_same_header_is_set_aside_in_any_case_and_with_a_mark(table, again):
    (account,) = read([table(HEADER, *FIRST, again, *SECOND)]).files
    assert (account.accepted, account.rejected) == (14, 0)
    assert [(ref.row, ref.reason) for ref in account.set_aside_rows] == [(1, "header"), (9, "header repeated")]


@pytest.mark.parametrize(
    "other",
    [
        "Invoice No;Date;Product;Customer;Quantity;Net amount",
        "Invoice No;Date;Customer;Product;Net amount;Quantity",
        "DATE;INVOICE NO;CUSTOMER;PRODUCT;QUANTITY;NET AMOUNT",
        "Invoice No;Date;Product;Customer;Quantity;Amount",
    ],
)
def test_a_header_in_another_order_ends_the_reading_with_its_place(table, other):
    with pytest.raises(UnreadableFileError, match=r"row 9: a second header names the columns in another order .*Cut the file there"):
        read([table(HEADER, *FIRST, other, *SECOND)])


def test_a_customer_with_the_name_of_a_column_is_a_customer(table):
    (account,) = read([table(HEADER, *FIRST, "19;2023-03-05;Customer;Product;1;5")]).files
    assert (account.accepted, account.rejected, account.set_aside) == (8, 0, 1)
