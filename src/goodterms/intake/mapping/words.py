"""Words that a mapping says, by which what was understood of files is written and read again."""

from __future__ import annotations

from goodterms.facts.columns import CREDIT_NOTE, INVOICE
from goodterms.intake.mapping.column_names import LEFT_OUT

VERSION = 1
KEY_KINDS = ("customers", "suppliers", "products", "places", "managers")
SAME, DIFFERENT = "same", "different"
"""What a mapping says of keys that differ by leading zeros alone."""
SERIAL = "serial"
"""The form of dates that are days counted from 1900, as Excel holds them."""
SHARES, PERCENT = "shares", "percent"
"""What a mapping says of rates of which no value is above 1: 0.1 is 10 %, or 0.1 %."""
LEAVE_OUT = "leave out what is wrong"
"""What a mapping says of documents that cannot be taken: without it they keep all others out too."""
NEGATIVE, POSITIVE = "negative", "positive"
"""What a mapping says of the amounts of costs: that costs are negative ones, as in an income statement, or positive ones."""
EACH, SINCE = "each", "since "
"""What a mapping says of the amounts of months: that they are each month's own, or sums since one that it names ("since January")."""
BY_DAYS, FIRST_MONTH = "by days", "first month"
"""What a mapping says of amounts of a quarter or week: they are spread over the months by their days, or stand in the first one."""
LAST_MONTH, OUT = "last month", "left out"
"""What a mapping says of a closing period 13 or later: it belongs to the last month of its year, or is left out."""
LATER_FILE, ADDED_UP = "later file", "added up"
"""What a mapping says of sums of a month that one file states otherwise than another: those of the later one count, or all are added up."""
MONTH_NAMES = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
PERIODS = {
    "months": (EACH, *(f"{SINCE}{name}" for name in MONTH_NAMES)),
    "spans": (BY_DAYS, FIRST_MONTH),
    "closing": (LAST_MONTH, OUT),
    "overlap": (LATER_FILE, ADDED_UP),
}
ROWS = ("total", "line", "income")
KINDS = (INVOICE, CREDIT_NOTE, LEFT_OUT)
