"""What an installation holds and what waits in it, in a few lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatch
from pathlib import Path
from uuid import UUID

from django.db import connection

from goodterms.register.access import fields, rows
from goodterms.register.audit import AuditHead
from goodterms.register.company_text import Source
from goodterms.register.counterparty import Counterparty
from goodterms.register.imported import FactsFile, FactsVersion, Import, ImportedFile, ImportState, Lease
from goodterms.register.job import Job, JobState
from goodterms.register.product import Product
from goodterms.register.run import CurrentRun, Run
from goodterms.register.search_tables import lacks_trigrams
from goodterms.register.source_key import KeyKind, SourceKey
from goodterms.register.user import User
from goodterms.work.kept_backups import line_of_erasures

_FAILED_SHOWN = 3
_PATIENCE = 1.5
_AT_ONCE = 100


def lines_of_state(home: Path, *, by: User, at: datetime) -> list[str]:
    """The state of an installation, a line a thing; what the company earns and what waits is for those who see it.

    Raises
    ------
    NotAllowedError
        The user works here no longer.
    """
    facts = FactsVersion.objects.order_by("-number")[0]
    live = list(FactsFile.objects.filter(until=None))
    lease, head, current = Lease.objects.get(), AuditHead.objects.get(), CurrentRun.objects.select_related("run").get().run
    waiting = ", ".join(map(str, Import.objects.filter(state=ImportState.WAITING).values_list("number", flat=True)))
    answer = f": {current.answer}" if current and "answer" in fields(by, Run) else ""
    figures = f"run {current.number} as of {current.as_of}{answer}" if current else "none yet: goodterms run"
    if current and current.facts_version < facts.number:
        figures += " (the facts have changed since: goodterms run)"
    return [
        f"Installation   {home.absolute()}",
        f"Register       {_database()}",
        f"Counterparties {rows(by, Counterparty).count():,}",
        f"Products       {rows(by, Product).count():,}",
        *_search(),
        f"Facts          version {facts.number} of {facts.published_at:%Y-%m-%d %H:%M} UTC: {sum(file.rows for file in live):,} rows in {len(live):,} files",
        f"Figures        {figures}",
        f"Being done     {lease.holder.rpartition(' ')[0] or 'nothing'}",
        *_jobs(by),
        f"Waiting        {f'imports {waiting}' if waiting else 'nothing'}",
        *_late(by, at),
        *_untied(by),
        f"Erasures       {line_of_erasures()}",
        f"Audit          {head.number}:{head.digest}",
    ]


def _jobs(by: User) -> list[str]:
    """The jobs that wait or run, and the last ones that failed, as far as the user sees them."""
    if "state" not in fields(by, Job):
        return []
    seen = rows(by, Job).values("pk")
    shown = Job.objects.filter(pk__in=seen)
    going_on = shown.filter(state__in=[JobState.WAITING, JobState.RUNNING]).order_by("asked_at")
    failed = shown.filter(state=JobState.FAILED).order_by("-asked_at")[:_FAILED_SHOWN]
    return [f"Job            {job.what}: {job.state}{_how_far(job)}" for job in (*going_on, *failed)]


def _late(by: User, at: datetime) -> list[str]:
    """The sources whose files are late: half as long again as their rhythm since the last ones that were published."""
    if "rhythm_days" not in fields(by, Source):
        return []
    sources = list(Source.objects.filter(is_retired=False, rhythm_days__isnull=False).order_by("name"))
    last = _last_files(sources)
    lines = []
    for source in sources:
        came = last.get(source.pk)
        if came is None:
            lines.append(f"Late           {source.name}: no file has come yet")
        elif at - came > timedelta(days=(source.rhythm_days or 0) * _PATIENCE):
            lines.append(f"Late           {source.name}: the last file came on {came:%Y-%m-%d}, and one is expected every {source.rhythm_days} days")
    return lines


def _last_files(sources: Sequence[Source]) -> dict[UUID, datetime]:
    """When the last published file of each source came: the newest imports are looked at first, and no more than it takes."""
    found: dict[UUID, datetime] = {}
    published = ImportedFile.objects.filter(of__state=ImportState.PUBLISHED).order_by("-of", "-pk").values_list("name", "of__begun_at")
    files = published.iterator(chunk_size=_AT_ONCE) if sources else iter(())
    while len(found) < len(sources) and (file := next(files, None)) is not None:
        name, begun_at = file
        for source in sources:
            if source.pk not in found and fnmatch(Path(name).name, source.pattern or f"{source.name}*"):
                found[source.pk] = begun_at
    return found


def _untied(by: User) -> list[str]:
    """How many managers' keys wait for someone to say whose they are."""
    if "user" not in fields(by, SourceKey) or "email" not in fields(by, User):
        return []
    count = SourceKey.objects.visible().filter(kind=KeyKind.MANAGERS, user=None).count()
    return [f"Managers       {count:,} of the files are tied to no user: goodterms users untied"] if count else []


def _search() -> list[str]:
    """What a search lacks, and how to mend it."""
    if not lacks_trigrams():
        return []
    where = "Install it on its server (others than Debian and Ubuntu have it in postgresql-contrib), then run   goodterms check"
    return [f"Search         reads every name, which is slow where there are many: PostgreSQL lacks its extension pg_trgm. {where}"]


def _how_far(job: Job) -> str:
    share = f", {job.step} {job.share_done} %" if job.share_done is not None else f", {job.step}" if job.step else ""
    again = f", attempt {job.attempt}" if job.attempt > 1 else ""
    return f"{share}{again}{f': {job.said}' if job.said else ''}"


def _database() -> str:
    if connection.vendor == "postgresql":
        (version,) = _asked("SHOW server_version")
        return f"PostgreSQL {version}"
    (version,), (journal,) = _asked("SELECT sqlite_version()"), _asked("PRAGMA journal_mode")
    log = "with a write-ahead log" if journal == "wal" else f"with a rollback journal ({journal})"
    return f"SQLite {version}, {log}"


def _asked(query: str) -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return tuple(cursor.fetchone() or ())
