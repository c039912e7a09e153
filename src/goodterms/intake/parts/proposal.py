"""What the columns of a file seem to mean: proposed by their names in the languages of column_names.toml, with their values as evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Settings
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from goodterms.errors import AnswerNeededError, Choice, MappingError, Question
from goodterms.facts.columns import ATTRIBUTE, CREDIT_NOTE, INVOICE, Kind
from goodterms.facts.sql_text import text_of
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.column_names import LEFT_OUT, accepted, is_month_of, kind_of, meanings, normalised, without_currency
from goodterms.intake.mapping.mapping_file import SERIAL, FileMapping
from goodterms.intake.mapping.months_across import LEAST_ALONE, LEAST_MONTHS, MONTH, NUMBER_OF, TABLES_BY_MONTH, are_next, months_of, named_month, without_year
from goodterms.intake.parts.personal_data import looks_personal
from goodterms.intake.tables.header import MISSING
from goodterms.intake.tables.raw_table import SAMPLE_ROWS
from goodterms.intake.values.document_kind import NO_SALE, document_kind, is_side, is_word
from goodterms.intake.values.named_months import is_named_day
from goodterms.intake.values.total_words import BESIDE
from goodterms.intake.values.typed_column import RawColumn
from goodterms.intake.values.typing_vote import could_be_flags, looks_like_flags

if TYPE_CHECKING:
    from goodterms.intake.tables.raw_table import RawTable

_LEAST_SAMPLED = 100
"""Values that each of many files gives to their common sample."""
ATTRIBUTE_VALUES = 200
"""A further column of text is kept as an attribute when it has at most this many distinct values."""
_NUMBER_LIKE = re.compile(
    r"[-+(\u2212]?\s*(?:[€$£]|EUR|SEK|NOK|DKK|USD|GBP|CHF|PLN)?\s*[-+]?[0-9][0-9.,'\u2019 \u00a0\u202f\u2009]*(?:[.,][-\u2212–—]{1,2})?\s*"
    r"(?:%|€|\$|£|EUR|SEK|NOK|DKK|USD|GBP|CHF|PLN|kr\.?)?\s*[-)\u2212]?|[-+]?[.,][0-9]+",
    re.IGNORECASE,
)
_DATE_LIKE = re.compile(r"(?:[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:[0-9]{4}|[0-9]{2})|(?:19|20)[0-9]{6})(?:[ T].*)?")
_CODE = re.compile("0[0-9]+")
"""Digits with a zero in front, 007 and 00100, are a code and no number."""
_RATES = (Decimal("25.5"), Decimal(24), Decimal(25), Decimal(20), Decimal(19))
"""General rates of value added tax: of Finland, before it, of Sweden and Denmark, of many others, of Germany."""
_MONTHS_AS_DATES = {rf"[0-9]{{4}}{re.escape(sign)}[0-9]{{1,2}}": f"%Y{sign}%m" for sign in "-/."} | {
    rf"[0-9]{{1,2}}{re.escape(sign)}[0-9]{{4}}": f"%m{sign}%Y" for sign in "-/."
}
"""How months are written where the rows of a file have no days."""
_YEARS_OFFERED = 5
"""So many years, the last one being that in which a file was written, are offered for months of which nothing says the year."""
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
"""Years that dates of digits alone may be of."""
_AGAIN = re.compile(r"(.+) \([0-9]+\)")
_CENTS = re.compile(r".*[.,][0-9]{2}")
_MONTH_LIKE = re.compile(r"[0-9]{4}[-/. ]?[MmKk]?[-/. ]?[0-9]{1,2}|[0-9]{1,2}[-/. ][0-9]{4}")
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
_NEEDED = {
    "customers": [{"customer_key"}],
    "suppliers": [{"supplier_key"}],
    "products": [{"product_key"}],
    "rebates": [{"counterparty_key"}],
    "stock": [{"product_key"}, {"value", "quantity"}],
    "plan": [{"scope"}, {"sales", "margin"}],
    "rates": [{"from"}, {"to"}, {"rate"}],
}
"""What a row of a table cannot do without, beside its day or month and its amount: one of each."""


@dataclass(frozen=True)
class Sample:
    """The first rows of a table, column by column, as evidence: what the values of a column look like."""

    columns: tuple[RawColumn, ...]
    values: dict[str, tuple[str, ...]]

    def example(self, theirs: str) -> str:
        """The first value of a column."""
        return next(iter(self.values[theirs]), "")

    def column(self, theirs: str) -> RawColumn:
        """The column of that name in the file."""
        return next(column for column in self.columns if column.theirs == theirs)

    def could_be(self, theirs: str, kind: Kind | None) -> bool:
        """Whether at least half of the sampled values look like a kind."""
        column, values = self.column(theirs), self.values[theirs]
        if not values or kind in {Kind.TEXT, None}:
            return True
        if not column.is_text:
            return self._typed_could_be(column.engine_type, kind)
        if kind == Kind.FLAG:
            return could_be_flags(set(values))
        said = [value for value in values if value.casefold() not in MISSING] or values
        if kind in {Kind.DATE, Kind.MONTH}:
            fit = sum(1 for value in said if _is_date(value) or (kind == Kind.MONTH and _MONTH_LIKE.fullmatch(value)))
        else:
            fit = sum(1 for value in said if _NUMBER_LIKE.fullmatch(value))
        return fit * 2 >= len(said)

    @staticmethod
    def _typed_could_be(of: str, kind: Kind | None) -> bool:
        is_day = of == "DATE" or of.startswith("TIMESTAMP")
        if kind in {Kind.DATE, Kind.MONTH}:
            return is_day or (kind == Kind.MONTH and of.endswith("INT"))
        if kind == Kind.FLAG:
            return of == "BOOLEAN" or of.endswith("INT")
        return not is_day

    def are_all(self, theirs: str, kind: Kind) -> bool:
        """Whether every sampled value looks like a kind, and there is one."""
        column, values = self.column(theirs), self.values[theirs]
        if not values:
            return False
        if not column.is_text:
            return self._typed_could_be(column.engine_type, kind)
        if kind == Kind.FLAG:
            return looks_like_flags(set(values))
        return all(_is_date(value) if kind == Kind.DATE else _NUMBER_LIKE.fullmatch(value) for value in values)

    def kind_of_attribute(self, theirs: str) -> Kind:
        """What the sampled values are; digits with a zero in front are a code, and so text."""
        if any(_CODE.fullmatch(value) for value in self.values[theirs]):
            return Kind.TEXT
        return next((kind for kind in (Kind.FLAG, Kind.DATE, Kind.DECIMAL) if self.are_all(theirs, kind)), Kind.TEXT)


def _is_date(value: str) -> bool:
    return bool(_DATE_LIKE.fullmatch(value)) or is_named_day(value)


def of_all(samples: Sequence[Sample]) -> Sample:
    """The samples of files with the same columns as one, no longer than the sample of one file."""
    if len(samples) == 1:
        return samples[0]
    share = max(SAMPLE_ROWS // len(samples), _LEAST_SAMPLED)
    return Sample(samples[0].columns, {theirs: tuple(value for one in samples for value in one.values[theirs][:share]) for theirs in samples[0].values})


def sampled(con: Any, raw: RawTable) -> Sample:
    """Look at the first rows of a raw table."""
    types = {name: of for name, of, *_ in con.execute(f"DESCRIBE {raw.name}").fetchall()}
    kinds = {place: f"k{place[1:]}" for place in raw.columns if f"k{place[1:]}" in types}
    columns = tuple(
        RawColumn(place, theirs, native, types[place], kinds.get(place, "")) for place, theirs, native in zip(raw.columns, raw.header, raw.native, strict=True)
    )
    if not columns:
        return Sample((), {})
    cells = ", ".join(f"trim(CAST({column.place} AS VARCHAR))" for column in columns)
    rows = con.execute(f"SELECT {cells} FROM {raw.name} LIMIT {SAMPLE_ROWS}").fetchall()
    by_column = zip(*rows, strict=True) if rows else (() for _ in columns)
    return Sample(columns, {column.theirs: tuple(v for v in values if v) for column, values in zip(columns, by_column, strict=True)})


@dataclass
class Proposal:
    """What each column of a file means (theirs → ours, "-" where it is left out) and why."""

    columns: dict[str, str] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    contradicted: dict[str, str] = field(default_factory=dict)
    """Columns whose name says one of ours and whose values do not."""

    def theirs(self, ours: str) -> str | None:
        """The file's name of one of our columns; None where it has none."""
        return next((theirs for theirs, mapped in self.columns.items() if mapped == ours), None)

    def say(self, theirs: str, ours: str, why: str) -> None:
        """Decide on a column."""
        self.columns[theirs] = ours
        self.why[theirs] = why


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
    if table in TABLES_BY_MONTH and not taken & {"period", "amount"}:
        _by_months(found, raw, sample, entry, table, taken)
    _kind_by_values(found, raw, sample, table, taken)
    _by_names(found, raw, sample, table, taken)
    _debit_and_credit(found, table, taken)
    _month_without_year(found, raw, sample, table, taken)
    _names_as_keys(found, table, taken)
    _check_needs(found, raw, sample, table, taken)
    return found


def _by_months(found: Proposal, raw: RawTable, sample: Sample, entry: FileMapping, table: str, taken: set[str]) -> None:
    """Columns that are called months hold the amounts of these months, where there are three, two alone in a row, or the mapping says so of one.

    Raises
    ------
    AnswerNeededError
        Where months stand across the top and no year beside them.
    """
    months = months_of(raw.header)
    is_said = any(ours.startswith(MONTH) for ours in entry.columns.values())
    has_period = any(_is_called(theirs, "period", table) for theirs in raw.header if theirs not in months)
    are_numbers = all(sample.could_be(theirs, Kind.DECIMAL) for theirs in months)
    if len(months) >= LEAST_MONTHS or is_said or (are_next(months.values()) and are_numbers and not has_period):
        for theirs, month in months.items():
            if theirs not in found.columns and named_month(month) not in taken:
                found.say(theirs, named_month(month), "the amounts of a month, by its name")
                taken.add(named_month(month))
    elif names := without_year((theirs for theirs in raw.header if theirs not in found.columns), LEAST_MONTHS if has_period else LEAST_ALONE):
        _ask_year(raw, names)
    if any(ours.startswith(MONTH) for ours in found.columns.values()):
        taken |= {"period", "amount"}


def _is_called(theirs: str, ours: str, table: str) -> bool:
    """Whether a column's name may say one of ours."""
    return any(meaning.ours == ours for meaning in meanings(table).get(normalised(theirs), ()))


def _years_offered(raw: RawTable) -> list[str]:
    """Years that the file's name and what stands above its header name; where they name none, the one in which the file was written, and those before it."""
    above = " ".join([raw.file, *(ref.text for ref in raw.set_aside if ref.row <= raw.header_row)])
    said = sorted(set(re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", above)))
    written = datetime.fromtimestamp(raw.path.stat().st_mtime, tz=UTC).year
    return said or [str(written - before) for before in range(_YEARS_OFFERED)]


def _month_without_year(found: Proposal, raw: RawTable, sample: Sample, table: str, taken: set[str]) -> None:
    """A column of months that are numbers or names makes the period with a year: that of another column, of the mapping, or one that is asked for.

    Raises
    ------
    AnswerNeededError
        Where nothing says the year.
    """
    of_mapping = found.theirs("month_number")
    free = [theirs for theirs in raw.header if theirs not in found.columns and _is_called(theirs, "period", table) and _are_months(sample.values[theirs])]
    if table not in TABLES_BY_MONTH or "period" in taken or not (of_mapping or free):
        return
    theirs = of_mapping or free[0]
    found.say(theirs, "month_number", found.why.get(theirs, "by its name, a month without its year"))
    taken |= {"period", "month_number"}
    if "year" in taken:
        return
    sentence = f"{_where(raw)}: {theirs} says months ({', '.join(sample.values[theirs][:3])} …), and no column says their year. Say which year they are of."
    choices = tuple(choice(f"they are months of {year}", constants={"year": year}) for year in _years_offered(raw))
    raise AnswerNeededError(Question(f"year: {raw.file}", sentence, (), choices))


def _are_months(values: Sequence[str]) -> bool:
    said = [value for value in values if not BESIDE.fullmatch(value)]
    return bool(said) and all(re.fullmatch(r"0?[1-9]|1[0-2]", value) or value.rstrip(".").casefold() in NUMBER_OF for value in said)


def _ask_year(raw: RawTable, names: Settings[str, int]) -> None:
    choices = tuple(
        choice(f"they are months of {year}", columns={theirs: f"{MONTH}{year}-{number:02d}" for theirs, number in names.items()})
        for year in _years_offered(raw)
    )
    sentence = f"{_where(raw)}: months stand across the top ({', '.join(list(names)[:3])} …), and no year beside them. Say which year they are of."
    raise AnswerNeededError(Question(f"months: {raw.file}", sentence, (), choices))


def _not_there(raw: RawTable, theirs: str, place: str) -> str:
    where = f"{raw.file}, sheet {raw.sheet}" if raw.sheet else raw.file
    return f'{place}: {where} has no column "{theirs}". Its columns are: {", ".join(raw.header)}.'


def _candidates(sample: Sample, table: str, free: Sequence[str]) -> Iterator[tuple[int, int, str, str]]:
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
                if sample.could_be(theirs, kind_of(table, ours)) and _values_allow(ours, table, sample, theirs, meaning.rank):
                    yield meaning.rank + more, order[ours], ours, theirs
            break


def _own_name(theirs: str, sample: Sample) -> str:
    """A column's name as the file writes it: of two that are called the same, the second one has (2) behind it here."""
    again = _AGAIN.fullmatch(theirs)
    return again[1] if again and again[1] in sample.values else theirs


def _rate_of_percents(ours: str, table: str, sample: Sample, theirs: str) -> str:
    """A discount or tax whose values carry a per cent sign is a rate."""
    rate = {"discount": "discount_rate", "tax": "tax_rate"}.get(ours, "")
    values = sample.values[theirs]
    return rate if rate in accepted(table) and values and 2 * sum("%" in value for value in values) > len(values) else ours


def _values_allow(ours: str, table: str, sample: Sample, theirs: str, rank: int) -> bool:
    values = {value.casefold() for value in sample.values[theirs]}
    if ours == "kind" and table != "activities":
        return _are_kinds(sample.values[theirs], sure=rank == 1)
    if ours == "document" and normalised(theirs) == "number":  # lines that are counted from 1 are no documents
        return "1" not in values
    if ours == "line":  # amounts are no numbers of lines
        return 2 * sum(bool(_CENTS.fullmatch(value)) for value in values) <= len(values)
    if ours == "margin":
        return not any("%" in value for value in values)
    if ours == "currency":
        return all(re.fullmatch(r"[a-z]{3}|[€$£]|kr", value) for value in values)
    return True


_MOST_KINDS = 12
"""A column of more distinct values of which none is known says no kinds, whatever it is called."""


def _are_kinds(values: Sequence[str], *, sure: bool) -> bool:
    """Whether values may be kinds of documents under a heading that says so, or perhaps does: what is not known of them is asked later."""
    words = {value.casefold() for value in values}
    known = {word for word in words if document_kind(word)}
    if sure:
        return bool(words) and (bool(known) or len(words) <= _MOST_KINDS)
    return bool(known) and (known == words or any(map(is_word, known)) or any(len(word) > 1 for word in known))


def _kind_by_values(found: Proposal, raw: RawTable, sample: Sample, table: str, taken: set[str]) -> None:
    """A column under whatever heading that has words for invoices, and for credit notes, and no others tells them apart.

    Raises
    ------
    AnswerNeededError
        Where there are several such, or where the values are words for credit notes or payments alone, codes, or the words of debit and credit, which may
        mean something else.
    """
    known = meanings(table)
    free = [theirs for theirs in raw.header if theirs not in found.columns and sample.column(theirs).is_text and sample.values[theirs]]
    named = {theirs: known.get(normalised(theirs), ()) for theirs in free}
    if "kind" in taken or table not in {"sale_lines", "purchase_lines"}:
        return
    if any(meaning.ours == "kind" and _are_kinds(sample.values[theirs], sure=meaning.rank == 1) for theirs in free for meaning in named[theirs]):
        return
    words = {theirs: set(sample.values[theirs]) for theirs in free if not any(meaning.rank == 1 for meaning in named[theirs])}
    kinds = {theirs: {document_kind(word) for word in said} for theirs, said in words.items() if len(said) <= _MOST_KINDS}
    of_words = [theirs for theirs in kinds if all(map(is_word, words[theirs]))]
    sure = [theirs for theirs in of_words if {INVOICE, CREDIT_NOTE} <= kinds[theirs]]
    if len(sure) > 1:
        _ask_between(raw, sample, "kind", sure)
    if sure:
        found.say(sure[0], "kind", "by its values, words for kinds of documents")
        taken.add("kind")
        return
    for theirs in of_words:
        if CREDIT_NOTE in kinds[theirs] or kinds[theirs] == {INVOICE, NO_SALE}:
            _ask_whether_kinds(raw, sample, theirs, sides=False)
    for theirs, found_kinds in kinds.items():
        said = words[theirs]
        as_codes = not any(len(word) == 1 for word in said) and ("380" in said or not any(map(str.isdecimal, said)))
        if None not in found_kinds and {INVOICE, CREDIT_NOTE} <= found_kinds and as_codes:
            _ask_whether_kinds(raw, sample, theirs, sides=all(map(is_side, said)))


def _ask_whether_kinds(raw: RawTable, sample: Sample, theirs: str, *, sides: bool) -> None:
    words = ", ".join(sorted(set(sample.values[theirs])))
    sentence = f"{_where(raw)}: {theirs} holds {words}. Does it tell invoices from credit notes?"
    other = ATTRIBUTE + normalised(theirs).replace(" ", "_")
    choices = (choice("yes", columns={theirs: "kind"}), choice("no, something else", columns={theirs: other}))
    raise AnswerNeededError(Question(f"column: {raw.file}, kind", sentence, (), choices[::-1] if sides else choices))


def _by_names(found: Proposal, raw: RawTable, sample: Sample, table: str, taken: set[str]) -> None:
    free = [theirs for theirs in raw.header if theirs not in found.columns]
    for theirs in free:
        named = [meaning.ours for meaning in meanings(table).get(normalised(theirs), ()) if meaning.rank == 1]
        if named and not any(sample.could_be(theirs, kind_of(table, ours)) for ours in named):
            found.contradicted[theirs] = named[0]
    candidates = sorted(_candidates(sample, table, free), key=lambda c: (c[0], c[1]))
    for rank, _, ours, theirs in candidates:
        if ours in taken or theirs in found.columns:
            continue
        rivals = [t for r, _, o, t in candidates if (r, o) == (rank, ours) and t not in found.columns]
        rivals = [t for t in rivals if t == theirs or _own_name(t, sample) != theirs or sample.values[t] != sample.values[theirs]]
        if len(rivals) > 1 and ours in _ASKED:
            _ask_between(raw, sample, ours, rivals)
        found.say(theirs, ours, "by its name" if len(rivals) == 1 else f"by its name, as the first of {len(rivals)}")
        taken.add(ours)
    for _, _, ours, theirs in candidates:
        name = _OTHERWISE.get(table, {}).get(ours)
        if theirs in found.columns or not name or name in taken:
            continue
        found.say(theirs, name, f"the name, beside {found.theirs(ours)}")
        taken.add(name)


def _debit_and_credit(found: Proposal, table: str, taken: set[str]) -> None:
    """Debit and credit together make the amount; debit alone is one, and beside an amount that the mapping names neither is needed."""
    if table not in TABLES_BY_MONTH:
        return
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


def _ask_between(raw: RawTable, sample: Sample, ours: str, rivals: Sequence[str]) -> None:
    raise AnswerNeededError(
        Question(
            f"column: {raw.file}, {ours}",
            f"{_where(raw)}: {' and '.join(rivals)} may both be the {_in_words(ours)}. Say which.",
            tuple(f"{theirs}: {', '.join(sample.values[theirs][:3])}" for theirs in rivals),
            tuple(choice(theirs, columns={theirs: ours}) for theirs in rivals),
        )
    )


def _where(raw: RawTable) -> str:
    return f"{raw.file}, sheet {raw.sheet}" if raw.sheet else raw.file


def _in_words(ours: str) -> str:
    said = {"net_value": "net amount", "from": "currency that a rate is from", "to": "currency that a rate leads to"}
    return said.get(ours, ours.removesuffix("_key").replace("_", " "))


def _check_needs(found: Proposal, raw: RawTable, sample: Sample, table: str, taken: set[str]) -> None:
    """Find by values, or ask for, what a table cannot do without."""
    if table in {"sale_lines", "purchase_lines", "activities", "payments", "rates"}:
        _need_date(found, raw, sample, taken, "date")
    if table in {"costs", "gl_balances", "rebates", "stock", "plan"}:
        _need_date(found, raw, sample, taken, "period")
    if table in {"sale_lines", "purchase_lines"} and not _has_amount(taken):
        _ask_for(raw, sample, found, "net_value", "amount, nor quantity and price", Kind.DECIMAL, choices=_net_of_gross(found), why=_needed_with_gross(found))
    if table in {"costs", "gl_balances", "payments", "rebates"} and "amount" not in taken:
        _ask_for(raw, sample, found, "amount", "amount", Kind.DECIMAL)
    if table == "activities" and "kind" not in taken:
        _ask_for(raw, sample, found, "kind", "kind of activity", Kind.TEXT, "visit")
    for one_of in _NEEDED.get(table, ()):
        if not one_of & taken:
            ours = max(one_of)
            _ask_for(raw, sample, found, ours, _in_words(ours), kind_of(table, ours) or Kind.TEXT)


def _needed_with_gross(found: Proposal) -> str:
    """What is missing beside a value with tax."""
    theirs = found.theirs("gross_value")
    return f"{theirs} is the value with tax, and no column is known as the tax, its rate or the net amount: one of them is needed." if theirs else ""


def _net_of_gross(found: Proposal) -> list[Choice]:
    """How net value may follow from a value with tax that stands alone: by one rate for all lines."""
    theirs = found.theirs("gross_value")
    if theirs is None:
        return []
    rates = [
        choice(f"{theirs} holds {rate} % of tax on all lines: net value is {theirs} ÷ {1 + rate / 100}", constants={"tax_rate": f"{rate / 100}"})
        for rate in _RATES
    ]
    return [*rates, choice(f"{theirs} is without tax", columns={theirs: "net_value"})]


def _has_amount(taken: set[str]) -> bool:
    by_price = "quantity" in taken and taken & {"unit_price", "unit_list_price"}
    return bool("net_value" in taken or by_price or "list_value" in taken or ("gross_value" in taken and taken & {"tax", "tax_rate"}))


def _need_date(found: Proposal, raw: RawTable, sample: Sample, taken: set[str], ours: str) -> None:
    if ours in taken:
        return
    free = [theirs for theirs in raw.header if theirs not in found.columns]
    dates = [theirs for theirs in free if sample.are_all(theirs, Kind.DATE)]
    if len(dates) == 1:
        found.say(dates[0], ours, "the only column of dates")
        taken.add(ours)
        return
    choices = [option for theirs in free for option in _dates_of_digits(theirs, sample, ours)]
    if ours == "period" and (months := {theirs: month for theirs, month in months_of(raw.header).items() if theirs in free}):
        said = "it holds the amounts of that month" if len(months) == 1 else "they hold the amounts of these months"
        choices.append(choice(f"{' and '.join(months)}: {said}", columns={theirs: named_month(month) for theirs, month in months.items()}))
    _ask_for(raw, sample, found, ours, "date" if ours == "date" else "month", Kind.DATE, choices=choices)


def _dates_of_digits(theirs: str, sample: Sample, ours: str) -> list[Choice]:
    """What a column of digits alone says as dates: days as Excel counts them, or day, month and year with nothing between them."""
    values = sample.values[theirs]
    if not values or not sample.column(theirs).is_text:
        return []
    if all(re.fullmatch(r"[234][0-9]{4}(?:[.,][0-9]+)?", value) for value in values):
        day = date(1899, 12, 30) + timedelta(days=int(values[0][:5]))
        said = f"{theirs}: days as Excel counts them, {values[0]} is {day:%-d %B %Y}"
        return [choice(said, dialect={"date": SERIAL}, columns={theirs: ours})]
    options = []
    for shape, form in _MONTHS_AS_DATES.items():
        if all(re.fullmatch(shape, value) and _day(value, form) for value in values):
            options.append(choice(f"{theirs}: rows of months, {values[0]} is its first day", dialect={"date": form}, columns={theirs: ours}))
    for form in ("%d%m%Y", "%m%d%Y", "%d%m%y", "%m%d%y", "%y%m%d"):
        days = [_day(value, form) for value in values if len(value) == (8 if "%Y" in form else 6) and value.isdecimal()]
        if len(days) == len(values) and all(days):
            options.append(choice(f"{theirs}: {values[0]} is {days[0]:%-d %B %Y}", dialect={"date": form}, columns={theirs: ours}))
    return options


def _day(text: str, form: str) -> date | None:
    try:
        day = datetime.strptime(text, form).date()  # noqa: DTZ007  (a day has no zone)
    except ValueError:
        return None
    return day if _FIRST_YEAR <= day.year <= _LAST_YEAR else None


def _ask_for(
    raw: RawTable, sample: Sample, found: Proposal, ours: str, said: str, kind: Kind, constant: str = "", choices: Sequence[Choice] = (), why: str = ""
) -> None:
    free = [theirs for theirs in raw.header if theirs not in found.columns and sample.values[theirs]]
    named = [theirs for theirs in free if found.contradicted.get(theirs) == ours and kind != Kind.DATE]
    keys = [theirs for theirs in free if kind == Kind.DECIMAL and {"number", "name"} & set(normalised(theirs).split())]
    likely = [theirs for theirs in free if theirs in named or kind == Kind.TEXT or (sample.could_be(theirs, kind) and theirs not in keys)]
    choices = (*choices, *(choice(f"{theirs} (for example {sample.example(theirs)})", columns={theirs: ours}) for theirs in likely[:8]))
    if not choices and not why and kind == Kind.DATE:
        why = f"no column is known as the {said}, and none has values that can be read as dates. Export it with dates like 2023-01-31."
    if raw.sheet:
        choices += (choice("the sheet is no such table: leave it out", left_out=True),)
    if constant:
        choices += (choice("all rows are the same", constants={ours: constant}),)
    raise AnswerNeededError(
        Question(
            f"column: {raw.file}, {ours}",
            f"{_where(raw)}: {why or f'no column is known as the {said}. Say which it is.'}",
            tuple(f"{theirs}: {', '.join(sample.values[theirs][:3]) or 'empty'}" for theirs in raw.header),
            choices,
        )
    )


def further_columns(con: Any, header: Sequence[str], sample: Sample, found: Proposal, tables: Sequence[tuple[str, Sample]]) -> Settings[str, Kind | None]:
    """Return, for each column that has no meaning of ours, the kind of attribute that it becomes; None where it is left out.

    Numbers, flags and dates are kept, and text with at most 200 distinct values over all ``tables`` of the source that have these columns. What seems to
    identify a person is left out.
    """
    free = [theirs for theirs in header if theirs not in found.columns]
    kinds: dict[str, Kind | None] = {theirs: _attribute_kind(sample, theirs) for theirs in free}
    kinds |= dict.fromkeys(_codes(con, tables, [theirs for theirs in free if kinds[theirs] == Kind.DECIMAL]), Kind.TEXT)
    counts = distinct_values(con, tables, [theirs for theirs in free if kinds[theirs] == Kind.TEXT])
    return kinds | {theirs: None for theirs, count in counts.items() if count > ATTRIBUTE_VALUES}


def _codes(con: Any, tables: Sequence[tuple[str, Sample]], columns: Sequence[str]) -> list[str]:
    """Those of the columns that hold digits with a zero in front in any row."""
    found = set()
    for table, sample in tables:
        texts = [theirs for theirs in columns if sample.column(theirs).is_text]
        if texts:
            has = ", ".join(f"bool_or(regexp_full_match({sample.column(theirs).place}, {text_of(_CODE.pattern)}))" for theirs in texts)
            found |= {theirs for theirs, is_code in zip(texts, con.execute(f"SELECT {has} FROM {table}").fetchone(), strict=True) if is_code}
    return sorted(found)


def distinct_values(con: Any, tables: Sequence[tuple[str, Sample]], columns: Sequence[str]) -> Settings[str, int]:
    """Count the distinct values of columns over all tables that have them."""
    if not columns:
        return {}
    cells = [f"SELECT {', '.join(f'{sample.column(t).place} AS v{i}' for i, t in enumerate(columns))} FROM {table}" for table, sample in tables]
    counted = ", ".join(f"count(DISTINCT v{i})" for i in range(len(columns)))
    return dict(zip(columns, con.execute(f"SELECT {counted} FROM ({' UNION ALL '.join(cells)})").fetchone(), strict=True))


def _attribute_kind(sample: Sample, theirs: str) -> Kind | None:
    values = sample.values[theirs]
    if not values or looks_personal(normalised(theirs), values):
        return None
    return sample.kind_of_attribute(theirs)
