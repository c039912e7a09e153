"""Costs of accounts by month as sums since a month of each year, in rows and across the top, and how they are read."""

from __future__ import annotations

import datetime as dt
from itertools import accumulate

from goodterms.errors import AnswerNeededError
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered
from goodterms.intake.mapping.mapping_file import Mapping

WAGES = [6000, 6041, 6009, 5967, 6046, 5994, 6000, 5965, 5982, 5965, 5965, 5960, 6028, 5992, 6032, 6000, 5977, 6038]
RENT = [2455, 2542, 2540, 2513, 2487, 2495, 2508, 2468, 2497, 2484, 2511, 2517, 2511, 2542, 2543, 2503, 2512, 2537]


def months_from(first, count):
    return [dt.date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1) for n in range(count)]


def summed(amounts, months, restart):
    """Amounts of months as sums since a month of each year."""
    return list(accumulate(zip(months, amounts, strict=True), lambda held, one: one[1] + (0 if one[0].month == restart else held), initial=0))[1:]


def across(months, **accounts):
    rows = [f"{number.removeprefix('a')};{';'.join(map(str, amounts))}\n" for number, amounts in accounts.items()]
    return f"Account;{';'.join(f'{month:%m/%Y}' for month in months)}\n{''.join(rows)}"


def in_rows(months, **accounts):
    return "Period;Account;Amount\n" + "".join(
        f"{month:%Y-%m};{number.removeprefix('a')};{amount}\n" for number, amounts in accounts.items() for month, amount in zip(months, amounts, strict=True)
    )


def amounts_of(reading):
    sums = "SELECT account, period, sum(amount) AS net FROM costs GROUP BY ALL ORDER BY 1, 2"
    return dict(reading.facts.engine.con.execute(f"SELECT 'a' || account, list(net ORDER BY period) FROM ({sums}) GROUP BY 1").fetchall())


def settled(paths, text="", picks=()):
    """The reading once each question is answered by its first choice, or those of ``picks``, and the questions; its mapping gives the same and asks nothing."""
    asked = []
    while True:
        try:
            reading = read([], costs=paths, mapping=Mapping.read(text) if text else None)
            break
        except AnswerNeededError as error:
            question = error.questions[0]
            text = answered(text, question.choices[dict(enumerate(picks)).get(len(asked), 0)])
            asked.append(question)
    found = reading.facts.engine.con.execute("SELECT * EXCLUDE (file) FROM costs ORDER BY ALL").fetchall()
    again = read([], costs=paths, mapping=Mapping.read(reading.mapping.as_toml()))
    assert again.facts.engine.con.execute("SELECT * EXCLUDE (file) FROM costs ORDER BY ALL").fetchall() == found
    return reading, asked
