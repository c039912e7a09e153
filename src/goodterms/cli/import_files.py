"""``goodterms import``: bring files into the base, after showing what that would change."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goodterms.cli.acting import As, Home, acting_in
from goodterms.cli.asking import Asking
from goodterms.cli.look import DONE, DONE_WITH_LOSS
from goodterms.cli.progress import shown_on
from goodterms.errors import UsageError
from goodterms.problems import visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from goodterms.intake import Reading
    from goodterms.register.user import User
    from goodterms.work.import_files import DryRun

MOST_SAID = 20


def import_files(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="Sale lines, or what the mapping says; e-invoices, bank statements and SAF-T files, folders and zip files of them.",
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
    yes: Annotated[bool, typer.Option("--yes", help="Publish without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")] = False,
    open_only: Annotated[bool, typer.Option("--open-only", help="Leave documents out that would change closed months, and write them to a folder.")] = False,
    later: Annotated[bool, typer.Option("--later", help="Leave it to a worker; what is asked is answered by --map alone.")] = False,
    home: Home = None,
    as_: As = "",
) -> int:
    """Bring files into the base: all of them or none. What is there already stays; what they bring again replaces it.

    Exit codes: 0 done; 1 done, with rejected rows; 2 wrong use; 3 an answer is needed; 4 a file is unreadable, nothing was written.
    """
    by, at, login = acting_in(home, as_, to="IMPORT")
    from goodterms.work.company_text import company_mapping  # noqa: PLC0415
    from goodterms.work.import_files import DryRunChangedError, abandon, prepare, publish  # noqa: PLC0415
    from goodterms.work.sweep import sweep_when_free  # noqa: PLC0415

    named = {"costs": costs, "activities": activities, "products": products, "customers": customers, "purchases": purchases}
    tables = {name: list(given or ()) for name, given in named.items()}
    if later:
        if beside := [name for name, given in (("--answer", answers), ("--open-only", open_only), ("--dry-run", dry_run)) if given]:
            raise UsageError(f"A worker publishes by itself what the mapping answers: --later goes without {' and '.join(beside)}.")
        return _leave_to_worker(files, tables, mapping, by=by, at=at)
    asking = Asking(mapping, answers or (), "" if mapping else company_mapping())
    reading = asking.read(files, tables)
    _keep_answers(asking, by=by, at=at, login=login)
    with shown_on(sys.stderr) as progress:
        progress("preparing")
        run = prepare(reading, open_only=open_only, by=by, at=at)
    _show(run, reading)
    try:
        _write_left_out(run)
    except OSError:
        abandon(run.number)
        raise
    try:
        said = _not_to_be_published(run, dry_run=dry_run, yes=yes)
        while not said:
            try:
                with shown_on(sys.stderr) as progress:
                    progress("publishing")
                    publish(run, reading.facts.engine, as_shown=not yes, by=by, at=at, login=login)
                break
            except DryRunChangedError as changed:
                run = changed.run
                typer.echo("Others published meanwhile. This is what it would change now:")
                _show(run, reading)
                said = _not_to_be_published(run, dry_run=dry_run, yes=yes)
    except (UsageError, typer.Abort):
        abandon(run.number)
        raise
    if said:
        abandon(run.number)
        typer.echo(said)
        return DONE
    sweep_when_free(at=at)
    typer.echo(f"Import {run.number} is published. To take it back:   goodterms undo {run.number}")
    return DONE_WITH_LOSS if reading.rejected else DONE


def _not_to_be_published(run: DryRun, *, dry_run: bool, yes: bool) -> str:
    """Say why nothing is published: there is nothing to, it was not asked for, or the person does not agree; else "".

    Raises
    ------
    UsageError
        Nobody is there to agree.
    """
    if run.changes_nothing:
        return "Everything is there already: nothing was changed."
    if run.closed and not dry_run:
        return ""  # publishing refuses it, with the documents and the ways out
    return "" if not dry_run and (yes or agreed("Publish this?")) else "Nothing was changed."


def _leave_to_worker(files: Sequence[Path], tables: Mapping[str, Sequence[Path]], mapping: Path | None, *, by: User, at: datetime) -> int:
    from goodterms.intake.mapping.mapping_file import Mapping as Known  # noqa: PLC0415
    from goodterms.work.company_text import company_mapping  # noqa: PLC0415
    from goodterms.work.job import ask_for  # noqa: PLC0415
    from goodterms.work.tasks import import_later  # noqa: PLC0415

    places = {name: [str(file.absolute()) for file in given] for name, given in tables.items()}
    Known.load(mapping)
    text = mapping.read_text("utf-8-sig") if mapping else company_mapping()
    own = [str(file.absolute()) for file in files]
    job = ask_for(import_later, what=f"import {files[0].name}", by=by, at=at, files=own, tables=places, mapping=text)
    typer.echo(f"Job {job.pk} waits for a worker:   goodterms worker")
    return DONE


def _keep_answers(asking: Asking, *, by: User, at: datetime, login: str) -> None:
    """Keep answers in the mapping file that was passed, else in the company's mapping, so that files to come ask no more."""
    if asking.file or not asking.answered:
        asking.keep()
        return
    from goodterms.errors import ChangedMeanwhileError  # noqa: PLC0415
    from goodterms.intake.mapping.answers import for_files_to_come  # noqa: PLC0415
    from goodterms.register.company_text import TextKind  # noqa: PLC0415
    from goodterms.work.company_text import load  # noqa: PLC0415

    try:
        edition = load(TextKind.MAPPING, for_files_to_come(asking.company, asking.text), by=by, at=at, login=login)
    except ChangedMeanwhileError:
        asking.keep()
        typer.echo(f"Someone else changed the company's mapping meanwhile. {asking.said}")
    else:
        typer.echo(f"Your answers are kept in the company's mapping, edition {edition.number}: files of these names ask no more.")


def _write_left_out(run: DryRun) -> None:
    """Write the rows of closed months that were left out, as tables."""
    if not run.left_out:
        return
    from goodterms.report.tables import write_tables  # noqa: PLC0415

    folder = Path(f"left-out-of-import-{run.number}")
    write_tables(run.left_out, folder)
    rows = sum(table.num_rows for table in run.left_out.values())
    typer.echo(f"{rows:,} rows of documents that would change closed months are left out: they are in {folder}. Import the same files again after reopening.")


def agreed(question: str) -> bool:
    """Ask the person at the terminal.

    Raises
    ------
    UsageError
        There is none.
    """
    if not sys.stdin.isatty():
        raise UsageError("Nobody is here to agree, and nothing was changed. Pass --yes to do what is shown above, or --dry-run to see it alone.")
    return typer.confirm(question)


def _show(run: DryRun, reading: Reading) -> None:
    """What would change, file by file and table by table."""
    for account in reading.files:
        typer.echo(
            f"{account.file}: {account.physical:,} records, {account.accepted:,} accepted, {account.rejected:,} rejected, {account.set_aside:,} set aside."
        )
        for currency, total in account.net_by_currency.items():
            typer.echo(f"    {total:,.2f} {currency}".rstrip())
    for table, counts in run.tables.items():
        typer.echo(f"{table.replace('_', ' ')}: {counts.new:,} new, {counts.changed:,} changed, {counts.unchanged:,} there already.")
        for document in counts.shrinking[:MOST_SAID]:
            typer.echo(f"    Document {document} would have fewer lines than now.")
    if run.met_twice:
        typer.echo(f"Met twice: {run.met_twice:,} documents are there from another source too; both are kept, and a run counts one.")
    for what, records in (("New", run.new_records), ("Changed", run.changed_records)):
        if of := ", ".join(f"{count:,} {kind}" for kind, count in records.items() if count):
            typer.echo(f"{what}: {of}.")
    _show_what_stays(run)
    for problem in reading.problems[:MOST_SAID]:
        typer.echo(f"    {visible(str(problem))}")
    if len(reading.problems) > MOST_SAID:
        typer.echo(f"    {len(reading.problems) - MOST_SAID:,} more: see   goodterms look   with the same files.")


def _show_what_stays(run: DryRun) -> None:
    """What people set, and what closed months hold."""
    for sentence in run.kept[:MOST_SAID]:
        typer.echo(f"    {visible(sentence)}")
    if len(run.kept) > MOST_SAID:
        typer.echo(f"    {len(run.kept) - MOST_SAID:,} more fields stay as people set them.")
    for document in run.closed[:MOST_SAID]:
        typer.echo(f"    {visible(document)} is of a closed month: nothing can be published with it. Reopen the month, or pass --open-only.")
