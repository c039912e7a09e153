"""Net profit of every customer, product and term, and why it moved, from a company's own files.

The public library is what ``__all__`` names; nothing else is promised to stay. Names are loaded when they are first used, so that importing is instant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from goodterms.analysis.result import Result
    from goodterms.facts.book import Facts
    from goodterms.facts.periods import Period
    from goodterms.facts.policy import Policy
    from goodterms.intake import Reading
    from goodterms.intake.mapping.mapping_file import Mapping as KnownMapping

__all__ = ["Period", "Policy", "Reading", "Result", "__version__", "analyse", "read"]

File = str | PathLike[str]
"""A file, as a string or a path."""


class Progress(Protocol):
    """What is told each step as it begins and, where that is known, how much of it is done, from 0 to 1."""

    def __call__(self, step: str, done: float = ..., /) -> None:
        """Take notice."""


def read(
    files: File | Iterable[File],
    *,
    costs: File | Iterable[File] = (),
    activities: File | Iterable[File] = (),
    products: File | Iterable[File] = (),
    customers: File | Iterable[File] = (),
    purchases: File | Iterable[File] = (),
    mapping: File | Mapping[str, Any] | KnownMapping | None = None,
    progress: Progress | None = None,
) -> Reading:
    r"""Read a company's own files into tables of facts; nothing is guessed, nothing is dropped silently.

    Parameters
    ----------
    files
        Sale lines: one or more CSV, TSV, XLSX or Parquet files, which are parts of one whole.
    costs, activities, products, customers, purchases
        One or more further files of those kinds.
    mapping
        A mapping file (``docs/concepts/mapping.md``), or its content, where names and values of columns do not say enough.
    progress
        Told each step as it begins, in a few words, and while files are read the share that is done (0 to 1).

    Returns
    -------
    Reading
        ``facts`` (the tables), ``problems`` (each with file, sheet, row and column) and how many physical records were accepted, rejected and set aside.

    Raises
    ------
    MappingError
        The mapping names what is not there, or holds an unknown key.
    AnswerNeededError
        The files can be read in two ways, or hold several currencies without rates; the error holds the evidence, the line of the mapping file for each
        answer, and a whole mapping to paste.
    UnreadableFileError
        A file cannot be read at all.
    ExceptionGroup
        Several of these together, where several files are wrong.

    Examples
    --------
    >>> import goodterms, pathlib
    >>> _ = pathlib.Path("invoices.csv").write_text("Invoice;Date;Customer;Net sales\n1;2023-01-31;Ann;120,50\n2;2023-02-28;Bob;80,00\n")
    >>> goodterms.read("invoices.csv").facts["sale_lines"].count().to_pyarrow().as_py()
    2
    """
    from goodterms import intake  # noqa: PLC0415  (heavy: loaded when it is used)

    return intake.read(
        _paths(files),
        costs=_paths(costs),
        activities=_paths(activities),
        products=_paths(products),
        customers=_paths(customers),
        purchases=_paths(purchases),
        mapping=Path(mapping) if isinstance(mapping, str | PathLike) else mapping,
        progress=progress,
    )


def _paths(files: File | Iterable[File]) -> list[Path]:
    return [Path(files)] if isinstance(files, str | PathLike) else [Path(file) for file in files]


def analyse(
    reading: Reading | Facts,
    *,
    periods: tuple[Period | str, Period | str] | None = None,
    policy: Policy | None = None,
    physical: bool = False,
    progress: Progress | None = None,
) -> Result:
    r"""Work out what every customer and product earned in two periods, and why the sum moved.

    Parameters
    ----------
    reading
        From :func:`read`, or facts of your own.
    periods
        The earlier and the later one, as ``2012``, ``2012Q1``, ``2012-03`` or ``2012-01..2012-11``. Without: the last twelve full months against the twelve
        before; with less data, the two longest equal spans of full months; with a single month there is one period and no bridge.
    policy
        How costs are shared and what else figures depend on. Without: no cost is shared, and that is said.
    physical
        Measure quantities in the bridge in units sold instead of in value at the earlier period's prices.
    progress
        Told each step as it begins, in a few words.

    Returns
    -------
    Result
        The answer as a sentence, bridge, waterfall, whale curve, the customers and products that cost most, and every table behind them (pyarrow), all in
        decimals at full precision; ``goodterms.facts.money`` makes cents of them.

    Raises
    ------
    PeriodError
        A period cannot be read, or the data has nothing of it.

    Examples
    --------
    >>> import goodterms, pathlib
    >>> _ = pathlib.Path("invoices.csv").write_text("Invoice;Date;Customer;Net sales\n1;2023-01-31;Ann;120,50\n2;2023-02-28;Bob;80,00\n")
    >>> result = goodterms.analyse(goodterms.read("invoices.csv"), periods=("2023-01", "2023-02"))
    >>> print(f"{result.bridge.change:.2f}, of which new customers {result.bridge.amount('new customers'):.2f}")
    -40.50, of which new customers 80.00
    """
    from goodterms import analysis  # noqa: PLC0415  (heavy: loaded when it is used)
    from goodterms.facts.book import Facts  # noqa: PLC0415

    return analysis.analyse(reading if isinstance(reading, Facts) else reading.facts, periods=periods, policy=policy, physical=physical, progress=progress)


_ROOM_OF = {"Reading": "goodterms.intake", "Result": "goodterms.analysis.result", "Policy": "goodterms.facts.policy", "Period": "goodterms.facts.periods"}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used (PEP 562)."""
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415  (reads the disk: only when asked)

        return version("goodterms")
    if name in _ROOM_OF:
        from importlib import import_module  # noqa: PLC0415

        return getattr(import_module(_ROOM_OF[name]), name)
    raise AttributeError(f"module 'goodterms' has no attribute {name!r}")
