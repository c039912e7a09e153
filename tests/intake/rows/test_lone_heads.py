"""Customers, products and accounts that stand alone on a row above their lines, with a total below, as ledgers print them."""

from __future__ import annotations

import tomllib

import pytest

from goodterms.errors import AnswerNeededError
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered

BY_CUSTOMER = """Sales by Customer Detail
January 2024

,Date,Transaction Type,Num,Product/Service,Qty,Sales Price,Amount,Balance
Acme Hardware,,,,,,,,
,01/21/2024,Invoice,1001,Hammer,2,10.00,20.00,20.00
,01/22/2024,Invoice,1001,Saw,3,15.00,45.00,65.00
Total for Acme Hardware,,,,,,,$65.00,
Total Wine Co,,,,,,,,
,01/23/2024,Invoice,1002,Hammer,1,10.00,10.00,10.00
,01/25/2024,Credit Memo,1003,Hammer,-1,10.00,-10.00,0.00
,01/26/2024,Invoice,1004,Saw,1,15.00,15.00,15.00
Total for Total Wine Co,,,,,,,$15.00,
TOTAL,,,,,,,$80.00,
"""
BY_PRODUCT = """,Date,Num,Customer,Qty,Amount
Hammer,,,,,
,01/21/2024,1001,Ann,2,20.00
,01/22/2024,1002,Bob,3,30.00
Total for Hammer,,,,5,50.00
Saw,,,,,
,01/23/2024,1001,Ann,1,10.00
,01/24/2024,1003,Ann,1,10.00
"""
LEDGER = """Account,Date,Text,Amount
4000 Freight,,,
,2024-01-21,DHL,20.00
,2024-01-22,UPS,30.00
Total 4000 Freight,,,50.00
4100 Rent,,,
,2024-01-31,January,10.00
,2024-02-29,February,10.00
"""


def asked(files, **kinds):
    with pytest.raises(AnswerNeededError) as error:
        read(files, **kinds)
    (question,) = error.value.questions
    return question


def column(reading, table, ours, *more):
    return reading.facts.engine.con.execute(f"SELECT {', '.join((ours, *more))} FROM {table} ORDER BY row").fetchall()


@pytest.mark.parametrize(
    ("text", "ours", "found"),
    [
        (BY_CUSTOMER, "customer_key", [("Acme Hardware",)] * 2 + [("Total Wine Co",)] * 3),
        (BY_PRODUCT, "product_key", [("Hammer",)] * 2 + [("Saw",)] * 2),
    ],
)
def test_what_stands_alone_above_lines_holds_for_them_once_asked(write, text, ours, found):
    path = write("Detail.csv", text)
    question = asked([path])
    assert "column 1 stands alone on 2 rows, above other rows, and else on totals alone." in question.sentence
    reading = read([path], mapping=tomllib.loads(answered("", question.choices[0])))
    again = read([path], mapping=tomllib.loads(reading.mapping.as_toml()))
    assert [column(one, "sale_lines", ours) for one in (reading, again)] == [found, found]
    assert [problem.code for problem in reading.problems if problem.severity.name == "REJECTED"] == []
    assert [problem.rows for problem in reading.problems if problem.code == "heads-of-groups"] == [2]
    (account,) = reading.files
    assert account.physical == account.accepted + account.rejected + account.set_aside


def test_what_stands_alone_may_be_something_else(write):
    path = write("Detail.csv", BY_CUSTOMER)
    reading = read([path], mapping=tomllib.loads(answered("", asked([path]).choices[-1])))
    assert column(reading, "sale_lines", "net_value") == [(20,), (45,), (10,), (-10,), (15,)]
    assert column(reading, "sale_lines", "customer_key") == [(None,)] * 5


def test_accounts_stand_alone_above_their_costs(write):
    path = write("ledger.csv", LEDGER)
    question = asked([], costs=[path])
    reading = read([], costs=[path], mapping=tomllib.loads(answered("", question.choices[0])))
    assert column(reading, "costs", "account", "amount") == [("4000 Freight", 20), ("4000 Freight", 30), ("4100 Rent", 10), ("4100 Rent", 10)]


@pytest.mark.parametrize(
    "text",
    [
        "Date,Customer,Item,Amount\n2024-01-21,Ann,,20.00\n,Bob,,\n2024-01-22,Ann,P,30.00\n,Cleo,,\n2024-01-23,Ann,P,30.00\n2024-01-24,Ann,P,30.00\n",
        BY_PRODUCT.replace("\n,01/22", "\nHammer,01/22").replace("Customer", "Item"),
    ],
)
def test_values_that_stand_on_lines_too_are_no_heads(write, text):
    reading = read([write("s.csv", text)], mapping={"version": 1, "file": [{"match": "*", "table": "sale_lines"}]})
    assert reading.facts.engine.con.execute("SELECT count(*) FROM sale_lines").fetchone() == (4,)
