"""Rows that do not fit: a cell that is not of its column's kind, or a needed one that is missing; each is said with its place and given back."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from goodterms.errors import AnswerNeededError, Question
from goodterms.facts.columns import MONEY_PLACES, Kind
from goodterms.facts.sql_text import named, text_of
from goodterms.intake.currency.contradicted_signs import contradictions
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.column_names import goes_nowhere
from goodterms.intake.mapping.months_across import NUMBERED
from goodterms.intake.parts.part import MEND, MOST_SAID, Part
from goodterms.intake.rows.balance_rows import BalanceRows, set_aside_balances
from goodterms.intake.rows.odd_rows import Lines
from goodterms.intake.rows.totals_rows import LIKELY_LINE, LINE, NO_AMOUNT, OF_A_LINE, OTHERS, TOTAL, set_aside_totals
from goodterms.intake.tables.raw_table import RowRef
from goodterms.intake.values.total_words import BARE
from goodterms.problems import Problem, Severity, more_rows

REQUIRED = {
    "sale_lines": ("date", "net_value"),
    "purchase_lines": ("date", "net_value"),
    "costs": ("period", "amount"),
    "gl_balances": ("period", "amount"),
    "payments": ("date", "amount"),
    "activities": ("date",),
    "customers": ("customer_key",),
    "products": ("product_key",),
    "suppliers": ("supplier_key",),
    "rebates": ("period", "counterparty_key", "amount"),
    "stock": ("period", "product_key"),
    "plan": ("period", "scope"),
    "rates": ("date", "from", "to", "rate"),
}
TOTAL_OF = {"sale_lines": "net_value", "purchase_lines": "net_value", "costs": "amount", "gl_balances": "amount", "payments": "amount", "activities": "amount"}
"""What a total of a table's files sums up."""

_KEYS = ("document", "customer_key", "customer_name", "product_key", "product_name", "supplier_key", "account", "account_name", "pool", "line")
_MAIN = ("document", "account")
"""Keys that no line goes without where the others have them."""
_OF_GOODS = ("product_key", "product_name", "line")
"""Keys that a line of work or freight goes without."""
_OF_A_LINE = (("document",), ("product_key", "product_name"))
"""What a line has of its own, and a balance has not."""
_MAKE_NET = ("unit_price", "quantity", "unit_list_price", "list_value", "gross_value", "tax", "tax_rate", "discount", "unit_discount", "discount_rate")
"""What a net value that no column states is worked out from."""
_MOST_NAMES = 8
"""So many rows are named in a question, and their texts in its answers."""


def set_unfit_rows_apart(con: Any, part: Part, typed_rows: str, derived: dict[str, str], as_written: str) -> None:
    """Keep the rows in which a cell does not fit or a needed one is missing in a table of their own, and say each.

    ``typed_rows`` is a query of the rows, ``as_written`` the same without what the rows above them say.
    """
    reasons = [
        (f"({typed.present}) IS NOT NULL AND ({typed.sql}) IS NULL", theirs, typed.expected)
        for theirs, typed in part.typed.items()
        if typed.misfits and not goes_nowhere(part.table, part.proposal.columns[theirs])
    ]
    reasons += contradictions(con, part)
    required = [ours for ours in REQUIRED.get(part.table, ()) if ours in derived and not _is_complete(part, ours, derived)]
    needs = [need for ours in required for need in (*_parts_missing(part, ours, derived), (f"{derived[ours]} IS NULL", *_missing(part, ours)))]
    needs += [(*product, "an amount that fits") for product in part.too_large]
    if part.months and (account := part.proposal.theirs("account")):
        with_account, rows = con.execute(f"SELECT count(account), count(*) FROM ({typed_rows}) WHERE {derived['amount']} IS NOT NULL").fetchone()
        none = f"account IS NULL OR regexp_full_match(account, {text_of(f'(?i){BARE.pattern}')})"
        needs += [(f"({none}) AND {derived['amount']} IS NOT NULL", account, "an account")] if 2 * with_account >= rows else []
    counts = con.execute(f"SELECT {', '.join(f'count(*) FILTER ({need})' for need, *_ in needs)} FROM ({typed_rows})").fetchone() if needs else ()
    absent = [need for need, count in zip(needs, counts, strict=True) if count]
    part.bad = f"bad_{part.number}"
    con.execute(f"CREATE OR REPLACE TEMP TABLE {part.bad} (row BIGINT, reason INTEGER)")
    if reasons or absent:
        cases = [f"WHEN {condition} THEN {i}" for i, (condition, _, _) in enumerate(reasons)]
        flagged = (
            f"SELECT row, CASE {' '.join(cases)} END AS reason FROM {part.raw.name}" if cases else f"SELECT row, NULL::INTEGER AS reason FROM {part.raw.name}"
        )
        later = "".join(f" WHEN {need} THEN {len(reasons) + i}" for i, (need, *_) in enumerate(absent))
        empty = f"SELECT row, CASE{later} END AS reason FROM ({typed_rows})" if later else f"SELECT row, NULL::INTEGER AS reason FROM {part.raw.name}"
        both = f"SELECT row, coalesce(f.reason, e.reason) AS reason FROM ({flagged}) f JOIN ({empty}) e USING (row)"
        con.execute(f"INSERT INTO {part.bad} SELECT row, reason FROM ({both}) WHERE reason IS NOT NULL")
    part.set_aside = _totals(con, part, as_written, derived)
    if not con.execute(f"SELECT count(*) FROM {part.bad}").fetchone()[0]:
        con.execute(f"DROP TABLE {part.bad}")
        part.bad = ""
        return
    if part.months:
        reason = next((len(reasons) + i for i, (need, *_) in enumerate(absent) if need == f"{derived[TOTAL_OF[part.table]]} IS NULL"), None)
        part.set_aside = tuple(sorted((*part.set_aside, *_without_amount(con, part, reason)), key=lambda ref: ref.row))
    part.rejected = con.execute(f"SELECT count(reason) FROM {part.bad}").fetchone()[0]
    expected = [(theirs, said) for _, theirs, said in (*reasons, *absent)]
    for i, (theirs, said) in enumerate(expected):
        _say_rejected(con, part, i, theirs, said, is_missing=i >= len(reasons))


def _totals(con: Any, part: Part, typed_rows: str, derived: dict[str, str]) -> tuple[RowRef, ...]:
    """Rows that are totals, footers or blank, of those that do not fit and of those that do.

    Raises
    ------
    AnswerNeededError
        Where a row may be a total or a line.
    """
    stated = [ours for ours in _KEYS if ours in part.stated]
    if "account" in stated and "account_name" in stated:
        stated.remove("account_name")  # beside the number it names a subtotal as well as an account
    no_day = " AND ".join(f"{derived[ours]} IS NULL" for ours in ("date", "period") if ours in derived) or "true"
    amount = derived.get(TOTAL_OF.get(part.table, ""), f"NULL::DECIMAL(18, {MONEY_PLACES})")
    texts = [
        column.place
        for column in part.sample.columns
        if column.is_text and (part.typed[column.theirs].kind if column.theirs in part.typed else Kind.TEXT) == Kind.TEXT
    ]
    dated = [theirs for ours in ("date", "period") if (theirs := part.proposal.theirs(ours))]
    days = [column.place for column in part.sample.columns if column.is_text and column.theirs in dated]
    typed = f"SELECT {', '.join(['row', *map(named, stated)])} FROM ({typed_rows})"
    balances = _balances(con, part, typed, texts, days, stated) if part.table in TOTAL_OF else []
    if balances:
        typed_rows = f"SELECT * FROM ({typed_rows}) WHERE row NOT IN (SELECT row FROM balance_rows)"
    columns = ["row", f"{amount} AS amount", f"{no_day} AS has_no_day", f"{derived.get('period', 'NULL')} AS month"]
    lines = Lines(
        raw=part.raw.name,
        bad=part.bad,
        typed=f"SELECT {', '.join([*columns, *map(named, stated)])} FROM ({typed_rows})",
        places=part.raw.columns,
        texts=texts,
        days=days,
        keys={named(ours): (part.proposal.theirs(ours) or ours, part.stated[ours].values) for ours in stated},
        main=frozenset(map(named, _MAIN)),
        of_goods=frozenset(map(named, _OF_GOODS)),
        rounded=Decimal(0) if TOTAL_OF.get(part.table) in part.stated or part.months else OF_A_LINE,
        said=part.entry.totals,
        has_months="period" in derived,
        has_results=part.table == "costs",
    )
    found, doubted = set_aside_totals(con, lines)
    if doubted:
        _ask_totals(part, doubted)
    return tuple(sorted([*balances, *found], key=lambda ref: ref.row))


def _balances(con: Any, part: Part, typed: str, texts: Sequence[str], days: Sequence[str], stated: list[str]) -> list[RowRef]:
    """Rows that are opening or closing balances, by the columns of text and those of days.

    Raises
    ------
    AnswerNeededError
        Where a row may be one, or a line.
    """
    kind = part.proposal.theirs("kind")
    of_kinds = part.sample.column(kind).place if kind else ""
    keys = [f"coalesce({', '.join(map(named, there))})" for of_one in _OF_A_LINE if (there := [ours for ours in of_one if ours in stated])]
    texts = [place for place in texts if place != of_kinds]
    found, doubted = set_aside_balances(con, BalanceRows(part.raw.name, part.bad, typed, part.raw.columns, texts, days, keys, part.entry.totals))
    if doubted:
        rows = sorted((ref for refs in doubted.values() for ref in refs), key=lambda ref: ref.row)
        words = list(doubted) if len(doubted) <= _MOST_NAMES else [OTHERS]
        sentence = (
            f"{part.where}: {len(rows):,} {'row is' if len(rows) == 1 else 'rows are'} called a balance, which is no sale and no cost, and may be "
            f"{'a line' if len(rows) == 1 else 'lines'} of something that is called so."
        )
        choices = (
            choice("a balance: set it aside" if len(rows) == 1 else "balances: set them aside", totals=dict.fromkeys(words, TOTAL)),
            choice("a line" if len(rows) == 1 else "lines", totals=dict.fromkeys(words, LINE)),
        )
        evidence = tuple(f"row {ref.row:,}: {ref.text}" for ref in rows[:_MOST_NAMES])
        raise AnswerNeededError(Question(f"balances: {part.where}", sentence, evidence, choices))
    return found


def _ask_totals(part: Part, doubted: dict[str, list[RowRef]]) -> None:
    """Ask whether rows are totals, by the cell that says so or what they lack; the first answer is what more of them look like."""
    rows = [ref for refs in doubted.values() for ref in refs]
    names = list(doubted) if len(doubted) <= _MOST_NAMES else [OTHERS]
    one = len(rows) == 1
    what = (
        "one row may be a total of rows above, which would count twice, or a line"
        if one
        else f"{len(rows):,} rows may be totals of rows above, which would count twice, or lines"
    )
    sentence = f"{part.where}: {what}. Words, missing keys and amounts together do not decide."
    evidence = tuple(f"row {ref.row:,}: {ref.text}" for ref in rows[:_MOST_NAMES])
    choices = (
        choice("a total: set it aside" if one else "totals: set them aside", totals=dict.fromkeys(names, TOTAL)),
        choice("a line" if one else "lines", totals=dict.fromkeys(names, LINE)),
    )
    if 2 * sum(ref.reason == LIKELY_LINE for ref in rows) > len(rows):
        choices = choices[::-1]
    raise AnswerNeededError(Question(f"totals: {part.where}", sentence, evidence, choices))


def _without_amount(con: Any, part: Part, reason: int | None) -> list[RowRef]:
    """Headings and accounts of a table by month that have no amount in any of its months: nothing is lost by them."""
    if reason is None:
        return []
    cells = f"list_filter([{', '.join(f'trim(CAST({place} AS VARCHAR))' for place in part.raw.columns)}], cell -> cell <> '')"
    rows = con.execute(
        f"SELECT row, array_to_string({cells}, '; ') FROM {part.raw.name} WHERE row IN (SELECT row FROM {part.bad} WHERE reason = {reason}) ORDER BY 1"
    ).fetchall()
    con.execute(f"UPDATE {part.bad} SET reason = NULL WHERE reason = {reason}")
    return [RowRef(row, text, NO_AMOUNT) for row, text in rows]


def _is_complete(part: Part, ours: str, derived: dict[str, str]) -> bool:
    """Whether a column is already known to have a value in every row."""
    typed = part.typed.get(part.proposal.theirs(ours) or "")
    return typed is not None and derived[ours] == named(ours) and not typed.misfits and typed.values == part.raw.accepted


def _parts_missing(part: Part, ours: str, derived: dict[str, str]) -> list[tuple[str, str, str]]:
    """The columns that an amount is worked out from, each with the condition under which it is what lacks."""
    if ours != "net_value" or part.proposal.theirs(ours):
        return []
    made_of = [(name, theirs) for name in _MAKE_NET if name in part.stated and named(name) in derived[ours] and (theirs := part.proposal.theirs(name))]
    return [(f"{derived[ours]} IS NULL AND {named(name)} IS NULL", theirs, f"a {name.replace('_', ' ')}") for name, theirs in made_of]


def _missing(part: Part, ours: str) -> tuple[str, str]:
    """The column in which something is missing, and what."""
    instead = {"date": ("period", *NUMBERED), "period": NUMBERED, "amount": ("debit",)}.get(ours, ())
    theirs = next((theirs for name in (ours, *instead) if (theirs := part.proposal.theirs(name))), None)
    ours = "period" if ours == "date" and theirs and not part.proposal.theirs("date") else ours
    if theirs is None and ours == "net_value":
        theirs = next((t for name in _MAKE_NET if (t := part.proposal.theirs(name))), "")
    numbered = part.proposal.columns.get(theirs or "", "")
    if numbered in NUMBERED:
        return theirs or "", f"a {numbered.removesuffix('_number')}"
    return theirs or "", {"date": "a date", "period": "a month", "net_value": "an amount that fits", "amount": "an amount"}.get(
        ours, f"a {ours.replace('_', ' ')}"
    )


def _say_rejected(con: Any, part: Part, reason: int, theirs: str, said: str, *, is_missing: bool) -> None:
    seen = f"CAST({part.sample.column(theirs).place} AS VARCHAR)" if theirs else "NULL"
    rows = con.execute(
        f"SELECT b.row, {seen} FROM {part.bad} b JOIN {part.raw.name} r ON r.row = b.row WHERE b.reason = {reason} ORDER BY b.row LIMIT {MOST_SAID + 1}"
    ).fetchall()
    code = "missing-value" if is_missing else "does-not-fit"
    part.problems += [
        Problem(code, Severity.REJECTED, part.origin(row=row, column=theirs), seen=cell or "", expected=said, action=MEND) for row, cell in rows[:MOST_SAID]
    ]
    if len(rows) > MOST_SAID:
        first = rows[MOST_SAID][0]
        count, last = con.execute(f"SELECT count(*), max(row) FROM {part.bad} WHERE reason = {reason} AND row >= {first}").fetchone()
        sentence = f"{more_rows(count, first, last)} {'does' if count == 1 else 'do'} not fit there either: {said} was expected."
        part.problems.append(Problem(code, Severity.REJECTED, part.origin(column=theirs), expected=said, sentence=sentence, action=MEND, rows=count))
