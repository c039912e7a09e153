"""Any figure opens down, from the shell."""

from __future__ import annotations

import pytest


@pytest.fixture
def looked(goodterms, invoices, costs, policy):
    """A report of Ann and Bob."""
    ran = goodterms("look", invoices, "--costs", costs, "--policy", policy)
    assert ran.code == 0
    return "goodterms-report"


def test_a_cost_opens_down_to_its_account(goodterms, looked, invoices):
    invoices.unlink()  # what `look` left is enough
    ran = goodterms("trace", looked, "--customer", "Ann", "--step", "picking", "--period", "2023")
    assert (ran.code, ran.err) == (0, "")
    assert "Picking" in ran.out
    assert "4000" in ran.out


def test_a_bar_of_the_bridge_opens_down_to_lines(goodterms, looked):
    ran = goodterms("trace", looked, "--bridge", "price")
    assert (ran.code, ran.err) == (0, "")
    assert "Ann" in ran.out
    assert "invoices.csv" in ran.out


def test_a_step_at_two_levels_opens_both(goodterms, invoices, costs, folder):
    """Picking by lines and by orders: the plain name is their sum, and either level has its own."""
    file = folder / "levels.toml"
    file.write_text(
        'version = 1\n\n[[policy]]\nfrom = 2022-01-01\n\n[[policy.pool]]\nname = "Picking"\ndriver = "lines"\nstep = "picking"\n\n'
        '[[policy.pool]]\nname = "Order desk"\ndriver = "orders"\nstep = "picking"\n',
        "utf-8",
    )
    assert goodterms("look", invoices, "--costs", costs, "--policy", file).code == 0
    titles = {}
    for step in ("picking", "line: picking", "order: picking"):
        ran = goodterms("trace", "goodterms-report", "--customer", "Bob", "--step", step, "--period", "2023")
        assert ran.code == 0
        titles[step] = ran.out.splitlines()[0].rpartition(": ")[2]
    assert titles == {"picking": "−484.00", "line: picking": "−244.00", "order: picking": "−240.00"}


def test_a_bar_that_no_product_makes_is_refused(goodterms, looked):
    ran = goodterms("trace", looked, "--customer", "Ann", "--bridge", "picking: rate", "--product", "Nails")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "Picking: cost per unit of work is made customer by customer, not by product. Leave --product out.\n"


@pytest.mark.parametrize(
    ("has_costs", "why"),
    [
        (False, "because it was made without costs: run goodterms look again with --costs, and with a --policy of their drivers."),
        (True, "because no cost pool has a driver: run goodterms look again with a --policy that names one for each pool."),
    ],
)
def test_a_step_of_cost_that_is_not_there_says_why(goodterms, invoices, costs, has_costs, why):
    assert goodterms("look", invoices, *(["--costs", costs] if has_costs else [])).code == (1 if has_costs else 0)
    ran = goodterms("trace", "goodterms-report", "--step", "picking")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith('"picking" is no step of the waterfall of this report. There are: ')
    assert ran.err.endswith(f" It has no step of cost to serve, {why}\n")
    assert goodterms("trace", "goodterms-report", "--step", "net sales").code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("--customer", "Zoe", "--step", "picking", "--period", "2023"),
        ("--customer", "Ann", "--step", "frobnication", "--period", "2023"),
        ("--customer", "Ann", "--step", "picking", "--period", "1999"),
        ("--bridge", "frobnication"),
    ],
)
def test_what_is_not_in_the_report_is_said(goodterms, looked, arguments):
    ran = goodterms("trace", looked, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert arguments[1] in ran.err or arguments[3] in ran.err or arguments[-1] in ran.err


def test_a_folder_without_a_report_is_said(goodterms, folder):
    (folder / "empty").mkdir()
    ran = goodterms("trace", "empty", "--customer", "Ann", "--step", "picking")
    assert (ran.code, ran.out) == (4, "")
    assert "empty" in ran.err
