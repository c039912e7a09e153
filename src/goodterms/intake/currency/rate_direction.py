"""Which way an exchange rate leads: amounts × rate, or amounts ÷ rate. Amounts in both currencies decide; where there are none, it is asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from goodterms.errors import Question
from goodterms.facts.columns import ATTRIBUTE
from goodterms.facts.sql_text import named, text_of
from goodterms.intake.currency.currency_rates import RATE_PLACES, inverse
from goodterms.intake.mapping.answers import choice, of_files
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.intake.parts.entry_heads import heads_of
from goodterms.intake.parts.meaning import Proposal
from goodterms.intake.parts.part import Part
from goodterms.intake.values.agreement import OVER_A_CENT
from goodterms.intake.values.typed_column import scale_of

INVERSE = "inverse_rate"
"""What a mapping calls a column of rates that says how much of the row's currency one unit of the reporting currency is."""
_BY_NAME = "by its name"
_DECIDING = 0.9
"""So large a share of the rows that an amount in the reporting currency has agrees with one way, and not half of them with the other."""
_OFF = f"greatest({OVER_A_CENT}, abs({{other}}) * 0.0005)"
"""How far a product may be from an amount that was worked out by a rate with more places than the file shows."""


def is_open(proposal: Proposal, theirs: str) -> bool:
    """Whether a column is an exchange rate by its heading alone, so that it is not known yet which way it leads."""
    return proposal.columns.get(theirs) == "exchange_rate" and proposal.why.get(theirs, "").startswith(_BY_NAME)


def open_directions(con: Any, converted: Iterable[Part], parts: Sequence[Part], reporting: str, mapping: Mapping) -> list[Question]:
    """Turn rates round that lead the other way, for the parts whose rates are about to be used and are known by their heading alone; ask where none decides.

    ``reporting`` is "" where the currency that they lead to has no name, or is not known yet.
    """
    sources: dict[tuple[Any, ...], list[Part]] = {}
    for part in converted:
        theirs = part.proposal.theirs("exchange_rate")
        if theirs and is_open(part.proposal, theirs):
            sources.setdefault(part.alike, []).append(part)
    questions = []
    for group in sources.values():
        found = _decided(con, group, reporting)
        if found is None:
            questions.append(of_files(_question(con, group[0], reporting), group[0].entry, heads_of(group, parts), mapping))
            continue
        times, amount = found
        theirs = group[0].proposal.theirs("exchange_rate") or ""
        ours = "exchange_rate" if times else INVERSE
        group[0].proposal.say(theirs, ours, f"its amounts {'×' if times else '÷'} it are {amount}")
        for part in group:
            part.said.append(f"Amounts {'×' if times else '÷'} {theirs} are {amount}: that is how they are brought to {reporting or 'one currency'}.")
            if not times:
                _turn(con, part)
    return questions


def _foreign(part: Part, reporting: str) -> str:
    is_other = f"coalesce(currency, '') NOT IN ({text_of(reporting)}, '')" if "currency" in part.columns else "true"
    return f"exchange_rate > 0 AND exchange_rate <> 1 AND {is_other} AND {_money(part)} <> 0"


def _money(part: Part) -> str:
    return next(name for name in ("net_value", "amount") if name in part.columns)


def _decided(con: Any, group: Sequence[Part], reporting: str) -> tuple[bool, str] | None:
    """Whether amounts × the rate are those of another column, or ÷ the rate, with that column's name; None where no column tells."""
    first = group[0]
    others = {ours: theirs for theirs, ours in first.proposal.columns.items() if ours.startswith(ATTRIBUTE) and "DECIMAL" in first.columns.get(ours, "")}
    for ours, theirs in others.items():
        other, money = named(ours), _money(first)
        off = _OFF.format(other=other)
        counts = [f"count(*) FILTER (abs(CAST({money} AS DOUBLE) {sign} exchange_rate - {other}) <= {off})" for sign in "*/"]
        sums = [con.execute(f"SELECT count(*), {', '.join(counts)} FROM {p.name} WHERE {_foreign(p, reporting)} AND {other} <> 0").fetchone() for p in group]
        rows, times, divided = (sum(counted) for counted in zip(*sums, strict=True))
        for is_times, fit, rest in ((True, times, divided), (False, divided, times)):
            if rows and fit >= _DECIDING * rows and 2 * rest < rows:
                return is_times, theirs
    return None


def _turn(con: Any, part: Part) -> None:
    places = scale_of(part.columns["exchange_rate"])
    turned = f"CASE WHEN exchange_rate > 0 THEN {inverse('exchange_rate', places)} END AS exchange_rate"
    con.execute(f"CREATE OR REPLACE TEMP TABLE {part.name} AS SELECT * REPLACE ({turned}) FROM {part.name}")
    part.columns["exchange_rate"] = f"DECIMAL(18,{RATE_PLACES})"


def _question(con: Any, part: Part, reporting: str) -> Question:
    theirs = part.proposal.theirs("exchange_rate") or ""
    currency = "min_by(coalesce(currency, ''), row)" if "currency" in part.columns else "''"
    foreign = _foreign(part, reporting)
    code, amount, rate, row = con.execute(
        f"SELECT {currency}, min_by({_money(part)}, row), min_by(exchange_rate, row), min(row) FROM {part.name} WHERE {foreign}"
    ).fetchone()
    home, other, rate = reporting or "of the reporting currency", code or "of its currency", f"{Decimal(rate).normalize():f}"
    amounts = f"amounts in {reporting}" if reporting else "amounts in the reporting currency"
    sentence = f"{part.where}: {theirs} is an exchange rate by its name, and no {amounts} show which way it leads. Which is it?"
    times, divided = (f"{value:,.2f}{reporting and ' '}{reporting} by {sign}" for value, sign in ((amount * Decimal(rate), "×"), (amount / Decimal(rate), "÷")))
    evidence = f"row {row:,}: {amount:,.2f} {code} at {rate} is {times}, {divided}"
    choices = (
        choice(f"1 {other} is {rate} {home}: amounts are multiplied by it", columns={theirs: "exchange_rate"}),
        choice(f"1 {home} is {rate} {other}: amounts are divided by it", columns={theirs: INVERSE}),
    )
    return Question("exchange rate", sentence, (evidence,), choices)
