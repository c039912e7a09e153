"""Answers to questions: each choice as a line of the mapping file, and the whole entry, to be pasted and passed again."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Settings
from dataclasses import replace
from typing import Any

from goodterms.errors import AnswerNeededError, Choice, Question
from goodterms.intake.mapping.file_mapping import FileMapping, JoinMapping
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.intake.mapping.source_name import pattern_of
from goodterms.intake.mapping.toml_text import as_value, entry_as_toml, quoted, zeros_setting
from goodterms.intake.mapping.words import VERSION

_HEAD = ("match", "sheet", "table", "source")
"""What an entry begins with: for which files it is."""
_SEVERAL = ("dialect", "constants", "kinds", "totals", "costs", "periods", "columns")
"""Keys that hold several settings: an answer is added to those that the entry has."""


def choice(said: str, **settings: Any) -> Choice:
    """One answer: what a person would say, and the keys of a file's entry in the mapping that say it.

    Examples
    --------
    >>> choice("the day stands first", dialect={"date": "%d/%m/%Y"}).line
    'dialect = { date = "%d/%m/%Y" }'
    >>> choice("Netto", columns={"Netto": "net_value"}).line
    '"Netto" = "net_value"'
    """
    columns = [f"{quoted(theirs)} = {quoted(ours)}" for theirs, ours in settings.get("columns", {}).items()]
    keys = [f"{key} = {as_value(value)}" for key, value in settings.items() if key != "columns"]
    under = "" if not columns else "[file.columns]" if not keys else "the columns under [file.columns]"
    return Choice(said, " and ".join(keys + columns), under, settings)


def answerable(questions: Sequence[Question]) -> AnswerNeededError:
    """The questions as one error, with a mapping file that answers all those whose files no mapping speaks of yet."""
    entries: dict[tuple[str, ...], str] = {}  # of several questions about one file the first: of two entries for it only one would hold
    for question in questions:
        if question.entry and not question.place:
            head = tuple(line for line in question.entry.splitlines() if line.startswith(("match = ", "sheet = ", "table = ")))
            entries.setdefault(head or (question.key,), question.entry)
    return AnswerNeededError(*questions, mapping="\n".join([f"version = {VERSION}\n", *entries.values()]) if entries else "")


def of_files(question: Question, entry: FileMapping, heads: Iterable[FileMapping], mapping: Mapping, others: Sequence[FileMapping] = ()) -> Question:
    """The question with what is to be pasted: under the entry that the files were read by, else as a new one; of the choices all but the first are remarks.

    ``heads`` are the entries of all files that are asked about (:func:`goodterms.intake.parts.entry_heads.heads_of`), of which ``entry`` is the first.
    ``others`` are beginnings of entries for the other sheets of the workbook: where an answer names one sheet, the others would be left out without them.
    """
    if question.entry or not any(option.settings for option in question.choices):
        return question
    heads = list(heads)
    question = _changing(question, heads, [] if entry.place else others)
    if ": " not in question.key:
        question = replace(question, key=f"{question.key}: {entry.match if entry.place else heads[0].match}")
    if entry.place:
        entries = " and ".join(f"the [[file]] at {head.place} (match = {quoted(head.match)})" for head in heads)
        where = f"In the mapping this belongs under {entries}, in place of a line that begins alike:"
        return replace(question, entry=_answers(question.choices, entry), place=where)
    where = "" if mapping == Mapping() else "No [[file]] of the mapping speaks of it yet. Add to the mapping:"
    says_table = "table" in next(option.settings for option in question.choices if option.settings)
    pasted = [f"{_head(replace(head, table='') if says_table else head)}\n{_answers(question.choices, head)}" for head in heads] + [
        f"{_head(other)}\n" for other in others
    ]
    return replace(question, entry="\n".join(pasted), place=where)


def with_answer(entry: FileMapping, settings: Settings[str, Any]) -> dict[str, Any]:
    """An answer with all else that the entry of several files says: an entry of its own has to say it too.

    Examples
    --------
    >>> with_answer(FileMapping(match="tb*.csv", constants={"currency": "SEK"}, fill_down=("Pool",)), {"constants": {"period": "2024-01-01"}})
    {'constants': {'currency': 'SEK', 'period': '2024-01-01'}, 'fill_down': ['Pool'], 'columns': {}}
    """
    own = {theirs: ours for theirs, ours in entry.columns.items() if theirs not in entry.column_joins}
    (said,) = tomllib.loads(entry_as_toml(replace(entry, columns=own)))["file"]
    kept = {key: value for key, value in said.items() if key not in _HEAD}
    return kept | {key: {**kept.get(key, {}), **value} if key in _SEVERAL else value for key, value in settings.items()}


def of_join(question: Question, join: JoinMapping) -> Question:
    """The same for a question about the file of a join."""
    where = f"In the mapping this belongs under the [[file.join]] at {join.place}:"
    question = _changing(replace(question, key=f"{question.key}: {join.match}" if ": " not in question.key else question.key), [join])
    return replace(question, entry=_answers(question.choices, FileMapping(dialect=join.dialect)), place=where)


def _changing(question: Question, entries: Sequence[FileMapping | JoinMapping], others: Sequence[FileMapping] = ()) -> Question:
    """The question with choices that know what they change in the mapping."""
    changes = [tuple((e, o.settings) for e in entries) + tuple((other, {}) for other in others) if o.settings else () for o in question.choices]
    return replace(question, choices=tuple(replace(o, changes=made) for o, made in zip(question.choices, changes, strict=True)))


def above(said: str, **settings: Any) -> Choice:
    """An answer that stands above the first ``[[file]]`` of a mapping.

    Examples
    --------
    >>> above("the rates lead to euros", reporting_currency="EUR").line
    'reporting_currency = "EUR"'
    """
    lines = [zeros_setting(*pair) for pair in settings.get("leading_zeros", {}).items()]
    lines += [f"{key} = {as_value(value)}" for key, value in settings.items() if key != "leading_zeros"]
    return Choice(said, "\n".join(lines), "above the first [[file]]", changes=((None, settings),))


def _head(entry: FileMapping) -> str:
    return "\n".join(["[[file]]", *(f"{key} = {quoted(said)}" for key in _HEAD if (said := getattr(entry, key)))])


def _answers(choices: Sequence[Choice], entry: FileMapping) -> str:
    """The lines of the choices: keys of the entry first, columns below them."""
    answers = [(option.said, key, value) for option in choices for key, value in option.settings.items()]
    first = {key == "columns" for key in next(option.settings for option in choices if option.settings)}
    lines = [(said, "\n".join(_columns(value)) if key == "columns" else f"{key} = {_added(entry, key, value)}") for said, key, value in answers]
    of_columns = [key == "columns" for _, key, _ in answers]
    keys = with_remarks([line for line, is_column in zip(lines, of_columns, strict=True) if not is_column], first=False in first)
    columns = with_remarks([line for line, is_column in zip(lines, of_columns, strict=True) if is_column], first=True in first)
    return "".join([keys, *(["[file.columns]\n", columns] if columns else [])])


def _columns(mapped: Settings[str, str]) -> list[str]:
    return [f"{quoted(theirs)} = {quoted(ours)}" for theirs, ours in mapped.items()]


def _added(entry: FileMapping, key: str, value: Any) -> str:
    return as_value({**getattr(entry, key), **value} if key in _SEVERAL else value)


def with_remarks(answers: Sequence[tuple[str, str]], *, first: bool = True) -> str:
    """Answers as text of a mapping, each under what a person would say; all but the first are remarks, and that too unless it is to hold."""
    lines = []
    for place, (said, text) in enumerate(answers):
        lines.append("# " + "".join(sign if sign.isprintable() else " " for sign in said))
        lines += [line if first and place == 0 else f"# {line}".rstrip() for line in text.splitlines()]
    return "".join(f"{line}\n" for line in lines)


def answered(text: str, option: Choice) -> str:
    """The text of a mapping with an answer in it; what else stands there, remarks too, stays as it is.

    Examples
    --------
    >>> option = replace(
    ...     choice("the day stands first", dialect={"date": "%d/%m/%Y"}), changes=((FileMapping(match="a.csv"), {"dialect": {"date": "%d/%m/%Y"}}),)
    ... )
    >>> print(answered("", option), end="")
    version = 1
    <BLANKLINE>
    [[file]]
    match = "a.csv"
    dialect = {date = "%d/%m/%Y"}
    """
    import tomlkit  # noqa: PLC0415  (only where a question was answered)

    document = tomlkit.parse(text or f"version = {VERSION}\n")
    for entry, settings in option.changes:
        table: Any = document if entry is None else _entry_in(document, entry)
        for key, value in settings.items():
            held = table.get(key)
            if isinstance(value, Settings) and key != "columns" and entry is not None:
                table[key] = tomlkit.inline_table()
                table[key].update({**((held or {}) if key in _SEVERAL else {}), **value})
            elif isinstance(value, Settings) and held is not None:
                held.update(value)
            elif isinstance(value, tuple):
                table[key] = list(value)
            else:
                table[key] = value
    return tomlkit.dumps(document)


def for_files_to_come(before: str, after: str) -> str:
    r"""The text of a mapping whose new entries match the files of other days, months and years too; ``before`` is the text without them.

    Examples
    --------
    >>> print(for_files_to_come("version = 1", '[[file]]\nmatch = "sales_2023.csv"'))
    [[file]]
    match = "sales_*.csv"
    """
    import tomlkit  # noqa: PLC0415

    known = {str(table.get("match", "")) for table in tomlkit.parse(before).get("file", [])}
    document = tomlkit.parse(after)
    for table in document.get("file", []):
        if (match := str(table.get("match", ""))) not in known and (pattern := pattern_of(match)) not in known:
            table["match"] = pattern
    return tomlkit.dumps(document)


def _entry_in(document: Any, entry: FileMapping | JoinMapping) -> Any:
    """The table of an entry: by its number where the mapping has it, else a new one of the same beginning."""
    import tomlkit  # noqa: PLC0415

    if isinstance(entry, JoinMapping):
        return document["file"][entry.numbers[0]]["join"][entry.numbers[1]]
    if entry.place:
        return document["file"][entry.number]
    head = {key: said for key in _HEAD if (said := getattr(entry, key))}
    files = document.setdefault("file", tomlkit.aot())
    for table in files:
        if all(table.get(key, "") == head.get(key, "") for key in _HEAD):
            return table
    files.append(tomlkit.table())
    files[-1].update(head)
    return files[-1]


def under_entry(entry: FileMapping, heads: Iterable[FileMapping], columns: Sequence[str], keys: Sequence[str] = ()) -> list[str]:
    """Lines of keys and columns with the entry that they belong under: the one that the files were read by, else new ones."""
    said = [*keys, *(["[file.columns]", *columns] if columns else [])]
    if entry.place:
        return [f"# under the [[file]] at {entry.place}", *said]
    return [line for head in heads for line in (*_head(head).splitlines(), *said, "")]
