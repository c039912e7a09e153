"""The content of a mapping, looked through: what it does not know is refused with its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Settings
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from goodterms.errors import MappingError
from goodterms.facts.activity_kind import ACTIVITY_KINDS, may_be_called
from goodterms.facts.columns import ATTRIBUTE, CREDIT_NOTE, INVOICE, TABLES, Kind
from goodterms.facts.toml_places import line_of
from goodterms.intake.mapping.column_names import LEFT_OUT, accepted, is_month_of
from goodterms.intake.mapping.currency_code import ISO_4217, SHARED, currency_code
from goodterms.intake.mapping.file_mapping import CreditNotes, FileMapping, JoinMapping
from goodterms.intake.mapping.months_across import TABLES_OF_PERIODS
from goodterms.intake.mapping.toml_text import quoted
from goodterms.intake.mapping.words import DIFFERENT, KEY_KINDS, KINDS, LEAVE_OUT, NEGATIVE, PERCENT, PERIODS, POSITIVE, ROWS, SAME, SERIAL, SHARES, VERSION

_TOP_KEYS = ("version", "leading_zeros", "same_keys", "reporting_currency", "company", "file")
_MAY_BE_SAME = ("customers", "suppliers")
COMPANY_KEYS = {"company": "identifiers", "accounts": "accounts"}
"""What a mapping holds of the own company, with the key that says it."""
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
    "first_line",
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
_LONGEST_SPACE = 100
_JOIN_KEYS = ("match", "sheet", "on", "columns", "dialect", "ragged")
_RAGGED_KEYS = ("keep_left", "keep_right")
_COST_KEYS = ("amounts", "credit")
_CREDIT_NOTE_KEYS = ("prefix", "column", "value")
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


def checked(name: str, content: Settings[str, Any], places: Any) -> dict[str, Any]:
    """What a mapping of that name holds, by the fields of :class:`goodterms.intake.mapping.mapping_file.Mapping`; ``places`` are those of its keys.

    Raises
    ------
    MappingError
        For an unknown key (with its line) or a value that is not one the key may have.
    """
    return _Content(name, content, places).mapping()


@dataclass(frozen=True)
class _Content:
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

    def mapping(self) -> dict[str, Any]:
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
        company = self.content.get("company", {})
        return {
            "files": tuple(self.file(entry, place) for place, entry in enumerate(entries)),
            "reporting_currency": reporting_currency,
            "leading_zeros": self.leading_zeros(self.content.get("leading_zeros", {}), "leading_zeros"),
            "same_keys": self.same_keys(self.content.get("same_keys", []), "same_keys"),
            **{field: self.company(company, key, "company") for field, key in COMPANY_KEYS.items()},
        }

    def company(self, given: Any, key: str, *path: str | int) -> tuple[str, ...]:
        self.a(dict, given, *path)
        self.refuse_unknown(given, COMPANY_KEYS.values(), *path)
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

    def same_keys(self, given: Any, *path: str | int) -> tuple[str, ...]:
        said = tuple(self.a(list, given, *path))
        if said and sorted(map(str, said)) != sorted(_MAY_BE_SAME):
            raise MappingError(f'{self.at(*path)}: same_keys is ["customers", "suppliers"], where both are numbered together; {said!r} was found.')
        return said

    def file(self, entry: dict[str, Any], place: int) -> FileMapping:
        here = ("file", place)
        self.refuse_unknown(entry, _FILE_KEYS, *here)
        texts = {key: self.a(str, entry[key], *here, key) for key in ("match", "sheet", "keys", "table", "source", "source_column") if key in entry}
        if len(keys := texts.get("keys", "")) > _LONGEST_SPACE:
            raise MappingError(f"{self.at(*here, 'keys')}: keys names a space of keys in at most {_LONGEST_SPACE} signs; {len(keys)} were found.")
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
            periods=self.periods(entry.get("periods", {}), table, *here, "periods"),
            fill_down=self.columns_named(entry["fill_down"], *here, "fill_down") if "fill_down" in entry else None,
            first_line=self.columns_named(entry["first_line"], *here, "first_line") if "first_line" in entry else None,
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
            if said not in ROWS:
                raise MappingError(f'{self.at(*path, text)}: a row is "total", "income" or "line"; {said!r} was found.')
        return totals

    def kinds(self, given: Any, table: str, *path: str | int) -> dict[str, str]:
        kinds = self.texts(given, *path)
        for word, kind in kinds.items():
            if table != "activities" and kind in KINDS:
                continue
            if table in {"", "activities"} and (kind == LEFT_OUT or may_be_called(word, kind)):
                continue
            if table == "activities":
                known = ", ".join(map(quoted, ACTIVITY_KINDS))
                itself = f'{quoted(word)} itself where it is none of these, or "{LEFT_OUT}" to leave its rows out'
                raise MappingError(f"{self.at(*path, word)}: a kind of activity is {known}, {itself}; {kind!r} was found.")
            raise MappingError(f'{self.at(*path, word)}: a kind is "{INVOICE}", "{CREDIT_NOTE}" or "{LEFT_OUT}" to leave its rows out; {kind!r} was found.')
        return kinds

    def costs(self, given: Any, *path: str | int) -> dict[str, str]:
        costs = self.texts(given, *path)
        self.refuse_unknown(costs, _COST_KEYS, *path)
        if costs.get("amounts", POSITIVE) not in {NEGATIVE, POSITIVE}:
            raise MappingError(f'{self.at(*path, "amounts")}: amounts of costs are "{NEGATIVE}" or "{POSITIVE}"; {costs["amounts"]!r} was found.')
        return costs

    def periods(self, given: Any, table: str, *path: str | int) -> dict[str, str]:
        periods = self.texts(given, *path)
        if periods and table and table not in TABLES_OF_PERIODS:
            raise MappingError(f"{self.at(*path)}: periods is said of {' and '.join(TABLES_OF_PERIODS)}; this [[file]] is of {table}.")
        self.refuse_unknown(periods, PERIODS, *path)
        for key, said in periods.items():
            if said not in PERIODS[key]:
                raise MappingError(f"{self.at(*path, key)}: {key} is {' or '.join(map(quoted, PERIODS[key]))}; {said!r} was found.")
        return periods

    def columns_named(self, given: Any, *path: str | int) -> tuple[str, ...]:
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
