"""Months as files write them: in the cells of rows and in headings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise

from goodterms.facts.sql_text import text_of

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
FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Years that are read."""
YEAR = "(?:19|2[01])[0-9]{2}"
"""The regular expression of one of them."""
CENTURY = 69
"""Years of two digits from here on are of the last century, as everywhere on Unix."""
LETTERS = "a-zà-öø-ÿœąćęłńśźż"
"""The small letters of names of months."""
_YEAR, _SHORT, _MONTH, _NAME = f"(?P<year>{YEAR})", "(?P<short>[0-9]{2})", "(?P<month>[0-9]{1,2})", f"(?P<name>[{LETTERS}]{{3,}})"
FORMS = {
    "%Y-%m": rf"{_YEAR}(?:[-/. ]?[mk][-/. ]?|[-/. ]){_MONTH}",
    "%Y%m": rf"{_YEAR}(?P<month>[0-9]{{2}})",
    "%m.%Y": rf"{_MONTH}[-/. ]{_YEAR}",
    "%b %Y": rf"{_NAME}[-/. ']*{_YEAR}",
    "%Y %b": rf"{_YEAR}[-/. ]*{_NAME}\.?",
    "%b %y": rf"{_NAME}[-/. ']*{_SHORT}",
    "%m/%y": rf"{_MONTH}[-/]{_SHORT}",
    "%y/%m": rf"{_SHORT}[-/]{_MONTH}",
}
"""Ways of writing a month, as regular expressions of a text in small letters."""
DOTTED = r"^([0-9]{1,2})\.([0-9]{2})$"
"""A month and a year of two digits with a point between them, which elsewhere is a number."""
PADDED, CUT = rf"{YEAR}\.0[1-9]", rf"{YEAR}\.1"
"""Beside months like the first, one like the second is October, of which a spreadsheet that took it for a number has cut the zero."""
YEAR_LAST, YEAR_FIRST = "%m/%y", "%y/%m"
"""Two of them that may read the same text as another month; across the top the year stands last."""
_DAYS = (
    re.compile(rf"{_YEAR}-{_MONTH}-(?P<day>\d{{1,2}})(?:[ T]00:00(?::00)?)?"),
    re.compile(rf"(?P<day>\d{{1,2}})\.{_MONTH}\.{_YEAR}"),
    re.compile(rf"(?P<day>\d{{1,2}})/{_MONTH}/{_YEAR}"),
    re.compile(rf"{_MONTH}/(?P<day>\d{{1,2}})/{_YEAR}"),
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
    >>> [day.month for day in months_of(["2025.01", "2025.09", "2025.1", "2025.11"]).values()]
    [1, 9, 10, 11]
    """
    names = list(names)
    found = {name: month for name in names if (month := month_of(name))} | _of_days(names)
    if any(re.fullmatch(PADDED, name.strip()) for name in names):
        found |= {name: found[name].replace(month=10) for name in found if re.fullmatch(CUT, name.strip())}
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
    return f"TRY_CAST({year} || '-' || coalesce(nullif(regexp_extract({cell}, '^[0-9]+$'), ''), {_number_sql(cell)}) || '-1' AS DATE)"


def month_sql(cell: str, form: str) -> str:
    """SQL of the first day of the month that a cell says in a form, null where it says none; the cell is in small letters, without spaces around it."""
    shape = FORMS[form]
    said = {name: f"regexp_extract({cell}, {text_of(f'^{shape}$')}, {place})" for name, place in re.compile(shape).groupindex.items()}
    year = said.get("year") or year_sql(said["short"])
    month = said.get("month") or _number_sql(said["name"])
    return f"CASE WHEN regexp_full_match({cell}, {text_of(shape)}) THEN TRY_CAST({year} || '-' || {month} || '-1' AS DATE) END"


def year_sql(digits: str) -> str:
    """SQL of a year whose last two digits alone may be written."""
    return f"CASE WHEN strlen({digits}) = 4 THEN '' WHEN {digits} < '{CENTURY}' THEN '20' ELSE '19' END || {digits}"


def _number_sql(name: str) -> str:
    names = ", ".join(f"{text_of(one)}: '{number}'" for one, number in NUMBER_OF.items())
    return f"MAP {{{names}}}[{name}]"


def month_of(text: str) -> date | None:
    """The first day of the month that a text says; None where it says none.

    >>> [f"{month_of(text):%Y-%m}" for text in ("2024-01", "202401", "2024M1", "1.2024", "01/24", "24/13", "tammikuu 2024", "Jan-24") if month_of(text)]
    ['2024-01', '2024-01', '2024-01', '2024-01', '2024-01', '2024-01', '2024-01']
    """
    return next((month for form in FORMS if (month := _month(" ".join(text.split()).lower(), form))), None)


def month_of_column(text: str) -> date | None:
    """The month that a cell says in a column that is called months, where 01.23 is one too.

    >>> month_of_column("01.23"), month_of_column("13.23"), month_of("01.23")
    (datetime.date(2023, 1, 1), None, None)
    """
    return month_of(re.sub(DOTTED, r"\1/\2", text.strip()))


def months_in(text: str) -> list[date]:
    """The months that a text names, or the days of which it names, in their order.

    >>> [f"{month:%Y-%m}" for month in months_in("Trial balance 1.3.2024 - 31.3.2024")], [f"{month:%Y-%m}" for month in months_in("susa_2024-03.csv")]
    (['2024-03'], ['2024-03'])
    >>> len(months_in("VAT FI12345678, printed for 2024")), len(months_in("Saldolista tammikuu 2024 - maaliskuu 2024"))
    (0, 2)
    """
    text = " ".join(text.split()).lower()
    alone = r"(?<![0-9a-z])(?<![0-9][-./]){}(?![0-9a-z]|[-./][0-9])"
    months = [month for form in FORMS if "%Y" in form for found in re.finditer(alone.format(FORMS[form]), text) if (month := _month(found[0], form))]
    days = [day for form in _DAYS[:2] for found in re.finditer(alone.format(form.pattern), text) if (day := _day(found))]
    return sorted({*months, *(day.replace(day=1) for day in days)})


def _month(text: str, form: str) -> date | None:
    found = re.fullmatch(FORMS[form], text)
    if not found:
        return None
    said = found.groupdict()
    month = NUMBER_OF.get(said["name"], 0) if said.get("name") else int(said["month"])
    year = said.get("year") or ("20" if int(said["short"]) < CENTURY else "19") + said["short"]
    return date(int(year), month, 1) if 1 <= month <= 12 else None


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
