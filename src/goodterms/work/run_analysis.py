"""A run: the facts of now, worked out under the policy of now, kept with the figures that lists show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from importlib.metadata import version
from typing import Any

from django.db.models import Q

from goodterms.analysis.result import Result
from goodterms.analysis.stages import stages
from goodterms.analysis.study import analyse
from goodterms.errors import PeriodError
from goodterms.facts.periods import Period
from goodterms.facts.policy import Policy
from goodterms.register.access import ensure_may
from goodterms.register.company_text import TextKind
from goodterms.register.imported import FactsVersion
from goodterms.register.rights import Verb
from goodterms.register.run import CurrentRun, Run, RunState
from goodterms.register.user import User
from goodterms.work.company_text import in_force, policy_of
from goodterms.work.facts_of_company import facts_of_company
from goodterms.work.fitting import refuse_too_long
from goodterms.work.keep_figures import keep_figures, remove_old_runs, set_stages
from goodterms.work.kept_months import keep_key_map, kept_months, told
from goodterms.work.stored import live_facts
from goodterms.work.sweep import finish_left
from goodterms.work.writing import writing


def run_analysis(
    engine: Any,
    *,
    policy: Policy | None = None,
    periods: tuple[Period | str, Period | str] | None = None,
    kept_as: str = "",
    by: User,
    at: datetime,
    login: str = "",
    progress: Callable[[str], None] | None = None,
) -> tuple[Run, Result]:
    """Work out the company's figures, and show them from now on. A run that has a name, ``kept_as``, is kept for good.

    Raises
    ------
    PeriodError
        There are no sale lines, or none in a period.
    UsageError
        The name is too long.
    NotAllowedError
        The user may not work out the company's figures.
    """
    ensure_may(by, Verb.RUN)
    refuse_too_long(Run, "kept_as", kept_as)
    finish_left()
    if (shown := CurrentRun.objects.get().run) is not None:
        set_stages(shown)  # where a process ended before it had
    facts_version, live = _version(), live_facts()
    while facts_version != _version():  # others published between
        facts_version, live = _version(), live_facts()
    if not any(live["sale_lines"]):
        raise PeriodError("There are no sale lines yet to work out figures from. Import some:   goodterms import FILE")
    facts, key_map = facts_of_company(engine, live), keep_key_map(engine)
    edition = in_force(TextKind.POLICY)
    rules = policy or (policy_of(edition) if edition else Policy.empty())
    result = analyse(facts, periods=periods, policy=rules, progress=progress, kept=kept_months(engine, live))
    if (last := result.figures["last_sale_day"]) > at.date():
        sentence = f"The last sale day in the facts is {last}, which is yet to come: stages and the last full months are judged as of it. Mend that date."
        result = replace(result, notices=(*result.notices, sentence))
    run = Run.objects.create(
        made_by=by,
        begun_at=at,
        facts_version=facts_version,
        key_map=key_map,
        cubes=told(result.months),
        policy="given" if policy else edition.sha256 if edition else "",
        engine=version("goodterms"),
        as_of=result.figures["last_sale_day"],
        earlier=result.earlier.label if result.earlier else "",
        later=result.later.label,
        measure=result.measure,
        currency=result.currency or "",
        answer=result.answer,
        kept_as=kept_as,
    )
    keep_figures(run, result, stages(facts, rules, months=result.later.months))
    with writing("run", by=by, at=at, login=login) as now:
        Run.objects.filter(pk=run.pk).update(state=RunState.READY)
        CurrentRun.objects.filter(Q(run=None) | Q(run__facts_version__lte=facts_version)).update(run=run)  # what others worked out of newer facts stays
        now.note("run", str(run.number), facts_version=facts_version, answer=result.answer)
    set_stages(run)
    remove_old_runs(at=at)
    run.refresh_from_db()
    return run, result


def _version() -> int:
    return FactsVersion.objects.order_by("-number")[0].number
