"""The year of a document: part of what its source is called where numbers begin anew each year, or the mapping says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from goodterms.facts.sql_text import named, text_of
from goodterms.intake.mapping.source_name import OF_YEAR
from goodterms.intake.parts.part import Part
from goodterms.problems import Problem, Severity

_ANEW = 0.5
"""Where so large a share of a year's numbers was used in an earlier year too, numbers begin anew each year."""
_APART = 31
"""Days beyond which a line of another year is of another document: one that was written at the turn of a year has both."""


def name_years(con: Any, parts: Sequence[Part]) -> None:
    """Name the source of each line by the year of its document where it goes by years: a source is what numbers its own documents.

    A document is of the year of its first line. Where numbers begin anew, so is each run of its lines of one customer without a gap of more than a month.
    """
    dated = [part for part in parts if {"date", "source"} <= set(part.columns)]
    numbered = [part for part in dated if "document" in part.columns]
    anew = _begin_anew(con, numbered)
    if not anew and not any(OF_YEAR in part.entry.source for part in dated):
        return
    for part in numbered:
        if part.entry.source in anew and OF_YEAR not in part.entry.source:
            part.entry = replace(part.entry, source=f"{part.entry.source} {OF_YEAR}")
    if numbered:
        _keep_years_of_documents(con, numbered, anew)
    added = "".join(f" WHEN p.source = {text_of(source)} THEN p.source || ' {OF_YEAR}'" for source in anew if OF_YEAR not in source)
    template = f"CASE{added} ELSE p.source END" if added else "p.source"
    for part in dated:
        own = part in numbered
        same = f"p.source = y.source AND p.document = y.document AND p.date = y.date AND {_whose(part, 'p.')} IS NOT DISTINCT FROM y.whose"
        join = f"LEFT JOIN years_of_documents y ON {same}"
        source = f"replace({template}, {text_of(OF_YEAR)}, CAST({'coalesce(y.year, year(p.date))' if own else 'year(p.date)'} AS VARCHAR))"
        con.execute(f"CREATE OR REPLACE TEMP TABLE {part.name} AS SELECT p.* REPLACE ({source} AS source) FROM {part.name} p {join if own else ''}")


def _whose(part: Part, of: str = "") -> str:
    """The customer or supplier of a line: what one number names for several is a document of each."""
    key = next((name for name in ("customer_key", "supplier_key") if name in part.columns), "")
    return f"CAST({of}{named(key)} AS VARCHAR)" if key else "NULL::VARCHAR"


def _begin_anew(con: Any, parts: Sequence[Part]) -> set[str]:
    """The sources whose numbers begin anew each year; that is said. What numbers were used in which years is kept."""
    if not parts:
        return set()
    lines = " UNION ALL ".join(f"SELECT source, document, date FROM {part.name} WHERE document IS NOT NULL" for part in parts)
    years = f"SELECT source, document, year(date) AS of, min(date) AS first, max(date) AS last FROM ({lines}) GROUP BY ALL"
    con.execute(f"CREATE OR REPLACE TEMP TABLE numbers_of_years AS {years}")
    if not con.execute("SELECT 1 FROM numbers_of_years GROUP BY source, document HAVING count(*) > 1 LIMIT 1").fetchone():
        return set()
    again = (
        f"SELECT DISTINCT l.source, l.document, l.of FROM numbers_of_years l JOIN numbers_of_years e USING (source, document) WHERE l.first > e.last + {_APART}"
    )
    counts = "source, of, count(a.document) AS used, count(*) AS numbers, min(a.document) AS example"
    found = con.execute(
        f"SELECT {counts} FROM numbers_of_years n LEFT JOIN ({again}) a USING (source, document, of) "
        f"GROUP BY source, of HAVING used > 0 AND used >= {_ANEW} * numbers ORDER BY of DESC"
    ).fetchall()
    earliest = {row[0]: row for row in found}
    for source, year, used, numbers, example in earliest.values():
        mine = next(part for part in parts if con.execute(f"SELECT 1 FROM {part.name} WHERE source = {text_of(source)} LIMIT 1").fetchone())
        name = source.replace(OF_YEAR, str(year)) if OF_YEAR in source else f"{source} {year}"
        sentence = f"{used:,} of the {numbers:,} numbers of documents of {year} were used in an earlier year too, such as {example}."
        sentence += f" They begin anew: each year's documents are a source of their own, such as {name}."
        mine.problems.append(Problem("numbers-anew", Severity.NOTICE, mine.origin(column=mine.proposal.theirs("document") or ""), sentence=sentence, rows=used))
    return set(earliest)


def _keep_years_of_documents(con: Any, parts: Sequence[Part], anew: set[str]) -> None:
    """Keep the year of each day of the documents whose lines are of several years."""
    of_several = "SELECT source, document FROM numbers_of_years GROUP BY source, document HAVING count(*) > 1"
    lines = " UNION ".join(
        f"SELECT DISTINCT source, document, {_whose(part)} AS whose, date FROM {part.name} SEMI JOIN several USING (source, document)" for part in parts
    )
    begins_anew = f"source IN ({', '.join(map(text_of, sorted(anew)))})" if anew else "false"
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE years_of_documents AS
        WITH several AS ({of_several}), days AS ({lines}),
        gaps AS (SELECT *, ({begins_anew} AND date > lag(date) OVER one + {_APART})::INTEGER AS begins FROM days
            WINDOW one AS (PARTITION BY source, document, whose ORDER BY date)),
        runs AS (SELECT *, sum(coalesce(begins, 0)) OVER (PARTITION BY source, document, whose ORDER BY date) AS run FROM gaps)
        SELECT source, document, whose, date, year(min(date) OVER (PARTITION BY source, document, whose, run)) AS year FROM runs
        """
    )
