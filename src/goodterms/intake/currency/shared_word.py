"""Words and signs that several currencies share, such as kr: which one a file means is asked where it matters, and else stays open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from goodterms.errors import Question
from goodterms.facts.sql_text import text_of
from goodterms.intake.mapping.answers import answerable, choice, of_files
from goodterms.intake.mapping.currency_code import SHARED
from goodterms.intake.mapping.mapping_file import Mapping, as_value
from goodterms.intake.parts.entry_heads import heads_of
from goodterms.intake.parts.part import LINES, Part
from goodterms.problems import Problem, Severity


def settle_shared_words(con: Any, parts: Sequence[Part], mapping: Mapping, named: Iterable[str]) -> None:
    """Leave amounts in a shared word without a currency's name, where all files together know no other currency.

    ``named`` are the currencies that headings name.

    Raises
    ------
    AnswerNeededError
        Where another currency, a rate, or a file of lines without a currency stands beside the word: it matters then what it means.
    """
    held = {part.number: _rows_by_currency(con, part) for part in parts}
    words = [word for word in SHARED if any(word in rows for rows in held.values())]
    if not words:
        return
    codes = [code for rows in held.values() for code in rows if code and code not in SHARED]
    others = list(dict.fromkeys(filter(None, [mapping.reporting_currency, *codes, *(code for code in named if code not in SHARED)])))
    is_beside_nothing = any(part.table in LINES and set(held[part.number]) == {""} for part in parts)
    if len(words) == 1 and not others and not is_beside_nothing and not any(_has_rates(con, part, words[0]) for part in parts):
        for part in parts:
            if words[0] in held[part.number]:
                _leave_open(con, part, words[0], held[part.number][words[0]])
        return
    groups: dict[tuple[Any, ...], list[Part]] = {}
    for part in parts:
        if any(word in held[part.number] for word in words):
            groups.setdefault(part.alike, []).append(part)
    questions = [_asked(group, next(word for word in words if any(word in held[part.number] for part in group)), others) for group in groups.values()]
    raise answerable([of_files(asked, group[0].entry, heads_of(group, parts), mapping) for asked, group in zip(questions, groups.values(), strict=True)])


def in_words(word: str) -> str:
    """What a shared word may be, as a person says it."""
    return f"{', '.join(SHARED[word][:-1])} or {SHARED[word][-1]}"


def _rows_by_currency(con: Any, part: Part) -> dict[str, int]:
    """The rows of a part in each currency, "" where none is named."""
    if "currency" not in part.columns:
        rows = con.execute(f"SELECT count(*) FROM {part.name}").fetchone()[0]
        return {part.currency or "": rows}
    return dict(con.execute(f"SELECT coalesce(currency, ''), count(*) FROM {part.name} GROUP BY 1 ORDER BY 2 DESC, 1").fetchall())


def _has_rates(con: Any, part: Part, word: str) -> bool:
    if not {"currency", "exchange_rate"} <= set(part.columns):
        return False
    rated = f"currency = {text_of(word)} AND exchange_rate > 0 AND exchange_rate <> 1"
    return bool(con.execute(f"SELECT count(*) > 0 FROM {part.name} WHERE {rated}").fetchone()[0])


def _leave_open(con: Any, part: Part, word: str, rows: int) -> None:
    if "currency" in part.columns:
        con.execute(f"UPDATE {part.name} SET currency = NULL WHERE currency = {text_of(word)}")
    if part.currency == word:
        part.currency = ""
    sentence = f"Amounts are in {word}, which may be {in_words(word)}: they are in one currency, which is not named."
    action = f"To name it, say so in the mapping: dialect = {{ currencies = {as_value({word: SHARED[word][0]})} }}"
    part.problems.append(Problem("shared-currency-word", Severity.NOTICE, part.origin(), sentence=sentence, action=action, rows=rows))


def _asked(group: Sequence[Part], word: str, others: Sequence[str]) -> Question:
    """The question what a word means in files of one source; what the others name comes first."""
    first = group[0]
    beside = f"; beside it {' and '.join(others[:3])} {'is' if len(others) == 1 else 'are'} named" if others else ""
    sentence = f"{', '.join(part.where for part in group)}: amounts are in {word}, which may be {in_words(word)}{beside}. Which one is it?"
    codes = sorted(SHARED[word], key=lambda code: code not in others)
    meant = first.entry.dialect.get("currencies", {})
    choices = tuple(choice(f"{word} is {code}", dialect={"currencies": {**meant, word: code}}) for code in codes)
    return Question(f'currency "{word}"', sentence, (), choices)
