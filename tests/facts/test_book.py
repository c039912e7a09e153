"""Facts on one engine."""

from __future__ import annotations

from decimal import Decimal

from goodterms.facts.book import facts_from_rows
from goodterms.facts.engine import connect


def test_facts_of_one_engine_do_not_become_each_other():
    engine = connect()
    first, second = (facts_from_rows(engine, {"costs": [{"pool": "desk", "amount": Decimal(amount)}]}) for amount in (1, 2))
    assert [facts["costs"].amount.sum().to_pyarrow().as_py() for facts in (first, second)] == [1, 2]
