"""What the library and the command say of the same files, as the same exact figures."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from goodterms.analysis.result import Bridge, Result

COMMAND = Path(sys.executable).with_name("goodterms")
TOLERANCE = Decimal("0.0001")
"""How far a step may be from the published table."""


@dataclass(frozen=True)
class SaidBridge:
    """A bridge: end points, labels, steps by name, and per level how many continue, only earlier, only later, with their shares of sales."""

    labels: tuple[str, str]
    quantities: str
    start: Decimal
    end: Decimal
    sales: tuple[Decimal, Decimal]
    steps: Mapping[str, Decimal]
    counts: Mapping[str, int]
    continuing: Mapping[str, tuple[int, int, int]]
    shares: Mapping[str, tuple[Decimal, Decimal]]

    def check_sum(self) -> None:
        """The parts sum to the change, and nothing remains at full precision."""
        assert sum(self.steps.values()) == self.end - self.start

    def check_table(self, table: Mapping[str, str]) -> None:
        """The steps are those of a published table, each within 0.0001, and sum with no remainder."""
        assert self.steps.keys() == table.keys()
        assert {step: amount for step, amount in table.items() if abs(self.steps[step] - Decimal(amount)) > TOLERANCE} == {}
        self.check_sum()


@dataclass(frozen=True)
class Said:
    """What one of the two faces said; ``table`` gives each table behind it."""

    measure: str
    bridge: SaidBridge
    like_for_like: SaidBridge | None
    answer: str
    explanation: tuple[str, ...]
    unfilled: tuple[str, ...]
    notices: tuple[str, ...]
    missing: Mapping[str, str]
    customers: tuple[str, ...]
    products: tuple[str, ...]
    rank_by: tuple[str, ...]
    unassigned: Decimal
    figures: Mapping[str, Any]
    table: Callable[[str], pa.Table]


@dataclass(frozen=True)
class Looked(Said):
    """What the command said, with its exit code and the folder of its report."""

    code: int
    report: Path


def by_library(result: Result) -> Said:
    """What a result says."""
    return Said(
        measure=result.measure,
        bridge=_of_library(result.bridge),
        like_for_like=result.like_for_like and _of_library(result.like_for_like),
        answer=result.answer,
        explanation=result.explanation,
        unfilled=result.unfilled,
        notices=result.notices,
        missing={missing.topic: missing.sentence for missing in result.missing},
        customers=tuple(culprit.key for culprit in result.customers),
        products=tuple(culprit.key for culprit in result.products),
        rank_by=(result.customers[0].rank_by, result.products[0].rank_by),
        unassigned=result.unassigned,
        figures=result.figures,
        table=result.tables.__getitem__,
    )


def by_command(report: Path, *arguments: Any) -> Looked:
    """Run ``goodterms look … --json`` in a process of its own; stdout is one JSON document and nothing else, and amounts are read as decimals."""
    ran = subprocess.run(
        [COMMAND, "look", *map(str, arguments), "--json", "--out", report], stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False
    )
    assert "Traceback" not in ran.stderr
    assert ran.stdout, ran.stderr
    told = json.loads(ran.stdout, parse_float=Decimal)
    assert told["schema"] == "goodterms.look/1"
    return Looked(
        measure=told["measure"],
        bridge=_of_command(told["bridge"]),
        like_for_like=told["like_for_like"] and _of_command(told["like_for_like"]),
        answer=told["answer"],
        explanation=tuple(told["explanation"]),
        unfilled=tuple(told["unfilled"]),
        notices=tuple(told["notices"]),
        missing={missing["topic"]: missing["sentence"] for missing in told["missing"]},
        customers=tuple(culprit["key"] for culprit in told["customers"]),
        products=tuple(culprit["key"] for culprit in told["products"]),
        rank_by=(told["customers"][0]["rank_by"], told["products"][0]["rank_by"]),
        unassigned=Decimal(told["unassigned"]),
        figures=told["figures"],
        table=lambda name: pq.read_table(report / "tables" / f"{name}.parquet"),
        code=ran.returncode,
        report=report,
    )


def total(table: pa.Table, column: str) -> Decimal:
    """The exact sum of a column of amounts."""
    return pc.sum(table[column]).as_py()


def _of_library(bridge: Bridge) -> SaidBridge:
    return SaidBridge(
        (bridge.earlier, bridge.later),
        bridge.quantities,
        bridge.start,
        bridge.end,
        (bridge.sales_start, bridge.sales_end),
        {step.step: step.amount for step in bridge.steps},
        bridge.counts,
        {at.level: (at.continuing, at.only_earlier, at.only_later) for at in bridge.continuing},
        {at.level: (at.share_earlier, at.share_later) for at in bridge.continuing},
    )


def _of_command(bridge: Mapping[str, Any]) -> SaidBridge:
    assert Decimal(bridge["change"]) == Decimal(bridge["end"]) - Decimal(bridge["start"])
    return SaidBridge(
        (bridge["earlier"], bridge["later"]),
        bridge["quantities"],
        Decimal(bridge["start"]),
        Decimal(bridge["end"]),
        (Decimal(bridge["sales_start"]), Decimal(bridge["sales_end"])),
        {step["step"]: Decimal(step["amount"]) for step in bridge["steps"]},
        bridge["counts"],
        {at["level"]: (at["continuing"], at["only_earlier"], at["only_later"]) for at in bridge["continuing"]},
        {at["level"]: (Decimal(at["share_earlier"]), Decimal(at["share_later"])) for at in bridge["continuing"]},
    )
