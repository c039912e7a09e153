"""Checking an installation: its audit is whole, its files and those that runs keep hold what was written, and closed months come to what they came to."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from goodterms.register.access import ensure_may
from goodterms.register.imported import ClosedPeriod, FactsFile, ImportedFile, ImportRows, ImportState
from goodterms.register.rights import Verb
from goodterms.register.search_tables import lacks_trigrams, make_trigram_index
from goodterms.register.user import User
from goodterms.work.check_audit import check_audit
from goodterms.work.check_kept_months import check_kept_months
from goodterms.work.keep_originals import originals
from goodterms.work.manifest import check_manifest, mend_manifest
from goodterms.work.month_sums import sums_of_month
from goodterms.work.stored import store

_STANDING = (ImportState.PREPARING, ImportState.WAITING, ImportState.PUBLISHED)


@dataclass(frozen=True)
class Checked:
    """What was looked at, and what is not as it should be, a sentence each; all else can be used as before."""

    said: tuple[str, ...]
    found: tuple[str, ...]


def check(engine: Any, *, by: User, elsewhere: tuple[int, str] | None = None) -> Checked:
    """Verify all that an installation holds; ``elsewhere`` is a head of the audit, number and digest, that was kept in another place.

    Raises
    ------
    NotAllowedError
        The user may not check the installation.
    """
    ensure_may(by, Verb.CHECK)
    audit = check_audit(elsewhere)
    of_manifest = check_manifest()
    named = _named_files()
    damaged = {sha256: damage for sha256 in named if (damage := store().damage_of(sha256))}
    kept = ImportedFile.objects.exclude(original=None).order_by("of", "name", "table")
    of_originals = {file.original: file for file in kept}
    lost = [
        f"{file.name} of import {file.of_id}: {damage}" for name, file in of_originals.items() if name and (damage := originals().damage_of(name, file.sha256))
    ]
    kept_by_runs = check_kept_months()
    closed = list(ClosedPeriod.objects.filter(reopened_at=None).order_by("month", "entity"))
    said = (
        f"Audit: {audit.number:,} entries, head {audit.number}:{audit.digest}; {audit.erased:,} values were erased.",
        f"Facts: {len(named):,} files.",
        f"Originals: {len(of_originals):,} files.",
        f"Closed: {len(closed):,} months.",
        kept_by_runs.said,
    )
    of_facts = [f"{what}: {damage}" for sha256, damage in damaged.items() for what in named[sha256]]
    of_months = [sentence for period in closed for sentence in _check_closed(engine, period, damaged)]
    found = (*audit.found, *of_manifest, *of_facts, *lost, *of_months, *kept_by_runs.found)
    if not found:
        mend_manifest()
    if lacks_trigrams():
        make_trigram_index()
    return Checked(said, found)


def _named_files() -> dict[str, list[str]]:
    """The files of facts that the register names, each with what it holds: of live months, and of imports that stand or wait."""
    named: dict[str, list[str]] = {}
    for live in FactsFile.objects.filter(until=None).order_by("table", "month"):
        named.setdefault(live.sha256, []).append(f"{_held(live)}, live since version {live.since_id}")
    for rows in ImportRows.objects.filter(of__state__in=_STANDING).order_by("of", "table", "month"):
        named.setdefault(rows.sha256, []).append(f"{_held(rows)}, as import {rows.of_id} brought them")
    return named


def _held(file: FactsFile | ImportRows) -> str:
    return f"{file.table.replace('_', ' ').capitalize()}{_of_month(file.month)} ({file.rows:,} row{'s' * (file.rows != 1)})"


def _of_month(month: date | None) -> str:
    return f" of {month:%Y-%m}" if month else " without a day"


def _check_closed(engine: Any, period: ClosedPeriod, damaged: Collection[str]) -> Iterator[str]:
    """Compare a closed month with what closing kept of it; what damaged files hold is named already."""
    now = sums_of_month(engine, period.month, period.entity, without=damaged)
    for table in sorted({*period.sums, *now}):
        kept, found = period.sums.get(table), now.get(table)
        if kept == found or (kept and kept.get("file") in damaged) or (found is None and _is_of_damaged(table, period.month, damaged)):
            continue
        whose = f" of {period.entity}" if period.entity else ""
        yield f"Closed month {period.month:%Y-%m}{whose}: {table.replace('_', ' ')} come to {_sums(found)} now, and came to {_sums(kept)} when it was closed."


def _is_of_damaged(table: str, month: date, damaged: Collection[str]) -> bool:
    return FactsFile.objects.filter(table=table, month=month, until=None, sha256__in=damaged).exists()


def _sums(of: dict[str, Any] | None) -> str:
    """Sums as a person reads them; the file's name tells apart what comes to the same."""
    if of is None:
        return "nothing"
    amounts = ", ".join(f"{amount} {currency}".rstrip() for currency, amount in of["sums"].items())
    file = f" in file {of['file'][:12]}" if "file" in of else ""
    return f"{of['rows']:,} rows{amounts and f', {amounts}'}{file}"
