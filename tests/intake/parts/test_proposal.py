"""What columns mean by their names and values: of two keys the one that repeats, and a file of rates among those of lines."""

from __future__ import annotations

import pytest

from goodterms.errors import AnswerNeededError, MappingError
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered
from goodterms.intake.mapping.mapping_file import Mapping


def rows(reading, columns):
    return reading.facts.engine.con.execute(f"SELECT {columns} FROM sale_lines ORDER BY row").fetchall()


# Keys --------------------------------------------------------------------------------------------------------------------------------------------------------

ITEMS = "order_id,order_date,customer_id,item_id,item_sku,item_quantity,item_total\n"


def of_items(items):
    return ITEMS + "".join(f"{n},2023-01-{n + 1:02},C1,{item},{sku},1,10.00\n" for n, (item, sku) in enumerate(items))


def test_of_two_products_the_one_that_repeats_is_it(write):
    path = write("s.csv", of_items([("803", "A"), ("801", "B"), ("802", "A"), ("807", "B"), ("805", "C")]))
    reading = read([path])
    assert rows(reading, "product_key") == [("A",), ("B",), ("A",), ("B",), ("C",)]
    again = read([path], mapping=Mapping.read(reading.mapping.as_toml()))
    assert rows(again, "product_key") == rows(reading, "product_key")


@pytest.mark.parametrize(
    "items",
    [
        [("803", "A"), ("801", "B"), ("802", "A")],
        [("803", "A"), ("801", "B"), ("803", "A"), ("807", "B"), ("805", "C")],
        [("803", "A"), ("801", "B"), ("802", "C"), ("807", "D"), ("805", "E")],
    ],
)
def test_two_products_of_which_none_numbers_the_rows_are_asked_about(write, items):
    with pytest.raises(AnswerNeededError, match="item_id and item_sku may both be the product"):
        read([write("s.csv", of_items(items))])


# Files of rates ----------------------------------------------------------------------------------------------------------------------------------------------

IN_KRONER = "Invoice;Date;Customer;Net amount;Currency\n1;2024-01-05;Ann;125.00;EUR\n2;2024-01-15;Bob;1250.00;NOK\n3;2024-01-15;Bob;50.00;NOK\n"
RATES = "date;from;to;rate\n2024-01-01;EUR;NOK;11.0\n"


def test_a_file_of_rates_among_lines_is_asked_about_and_read_as_one(write):
    files = [write("s.csv", IN_KRONER), write("kurser.csv", RATES)]
    with pytest.raises(AnswerNeededError, match=r"kurser\.csv: its columns from, to, rate are those of exchange rates") as error:
        read(files)
    first = error.value.questions[0]
    mappings = {answered("", first.choices[0]), first.entry.replace("[[file]]", "version = 1\n[[file]]", 1)}
    for mapping in mappings:
        with pytest.raises(AnswerNeededError, match=r"kurser\.csv has rates between currencies") as error:
            read(files, mapping=Mapping.read(mapping))
        reading = read(files, mapping=Mapping.read(answered(mapping, error.value.questions[0].choices[0])))
        assert rows(reading, "net_value::DOUBLE, currency") == [(1375, "NOK"), (1250, "NOK"), (50, "NOK")]
        again = read(files, mapping=Mapping.read(reading.mapping.as_toml()))
        assert rows(again, "net_value::DOUBLE, currency") == rows(reading, "net_value::DOUBLE, currency")


def test_a_file_that_is_no_table_of_rates_may_be_left_out(write):
    files = [write("s.csv", IN_KRONER.replace("EUR", "NOK")), write("kurser.csv", RATES)]
    with pytest.raises(AnswerNeededError) as error:
        read(files)
    reading = read(files, mapping=Mapping.read(answered("", error.value.questions[0].choices[1])))
    assert [file.table for file in reading.files] == ["sale_lines"]


def test_lines_with_columns_of_rates_are_lines(write):
    path = write("s.csv", "Date;Customer;Net amount;From;To;Rate\n2024-01-05;Ann;125.00;Oslo;Bergen;1.00\n")
    assert rows(read([path]), "net_value::DOUBLE") == [(125,)]


def test_periods_in_an_entry_without_a_table_are_refused_of_a_file_of_sales(write):
    path = write("s.csv", "Date;Invoice;Customer;Amount\n2024-01-02;1;Ann;100\n")
    text = 'version = 1\n[[file]]\nmatch = "s.csv"\nperiods = { spans = "by days" }\n'
    with pytest.raises(MappingError, match=r"line 2: periods is said of costs and gl_balances; .*s\.csv is of sale_lines\."):
        read([path], mapping=Mapping.read(text))
