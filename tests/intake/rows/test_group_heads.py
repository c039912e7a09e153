"""Values on the first row of their group alone: asked about, and held for the rows below where the mapping says so."""

from __future__ import annotations

import datetime as dt

import pytest

from goodterms.errors import AnswerNeededError, MappingError
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered
from goodterms.intake.mapping.mapping_file import Mapping

PRINTED = "Invoice;Date;Customer;Product;Net amount\n1;2024-01-05;Ann;P1;10\n;;;P2;20\n;;;P3;5\n2;2024-01-06;Bob;P1;7\n3;2024-01-07;Ann;P1;8\n;;;P2;9\n"


def lines_of(reading):
    return reading.facts.engine.con.execute("SELECT document, date, customer_key, net_value::INTEGER FROM sale_lines ORDER BY row").fetchall()


def asked(path):
    with pytest.raises(AnswerNeededError) as error:
        read([path])
    (question,) = error.value.questions
    return question, [read([path], mapping=Mapping.read(answered("", option))) for option in question.choices]


def test_a_customer_on_the_first_row_of_its_group_is_asked(write, tmp_path):
    path = write("s.csv", "Customer;Invoice;Date;Net amount\nC1;1;2024-01-05;10\n;2;2024-01-06;20\nC2;3;2024-01-07;40\n;4;2024-01-08;50\n")
    question, (filled, blank) = asked(path)
    assert question.choices[0].line == 'fill_down = ["Customer"]'
    assert [customer for _, _, customer, _ in lines_of(filled)] == ["C1", "C1", "C2", "C2"]
    assert [customer for _, _, customer, _ in lines_of(blank)] == ["C1", None, "C2", None]
    assert all(lines_of(read([path], mapping=one.write_mapping(tmp_path / "map.toml"))) == lines_of(one) for one in (filled, blank))


def test_dates_and_customers_follow_the_document_that_begins_a_group(write):
    question, (filled, blank) = asked(write("s.csv", PRINTED))
    assert question.choices[0].line == 'fill_down = ["Invoice", "Date", "Customer"]'
    first, second, third = ("1", dt.date(2024, 1, 5), "Ann"), ("2", dt.date(2024, 1, 6), "Bob"), ("3", dt.date(2024, 1, 7), "Ann")
    assert lines_of(filled) == [(*first, 10), (*first, 20), (*first, 5), (*second, 7), (*third, 8), (*third, 9)]
    assert (filled.rejected, blank.rejected) == (0, 3)


def test_totals_among_the_groups_are_set_aside_as_ever(write):
    text = PRINTED.replace("2;2024-01-06", ";;Ann total;;35\n2;2024-01-06") + "Total;;;;59\n"
    _, (filled, _) = asked(write("s.csv", text))
    assert [ref.row for ref in filled.files[0].set_aside_rows if ref.reason == "total"] == [5, 9]
    assert [net for *_, net in lines_of(filled)] == [10, 20, 5, 7, 8, 9]


def test_a_rejected_first_row_still_names_its_group(write):
    path = write("s.csv", PRINTED.replace("P1;7", "P1;x"))
    mapping = {"version": 1, "file": [{"match": "s.csv", "fill_down": ["Invoice", "Date", "Customer"]}]}
    more = write("s.csv", path.read_text() + "4;2024-01-08;Cy;P1;y\n;;;P2;3\n")
    assert lines_of(read([more], mapping=mapping))[-1] == ("4", dt.date(2024, 1, 8), "Cy", 3)


@pytest.mark.parametrize(
    "text",
    [
        "Invoice;Date;Customer;Net amount\n1;2024-01-05;;10\n2;2024-01-06;Ann;20\n3;2024-01-07;;40\n",  # the first row has none
        "Invoice;Date;Customer;Net amount\n1;2024-01-05;Ann;10\n2;2024-01-06;;20\n3;2024-01-07;Ann;40\n4;2024-01-07;;40\n",  # a value again
        "Invoice;Date;Customer;Net amount\n1;2024-01-05;Ann;10\n2;2024-01-06;;20\n3;2024-01-07;Bob;40\n4;2024-01-07;Cy;40\n",  # one row alone
    ],
)
def test_sales_without_a_customer_are_not_asked_about(write, text):
    assert None in {customer for _, _, customer, _ in lines_of(read([write("s.csv", text)]))}


CASH = "Date;Invoice;Customer;Product;Net amount\n"


@pytest.mark.parametrize("customers", ["ABCD", "A B ", "AAAA"], ids=["with customers", "without, where they lack a number", "of one customer"])
def test_cash_sales_of_other_days_or_customers_have_no_number(write, customers):
    rows = "".join(f"2024-01-{4 * i + j + 1:02d};{10 * i + j if j % 2 == 0 else ''};{customers[j].strip()};P{j};{j + 1}\n" for i in range(3) for j in range(4))
    reading = read([write("s.csv", CASH + rows)])
    assert [document for document, *_ in lines_of(reading)] == ["0", None, "2", None, "10", None, "12", None, "20", None, "22", None]


def test_cash_sales_of_one_day_go_by_their_customer(write):
    rows = "".join(f"2024-01-05;{i if i % 2 else ''};C{i};P;{i}\n" for i in range(1, 9))
    assert [document for document, *_ in lines_of(read([write("s.csv", CASH + rows)]))] == ["1", None, "3", None, "5", None, "7", None]


def test_where_few_rows_without_a_number_are_of_another_day_it_is_asked_and_no_comes_first(write):
    rows = "2024-01-05;1;A;P;1\n2024-01-05;;A;Q;2\n2024-01-05;;A;R;3\n2024-01-06;2;B;P;4\n2024-01-06;;B;Q;5\n2024-01-07;;C;P;6\n"
    question, (blank, filled) = asked(write("s.csv", CASH + rows))
    assert question.choices[0].line == "fill_down = []"
    assert [document for document, *_ in lines_of(blank)] == ["1", None, None, "2", None, None]
    assert [document for document, *_ in lines_of(filled)] == ["1", "1", "1", "2", "2", "2"]


def test_a_column_that_is_not_there_is_refused(write):
    with pytest.raises(MappingError, match='has no column "Buyer"'):
        read([write("s.csv", PRINTED)], mapping={"version": 1, "file": [{"match": "s.csv", "fill_down": ["Buyer"]}]})
