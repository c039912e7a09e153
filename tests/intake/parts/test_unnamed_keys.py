"""A customer that is blank on most lines, as the company is of a shop's orders, beside a column that nearly all have."""

from __future__ import annotations

import tomllib

import pytest

from goodterms.errors import AnswerNeededError
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered

SHOP = "Order number,Order date,Company (Billing),Email (Billing),SKU,Quantity,Line total"


def orders(write, companies, head=SHOP, emails=("ann@a.fi", "bob@b.fi", "cleo@c.fi", "dan@d.fi")):
    """Two lines of each of eight orders, each of a customer and of the company given for it."""
    lines = [
        f"70{order}1,2024-01-0{order + 1},{companies[order % len(companies)]},{emails[order % len(emails)]},P{line},2,{order + line}0.50"
        for order in range(8)
        for line in range(2)
    ]
    return write("orders.csv", "\n".join([head, *lines, ""]))


def keys(reading):
    return {key for (key,) in reading.facts.engine.con.execute("SELECT customer_key FROM sale_lines").fetchall()}


def question(path):
    with pytest.raises(AnswerNeededError) as error:
        read([path])
    (asked,) = error.value.questions
    return asked


@pytest.mark.parametrize(("companies", "blank"), [(["", "", "Cafe Noir Oy", ""], 12), ([""], 16)])
def test_a_customer_blank_on_most_lines_is_asked_about_beside_an_address(write, companies, blank):
    path = orders(write, companies)
    asked = question(path)
    assert f"Company (Billing) is known as the customer, and blank on {blank} of 16 rows. Email (Billing) may be it instead." in asked.sentence
    address, company = asked.choices
    assert [choice.line for choice in (address, company)] == ['"Email (Billing)" = "customer_key"', '"Company (Billing)" = "customer_key"']
    by_address, by_company = (read([path], mapping=tomllib.loads(answered("", choice))) for choice in (address, company))
    assert keys(by_address) == {"ann@a.fi", "bob@b.fi", "cleo@c.fi", "dan@d.fi"}
    assert keys(by_company) == {None, *filter(None, companies)}
    assert keys(read([path], mapping=tomllib.loads(by_address.mapping.as_toml()))) == keys(by_address)


def test_the_name_is_offered_where_its_number_is_mostly_blank(write):
    head = "Order number,Order date,Customer no,Customer name,SKU,Quantity,Line total"
    path = orders(write, ["", "", "C-7", ""], head, ("Ann", "Bob", "Cleo", "Dan"))
    assert [choice.line for choice in question(path).choices] == ['"Customer name" = "customer_key"', '"Customer no" = "customer_key"']


@pytest.mark.parametrize("companies", [["Acme Ltd", "Bolt & Co", "Cafe Noir Oy", ""], ["Acme Ltd", "Bolt & Co", "", ""]])
def test_a_customer_on_half_of_the_lines_is_not_doubted(write, companies):
    assert keys(read([orders(write, companies)])) == {company or None for company in companies}


def test_a_blank_customer_is_not_doubted_where_nothing_stands_for_it(write):
    path = orders(write, ["", "", "Cafe Noir Oy", ""], SHOP.replace("Email (Billing)", "City (Billing)"), ("Turku", "Oulu"))
    assert keys(read([path])) == {None, "Cafe Noir Oy"}
