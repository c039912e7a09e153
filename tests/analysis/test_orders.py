"""Orders: one row a batch, in the month of its first invoice, with what a time equation may count."""

from __future__ import annotations

from tests.cast import D, credit_note, drivers_of, invoice, rows_of

from goodterms.analysis.orders import orders_of


def orders(sale_lines):
    """The orders by customer and number."""
    drivers = drivers_of(sale_lines)
    found = rows_of(orders_of(drivers.lines, drivers.facts.attributes))
    return {(row["counterparty"], row["order"]): row for row in found}


def test_an_order_of_several_invoices_counts_once_in_the_month_of_its_first():
    """Order 77 is invoiced in February, January and March: it is an order of January, Mia's, by phone, of three lines."""
    sale_lines = [
        invoice("2023-02-10", "2", "Ann", "tea", 1, 10, order_number="77", channel="web", manager_key="Otto"),
        invoice("2023-01-31", "1", "Ann", "cup", 2, 20, order_number="77", channel="phone", weight=3),
        invoice("2023-03-01", "3", "Ann", "saw", 3, 30, order_number="77", weight=4),
    ]
    found = orders(sale_lines)
    assert set(found) == {("Ann", "77")}
    order = found["Ann", "77"]
    assert (str(order["month"]), order["manager"], order["channel"]) == ("2023-01-01", "Mia", "phone")
    assert (order["lines"], order["units"], order["value"], order["kg"], order["new"]) == (3, 6, 60, 7, 1)


def test_without_an_order_number_each_invoice_is_an_order():
    sale_lines = [invoice("2023-01-05", document, "Ann", product, 1, 10) for document, product in (("1", "tea"), ("1", "cup"), ("2", "tea"))]
    assert {key: order["lines"] for key, order in orders(sale_lines).items()} == {("Ann", "1"): 2, ("Ann", "2"): 1}


def test_a_credit_note_is_never_an_order_and_adds_nothing_to_one():
    sale_lines = [
        invoice("2023-02-05", "1", "Bob", "tea", 1, 10, order_number="5"),
        credit_note("2023-01-06", "C1", "Bob", "tea", -1, -10, order_number="5"),
        credit_note("2023-02-07", "C2", "Bob", "tea", -1, -10),
    ]
    found = orders(sale_lines)
    assert set(found) == {("Bob", "5")}
    assert (str(found["Bob", "5"]["month"]), found["Bob", "5"]["lines"], found["Bob", "5"]["units"]) == ("2023-02-01", 1, 1)


def test_the_customers_first_order_in_the_data_is_new_whoever_sold_it():
    sale_lines = [
        invoice("2023-01-06", "2", "Ann", "tea", 1, 10, entity="Oy"),
        invoice("2023-01-05", "3", "Ann", "tea", 1, 10, entity="Ab"),
        invoice("2023-01-05", "4", "Ann", "tea", 1, 10, entity="Ab"),
        invoice("2023-05-05", "1", "Cleo", "tea", 1, 10, entity="Ab"),
    ]
    assert {key[1]: order["new"] for key, order in orders(sale_lines).items()} == {"2": 0, "3": 1, "4": 0, "1": 1}


def test_lines_without_a_customer_make_orders_and_nobody_is_new():
    assert orders([invoice("2023-01-05", "1", None, "tea", 1, 10)])["(no customer)", "1"]["new"] == 0


def test_an_attribute_is_the_largest_over_the_invoice_lines():
    rush = "attribute:rush"
    sale_lines = [
        invoice("2023-01-05", "1", "Ann", "tea", 1, 10, **{rush: 0}),
        invoice("2023-01-05", "1", "Ann", "cup", 1, 10, **{rush: 1}),
        invoice("2023-01-05", "2", "Ann", "cup", 1, 10),
        credit_note("2023-01-06", "C1", "Ann", "cup", -1, -10, order_number="1", **{rush: 9}),
    ]
    assert {key[1]: order[rush] for key, order in orders(sale_lines).items()} == {"1": D(1), "2": D(0)}


def test_entities_sources_and_customers_number_their_own_orders():
    sale_lines = [
        invoice("2023-01-05", "1", customer, "tea", 1, amount, entity=entity, source=source)
        for customer, entity, source, amount in (("Ann", "Ab", "erp", 10), ("Ann", "Oy", "erp", 20), ("Ann", "Ab", "shop", 30), ("Cleo", "Ab", "erp", 40))
    ]
    drivers = drivers_of(sale_lines)
    assert orders_of(drivers.lines).count().to_pyarrow().as_py() == 4
