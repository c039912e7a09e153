"""Keys that differ by leading zeros alone, ``002003`` and ``2003``: one customer or two is asked, never guessed."""

from __future__ import annotations

from collections.abc import Mapping as Settings
from collections.abc import Sequence
from typing import Any

from goodterms.errors import Question
from goodterms.facts.sql_text import named, text_of
from goodterms.intake.mapping.answers import above, answerable, with_remarks
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.intake.mapping.words import DIFFERENT, SAME
from goodterms.intake.parts.master_data import table_said
from goodterms.intake.parts.part import LINES, Part
from goodterms.problems import Problem, Severity

COLUMNS = {
    "customers": ("customer_key", "payer_key"),
    "suppliers": ("supplier_key",),
    "products": ("product_key",),
    "places": ("place_key",),
    "managers": ("manager_key",),
}
"""Kind of key → our columns that hold keys of that kind."""
NUMBERS = ("document", "order_number")
"""Numbers that are no keys: what is one document or order in two files is told by them."""
_SAID_OF = {"customer_key": "customers", "supplier_key": "suppliers", "product_key": "products"}
_Stated = Sequence[tuple[Part, str]]


def settle_leading_zeros(con: Any, parts: Sequence[Part], mapping: Mapping) -> None:
    """Drop the leading zeros of keys that the mapping says are the same; ask where keys of one space meet in both forms and it says nothing.

    Raises
    ------
    AnswerNeededError
        One question for each kind of key and key space in which all-digit keys differ by leading zeros alone.
    """
    questions = []
    for (space, kind), stated in _stated(parts).items():
        setting = f"{space}:{kind}" if space else kind
        said = mapping.leading_zeros.get(setting)
        if said == SAME:
            for part, ours in stated:
                _drop(con, part, ours)
        elif said is None and any(_has_zeros(con, part, ours) for part, ours in stated):
            questions += _asked(con, stated, setting, kind, mapping)
    if questions:
        raise answerable(questions)
    for ours in NUMBERS:
        _say_numbers_met(con, parts, ours)


def _say_numbers_met(con: Any, parts: Sequence[Part], ours: str) -> None:
    """Warn where two files of one source hold a number on the same day, with zeros in front and without: it counts as two."""
    stated = [part for part in parts if part.table in LINES and part.columns.get(ours) == "VARCHAR" and "date" in part.columns]
    zeros = [part for part in stated if _has_zeros(con, part, ours)]
    for part in zeros:
        for other in stated:
            if other is part or (other.table, other.entry.source) != (part.table, part.entry.source):
                continue
            own, others = (f"SELECT DISTINCT {named(ours)} AS number, {_digits(named(ours))} AS digits, date FROM {one.name}" for one in (part, other))
            met, first, second = con.execute(
                f"SELECT count(*), min(o.number), arg_min(t.number, o.number) FROM ({own} WHERE {_with_zeros(named(ours))}) o "
                f"JOIN ({others}) t ON t.digits = o.digits AND t.date = o.date AND t.number <> o.number"
            ).fetchone()
            if met:
                what = "1 number differs" if met == 1 else f"{met:,} numbers differ"
                part.problems.append(
                    Problem(
                        "numbers-differ-by-zeros",
                        Severity.WARNING,
                        part.origin(column=part.proposal.theirs(ours) or ""),
                        sentence=f"{what} from those of {other.where} on the same day by leading zeros alone ({first} and {second}), and count twice.",
                        action="If they are the same, export both files with their zeros.",
                        rows=met,
                    )
                )


def _stated(parts: Sequence[Part]) -> Settings[tuple[str, str], list[tuple[Part, str]]]:
    """Key space and kind of key → the parts and columns that hold such keys."""
    found: dict[tuple[str, str], list[tuple[Part, str]]] = {}
    for part in parts:
        for kind, columns in COLUMNS.items():
            for ours in columns:
                if part.columns.get(ours) == "VARCHAR":
                    found.setdefault((part.entry.keys, kind), []).append((part, ours))
    return found


def _digits(key: str) -> str:
    return f"coalesce(nullif(ltrim({key}, '0'), ''), '0')"


def _with_zeros(key: str) -> str:
    return f"(starts_with({key}, '0') AND regexp_full_match({key}, '[0-9]{{2,}}'))"


def _drop(con: Any, part: Part, ours: str) -> None:
    """Drop the zeros in the part's rows, and in what its lines say of customers and products."""
    tables = [part.name, *([table_said(part, of)] if (of := _SAID_OF.get(ours)) and of in part.known_of else [])]
    for table in tables:
        con.execute(f"UPDATE {table} SET {named(ours)} = {_digits(named(ours))} WHERE {_with_zeros(named(ours))}")


def _has_zeros(con: Any, part: Part, ours: str) -> bool:
    return con.execute(f"SELECT 1 FROM {part.name} WHERE {_with_zeros(named(ours))} LIMIT 1").fetchone() is not None


def _asked(con: Any, stated: _Stated, setting: str, kind: str, mapping: Mapping) -> list[Question]:
    """The question about one kind of key, with how each file writes them; none where the two forms do not meet."""
    keys = " UNION ALL ".join(
        f"SELECT DISTINCT {place} AS place, {named(ours)} AS key FROM {part.name} WHERE regexp_full_match({named(ours)}, '[0-9]+')"
        for place, (part, ours) in enumerate(stated)
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE keys_met AS WITH keys AS ({keys}) "
        f"SELECT *, {_digits('key')} AS digits FROM keys QUALIFY count(DISTINCT key) OVER (PARTITION BY {_digits('key')}) > 1"
    )
    pairs, first, second = con.execute(
        "SELECT count(*), arg_min(first, digits), arg_min(second, digits) FROM (SELECT digits, min(key) AS first, max(key) AS second FROM keys_met GROUP BY 1)"
    ).fetchone()
    if not pairs:
        return []
    written = f"count(*) FILTER ({_with_zeros('key')}), min(key) FILTER ({_with_zeros('key')})"
    bare = f"count(*) FILTER (NOT {_with_zeros('key')}), min(key) FILTER (NOT {_with_zeros('key')})"
    rows = con.execute(f"SELECT place, {written}, {bare} FROM keys_met GROUP BY 1 ORDER BY 1").fetchall()
    evidence = tuple(_how_written(*stated[place], *counts) for place, *counts in rows)
    one = kind.removesuffix("s")
    choices = (
        above(f"they are the same {one}: zeros in front are dropped", leading_zeros={setting: SAME}),
        above(f"they are different {kind}: keys stay as they are written", leading_zeros={setting: DIFFERENT}),
    )
    count = "1 pair of keys differs" if pairs == 1 else f"{pairs:,} pairs of keys differ"
    of_space = f" in key space {text_of(stated[0][0].entry.keys)}" if stated[0][0].entry.keys else ""
    sentence = (
        f"Keys of {kind}{of_space}: {count} by leading zeros alone. {first} and {second} may be one {one} (a spreadsheet that took the key for a number "
        "dropped its zeros) or two."
    )
    entry = with_remarks([(choice.said, choice.line) for choice in choices])
    return [Question(f"leading zeros: {setting}", sentence, evidence, choices, entry, "" if mapping == Mapping() else "In the mapping:")]


def _how_written(part: Part, ours: str, with_zeros: int, example: str | None, without: int, other: str | None) -> str:
    said = [f"{with_zeros:,} with zeros in front, as {example}"] if with_zeros else []
    said += [f"{without:,} without, as {other}"] if without else []
    return f"{part.where}, column {part.proposal.theirs(ours) or ours}: {' and '.join(said)}"
