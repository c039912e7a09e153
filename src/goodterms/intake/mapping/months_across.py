"""Months across the top: a table of costs with one row an account and one column a month, as managers and book-keeping programs print it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise

MONTH = "month:"
"""What our name of a column begins with that holds the amounts of one month: ``month:2025-01``."""
TABLES_BY_MONTH = frozenset({"costs", "gl_balances"})
LEAST_MONTHS = 3
"""So many columns of months make a table by month, whatever else stands there."""
LEAST_ALONE = 2
"""So many, one after the other, do where no column says the month of a row."""

_NAMES = (
    "jan januari january januar janvier janv janeiro gennaio gen enero ene styczeń stycznia sty tammi tammikuu",
    "feb februari february februar febr février fevrier févr fevr fév fev fevereiro febbraio febrero luty lutego lut helmi helmikuu",
    "mar mars march marts märz maerz mär mrz maart mrt marzo março marco marzec marca maalis maaliskuu",
    "apr april avril avr aprile abril abr kwiecień kwietnia kwi huhti huhtikuu",
    "may maj mai mei maggio mag mayo maio maja touko toukokuu",
    "jun juni june juin giugno giu junio junho czerwiec czerwca cze kesa kesakuu kesä kesäkuu",
    "jul juli july juillet juil luglio lug julio julho lipiec lipca lip heina heinakuu heinä heinäkuu",
    "aug augusti august augustus août aout agosto ago sierpień sierpnia sie elo elokuu",
    "sep sept september septembre settembre set septiembre setembro wrzesień września wrz syys syyskuu",
    "oct okt oktober october octobre ottobre ott octubre outubro out październik października paź lokakuu loka",
    "nov november novembre noviembre novembro listopad listopada lis marras marraskuu",
    "dec december dez dezember décembre decembre déc dicembre dic diciembre dezembro des desember grudzień grudnia gru joulu joulukuu",
)
NUMBER_OF = {name: number for number, names in enumerate(_NAMES, start=1) for name in names.split()}
"""Names of months, whole and short, in Danish, Dutch, English, Finnish, French, German, Italian, Norwegian, Polish, Portuguese, Spanish, Swedish → 1 to 12."""
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_FORMS = (
    re.compile(rf"{_YEAR}[-/. ]?(?:M|K)?[-/. ]?(?P<month>\d{{1,2}})", re.IGNORECASE),
    re.compile(rf"(?P<month>\d{{1,2}})[-/. ]{_YEAR}"),
    re.compile(r"(?P<month>\d{1,2})/(?P<short>\d\d)"),
    re.compile(rf"(?P<name>[^\W\d]{{3,}})[-/. ']*(?:{_YEAR}|(?P<short>\d\d))"),
    re.compile(rf"{_YEAR}[-/. ]*(?P<name>[^\W\d]{{3,}})\.?"),
)
_DAYS = (
    re.compile(rf"{_YEAR}-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}})(?:[ T]00:00(?::00)?)?"),
    re.compile(rf"(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.{_YEAR}"),
    re.compile(rf"(?P<day>\d{{1,2}})/(?P<month>\d{{1,2}})/{_YEAR}"),
    re.compile(rf"(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}})/{_YEAR}"),
)


def months_of(names: Iterable[str]) -> dict[str, date]:
    """The columns whose names are months, each with the first day of its month.

    A day stands for its month where all days are the first ones of their months, or all the last ones. A month that two columns name is in neither.

    Examples
    --------
    >>> {name: day.isoformat() for name, day in months_of(["Tili", "1.2025", "helmi 2025", "Mar-25", "Yhteensä"]).items()}
    {'1.2025': '2025-01-01', 'helmi 2025': '2025-02-01', 'Mar-25': '2025-03-01'}
    >>> [day.month for day in months_of(["01/01/2025", "02/01/2025", "03/01/2025"]).values()]
    [1, 2, 3]
    """
    names = list(names)
    found = {name: month for name in names if (month := _month(name))} | _of_days(names)
    months = list(found.values())
    return {name: found[name] for name in names if name in found and months.count(found[name]) == 1}


def are_months(cells: Sequence[str]) -> bool:
    """Whether a row's cells name months in their order, rising or falling: at least three, or two beside words alone.

    >>> are_months(["Account", "1.2025", "2.2025"]), are_months(["5000", "1.2025", "2.2025"]), are_months(["5000", "1.2025", "2.2025", "3.2025"])
    (True, False, True)
    """
    said = [cell.strip() for cell in cells if cell.strip()]
    named = months_of(said)
    months = list(named.values())
    are_words = all(any(sign.isalpha() for sign in cell) for cell in said if cell not in named)
    return len(months) >= (LEAST_ALONE if are_words else LEAST_MONTHS) and months in (sorted(months), sorted(months, reverse=True))


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


def are_next(months: Iterable[date]) -> bool:
    """Whether some months are at least two, one after the other.

    >>> are_next([date(2024, 2, 1), date(2024, 1, 1)]), are_next([date(2023, 12, 1), date(2024, 12, 1)])
    (True, False)
    """
    numbers = sorted(12 * month.year + month.month for month in months)
    return len(numbers) >= LEAST_ALONE and all(after - before == 1 for before, after in pairwise(numbers))


def without_year(names: Iterable[str], least: int = LEAST_MONTHS) -> dict[str, int]:
    """The columns that are called a month and no year, with its number; none where fewer than so many are.

    Examples
    --------
    >>> without_year(["Tili", "Tammi", "Helmi", "Maalis", "Yhteensä"])
    {'Tammi': 1, 'Helmi': 2, 'Maalis': 3}
    """
    found = {name: number for name in names if (number := NUMBER_OF.get(name.strip().rstrip(".").casefold()))}
    return found if len(found) >= least else {}


def period_sql(month: str, year: str) -> str:
    """SQL of the first day of a month that is a number or a name, null where it is neither, and a whole number of the year."""
    cell = f"rtrim(lower(trim(CAST({month} AS VARCHAR))), '.')"
    names = ", ".join(f"'{name}': {number}" for name, number in NUMBER_OF.items())
    return f"TRY_CAST({year} || '-' || coalesce(TRY_CAST({cell} AS INTEGER), MAP {{{names}}}[{cell}]) || '-1' AS DATE)"


def _month(name: str) -> date | None:
    for form in _FORMS:
        if found := form.fullmatch(" ".join(name.split())):
            said = found.groupdict()
            month = NUMBER_OF.get(said["name"].casefold(), 0) if said.get("name") else int(said["month"])
            if 1 <= month <= 12:
                return date(int(said.get("year") or f"20{said['short']}"), month, 1)
    return None


def _of_days(names: Sequence[str]) -> dict[str, date]:
    """The days among the names, as months: under the first form in which all of them are first days of months, or all last days."""
    for form in _DAYS:
        said = {name: found for name in names if (found := form.fullmatch(name.strip()))}
        days = {name: day for name, found in said.items() if (day := _day(found))}
        if not days or len(days) < len(said):
            continue
        if all(day.day == 1 for day in days.values()) or all((day + timedelta(1)).day == 1 for day in days.values()):
            return {name: day.replace(day=1) for name, day in days.items()}
    return {}


def _day(found: re.Match[str]) -> date | None:
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None
