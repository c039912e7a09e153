"""Totals among the lines: set aside where two things say so, and no customer is taken for one."""

from __future__ import annotations

import pytest

from goodterms.intake import read
from goodterms.problems import Severity

HEADER = "Invoice No;Date;Customer;Product;Quantity;Net amount\n"
LINES = "1;2023-01-05;A;P1;2;20,00\n2;2023-02-15;B;P1;3;30,00\n3;2023-03-20;A;P2;1;15,50\n"


@pytest.fixture
def account(tmp_path):
    """Read a file and say which rows were set aside as totals and which were rejected."""

    def _account(text, *, costs=False):
        path = tmp_path / "s.csv"
        path.write_text(text)
        reading = read([], costs=[path]) if costs else read([path])
        (file,) = reading.files
        said = [p.origin.row for p in reading.problems if p.severity == Severity.REJECTED]
        assert file.physical == file.accepted + file.rejected + file.set_aside
        return [ref.row for ref in file.set_aside_rows if ref.reason == "total"], said

    return _account


@pytest.mark.parametrize(
    "total",
    [
        ";2024-12-31;Total;;6;65,50",
        ";2024-12-31;;;6;65,50",
        ";2024-12-31;;;;65,50",
        "Yhteensä;2024-12-31;;;6;65,50",
        "Total 2023;2024-12-31;;;6;65,50",
        "Summa;;;;6;65,50",
        ";;;;6;65,50",
        ";2024-12-31;Total;;6;99,00",
        "Grand total;;;;;99,00",
    ],
)
def test_totals_are_set_aside_with_a_date_and_without(account, total):
    assert account(HEADER + LINES + total + "\n") == ([5], [])


def test_subtotals_of_customers_and_the_grand_total_are_set_aside(account):
    text = "1;2023-01-05;A;P1;2;20,00\n2;2023-02-15;A;P1;3;30,00\n;;A Total;;5;50,00\n3;2023-01-05;B;P1;2;20,00\n;;B Total;;2;20,00\n;;Grand Total;;7;70,00\n"
    assert account(HEADER + text) == ([4, 6, 7], [])


def test_subtotals_of_months_with_their_days_are_set_aside(account):
    text = (
        "1;2023-01-05;A;P1;2;20,00\n2;2023-01-15;B;P1;3;30,00\nTotal 2023-01;2023-01-31;;;5;50,00\n"
        "3;2023-02-05;B;P1;2;20,00\nTotal 2023-02;2023-02-28;;;2;20,00\nTotal;2023-02-28;;;7;70,00\n"
    )
    assert account(HEADER + text) == ([4, 6, 7], [])


def test_a_total_in_the_only_column_of_keys_is_set_aside_by_its_sum(account):
    assert account("Customer;Date;Net amount\nA;2023-01-05;10,00\nB;2023-01-05;20,00\nTotal;2023-01-31;30,00\n") == ([4], [])


def test_totals_of_costs_are_set_aside(account):
    text = "2023-01;4000;100,00\n2023-01;4100;50,00\n2023-01;Total;150,00\n2023-02;4000;100,00\n2023-02;Total;100,00\n"
    assert account("Month;Account;Amount\n" + text, costs=True) == ([4, 6], [])


@pytest.mark.parametrize("name", ["Summa Oy", "Total Energies", "TotalEnergies", "Total", "Sum Trading"])
def test_a_customer_whose_name_has_the_word_is_a_customer(account, name):
    assert account(HEADER + LINES + f"4;2023-04-05;{name};P1;2;20,00\n5;2023-05-05;{name};P2;2;99,00\n") == ([], [])


@pytest.mark.parametrize("name", ["Summa Oy", "Total Energies", "Total"])
def test_a_customer_of_that_name_stays_where_there_are_no_other_keys(account, name):
    assert account(f"Customer;Date;Net amount\nA;2023-01-05;10,00\n{name};2023-01-05;20,00\n{name};2023-01-31;70,00\n") == ([], [])


def test_a_row_that_does_not_fit_is_no_total_for_a_name_in_its_first_cell(account):
    assert account(HEADER + "Summa Oy;;;;1;10,00\n2;2023-01-05;A;P;1;10,00\n") == ([], [2])


def test_a_line_without_names_is_a_line_where_its_amount_is_no_sum(account):
    assert account(HEADER + LINES + ";2023-04-05;;;1;65,00\n") == ([], [])


def test_lines_without_names_are_lines_where_many_have_none(account):
    assert account("Date;Customer;Net amount\n2023-01-05;;10,00\n2023-01-06;A;20,00\n2023-01-07;;30,00\n") == ([], [])


def test_the_same_amount_as_the_one_line_above_is_no_sum(account):
    assert account(HEADER + "1;2023-01-05;A;P;1;10,00\n;;;;1;10,00\n") == ([], [3])
