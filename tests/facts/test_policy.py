"""The policy: dated blocks that add up by name, and every wrong one refused with its line and what to do."""

from __future__ import annotations

import contextlib
import re
import string
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodterms.errors import PolicyError
from goodterms.facts.policy import DRIVERS, RESERVED_STEPS, Policy, PolicyBlock, PoolPolicy
from goodterms.facts.time_equation import TimeEquation
from goodterms.facts.toml_places import line_of, toml_places

JANUARY = date(2012, 1, 1)
DOCS = Path(__file__).parents[2] / "docs"
WRITE_A_SUM = 'Write a sum such as "5 + 3*lines + 10*rush".'
ONE_OF_THEM = "capacity_minutes belongs to minutes. Keep one of the two."

OF_ENGINE = """
version = 1

[[policy]]
from = 2012-01-01
cost_of_capital = 0.08              # yearly; absent: no financing line, and that is said

[[policy.pool]]
name = "Inventory Management"       # as in costs
driver = "lines"
step = "picking"
tier = "caused"
avoidable = 0.6

[[policy.pool]]
name = "Order desk"
minutes = "5 + 3*lines + 15*new + 10*rush"
capacity_minutes = 700000           # practical, per month
step = "order handling"
"""


def one_block(body: str) -> PolicyBlock:
    """What holds under one block from January 2012."""
    return Policy.read(f"version = 1\n[[policy]]\nfrom = 2012-01-01\n{body}").on(JANUARY)


def refusal(text: str) -> str:
    with pytest.raises(PolicyError) as refused:
        Policy.read(text, "ours.toml")
    return str(refused.value)


def block_refusal(body: str) -> str:
    """The refusal of a block whose first own line is line 4."""
    return refusal(f"version = 1\n[[policy]]\nfrom = 2012-01-01\n{body}")


def pool_refusal(body: str) -> str:
    """The refusal of a pool whose first own line is line 6."""
    return block_refusal(f'[[policy.pool]]\nname = "Order desk"\n{body}')


def test_the_policy_of_the_design_is_read():
    policy = Policy.read(OF_ENGINE)
    block = policy.on(date(2012, 6, 1))
    assert block.cost_of_capital == Decimal("0.08")
    assert block.pools == (
        PoolPolicy("Inventory Management", driver="lines", step="picking", tier="caused", avoidable=Decimal("0.6")),
        PoolPolicy(
            "Order desk",
            minutes=TimeEquation.read("5 + 3*lines + 15*new + 10*rush"),
            capacity_minutes=Decimal(700_000),
            step="order handling",
        ),
    )
    assert policy.pool_names == ("Inventory Management", "Order desk")
    assert [pool.place for pool in block.pools] == ["policy.toml, line 8", "policy.toml, line 15"]


def test_every_key_of_a_block_is_read():
    block = one_block("""
currency = "EUR"
fiscal_year_start = 7
own_ids = ["0112038-9", "FI01120389"]
across_entities = true
intercompany = ["C-1"]
cost_of_capital = 1
financing = "documents"
day_count = 360
layers = { discount = "discounts", rebate = "rebates" }
peers_min = 5
dormant_days = 60
dormant_gaps = 1.5
lost_days = 400
[[policy.pool]]
name = "Management"
tier = "sustaining"
spread = "value"
[[policy.pool]]
name = "Maintenance"
[policy.pool.support]
Machining = 0.3
"Final assembly" = 0.7
""")
    assert block == PolicyBlock(
        JANUARY,
        currency="EUR",
        fiscal_year_start=7,
        own_ids=("0112038-9", "FI01120389"),
        across_entities=True,
        intercompany=("C-1",),
        cost_of_capital=Decimal(1),
        financing="documents",
        day_count=360,
        layers={"discount": "discounts", "rebate": "rebates"},
        peers_min=5,
        dormant_days=60,
        dormant_gaps=Decimal("1.5"),
        lost_days=400,
        pools=(
            PoolPolicy("Management", step="Management", tier="sustaining", spread="value"),
            PoolPolicy("Maintenance", support={"Machining": Decimal("0.3"), "Final assembly": Decimal("0.7")}),
        ),
    )


def test_defaults_hold_where_nothing_is_written():
    """The table of ENGINE.md, section 2."""
    block = Policy.empty().on(JANUARY)
    assert (block.fiscal_year_start, block.across_entities, block.day_count, block.peers_min) == (1, False, 365, 8)
    assert (block.dormant_days, block.dormant_gaps, block.lost_days) == (90, 2, 365)
    assert (block.currency, block.cost_of_capital, block.financing, block.pools) == (None, None, None, ())
    assert Policy.read("version = 1").on(JANUARY) == block
    pool = PoolPolicy("Order desk")
    assert (pool.step, pool.tier, pool.spread, pool.avoidable, pool.driver, pool.minutes) == ("Order desk", "caused", "none", None, None, None)


def test_drivers_have_the_level_and_origin_of_the_design():
    """ENGINE.md, section 2, Drivers."""
    by_level = {level: [name for name, driver in DRIVERS.items() if driver.level == level] for level in ("line", "order", "customer", None)}
    assert by_level == {
        "line": ["lines", "units", "kg", "value"],
        "order": ["orders", "documents", "credit notes", "deliveries", "returns"],
        "customer": ["customers", "visits", "calls", "tickets"],
        None: ["minutes"],
    }
    assert [name for name, driver in DRIVERS.items() if driver.else_customer] == ["credit notes", "returns"]
    assert {name: driver.kind for name, driver in DRIVERS.items() if driver.origin == "activities"} == {
        "deliveries": "delivery",
        "visits": "visit",
        "calls": "call",
        "tickets": "ticket",
        "returns": "return",
        "minutes": None,
    }


LATER = """
version = 1
[[policy]]
from = 2013-01-01
peers_min = 5
layers = { charges = "freight charged" }
[[policy.pool]]
name = "Order desk"
driver = "orders"
[[policy.pool]]
name = "Visits"
driver = "visits"
[[policy]]
from = 2012-01-01
cost_of_capital = 0.08
layers = { discount = "discounts", charges = "charges" }
[[policy.pool]]
name = "Order desk"
minutes = "5 + 3*lines"
capacity_minutes = 700000
step = "order handling"
avoidable = 0.5
"""


def test_a_later_block_adds_or_overrides_by_name_from_its_date_on():
    """The file's order does not matter, and what the earlier block said still holds before."""
    policy = Policy.read(LATER)
    before, after = policy.on(date(2012, 12, 1)), policy.on(date(2013, 1, 1))
    assert (before.cost_of_capital, before.peers_min, before.layers) == (Decimal("0.08"), 8, {"discount": "discounts", "charges": "charges"})
    assert (after.cost_of_capital, after.peers_min, after.layers) == (Decimal("0.08"), 5, {"discount": "discounts", "charges": "freight charged"})
    assert [pool.name for pool in before.pools] == ["Order desk"]
    assert [pool.name for pool in after.pools] == ["Order desk", "Visits"] == list(policy.pool_names)


def test_a_later_driver_takes_the_place_of_minutes_and_keeps_the_rest():
    policy = Policy.read(LATER)
    desk = policy.pool("Order desk", date(2013, 6, 30))
    assert desk == PoolPolicy("Order desk", driver="orders", step="order handling", avoidable=Decimal("0.5"))
    assert policy.pool("Order desk", date(2012, 6, 1)).driver is None


def test_later_minutes_take_the_place_of_a_driver():
    policy = Policy.read("""version = 1
policy = [
  { from = 2012-01-01, pool = [{ name = "Desk", driver = "orders", tier = "sustaining", spread = "value" }] },
  { from = 2013-01-01, pool = [{ name = "Desk", minutes = "5", capacity_minutes = 10, tier = "caused" }] },
  { from = 2014-01-01, pool = [{ name = "Desk", capacity_minutes = 20 }] },
]""")
    assert policy.pool("Desk", date(2013, 1, 1)) == PoolPolicy("Desk", minutes=TimeEquation.read("5"), capacity_minutes=Decimal(10))
    assert policy.pool("Desk", date(2014, 1, 1)) == PoolPolicy("Desk", minutes=TimeEquation.read("5"), capacity_minutes=Decimal(20))


def test_months_before_the_first_block_have_defaults():
    policy = Policy.read(OF_ENGINE)
    assert policy.on(date(2011, 12, 1)) == Policy.empty().on(JANUARY)
    assert policy.pool("Order desk", date(2011, 12, 1)) is None


def test_an_unknown_key_is_refused_with_its_line():
    assert refusal('version = 1\n\nverson = "x"\n') == 'ours.toml, line 3: "verson" is not a key of the policy file. Did you mean "version"?'
    assert block_refusal("\n# cost_of_capitl\ncost_of_capitl = 0.08") == (
        'ours.toml, line 6: "cost_of_capitl" is not a key of [[policy]]. Did you mean "cost_of_capital"?'
    )
    assert pool_refusal('driver = "lines"\ncolour = "red"') == (
        'ours.toml, line 7: "colour" is not a key of [[policy.pool]]. '
        "Known here are name, driver, minutes, capacity_minutes, step, tier, spread, avoidable, support."
    )


def test_an_unknown_key_is_found_in_the_right_pool():
    body = '[[policy.pool]]\nname = "A"\nstep = "x"\n[[policy]]\nfrom = 2013-01-01\n[[policy.pool]]\nname = "B"\n[[policy.pool]]\nname = "C"\nstp = "x"\n'
    assert block_refusal(body) == 'ours.toml, line 13: "stp" is not a key of [[policy.pool]]. Did you mean "step"?'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "ours.toml, line 1: the version is missing. Put version = 1 at the top."),
        ("\nversion = 2", "ours.toml, line 2: version 2 of the policy file is not known. Say version = 1."),
        ("version = true", "ours.toml, line 1: version true of the policy file is not known. Say version = 1."),
        (
            "version = 1\n[policy]\nfrom = 2012-01-01",
            "ours.toml, line 2: a policy is a list of dated blocks. Head each with [[policy]], in two pairs of brackets.",
        ),
        ("version = 1\n[[policy]]\npeers_min = 5", "ours.toml, line 2: this block does not say from when it holds. Add from = 2012-01-01, with your date."),
        (
            'version = 1\n[[policy]]\nfrom = "2012-01-01"',
            'ours.toml, line 3: from = "2012-01-01" is not a date. Write from = 2012-01-01, without quotes and without a time of day.',
        ),
        (
            "version = 1\n[[policy]]\nfrom = 2012-01-01T00:00:00",
            "ours.toml, line 3: from = 2012-01-01 00:00:00 is not a date. Write from = 2012-01-01, without quotes and without a time of day.",
        ),
        (
            "version = 1\n[[policy]]\nfrom = 2012-01-15",
            "ours.toml, line 3: 2012-01-15 is not the first day of a month, and a month is the smallest period. Write 2012-01-01 or a later month's first day.",
        ),
        (
            "version = 1\n[[policy]]\nfrom = 2012-01-01\n\n[[policy]]\nfrom = 2012-01-01",
            "ours.toml, line 5: two blocks begin on 2012-01-01. Join them, or give one another date.",
        ),
        ("version = 1\nname = Order desk", "ours.toml, line 2: this is not TOML: Invalid value. Texts stand in quotes, dates do not."),
        ("version = ", "ours.toml, line 1: this is not TOML: Invalid value. Texts stand in quotes, dates do not."),
        ("version = 1\nversion = 1", "ours.toml, line 2: this is not TOML: Cannot overwrite a value. Texts stand in quotes, dates do not."),
        ("x = " + "[" * 100_000, "ours.toml: this cannot be read as TOML: a number is too long or brackets stand too deep."),
        ("x = " + "9" * 10_000, "ours.toml: this cannot be read as TOML: a number is too long or brackets stand too deep."),
    ],
)
def test_a_file_that_is_no_policy_is_refused(text, said):
    assert refusal(text) == said


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("currency = 5", "currency = 5 is not understood. Write a text in quotes."),
        ("fiscal_year_start = 13", "fiscal_year_start = 13 is not understood. Write a whole number from 1 to 12, without quotes."),
        ("fiscal_year_start = true", "fiscal_year_start = true is not understood. Write a whole number from 1 to 12, without quotes."),
        ("own_ids = [1120389]", 'own_ids = […] is not understood. Write a list of texts: own_ids = ["…", "…"].'),
        ('intercompany = "C-1"', 'intercompany = "C-1" is not understood. Write a list of texts: intercompany = ["…", "…"].'),
        ('across_entities = "yes"', 'across_entities = "yes" is not understood. Write true or false, without quotes.'),
        ("cost_of_capital = 8", "cost_of_capital = 8 is not understood. Write a share from 0 to 1, such as 0.6 for 60 %."),
        ("cost_of_capital = nan", "cost_of_capital = NaN is not understood. Write a share from 0 to 1, such as 0.6 for 60 %."),
        ("cost_of_capital = 0.00000001", "cost_of_capital = 1E-8 is not understood. Write at most 6 decimal places."),
        ('financing = "both"', 'financing = "both" is not understood. Say "documents" or "balance".'),
        ("day_count = 366", "day_count = 366 is not understood. Say 365 or 360."),
        ("day_count = 365.0", "day_count = 365.0 is not understood. Say 365 or 360."),
        ('layers = ["discount"]', 'layers = […] is not understood. Write a table: layers = { "discount" = "discounts" }.'),
        ("layers = { discount = 1 }", "discount = 1 is not understood. Write a text in quotes."),
        ("peers_min = 0", "peers_min = 0 is not understood. Write a whole number from 1 to 1,000,000, without quotes."),
        ("dormant_gaps = 0", "dormant_gaps = 0 is not understood. Write a number above 0."),
        ('lost_days = "365"', 'lost_days = "365" is not understood. Write a whole number from 1 to 36,500, without quotes.'),
        ("pool = 5", "pools are a list. Head each with [[policy.pool]], in two pairs of brackets."),
    ],
)
def test_a_wrong_value_of_a_block_is_refused_with_its_line(body, said):
    assert block_refusal(body) == f"ours.toml, line 4: {said}"


TAKEN = f"is a name that the waterfall or the bridge uses itself. Choose another one; taken are {', '.join(RESERVED_STEPS)}."


@pytest.mark.parametrize(
    ("body", "line", "said"),
    [
        (
            'driver = "line"',
            6,
            f'"line" is not a driver. Did you mean "lines"? Drivers are {", ".join(DRIVERS)}.',
        ),
        ('driver = "Lieferung"', 6, f'"Lieferung" is not a driver. Did you mean "deliveries"? Drivers are {", ".join(DRIVERS)}.'),
        ('step = "x"\nminutes = "5"\ndriver = "lines"\ncapacity_minutes = 9', 7, 'the pool "Order desk" has a driver and minutes. Keep one of the two.'),
        (
            'driver = "minutes"\ncapacity_minutes = 9',
            7,
            f'the pool "Order desk" has a driver, and {ONE_OF_THEM} Write minutes = "minutes" for the minutes of activities.',
        ),
        ('\nminutes = "5"', 7, 'the pool "Order desk" has minutes and no capacity. Add capacity_minutes, the practical capacity of a month.'),
        ("capacity_minutes = 5", 6, 'the pool "Order desk" has capacity_minutes and no minutes. Add minutes = "5 + 3*lines", with your equation.'),
        ("capacity_minutes = 0", 6, "capacity_minutes = 0 is not understood. Write a number above 0."),
        ("capacity_minutes = inf", 6, "capacity_minutes = Infinity is not understood. Write a number above 0, without quotes."),
        ("avoidable = 60", 6, "avoidable = 60 is not understood. Write a share from 0 to 1, such as 0.6 for 60 %."),
        ("avoidable = -0.1", 6, "avoidable = -0.1 is not understood. Write a share from 0 to 1, such as 0.6 for 60 %."),
        ('avoidable = "0.6"', 6, 'avoidable = "0.6" is not understood. Write a share from 0 to 1, such as 0.6 for 60 %.'),
        ('tier = "fixed"', 6, 'tier = "fixed" is not understood. Say "caused" or "sustaining" or "excluded".'),
        ('spread = "value"', 6, 'the pool "Order desk" is caused, and only sustaining cost is spread. Add tier = "sustaining", or take spread away.'),
        ('step = " "', 6, 'step = " " is not understood. Write a text in quotes.'),
        ('step = "Net sales"', 6, f'step = "Net sales" {TAKEN}'),
        ('step = "Price"', 6, f'step = "Price" {TAKEN}'),
        ('step = "unused"', 6, f'step = "unused" {TAKEN}'),
        ("minutes = 5", 6, "minutes = 5 is not understood. Write a text in quotes."),
        (
            'minutes = "5 + 3 lines"\ncapacity_minutes = 9',
            6,
            f'The time equation "5 + 3 lines" cannot be read at "3 lines": a number, a name or number*name was expected. {WRITE_A_SUM}',
        ),
        ("support = 0.5", 6, 'support = 0.5 is not understood. Write a table of shares: support = { "Machining" = 0.3, "Assembly" = 0.7 }.'),
        ("[policy.pool.support]\nA = 0.5\nB = 5", 8, "B = 5 is not understood. Write a share from 0 to 1, such as 0.6 for 60 %."),
        ("support = { A = 0.5, B = 0.6 }", 6, "the shares of support add up to 1.1. Bring them to 1 or less."),
        ('[policy.pool.support]\n"Order desk" = 0.5', 7, 'the pool "Order desk" cannot support itself. Name the pools that it serves.'),
    ],
)
def test_a_wrong_value_of_a_pool_is_refused_with_its_line(body, line, said):
    assert pool_refusal(body) == f"ours.toml, line {line}: {said}"


def test_a_pool_needs_a_name_and_stands_once_in_a_block():
    assert block_refusal('[[policy.pool]]\ndriver = "lines"') == ('ours.toml, line 4: this pool has no name. Add name = "…", as the cost file names the pool.')
    assert pool_refusal('[[policy.pool]]\nname = "Order desk"') == (
        'ours.toml, line 6: the pool "Order desk" stands twice in this block (first in line 4). Keep one.'
    )


def test_an_unknown_name_of_an_equation_is_refused_with_the_line_of_its_pool():
    policy = Policy.read(OF_ENGINE)
    policy.check_equations({"lines", "new", "rush"}, {"visits"})
    with pytest.raises(PolicyError) as refused:
        policy.check_equations({"lines", "new"}, {"visits"})
    assert str(refused.value) == (
        'policy.toml, line 15: The time equation "5 + 3*lines + 15*new + 10*rush" counts "rush", which is not known. Known are lines, new.'
    )


def test_an_equation_of_activities_knows_the_names_of_activities():
    policy = Policy.read("""version = 1
[[policy]]
from = 2012-01-01
[[policy.pool]]
name = "Field sales"
minutes = "30*visits + minutes"
capacity_minutes = 9600
""")
    policy.check_equations({"lines", "new"}, {"visits", "minutes"})
    with pytest.raises(PolicyError, match=r'^policy\.toml, line 4: The time equation .* counts "minutes"'):
        policy.check_equations({"lines", "minutes"}, {"visits"})


def test_settings_that_no_analysis_uses_are_named():
    """What a policy says and a run does not do must not be dropped silently."""
    assert Policy.read("""version = 1
[[policy]]
from = 2012-01-01
peers_min = 5
cost_of_capital = 0.08
[[policy.pool]]
name = "Maintenance"
support = { Machining = 1 }
[[policy]]
from = 2013-01-01
day_count = 360
""").without_effect == ("cost_of_capital", "day_count", "support")
    assert Policy.read(LATER.replace("layers", "# layers").replace("cost_of_capital", "# cost_of_capital")).without_effect == ()


def shown_policies(page: Path) -> list[str]:
    """The whole policies that a page shows."""
    return [text for text in re.findall(r"^```toml\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE) if "[[policy]]" in text]


def test_every_policy_that_a_page_shows_is_valid():
    pages = sorted(DOCS.glob("*/*.md"))
    shown = [(f"{page.parent.name}/{page.name}", Policy.read(text, page.name)) for page in pages for text in shown_policies(page)]
    assert {"concepts/policy.md", "how-to/look.md", "how-to/policy.md"} <= {name for name, _policy in shown}
    assert all(policy.pool_names for _name, policy in shown)


def test_the_worked_policy_says_what_its_page_says():
    (text,) = shown_policies(DOCS / "how-to" / "policy.md")
    policy = Policy.read(text)
    assert policy.without_effect == ()
    assert policy.pool_names == ("Picking", "Delivery", "Management", "Order desk", "Field sales", "Returns", "Interest")
    desk, later = (policy.pool("Order desk", day) for day in (date(2024, 6, 1), date(2024, 7, 1)))
    assert (later.minutes, later.step) == (desk.minutes, "order handling")
    assert (desk.capacity_minutes, later.capacity_minutes) == (60_000, 48_000)
    assert [policy.pool("Delivery", day).driver for day in (date(2024, 6, 1), date(2024, 7, 1))] == ["deliveries", "orders"]
    assert policy.pool("Delivery", date(2024, 7, 1)).avoidable == Decimal("0.9")
    policy.check_equations({"lines", "rush"}, {"visits", "minutes"})


def test_the_refusals_that_the_page_shows_are_ours():
    shown = re.findall(r"^policy\.toml, line (\d+): (.*)$", (DOCS / "how-to" / "policy.md").read_text("utf-8"), re.MULTILINE)
    bodies = ['drivr = "lines"', "avoidable = 60", 'minutes = "5"']
    assert [said for _line, said in shown] == [pool_refusal(body).removeprefix("ours.toml, line 6: ") for body in bodies]


def test_a_policy_is_loaded_from_its_file(tmp_path):
    """As Windows writes it: with a byte order mark and carriage returns."""
    file = tmp_path / "ours.toml"
    file.write_bytes(b"\xef\xbb\xbf" + OF_ENGINE.replace("\n", "\r\n").encode())
    policy = Policy.load(file)
    assert (policy.name, policy.blocks) == ("ours.toml", Policy.read(OF_ENGINE).blocks)
    assert policy.blocks[0].pools[1].place == "ours.toml, line 15"


def test_a_policy_in_another_encoding_is_refused_with_its_line(tmp_path):
    file = tmp_path / "ours.toml"
    file.write_bytes("version = 1\n# päivätty\n".encode("cp1252"))
    with pytest.raises(PolicyError) as refused:
        Policy.load(file)
    assert str(refused.value) == "ours.toml, line 2: this is not UTF-8 text. Save the policy as UTF-8."


def test_a_policy_that_is_not_there_is_wrong_use(tmp_path):
    with pytest.raises(PolicyError, match=r"ours\.toml cannot be read: No such file or directory\. Check the name"):
        Policy.load(tmp_path / "ours.toml")


def test_lines_are_found_past_strings_comments_arrays_and_inline_tables():
    """Every way to write a key, and texts that look like keys."""
    text = '''# from = 1
version = 1 # version = 2
own_ids = [ "a]",  # ]
  "b # c", """
from = 1
\\"""[[policy]]""""", ]
[[policy]]
"from" = 2012-01-01
layers.'list price'  . "cash" = 'x=1 # "'
pool = [ {name = "A", support = {B = 1}},
         {name = "C", driver = "x"} ]
[policy.other]
deep = 1
[[policy]]
[[policy.pool]]
name = \'\'\'
[[policy.pool]]\'\'\'
step = "\\u00e4\\""
[[policy.pool]]
step = ""
'''
    places = toml_places(text)
    assert places == {
        ("version",): 2,
        ("own_ids",): 3,
        ("own_ids", 0): 3,
        ("own_ids", 1): 4,
        ("own_ids", 2): 4,
        ("policy",): 7,
        ("policy", 0): 7,
        ("policy", 0, "from"): 8,
        ("policy", 0, "layers"): 9,
        ("policy", 0, "layers", "list price"): 9,
        ("policy", 0, "layers", "list price", "cash"): 9,
        ("policy", 0, "pool"): 10,
        ("policy", 0, "pool", 0): 10,
        ("policy", 0, "pool", 0, "name"): 10,
        ("policy", 0, "pool", 0, "support"): 10,
        ("policy", 0, "pool", 0, "support", "B"): 10,
        ("policy", 0, "pool", 1): 11,
        ("policy", 0, "pool", 1, "name"): 11,
        ("policy", 0, "pool", 1, "driver"): 11,
        ("policy", 0, "other"): 12,
        ("policy", 0, "other", "deep"): 13,
        ("policy", 1): 14,
        ("policy", 1, "pool"): 15,
        ("policy", 1, "pool", 0): 15,
        ("policy", 1, "pool", 0, "name"): 16,
        ("policy", 1, "pool", 0, "step"): 18,
        ("policy", 1, "pool", 1): 19,
        ("policy", 1, "pool", 1, "step"): 20,
    }
    assert line_of(places, ("policy", 1, "pool", 0, "support", "B")) == 15
    assert line_of({}, ("policy",)) == 1


keys = st.text(string.ascii_letters + string.digits + "_-", min_size=1, max_size=5)
values = st.recursive(
    st.integers(0, 9).map(str)
    | st.text(st.characters(blacklist_categories=["Cc", "Cs"], blacklist_characters='"\\'), max_size=5).map(lambda text: f'"{text}"'),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}\n]")
        | st.dictionaries(keys, inner, max_size=3).map(lambda table: "{" + ", ".join(f"{key} = {value}" for key, value in table.items()) + "}")
    ),
    max_leaves=6,
)


@given(st.dictionaries(keys, values, max_size=5))
def test_every_key_of_a_valid_text_has_a_line(table):
    """Whatever tomllib reads, each key is found on a line that holds it."""
    text = "\n".join(f"{key} = {value}" for key, value in table.items())
    lines = text.split("\n")
    places = toml_places(text)

    def keys_of(value, path=()):
        children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, child in children:
            yield (*path, key)
            yield from keys_of(child, (*path, key))

    expected = set(keys_of(tomllib.loads(text)))
    assert set(places) == expected
    assert all(str(path[-1]) in lines[places[path] - 1] for path in expected if isinstance(path[-1], str))


@given(st.text(max_size=60) | st.text(alphabet="[]{}=\"'#,.\n polic1from", max_size=60))
def test_any_text_is_a_policy_or_refused(text):
    for written in (text, f"version = 1\n{text}"):
        with contextlib.suppress(PolicyError):
            Policy.read(written)
