"""Documents met twice: the same invoice brought by two systems counts once, and is announced."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import ibis
from ibis import _

from goodterms.facts.book import Facts
from goodterms.facts.engine import keep

if TYPE_CHECKING:
    from ibis import Table

_DOCUMENT = ("entity", "document", "date", "customer_key", "key_space")
_LINE_VALUES = (
    "kind",
    "product_key",
    "quantity",
    "unit",
    "list_value",
    "discount",
    "net_value",
    "tax",
    "charges",
    "rebate",
    "product_cost",
    "weight",
    "currency",
)


@dataclass(frozen=True)
class MetTwice:
    """How much came twice from different sources, and the lines that a run leaves out for it."""

    documents: int
    lines: int
    net_value: Decimal
    same_number_other_content: int
    counted: Table
    sources: tuple[str, ...] = ()
    left_out: Table | None = None

    @property
    def sentence(self) -> str:
        """The announcement; empty where nothing was met twice."""
        if not self.documents:
            return ""
        amount = f"{self.lines:,} lines, {self.net_value:,.2f} of sales"
        what, counted = ("document was", "It is") if self.documents == 1 else ("documents were", "They are")
        return f"{self.documents:,} {what} met twice, in {' and '.join(self.sources)}: {amount}. {counted} counted once."

    @property
    def notice(self) -> str:
        """The notice of numbers that two sources use for different documents; empty where there are none."""
        number = self.same_number_other_content
        are = "document number is" if number == 1 else "document numbers are"
        same = "If they are the same documents in another layout, give their files one source in the mapping."
        return f"{number:,} {are} used by several sources with other content: these are different documents, and all count. {same}" if number else ""


def count_once(facts: Facts) -> MetTwice:
    """Leave out each document that an earlier source already brought with the same entity, number, date, customer and line values.

    Both copies stay in the facts. The same number with other content is two documents.
    """
    sale_lines = facts["sale_lines"]
    by_year = sale_lines.group_by(source=_.source.fill_null(""), in_year=_.date.year()).agg(first_row=_.row.min()).to_pyarrow().to_pylist()
    years = Counter(row["in_year"] for row in by_year)
    of_two = [year for year, sources in years.items() if sources > 1]
    if not of_two:
        return MetTwice(0, 0, Decimal(0), 0, sale_lines)
    places = {name: place for place, name in enumerate(facts.sources)}
    first_rows: dict[str, float] = {}
    for row in by_year:
        first_rows[row["source"]] = min(row["first_row"] or 0, first_rows.get(row["source"], math.inf))
    names = sorted(first_rows, key=lambda name: (places.get(name, len(places)), first_rows[name], name))
    text_keys = {key: _[key].cast("string").fill_null("") for key in _DOCUMENT}
    in_such_years = sale_lines.date.year().isin([year for year in of_two if year is not None])
    if None in of_two:
        in_such_years |= sale_lines.date.isnull()
    numbered = sale_lines.filter(in_such_years, sale_lines.document.notnull()).mutate(source=_.source.fill_null(""), **text_keys)
    of_year = {"entity": _.entity, "document": _.document, "year": _.date.left(4)}  # another year's number is another document without being said
    in_two = numbered.group_by(**of_year).agg(sources=_.source.nunique()).filter(_.sources > 1)
    candidates = numbered.mutate(year=_.date.left(4)).semi_join(in_two, ["entity", "document", "year"])
    line = ibis.literal("")
    for value in _LINE_VALUES:
        line = line + candidates[value].cast("string").fill_null("") + ibis.literal("|")
    documents = keep(
        facts.engine,
        "documents_of_two_sources",
        candidates.mutate(line_values=line)
        .group_by(*_DOCUMENT, "source")
        .agg(content=_.line_values.collect().sort(), lines=_.count(), net_value=_.net_value.sum())
        .mutate(place=ibis.cases(*[(_.source == name, place) for place, name in enumerate(names)], else_=len(names))),
    )
    same = documents.group_by(*_DOCUMENT, "content").mutate(first_place=_.place.min(), copies=_.count())
    repeats = keep(
        facts.engine, "documents_met_twice", same.filter((_.copies > 1) & (_.place > _.first_place)).drop("content", "first_place", "copies", "place")
    )
    found = repeats.agg(documents=_.count(), lines=_.lines.sum(), net_value=_.net_value.sum()).to_pyarrow().to_pylist()[0]
    variants = documents.select(*_DOCUMENT, "content").distinct().group_by(**of_year).agg(n=_.count())
    other = variants.filter(_.n > 1).count().to_pyarrow().as_py()
    if not found["documents"]:
        return MetTwice(0, 0, Decimal(0), other, sale_lines)
    match = [sale_lines[key].cast("string").fill_null("") == repeats[key] for key in _DOCUMENT]
    counted = sale_lines.anti_join(repeats, [*match, sale_lines.source.fill_null("") == repeats.source])
    return MetTwice(found["documents"], found["lines"], found["net_value"], other, counted, tuple(name or "unnamed" for name in names), repeats)
