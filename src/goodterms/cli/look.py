"""``goodterms look``: from a company's own files to why its profit moved, printed and as a report."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from goodterms.cli.asking import Asking
from goodterms.cli.mapping_place import check_mapping_place
from goodterms.cli.progress import Progress, shown_on
from goodterms.cli.report_folder import check_folder, check_mended, written_at_once
from goodterms.errors import GoodtermsError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from goodterms.analysis.result import Result
    from goodterms.facts.policy import Policy
    from goodterms.intake import Reading

DONE = 0
DONE_WITH_LOSS = 1
_REJECTED = "Rejected rows"
WIDTH_OF_A_FILE = 120
"""Columns of text where the output is no terminal."""


def look(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="Sale lines: CSV, TSV, XLSX or Parquet; e-invoices, bank statements and SAF-T files, folders and zip files of them.",
            show_default=False,
        ),
    ],
    costs: Annotated[list[Path] | None, typer.Option("--costs", metavar="F", help="Amounts of cost by month and pool.")] = None,
    activities: Annotated[list[Path] | None, typer.Option("--activities", metavar="F", help="Visits, calls, deliveries, tickets, returns.")] = None,
    products: Annotated[list[Path] | None, typer.Option("--products", metavar="F", help="Names, families, list prices and unit costs.")] = None,
    customers: Annotated[list[Path] | None, typer.Option("--customers", metavar="F", help="Names, segments, countries, managers.")] = None,
    purchases: Annotated[list[Path] | None, typer.Option("--purchases", metavar="F", help="Lines of suppliers' invoices.")] = None,
    mapping: Annotated[Path | None, typer.Option("--map", metavar="F", help="What the columns mean, where their names do not say it.")] = None,
    answers: Annotated[list[str] | None, typer.Option("--answer", metavar="KEY=VALUE", help="Answer a question, as the question says it.")] = None,
    write_mapping: Annotated[Path | None, typer.Option("--write-map", metavar="F", help="Write down what was understood, to mend and pass again.")] = None,
    periods: Annotated[
        tuple[str, str] | None, typer.Option("--periods", metavar="A B", help="Compare these: 2012, 2012Q1, 2012-03 or 2012-01..2012-11.", show_default=False)
    ] = None,
    physical: Annotated[bool, typer.Option("--physical", help="Measure volume and mix in units sold, not in value.")] = False,
    policy: Annotated[Path | None, typer.Option("--policy", metavar="F", help="How costs are shared: policy.toml.")] = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the report goes.")] = Path("goodterms-report"),
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON, and that alone.")] = False,
) -> int:
    """Say why profit moved between two periods, through whom, and where the money goes.

    Without --periods the last twelve full months are compared with the twelve before. Each option that takes a file may be given several times.

    Exit codes: 0 done; 1 done, with rejected rows or unassigned cost; 2 wrong use, mapping or policy; 3 an answer is needed; 4 a file is unreadable.
    """
    return look_at(
        files,
        costs=costs or (),
        activities=activities or (),
        products=products or (),
        customers=customers or (),
        purchases=purchases or (),
        mapping=mapping,
        answers=answers or (),
        write_mapping=write_mapping,
        periods=periods,
        physical=physical,
        policy=policy,
        out=out,
        as_json=as_json,
    )


def look_at(
    files: Iterable[Path],
    *,
    costs: Iterable[Path] = (),
    activities: Iterable[Path] = (),
    products: Iterable[Path] = (),
    customers: Iterable[Path] = (),
    purchases: Iterable[Path] = (),
    mapping: Path | None = None,
    answers: Iterable[str] = (),
    write_mapping: Path | None = None,
    periods: tuple[str, str] | None = None,
    physical: bool = False,
    policy: Path | None = None,
    out: Path = Path("goodterms-report"),
    as_json: bool = False,
) -> int:
    """Read, analyse, print and write the report; return the exit code.

    Raises
    ------
    GoodtermsError
        What the library raises; several errors that do not depend on each other come as one ``ExceptionGroup``.
    """
    import goodterms  # noqa: PLC0415

    tables = {"costs": list(costs), "activities": list(activities), "products": list(products), "customers": list(customers), "purchases": list(purchases)}
    sales = list(files)
    inputs = [*sales, *(file for given in tables.values() for file in given), *([policy] if policy else [])]

    def check_places() -> None:
        check_folder(out)
        check_mended(out, inputs)
        if write_mapping is not None:
            check_mapping_place(write_mapping, inputs)

    asking = Asking(mapping, answers)
    reading, rules = prepared(places=check_places, policy=policy, periods=periods, read=lambda: asking.read(sales, tables))
    if write_mapping is not None:
        _write_mapping(reading, write_mapping)
    else:
        asking.keep()
    with shown_on(sys.stderr) as progress:
        result = goodterms.analyse(reading, periods=periods, policy=rules, physical=physical, progress=progress)
    _print(result, reading, as_json=as_json)
    with shown_on(sys.stderr) as progress:
        files_written, kept = _write_report(result, reading, out, progress)
    if not as_json:
        typer.echo("")
        for what, file in files_written:
            typer.echo(f"{what}: {file}")
        mended, is_all = _mended(reading)
        for sentence in mended:
            typer.echo(sentence)
        if any(what == _REJECTED for what, _file in files_written) and not is_all:
            typer.echo("Mend rejected rows in their file, save it beside the file that they come from, and look again with both.")
    if asking.kept is not None:
        typer.echo(asking.said, err=as_json)
    for file in kept:
        typer.echo(f"You had changed a file of the report. It is yours now, and stays as {file}.", err=as_json)
    return DONE_WITH_LOSS if reading.rejected or result.has_unassigned else DONE


def prepared(*, places: Callable[[], None], policy: Path | None, periods: tuple[str, str] | None, read: Any) -> tuple[Reading, Policy | None]:
    """Check the places to write to, the periods and the policy, and read the files; what is wrong with several of them is said together."""
    from goodterms.facts.periods import Period  # noqa: PLC0415
    from goodterms.facts.policy import Policy  # noqa: PLC0415

    errors: list[GoodtermsError] = []

    def attempt(step: Any) -> Any:
        try:
            return step()
        except ExceptionGroup as several:
            errors.extend(error for error in several.exceptions if isinstance(error, GoodtermsError))
        except GoodtermsError as error:
            errors.append(error)

    attempt(places)
    attempt(lambda: [Period.read(text) for text in periods or ()])
    rules = attempt(lambda: Policy.load(policy)) if policy is not None else None
    reading = attempt(read)
    if len(errors) > 1:
        raise ExceptionGroup("several things are wrong", errors)
    if errors:
        raise errors[0]
    return reading, rules


def _write_mapping(reading: Reading, file: Path) -> None:
    try:
        reading.write_mapping(file)
    except OSError as error:
        raise UsageError(f"The mapping could not be written to {file}: {error.strerror or error}. Pass --write-map with another place.") from error


def _write_report(result: Result, reading: Reading, out: Path, progress: Progress) -> tuple[list[tuple[str, Path]], list[Path]]:
    """Write the report and the rejected rows; return what a person should be told of, with its place, and the files of before that were changed and stay."""
    from goodterms import report  # noqa: PLC0415
    from goodterms.intake.mapping.file_mapping import origin_of  # noqa: PLC0415

    kept: list[Path] = []
    with written_at_once(out, kept.append) as staging:
        report.write_report(result, staging, reading=reading, progress=progress)
        rejected = reading.write_rejected(staging) if reading.rejected else []
    told = [(_REJECTED if origin_of(file.name) else "What is wrong", out / file.name) for file in rejected]
    return [("Report", out / "report.html"), *told], [out / file.relative_to(out.resolve()) for file in kept]


def _mended(reading: Reading) -> tuple[list[str], bool]:
    """How many rejected rows of a file came mended in another, a sentence for each, and whether as many came as are rejected in all."""
    from goodterms.intake.mapping.file_mapping import origin_of  # noqa: PLC0415  (heavy: only where files are read)

    said, still = [], reading.rejected
    for file in dict.fromkeys(account.file for account in reading.files):
        rejected = sum(account.rejected for account in reading.files if Path(account.file).name == origin_of(file))
        brought = sum(account.accepted for account in reading.files if account.file == file)
        if rejected and brought:
            said.append(f"Rejected in {origin_of(file)}: {rejected:,}. Mended in {file}: {brought:,}.")
            still -= brought
    return said, still <= 0


def _print(result: Result, reading: Reading, *, as_json: bool) -> None:
    if as_json:
        from goodterms.report.result_json import as_json as told  # noqa: PLC0415

        typer.echo(told(result, reading).encode())
        return
    from goodterms.report.terminal import print_result  # noqa: PLC0415

    print_result(result, output(), reading)


def output() -> Console:
    """Where text for people goes: the terminal, or lines of one width."""
    from rich.console import Console  # noqa: PLC0415

    return Console(file=sys.stdout, highlight=False, width=None if sys.stdout.isatty() else WIDTH_OF_A_FILE)
