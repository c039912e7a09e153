"""Months and years that a file's name, its sheet's, or what stands above its header says of all of its rows."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from goodterms.errors import Choice
from goodterms.intake.mapping.answers import choice
from goodterms.intake.values.months import LETTERS, NUMBER_OF, YEAR, months_in
from goodterms.intake.values.spans import FORMS_OF_SPANS, QUARTERS, span_of

if TYPE_CHECKING:
    from goodterms.intake.tables.raw_table import RawTable

_YEARS_OFFERED, _LAST_MONTH = 5, 12
"""So many years, the last one being that in which a file was written, are offered for months of which nothing says the year."""
_OTHER_WORDS = frozenset({"set", "out", "des"})
"""Short names of months that are other words in the name of a file."""
_SEVERAL = re.compile(
    rf"(?<![0-9a-z])(?<![0-9][-./])(?P<first>[{LETTERS}]{{3,}}|[0-9]{{1,2}})\.? ?(?:[-–/]|to|bis|till?) ?(?P<last>[{LETTERS}]{{3,}}|[0-9]{{1,2}})[-./' ]+"
    rf"(?P<year>{YEAR})(?![0-9])"
)
"""Several months of one year, by their first and last: Jan-Mar 2024, 1-3/2024."""
_NUMBER = re.compile(r"0?[1-9]|1[0-2]")


def years_offered(raw: RawTable) -> list[str]:
    """Years that the file's name and what stands above its header name; where they name none, the one in which the file was written, and those before it."""
    written = datetime.fromtimestamp(raw.path.stat().st_mtime, tz=UTC).year
    return _years_said(raw) or [str(written - before) for before in range(_YEARS_OFFERED)]


def periods_offered(raw: RawTable, of_years: str = "") -> list[Choice]:
    """What the rows of a file without months may be of: months that its name or what stands above its header names, and years, which a column may say."""
    months = _months_said(raw)
    spans = [(f"{months[0]:%B %Y} to {months[-1]:%B %Y}", months[0])] if len(months) > 1 else []
    spans += [] if spans else [(f"{month:%B %Y}", month) for month in months or _months_in_years(raw)]
    first_days = [first for _, first in spans]
    spans += [(f"the year {year}", first) for year in years_offered(raw) if not of_years and (first := date(int(year), 1, 1)) not in first_days]
    by_column = choice(
        f"all amounts are of the year that {of_years} says: they stand in its January, and in no other month",
        columns={of_years: "year"},
        constants={"month_number": "1"},
    )
    return [
        choice(
            f"all amounts are of {said}" + (f": they stand in {first:%B %Y}, and in no other month" if said != f"{first:%B %Y}" else ""),
            constants={"period": f"{first}"},
        )
        for said, first in spans
    ] + ([by_column] if of_years else [])


def periods_named(raw: RawTable) -> list[date]:
    """The month that a file or sheet names, else its year, as a first day; of a month without its year one for each year that it may be of."""
    if months := _months_said(raw)[:1] or _months_in_years(raw):
        return months
    years = _years_said(raw)
    return [date(int(years[0]), 1, 1)] if len(years) == 1 else []


def names_month(raw: RawTable) -> bool:
    """Whether a file or sheet names one month, with its year or without."""
    months = _months_said(raw)
    return len(months) == 1 if months else bool(_month_without_year(raw))


def _months_said(raw: RawTable) -> list[date]:
    """Months with their years: of the sheet's name; where that names none at all, of the file's and the texts above its header."""
    return _first_and_last(raw.sheet) or ([] if _month_of_sheet(raw) else _first_and_last(" ".join(_of_file(raw))))


def _first_and_last(text: str) -> list[date]:
    """The months that a text names, of several that it names together the first and the last one.

    >>> [f"{month:%Y-%m}" for text in ("Kosten Jan-Mar 2024", "Q2 2024", "kulut_9-12_2024") for month in _first_and_last(text)]
    ['2024-01', '2024-03', '2024-04', '2024-06', '2024-09', '2024-12']
    """
    months = {*months_in(text)}
    text = " ".join(text.replace("_", " ").split()).lower()
    for found in _SEVERAL.finditer(text):
        first, last = (NUMBER_OF.get(found[name], 0) or (int(found[name]) if found[name].isdecimal() else 0) for name in ("first", "last"))
        months |= {date(int(found["year"]), number, 1) for number in (first, last)} if 1 <= first < last <= _LAST_MONTH else set()
    for shape in FORMS_OF_SPANS[QUARTERS]:
        quarters = [span for found in re.finditer(rf"(?<![0-9a-z]){shape}(?![0-9a-z])", text) if (span := span_of(found[0]))]
        months |= {first.replace(month=first.month + later) for _, first in quarters for later in (0, 2)}
    return sorted(months)


def _months_in_years(raw: RawTable) -> list[date]:
    number = _month_without_year(raw)
    return [date(int(year), number, 1) for year in years_offered(raw)] if number else []


def _month_without_year(raw: RawTable) -> int:
    return _month_of_sheet(raw) or _month_in(Path(raw.file).stem, _OTHER_WORDS)


def _month_of_sheet(raw: RawTable) -> int:
    name = raw.sheet.strip()
    return int(name) if _NUMBER.fullmatch(name) else _month_in(name)


def _month_in(name: str, others: Collection[str] = ()) -> int:
    """The only month that a name calls by its name, 0 where there is none.

    >>> _month_in("TB Jan"), _month_in("Saldo_helmikuu"), _month_in("Summary"), _month_in("Jan to Mar")
    (1, 2, 0, 0)
    """
    found = {NUMBER_OF[word] for word in re.findall(f"[{LETTERS}]+", name.lower()) if word in NUMBER_OF and word not in others}
    return found.pop() if len(found) == 1 else 0


def year_named(raw: RawTable) -> str:
    """The only year that a sheet's name says, else the file's name and what stands above the header; "" where nothing does, or several years stand there."""
    years = _years_said(raw)
    return years[0] if len(years) == 1 else ""


def year_in_name(raw: RawTable) -> str:
    """The only year that a sheet's name says, else the file's name; "" where none does, or it says several."""
    years = _years_in(raw.sheet) or _years_in(Path(raw.file).name)
    return years[0] if len(years) == 1 else ""


def _years_said(raw: RawTable) -> list[str]:
    """Years of the sheet's name; where that says none, those that both the file's name and what stands above the header say, else those of either."""
    name, *above = _of_file(raw)
    of_file, of_head = _years_in(name), _years_in(" ".join(above))
    return _years_in(raw.sheet) or sorted({*of_file} & {*of_head}) or sorted({*of_file, *of_head})


def _years_in(text: str) -> list[str]:
    return sorted(set(re.findall(rf"(?<!\d){YEAR}(?!\d)", text)))


def _of_file(raw: RawTable) -> list[str]:
    """The file's name, and the texts above its header."""
    return [Path(raw.file).name, *(ref.text for ref in raw.set_aside if ref.row <= raw.header_row)]
