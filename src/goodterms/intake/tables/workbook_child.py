"""Reads a workbook's cells in a process of its own, which may use so much memory and time and no more: ``python -m goodterms.intake.tables.workbook_child``.

Two lines of JSON come on stdin: first what to open, ``path``, ``sheet`` (the first one; none to wait), ``memory`` (bytes) and ``seconds``; then, once the
parent has looked through the workbook, what to say of it: ``sheets``, ``errors`` (sheet → row and column → what Excel wrote there) and ``memory``. Lines of
JSON go to stdout: for each sheet one with its name and first column, then blocks of rows, then one that says it is whole; or one with ``error``.
A block has the numbers of its rows, their cells by column as canonical text, and the cells' kinds by column, a letter a cell:
t text, n number, d date, f flag, h time of day or duration, e error, blank for an empty cell.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

ROWS_AT_ONCE = 5_000
_FIFTEEN_DIGITS = "{:.15g}".format


def main() -> None:
    """Do the job that stands on stdin."""
    opening = json.loads(sys.stdin.readline())
    is_bound = _limit(opening["memory"], opening["seconds"], is_last=False)
    job = None if is_bound and opening["sheet"] else _job(opening)
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415

    broken = (CalamineError, OSError, ValueError)
    why, held = "", {}
    try:
        book = CalamineWorkbook.from_path(opening["path"])
        held = {} if job else {opening["sheet"]: book.get_sheet_by_name(opening["sheet"])}
    except broken as error:
        why = str(error) or type(error).__name__
    job = job or _job(opening)
    try:
        for name in [] if why else job["sheets"]:
            sheet = held.pop(name, None) or book.get_sheet_by_name(name)
            start = sheet.start or (0, 0)
            _say({"sheet": name, "column": start[1] + 1, "width": sheet.width})
            errors = {(int(row), int(column) - 1 - start[1]): text for row, column, text in job["errors"].get(name, [])}
            for block in _blocks(sheet.iter_rows(), errors):
                _say(block)
            _say({"end": name})
    except broken as error:
        why = str(error) or type(error).__name__
    if why:
        _say({"error": why})


def _job(opening: dict[str, Any]) -> dict[str, Any]:
    """Wait for what is to be said of the workbook, which bounds the memory."""
    job: dict[str, Any] = json.loads(sys.stdin.readline())
    _limit(job["memory"], opening["seconds"], is_last=True)
    return job


def _limit(memory: int, seconds: int, *, is_last: bool) -> bool:
    """Bound this process; return whether the system does so. The parent bounds its time in any case. What is not the last bound of memory may be put higher."""
    try:
        import resource  # noqa: PLC0415
    except ImportError:  # Windows
        return False
    for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(what)[1]
        soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (soft, hard if what == resource.RLIMIT_AS and not is_last else soft))
    return sys.platform == "linux"  # others know the bound of memory and do not keep it


def _say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message, separators=(",", ":")) + "\n")


def _blocks(rows: Iterator[Sequence[Any]], errors: dict[tuple[int, int], str]) -> Iterator[dict[str, Any]]:
    """Yield blocks of the rows that have a value, with their numbers."""
    numbers: list[int] = []
    block: list[Sequence[Any]] = []
    failed = {row for row, _ in errors}
    for number, cells in enumerate(rows, start=1):
        row: Sequence[Any] = cells
        if number in failed:
            row = [_Error(errors[number, place]) if (number, place) in errors else cell for place, cell in enumerate(cells)]
        if any(cell != "" and not (isinstance(cell, str) and cell.isspace()) for cell in row):
            numbers.append(number)
            block.append(row)
        if len(block) >= ROWS_AT_ONCE:
            yield _as_columns(numbers, block)
            numbers, block = [], []
    if block:
        yield _as_columns(numbers, block)


def _as_columns(numbers: list[int], block: list[Sequence[Any]]) -> dict[str, Any]:
    columns = [_column(column) for column in zip(*block, strict=True)]
    return {"rows": numbers, "cells": [cells for cells, _ in columns], "kinds": [kinds for _, kinds in columns]}


def _column(column: Sequence[Any]) -> tuple[list[str | None], str]:
    """Return the texts and kinds of a column's cells. One of text or numbers alone is done as a whole, which is several times as fast.

    >>> _column([3.3000000000000003, 17850.0, 1e21]), _column([True, "000123", ""])
    ((['3.3', '17850', '1000000000000000000000'], 'nnn'), (['true', '000123', None], 'ft '))
    >>> _column([dt.datetime(2011, 12, 9), dt.datetime(2011, 12, 9, 8, 26), dt.time(8, 26)])
    (['2011-12-09', '2011-12-09 08:26:00', '08:26:00'], 'ddh')
    """
    types = set(map(type, column))
    texts: list[str | None]
    if types == {float}:
        texts = list(map(_FIFTEEN_DIGITS, column))
        for place, text in enumerate(texts):
            if text is None or "e" in text or text == "-0":
                texts[place] = number_text(column[place])
    elif types == {str}:
        texts = [cell or None for cell in column]
    else:
        texts = [_TEXTS.get(type(cell), str)(cell) or None for cell in column]
    if len(types) == 1 and None not in texts:
        return texts, _KINDS.get(types.pop(), "h") * len(texts)
    return texts, "".join(" " if text is None else _KINDS.get(type(cell), "h") for text, cell in zip(texts, column, strict=True))


class _Error(str):
    """What Excel wrote where a formula failed: #N/A, #DIV/0! and so on."""

    __slots__ = ()


def number_text(number: float) -> str:
    """Return the shortest decimal of 15 significant digits, without exponent: what Excel shows, not what binary keeps.

    >>> number_text(0.1 + 0.2), number_text(-1e-7), number_text(-0.0)
    ('0.3', '-0.0000001', '0')
    """
    text = _FIFTEEN_DIGITS(number)
    if "e" in text:
        text = f"{Decimal(text):f}"
    return "0" if text == "-0" else text


@lru_cache(1 << 16)
def _moment(moment: dt.datetime) -> str:
    """Return a date, with its time where it has one; binary noise below a millisecond is rounded away."""
    moment += dt.timedelta(microseconds=500)
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    if moment.time() == dt.time(0):
        return moment.date().isoformat()
    return moment.isoformat(sep=" ", timespec="milliseconds" if moment.microsecond else "seconds")


_KINDS: dict[type, str] = {str: "t", float: "n", int: "n", bool: "f", dt.datetime: "d", dt.date: "d", _Error: "e"}
_TEXTS: dict[type, Callable[[Any], str]] = {
    float: number_text,
    bool: lambda flag: "true" if flag else "false",
    dt.datetime: _moment,
    dt.date: lru_cache(1 << 16)(dt.date.isoformat),
}


if __name__ == "__main__":
    main()
