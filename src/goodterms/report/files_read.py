"""The files that were read: what became of every record, what their columns were taken for, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from goodterms.charts.figures import counted
from goodterms.charts.markup import cell, element, figure_cell, head, row_head, table, text
from goodterms.facts.money import cents, in_words
from goodterms.problems import Problem, Severity
from goodterms.report.card import card, scrolled

if TYPE_CHECKING:
    from goodterms.intake import Reading
    from goodterms.intake.reading import FileAccount

PROBLEMS_SHOWN = 100
"""How many problems the page lists; all of them come with the rejected rows."""
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
    ]
    heads += [head("Dates", "p3"), head("Control total", "num p2")]
    rows = [_file(account) for account in reading.files]
    drawn = scrolled(table("Files read", heads, rows), "Files read")
    return card("files", "Files read", note, drawn, *(_understood(account) for account in reading.files), _problems(reading.problems))


def name_of(account: FileAccount) -> str:
    """A file, with its sheet where it has several."""
    return f"{account.file}, sheet {account.sheet}" if account.sheet else account.file


def control_total(account: FileAccount) -> str:
    """The control totals of a file, one a currency."""
    return ", ".join(f"{currency} {in_words(cents(amount))}".strip() for currency, amount in sorted(account.net_by_currency.items()))


def dates_of(account: FileAccount) -> str:
    """From when to when a file reaches."""
    return f"{account.first_date} to {account.last_date}" if account.first_date and account.last_date else ""


def _file(account: FileAccount) -> str:
    counts = (account.physical, account.accepted, account.rejected, account.set_aside)
    css = ("", "", "neg" if account.rejected else "", "p2")
    figures = [figure_cell(f"{count:,}", tone) for count, tone in zip(counts, css, strict=True)]
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
    """Problems, those that cost rows first; rows set aside are counted in the account and not repeated."""
    return sorted((p for p in problems if p.severity != Severity.SET_ASIDE), key=lambda p: _ORDER.index(p.severity))


def _problems(problems: Iterable[Problem]) -> str:
    """The problems with their places."""
    listed = ordered(problems)
    if not listed:
        return ""
    rows = [element("tr", row_head(text(p.severity.capitalize())), cell(text(p)), figure_cell(f"{p.rows:,}")) for p in listed[:PROBLEMS_SHOWN]]
    if len(listed) > PROBLEMS_SHOWN:
        rows.append(element("tr", row_head("More"), cell(text(f"{len(listed) - PROBLEMS_SHOWN:,} further problems stand beside the rejected rows.")), cell("")))
    caption = "What is wrong or worth a look"
    drawn = scrolled(table(caption, [head("What happened"), head("Where and why"), head("Rows", "num")], rows, css="t tight problems"), caption)
    return element("h3", text(caption), class_="sub") + drawn
