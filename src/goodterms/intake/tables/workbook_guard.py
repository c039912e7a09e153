"""What a workbook is made of, found out before anything big is opened: its sheets, styles that mean per cent, and tricks with size."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.parsers import expat

from goodterms.errors import UnreadableFileError
from goodterms.intake.mapping.currency_code import ISO_4217, MONEY_ALONE, SHARED, SIGNS, currency_code

MOST_UNZIPPED = 4 << 30
SUSPECT_UNZIPPED = 32 << 20
"""Unzipped bytes from which on the ratio to zipped ones is looked at."""
MOST_RATIO = 200
_PERCENT_FORMATS = frozenset({"9", "10"})
"""The formats 0% and 0.00% that every workbook has."""
_LITERAL = re.compile(r"\"[^\"]*\"|\\.|_.|\*.")
"""What a number format shows as it stands: a per cent sign there is no share."""
PER_CENT = "%"
_CURRENCY = re.compile(rf"\[\$([^\]-]*)-?([^\]]*)\]|([{re.escape(SIGNS)}])|\"\s*([A-Z]{{3}}|(?i:{MONEY_ALONE})|Ft)\s*\"")
"""What names a currency in a number format: ``[$€-2]``, ``€``, ``"EUR"`` or ``"kr"``."""
_BY_LOCALE = {
    **dict.fromkeys(("41d", "sv-se"), "SEK"),
    **dict.fromkeys(("414", "814", "nb-no", "nn-no"), "NOK"),
    **dict.fromkeys(("406", "da-dk"), "DKK"),
    **dict.fromkeys(("40f", "is-is"), "ISK"),
    **dict.fromkeys(("411", "ja-jp"), "JPY"),
    **dict.fromkeys(("804", "zh-cn"), "CNY"),
    **dict.fromkeys(("418", "ro-ro"), "RON"),
    **dict.fromkeys(("818", "ro-md"), "MDL"),
}
"""The language and country that a number format names beside a word that several currencies share, as ``[$kr-41D]`` does."""


@dataclass(frozen=True)
class Sheet:
    """A sheet of the workbook: its name, where its cells are in the file, and whether people see it."""

    name: str
    part: str
    visible: bool


@contextmanager
def opened(path: Path, file: str) -> Iterator[zipfile.ZipFile]:
    """Open a workbook; every way in which it can be broken becomes one sentence."""
    try:
        with zipfile.ZipFile(path) as book:
            _refuse_kind(book, file)
            _refuse_size(book, file)
            yield book
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError, expat.ExpatError, OSError) as error:
        raise UnreadableFileError(f"{file} is a broken workbook ({_short(error)}). Save it again as .xlsx.") from None


def _refuse_kind(book: zipfile.ZipFile, file: str) -> None:
    names = set(book.namelist())
    if any(part.flag_bits & 1 for part in book.infolist()):
        raise UnreadableFileError(f"{file} has a password. Save it without one.")
    if any(name.endswith("vbaProject.bin") for name in names):
        raise UnreadableFileError(f"{file} holds macros (.xlsm). Save it as .xlsx, without them.")
    if "xl/workbook.bin" in names:
        raise UnreadableFileError(f"{file} is a binary workbook (.xlsb). Save it as .xlsx.")
    if "content.xml" in names:
        raise UnreadableFileError(f"{file} is an OpenDocument file (.ods). Save it as .xlsx.")
    if any(name.endswith(".iwa") for name in names):
        raise UnreadableFileError(f"{file} is a Numbers document (.numbers). Export it from Numbers as Excel (.xlsx).")
    if "xl/workbook.xml" not in names:
        is_word = any(name.startswith("word/") for name in names)
        what = "a Word document. Save its table as .xlsx" if is_word else "an archive (.zip). Unpack it, and name the file inside"
        raise UnreadableFileError(f"{file} is {what}.")


def _refuse_size(book: zipfile.ZipFile, file: str) -> None:
    parts = book.infolist()
    size, zipped = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    worst = max((part.file_size / max(part.compress_size, 1) for part in parts if part.file_size > SUSPECT_UNZIPPED), default=0.0)
    if size > MOST_UNZIPPED or worst > MOST_RATIO:
        said = f"unpacks from {zipped / 1e6:,.1f} MB to {size / 1e6:,.0f} MB"
        raise UnreadableFileError(f"{file} {said}, which no table of this size does. Export the list as CSV.")


def unzipped(book: zipfile.ZipFile, part: str) -> int:
    """Return the size of a part, 0 where it is not there."""
    return book.getinfo(part).file_size if part in book.namelist() else 0


def sheets_of(book: zipfile.ZipFile, file: str) -> list[Sheet]:
    """Return the sheets with cells, in the order of the workbook."""
    targets: dict[str, str] = {}
    sheets: list[tuple[str, str, bool]] = []

    def relation(name: str, said: dict[str, str]) -> None:
        if name == "Relationship" and said.get("Type", "").endswith("/worksheet"):
            targets[said["Id"]] = posixpath.normpath(posixpath.join("xl", said["Target"].lstrip("/").removeprefix("xl/")))

    def sheet(name: str, said: dict[str, str]) -> None:
        if name == "sheet":
            key = next((value for key, value in said.items() if key.endswith(":id")), "")
            sheets.append((said.get("name", ""), key, said.get("state", "visible") == "visible"))

    _read_elements(book, "xl/_rels/workbook.xml.rels", file, relation)
    _read_elements(book, "xl/workbook.xml", file, sheet)
    return [Sheet(name, targets[key], visible) for name, key, visible in sheets if key in targets]


def _read_elements(book: zipfile.ZipFile, part: str, file: str, started: Callable[[str, dict[str, str]], None]) -> None:
    parser = parser_of(file)
    parser.StartElementHandler = lambda name, said: started(name.rpartition(":")[2], said)
    with book.open(part) as stream:
        parser.ParseFile(stream)


def parser_of(file: str) -> Any:
    """Return a parser that opens no entities: a workbook has none, and a document type is a trick."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: Any) -> None:
        raise UnreadableFileError(f"{file} declares a document type, which no workbook does. Save it again as .xlsx.")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def styles_of_numbers(book: zipfile.ZipFile, file: str) -> dict[str, str]:
    """Return the numbers of the cell styles that show a share as per cent, with "%", and an amount in a currency, with its code."""
    part = "xl/styles.xml"
    if part not in book.namelist():
        return {}
    shows = dict.fromkeys(_PERCENT_FORMATS, PER_CENT)
    styles: list[str] = []
    inside = ""

    def style(name: str, said: dict[str, str]) -> None:
        nonlocal inside
        if name in {"cellStyleXfs", "cellXfs", "cellStyles"}:
            inside = name
        elif name == "numFmt" and (shown := _shown(said.get("formatCode", ""))):
            shows[said.get("numFmtId", "")] = shown
        elif name == "xf" and inside == "cellXfs":
            styles.append(said.get("numFmtId", ""))

    _read_elements(book, part, file, style)
    return {str(place): shows[number] for place, number in enumerate(styles) if number in shows}


def _shown(form: str) -> str:
    """What a number format shows beside the number.

    Examples
    --------
    >>> _shown("0.0%"), _shown("[$€-2] #,##0.00"), _shown('#,##0.00 "CHF"'), _shown("[$-409]d. mmmm"), _shown('0" %"')
    ('%', 'EUR', 'CHF', '', '')
    >>> _shown("#,##0 [$kr-41D]"), _shown('#,##0 "kr"'), _shown('#,##0.00" zł"')
    ('SEK', 'kr', 'PLN')
    """
    if PER_CENT in _LITERAL.sub("", form):
        return PER_CENT
    codes = {code for found in _CURRENCY.findall(form.partition(";")[0]) if (code := _code(*found))}
    return codes.pop() if len(codes) == 1 else ""


def _code(bracketed: str, locale: str, sign: str, quoted: str) -> str:
    """The currency that a number format names, "" where it is none that is known; a word that several share is told apart by the country beside it."""
    code = currency_code(bracketed or sign or quoted)
    if code in SHARED:
        return _BY_LOCALE.get(locale.casefold(), code)
    return code if code in ISO_4217 else ""


def _short(error: BaseException) -> str:
    return str(error).strip().rstrip(".")[:120] or type(error).__name__
