"""One simulated company in the making: its parameters, its chance, and the engine that holds its tables, one a step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goodterms.demo.parameters import Parameters
from goodterms.demo.streams import MACROS, Streams
from goodterms.facts.sql_text import text_of

if TYPE_CHECKING:
    import duckdb


GOLDEN, PLASTIC = 0.6180339887498949, 0.7548776662466927
"""Steps that spread evenly: the inverses of the golden and the plastic ratio, independent of each other."""


@dataclass(frozen=True)
class Simulation:
    """What every part of the company is made with. Amounts of money are whole cents in all of its tables (unit costs: 10⁻⁴), weights whole grams.

    ``parameters`` are those in force: effects and noise are worked in.
    """

    connection: duckdb.DuckDBPyConnection
    parameters: Parameters
    streams: Streams
    lines: int
    progress: Callable[[str], None]

    def step(self, name: str, sql: str) -> None:
        """Work a table out and keep it under its name."""
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")

    def keep_rows(self, name: str, columns: str, rows: Sequence[Sequence[float | str | None]]) -> None:
        """Keep a few rows that were worked out here, in one statement: the engine is slow with one row at a time."""
        values = ", ".join(f"({', '.join(_literal(value) for value in row)})" for row in rows)
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({columns})")
        if values:
            self.connection.execute(f"INSERT INTO {name} VALUES {values}")

    def drop(self, *names: str) -> None:
        """Let go of tables that no later part reads."""
        for name in names:
            self.connection.execute(f"DROP TABLE {name}")

    def figure(self, sql: str) -> int:
        """One whole number, for what the company as a whole decides; whole, because sums of floats depend on the order of rows."""
        row = self.connection.execute(sql).fetchone()
        return int(row[0] or 0) if row else 0

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """A few rows."""
        return self.connection.execute(sql).fetchall()

    @property
    def last_month(self) -> int:
        """The last month's number; the first is 0."""
        return self.parameters.months - 1


@contextmanager
def simulation(
    parameters: Parameters, *, lines: int, seed: int, workplace: Path, progress: Callable[[str], None], threads: int | None = None
) -> Iterator[Simulation]:
    """Open an engine of its own whose overflow goes to ``workplace``, ready to draw."""
    import duckdb  # noqa: PLC0415  (loaded when it is used)

    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": "3GB",
        "temp_directory": str(workplace),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    if threads:
        settings["threads"] = threads
    with duckdb.connect(":memory:", config=settings) as connection:
        for macro in MACROS:
            connection.execute(macro)
        yield Simulation(connection, parameters.in_force(lines), Streams(seed), lines, progress)


def texts(values: Sequence[str]) -> str:
    """A SQL list of texts."""
    return f"[{', '.join(text_of(value) for value in values)}]"


def double(value: float) -> str:
    """A SQL floating-point number: written with an exponent, since the engine reads one without as a decimal, whose digits soon run out."""
    return f"{value:.17e}"


def _literal(value: float | str | None) -> str:
    return "NULL" if value is None else text_of(value) if isinstance(value, str) else repr(value)


def pick(weights: Sequence[float], draw: str) -> str:
    """SQL for a choice among 1, 2, 3 … by weight."""
    total, reached, cases = sum(weights), 0.0, []
    for i, weight in enumerate(weights, 1):
        reached += weight
        cases.append(f"WHEN {draw} < {double(reached / total)} THEN {i}")
    return f"CASE {' '.join(cases[:-1])} ELSE {len(weights)} END" if len(weights) > 1 else "1"


def evenly(position: str, offset: float, step: float = GOLDEN) -> str:
    """SQL for a number in [0, 1) that is spread evenly over the positions, in no order that can be seen."""
    return f"(({position} * {double(step)} + {double(offset)}) % 1)"


def every(share: float, position: str, offset: float) -> str:
    """SQL for an even choice of a share along an order: with 0.1 every tenth, beginning anywhere. What is planted then never depends on luck alone."""
    return f"(floor({position} * {double(share)} + {double(offset)}) > floor(({position} - 1) * {double(share)} + {double(offset)}))"
