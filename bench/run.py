"""The benchmarks: ``python bench/run.py`` measures all of them and keeps the result in ``bench/RESULTS.md``.

What is said is ratios measured in one run; seconds are those of the machine that is described. ``--lines`` chooses other sizes, ``--only`` other parts.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook

import goodterms
from goodterms.demo import Company, build_company

HERE = Path(__file__).parent
RESULTS = HERE / "RESULTS.md"
SIZES = (1_000_000, 10_000_000)
LOOK_LINES = 100_000
READING_LINES = 1_000_000
E_INVOICES = 3_000
LINES_AN_INVOICE = 8
TIMES_A_WORKBOOK = 6
TIMES_A_LONG_FILE = 3
SEED = 1
PARTS = ("look", "reading", "importing", "statements", "refresh", "lists")
LISTED = 1_000_000
GOAL_OF_LOOK = 5.0
ABOUT_A_FULL_RUN = (
    "*One scan* is the sums of list value, discount, net value, product cost and quantity over the published Parquet files, warm, median of 5. The",
    "goal is a full run within 35 scans at 10 million lines, and 1.1 times the same SQL by hand. The second is held at 10 million lines; at 1 million,",
    "expressions take their time to become SQL (about 25 ms each). The first is far away, by hand too: in this company nearly every line is a cell of",
    "its own (customer, product, month, account manager, channel, unit), so the cube is as long as the lines, and four cost pools make two shares a",
    "line. Keys are text; surrogates would help.",
)
ABOUT_A_REFRESH = (
    "The simulated company with its own policy, costs and activities, imported into an installation on SQLite; then 500 lines of one month are corrected. The",
    "*cube* is everything from the sale lines to the shares of cost and the whole cube; the *whole run* is that, bridge, views and leaks, and the figures kept",
    "in the register. A refresh must work out the corrected month alone, and come to what an analysis from scratch does.",
)
ABOUT_LISTS = (
    "A page of 50 rows of the list of counterparties, in the query and not on a page: as a head of the company asks for it, and as a manager with own",
    "customers among all. The goal is 50 ms for 95 of a hundred on both databases.",
)
_READING = """
import json, sys, time
import goodterms
begin = time.perf_counter()
account = goodterms.read(sys.argv[1]).files[0]
took = time.perf_counter() - begin
peak = int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]) / 1024
print(json.dumps({"rows": account.physical, "rejected": account.rejected, "seconds": took, "peak": peak}))
"""
_PLAIN = """
import sys
import duckdb
reading = "read_csv($1, delim = ';', encoding = 'latin-1', header = true, columns = " + sys.argv[2] + ")"
duckdb.execute("CREATE TABLE lines AS SELECT * FROM " + reading, [sys.argv[1]])
"""


def look(folder: Path, lines: int) -> str:
    """``goodterms look`` on a company as it exports it, in a process of its own, three times."""
    company = build_company(folder / "look", lines=lines, seed=SEED)
    command = [Path(sys.executable).with_name("goodterms"), "look", *company.sale_files, "--costs", company.costs, "--activities", company.activities]
    command += ["--products", company.products, "--customers", company.customers, "--policy", company.policy, "--out", folder / "report"]
    whole, answered = [], []
    for _run in range(3):
        begin = time.perf_counter()
        running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=os.environ | {"PYTHONUNBUFFERED": "1"})
        running.stdout.readline()
        answered.append(time.perf_counter() - begin)
        running.communicate()
        whole.append(time.perf_counter() - begin)
        if running.returncode not in {0, 1}:
            raise RuntimeError(f"look ended with {running.returncode}")
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import ibis; ibis.duckdb.connect()"], check=True)
    start = time.perf_counter() - begin
    middle, answer = statistics.median(whole), statistics.median(answered)
    return (
        f"`goodterms look` on {company.lines:,} sale lines (CSV and XLSX), costs, activities, products and customers, cold, median of 3: "
        f"**{middle:.1f} s**; the answer is in the terminal after {answer:.1f} s, the report (page, tables as CSV and Parquet, workbook) takes the rest. "
        f"The goal is {GOAL_OF_LOOK:.0f} s. Loading Ibis and DuckDB alone takes {start:.1f} s here; look is {middle / start:.1f} × that."
    )


def reading(folder: Path, lines: int) -> list[str]:
    """Rows of CSV and of a workbook read, typed and checked a second, and e-invoices."""
    company = build_company(folder / "reading", lines=lines, seed=SEED)
    found = [*rows_of_csv(company, folder), "", rows_of_a_workbook(company, folder), "", e_invoices(folder / "invoices", E_INVOICES)]
    shutil.rmtree(folder / "reading")
    return found


def read_alone(file: Path) -> dict[str, Any]:
    """A file read in a process of its own: its rows, rejected ones, seconds, and largest memory in MiB."""
    done = subprocess.run([sys.executable, "-c", _READING, file], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def rows_of_a_workbook(company: Company, folder: Path) -> str:
    """Rows of XLSX read, typed and checked a second: the company's month, several times over."""
    month = next(file for file in company.sale_files if file.suffix == ".xlsx")
    head, *rows = CalamineWorkbook.from_path(month).get_sheet_by_index(0).to_python()
    invoice = head.index("Invoice")
    long = folder / "long.xlsx"
    with xlsxwriter.Workbook(long, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, head)
        for time_over in range(TIMES_A_WORKBOOK):
            for place, cells in enumerate(rows, start=1 + time_over * len(rows)):
                for column, cell in enumerate(cells):
                    if column == invoice:
                        sheet.write_string(place, column, f"{cell}-{time_over}")
                    elif isinstance(cell, str):
                        sheet.write_string(place, column, cell)
                    else:
                        sheet.write(place, column, cell)
    done = read_alone(long)
    long.unlink()
    rate = done["rows"] / done["seconds"]
    return (
        f"{done['rows']:,} rows of XLSX ({len(head)} columns) read in a guarded process, typed and made into facts in {done['seconds']:.1f} s: "
        f"**{rate:,.0f} rows a second**, {rate * len(head):,.0f} cells. The goal is 20,000 rows."
    )


def e_invoices(folder: Path, count: int) -> str:
    """E-invoices read, checked against their own totals and made into facts a second."""
    folder.mkdir()
    for number in range(count):
        (folder / f"{number}.xml").write_text(_invoice(number), "utf-8")
    begin = time.perf_counter()
    account = goodterms.read(folder, mapping={"version": 1, "company": {"identifiers": ["FI01120389"]}}).files[0]
    took = time.perf_counter() - begin
    if account.accepted != count * LINES_AN_INVOICE:
        raise RuntimeError(f"{account.accepted} lines of {count} e-invoices were accepted")
    return f"{count:,} e-invoices (UBL, {LINES_AN_INVOICE} lines each) of a folder in {took:.1f} s: **{count / took:,.0f} a second**. The goal is 300."


def _invoice(number: int) -> str:
    """An e-invoice as UBL writes it."""
    space = "urn:oasis:names:specification:ubl:schema:xsd:"
    amounts = [100 + (number * 7 + line) % 900 for line in range(LINES_AN_INVOICE)]
    lines = "".join(
        f"<cac:InvoiceLine><cbc:ID>{line}</cbc:ID><cbc:InvoicedQuantity unitCode='C62'>1</cbc:InvoicedQuantity><cbc:LineExtensionAmount>{amount}"
        f"</cbc:LineExtensionAmount><cac:Item><cbc:Name>Product {amount}</cbc:Name><cac:SellersItemIdentification><cbc:ID>P{amount}</cbc:ID>"
        f"</cac:SellersItemIdentification></cac:Item><cac:Price><cbc:PriceAmount>{amount}</cbc:PriceAmount></cac:Price></cac:InvoiceLine>"
        for line, amount in enumerate(amounts, start=1)
    )
    parties = "".join(
        f"<cac:Accounting{role}Party><cac:Party><cac:PartyName><cbc:Name>{name}</cbc:Name></cac:PartyName><cac:PartyTaxScheme><cbc:CompanyID>{vat}"
        f"</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme></cac:Party></cac:Accounting{role}Party>"
        for role, name, vat in (("Supplier", "Ann Oy", "FI01120389"), ("Customer", "Bob Oy", "FI23456780"))
    )
    total = sum(amounts)
    return (
        f"<?xml version='1.0' encoding='UTF-8'?><Invoice xmlns='{space}Invoice-2' xmlns:cac='{space}CommonAggregateComponents-2' "
        f"xmlns:cbc='{space}CommonBasicComponents-2'><cbc:ID>{number}</cbc:ID><cbc:IssueDate>2025-{number % 12 + 1:02d}-15</cbc:IssueDate>"
        f"<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>{parties}"
        f"<cac:LegalMonetaryTotal><cbc:LineExtensionAmount>{total}</cbc:LineExtensionAmount><cbc:TaxExclusiveAmount>{total}</cbc:TaxExclusiveAmount>"
        f"<cbc:PayableAmount>{total}</cbc:PayableAmount></cac:LegalMonetaryTotal>{lines}</Invoice>"
    )


def rows_of_csv(company: Company, folder: Path) -> list[str]:
    """Rows of CSV read, typed and checked a second, against the engine's own reading of the same file as text; and the memory that a longer one takes."""
    file = next(file for file in company.sale_files if file.suffix == ".csv")
    plain = read_alone(file)
    head, _, rows = file.read_bytes().partition(b"\n")
    columns = dict.fromkeys(head.decode("cp1252").rstrip("\r").split(";"), "VARCHAR")
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", _PLAIN, file, str(columns)], check=True)
    theirs = time.perf_counter() - begin
    broken, long = folder / "broken.csv", folder / "long.csv"
    first, _, others = rows.partition(b"\n")
    broken.write_bytes(b"\n".join([head, first, first + b";" + first, others]))
    strict = read_alone(broken)
    broken.unlink()
    with long.open("wb") as stream:
        stream.write(head + b"\n")
        for time_over in range(TIMES_A_LONG_FILE):
            stream.writelines(row.replace(b";", b";%d-" % time_over, 1) + b"\n" for row in rows.splitlines())
    longer = read_alone(long)
    long.unlink()
    if (strict["rejected"], plain["rejected"], longer["rejected"]) != (1, 0, 0):
        raise RuntimeError(f"{strict['rejected']}, {plain['rejected']} and {longer['rejected']} rows were rejected instead of 1, 0 and 0")
    speed = (
        f"{plain['rows']:,} rows of CSV ({len(columns)} columns, semicolons, decimal commas, cp1252) read, counted a second time, typed and made into facts "
        f"in {plain['seconds']:.1f} s: **{plain['rows'] / plain['seconds']:,.0f} rows a second**, {plain['seconds'] / theirs:.1f} × what DuckDB alone takes "
        f"to hold the same file as text. With one broken row, so that each is read strictly: {strict['rows'] / strict['seconds']:,.0f}. The goal is 50,000."
    )
    return [
        speed,
        "",
        f"Largest memory: {plain['peak']:,.0f} MiB, and {longer['peak']:,.0f} MiB for {longer['rows']:,} rows. The goal is 512 MiB for any length.",
    ]


def importing(folder: Path, lines: int) -> str:
    """Rows a second from the file to published facts, with the records that they name."""
    company = build_company(folder / "importing", lines=lines, seed=SEED)
    file = next(file for file in company.sale_files if file.suffix == ".csv")
    done = subprocess.run([sys.executable, HERE / "importing.py", folder / "installation", file], stdout=subprocess.PIPE, check=True)
    told = json.loads(done.stdout)
    shutil.rmtree(folder / "importing")
    whole, more = told["whole"], told["correction"]
    took, again = (sum(of[step] for step in ("read", "prepare", "publish")) for of in (whole, more))
    return (
        f"{whole['rows']:,} rows of CSV read, prepared and published with the customers, products and managers that they name, on SQLite, in {took:.1f} s "
        f"(reading {whole['read']:.1f}, preparing {whole['prepare']:.1f}, publishing {whole['publish']:.1f}): **{whole['rows'] / took:,.0f} rows a second**. "
        f"The goal is 50,000. {more['rows']:,} rows of its last month again, beside what is there: {again:.1f} s."
    )


def publish(company: Company, folder: Path) -> None:
    """The company's facts as published files: one Parquet file a table, decimals as integers."""
    facts = goodterms.read(company.sale_files, costs=company.costs, activities=company.activities, products=company.products, customers=company.customers).facts
    folder.mkdir()
    for name, table in facts.tables.items():
        facts.engine.con.execute(f"COPY ({facts.engine.compile(table)}) TO '{folder / name}.parquet' (FORMAT parquet)")


def side_of(side: str, folder: Path) -> dict[str, Any]:
    """One side of the comparison, in a process of its own."""
    done = subprocess.run([sys.executable, HERE / "statements.py", side, folder], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def compare(product: dict[str, Any], hand: dict[str, Any]) -> None:
    """Both sides must have come to the same amounts, to the last digit.

    Raises
    ------
    ArithmeticError
        When they have not.
    """
    other = {name: (amount, product["found"].get(name)) for name, amount in hand["found"].items()}
    other = {name: pair for name, pair in other.items() if pair[1] is None or Decimal(pair[0]) != Decimal(pair[1])}
    if other or not hand["found"]:
        raise ArithmeticError(f"the product and the SQL by hand differ: {other}")


def statements(folder: Path, lines: int) -> list[str]:
    """Each statement of a full run as a ratio to one scan, by the product and by hand."""
    print(f"{lines:,} sale lines", file=sys.stderr)
    company = build_company(folder / "company", lines=lines, seed=SEED, sale_format="parquet")
    publish(company, folder / "facts")
    shutil.rmtree(folder / "company")
    product, hand = side_of("product", folder / "facts"), side_of("hand", folder / "facts")
    shutil.rmtree(folder / "facts")
    compare(product, hand)
    scan = statistics.median([product["scan"], hand["scan"]])
    told = [f"### {company.lines:,} sale lines", "", f"One scan takes {scan:.3f} s.", ""]
    told += ["| statement | product, scans | SQL by hand, scans | product : hand |", "|---|--:|--:|--:|"]
    for name, seconds in product["seconds"].items():
        by_hand = hand["seconds"].get(name)
        told.append(
            f"| {name} | {seconds / scan:.1f} | {by_hand / scan:.1f} | {seconds / by_hand:.2f} |" if by_hand else f"| {name} | {seconds / scan:.1f} | – | – |"
        )
    ours, theirs = sum(product["seconds"].values()), sum(hand["seconds"].values())
    told.append(f"| **all of them** | **{ours / scan:.0f}** | **{theirs / scan:.0f}** | **{ours / theirs:.2f}** |")
    memory = f"product {product['peak_gib']:.1f} GiB, by hand {hand['peak_gib']:.1f} GiB; the engine may take 8 GB, and goes to disk beyond it"
    told += ["", f"Peak memory: {memory}. Both come to the same amounts, to the last digit.", ""]
    return told


def refreshed(folder: Path, lines: int) -> dict[str, Any]:
    """A run, a correction of one month and a run again, in a process of its own; what it comes to must be what an analysis from scratch does.

    Raises
    ------
    ArithmeticError
        When it is not, or when other months than the corrected one were worked out.
    """
    company = build_company(folder / "company", lines=lines, seed=SEED, sale_format="parquet")
    done = subprocess.run([sys.executable, HERE / "refresh.py", folder / "company", folder / "home"], stdout=subprocess.PIPE, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    shutil.rmtree(folder)
    if told["refresh"]["found"] != told["scratch"]["found"] or len(told["changed"]) != 1:
        raise ArithmeticError(f"the refresh differs: {told['changed']}, {told['refresh']['found']}, {told['scratch']['found']}")
    return told | {"lines": company.lines}


def refresh(folder: Path, lines: int) -> list[str]:
    """The cube and the whole run after one changed month, as a part of the full ones."""
    told = refreshed(folder / "refresh", lines)
    full, again, scratch = told["full"], told["refresh"], told["scratch"]
    return [
        f"### {told['lines']:,} sale lines in {told['months']} months",
        "",
        "| | full, s | refresh, s | refresh : full | goal |",
        "|---|--:|--:|--:|--:|",
        f"| cube | {full['cube']:.1f} | {again['cube']:.1f} | {again['cube'] / full['cube']:.2f} | 0.10 |",
        f"| whole run | {full['whole']:.1f} | {again['whole']:.1f} | {again['whole'] / full['whole']:.2f} | 0.33 |",
        "",
        f"An analysis that keeps nothing takes {scratch['cube']:.1f} s to its cube.",
        f"Kept: {told['size'] / 1024**2:,.0f} MiB. Peak memory {told['peak_gib']:.1f} GiB.",
        "",
    ]


def machine() -> str:
    """The machine, in a sentence."""
    model = "processor of unknown make"
    if Path("/proc/cpuinfo").exists():
        found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text("utf-8"))
        model = found[1] if found else model
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}"


def keep(part: str, told: list[str]) -> None:
    """Put a part of the results into its place in the file."""
    begin, end = f"<!-- {part} -->", f"<!-- /{part} -->"
    text = RESULTS.read_text("utf-8") if RESULTS.exists() else "# Results\n"
    block = "\n".join([begin, *told, end])
    old = re.search(f"{begin}.*?{end}", text, re.DOTALL)
    RESULTS.write_text(text.replace(old[0], block) if old else f"{text.rstrip()}\n\n{block}\n", "utf-8")


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append")
    parser.add_argument("--lines", type=int, nargs="+", help="sizes of the companies of the statements and of the refresh")
    asked = parser.parse_args()
    parts = asked.only or PARTS
    day = f"Measured on {datetime.now(UTC):%Y-%m-%d}, {machine()}, seed {SEED}."
    with tempfile.TemporaryDirectory(prefix="goodterms-bench-") as place:
        folder = Path(place)
        if "look" in parts:
            keep("look", ["## The main job", "", day, "", look(folder, LOOK_LINES)])
        if "reading" in parts:
            keep("reading", ["## Reading", "", day, "", *reading(folder, READING_LINES)])
        if "importing" in parts:
            keep("importing", ["## Importing", "", day, "", importing(folder, READING_LINES)])
        if "lists" in parts:
            done = subprocess.run([sys.executable, HERE / "lists.py", folder, str(LISTED)], stdout=subprocess.PIPE, check=True, text=True)
            keep("lists", ["## Lists", "", day, "", *ABOUT_LISTS, "", *done.stdout.splitlines()])
        if "statements" in parts:
            told = ["## A full run", "", day, "", *ABOUT_A_FULL_RUN, ""]
            for lines in asked.lines or SIZES:
                told += statements(folder, lines)
            keep("statements", told)
        if "refresh" in parts:
            told = ["## A run after one changed month", "", day, "", *ABOUT_A_REFRESH, ""]
            for lines in asked.lines or SIZES[:1]:
                told += refresh(folder, lines)
            keep("refresh", told)
    print(RESULTS.read_text("utf-8"))


if __name__ == "__main__":
    main()
