"""Companies to look at, and their files read with nothing but the standard library, openpyxl and DuckDB."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from goodterms.demo import Company, build_company, read_parameters

NUMBERS = {"Quantity", "List value", "Discount", "Net amount", "Freight charged", "Rebate", "Cost", "Weight kg", "Amount", "List price", "Unit cost", "Minutes"}
DATES = {"Invoice date", "Date", "Valid from"}


def from_csv(path: Path) -> Iterator[dict]:
    """Rows of an export: cp1252, semicolons, decimal commas, days as 31.12.2025; an empty cell is None."""
    with path.open(encoding="cp1252", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            yield {name: typed(name, text) for name, text in row.items()}


def typed(name, text):
    if not text:
        return None
    if name in NUMBERS:
        return Decimal(text.replace(",", "."))
    return date(*map(int, reversed(text.split(".")))) if name in DATES else text


def from_workbook(path: Path) -> Iterator[dict]:
    """Rows of a workbook, numbers as decimals of what the cell shows."""
    with closing(openpyxl.load_workbook(path, read_only=True)) as book:
        head, *rows = book.active.iter_rows(values_only=True)
    for row in rows:
        yield {
            name: value.date() if isinstance(value, datetime) else Decimal(repr(value)).normalize() if name in NUMBERS else value
            for name, value in zip(head, row, strict=True)
        }


@dataclass(frozen=True)
class Seen:
    """A company and what its files say."""

    company: Company
    lines: list[dict]
    costs: list[dict]
    activities: list[dict]
    products: list[dict]
    customers: list[dict]

    def profit_by_year(self) -> dict[int, Decimal]:
        """Net sales less product cost less shared costs, interest kept out."""
        profit = dict.fromkeys(sorted({row["Invoice date"].year for row in self.lines}), Decimal(0))
        for row in self.lines:
            profit[row["Invoice date"].year] += row["Net amount"] + row["Freight charged"] - row["Rebate"] - row["Cost"]
        for row in self.costs:
            if row["Pool"] != "Interest":
                profit[int(row["Period"][:4])] -= row["Amount"]
        return profit

    def sales_by_year(self) -> dict[int, Decimal]:
        """Net amounts, credit notes taken off."""
        sales: dict[int, Decimal] = {}
        for row in self.lines:
            sales[row["Invoice date"].year] = sales.get(row["Invoice date"].year, Decimal(0)) + row["Net amount"]
        return sales


def seen(company: Company) -> Seen:
    """Read a company's files as exported."""
    readers = {".csv": from_csv, ".xlsx": from_workbook}
    lines = [row for file in company.sale_files for row in readers[file.suffix](file)]
    return Seen(company, lines, *(list(from_csv(file)) for file in (company.costs, company.activities, company.products, company.customers)))


@pytest.fixture(scope="session")
def small(tmp_path_factory) -> Seen:
    """A thousand lines."""
    return seen(build_company(tmp_path_factory.mktemp("small"), lines=1_000, seed=2))


@pytest.fixture(scope="session")
def middling(tmp_path_factory) -> Seen:
    """Twenty thousand lines."""
    return seen(build_company(tmp_path_factory.mktemp("middling"), lines=20_000, seed=1))


@pytest.fixture(scope="session")
def parameters():
    """The company's own."""
    return read_parameters()


@pytest.fixture(scope="session")
def last_day() -> date:
    """Of the data."""
    return date(2025, 12, 31)
