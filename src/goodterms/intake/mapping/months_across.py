"""Our names of columns of months, where months stand across the top of a table and a row has an amount for each."""

from __future__ import annotations

from datetime import date

MONTH = "month:"
"""What our name of a column begins with that holds the amounts of one month: ``month:2025-01``."""
_CLOSING = frozenset({"13", "14", "15", "16"})
TABLES_BY_MONTH = {"costs": "amount", "gl_balances": "amount", "sale_lines": "net_value", "purchase_lines": "net_value"}
"""Tables of which a file may have months across the top, with our name of what stands below them."""
NUMBERED = ("month_number", "week_number", "quarter_number")
"""Our names of columns of months, weeks and quarters without their year, which stands in ``year``."""
TABLES_OF_PERIODS = ("costs", "gl_balances")
"""Tables of which a mapping says what amounts of months, quarters, weeks and closing periods are."""
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


def named_closing(year: int, number: int) -> str:
    """Our name of a column of the amounts of a ledger's closing period, 13 to 16.

    >>> named_closing(2024, 13), first_day("month:2024-13"), is_closing_period("month:2024-13")
    ('month:2024-13', datetime.date(2024, 12, 1), True)
    """
    return f"{MONTH}{year}-{number}"


def is_closing_period(ours: str) -> bool:
    """Whether our name of a column says a closing period, which belongs to the last month of its year."""
    return ours.startswith(MONTH) and ours[-2:] in _CLOSING


def first_day(ours: str) -> date:
    """The month that our name of a column says; of a closing period the last one of its year.

    Raises
    ------
    ValueError
        It says none.
    """
    year, dash, month = ours.removeprefix(MONTH).partition("-")
    if not (dash and len(year) == 4 and len(month) == 2):
        raise ValueError(ours)
    return date(int(year), 12 if month in _CLOSING else int(month), 1)
