"""The files that the simulated company would really have: exports with semicolons, decimal commas and cp1252, and one workbook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from goodterms.demo.activities import activity_rows
from goodterms.demo.costs import cost_rows
from goodterms.demo.customers import customer_rows
from goodterms.demo.products import product_rows
from goodterms.demo.sale_lines import euros, kilograms, sale_rows
from goodterms.demo.simulation import Simulation

WORKBOOK_MONTHS = 3
"""The last months come as a workbook …"""
WORKBOOK_LINES = 50_000
"""… as far as they have no more lines than this."""
LINES_AT_ONCE = 1_500_000
"""Lines that are sorted and written together: keeps the largest company within its memory."""
COPIED_AT_ONCE = 1 << 22

_AMOUNTS = ("List value", "Discount", "Net amount", "Freight charged", "Rebate", "Cost", "Weight kg")


def write_sale_files(simulation: Simulation, folder: Path, *, as_parquet: bool) -> tuple[Path, ...]:
    """Write the sale lines: as exported, one CSV and the last part as a workbook; or one Parquet file a year."""
    if as_parquet:
        return tuple(_parquet(simulation, sale_rows(simulation, where), folder / f"invoices-{label}.parquet") for label, where in _years(simulation))
    split = _workbook_begins(simulation)
    first, last = simulation.parameters.first_month, simulation.rows("SELECT max(day) FROM days")[0][0]
    files = []
    if split > first:
        files.append(folder / f"invoices-{_span(first, split - timedelta(days=1))}.csv")
        parts = [sale_rows(simulation, where) for where in _chunks(simulation, split)]
        _csv(simulation, [_sale_texts(sql) for sql in parts], files[-1])
    files.append(folder / f"invoices-{_span(split, last)}.xlsx")
    _workbook(simulation, sale_rows(simulation, f"documents.day >= DATE '{split}'"), files[-1])
    return tuple(files)


def write_activities(simulation: Simulation, folder: Path, *, as_parquet: bool) -> Path:
    """Write the activities, like the sale lines."""
    if as_parquet:
        return _parquet(simulation, activity_rows(simulation), folder / "activities.parquet")
    return _csv(
        simulation,
        [f"""SELECT * REPLACE ({_day('"Date"')} AS "Date", {_comma('"Amount"')} AS "Amount") FROM ({activity_rows(simulation)})"""],
        folder / "activities.csv",
    )


def write_costs(simulation: Simulation, folder: Path) -> Path:
    """Write the costs, one row a month, account and pool."""
    return _csv(
        simulation,
        [f'SELECT "Period", "Account", "Account name", "Pool", {_comma(euros("amount"))} AS "Amount" FROM ({cost_rows(simulation)})'],
        folder / "costs.csv",
    )


def write_products(simulation: Simulation, folder: Path) -> Path:
    """Write the products with their list prices and unit costs, valid from a date on."""
    sql = f"""
        SELECT number AS "Product number", name AS "Product", family AS "Product family", unit AS "Unit", {_comma(euros("list_price"))} AS "List price",
               {_comma("(unit_cost::DECIMAL(14, 0) * 0.0001::DECIMAL(4, 4))::DECIMAL(18, 4)")} AS "Unit cost", {_day("valid_from")} AS "Valid from",
               {_comma(kilograms("grams"))} AS "Weight kg", CASE WHEN stocked THEN 'yes' ELSE 'no' END AS "Stocked"
        FROM ({product_rows(simulation)})
        """
    return _csv(simulation, [sql], folder / "products.csv")


def write_customers(simulation: Simulation, folder: Path) -> Path:
    """Write the customers."""
    sql = f"""
        SELECT number AS "Customer number", name AS "Customer", segment AS "Segment", country AS "Country", region AS "Region", manager AS "Sales person",
               payment_days AS "Payment days"
        FROM ({customer_rows(simulation)})
        """
    return _csv(simulation, [sql], folder / "customers.csv")


def _years(simulation: Simulation) -> Iterator[tuple[str, str]]:
    """Name and condition of each span of twelve months."""
    for y in range(simulation.parameters.years):
        yield str(simulation.parameters.first_month.year + y), f"documents.m // 12 = {y}"


def _chunks(simulation: Simulation, end: date) -> list[str]:
    """Conditions that cut the lines before a day into spans of months that are written one after the other."""
    months = simulation.parameters.months
    step = max(1, months * LINES_AT_ONCE // max(simulation.lines, 1))
    starts = range(0, months, step)
    return [f"documents.m >= {m} AND documents.m < {m + step} AND documents.day < DATE '{end}'" for m in starts]


def _workbook_begins(simulation: Simulation) -> date:
    """The first day of the workbook: the earliest of the last months' first days, else the earliest day of the last month, from which its lines fit in."""
    found = simulation.rows(
        f"""
        WITH daily AS (SELECT days.day, days.m, coalesce(sum(lines), 0) AS lines FROM days LEFT JOIN documents USING (day) GROUP BY ALL),
        upwards AS (SELECT day, m, sum(lines) OVER (ORDER BY day DESC) AS lines FROM daily)
        SELECT coalesce(min(day) FILTER (day = date_trunc('month', day)), min(day) FILTER (m = {simulation.last_month}), max(day))::DATE
        FROM upwards WHERE lines <= {WORKBOOK_LINES} AND m > {simulation.last_month - WORKBOOK_MONTHS}
        """
    )
    begins = found[0][0]
    return begins if isinstance(begins, date) else simulation.rows("SELECT max(day) FROM days")[0][0]


def _span(first: date, last: date) -> str:
    """A span in a file's name: months where it begins and ends with one, else days."""
    if first.day == 1 and (last + timedelta(days=1)).day == 1:
        return f"{first:%Y-%m}-to-{last:%Y-%m}"
    return f"{first}-to-{last}"


def _sale_texts(sql: str) -> str:
    """Sale lines as the export writes them."""
    amounts = ", ".join(f"""{_comma(f'"{name}"')} AS "{name}\"""" for name in _AMOUNTS)
    return f"""SELECT * REPLACE ({_day('"Invoice date"')} AS "Invoice date", {amounts}) FROM ({sql})"""


def _comma(amount: str) -> str:
    return f"replace(({amount})::VARCHAR, '.', ',')"


def _day(day: str) -> str:
    return f"strftime({day}, '%d.%m.%Y')"


def _parquet(simulation: Simulation, sql: str, path: Path) -> Path:
    """Write rows as Parquet, decimals as 64-bit integers."""
    simulation.connection.execute(f"COPY ({sql}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
    return path


def _csv(simulation: Simulation, parts: Sequence[str], path: Path) -> Path:
    """Write rows as an ERP exports them: semicolons, cp1252, a carriage return at each line's end. The engine writes UTF-8; it is copied over."""
    raw = path.with_suffix(".utf8")
    with path.open("w", encoding="cp1252", newline="\r\n") as export:
        for i, sql in enumerate(parts):
            simulation.connection.execute(f"COPY ({sql}) TO '{raw}' (FORMAT csv, DELIMITER ';', HEADER {i == 0})")
            with raw.open(encoding="utf-8", newline="\n") as rows:
                while text := rows.read(COPIED_AT_ONCE):
                    export.write(text)
            raw.unlink()
    return path


def _workbook(simulation: Simulation, sql: str, path: Path) -> Path:
    """Write rows as a workbook: dates as dates, numbers as numbers, keys as text."""
    import xlsxwriter  # noqa: PLC0415  (loaded when it is used)

    result = simulation.connection.execute(sql)
    names = [column[0] for column in result.description]
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        book.set_properties({"title": "Invoices", "created": datetime(2000, 1, 1)})  # noqa: DTZ001  (a workbook knows no time zone; fixed, so that the file does not change)
        sheet = book.add_worksheet("Invoices")
        as_day, as_head = book.add_format({"num_format": "dd.mm.yyyy"}), book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(names) - 1, 14)
        for column, name in enumerate(names):
            sheet.write_string(0, column, name, as_head)
        for number, row in enumerate(iter(result.fetchone, None), 1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, column, value)
                elif isinstance(value, Decimal | int):
                    sheet.write_number(number, column, float(value))
                elif isinstance(value, date):
                    sheet.write_number(number, column, (value - _DAY_ZERO).days, as_day)
    return path


_DAY_ZERO = date(1899, 12, 30)
"""What a workbook counts its days from."""
