"""What a source is called: as its file is, whichever day, month or year stands in its name."""

from __future__ import annotations

import glob
import re
from pathlib import Path

OF_YEAR = "{year}"
"""Stands in the name of a source for the year of each document."""
_YEAR = r"(?:19[89]|20[0-4])\d"
_MONTH = r"(?:0[1-9]|1[0-2])"
_DAY = r"(?:0[1-9]|[12]\d|3[01])"
_DATE = re.compile(rf"(?<!\d)(?:{_YEAR}[-_. ]?{_MONTH}[-_. ]?{_DAY}|{_DAY}[-_.]{_MONTH}[-_.]{_YEAR}|{_DAY}{_MONTH}{_YEAR})(?!\d)")
"""A day, as exports are stamped with."""
_PERIOD = re.compile(rf"(?<!\d)(?:{_MONTH}[-_.])?{_YEAR}(?:[-_. ]?{_MONTH})?(?!\d)")
_BETWEEN = " \t_-.,()"


def source_of(file: str) -> str:
    """The name of a source after a file, without days, months and years.

    Examples
    --------
    >>> source_of("sales_2023.csv"), source_of("sales_2024-02 final.xlsx"), source_of("export-20260115.csv"), source_of("sales-1.csv"), source_of("2024.csv")
    ('sales', 'sales final', 'export', 'sales-1', '2024')
    """
    name = Path(file).stem
    return _without(_PERIOD, _without(_DATE, name)) or name


def pattern_of(file: str) -> str:
    """The pattern of the names of a source's files: any day, month or year may stand where one stands in this name.

    Examples
    --------
    >>> pattern_of("sales_2023.csv"), pattern_of("export-20260115.csv"), pattern_of("Sales [a] 2024-02.xlsx"), pattern_of("sales.csv")
    ('sales_*.csv', 'export-*.csv', 'Sales [[]a] *.xlsx', 'sales.csv')
    """
    name = Path(file).name
    if not (_DATE.search(name) or _PERIOD.search(name)):
        return name
    return _PERIOD.sub("*", _DATE.sub("*", glob.escape(name)))


def _without(pattern: re.Pattern[str], name: str) -> str:
    parts = [part.strip(_BETWEEN) for part in pattern.split(name)]
    return name if len(parts) == 1 else " ".join(filter(None, parts))


def without_year(source: str) -> str:
    """The name of a source whose rows are of no document, and of no year."""
    return " ".join(source.replace(OF_YEAR, " ").split()) if OF_YEAR in source else source


def names(source: str, name: str) -> bool:
    """Whether a name is that of a source, in some year.

    >>> names("erp {year}", "erp 2024"), names("erp", "erp"), names("erp {year}", "erp")
    (True, True, False)
    """
    return re.fullmatch(re.escape(source).replace(re.escape(OF_YEAR), r"\d{4}"), name) is not None
