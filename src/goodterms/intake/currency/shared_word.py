"""Words and signs that several currencies share, such as kr: which one a file means is asked where it matters, and else stays open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from goodterms.errors import Choice, Question
from goodterms.facts.sql_text import text_of
from goodterms.intake.currency.amounts_held import amounts_of, heading_of, mark_of
from goodterms.intake.currency.asked_of_files import asked_of_files
from goodterms.intake.currency.home_country import Home, differ, home_of, together
from goodterms.intake.mapping.answers import answerable, choice
from goodterms.intake.mapping.currency_code import MAY_BE, SHARED
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.intake.mapping.toml_text import as_value
from goodterms.intake.parts.part import LINES, Part
from goodterms.problems import Problem, Severity

_COLUMNS = "[file.columns]"


def settle_headings(con: Any, part: Part) -> None:
    """What a sign or word in names of amounts is, $ or kr: of the currencies that it may be the one that the rows name; none where they name several."""
    meant = part.entry.dialect.get("currencies", {})
    for mark in {mark_of(part, name) for name in amounts_of(part)} & MAY_BE.keys() - meant.keys():
        codes = [code for code in _rows_by_currency(con, part) if code in MAY_BE[mark]] if part.proposal.theirs("currency") else []
        if codes:
            part.marks[mark] = codes[0] if len(codes) == 1 else ""


def settle_shared_words(con: Any, parts: Sequence[Part], mapping: Mapping) -> None:
    """Leave amounts in a shared word without a currency's name, where all files together know no other currency, and nothing shows that they differ.

    Raises
    ------
    AnswerNeededError
        Where another currency, a rate, or a file of lines without a currency stands beside the word, or files, customers or suppliers are of several countries
        that have it: it matters then what it means.
    """
    held = {part.number: _rows_by_currency(con, part) for part in parts}
    headings = {part.number: [heading_of(part, name) for name in amounts_of(part)] for part in parts}
    codes = [code for part in parts for code in (*held[part.number], *headings[part.number]) if code and code not in SHARED]
    others = list(dict.fromkeys(filter(None, [mapping.reporting_currency, *codes])))
    said = {part.number: [*held[part.number], *(headings[part.number] if others else [])] for part in parts}
    spoken = [(part, word) for part in parts for word in SHARED if word in said[part.number]]
    is_beside_nothing = any(part.table in LINES and set(held[part.number]) == {""} for part in parts)
    homes = [home_of(con, part, SHARED[word], _is_in_word(part, word), parts) for part, word in spoken]
    is_one = len({word for _, word in spoken}) == 1 and not differ(homes)
    if is_one and not others and not is_beside_nothing and not any(_has_rates(con, part, word) for part, word in spoken):
        for part, word in spoken:
            _leave_open(con, part, word, held[part.number][word])
        return
    groups: dict[tuple[Any, ...], list[tuple[Part, Home]]] = {}
    for (part, word), home in zip(spoken, homes, strict=True):
        groups.setdefault((word, home.by_name, *part.alike), []).append((part, home))
    questions = []
    for (word, *_), of_group in groups.items():
        group = [part for part, _ in of_group]
        questions.append(asked_of_files(_asked(group, word, others, together([home for _, home in of_group])), group, parts, mapping))
    if questions:
        raise answerable(questions)


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
    sentence = f"Amounts are in {word}, which may be {in_words(word)}: they are in one currency, which is not named."
    action = f"To name it, say so in the mapping: dialect = {{ currencies = {as_value({word: SHARED[word][0]})} }}"
    part.problems.append(Problem("shared-currency-word", Severity.NOTICE, part.origin(), sentence=sentence, action=action, rows=rows))


def _is_in_word(part: Part, word: str) -> str:
    """SQL of the rows in a shared word: all, where a heading says it."""
    return f"currency = {text_of(word)}" if "currency" in part.columns else "true"


def _asked(group: Sequence[Part], word: str, others: Sequence[str], home: Home) -> Question:
    """The question what a word means in files of one source; what they show of their country comes first, then what other files are in."""
    first = group[0]
    beside = f"; beside it {' and '.join(others[:3])} {'is' if len(others) == 1 else 'are'} named" if others else ""
    sentence = f"{', '.join(part.where for part in group)}: amounts are in {word}, which may be {in_words(word)}{beside}. Which one is it?"
    meant = first.entry.dialect.get("currencies", {})
    codes = home.order(SHARED[word], others)
    choices = [choice(f"{word} is {code}", dialect={"currencies": {**meant, word: code}}) for code in codes]
    if len(home.parties) > 1:
        choices.append(Choice("it differs by row: export the currency and the rate as columns", '"…" = "currency" and "…" = "exchange_rate"', _COLUMNS))
    return Question(f'currency "{word}"', sentence, home.evidence, tuple(choices))
