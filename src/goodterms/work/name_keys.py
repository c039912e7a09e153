"""Names that stand where a key should be: facts get a random word in their place, and the register keeps what it stands for, where it can be erased."""

from __future__ import annotations

import re
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from goodterms.errors import UsageError
from goodterms.facts.engine import a_name_of_its_own
from goodterms.facts.sql_text import named, text_of
from goodterms.register.imported import Import
from goodterms.register.record import named_by
from goodterms.register.source_key import KeyKind, SourceKey
from goodterms.work.keys_brought import KEY_COLUMNS, WITHIN, keys_in
from goodterms.work.write_many import insert_many

_KINDS = (KeyKind.CUSTOMERS, KeyKind.SUPPLIERS, KeyKind.MANAGERS, KeyKind.PLACES)
_MAY_BE_A_NAME = r"^\d{6}.\d{3}.$|[\p{Ll}\p{Lo}@+-]|\s|^\p{Lu}{11,}$|^0\d"
"""What every name, address, telephone number and personal code has something of; keys that have nothing of it are not looked at one by one."""
_PERSONAL = (
    re.compile(r"\+[0-9][0-9 ()-]{6,}|0[0-9]{1,3}[ -][0-9]{3,}[0-9 -]*"),
    re.compile(r"[0-3][0-9][01][0-9]{3}[-+ABCDEFUVWXY][0-9]{3}[0-9A-Y]|(?:19|20)?[0-9]{6}[-+][0-9]{4}"),
)
_LONGEST_WORD = 2
_LONGEST_CODE = 10
_LONGEST = 300
_AT_ONCE = 500


def is_name(key: str) -> bool:
    """Say whether a key is a name, an e-mail address, a telephone number or a personal code, and no code of a system.

    Examples
    --------
    >>> [key for key in ("1001", "C-17", "ALFKI", "SE 1001", "shop_7", "Ann Oy", "müller", "ann@example.com", "+358 40 1234567") if is_name(key)]
    ['Ann Oy', 'müller', 'ann@example.com', '+358 40 1234567']
    """
    if "@" in key or any(pattern.fullmatch(key.upper()) for pattern in _PERSONAL):
        return True
    words = key.split()
    if len(words) == 1:
        return not any(sign.isdigit() for sign in key) and (not key.isupper() or len(key) > _LONGEST_CODE)
    return any(word.isalpha() and (len(word) > _LONGEST_WORD or not word.isupper()) for word in words)


def without_names(found: Import, con: Any, rows: Mapping[str, str]) -> tuple[dict[str, str], dict[tuple[KeyKind, str, str, str], str]]:
    """Return rows with words that say nothing in place of names, and by kind, space, within and such a word the name that it stands for.

    The word of a name that is known already is the one that it has. ``rows`` has the rows of each table in SQL.
    """
    replaced, stands_for = dict(rows), dict[tuple[KeyKind, str, str, str], str]()
    for kind in _KINDS:
        keys = " UNION ".join(of_table for table, those in replaced.items() if (of_table := keys_in(those, kind, table)))
        listed = con.execute(f"SELECT * FROM ({keys}) WHERE regexp_matches(key, {text_of(_MAY_BE_A_NAME)}) ORDER BY ALL").fetchall() if keys else []
        names = [(space, within, key) for space, within, key in listed if is_name(key)]
        if names:
            words = _words(found, kind, names)
            stands_for |= {(kind, space, within, word): name for (space, within, name), word in words.items()}
            replaced = _replaced(con, replaced, kind, words)
    return replaced, stands_for


def with_names(con: Any, rows: Mapping[str, str]) -> dict[str, str]:
    """Return rows, in SQL, with the names that words stand for, so that an analysis sees what the files said."""
    named_again = dict(rows)
    for kind in reversed(_KINDS):
        known = SourceKey.objects.filter(kind=kind).exclude(said="").values_list("space", "within", "key", "said")
        if names := {(space, within, word): said for space, within, word, said in known}:
            named_again = _replaced(con, named_again, kind, names)
    return named_again


def ensure_words_stand(stands_for: Mapping[tuple[KeyKind, str, str, str], str]) -> None:
    """Make sure that the register knows what every word stands for.

    Raises
    ------
    UsageError
        Another import of the same names was given up at the same moment, and took one with it.
    """
    words = [word for *_, word in stands_for]
    known = sum(SourceKey.objects.filter(key__in=words[begin : begin + _AT_ONCE]).exclude(said="").count() for begin in range(0, len(words), _AT_ONCE))
    if known < len(words):
        raise UsageError("Another import of the same names was given up at this moment: nothing was imported. Import the files again.")


def _words(found: Import, kind: KeyKind, names: list[tuple[str, str, str]]) -> dict[tuple[str, str, str], str]:
    """The word of each name: the one that it has, or a new one, which is kept at once, so that no other import gives it another."""
    words = _known_words(kind, names)
    made = [(place, secrets.token_hex(8)) for place in names if place not in words]
    for begin in range(0, len(made), _AT_ONCE):
        rows = [
            SourceKey(
                id=named_by("key", kind, space, within, word), kind=kind, space=space, within=within, key=word, said=name[:_LONGEST], created_by_import=found
            )
            for (space, within, name), word in made[begin : begin + _AT_ONCE]
        ]
        insert_many(rows, or_leave=True)
    return words | _known_words(kind, [place for place, _ in made])


def _known_words(kind: KeyKind, names: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str, str], str]:
    of_spaces: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for space, within, name in names:
        of_spaces[space].append((within, name))
    known: dict[tuple[str, str, str], str] = {}
    for space, places in of_spaces.items():
        for begin in range(0, len(places), _AT_ONCE):
            batch = places[begin : begin + _AT_ONCE]
            found = SourceKey.objects.filter(kind=kind, space=space, said__in={name[:_LONGEST] for _, name in batch}).values_list("within", "said", "key")
            keys = {(within, said): key for within, said, key in found}
            known |= {(space, within, name): keys[within, name[:_LONGEST]] for within, name in batch if (within, name[:_LONGEST]) in keys}
    return known


def _replaced(con: Any, rows: Mapping[str, str], kind: KeyKind, given: Mapping[tuple[str, str, str], str]) -> dict[str, str]:
    """Rows with other keys of a kind in place of theirs: ``given`` has them by space, within and key."""
    table = a_name_of_its_own("keys_given")
    columns = zip(*((*place, other) for place, other in given.items()), strict=True)
    found = pa.table({name: pa.array(values, pa.string()) for name, values in zip(("space", "within", "key", "other"), columns, strict=True)})
    con.register("listed_keys", found)
    con.execute(f"CREATE TEMP TABLE {table} AS FROM listed_keys")
    con.unregister("listed_keys")
    return {of: _with_others(of, those, kind, table) for of, those in rows.items()}


def _with_others(table: str, rows: str, kind: KeyKind, given: str) -> str:
    """The rows of a table with other keys in every column of a kind; a column may be of it on some rows alone."""
    for name, column, condition in KEY_COLUMNS[kind]:
        if name != table:
            continue
        within = f"r.{named(WITHIN[kind])}" if kind in WITHIN else text_of("")
        is_of_kind = f" AND ({condition})" if condition else ""
        on = f"g.space = coalesce(r.key_space, '') AND g.within = {within} AND g.key = r.{named(column)}{is_of_kind}"
        rows = f"SELECT r.* REPLACE (coalesce(g.other, r.{named(column)}) AS {named(column)}) FROM ({rows}) r LEFT JOIN {given} g ON {on}"
    return rows
