"""A run: the facts of now, worked out under the policy of now, kept with the figures that lists show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from importlib.metadata import version
from typing import Any

from django.db import transaction

from goodterms.analysis.keys import NO_PRODUCT
from goodterms.analysis.result import MEASURE_COLUMN, Result
from goodterms.analysis.study import analyse
from goodterms.facts.columns import MONEY_PLACES, NOT_CUSTOMERS
from goodterms.facts.periods import Period
from goodterms.facts.policy import Policy
from goodterms.register.access import ensure_may
from goodterms.register.company_text import TextKind
from goodterms.register.imported import FactsVersion
from goodterms.register.rights import Verb
from goodterms.register.run import CounterpartyFigures, CurrentRun, ProductFigures, Run, RunState
from goodterms.register.source_key import KeyKind, SourceKey
from goodterms.register.user import User
from goodterms.work.company_text import in_force, policy_in_force
from goodterms.work.facts_of_company import facts_of_company
from goodterms.work.settle import settle_all
from goodterms.work.writing import writing

_AT_ONCE = 2_000


def run_analysis(
    engine: Any,
    *,
    policy: Policy | None = None,
    periods: tuple[Period | str, Period | str] | None = None,
    by: User,
    at: datetime,
    login: str = "",
    progress: Callable[[str], None] | None = None,
) -> tuple[Run, Result]:
    """Work out the company's figures, and show them from now on.

    Raises
    ------
    PeriodError
        There are no sale lines, or none in a period.
    NotAllowedError
        The user may not work out the company's figures.
    """
    ensure_may(by, Verb.RUN)
    settle_all()
    facts_version = FactsVersion.objects.order_by("-number")[0].number
    facts = facts_of_company(engine)
    edition = in_force(TextKind.POLICY)
    result = analyse(facts, periods=periods, policy=policy or policy_in_force(), progress=progress)
    run = Run.objects.create(
        made_by=by,
        begun_at=at,
        facts_version=facts_version,
        key_map="",
        policy="given" if policy else edition.sha256 if edition else "",
        engine=version("goodterms"),
        as_of=result.figures["last_sale_day"],
        earlier=result.earlier.label if result.earlier else "",
        later=result.later.label,
        measure=result.measure,
        currency=result.currency or "",
        answer=result.answer,
    )
    _keep_figures(run, result)
    with writing("run", by=by, at=at, login=login) as now:
        Run.objects.filter(pk=run.pk).update(state=RunState.READY)
        CurrentRun.objects.update(run=run)
        now.note("run", str(run.number), facts_version=facts_version, answer=result.answer)
    run.refresh_from_db()
    return run, result


def _keep_figures(run: Run, result: Result) -> None:
    """Write the figures of every counterparty and product, so many in one transaction; nobody sees them before the run is the current one."""
    for name, kind, ours, model, of in (
        ("customers", KeyKind.CUSTOMERS, "customer", CounterpartyFigures, "counterparty"),
        ("products", KeyKind.PRODUCTS, "product", ProductFigures, "product"),
    ):
        known = {
            _as_named(space, said or key): pk
            for space, key, said, pk in SourceKey.objects.visible().filter(kind=kind).values_list("space", "key", "said", f"{of}_id")
        }
        rows = result.tables[name].to_pylist()
        figures = [_figures(model, run, of, known[row[ours]], row, result) for row in rows if row[ours] in known]
        for begin in range(0, len(figures), _AT_ONCE):
            with transaction.atomic():
                model._default_manager.bulk_create(figures[begin : begin + _AT_ONCE])  # noqa: SLF001


def _as_named(space: str, key: str) -> str:
    """What an analysis calls a key: see :mod:`goodterms.analysis.keys`."""
    return f"{space}:{key}" if space or key in {*NOT_CUSTOMERS, NO_PRODUCT} else key


def _figures(model: Any, run: Run, of: str, pk: Any, row: dict[str, Any], result: Result) -> Any:
    """The figures of one row of a table of results, to the unit that the register keeps."""
    profit = MEASURE_COLUMN[result.measure] if of == "counterparty" or result.measure != "net profit" else "product_contribution"
    return model(
        run=run,
        net_sales=_rounded(row["net_sales_later"]),
        net_sales_earlier=_rounded(row.get("net_sales_earlier")),
        gross_margin=_rounded(row.get("gross_margin_later")),
        profit=_rounded(row.get(f"{profit}_later")),
        profit_earlier=_rounded(row.get(f"{profit}_earlier")),
        **{f"{of}_id": pk},
    )


def _rounded(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount.quantize(Decimal(1).scaleb(-MONEY_PLACES), ROUND_HALF_UP)
