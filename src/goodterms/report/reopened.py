"""A report's folder, opened again: its tables, its periods and steps, and its figures as they were printed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from goodterms.analysis.result import MEASURE_COLUMN, Bridge, BridgeStep, Measure, WaterfallRow
from goodterms.charts.printed import printed_bridge, printed_waterfall
from goodterms.errors import UnreadableFileError, UsageError
from goodterms.facts.engine import connect
from goodterms.facts.periods import Period
from goodterms.report.lookup import from_cents
from goodterms.report.parties import WHEN, Parties, parties_of

if TYPE_CHECKING:
    import pyarrow as pa
    from ibis import Table

FOLDER = "trace"
"""The folder beside the report that keeps what figures are traced to."""
ABOUT = "about.json"
TABLES = "tables"
_CANDIDATES = 10
"""How many are listed where a name is of several."""
Named = TypeVar("Named", WaterfallRow, BridgeStep)


@dataclass(frozen=True)
class Whose:
    """Whose figure is traced: a customer's, a product's, those of a product at a customer, or the company's."""

    customer: str | None = None
    product: str | None = None

    @property
    def is_company(self) -> bool:
        """Whether it is the whole company's."""
        return self.customer is None and self.product is None

    def among(self, table: Table) -> Table:
        """The rows of a table that are theirs; a table without such a column stays whole."""
        for column, key in (("counterparty", self.customer), ("product", self.product)):
            if key is not None and column in table.columns:
                table = table.filter(table[column] == key)
        return table


class _Tables(Mapping[str, "pa.Table"]):
    """The tables of a folder, each read when it is asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __getitem__(self, name: str) -> pa.Table:
        from pyarrow import parquet  # noqa: PLC0415

        if name not in self:
            raise KeyError(name)
        return parquet.read_table(self.folder / f"{name}.parquet")

    def __contains__(self, name: object) -> bool:
        return (self.folder / f"{name}.parquet").exists()

    def __iter__(self) -> Iterator[str]:
        return (file.stem for file in sorted(self.folder.glob("*.parquet")))

    def __len__(self) -> int:
        return sum(1 for _name in self)


class ReopenedReport:
    """What ``look`` left in a folder.

    Raises
    ------
    UnreadableFileError
        When the folder is not a report.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            about = json.loads((folder / FOLDER / ABOUT).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise UnreadableFileError(
                f"{folder} is not a report that can be traced: {FOLDER}/{ABOUT} is not there. Run goodterms look --out {folder} first."
            ) from error
        self.engine = connect()
        self.tables = _Tables(folder / TABLES)
        self.measure: Measure = about["measure"]
        self.periods = [Period(date.fromisoformat(p["first"]), date.fromisoformat(p["last"]), p["label"]) for p in about["periods"]]
        self.earlier = self.periods[0] if len(self.periods) > 1 else None
        self.later = self.periods[-1]
        self._fiscal_year_start: int = about.get("fiscal_year_start", 1)
        self._read: dict[Path, Table] = {}
        self._lists: dict[str, Parties | None] = {}
        self._known: dict[str, Mapping[str, str]] = {}

    def table(self, name: str, *, origin: bool = False) -> Table:
        """A table that was left, as an expression; an origin is what tables were made from, row by row."""
        path = self.folder / (FOLDER if origin else TABLES) / f"{name}.parquet"
        if not path.exists():
            raise UnreadableFileError(f"{path} is not there. Run goodterms look again.")
        if path not in self._read:
            self._read[path] = self.engine.read_parquet(path)
        return self._read[path]

    @cached_property
    def waterfall(self) -> tuple[WaterfallRow, ...]:
        """The rows of the waterfall."""
        columns = ("step", "label", "kind", "earlier", "later")
        rows = self.tables["waterfall"].to_pylist()
        return tuple(WaterfallRow(**{name: row.get(name) for name in columns}) for row in rows)

    @cached_property
    def rates(self) -> Mapping[tuple[date, str, str], Mapping[str, Any]]:
        """What a unit of each pool's driver cost, by month, pool and company."""
        return {(row["month"], row["pool"], row["entity"]): row for row in self.tables["rates"].to_pylist()}

    @cached_property
    def bridge(self) -> Bridge | None:
        """The bridge; None where there is one period."""
        if self.earlier is None:
            return None
        ends = next(row for row in self.waterfall if row.step == MEASURE_COLUMN[self.measure])
        start, end = ends.earlier or Decimal(0), ends.later or Decimal(0)
        sales = next(row for row in self.waterfall if row.step == "net_sales")
        steps = tuple(BridgeStep(**row) for row in self.tables["bridge"].to_pylist())
        return Bridge(
            measure=self.measure,
            earlier=self.earlier.label,
            later=self.later.label,
            quantities="value",
            start=start,
            end=end,
            sales_start=sales.earlier or Decimal(0),
            sales_end=sales.later or Decimal(0),
            steps=steps,
            continuing=(),
            counts={},
        )

    def whose(self, customer: str | None, product: str | None) -> tuple[Whose, str]:
        """Whose figure is asked, by key or by a name that one alone has, checked to be in the report; and what they are called."""
        asked = {"customers": customer, "products": product}
        keys = {kind: None if one is None else self._key(kind, one) for kind, one in asked.items()}
        said = [f"{kind.removesuffix('s')} {self.called(kind, key)}" for kind, key in keys.items() if key is not None]
        return Whose(keys["customers"], keys["products"]), " and ".join(said) or "the company"

    def called(self, kind: str, key: str) -> str:
        """A customer or product by its key, with its name where it has one."""
        name = self._names(kind).get(key)
        return f"{key} ({name})" if name and name != key else key

    def _names(self, kind: str) -> Mapping[str, str]:
        """The names of all customers or products by key; empty where a key has none."""
        if kind not in self._known:
            table = self.tables[kind].select([kind.removesuffix("s"), "name"])
            self._known[kind] = {key: name or "" for key, name in zip(*(column.to_pylist() for column in table.columns), strict=True)}
        return self._known[kind]

    def _key(self, kind: str, asked: str) -> str:
        """The key of a customer or product: as it is, as CSV writes it with an apostrophe, or by its name.

        Raises
        ------
        UsageError
            When there is none, or the name is of several; the sentence lists them.
        """
        one, names = kind.removesuffix("s"), self._names(kind)
        for key in (asked, asked.removeprefix("'")):
            if key in names:
                return key
        wanted = asked.strip().casefold()
        called = sorted(key for key, name in names.items() if name.strip().casefold() == wanted)
        if len(called) == 1:
            return called[0]
        if called:
            raise UsageError(f'{len(called):,} {kind} are called "{asked}". Give the key of one: {", ".join(called[:_CANDIDATES])}.')
        near = sorted(key for key, name in names.items() if wanted and (wanted in name.casefold() or wanted in key.casefold()))
        meant = f" Did you mean {', '.join(self.called(kind, key) for key in near[:_CANDIDATES])}?" if near else ""
        raise UsageError(f'There is no {one} "{asked}" in this report.{meant} Keys and names are in tables/{kind}.csv.')

    def period(self, asked: str | None) -> Period:
        """A period of the report or months of it; by default the later period.

        Raises
        ------
        UsageError
            When any month of it is in neither period: a sum of it would be of the others alone.
        """
        if asked is None:
            return self.later
        found = next((p for p in self.periods if p.label == asked), None) or Period.read(asked, self._fiscal_year_start)
        outside = [month for month in found.months if not any(month in period for period in self.periods)]
        if outside:
            runs = "is not in" if len(outside) == len(found.months) else "runs past"
            raise UsageError(
                f"{asked} {runs} this report, which compares {' and '.join(p.label for p in self.periods)}. Name one of these or months within them."
            )
        return found

    def when(self, span: Period) -> str | None:
        """Which of the report's periods it is; None for a part of one, which is printed nowhere."""
        return next((when for when, period in zip(WHEN, (self.earlier, self.later), strict=True) if period == span), None)

    def printed_rows(self, rows: Sequence[WaterfallRow], whose: Whose, span: Period) -> Decimal | None:
        """Rows of a waterfall together, as printed of the company, a customer or a product; None where they are printed nowhere."""
        when = self.when(span)
        if when is None:
            return None
        steps = {row.step for row in rows}
        if whose.is_company:
            return sum((getattr(row, when) for row in printed_waterfall(self.waterfall) if row.step in steps), Decimal(0))
        parties, place = self._listed(whose)
        if parties is None or place is None:
            return None
        if len(rows) == 1 and rows[0].kind == "total":
            level = parties.level(rows[0].step, when)
            return None if level is None else from_cents(level[place])
        column = next((i for i, own in enumerate(parties.rows) if own.steps == steps), None)
        amount = None if column is None else parties.waterfalls([place])[place][when][column]
        return None if amount is None else from_cents(amount)

    def printed_bars(self, bars: Sequence[BridgeStep], whose: Whose) -> Decimal | None:
        """Bars of the bridge together, as printed of the company or a customer; None where they are printed nowhere."""
        bridge, asked = self.bridge, {bar.step for bar in bars}
        if bridge is None:
            return None
        if whose.is_company:
            return sum((bar.amount for bar in printed_bridge(bridge).steps if bar.step in asked), Decimal(0))
        parties, place = self._listed(whose)
        amounts = parties.bridges([place]).get(place) if parties is not None and place is not None else None
        return None if amounts is None else from_cents(sum(amount for step, amount in zip(bridge.steps, amounts, strict=True) if step.step in asked))

    def _listed(self, whose: Whose) -> tuple[Parties | None, int | None]:
        """The list of customers or products in which somebody stands, and where."""
        if whose.customer is not None and whose.product is not None:
            return None, None
        kind, key = ("customer", whose.customer) if whose.customer is not None else ("product", whose.product)
        if kind not in self._lists:
            self._lists[kind] = parties_of(self, kind)
        parties = self._lists[kind]
        return parties, parties.place.get(key or "") if parties else None


def named(asked: str, known: Sequence[Named], plain: Callable[[Named], Iterable[str]], what: str) -> list[Named]:
    """The rows that are called so, whatever the case: by their own name, as printed, or else by a plain name that several may share.

    Raises
    ------
    UsageError
        When there is none; the sentence lists what there is.
    """
    wanted = _folded(asked)
    own: list[Callable[[Named], Iterable[str]]] = [lambda row: (row.step,), lambda row: (row.label,), plain]
    for singular in (str, _singular):
        for names in own:
            found = [row for row in known if singular(wanted) in {singular(_folded(name)) for name in names(row)}]
            if found:
                return found
    raise UsageError(f'"{asked}" is no {what} of this report. There are: {", ".join(row.label for row in known) or "none"}.')


def _folded(name: str) -> str:
    return name.strip().casefold().replace("_", " ")


def _singular(name: str) -> str:
    return name.removesuffix("s")
