"""The command ``goodterms``: its list of commands, and what an error becomes for a person: one sentence and an exit code, never a traceback."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from functools import singledispatch
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, NoReturn

import typer

from goodterms.cli import run as run_command
from goodterms.cli.backup import backup
from goodterms.cli.check import check
from goodterms.cli.close import close
from goodterms.cli.company_text import fields, load_policy, mapping, save_policy, sources
from goodterms.cli.demo import demo
from goodterms.cli.import_files import import_files
from goodterms.cli.init import init
from goodterms.cli.look import look
from goodterms.cli.policy import app as policy
from goodterms.cli.restore import restore
from goodterms.cli.status import status
from goodterms.cli.trace import trace
from goodterms.cli.undo import undo
from goodterms.cli.users import app as users
from goodterms.cli.worker import worker
from goodterms.errors import GoodtermsError
from goodterms.problems import visible

WRONG_USE = 2
UNEXPECTED = 70
INTERRUPTED = 130
NOBODY_READS = 141
TERMINATED = 143
_FAILING = {"django.db.utils.OperationalError", "_duckdb.IOException", "duckdb.IOException"}
"""Errors of a database or disk that fails, by name: where there is no installation neither is loaded."""

app = typer.Typer(name="goodterms", add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
app.command()(look)
app.command()(trace)
app.command()(demo)
app.command()(init)
app.command(name="import")(import_files)
app.command()(undo)
app.command()(close)
app.command()(run_command.run)
app.command()(status)
app.command()(worker)
app.command()(check)
app.command()(backup)
app.command()(restore)
policy.command("load")(load_policy)
policy.command("save")(save_policy)
app.add_typer(users)
app.add_typer(policy)
app.add_typer(mapping)
app.add_typer(fields)
app.add_typer(sources)


def _print_version(wanted: bool) -> None:
    if wanted:
        import goodterms  # noqa: PLC0415  (the version is looked up only when asked)

        typer.echo(f"goodterms {goodterms.__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def goodterms(
    context: typer.Context,
    _version: Annotated[bool, typer.Option("--version", help="Print the version and leave.", callback=_print_version, is_eager=True)] = False,
) -> None:
    """From a company's own files to what every customer and product earns, and why profit moved.

    Begin with `goodterms look invoices.csv`, or with `goodterms demo` if you have no file at hand.
    """
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def run() -> NoReturn:
    """Run the command that the arguments name, and leave with its exit code."""
    if sys.stderr is None:  # closed: what is said goes nowhere, and into no file that is opened meanwhile
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  (for as long as the process lives)
    if sys.stdout is None:
        _say("The standard output is closed, so there is nowhere to print to. Leave it open, or send it to a file.")
        raise SystemExit(WRONG_USE)
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="replace")  # a terminal that has no minus sign or ellipsis shows "?" there, and the figures still come
    signal.signal(signal.SIGTERM, _leave)
    raise SystemExit(exit_code_of(sys.argv[1:]))


def _leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(TERMINATED)


def exit_code_of(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code, having said on stderr what went wrong.

    ====  ==========================================================================
    0     done
    1     done, with rejected rows or unassigned cost; `check` found damage
    2     wrong use, mapping or policy; or a folder that cannot be written
    3     an answer is needed
    4     a file is unreadable, nothing was written
    70    a defect of Goodterms; the sentence names the file that holds the details
    130   interrupted
    ====  ==========================================================================

    Of several errors met together the highest code counts.
    """
    try:
        code = app(args=list(arguments), prog_name="goodterms", standalone_mode=False)
        if sys.stdout:
            sys.stdout.flush()
    except SystemExit as left:
        if isinstance(left.__context__, BrokenPipeError):  # Typer leaves with 1 then, which means "rejected rows" here
            return said(left.__context__)
        raise
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  (the last resort: whatever it is, a person gets a sentence and the details are kept)
        return said(error)
    return said(KeyboardInterrupt()) if code == INTERRUPTED else code or 0


def _say(sentence: str) -> None:
    typer.echo(visible(sentence, keep="\n"), err=True)


@singledispatch
def said(error: BaseException) -> int:
    """Say what an error means to a person and return the exit code. What nobody foresaw is kept in a file of the temporary folder."""
    if isinstance(error, Exception) and type(error).__module__ == "django.db.utils":
        from goodterms.work.register_errors import sentence_of  # noqa: PLC0415  (only where there is a register)

        if known := sentence_of(error):
            _say(known)
            return WRONG_USE
    if any(f"{kind.__module__}.{kind.__name__}" in _FAILING for kind in type(error).__mro__):
        _say(f"Goodterms could not read or write what it keeps: {str(error).strip()}. Nothing half-written was left. Mend that, and run the command again.")
        return WRONG_USE
    import tempfile  # noqa: PLC0415  (seldom needed)

    sentence = f"Goodterms met something it does not know how to handle ({type(error).__name__})."
    try:
        with tempfile.NamedTemporaryFile("w", prefix="goodterms-", suffix=".log", encoding="utf-8", delete=False) as log:
            log.write("".join(traceback.format_tb(error.__traceback__)) + type(error).__name__)  # the message may hold values of the base
    except OSError:
        last = traceback.extract_tb(error.__traceback__)[-1]
        _say(f"{sentence} It happened in {Path(last.filename).name}, line {last.lineno}; the temporary folder takes no file, so the details are lost.")
    else:
        _say(f"{sentence} The details are in {log.name}; please report them.")
    return UNEXPECTED


@said.register
def _(error: GoodtermsError) -> int:
    _say(str(error))
    return error.exit_code


@said.register
def _(errors: ExceptionGroup) -> int:
    """Each error is said; the highest exit code counts. A group that holds anything but our own errors was not foreseen."""
    if not all(isinstance(error, GoodtermsError) for error in errors.exceptions):
        return said.dispatch(BaseException)(errors)
    return max(said(error) for error in errors.exceptions)


@said.register
def _(error: typer.TyperException) -> int:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "goodterms"
    _say(f"{error.format_message()}\nSee `{command} --help`.")
    return WRONG_USE


@said.register(KeyboardInterrupt)
@said.register(typer.Abort)
def _(_error: BaseException) -> int:
    _say("Interrupted. Nothing half-written was left.")
    return INTERRUPTED


@said.register
def _(_error: BrokenPipeError) -> int:
    """The reader of our output left (``| head``)."""
    _give_up_output()
    return NOBODY_READS


@said.register
def _(_error: UnicodeEncodeError) -> int:
    _say("What was passed holds signs that are no text. Write it in letters that your terminal shows.")
    return WRONG_USE


@said.register
def _(error: OSError) -> int:
    """A disk that takes no more, or a place that may not be written, is the user's to mend; any other was not foreseen."""
    if error.errno == errno.ENAMETOOLONG:
        _say(f"…{str(error.filename)[-40:]} is too long a name for a file or folder: choose a shorter one.")
        return WRONG_USE
    if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS, errno.EACCES, errno.EPERM}:
        return said.dispatch(BaseException)(error)
    _give_up_output()
    done = "read or written" if error.errno in {errno.EACCES, errno.EPERM, errno.EIO} else "written"
    _say(f"{error.filename or 'The output'} could not be {done}: {error.strerror}. Make room or give permission, and run the command again.")
    return WRONG_USE


def _give_up_output() -> None:
    """Send what is still in the buffer nowhere, so that leaving does not fail once more."""
    with contextlib.suppress(OSError, ValueError, AttributeError):  # no such stream, or one that is no file: nothing to send
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
