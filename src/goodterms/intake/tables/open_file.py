"""The gate: a file on disk, whatever it is called, read by what it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from goodterms.errors import UnreadableFileError, UsageError
from goodterms.intake.tables.datev_head import with_years
from goodterms.intake.tables.decoding import mended
from goodterms.intake.tables.plain_cells import with_plain_cells
from goodterms.intake.tables.raw_table import Progress, RawTable
from goodterms.intake.tables.unchanged import unchanged
from goodterms.intake.tables.word_for_nothing import settled_words


def open_file(
    engine: Any, path: str | Path, *, sheet: str | None = None, dialect: Mapping[str, Any] | None = None, progress: Progress | None = None
) -> tuple[RawTable, ...]:
    """Read a CSV, TSV, XLSX or Parquet file: one table for each sheet of a workbook that holds one (or ``sheet`` alone), one for any other file.

    Parameters
    ----------
    engine
        From :func:`goodterms.facts.engine.connect`; the tables live as long as it does.
    path
        The file, as the user named it.
    sheet
        The one sheet of a workbook to read.
    dialect
        What the mapping says of how the file is written: ``encoding``, ``delimiter``, ``quote``, ``escape``, ``header_row``, ``nothing``
        and ``ragged``; what it says of single sheets alone stands under ``sheets`` and their names. Other keys take no part.
    progress
        Told what is being read and how much of it is done.

    Raises
    ------
    UnreadableFileError
        The file cannot be read, or changes while it is read, in one sentence that says why and what to do.
    AnswerNeededError
        It can be read in two ways.
    MappingError, UsageError
        The mapping or the sheet names what is not there.
    """
    file = str(path)
    path = Path(path)
    given = dict(dialect or {})
    start = _first_bytes(path, file)
    with unchanged(path):
        return tuple(_by_its_bytes(engine, path, file, sheet, given, progress, start))


def _by_its_bytes(engine: Any, path: Path, file: str, sheet: str | None, given: Mapping[str, Any], progress: Progress | None, start: bytes) -> list[RawTable]:
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        from goodterms.intake.tables.workbook import of_sheet, read_workbook  # noqa: PLC0415

        tables = read_workbook(engine, path, file, sheet=sheet, given=given, progress=progress)
        return [settled_words(engine, with_plain_cells(engine, raw), of_sheet(given, raw.sheet)) for raw in tables]
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableFileError(f"{file} is an old Excel file (.xls) or has a password. Save it in Excel as .xlsx, without a password.")
    if sheet:
        raise UsageError(f"{file} is no workbook: it has no sheet {sheet}.")
    if start.startswith(b"PAR1"):
        from goodterms.intake.tables.parquet_file import read_parquet_file  # noqa: PLC0415

        return [with_plain_cells(engine, read_parquet_file(engine, path, file))]
    _refuse_by_name(path, file, start)
    from goodterms.intake.tables.csv_file import read_csv_file  # noqa: PLC0415

    return [settled_words(engine, with_years(engine, read_csv_file(engine, path, file, given=given, progress=progress)), given)]


def _first_bytes(path: Path, file: str) -> bytes:
    try:
        file.encode()
        if path.is_dir():
            raise UnreadableFileError(f"{file} is a folder. Name the file in it.")
        if path.exists() and not path.is_file():
            raise UnreadableFileError(f"{file} is a pipe or a device, which can be read only once. Save what it gives as a file, and name that.")
        with path.open("rb") as stream:
            return stream.read(512)
    except UnicodeEncodeError:
        raise UnreadableFileError(f"The name of {mended(file)} is not written in UTF-8. Rename the file.") from None
    except FileNotFoundError:
        raise UnreadableFileError(f"{file} is not there. Look at its name and folder.") from None
    except PermissionError:
        raise UnreadableFileError(f"{file} may not be read by you. Ask for the right to, or copy it.") from None
    except (OSError, ValueError) as error:
        raise UnreadableFileError(f"{file} cannot be opened: {getattr(error, 'strerror', None) or error}.") from None


def _refuse_by_name(path: Path, file: str, start: bytes) -> None:
    """Refuse what is called a workbook or Parquet and is neither, and what is a page or a message."""
    ending = path.suffix.casefold()
    if ending in {".xlsx", ".xlsm", ".ods", ".xlsb"}:
        raise UnreadableFileError(f"{file} is called {ending} but is no workbook, or is not whole. Save it again as .xlsx; if it is a text file, call it .csv.")
    if ending == ".parquet":
        raise UnreadableFileError(f"{file} is called .parquet but is no Parquet file, or is not whole. Export it again.")
    begins = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if begins.startswith((b"<", b"mime-version:")):
        raise UnreadableFileError(f"{file} is a web page or XML, no table. Open it in a spreadsheet program and save it as .xlsx, or export it as CSV.")
