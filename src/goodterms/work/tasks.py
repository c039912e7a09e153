"""What a worker can be asked for: each task names its files and its user, and says in a sentence what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.utils import timezone
from django_tasks import task

import goodterms
from goodterms.errors import UsageError
from goodterms.facts.engine import connect
from goodterms.facts.policy import Policy
from goodterms.register.user import User
from goodterms.work.import_files import abandon, prepare, publish
from goodterms.work.job import current_attempt
from goodterms.work.run_analysis import run_analysis


@task()
def import_later(*, by: str, files: Sequence[str], tables: Mapping[str, Sequence[str]], mapping: str) -> str:
    """Import files as they are then; ``mapping`` is the text of a mapping file, which answers what they leave open."""
    who = User.objects.get(pk=by)
    tell = _tell
    from goodterms.intake.mapping.mapping_file import Mapping as Known  # heavy: only where files are read

    reading = goodterms.read(
        [Path(file) for file in files],
        **{name: [Path(file) for file in given] for name, given in tables.items()},
        mapping=Known.read(mapping, "the mapping of the job") if mapping else None,
        progress=tell,
    )
    tell("preparing")
    run = prepare(reading, by=who, at=timezone.now())
    if run.changes_nothing:
        abandon(run.number)
        return "Everything is there already: nothing was changed."
    tell("publishing")
    try:
        publish(run, reading.facts.engine, by=who, at=timezone.now())
    except UsageError:
        abandon(run.number)
        raise
    return f"Import {run.number} is published: {reading.accepted:,} rows accepted, {reading.rejected:,} rejected."


@task()
def run_later(*, by: str, periods: Sequence[str], policy: str, kept_as: str = "") -> str:
    """Work out the figures of the facts as they are then; ``policy`` is the text of a policy, "" for the company's own."""
    if len(periods) not in {0, 2}:
        raise UsageError("Give two periods, or none.")
    who = User.objects.get(pk=by)
    pair = (periods[0], periods[1]) if periods else None
    rules = Policy.read(policy) if policy else None
    run, result = run_analysis(connect(), policy=rules, periods=pair, kept_as=kept_as, by=who, at=timezone.now(), progress=_tell)
    return f"Run {run.number}: {result.answer}"


def _tell(step: str, done: float | None = None, **_: Any) -> None:
    attempt = current_attempt()
    if attempt is not None:
        attempt.tell(step, done)
