"""``goodterms policy|fields|sources load|save``: what is kept in the installation, moved as TOML."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from goodterms.cli.acting import As, Home, acting_in
from goodterms.cli.look import DONE
from goodterms.errors import UsageError

File = Annotated[Path, typer.Argument(metavar="FILE", show_default=False)]

fields = typer.Typer(name="fields", help="The company's own fields.", no_args_is_help=True)
mapping = typer.Typer(name="mapping", help="What the columns of files mean, for every import.", no_args_is_help=True)
sources = typer.Typer(name="sources", help="The systems and folders that files come from.", no_args_is_help=True)


def load_policy(file: File, home: Home = None, as_: As = "") -> int:
    """Make a policy file the company's policy: a new edition, beside the ones of before."""
    return _load("policy", file, home, as_)


def save_policy(file: File, home: Home = None, as_: As = "") -> int:
    """Write the company's policy into a file, to change and load again."""
    return _save("policy", file, home, as_)


@mapping.command("load")
def load_mapping(file: File, home: Home = None, as_: As = "") -> int:
    """Make a mapping file the one that imports go by where none is passed: a new edition, beside the ones of before."""
    return _load("mapping", file, home, as_)


@mapping.command("save")
def save_mapping(file: File, home: Home = None, as_: As = "") -> int:
    """Write the company's mapping into a file, to change and load again."""
    return _save("mapping", file, home, as_)


@fields.command("load")
def load_fields(file: File, home: Home = None, as_: As = "") -> int:
    """Make the company's own fields what a file says: a new edition, beside the ones of before; fields that it leaves out are hidden."""
    return _load("fields", file, home, as_)


@fields.command("save")
def save_fields(file: File, home: Home = None, as_: As = "") -> int:
    """Write the company's own fields into a file, to change and load again."""
    return _save("fields", file, home, as_)


@sources.command("load")
def load_sources(file: File, home: Home = None, as_: As = "") -> int:
    """Make the sources what a file says: a new edition, beside the ones of before; sources that it leaves out are retired."""
    return _load("sources", file, home, as_)


@sources.command("save")
def save_sources(file: File, home: Home = None, as_: As = "") -> int:
    """Write the sources into a file, to change and load again."""
    return _save("sources", file, home, as_)


def _load(kind: str, file: Path, home: Path | None, as_: str) -> int:
    text = _read(file)
    by, at, login = acting_in(home, as_)
    from goodterms.register.company_text import TextKind  # noqa: PLC0415
    from goodterms.work.company_text import load  # noqa: PLC0415

    edition = load(TextKind(kind), text, by=by, at=at, login=login)
    typer.echo(f"Edition {edition.number} of the {kind} is in force.")
    return DONE


def _save(kind: str, file: Path, home: Path | None, as_: str) -> int:
    by = acting_in(home, as_).by
    from goodterms.register.company_text import TextKind  # noqa: PLC0415
    from goodterms.work.company_text import saved  # noqa: PLC0415

    _write(file, saved(TextKind(kind), by=by))
    return DONE


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {getattr(error, 'strerror', None) or 'it is no UTF-8 text'}.") from None


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}.") from None
    typer.echo(f"Written: {file}")
