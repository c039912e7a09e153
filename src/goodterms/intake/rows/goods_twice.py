"""Goods that may count twice: as product cost of the sale lines, and once more among the costs, where an income statement was exported whole."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from goodterms.facts.money import in_words
from goodterms.intake.parts.part import Part
from goodterms.intake.values.income_words import GOODS
from goodterms.problems import Problem, Severity

_SAME = Decimal("0.01")
"""An account whose amounts are those of the lines but for so large a share is of the same goods, whatever it is called."""
_LIKE = (Decimal("0.5"), Decimal(2))
"""One that is called goods is, where it comes to a like amount."""


def say_goods_twice(con: Any, parts: Sequence[Part]) -> None:
    """Warn of accounts of costs that are the goods of the sale lines: by their amount in the months that both have, or by name and a like amount."""
    costs = [part for part in parts if part.table == "costs"]
    if not costs or not any(part.table == "sale_lines" for part in parts):
        return
    months = "SELECT DISTINCT date_trunc('month', period) FROM costs"
    (of_lines,) = con.execute(f"SELECT sum(product_cost) FROM sale_lines WHERE date_trunc('month', date) IN ({months})").fetchone()
    if not of_lines:
        return
    name = "coalesce(account_name, account, pool)"
    rows = con.execute(f"SELECT {name}, sum(amount), arg_min(file, row), count(*) FROM costs WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY 1").fetchall()
    for account, amount, file, count in rows:
        share = (amount or Decimal(0)) / of_lines
        if abs(share - 1) > _SAME and not (GOODS.fullmatch(account) and _LIKE[0] <= share <= _LIKE[1]):
            continue
        part = next((part for part in costs if part.raw.file == file), costs[0])
        sentence = f"{account} is {in_words(amount)} among the costs, and the sale lines state product cost of {in_words(of_lines)}: the goods may count twice."
        action = 'If they are the same, take it out of the file, or exclude its pool in the policy: tier = "excluded".'
        part.problems.append(Problem("goods-twice", Severity.WARNING, part.origin(), sentence=sentence, action=action, rows=count))
