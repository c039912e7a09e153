"""What the columns of a file seem to mean: proposed by their names in the languages of column_names.toml, with their values as evidence."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from goodterms.errors import MappingError
from goodterms.facts.columns import ATTRIBUTE, Kind
from goodterms.intake.mapping.column_names import LEFT_OUT, accepted, is_month_of, kind_of, meanings, normalised, rank_of, without_currency, without_tax_words
from goodterms.intake.mapping.file_mapping import FileMapping
from goodterms.intake.mapping.months_across import TABLES_OF_PERIODS
from goodterms.intake.parts.account_column import find_account
from goodterms.intake.parts.customer_column import PARTIES, is_contact, is_ledger_account, names_companies, rivals_of_account
from goodterms.intake.parts.kind_column import find_kind_column, is_kind_column
from goodterms.intake.parts.meaning import Proposal, ask_between
from goodterms.intake.parts.month_columns import find_months_across
from goodterms.intake.parts.needed_columns import check_needs
from goodterms.intake.parts.rate_columns import ask_whether_rates
from goodterms.intake.parts.sample import Sample

if TYPE_CHECKING:
    from goodterms.intake.tables.raw_table import RawTable

_AGAIN = re.compile(r"(.+) \([0-9]+\)")
_NUMBERED = re.compile(r"#? ?[0-9]+")
"""Orders of web shops are called by such names."""
_AMOUNTS = frozenset({"discount", "product_cost", "unit_cost"})
"""Amounts that are nothing on all lines where a file states others of the same name."""
_BLANK = 4
"""Added to the rank of a column without a value in the first rows: any other of that meaning goes before it."""
_SOMETHING = re.compile("[1-9]")
_FEWEST_ROWS = 5
"""In fewer rows each may have a number of its own by chance."""
_CENTS = re.compile(r".*[.,][0-9]{2}")
_OTHERWISE = {
    "sale_lines": {"customer_key": "customer_name", "product_key": "product_name", "manager_key": "manager_name"},
    "purchase_lines": {"supplier_key": "supplier_name", "product_key": "product_name"},
    "activities": {"customer_key": "customer_name", "manager_key": "manager_name"},
    "customers": {"customer_key": "name", "manager_key": "manager_name"},
    "products": {"product_key": "name"},
    "costs": {"account": "account_name"},
}
"""A column of that name is the key where there is no other; beside a number it is the name."""
_ASKED = frozenset(
    (
        "date",
        "customer_key",
        "product_key",
        "quantity",
        "net_value",
        "unit_price",
        "list_value",
        "unit_list_price",
        "discount",
        "product_cost",
        "unit_cost",
        "amount",
        "period",
    )
)
"""Two equally good columns for one of these are asked about."""


def proposed(raw: RawTable, sample: Sample, entry: FileMapping, table: str) -> Proposal:
    """Say what each column means: as the mapping says, else by its name and values.

    Raises
    ------
    MappingError
        Where the mapping names a column that is not there.
    AnswerNeededError
        Where a needed column is not found, or two are equally good.
    """
    found = Proposal()
    if entry.periods and table not in TABLES_OF_PERIODS:
        raise MappingError(f"{entry.place}: periods is said of {' and '.join(TABLES_OF_PERIODS)}; {raw.where} is of {table}.")
    for theirs, ours in entry.columns.items():
        if theirs not in raw.header:
            if is_month_of(table, ours):
                continue  # the mapping of another year
            raise MappingError(_not_there(raw, theirs, entry.column_places.get(theirs, entry.place)))
        if not ours.startswith(ATTRIBUTE) and ours != LEFT_OUT and ours not in accepted(table) and not is_month_of(table, ours):
            raise MappingError(
                f'{entry.column_places.get(theirs, entry.place)}: there is no column "{ours}" of {table}. Known: {", ".join(sorted(accepted(table)))}.'
            )
        found.say(theirs, ours, "as the mapping says")
    if entry.source_column:
        if entry.source_column not in raw.header:
            raise MappingError(_not_there(raw, entry.source_column, entry.place))
        found.say(entry.source_column, "source", "as the mapping says")
    taken = {*found.columns.values(), *entry.constants, *(ours for join in entry.joins for ours in join.columns.values())}
    find_months_across(found, raw, sample, entry, table, taken)
    find_kind_column(found, raw, sample, entry, table, taken)
    _by_names(found, raw, sample, entry, table, taken)
    _debit_and_credit(found, taken)
    find_account(found, raw, sample, table, taken)
    _names_as_keys(found, table, taken)
    if not entry.table:
        ask_whether_rates(found, raw, table)
    check_needs(found, raw, sample, table, taken)
    return found


def _not_there(raw: RawTable, theirs: str, place: str) -> str:
    return f'{place}: {raw.where} has no column "{theirs}". Its columns are: {", ".join(raw.header)}.'


def _candidates(sample: Sample, entry: FileMapping, table: str, free: Sequence[str]) -> Iterator[tuple[int, int, str, str]]:
    """Rank, place among our columns, ours and theirs, for every column whose name may mean ours and whose values do not contradict."""
    known = meanings(table)
    order = {ours: place for place, ours in enumerate(accepted(table))}
    for theirs in free:
        normal = normalised(_own_name(theirs, sample))
        for form, more in ((normal, 0), (without_currency(normal), 1)):
            if form not in known or (more and form == normal):
                continue
            for meaning in known[form]:
                ours = _rate_of_percents(meaning.ours, table, sample, theirs)
                if sample.could_be(theirs, kind_of(table, ours)) and _values_allow(ours, table, sample, entry, theirs, meaning.rank):
                    yield meaning.rank + more + (0 if sample.values[theirs] else _BLANK), order[ours], ours, theirs
            break
        else:
            ours, rank = "gross_value", rank_of(table, without_tax_words(normal), "net_value")
            if rank and ours in order and sample.could_be(theirs, Kind.DECIMAL):
                yield rank + (0 if sample.values[theirs] else _BLANK), order[ours], ours, theirs


def _own_name(theirs: str, sample: Sample) -> str:
    """A column's name as the file writes it: of two that are called the same, the second one has (2) behind it here."""
    again = _AGAIN.fullmatch(theirs)
    return again[1] if again and again[1] in sample.values else theirs


def _rate_of_percents(ours: str, table: str, sample: Sample, theirs: str) -> str:
    """A discount or tax whose values carry a per cent sign is a rate."""
    rate = {"discount": "discount_rate", "tax": "tax_rate"}.get(ours, "")
    values = sample.values[theirs]
    return rate if rate in accepted(table) and values and 2 * sum("%" in value for value in values) > len(values) else ours


def _values_allow(ours: str, table: str, sample: Sample, entry: FileMapping, theirs: str, rank: int) -> bool:
    if ours in PARTIES.get(table, ()):
        return _may_be_party(table, sample, theirs)
    if ours == "kind" and table != "activities":
        return is_kind_column(sample, theirs, entry, rank)
    return _fit(ours, normalised(theirs), {value.casefold() for value in sample.values[theirs]})


def _fit(ours: str, normal: str, values: set[str]) -> bool:
    """Whether values may be those of one of our columns that a heading names."""
    if ours == "document" and normal in {"number", "name"}:  # lines that are counted from 1 are no documents, and names are none unless they are numbers
        return "1" not in values if normal == "number" else _are_numbers(values)
    if ours == "line":  # amounts are no numbers of lines
        return 2 * sum(bool(_CENTS.fullmatch(value)) for value in values) <= len(values)
    if ours == "margin":
        return not any("%" in value for value in values)
    if ours == "currency":
        return all(re.fullmatch(r"[a-z]{3}|[€$£]|kr", value) for value in values)
    return True


def _may_be_party(table: str, sample: Sample, theirs: str) -> bool:
    """Whether a column may be the customer or supplier of a line: no account of the ledger, no numbers under Name, and no contact that may be a person."""
    if normalised(theirs) == "name":
        return not _are_numbers(sample.values[theirs])
    return not is_ledger_account(sample, theirs, table) and (not is_contact(theirs, table) or names_companies(sample.values[theirs]))


def _are_numbers(values: Collection[str]) -> bool:
    return bool(values) and all(_NUMBERED.fullmatch(value) for value in values)


def _by_names(found: Proposal, raw: RawTable, sample: Sample, entry: FileMapping, table: str, taken: set[str]) -> None:
    free = [theirs for theirs in raw.header if theirs not in found.columns]
    for theirs in free:
        named = [meaning.ours for meaning in meanings(table).get(normalised(theirs), ()) if meaning.rank == 1]
        if named and not any(sample.could_be(theirs, kind_of(table, ours)) for ours in named):
            found.contradicted[theirs] = named[0]
    candidates = sorted(_candidates(sample, entry, table, free), key=lambda c: (c[0], c[1]))
    for rank, _, ours, theirs in candidates:
        if ours in taken or theirs in found.columns or (is_contact(theirs, table) and PARTIES[table][0] in taken):
            continue
        if ours == "customer_key" and (others := rivals_of_account(sample, theirs, table)):
            ask_between(raw, sample, ours, [*others, theirs])
        rivals = _rivals(found, sample, ours, [t for r, _, o, t in candidates if (r, o) == (rank, ours)])
        if theirs not in rivals:
            continue
        if len(rivals) > 1 and ours in _ASKED:
            ask_between(raw, sample, ours, rivals)
        found.say(theirs, ours, "by its name" if len(rivals) == 1 else f"by its name, as the first of {len(rivals)}")
        taken.add(ours)
    for _, _, ours, theirs in candidates:
        name = _OTHERWISE.get(table, {}).get(ours)
        if theirs in found.columns or not name or name in taken or _are_numbers(sample.values[theirs]):
            continue
        found.say(theirs, name, f"the name, beside {found.theirs(ours)}")
        taken.add(name)


def _rivals(found: Proposal, sample: Sample, ours: str, named: Sequence[str]) -> list[str]:
    """Columns that may be one of ours equally well: no copies of one, of discounts and costs none of zeros alone, of keys none that numbers lines."""
    free = [theirs for theirs in named if theirs not in found.columns]
    apart = [theirs for theirs in free if (own := _own_name(theirs, sample)) == theirs or own not in free or sample.values[own] != sample.values[theirs]]
    if ours in _AMOUNTS:
        return [theirs for theirs in apart if any(map(_SOMETHING.search, sample.values[theirs]))] or apart
    if not ours.endswith("_key"):
        return apart
    keys = [theirs for theirs in apart if not _counts_lines(sample.cells[theirs])]
    repeated = [theirs for theirs in keys if _repeats(sample.values[theirs])]
    return [theirs for theirs in keys if not (repeated and _numbers_rows(sample.cells[theirs]))] or apart


def _repeats(values: Sequence[str]) -> bool:
    return len({*values}) < len(values)


def _numbers_rows(cells: Sequence[str]) -> bool:
    """Whether each of some rows has a number of its own: what stands for products or customers comes again."""
    return len(cells) >= _FEWEST_ROWS and all(map(str.isdecimal, cells)) and not _repeats(cells)


def _counts_lines(cells: Sequence[str]) -> bool:
    """Whether numbers begin with 1 again and again and go on one by one.

    Examples
    --------
    >>> _counts_lines(["1", "2", "1", "2", "3"]), _counts_lines(["1", "2", "3"]), _counts_lines(["2", "1", "1"])
    (True, False, False)
    """
    return cells.count("1") > 1 and all(cell == "1" or (before.isdecimal() and cell == str(int(before) + 1)) for before, cell in pairwise(("0", *cells)))


def _debit_and_credit(found: Proposal, taken: set[str]) -> None:
    """Debit and credit together make the amount; debit alone is one, and beside an amount that the mapping names neither is needed."""
    if {"debit", "credit"} <= taken and found.why.get(found.theirs("amount") or "", "") != "as the mapping says":
        taken.add("amount")
        return
    for ours in ("debit", "credit"):
        theirs = found.theirs(ours)
        if theirs is None or found.why[theirs] == "as the mapping says":
            continue
        if ours == "debit" and "amount" not in taken:
            found.say(theirs, "amount", found.why[theirs])
            taken.add("amount")
        else:
            del found.columns[theirs], found.why[theirs]


def _names_as_keys(found: Proposal, table: str, taken: set[str]) -> None:
    """A name serves as the key only where there is no number."""
    for key, name in _OTHERWISE.get(table, {}).items():
        theirs = found.theirs(name)
        if key not in taken and theirs and found.why[theirs] != "as the mapping says":
            found.say(theirs, key, "the name is the key: there is no number")
            taken.add(key)


def _where(raw: RawTable) -> str:
    return f"{raw.file}, sheet {raw.sheet}" if raw.sheet else raw.file
