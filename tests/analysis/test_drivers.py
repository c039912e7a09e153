"""Drivers: what causes cost, counted per cell and month, at the level where the cost stays. Counts are never netted."""

from __future__ import annotations

import pytest
from tests.cast import D, activity, credit_note, drivers_of, invoice, policy_of, rows_of

from goodterms.analysis.cost_to_serve import share_costs
from goodterms.errors import PolicyError
from goodterms.facts.policy import DRIVERS
from goodterms.facts.time_equation import TimeEquation

MONTH = "2023-01"
SALES = (
    invoice("2023-01-05", "1", "Ann", "tea", 10, 100, weight=2, order_number="o1", channel="web"),
    invoice("2023-01-05", "1", "Ann", "cup", 4, 60, weight=8, order_number="o1", channel="web"),
    invoice("2023-01-20", "2", "Ann", "tea", 5, 50, order_number="o1", channel="web"),
    invoice("2023-01-07", "3", "Bob", "tea", 6, 60, channel="phone"),
    invoice("2023-01-07", "3", "Bob", "saw", 0, -20, channel="phone"),
    credit_note("2023-01-08", "C1", "Bob", "tea", -6, -60, weight=-1, order_number="o2", channel="phone"),
    credit_note("2023-01-09", "C2", "Bob", "cup", -1, -5, channel="phone"),
    invoice("2023-02-01", "4", "Cleo", "saw", 1, 30, channel="web"),
)


def work(driver, sale_lines=SALES, month=MONTH, **tables):
    """What was done in a month: (level, customer, product, manager, channel) → how much."""
    counted = driver if driver in DRIVERS else TimeEquation.read(driver)
    found = [row for row in rows_of(drivers_of(sale_lines, **tables).work(counted)) if str(row["month"]) == f"{month}-01"]
    return {(row["level"], row["counterparty"], row["product"], row["manager"], row["channel"]): row["weight"] for row in found}


@pytest.mark.parametrize(
    ("driver", "done"),
    [
        ("lines", {("Ann", "tea"): 2, ("Ann", "cup"): 1, ("Bob", "tea"): 1, ("Bob", "saw"): 1}),
        ("units", {("Ann", "tea"): 15, ("Ann", "cup"): 4, ("Bob", "tea"): 6}),
        ("kg", {("Ann", "tea"): 2, ("Ann", "cup"): 8}),
        ("value", {("Ann", "tea"): 150, ("Ann", "cup"): 60, ("Bob", "tea"): 60}),
    ],
)
def test_line_drivers_count_invoice_lines_alone(driver, done):
    """Bob's credit notes, his line of no units and his negative value take nothing away."""
    channel = {"Ann": "web", "Bob": "phone"}
    assert work(driver) == {("line", customer, product, "Mia", channel[customer]): count for (customer, product), count in done.items()}


def test_orders_and_documents_stay_at_order_level():
    """Ann's two invoices are one order; Bob's invoice is one, his credit notes none. Documents are both kinds."""
    assert work("orders") == {("order", "Ann", "order", "Mia", "web"): 1, ("order", "Bob", "order", "Mia", "phone"): 1}
    assert work("documents") == {("order", "Ann", "order", "Mia", "web"): 2, ("order", "Bob", "order", "Mia", "phone"): 3}


def test_without_numbers_the_lines_of_a_customer_on_one_day_are_one_document_and_order():
    """Two lines of Ann's on the 5th, one on the 20th, a credit note on that day."""
    sale_lines = [
        *(invoice(day, None, "Ann", product, 1, 10) for day, product in (("2023-01-05", "tea"), ("2023-01-05", "cup"), ("2023-01-20", "tea"))),
        credit_note("2023-01-20", None, "Ann", "tea", -1, -10),
        invoice("2023-02-05", None, "Ann", "tea", 1, 10),
    ]
    at = ("order", "Ann", "order", "Mia", "")
    assert (work("orders", sale_lines), work("documents", sale_lines), work("orders", sale_lines, "2023-02")) == ({at: 2}, {at: 3}, {at: 1})


def test_customers_are_those_with_an_invoice_line():
    assert work("customers") == {("customer", name, "customer", "Mia", ""): 1 for name in ("Ann", "Bob")}
    only_credited = [credit_note("2023-01-08", "C1", "Bob", "tea", -6, -60)]
    assert work("customers", only_credited) == {}


def test_a_credit_note_is_of_its_order_where_it_names_one_else_of_the_customer():
    """At customer level the manager is the one at the month's end, which is Otto's for Bob from the 20th on."""
    taken_over = [*SALES, invoice("2023-01-20", "5", "Bob", "tea", 1, 10, manager_key="Otto")]
    assert work("credit notes", taken_over) == {("order", "Bob", "order", "Mia", "phone"): 1, ("customer", "Bob", "customer", "Otto", ""): 1}


class TestActivities:
    """Deliveries, visits, calls, tickets, returns and minutes."""

    @pytest.mark.parametrize(("driver", "kind"), [("visits", "visit"), ("calls", "Call"), ("tickets", "ticket")])
    def test_visits_calls_and_tickets_stay_at_the_customer(self, driver, kind):
        """Also where they name an order."""
        done = [activity("2023-01-05", kind, "Ann", order_number="o1"), activity("2023-01-31", kind, "Ann", quantity=3), activity("2023-01-06", "other", "Ann")]
        assert work(driver, activities=done) == {("customer", "Ann", "customer", "Mia", ""): 4}

    def test_a_delivery_stays_at_order_level_with_the_manager_and_channel_of_what_it_served(self):
        done = [activity("2023-01-05", "delivery", "Ann", document="2"), activity("2023-01-06", "delivery", None, order_number="o1", quantity="0.5")]
        assert work("deliveries", activities=done) == {("order", "Ann", "order", "Mia", "web"): D("1.5")}

    def test_a_delivery_that_names_nothing_served_has_its_own_channel(self):
        assert work("deliveries", activities=[activity("2023-01-05", "delivery", "Ann", channel="van")]) == {("order", "Ann", "order", "Mia", "van"): 1}

    def test_returns_are_of_an_order_or_of_the_customer(self):
        done = [activity("2023-01-08", "return", "Bob", document="3"), activity("2023-01-09", "return", "Bob", quantity=2)]
        assert work("returns", activities=done) == {("order", "Bob", "order", "Mia", "phone"): 1, ("customer", "Bob", "customer", "Mia", ""): 2}

    def test_minutes_stay_where_their_activity_is(self):
        done = [
            activity("2023-01-08", "visit", "Ann", minutes=45),
            activity("2023-01-08", "visit", "Ann"),
            activity("2023-01-09", "return", "Bob", minutes="7.5", document="3"),
        ]
        assert work("minutes", activities=done) == {("customer", "Ann", "customer", "Mia", ""): 45, ("order", "Bob", "order", "Mia", "phone"): D("7.5")}

    def test_an_activity_without_a_customer_belongs_to_no_customer(self):
        assert work("visits", activities=[activity("2023-01-08", "visit", None)]) == {("customer", "(no customer)", "customer", "", ""): 1}

    def test_a_number_that_two_documents_have_does_not_say_whose_the_activity_is(self):
        sale_lines = [invoice("2023-01-05", "1", name, "tea", 1, 10, source=source) for name, source in (("Ann", "erp"), ("Cleo", "shop"))]
        done = [activity("2023-01-05", "delivery", None, document="1")]
        assert work("deliveries", sale_lines, activities=done) == {("order", "(no customer)", "order", "", ""): 1}

    def test_a_customer_level_cost_is_the_managers_at_the_months_end(self):
        """Cleo is Mia's until 20 January and Otto's from then on; a visit in February, without any sale, is Otto's."""
        sale_lines = [
            invoice("2023-01-05", "1", "Cleo", "tea", 1, 10, manager_key="Mia"),
            invoice("2023-01-20", "2", "Cleo", "tea", 1, 10, manager_key="Otto"),
        ]
        done = [activity("2023-01-06", "visit", "Cleo", manager_key="Mia"), activity("2023-02-06", "visit", "Cleo", manager_key="Mia")]
        for month in ("2023-01", "2023-02"):
            assert work("visits", sale_lines, month, activities=done) == {("customer", "Cleo", "customer", "Otto", ""): 1}
        assert work("customers", sale_lines) == {("customer", "Cleo", "customer", "Otto", ""): 1}

    def test_before_the_first_document_the_activitys_own_manager_counts(self):
        sale_lines = [invoice("2023-02-05", "1", "Cleo", "tea", 1, 10)]
        done = [activity("2023-01-06", "visit", "Cleo", manager_key="Mia")]
        assert work("visits", sale_lines, activities=done) == {("customer", "Cleo", "customer", "Mia", ""): 1}

    def test_a_month_with_activities_and_no_sales_counts(self):
        assert work("visits", month="2023-06", activities=[activity("2023-06-06", "visit", "Ann")]) == {("customer", "Ann", "customer", "Mia", ""): 1}


class TestTimeEquations:
    """Minutes by a sum: once per order, or once per activity."""

    def test_an_order_takes_its_minutes_once(self):
        """Ann's first order: 5 + 3 × 3 lines + 15 = 29; Bob's: 5 + 3 × 2 + 15 = 26. Nothing for credit notes."""
        found = work("5 + 3*lines + 15*new")
        assert found == {("order", "Ann", "order", "Mia", "web"): 29, ("order", "Bob", "order", "Mia", "phone"): 26}

    def test_units_value_and_kilograms_of_an_order_may_be_counted(self):
        assert work("0.1*units + 0.01*value + kg") == {
            ("order", "Ann", "order", "Mia", "web"): D("1.9") + D("2.1") + 10,
            ("order", "Bob", "order", "Mia", "phone"): D("0.6") + D("0.4"),
        }

    def test_an_order_counts_in_the_month_of_its_first_invoice(self):
        sale_lines = [
            invoice("2023-01-31", "1", "Ann", "tea", 1, 10, order_number="7"),
            invoice("2023-02-01", "2", "Ann", "cup", 1, 10, order_number="7"),
        ]
        assert work("5 + 3*lines", sale_lines) == {("order", "Ann", "order", "Mia", ""): 11}
        assert work("5 + 3*lines", sale_lines, "2023-02") == {}

    def test_with_a_term_of_activities_once_per_activity(self):
        done = [activity("2023-01-05", "visit", "Ann", quantity=2), activity("2023-01-06", "visit", "Ann"), activity("2023-01-06", "call", "Ann")]
        assert work("30 + 20*visits", activities=done) == {("customer", "Ann", "customer", "Mia", ""): 30 + 40 + 30 + 20}

    def test_minutes_of_activities_may_be_a_term(self):
        done = [activity("2023-01-05", "visit", "Ann", minutes=50), activity("2023-01-06", "call", "Ann", minutes=10), activity("2023-01-06", "call", "Ann")]
        assert work("5 + 1.5*minutes", activities=done) == {("customer", "Ann", "customer", "Mia", ""): 5 + 75 + 5 + 15}

    @pytest.mark.parametrize(("equation", "name"), [("5 + 10*rush", "rush"), ("5 + orders", "orders"), ("3*lines + 5*visits", "lines")])
    def test_an_unknown_name_is_refused_and_never_0(self, equation, name):
        with pytest.raises(PolicyError) as refused:
            share_costs(drivers_of(SALES), policy_of({"name": "desk", "minutes": equation, "capacity_minutes": 10}), lambda _text: None)
        assert f'counts "{name}", which is not known.' in str(refused.value)

    def test_orders_of_any_size_have_their_minutes(self):
        sale_lines = [invoice("2023-01-05", "1", "Ann", "tea", 10**13, "99999999999999.9999")]
        assert work("0.001*value + 0.000001*units", sale_lines) == {("order", "Ann", "order", "Mia", ""): D("100009999999.9999999")}

    def test_an_attribute_of_the_sale_lines_is_known(self):
        sale_lines = [invoice("2023-01-05", "1", "Ann", "tea", 1, 10, **{"attribute:rush order": 1})]
        assert work("5 + 10*rush order", sale_lines) == {("order", "Ann", "order", "Mia", ""): 15}


def test_every_driver_of_the_policy_can_be_counted():
    """Each at the level that the policy's list of drivers promises."""
    done = [activity("2023-01-05", driver.kind, "Ann", document="1") for driver in DRIVERS.values() if driver.kind]
    done.append(activity("2023-01-05", "call", "Ann", minutes=5))
    drivers = drivers_of(SALES, activities=done)
    for name, driver in DRIVERS.items():
        levels = {row["level"] for row in rows_of(drivers.work(name))}
        promised = {driver.level} if driver.level else {"customer"}
        assert levels == (promised | {"customer"} if name == "credit notes" else promised), name
