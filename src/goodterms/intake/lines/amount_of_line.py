"""Whether the amount that a line states is the net value of that line: it may hold the tax, or be the document's total, which each of its lines repeats."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from goodterms.errors import AnswerNeededError, Question
from goodterms.intake.lines.discounts import Discounts
from goodterms.intake.lines.stated import Amount, Stated
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.column_names import LEFT_OUT, accepted, attribute_name, normalised, rank_of
from goodterms.intake.mapping.toml_text import quoted
from goodterms.intake.parts.meaning import in_words
from goodterms.intake.parts.part import Part
from goodterms.intake.values.agreement import A_CENT, NEARLY_ALL
from goodterms.problems import Problem, Severity

_HIGHEST = 0.28
"""No value added tax is higher."""
_STEPS = 200
"""Rates of value added tax are whole halves of a per cent."""
_NEAR = (0.5, 1.01)
"""What a line comes to is so many times its price × quantity: less a discount."""
_BESIDE_VALUES = frozenset({"tax", "discount"})
"""Amounts that are judged by the value beside them."""
_TWO_THINGS, _FEW, _HALF = frozenset({"gp", "gp amount"}), 0.2, 0.5
"""Headings that say a margin in one language and a total price in another; on so many lines such a one, and any, is price × quantity if it is no margin."""
_MANY = 10
"""In so many documents of several lines one amount on all of them is no chance."""
OTHER_AMOUNTS = ""
"""What counts where the document's total does not and no column takes its place: price × quantity, or the net value beside a value with tax."""

# The tax ----------------------------------------------------------------------------------------------------------------------------------------------------


def holds_tax(con: Any, lines: Stated, table: str, rows: str, document: str) -> bool:
    """Whether the column that its general name makes the net value is the value with tax.

    ``rows`` is a query of the typed rows, ``document`` our column of the document's number, "" for none.

    Raises
    ------
    AnswerNeededError
        Where there is tax, and no amounts decide.
    """
    value = lines.of("net_value")
    if value is None or "gross_value" in {*lines.stated, *lines.sure} or "net_value" in lines.sure or "gross_value" not in accepted(table):
        return False
    theirs = lines.theirs["net_value"]
    taxed = lines.of("tax") or lines.of("tax_rate")
    if rank_of(table, theirs, "net_value") < 2 or taxed is None or not lines.ask(f"bool_or({taxed.sql} <> 0)")[0]:
        return False
    for without, with_tax in _readings(lines, value):
        gross_only, net_only, fitting, counted = lines.ask(_counts(f"abs({with_tax}) <= {A_CENT}", f"abs({without}) <= {A_CENT}", value, taxed))
        if fitting >= NEARLY_ALL * counted and max(gross_only, net_only) > 0 and not min(gross_only, net_only):
            return bool(gross_only)
    if document and _comes_on_top(con, lines, rows, document):
        return False
    of_tax = lines.theirs["tax" if "tax" in lines.stated else "tax_rate"]
    raise AnswerNeededError(
        Question(
            f"tax: {lines.file}, {theirs}",
            f"{lines.file}: {theirs} stands beside {of_tax} and may be the value with tax or without it. No amounts decide.",
            (),
            (choice("without tax", columns={theirs: "net_value"}), choice("with tax", columns={theirs: "gross_value"})),
        )
    )


def _comes_on_top(con: Any, lines: Stated, rows: str, document: str) -> bool:
    """Whether in nearly all documents with tax a further column is the sum of their values, their tax and their freight; two of them at least."""
    if "tax" not in lines.stated:
        return False
    freight = "coalesce(max(freight), 0)" if "freight" in lines.stated else "0"
    for total in lines.further.values():
        documents, with_tax = con.execute(f"""
            SELECT count(*), count(*) FILTER (abs(total - value - tax - freight) <= {A_CENT})
            FROM (SELECT max({total.sql}) AS total, sum(net_value) AS value, sum(tax) AS tax, {freight} AS freight
                  FROM ({rows}) WHERE {document} IS NOT NULL GROUP BY {document} HAVING sum(tax) <> 0)""").fetchone()
        if documents > 1 and with_tax >= NEARLY_ALL * documents:
            return True
    return False


def _counts(with_tax: str, without: str, value: Amount, taxed: Amount) -> str:
    """Lines that only the one or only the other reading fits, that either does, and all that have tax."""
    some = f"FILTER ({value.sql} <> 0 AND {taxed.sql} <> 0 AND ({with_tax}) IS NOT NULL AND ({without}) IS NOT NULL)"
    ones = (f"({with_tax}) AND NOT ({without})", f"({without}) AND NOT ({with_tax})", f"({with_tax}) OR ({without})", "true")
    return ", ".join(f"coalesce(sum(CASE WHEN {one} THEN 1 ELSE 0 END) {some}, 0)" for one in ones)


def _readings(lines: Stated, value: Amount) -> Iterator[tuple[str, str]]:
    """What is nothing where the value is without tax, and what where it is with tax, the best evidence first."""
    tax, rate = lines.of("tax"), lines.share("tax_rate")
    of_value = f"CAST({value.sql} AS DOUBLE)"
    if tax and rate:
        yield f"{of_value} * {rate.sql} - {tax.sql}", f"({of_value} - {tax.sql}) * {rate.sql} - {tax.sql}"
    elif tax:
        for amount in lines.before_tax():
            yield _never(amount, of_value), f"{of_value} - {tax.sql} - {amount}"
        yield off_a_round_rate(tax.sql, of_value), off_a_round_rate(tax.sql, f"({of_value} - {tax.sql})")
    elif rate:
        for amount in lines.before_tax():
            yield _never(amount, of_value), f"{of_value} - {amount} * (1 + {rate.sql})"
    for amount in lines.before_tax():
        yield f"{of_value} - {amount}", _never(amount, of_value)


def _never(*amounts: str) -> str:
    """An amount that is never nothing, where the others are there: this reading is not judged."""
    return f"(1 + 0 * ({' + '.join(amounts)}))"


def off_a_round_rate(tax: str, base: str) -> str:
    """How far a tax is from the one of the nearest rate that a tax may have."""
    rate = f"(round({tax} / nullif({base}, 0) * {_STEPS}) / {_STEPS})"
    return f"(CASE WHEN {rate} BETWEEN 0 AND {_HIGHEST} THEN {base} * {rate} - {tax} ELSE 1 END)"


def is_no_margin(lines: Stated) -> bool:
    """Whether what is called a margin ("GP", which is a total price too) is price × quantity on many lines, less a discount on others.

    No other amount of the line is stated then; a margin is what price and quantity make on no line.
    """
    margin = lines.of("margin")
    if margin is None or {"net_value", "gross_value"} & lines.stated.keys() or "margin" in lines.sure:
        return False
    for amount in lines.before_tax():
        ratio = f"CAST({margin.sql} AS DOUBLE) / {amount} BETWEEN {_NEAR[0]} AND {_NEAR[1]}"
        equal, near, counted = lines.ask(
            f"count(*) FILTER (abs({margin.sql} - {amount}) <= {A_CENT}), count(*) FILTER ({amount} <> 0 AND {ratio}), count(*) FILTER ({amount} <> 0)"
        )
        if counted and equal >= (_FEW if normalised(lines.theirs["margin"]) in _TWO_THINGS else _HALF) * counted and near >= NEARLY_ALL * counted:
            return True
    return False


# The document's total ---------------------------------------------------------------------------------------------------------------------------------------


def instead_of_total(con: Any, part: Part, lines: Discounts, rows: Sequence[str], ours: str) -> str | None:
    """Return what counts instead of a column of amounts (``ours``) that repeats the document's total on its lines; None where it is an amount of the line.

    It is the total where price × quantity of its lines, or a column without a meaning, sums up to it document by document: that counts, ``OTHER_AMOUNTS``
    or the column's name. A value with tax, a tax or a discount that is one on lines of different values is the total too. ``rows`` is a query for each file:
    lines that several of them hold are met once, and lines of which all is the same are no evidence of a total.

    Raises
    ------
    AnswerNeededError
        Where one amount stands on all lines of a document, and nothing on them comes to it, neither line by line nor together.
    """
    if ours == "discount" and lines.discount_is_of_lines():
        return None
    document = document_of(part.stated)
    key = f"{document}, year(date)" if "date" in part.stated else document
    of_documents = f"SELECT * FROM ({' UNION ALL BY NAME '.join(rows)}) WHERE {document} IS NOT NULL"
    different = f"SELECT DISTINCT * EXCLUDE (row) FROM ({of_documents})"
    lines_met_once = different if len(rows) > 1 else of_documents
    readings = _beside(lines, ours)
    if readings:
        same, documents, is_sum = (
            _by_readings(con, readings, lines_met_once, key) if ours == "net_value" else _over_different(con, ours, readings[0], lines_met_once, key)
        )
    elif ours in _BESIDE_VALUES:
        return None
    else:
        (same, documents), is_sum = _alike(con, ours, different, key), False
    parts = [
        column
        for column, amount in lines.further.items()
        if same and (ours in _BESIDE_VALUES or not is_sum) and _sums_to(con, amount, ours, lines_met_once, key)
    ]
    at_cost = lines.product("unit_cost") if same and not readings and not parts else None
    is_cost = at_cost is not None and _sums_to(con, at_cost, ours, lines_met_once, key)
    where = f"in {same:,} of {documents:,} documents of several lines"
    if ours in lines.sure:
        if is_sum or parts or is_cost:
            part.problems.append(_counted_too_often(part, lines.theirs[ours], where))
        return None
    if len(parts) == 1 or is_sum:
        return parts[0] if len(parts) == 1 else OTHER_AMOUNTS
    if is_cost:
        raise AnswerNeededError(_whether_cost_is_price(part, lines, ours))
    if same and (parts or readings or documents >= _MANY):
        raise AnswerNeededError(_question(part, lines, ours, parts, where))
    return None


def _beside(lines: Stated, ours: str) -> list[str]:
    """The amounts of the line beside a column of amounts, by which it is judged: of a value with tax, a tax or a discount the net value, where it is stated."""
    if ours == "net_value":
        return lines.before_tax()
    stated = [amount.sql for name in ("net_value", *(["gross_value"] if ours in _BESIDE_VALUES else [])) if (amount := lines.of(name))]
    return stated or lines.before_tax()


def _counted_too_often(part: Part, theirs: str, where: str) -> Problem:
    """What to say where the mapping takes a total for the amount of the line."""
    return Problem(
        "document-total",
        Severity.WARNING,
        part.origin(column=theirs),
        sentence=f"The mapping takes it for the amount of the line, but {where} one amount stands on all lines, which is their sum: it is counted too often.",
        action=f"Leave it out ({quoted(theirs)} = {quoted(LEFT_OUT)}), and map the amounts of the lines, or their price and quantity.",
    )


def _question(part: Part, lines: Stated, ours: str, parts: Sequence[str], where: str) -> Question:
    """Ask what counts: columns that sum up to the total, the price, or the total itself."""
    theirs, is_total = lines.theirs[ours], "it is the document's total"
    of_price = "unit_price" if "unit_price" in lines.stated else "unit_list_price"
    price = f"{lines.theirs[of_price]} × {lines.theirs['quantity']}" if lines.before_tax() else ""
    choices = [choice(f"{is_total}: {column} counts", columns={theirs: attribute_name(theirs), column: ours}) for column in parts]
    if not parts and (price or lines.further):
        choices.append(choice(f"{is_total}: {price} counts" if price else f"{is_total}: another column counts", columns={theirs: attribute_name(theirs)}))
    choices.append(choice(f"it is the {in_words(ours) if ours == 'gross_value' else 'net value'} of the line", columns={theirs: ours}))
    sentence = (
        f"{part.where}: {theirs} is the same on all lines of a document, {where}{f', and never {price}' if price else ''}. It may be the document's total."
    )
    if len(choices) == 1:
        sentence += " If it is, export the amounts of the lines, or their quantity and price."
    return Question(f"total: {part.where}, {theirs}", sentence, (), tuple(choices))


def _whether_cost_is_price(part: Part, lines: Stated, ours: str) -> Question:
    """Ask where a document's total is the sum of what seems to be the cost: web shops call the price "item cost"."""
    total, cost = lines.theirs[ours], lines.theirs["unit_cost"]
    sentence = f"{part.where}: {total} is the same on all lines of a document, and the sum of {cost} × {lines.theirs['quantity']}. {cost} may be the price."
    return Question(
        f"total: {part.where}, {total}",
        sentence,
        (),
        (
            choice(f"{total} is the document's total, and {cost} the price", columns={total: attribute_name(total), cost: "unit_price"}),
            choice(f"{total} is the amount of the line, and {cost} the cost", columns={total: ours, cost: "unit_cost"}),
        ),
    )


def document_of(stated: Collection[str]) -> str:
    """Our column that says which lines are of one document (beside the year, where numbers begin anew each year): its number, else the order's; "" for none."""
    return next((ours for ours in ("document", "order_number") if ours in stated), "")


def _by_readings(con: Any, readings: Sequence[str], rows: str, key: str) -> tuple[int, int, bool]:
    """In how many documents of several lines one net value stands on all of them, though none comes to it; how many there are; whether all lines together do.

    The first is 0 where a reading makes the amounts of lines in some documents, or they differ. Of lines that are blank beside it the value may be on any.
    """
    documents = same = 0
    for reading in readings:
        of_line = f"bool_and(abs({reading} - net_value) <= {A_CENT})"
        of_document = f"abs(sum({reading}) - min(net_value)) <= {A_CENT} * count(*)"
        documents, of_lines, of_documents, same = con.execute(f"""
            SELECT count(*), count(*) FILTER (each), count(*) FILTER (NOT each AND same AND together), count(*) FILTER (NOT each AND same)
            FROM (SELECT {of_line} AS each, {of_document} AS together, min(net_value) = max(net_value) AS same
                  FROM ({rows}) WHERE ({reading}) IS NOT NULL
                  GROUP BY {key} HAVING count(*) > 1 AND count(net_value) > 0)""").fetchone()
        if of_lines > (1 - NEARLY_ALL) * documents or not documents:
            return 0, documents, False
        if of_documents >= NEARLY_ALL * documents:
            return same, documents, True
    return same if same >= NEARLY_ALL * documents else 0, documents, False


def _over_different(con: Any, ours: str, value: str, rows: str, key: str) -> tuple[int, int, bool]:
    """In how many documents one amount stands on lines of different values; how many have such lines; whether nearly all do, and several."""
    documents, same = con.execute(f"""
        SELECT count(*), count(*) FILTER (low = high) FROM (SELECT min({ours}) AS low, max({ours}) AS high
        FROM ({rows}) WHERE {ours} <> 0 GROUP BY {key} HAVING max({value}) - min({value}) > {A_CENT})""").fetchone()
    is_one = documents > 1 and same >= NEARLY_ALL * documents
    return same if is_one else 0, documents, is_one


def _alike(con: Any, ours: str, rows: str, key: str) -> tuple[int, int]:
    """In how many documents of several amounts these are one, or 0 where that is not the rule or many documents come to the same; how many there are."""
    documents, same, totals = con.execute(f"""
        SELECT count(*), count(*) FILTER (low = high), count(DISTINCT low) FROM (SELECT min({ours}) AS low, max({ours}) AS high
        FROM ({rows}) WHERE {ours} <> 0 GROUP BY {key} HAVING count(*) > 1)""").fetchone()
    return same if same >= NEARLY_ALL * documents and 2 * totals >= documents else 0, documents


def _sums_to(con: Any, amount: Amount, ours: str, rows: str, key: str) -> bool:
    """Whether a column sums up to the one amount of the lines of a document, in nearly all that have several, and in two at least."""
    documents, together = con.execute(f"""
        SELECT count(*), count(*) FILTER (low = high AND abs(parts - low) <= {A_CENT} * lines)
        FROM (SELECT min({ours}) AS low, max({ours}) AS high, sum({amount.sql}) AS parts, count(*) AS lines
              FROM ({rows}) GROUP BY {key} HAVING count(*) > 1 AND max({ours}) <> 0)""").fetchone()
    return bool(documents > 1 and together >= NEARLY_ALL * documents)
