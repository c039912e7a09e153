"""``goodterms worker``: do what waits in the background."""

from __future__ import annotations

import logging
import sys
from typing import Annotated

import typer

from goodterms.cli.acting import Home, acting_in
from goodterms.cli.look import DONE


def worker(
    until_idle: Annotated[bool, typer.Option("--until-idle", help="Leave when nothing waits.")] = False,
    home: Home = None,
) -> int:
    """Do what was asked for with --later, one after another, until told to stop; several workers may be at it."""
    acting_in(home, "")
    from goodterms.work.worker import Worker  # noqa: PLC0415

    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(message)s")
    one = Worker(batch=until_idle)
    one.configure_signals()
    one.run()
    return DONE
