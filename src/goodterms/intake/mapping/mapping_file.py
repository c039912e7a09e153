"""The mapping file: what was understood of each file, as one TOML file that a person can read, mend and pass again."""

from __future__ import annotations

import fnmatch
import re
import tomllib
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Settings
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from goodterms.errors import MappingError
from goodterms.facts.activity_kind import ACTIVITY_KINDS
from goodterms.facts.columns import ATTRIBUTE, CREDIT_NOTE, INVOICE, TABLES, Kind
from goodterms.facts.toml_places import line_of, toml_places
from goodterms.intake.mapping.column_names import LEFT_OUT, accepted, is_month_of
from goodterms.intake.mapping.currency_code import ISO_4217, SHARED, currency_code

VERSION = 1
KEY_KINDS = ("customers", "suppliers", "products", "places", "managers")
_OF_REJECTED = re.compile(r"(.+)\.rejected(?:\.mine| \(\d+\))*(\.[^.]*|)")
"""What a file of rejected rows is called: as the file that they stood in, with this before its ending."""
SAME, DIFFERENT = "same", "different"
"""What a mapping says of keys that differ by leading zeros alone."""
SERIAL = "serial"
"""The form of dates that are days counted from 1900, as Excel holds them."""
SHARES, PERCENT = "shares", "percent"
"""What a mapping says of rates of which no value is above 1: 0.1 is 10 %, or 0.1 %."""
LEAVE_OUT = "leave out what is wrong"
"""What a mapping says of documents that cannot be taken: without it they keep all others out too."""
_TOP_KEYS = ("version", "leading_zeros", "reporting_currency", "company", "file")
_COMPANY_KEYS = ("identifiers", "accounts")
_FILE_KEYS = (
    "match",
    "sheet",
    "keys",
    "table",
    "source",
    "source_column",
    "dialect",
    "constants",
    "credit_notes",
    "kinds",
    "totals",
    "costs",
    "periods",
    "fill_down",
    "ragged",
    "left_out",
    "documents",
    "columns",
    "join",
)
_DIALECT_KEYS: dict[str, type | tuple[type, ...]] = {
    "encoding": str,
    "delimiter": str,
    "quote": str,
    "escape": str,
    "header_row": int,
    "decimal": str,
    "thousands": str,
    "date": str,
    "rates": str,
    "nothing": list,
    "factors": dict,
    "currencies": dict,
}
_READING_KEYS = frozenset({"encoding", "delimiter", "quote", "escape", "header_row", "nothing"})
_OF_ALL_FILES = ("rates", "factors", "currencies", "nothing")
"""Keys of the dialect that are said of the files of a source together; the rest is each file's own."""
_JOIN_KEYS = ("match", "sheet", "on", "columns", "dialect", "ragged")
_RAGGED_KEYS = ("keep_left", "keep_right")
_COST_KEYS = ("amounts", "credit")
NEGATIVE, POSITIVE = "negative", "positive"
"""What a mapping says of the amounts of costs: that costs are negative ones, as in an income statement, or positive ones."""
EACH, SINCE = "each", "since "
"""What a mapping says of the amounts of months: that they are each month's own, or sums since one that it names ("since January")."""
BY_DAYS, FIRST_MONTH = "by days", "first month"
"""What a mapping says of amounts of a quarter or week: they are spread over the months by their days, or stand in the first one."""
LAST_MONTH, OUT = "last month", "left out"
"""What a mapping says of a closing period 13 or later: it belongs to the last month of its year, or is left out."""
MONTH_NAMES = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
_PERIODS = {
    "months": (EACH, *(f"{SINCE}{name}" for name in MONTH_NAMES)),
    "spans": (BY_DAYS, FIRST_MONTH),
    "closing": (LAST_MONTH, OUT),
}
_ROWS = ("total", "line", "income")
_CREDIT_NOTE_KEYS = ("prefix", "column", "value")
_KINDS = (INVOICE, CREDIT_NOTE, LEFT_OUT)


@dataclass(frozen=True)
class CreditNotes:
    """How a credit note is known: by the beginning of its number, by its negative amounts (positive where sales are negative), or by a value of a column."""

    prefix: str = ""
    negative: bool = False
    positive: bool = False
    column: str = ""
    values: tuple[str, ...] = ()

    @property
    def as_setting(self) -> Any:
        """As the mapping file writes it."""
        if self.negative or self.positive:
            return "negative" if self.negative else "positive"
        if self.prefix:
            return {"prefix": self.prefix}
        return {"column": self.column, "value": self.values[0] if len(self.values) == 1 else list(self.values)}

    @property
    def in_words(self) -> str:
        """As a person would say it."""
        if self.negative:
            return "documents with a negative total are credit notes"
        if self.positive:
            return "sales are written as negative amounts: all are turned, and documents with a positive total are credit notes"
        if self.prefix:
            return f'documents whose number begins with "{self.prefix}" are credit notes'
        return f"lines with {' or '.join(self.values)} in column {self.column} are credit notes"


@dataclass(frozen=True)
class JoinMapping:
    """Another file whose columns are added to each row: ``on`` maps columns here to columns there, ``columns`` theirs to ours."""

    match: str
    on: Settings[str, str]
    columns: Settings[str, str]
    sheet: str = ""
    dialect: Settings[str, Any] = field(default_factory=dict)
    ragged: Settings[str, int] = field(default_factory=dict)
    place: str = ""
    numbers: tuple[int, int] = (0, 0)
    """The number of its entry in the mapping, and its own among the joins of that entry, from 0."""

    def fits(self, file: Path) -> bool:
        """Whether it is the join of a file."""
        return _matches(self.match, str(file))

    def name_there(self, brought: str) -> str:
        """The name that a column which the join brought has in its own file.

        >>> JoinMapping("heads.csv", {}, {"Curr": "currency"}).name_there("heads.csv: Curr")
        'Curr'
        """
        return next((name for name in self.columns if brought == name or brought.endswith(f": {name}")), brought)

    @property
    def dialect_for_reading(self) -> dict[str, Any]:
        """The part of the dialect that says how the file is decoded and split."""
        return _for_reading(self.dialect, self.ragged)

    @property
    def dialect_of_values(self) -> dict[str, Any]:
        """The part of the dialect that says how numbers and dates are written."""
        return {key: value for key, value in self.dialect.items() if key not in _READING_KEYS}


@dataclass(frozen=True)
class FileMapping:
    """What a mapping says of the files that it matches; what it leaves open is proposed from names and values.

    ``columns`` maps a column's name in the file to ours; "-" leaves a column out.
    """

    match: str = "*"
    sheet: str = ""
    keys: str = ""
    table: str = ""
    source: str = ""
    source_column: str = ""
    dialect: Settings[str, Any] = field(default_factory=dict)
    constants: Settings[str, str] = field(default_factory=dict)
    credit_notes: CreditNotes | None = None
    kinds: Settings[str, str] = field(default_factory=dict)
    """What words in its column of kinds, or of states, say: "invoice", "credit note", a kind of activity, or "-" for rows that are left out."""
    totals: Settings[str, str] = field(default_factory=dict)
    """What rows are that may be totals, income or lines, by the cell that says so: "total", "income" or "line"."""
    costs: Settings[str, str] = field(default_factory=dict)
    """How costs are written: ``amounts`` "negative" or "positive", and the mark that says ``credit``."""
    periods: Settings[str, str] = field(default_factory=dict)
    """What amounts of months, quarters, weeks and closing periods are: see :data:`_PERIODS`."""
    fill_down: tuple[str, ...] | None = None
    """Columns whose values hold for the blank rows below them; None where nothing is said of it."""
    ragged: Settings[str, int] = field(default_factory=dict)
    documents: str = ""
    columns: Settings[str, str] = field(default_factory=dict)
    joins: tuple[JoinMapping, ...] = ()
    left_out: bool | None = None
    """Whether the file or sheet is not to be read at all."""
    place: str = ""
    column_places: Settings[str, str] = field(default_factory=dict)
    column_joins: Settings[str, JoinMapping] = field(default_factory=dict)
    """Columns that a join brought, with the join."""
    number: int = 0
    """Its number among the entries of the mapping, from 0."""
    is_of_origin: bool = False
    """Whether it was found for a file of rejected rows, by the name of the file that they stood in."""

    def of_rejected(self, file: str, sheet: str) -> FileMapping | None:
        """The same mapping for rejected rows, given back from a file and sheet that it is for."""
        by_name = replace(self, match=Path(self.match).name)
        return replace(self, is_of_origin=True) if (origin := origin_of(file)) and by_name.fits(origin, sheet) else None

    def fits(self, file: str, sheet: str) -> bool:
        """Whether the mapping is for a file (its name or glob) and sheet."""
        return _matches(self.match, file) and (not self.sheet or self.sheet == sheet)

    @property
    def dialect_for_reading(self) -> dict[str, Any]:
        """The part of the dialect that says how the file is decoded and split."""
        return _for_reading(self.dialect, self.ragged)

    @property
    def as_understood(self) -> str:
        """What it says but for the files that it matches and how these are written: files of which several entries say the same are understood together."""
        dialect = {key: self.dialect[key] for key in _OF_ALL_FILES if key in self.dialect}
        joins = tuple(replace(join, place="", numbers=(0, 0)) for join in self.joins)
        said = replace(self, match="", sheet="", dialect=dialect, ragged={}, joins=joins, place="", column_places={}, column_joins={}, number=0)
        return repr(replace(said, constants=dict.fromkeys(self.constants, ""), is_of_origin=False))


@dataclass(frozen=True)
class Mapping:
    """What is known of all files, in the order of the mapping file.

    ``reporting_currency`` is the currency that the files' exchange rates lead to, where the files do not tell. ``leading_zeros`` says of a kind of keys
    (``customers``; in a key space ``shop:customers``) whether keys that differ by leading zeros alone are the "same" or "different". ``company`` are the own
    company's identifiers in documents: VAT id, business id, OVT, GLN; ``accounts`` the numbers of its bank accounts.
    """

    files: tuple[FileMapping, ...] = ()
    reporting_currency: str = ""
    leading_zeros: Settings[str, str] = field(default_factory=dict)
    company: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()

    def of(self, file: str, sheet: str = "", table: str = "") -> FileMapping | None:
        """The first entry of the table, or of none, that matches a file and sheet, or the file whose rejected rows it holds; None where none does.

        One that names the sheet goes before those that name none.
        """
        entries = [entry for entry in self.files if not table or not entry.table or entry.table == table]
        by_name = sorted((entry for entry in entries if entry.fits(file, sheet)), key=lambda entry: not entry.sheet)
        named = next((entry for entry in by_name if entry.match in {file, Path(file).name}), None)
        of_origin = (entry for mapped in sorted(entries, key=lambda entry: not entry.sheet) if (entry := mapped.of_rejected(file, sheet)))
        return named or next(of_origin, None) or next(iter(by_name), None)

    def as_toml(self) -> str:
        """The text of a mapping file that, passed again, gives the same reading."""
        reporting = [f"reporting_currency = {quoted(self.reporting_currency)}\n"] if self.reporting_currency else []
        zeros = ["".join(f"{zeros_setting(setting, said)}\n" for setting, said in self.leading_zeros.items())] if self.leading_zeros else []
        known = {key: said for key, said in zip(_COMPANY_KEYS, (self.company, self.accounts), strict=True) if said}
        company = [f"company = {as_value(known)}\n"] if known else []
        parts = [_HEAD, *reporting, *company, *zeros] + [entry_as_toml(entry) for entry in self.files]
        return "\n".join(parts)

    @classmethod
    def load(cls, given: Path | str | Settings[str, Any] | Mapping | None) -> Mapping:
        """Read a mapping file, or take the same content as plain values.

        Raises
        ------
        MappingError
            For a file that cannot be read, an unknown key (with its line) or a value that is not one the key may have.
        """
        if given is None:
            return cls()
        if isinstance(given, Mapping):
            return given
        if isinstance(given, (str, Path)):
            return cls._from_file(Path(given))
        return _Checked("the mapping", given, {}).mapping()

    @classmethod
    def _from_file(cls, path: Path) -> Mapping:
        try:
            text = path.read_text(encoding="utf-8-sig")
        except OSError as error:
            raise MappingError(f"The mapping {path} cannot be read: {error.strerror or error}.") from error
        except UnicodeDecodeError as error:
            raise MappingError(f"The mapping {path} is not UTF-8 text: save it as UTF-8.") from error
        return cls.read(text, path.name)

    @classmethod
    def read(cls, text: str, name: str = "the mapping") -> Mapping:
        """Read the text of a mapping; ``name`` is what it is called in messages.

        Raises
        ------
        MappingError
            As :meth:`load` does.
        """
        try:
            content = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise MappingError(f"The mapping {name} is not valid TOML: {error}.") from error
        return _Checked(name, content, toml_places(text)).mapping()


_KINDS_IN_WORDS = {
    Kind.DATE: "a date like 2012-03-31",
    Kind.MONTH: "the first day of a month, like 2012-03-01",
    Kind.DECIMAL: "a number with a decimal point",
    Kind.INTEGER: "a whole number",
    Kind.FLAG: "true or false",
}
_DATE_FORM = re.compile(r"(?=.*%[Yy])(?=.*%[mbB])(?=.*%d)(?:%[YymbBdHMSIpf]|[^%])+|%Y[-/.]?%m|%m[-/.]%Y|%m/%y|%y/%m|serial|quarters|weeks")


def _is_a(kind: Kind, value: str) -> bool:
    """Whether the text of a constant is a value of its kind."""
    try:
        if kind in {Kind.DATE, Kind.MONTH}:
            return date.fromisoformat(value).isoformat() == value
        if kind == Kind.DECIMAL:
            return Decimal(value).is_finite()
        if kind == Kind.INTEGER:
            return str(int(value)) == value
    except (ValueError, InvalidOperation):
        return False
    return kind != Kind.FLAG or value in {"true", "false"}


def _for_reading(dialect: Settings[str, Any], ragged: Settings[str, int]) -> dict[str, Any]:
    said = {key: value for key, value in dialect.items() if key in _READING_KEYS}
    return said | ({"ragged": dict(ragged)} if ragged else {})


def origin_of(file: str) -> str:
    """The name of the file whose rejected rows a file holds, by its own name; "" where it is no file of rejected rows.

    Examples
    --------
    >>> origin_of("report/sales.rejected.xlsx"), origin_of("sales.rejected.mine (2).tsv"), origin_of("sales.csv")
    ('sales.xlsx', 'sales.tsv', '')
    """
    named = _OF_REJECTED.fullmatch(Path(file).name)
    return named[1] + named[2] if named else ""


def _matches(pattern: str, file: str) -> bool:
    name = Path(file).name
    return pattern in {file, name} or fnmatch.fnmatchcase(name, pattern) or fnmatch.fnmatchcase(file, pattern)


@dataclass(frozen=True)
class _Checked:
    """A walk over the content of a mapping that refuses what it does not know, with the line."""

    name: str
    content: Settings[str, Any]
    places: Any

    def at(self, *path: str | int) -> str:
        if self.places:
            return f"{self.name}, line {line_of(self.places, path)}"
        return f"{self.name}, file {int(path[1]) + 1}" if len(path) > 1 and path[0] == "file" else self.name

    def refuse_unknown(self, found: Iterable[str], known: Iterable[str], *path: str | int) -> None:
        known = tuple(known)
        for key in found:
            if key not in known:
                raise MappingError(f'{self.at(*path, key)}: there is no key "{key}" here. Known: {", ".join(known)}.')

    def a(self, kind: type | tuple[type, ...], value: Any, *path: str | int) -> Any:
        kinds = kind if isinstance(kind, tuple) else (kind,)
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            expected = " or ".join({str: "a text", int: "a whole number", bool: "true or false", dict: "a table", list: "a list"}[k] for k in kinds)
            raise MappingError(f"{self.at(*path)}: {path[-1]} is {expected}; {value!r} was found.")
        return value

    def texts(self, value: Any, *path: str | int) -> dict[str, str]:
        self.a(dict, value, *path)
        return {key: str(self.a((str, int), text, *path, key)) for key, text in value.items()}

    def mapping(self) -> Mapping:
        self.refuse_unknown(self.content, _TOP_KEYS)
        version = self.content.get("version")
        if version != VERSION:
            raise MappingError(f"{self.at('version')}: version = {VERSION} was expected; {version!r} was found.")
        entries = self.content.get("file", [])
        if not isinstance(entries, Sequence) or isinstance(entries, (str, bytes)) or not all(isinstance(entry, dict) for entry in entries):
            raise MappingError(f"{self.at('file')}: each file is a table of its own, begun by [[file]].")
        reporting_currency = currency_code(self.a(str, self.content.get("reporting_currency", ""), "reporting_currency"))
        if reporting_currency in SHARED:
            raise MappingError(f"{self.at('reporting_currency')}: {reporting_currency} may be {', '.join(SHARED[reporting_currency])}. Say which.")
        return Mapping(
            tuple(self.file(entry, place) for place, entry in enumerate(entries)),
            reporting_currency,
            self.leading_zeros(self.content.get("leading_zeros", {}), "leading_zeros"),
            *(self.company(self.content.get("company", {}), key, "company") for key in _COMPANY_KEYS),
        )

    def company(self, given: Any, key: str, *path: str | int) -> tuple[str, ...]:
        self.a(dict, given, *path)
        self.refuse_unknown(given, _COMPANY_KEYS, *path)
        said = self.a(list, given.get(key, []), *path, key)
        return tuple(self.a(str, one, *path, key, place) for place, one in enumerate(said))

    def leading_zeros(self, given: Any, *path: str | int) -> dict[str, str]:
        settings = self.texts(given, *path)
        for setting, said in settings.items():
            kind = setting.rpartition(":")[2]
            if kind not in KEY_KINDS:
                raise MappingError(f'{self.at(*path, setting)}: there are no keys of "{kind}". Known: {", ".join(KEY_KINDS)}; in a key space "shop:customers".')
            if said not in {SAME, DIFFERENT}:
                raise MappingError(f'{self.at(*path, setting)}: leading_zeros is "{SAME}" or "{DIFFERENT}"; {said!r} was found.')
        return settings

    def file(self, entry: dict[str, Any], place: int) -> FileMapping:
        here = ("file", place)
        self.refuse_unknown(entry, _FILE_KEYS, *here)
        texts = {key: self.a(str, entry[key], *here, key) for key in ("match", "sheet", "keys", "table", "source", "source_column") if key in entry}
        table = texts.get("table", "")
        if table and table not in TABLES:
            raise MappingError(f'{self.at(*here, "table")}: there is no table "{table}". Known: {", ".join(TABLES)}.')
        columns = self.texts(entry.get("columns", {}), *here, "columns")
        self.check_ours(columns, table, *here, "columns")
        return FileMapping(
            **texts,
            dialect=self.dialect(entry.get("dialect", {}), *here, "dialect"),
            constants=self.constants(entry.get("constants", {}), table, *here, "constants"),
            credit_notes=self.credit_notes(entry["credit_notes"], *here, "credit_notes") if "credit_notes" in entry else None,
            totals=self.totals(entry.get("totals", {}), *here, "totals"),
            costs=self.costs(entry.get("costs", {}), *here, "costs"),
            periods=self.periods(entry.get("periods", {}), *here, "periods"),
            fill_down=self.fill_down(entry["fill_down"], *here, "fill_down") if "fill_down" in entry else None,
            kinds=self.kinds(entry.get("kinds", {}), table, *here, "kinds"),
            ragged=self.ragged(entry.get("ragged", {}), *here, "ragged"),
            documents=self.documents(entry.get("documents", ""), *here, "documents"),
            columns=columns,
            joins=tuple(self.join(join, table, *here, "join", i) for i, join in enumerate(self.a(list, entry.get("join", []), *here, "join"))),
            left_out=self.a(bool, entry["left_out"], *here, "left_out") if "left_out" in entry else None,
            place=self.at(*here),
            number=place,
            column_places={theirs: self.at(*here, "columns", theirs) for theirs in columns},
        )

    def check_ours(self, columns: dict[str, str], table: str, *path: str | int) -> None:
        known = {name for each in ([table] if table else TABLES) for name in accepted(each)}
        seen: dict[str, str] = {}
        for theirs, ours in columns.items():
            if ours == LEFT_OUT or (ours.startswith(ATTRIBUTE) and len(ours) > len(ATTRIBUTE)):
                continue
            if ours not in known and not is_month_of(table, ours):
                raise MappingError(
                    f'{self.at(*path, theirs)}: there is no column "{ours}"{f" of {table}" if table else ""}. Known: {", ".join(sorted(known))}.'
                )
            if ours in seen:
                raise MappingError(
                    f'{self.at(*path, theirs)}: "{theirs}" and "{seen[ours]}" are both {ours}. One column of a file can be that; set the other to "-".'
                )
            seen[ours] = theirs

    def constants(self, given: Any, table: str, *path: str | int) -> dict[str, str]:
        constants = self.texts(given, *path)
        known = accepted(table or "sale_lines")
        self.refuse_unknown([key for key in constants if not key.startswith(ATTRIBUTE)], known, *path)
        for key, value in constants.items():
            kind = known.get(key, Kind.TEXT)
            if not _is_a(kind, value):
                raise MappingError(f"{self.at(*path, key)}: {key} is {_KINDS_IN_WORDS[kind]}; {value!r} was found.")
        return constants

    def dialect(self, given: Any, *path: str | int) -> dict[str, Any]:
        self.a(dict, given, *path)
        self.refuse_unknown(given, _DIALECT_KEYS, *path)
        for key, value in given.items():
            self.a(_DIALECT_KEYS[key], value, *path, key)
        for place, word in enumerate(given.get("nothing", [])):
            self.a(str, word, *path, "nothing", place)
        factors = self.texts(given.get("factors", {}), *path, "factors")
        for theirs, factor in factors.items():
            if not _is_a(Kind.DECIMAL, factor) or Decimal(factor) <= 0:
                raise MappingError(f'{self.at(*path, "factors")}: a factor is a text like "1000"; {factor!r} was found for "{theirs}".')
        currencies = self.texts(given.get("currencies", {}), *path, "currencies")
        for word, code in currencies.items():
            if word not in SHARED or code not in ISO_4217:
                raise MappingError(f'{self.at(*path, "currencies")}: what {", ".join(SHARED)} stand for is said like kr = "SEK"; {word} = "{code}" was found.')
        if given.get("decimal", ".") not in {".", ","}:
            raise MappingError(f'{self.at(*path, "decimal")}: decimal is "." or ","; {given["decimal"]!r} was found.')
        if given.get("rates", SHARES) not in {SHARES, PERCENT}:
            raise MappingError(f'{self.at(*path, "rates")}: rates is "{SHARES}" or "{PERCENT}"; {given["rates"]!r} was found.')
        if "date" in given and not _DATE_FORM.fullmatch(given["date"]):
            raise MappingError(f'{self.at(*path, "date")}: date is a form like "%d.%m.%Y" or "%m/%d/%Y %H:%M", or "{SERIAL}"; {given["date"]!r} was found.')
        return dict(given) | {key: said for key, said in (("factors", factors), ("currencies", currencies)) if said}

    def credit_notes(self, given: Any, *path: str | int) -> CreditNotes:
        if isinstance(given, str) and given in {"negative", "positive"}:
            return CreditNotes(negative=given == "negative", positive=given == "positive")
        if not isinstance(given, dict):
            raise MappingError(
                f'{self.at(*path)}: credit_notes is "negative", "positive", {{ prefix = "C" }} or {{ column = "Type", value = "CN" }}; {given!r} was found.'
            )
        self.refuse_unknown(given, _CREDIT_NOTE_KEYS, *path)
        if "prefix" in given:
            return CreditNotes(prefix=self.a(str, given["prefix"], *path, "prefix"))
        if not {"column", "value"} <= set(given):
            raise MappingError(f'{self.at(*path)}: credit_notes by a column needs both: {{ column = "Type", value = "CN" }}.')
        value = given["value"]
        values = tuple(str(v) for v in value) if isinstance(value, list) else (str(value),)
        return CreditNotes(column=self.a(str, given["column"], *path, "column"), values=values)

    def totals(self, given: Any, *path: str | int) -> dict[str, str]:
        totals = self.texts(given, *path)
        for text, said in totals.items():
            if said not in _ROWS:
                raise MappingError(f'{self.at(*path, text)}: a row is "total", "income" or "line"; {said!r} was found.')
        return totals

    def kinds(self, given: Any, table: str, *path: str | int) -> dict[str, str]:
        kinds = self.texts(given, *path)
        for word, kind in kinds.items():
            if table == "activities" and not kind:
                raise MappingError(f'{self.at(*path, word)}: a kind of activity is "{ACTIVITY_KINDS[0]}", "{ACTIVITY_KINDS[1]}" or a word of your own.')
            if table != "activities" and kind not in (_KINDS if table else (*_KINDS, *ACTIVITY_KINDS)):
                raise MappingError(f'{self.at(*path, word)}: a kind is "{INVOICE}", "{CREDIT_NOTE}" or "{LEFT_OUT}" to leave its rows out; {kind!r} was found.')
        return kinds

    def costs(self, given: Any, *path: str | int) -> dict[str, str]:
        costs = self.texts(given, *path)
        self.refuse_unknown(costs, _COST_KEYS, *path)
        if costs.get("amounts", POSITIVE) not in {NEGATIVE, POSITIVE}:
            raise MappingError(f'{self.at(*path, "amounts")}: amounts of costs are "{NEGATIVE}" or "{POSITIVE}"; {costs["amounts"]!r} was found.')
        return costs

    def periods(self, given: Any, *path: str | int) -> dict[str, str]:
        periods = self.texts(given, *path)
        self.refuse_unknown(periods, _PERIODS, *path)
        for key, said in periods.items():
            if said not in _PERIODS[key]:
                raise MappingError(f"{self.at(*path, key)}: {key} is {' or '.join(map(quoted, _PERIODS[key]))}; {said!r} was found.")
        return periods

    def fill_down(self, given: Any, *path: str | int) -> tuple[str, ...]:
        return tuple(self.a(str, theirs, *path, place) for place, theirs in enumerate(self.a(list, given, *path)))

    def documents(self, given: Any, *path: str | int) -> str:
        if given not in {"", LEAVE_OUT}:
            raise MappingError(f'{self.at(*path)}: documents is "{LEAVE_OUT}"; {given!r} was found.')
        return str(given)

    def ragged(self, given: Any, *path: str | int) -> dict[str, int]:
        self.a(dict, given, *path)
        self.refuse_unknown(given, _RAGGED_KEYS, *path)
        return {key: self.a(int, value, *path, key) for key, value in given.items()}

    def join(self, given: Any, table: str, *path: str | int) -> JoinMapping:
        self.a(dict, given, *path)
        self.refuse_unknown(given, _JOIN_KEYS, *path)
        if missing := [key for key in ("match", "on", "columns") if key not in given]:
            raise MappingError(f"{self.at(*path)}: a join needs match, on and columns; {' and '.join(missing)} is missing.")
        columns = self.texts(given["columns"], *path, "columns")
        self.check_ours(columns, table or "sale_lines", *path, "columns")
        for key in ("rates", "factors", "currencies"):
            if key in given.get("dialect", {}):
                raise MappingError(f"{self.at(*path, 'dialect', key)}: {key} stands in the dialect of the [[file]], and holds for what its joins bring too.")
        return JoinMapping(
            match=self.a(str, given["match"], *path, "match"),
            on=self.texts(given["on"], *path, "on"),
            columns=columns,
            sheet=self.a(str, given.get("sheet", ""), *path, "sheet"),
            dialect=self.dialect(given.get("dialect", {}), *path, "dialect"),
            ragged=self.ragged(given.get("ragged", {}), *path, "ragged"),
            place=self.at(*path),
            numbers=(int(path[1]), int(path[3])),
        )


_HEAD = f"""# What Goodterms understood of these files. Mend it and pass it again with --map.
# Under [file.columns] stand the file's own names on the left and ours on the right; "{LEFT_OUT}" leaves a column out.
version = {VERSION}
"""


def quoted(text: str) -> str:
    r"""A text as TOML writes it.

    Examples
    --------
    >>> print(quoted('Net "alv 0"'))
    "Net \"alv 0\""
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return '"' + "".join(sign if sign >= " " and sign != "\x7f" else f"\\u{ord(sign):04x}" for sign in escaped) + '"'


def as_value(value: Any) -> str:
    """A text, whole number, list or flat table as TOML writes it on one line."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(as_value(v) for v in value)}]"
    if isinstance(value, Settings):
        return "{ " + ", ".join(f"{_key(key)} = {as_value(v)}" for key, v in value.items()) + " }" if value else "{}"
    return str(value)


def zeros_setting(setting: str, said: str) -> str:
    """The line above the first ``[[file]]`` that says what leading zeros of a kind of keys mean.

    Examples
    --------
    >>> zeros_setting("customers", SAME), zeros_setting("shop:customers", DIFFERENT)
    ('leading_zeros.customers = "same"', 'leading_zeros."shop:customers" = "different"')
    """
    return f"leading_zeros.{_key(setting)} = {quoted(said)}"


def _key(name: str) -> str:
    return name if name and all(sign.isascii() and (sign.isalnum() or sign in "_-") for sign in name) else quoted(name)


def entry_as_toml(entry: FileMapping) -> str:
    """An entry as the text of a mapping."""
    lines = ["[[file]]", f"match = {quoted(entry.match)}"]
    lines += [f"{key} = {quoted(getattr(entry, key))}" for key in ("sheet", "keys", "table", "source", "source_column") if getattr(entry, key)]
    lines += [f"{key} = {as_value(getattr(entry, key))}" for key in ("dialect", "constants") if getattr(entry, key)]
    if entry.credit_notes:
        lines.append(f"credit_notes = {as_value(entry.credit_notes.as_setting)}")
    lines += [f"{key} = {as_value(getattr(entry, key))}" for key in ("kinds", "totals", "costs", "periods") if getattr(entry, key)]
    lines += [f"{key} = {as_value(getattr(entry, key))}" for key in ("fill_down", "left_out") if getattr(entry, key) is not None]
    if entry.ragged:
        lines.append(f"ragged = {as_value(entry.ragged)}")
    if entry.documents:
        lines.append(f"documents = {quoted(entry.documents)}")
    if entry.columns or not (entry.documents or entry.joins):
        lines += ["", "[file.columns]"]
    lines += [*(f"{quoted(theirs)} = {quoted(ours)}" for theirs, ours in entry.columns.items())]
    for join in entry.joins:
        lines += ["", "[[file.join]]", f"match = {quoted(join.match)}", *([f"sheet = {quoted(join.sheet)}"] if join.sheet else [])]
        lines += [f"{key} = {as_value(getattr(join, key))}" for key in ("dialect", "ragged") if getattr(join, key)]
        lines += [f"on = {as_value(join.on)}", f"columns = {as_value(join.columns)}"]
    return "\n".join(lines) + "\n"
