"""Which column is the customer or supplier where names mislead: accounts of the ledger, contacts, web shops' names of orders."""

from __future__ import annotations

import pytest

from goodterms.errors import AnswerNeededError
from goodterms.intake import read

COMPANIES = ("Acme Ltd", "Bolt & Co", "Cafe Noir Oy", "Dove Plc")
PEOPLE = ("Ann Smith", "Bob Jones", "Cleo Brown", "Dan White")


@pytest.fixture
def lines(write):
    """Write lines of four columns and an amount: eight, of the rows' first four twice."""

    def _lines(headings, rows, name="s.csv"):
        text = "".join(f"INV-{place};2024-01-0{place + 1};{rows[place % len(rows)]};10.00\n" for place in range(8))
        return write(name, f"Invoice;Date;{headings};Net amount\n{text}")

    return _lines


def keys(reading, table="sale_lines", key="customer_key"):
    found = reading.facts.engine.con.execute(f"SELECT {key} FROM {table} ORDER BY row LIMIT 4").fetchall()
    return [key for (key,) in found]


def named(reading):
    return {row["customer_key"]: row["name"] for row in reading.facts["customers"].to_pyarrow().to_pylist()}


@pytest.mark.parametrize("heading", ["Contact", "ContactName", "*ContactName", "Contact Name", "Kontakt"])
def test_a_contact_is_the_customer_where_companies_stand_there(lines, heading):
    reading = read([lines(heading, COMPANIES)])
    assert keys(reading) == list(COMPANIES)
    assert reading.problems == ()


@pytest.mark.parametrize("heading", ["Contact", "ContactName"])
def test_a_contact_that_may_be_a_person_is_asked_about(lines, heading):
    path = lines(heading, PEOPLE)
    with pytest.raises(AnswerNeededError, match=rf"no column is known as the customer\. {heading} may be it, or a person there") as error:
        read([path])
    customer, none = error.value.questions[0].choices
    assert [(customer.line, none.line)] == [(f'"{heading}" = "customer_key"', f'"{heading}" = "-"')]
    settings = [{"version": 1, "file": [{"match": "s.csv", **choice.settings}]} for choice in (customer, none)]
    assert [keys(read([path], mapping=mapping)) for mapping in settings] == [list(PEOPLE), [None] * 4]


@pytest.mark.parametrize("customer", ["Customer no", "Customer", "Customer name", "Account Ref"])
@pytest.mark.parametrize("contact", ["Contact", "Contact name", "Contact person", "Yhteyshenkilö", "Ansprechpartner", "Persona de contacto", "Förnamn"])
def test_a_persons_name_beside_a_customer_stays_out(lines, customer, contact):
    """Whether it looks like a company's or not: the customer is known."""
    for names in (PEOPLE, COMPANIES):
        reading = read([lines(f"{customer};{contact}", [f"C{place};{name}" for place, name in enumerate(names)])])
        assert keys(reading) == ["C0", "C1", "C2", "C3"]
        assert contact in reading.files[0].unmapped
        assert not set(names) & {value for value in named(reading).values() if value}


def test_a_contact_person_alone_stays_out_and_is_no_customer(lines):
    reading = read([lines("Contact person", PEOPLE)])
    assert keys(reading) == [None] * 4
    assert reading.files[0].unmapped == ("Contact person",)


@pytest.mark.parametrize(("account", "name"), [("AccountCode", "ContactName"), ("Account code", "Customer name"), ("Account no", "Customer")])
def test_an_account_of_the_ledger_is_no_customer(lines, account, name):
    """Each of its two accounts has several customers."""
    reading = read([lines(f"{name};{account}", [f"{name};{200 + place % 2 * 60}" for place, name in enumerate(COMPANIES)])])
    assert keys(reading) == list(COMPANIES)
    assert reading.problems == ()


def test_an_account_of_each_customer_is_its_number(lines):
    reading = read([lines("Customer name;Account no", [f"{name};{1000 + place}" for place, name in enumerate(COMPANIES)])])
    assert keys(reading) == ["1000", "1001", "1002", "1003"]
    assert named(reading) == {str(1000 + place): name for place, name in enumerate(COMPANIES)}


def test_accounts_that_go_their_own_way_beside_customers_are_asked_about(lines):
    """Two customers and four accounts: neither says the other."""
    path = lines("Customer name;Account no", [f"{COMPANIES[place % 2]};{place // 4 + place % 4}" for place in range(7)])
    with pytest.raises(AnswerNeededError, match="Customer name and Account no may both be the customer") as error:
        read([path])
    assert [choice.line for choice in error.value.questions[0].choices] == ['"Customer name" = "customer_key"', '"Account no" = "customer_key"']
    for choice, first in zip(error.value.questions[0].choices, ("Acme Ltd", "0"), strict=True):
        assert keys(read([path], mapping={"version": 1, "file": [{"match": "s.csv", **choice.settings}]}))[0] == first


def test_an_account_that_is_always_sales_tells_no_kinds_and_no_customers(lines):
    reading = read([lines("Contact;Account", [f"{name};Sales" for name in COMPANIES])])
    assert keys(reading) == list(COMPANIES)
    assert reading.files[0].credit_notes == 0


def test_a_contact_of_purchases_is_the_supplier_or_asked_about(lines):
    reading = read([], purchases=[lines("ContactName", COMPANIES)])
    assert keys(reading, "purchase_lines", "supplier_key") == list(COMPANIES)
    path = lines("ContactName", PEOPLE, "p.csv")
    with pytest.raises(AnswerNeededError, match=r"no column is known as the supplier\. ContactName may be it, or a person there") as error:
        read([], purchases=[path])
    for choice, found in zip(error.value.questions[0].choices, (list(PEOPLE), [None] * 4), strict=True):
        mapping = {"version": 1, "file": [{"match": "p.csv", "table": "purchase_lines", **choice.settings}]}
        assert keys(read([], purchases=[path], mapping=mapping), "purchase_lines", "supplier_key") == found


def test_a_contact_beside_a_supplier_is_not_asked_about(lines):
    reading = read([], purchases=[lines("Supplier;Contact", [f"S{place};{name}" for place, name in enumerate(PEOPLE)])])
    assert keys(reading, "purchase_lines", "supplier_key") == ["S0", "S1", "S2", "S3"]


def test_a_name_of_numbers_is_the_order_of_a_web_shop(write):
    text = "Name,Created at,Billing Name,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku\n#1001,2024-01-05,Acme Ltd,2,Lamp,10.00,L1\n"
    reading = read([write("s.csv", text)])
    row = reading.facts.engine.con.execute("SELECT document, customer_key, product_key, CAST(net_value AS INTEGER) FROM sale_lines").fetchone()
    assert row == ("#1001", "Acme Ltd", "L1", 20)


def test_a_number_that_counts_the_items_of_an_order_is_no_product(write):
    rows = "".join(f"{order},2024-01-0{order},Acme Ltd,S{item * order},{item},1,5.00\n" for order in (1, 2, 3) for item in (1, 2))
    reading = read([write("s.csv", f"Order Number,Order Date,Company (Billing),SKU,Item #,Quantity (- Refund),Item Price\n{rows}")])
    assert keys(reading, key="product_key") == ["S1", "S2", "S2", "S4"]
    assert named(reading) == {}
    assert [row["name"] for row in reading.facts["products"].to_pyarrow().to_pylist() if row["name"]] == []
