"""Every table of the facts is read from a file whose mapping says which one it is; what a table cannot do without is asked for."""

from __future__ import annotations

import pytest

from goodterms.errors import AnswerNeededError
from goodterms.facts.columns import TABLES
from goodterms.facts.sql_text import named
from goodterms.intake import read

FILES = {
    "sale_lines": "document;date;customer_key;net_value\n1;2023-01-02;A;5\n2;2023-01-03;B;6\n",
    "purchase_lines": "document;date;supplier_key;net_value\n1;2023-01-02;A;5\n2;2023-01-03;B;6\n",
    "payments": "date;counterparty_key;amount\n2023-01-02;A;5\n2023-01-03;B;6\n",
    "activities": "date;kind;customer_key\n2023-01-02;visit;A\n2023-01-03;call;B\n",
    "costs": "period;account;pool;amount\n2023-01-01;4000;rent;5\n2023-02-01;4000;rent;6\n",
    "gl_balances": "period;account;amount;role\n2023-01-01;4000;5;pool\n2023-02-01;4000;6;pool\n",
    "rebates": "period;counterparty_key;agreement;amount\n2023-01-01;A;X;5\n2023-02-01;B;X;6\n",
    "stock": "period;product_key;quantity;value\n2023-01-01;P;5;10\n2023-02-01;P;6;12\n",
    "plan": "version;period;scope;sales;margin\nv1;2023-01-01;Ann;5;1\nv1;2023-02-01;Ann;6;1\n",
    "rates": "date;from;to;rate\n2023-01-02;USD;EUR;0.9\n2023-02-01;USD;EUR;0.91\n",
    "customers": "customer_key;name\nA;Ann\nB;Bob\n",
    "suppliers": "supplier_key;name\nA;Ann\nB;Bob\n",
    "products": "product_key;name\nA;Nut\nB;Bolt\n",
}
NEEDED = {
    "suppliers": ["supplier_key"],
    "customers": ["customer_key"],
    "products": ["product_key"],
    "rebates": ["period", "counterparty_key", "amount"],
    "stock": ["period", "product_key"],
    "plan": ["period", "scope"],
    "rates": ["date", "from", "to", "rate"],
    "payments": ["date", "amount"],
    "gl_balances": ["period", "amount"],
}


@pytest.fixture
def read_as(tmp_path):
    def read_as(table, text):
        path = tmp_path / f"{table}.csv"
        path.write_text(text)
        return read([path], mapping={"version": 1, "file": [{"match": path.name, "table": table}]})

    return read_as


def test_every_table_is_tried():
    assert FILES.keys() == TABLES.keys()


@pytest.mark.parametrize("table", FILES)
def test_table_is_read_by_its_own_names(read_as, table):
    reading = read_as(table, FILES[table])
    assert [(account.table, account.accepted, account.rejected) for account in reading.files] == [(table, 2, 0)]
    names = FILES[table].splitlines()[0].split(";")
    assert {column.ours for column in reading.files[0].columns} == set(names)
    columns = ", ".join(map(named, names))
    rows = reading.facts.engine.con.execute(f"SELECT {columns} FROM {table} ORDER BY ALL").fetchall()
    assert [len([cell for cell in row if cell is not None]) for row in rows] == [len(names)] * 2


def without(text, name):
    """The text without a column."""
    place = text.splitlines()[0].split(";").index(name)
    return "".join(";".join(cell for number, cell in enumerate(line.split(";")) if number != place) + "\n" for line in text.splitlines())


@pytest.mark.parametrize(("table", "needed"), [(table, name) for table, names in NEEDED.items() for name in names])
def test_column_that_a_table_cannot_do_without_is_asked_for(read_as, table, needed):
    text = without(FILES[table], needed)
    with pytest.raises(AnswerNeededError) as asked:
        read_as(table, text.replace("name", "Foo") if table in {"customers", "products"} else text)  # a name serves as the key where there is no other
    assert [question.key.rpartition(", ")[2] for question in asked.value.questions] == [needed]


@pytest.mark.parametrize(("table", "needed"), [(table, name) for table, names in NEEDED.items() for name in names])
def test_row_without_what_it_cannot_do_without_is_given_back(read_as, table, needed):
    header, first, second = FILES[table].splitlines()
    cells = second.split(";")
    cells[header.split(";").index(needed)] = ""
    reading = read_as(table, "\n".join([header, first, first, ";".join(cells), first, first, ""]))
    assert (reading.accepted + reading.met_again, reading.rejected) == (4, 1)
