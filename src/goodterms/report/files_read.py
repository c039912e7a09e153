"""The files that were read: what became of every record, what their columns were taken for, and what is wrong with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from goodterms.charts.figures import at_start, counted, counted_are
from goodterms.charts.markup import cell, element, figure_cell, head, row_head, table, text
from goodterms.facts.money import cents, in_words
from goodterms.problems import Problem, Severity
from goodterms.report.card import card, scrolled

if TYPE_CHECKING:
    from goodterms.intake import Reading
    from goodterms.intake.account import FileAccount

PROBLEMS_SHOWN = 100
"""How many problems the page lists; ``--json`` has all of them."""
ASIDE_SHOWN = 100
"""How many rows set aside the page lists; ``--json`` has all of them."""
_TEXT_SHOWN = 120
_NO_CONTENT = {
    "header": ("header", "headers"),
    "second header row": ("header", "headers"),
    "header repeated": ("repeated header", "repeated headers"),
    "blank": ("blank row", "blank rows"),
    "a blank row": ("blank row", "blank rows"),
}
"""Rows set aside that say nothing of the business: they are counted. All others (totals, footers, text above the header) are listed one by one."""
_ORDER = (Severity.REJECTED, Severity.WARNING, Severity.NOTICE, Severity.SET_ASIDE)
_TABLES = {"sale_lines": "sale lines", "purchase_lines": "purchase lines"}


def files_section(reading: Reading | None) -> str:
    """The account of every file, and the problems with their places."""
    if reading is None:
        return ""
    whole = f"{counted(reading.physical, 'record')}: {reading.accepted:,} accepted, {reading.rejected:,} rejected, {reading.set_aside:,} set aside"
    note = f"{whole}, {reading.met_again:,} met again in another file" if reading.met_again else whole
    heads = [
        head("File"),
        head("Read as"),
        *(head(name, css) for name, css in (("Records", "num"), ("Accepted", "num"), ("Rejected", "num"), ("Set aside", "num p2"))),
        *([head("Met again", "num p2")] if reading.met_again else []),
    ]
    heads += [head("Dates", "p3"), head("Control total", "num p2")]
    rows = [_file(account, has_again=bool(reading.met_again)) for account in reading.files]
    drawn = scrolled(table("Files read", heads, rows), "Files read")
    return card("files", "Files read", note, drawn, *(_understood(account) for account in reading.files), _aside(reading.files), _problems(reading.problems))


def name_of(account: FileAccount) -> str:
    """A file, with its sheet where it has several."""
    return f"{account.file}, sheet {account.sheet}" if account.sheet else account.file


def control_total(account: FileAccount) -> str:
    """The control totals of a file, one a currency."""
    return ", ".join(f"{currency} {in_words(cents(amount))}".strip() for currency, amount in sorted(account.net_by_currency.items()))


def dates_of(account: FileAccount) -> str:
    """From when to when a file reaches."""
    return f"{account.first_date} to {account.last_date}" if account.first_date and account.last_date else ""


def _file(account: FileAccount, *, has_again: bool) -> str:
    counts = [account.physical, account.accepted, account.rejected, account.set_aside, *([account.met_again] if has_again else [])]
    css = ("", "", "neg" if account.rejected else "", "p2", "p2")
    figures = [figure_cell(f"{count:,}", tone) for count, tone in zip(counts, css, strict=False)]
    kind = _TABLES.get(account.table, account.table)
    return element(
        "tr", row_head(text(name_of(account))), cell(text(kind)), *figures, cell(text(dates_of(account)), "p3"), figure_cell(control_total(account), "p2")
    )


def _understood(account: FileAccount) -> str:
    """What the columns of a file were taken for, folded away."""
    if not account.columns:
        return ""
    rows = [element("tr", row_head(text(c.theirs)), cell(text(c.ours)), cell(text(c.why)), cell(text(c.example), "p2")) for c in account.columns]
    rows += [element("tr", row_head(text(name)), cell("not used"), cell(""), cell("", "p2")) for name in account.unmapped]
    caption = f"How {name_of(account)} was understood"
    said = [element("p", text(line)) for line in (account.dialect, *account.said) if line]
    drawn = scrolled(table(caption, [head("Column"), head("Taken for"), head("Because"), head("First value", "p2")], rows, css="t tight"), caption)
    return element("details", element("summary", text(caption)), *said, drawn, class_="fold")


def ordered(problems: Iterable[Problem]) -> list[Problem]:
    """Problems, those that cost rows first; rows set aside have a list of their own (:func:`rows_aside`)."""
    return sorted((p for p in problems if p.severity != Severity.SET_ASIDE), key=lambda p: _ORDER.index(p.severity))


@dataclass(frozen=True)
class RowAside:
    """A row set aside that a person should see, since it may be a fact after all: its place, why it was taken for none, and what stands there."""

    place: str
    reason: str
    text: str


def rows_aside(accounts: Iterable[FileAccount]) -> tuple[str, list[RowAside]]:
    """The rows of files that were taken for no facts: how many are headers and blank, in words, and each of the others."""
    counts: Counter[tuple[str, str]] = Counter()
    listed = []
    for account in accounts:
        for ref in account.set_aside_rows:
            if ref.reason in _NO_CONTENT:
                counts[_NO_CONTENT[ref.reason]] += 1
            else:
                text = " ".join(ref.text.split())
                listed.append(RowAside(f"{name_of(account)}, row {ref.row:,}", ref.reason, text if len(text) <= _TEXT_SHOWN else f"{text[:_TEXT_SHOWN]}…"))
    return ", ".join(counted(count, *words) for words, count in sorted(counts.items())), listed


def _aside(accounts: Iterable[FileAccount]) -> str:
    """The rows set aside, each with its place, so that a sale that was taken for a total is seen."""
    summed_up, listed = rows_aside(accounts)
    said = element("p", text(f"{at_start(summed_up)}."), class_="hint") if summed_up else ""
    if not listed:
        return element("h3", "Set aside", class_="sub") + said if said else ""
    rows = [element("tr", row_head(text(row.place)), cell(text(at_start(row.reason))), cell(text(row.text))) for row in listed[:ASIDE_SHOWN]]
    if len(listed) > ASIDE_SHOWN:
        rows.append(element("tr", row_head("More"), cell(text(f"{counted_are(len(listed) - ASIDE_SHOWN, 'further row')} in the output of --json.")), cell("")))
    caption = "Set aside: rows that are no facts"
    drawn = scrolled(table(caption, [head("Where"), head("Why"), head("What stands there")], rows, css="t tight problems"), caption)
    return element("h3", text(caption), class_="sub") + said + drawn


def _problems(problems: Iterable[Problem]) -> str:
    """The problems with their places."""
    listed = ordered(problems)
    if not listed:
        return ""
    rows = [element("tr", row_head(text(p.severity.capitalize())), cell(text(p)), figure_cell(f"{p.rows:,}")) for p in listed[:PROBLEMS_SHOWN]]
    if len(listed) > PROBLEMS_SHOWN:
        rows.append(
            element("tr", row_head("More"), cell(text(f"{counted_are(len(listed) - PROBLEMS_SHOWN, 'further problem')} in the output of --json.")), cell(""))
        )
    caption = "What is wrong or worth a look"
    drawn = scrolled(table(caption, [head("What happened"), head("Where and why"), head("Rows", "num")], rows, css="t tight problems"), caption)
    return element("h3", text(caption), class_="sub") + drawn
