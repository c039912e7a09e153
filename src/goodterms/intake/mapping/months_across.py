"""Our names of columns of months, where months stand across the top of a table and a row has an amount for each."""

from __future__ import annotations

from datetime import date

MONTH = "month:"
"""What our name of a column begins with that holds the amounts of one month: ``month:2025-01``."""
TABLES_BY_MONTH = {"costs": "amount", "gl_balances": "amount", "sale_lines": "net_value", "purchase_lines": "net_value"}
"""Tables of which a file may have months across the top, with our name of what stands below them."""
TABLES_OF_DAYS = frozenset({"sale_lines", "purchase_lines", "activities", "payments", "rates"})
"""Tables whose rows have a day; where a file says their month alone, they are dated its first."""


def named_month(month: date) -> str:
    """Our name of a column of a month's amounts.

    Examples
    --------
    >>> named_month(date(2025, 1, 1)), first_day("month:2025-01")
    ('month:2025-01', datetime.date(2025, 1, 1))
    """
    return f"{MONTH}{month:%Y-%m}"


def first_day(ours: str) -> date:
    """The month that our name of a column says.

    Raises
    ------
    ValueError
        It says none.
    """
    year, dash, month = ours.removeprefix(MONTH).partition("-")
    if not (dash and len(year) == 4 and len(month) == 2):
        raise ValueError(ours)
    return date(int(year), int(month), 1)
