"""A process that prepares an import, waits until it is told to go on, publishes it, and prints what that came to."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from goodterms.work.installation import acting, open_installation

open_installation(Path(sys.argv[1]))

import goodterms  # noqa: E402  (Django is set up)
from goodterms.work.import_files import prepare, publish  # noqa: E402


def main():
    at = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    reading = goodterms.read([Path(sys.argv[2])], customers=[Path(file) for file in sys.argv[3:]])
    tell("ready to prepare")
    sys.stdin.readline()
    run = prepare(reading, by=acting(""), at=at)
    tell("prepared")
    sys.stdin.readline()
    done = publish(run, reading.facts.engine, by=acting(""), at=at)
    tell(f"published {done.number}")


def tell(what):
    sys.stdout.write(what + "\n")
    sys.stdout.flush()


main()
