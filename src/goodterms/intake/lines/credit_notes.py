"""Credit notes: known by a column, by the beginning of their number or by their negative total, and their amounts negative."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from goodterms.errors import AnswerNeededError, MappingError, Question
from goodterms.facts.columns import CREDIT_NOTE, INVOICE, TABLES, Kind
from goodterms.facts.sql_text import named, text_of
from goodterms.intake.lines.left_out_rows import ask_what_rows_are, lines_by_word
from goodterms.intake.mapping.answers import choice
from goodterms.intake.mapping.file_mapping import CreditNotes
from goodterms.intake.parts.part import Part, say
from goodterms.intake.values.document_kind import CREDIT_PREFIXES, is_side, kinds_of, names_credit_notes
from goodterms.problems import Problem, Severity

_CREDIT_SHARE = 0.9
"""A prefix marks credit notes when so large a share of its lines is negative, and of the negative lines begins with it."""


def with_kind(con: Any, parts: Sequence[Part], derived: dict[str, str], typed_rows: str) -> dict[str, str]:
    """Know credit notes by what the rows of all parts say together, and turn their amounts where they are written positive.

    A credit note that is known by its negative total is found later, when all files of the source are together: ``kind`` stays null here.
    """
    part = parts[0]
    ask_what_rows_are(con, parts, derived, typed_rows)
    how = _known_by(con, parts, derived, typed_rows)
    if how.positive:
        for one in parts:  # next month's file is written so too
            one.entry = replace(one.entry, credit_notes=how)
        derived = _turned(con, parts, derived, typed_rows)
        how = CreditNotes(negative=True)
    for one in parts:
        one.credit_notes = how
    if not how.negative or _has_negative(con, derived, typed_rows):
        say(parts, how.in_words[0].upper() + how.in_words[1:] + ".")
    if how.negative:
        return derived | {"kind": "NULL::VARCHAR"}
    is_credit = _is_credit(part, how, derived, typed_rows)
    net = derived["net_value"]
    positive, negative = con.execute(
        f"SELECT count(*) FILTER ({is_credit} AND {net} > 0), count(*) FILTER ({is_credit} AND {net} < 0) FROM ({typed_rows})"
    ).fetchone()
    if positive and negative:
        _say_signs_differ(part, min(positive, negative))
    against = _written_against_net(con, derived, typed_rows, is_credit)
    if positive > negative:
        say(parts, "Credit notes are written with positive amounts: they are turned.")
    for ours in against:
        say(
            parts,
            f"{part.proposal.theirs(ours) or ours.replace('_', ' ')} of credit notes has the opposite sign of their net value: it is brought to the same.",
        )
    turned = [ours for ours in derived if _is_amount(part.table, ours) and (positive > negative) != (ours in against)]
    derived = derived | {ours: f"CASE WHEN {is_credit} THEN -{derived[ours]} ELSE {derived[ours]} END" for ours in turned}
    if "list_value" in against:
        derived = _discounted_again(con, derived, typed_rows)
    return derived | {"kind": f"CASE WHEN {is_credit} THEN {text_of(CREDIT_NOTE)} ELSE {text_of(INVOICE)} END"}


def _is_credit(part: Part, how: CreditNotes, derived: dict[str, str], typed_rows: str) -> str:
    """Whether a line is one of a credit note that its number or a column tells, as a condition of the engine."""
    if how.prefix:
        if "document" not in derived:
            raise MappingError(f"{part.entry.place}: credit notes are to be known by their number, but {part.where} has no column of document numbers.")
        return f"coalesce(starts_with({derived['document']}, {text_of(how.prefix)}), false)"
    if "credit column" in typed_rows:
        return f"coalesce({named('credit column')} IN ({', '.join(text_of(v) for v in how.values)}), false)"
    return f"coalesce(lower({derived['kind']}) IN ({', '.join(text_of(v.casefold()) for v in how.values)}), false)"


def _known_by(con: Any, parts: Sequence[Part], derived: dict[str, str], typed_rows: str) -> CreditNotes:
    """How credit notes are known: as the mapping says, else by the best evidence."""
    part = parts[0]
    return (
        part.entry.credit_notes
        or _by_kind_column(con, part, derived, typed_rows)
        or _by_prefix(con, parts, derived, typed_rows)
        or _by_positive_prefix(con, part, derived, typed_rows)
        or _by_total(con, parts, derived, typed_rows)
    )


_LIKE_NET = ("quantity", "list_value", "tax", "product_cost", "weight")
"""What a credit note reverses as it reverses net value."""


def _written_against_net(con: Any, derived: dict[str, str], typed_rows: str, is_credit: str) -> list[str]:
    """What stands on all credit notes with the opposite sign of their net value, as where a file writes it positive throughout."""
    net, stated = derived["net_value"], [ours for ours in _LIKE_NET if ours in derived]
    if not stated:
        return []
    products = [f"CAST(sign({derived[ours]}) * sign({net}) AS INTEGER)" for ours in stated]
    counted = ", ".join(f"count(*) FILTER ({is_credit} AND {product} < 0), count(*) FILTER ({is_credit} AND {product} > 0)" for product in products)
    counts = con.execute(f"SELECT {counted} FROM ({typed_rows})").fetchone()
    return [ours for ours, opposite, same in zip(stated, counts[::2], counts[1::2], strict=True) if opposite and not same]


_SIGNS = {
    "quantity-against-amount": (
        "quantity",
        "quantity < 0 AND net_value > 0 OR quantity > 0 AND net_value < 0",
        "a quantity whose sign is not that of the amount",
    ),
    "cost-against-amount": (
        "product_cost",
        "product_cost > 0 AND net_value < 0 OR product_cost < 0 AND net_value > 0",
        "a cost whose sign is not that of the amount, so that both make the margin smaller or both larger",
    ),
}


def doubts_of_signs(con: Any, part: Part) -> Iterator[Problem]:
    """Lines whose quantity or cost has another sign than their net value: a price below zero, or a sign forgotten."""
    for code, (ours, condition, said) in _SIGNS.items():
        if not {ours, "net_value"} <= set(part.columns):
            continue
        count, first = con.execute(f"SELECT count(*), min(row) FROM {part.name} WHERE {condition}").fetchone()
        if count:
            column = part.proposal.theirs(ours) or part.proposal.theirs({"product_cost": "unit_cost"}.get(ours, ours)) or ""
            sentence = f"{count:,} {'line has' if count == 1 else 'lines have'} {said}; the first is this one."
            yield Problem(
                code, Severity.WARNING, part.origin(row=first, column=column), sentence=sentence, action="Look whether the signs are right.", rows=count
            )


def _say_signs_differ(part: Part, lines: int) -> None:
    """Credit notes of which most have one sign and some the other: these then add to sales."""
    are = "line of credit notes has the opposite sign of the others and adds" if lines == 1 else "lines of credit notes have the opposite sign and add"
    sentence = f"{lines:,} {are} to {_in_words(part)}."
    action = "Look whether they are credit notes, and whether all are written with one sign."
    part.problems.append(
        Problem(
            "credit-notes-of-both-signs",
            Severity.WARNING,
            part.origin(column=part.proposal.theirs("net_value") or ""),
            sentence=sentence,
            action=action,
            rows=lines,
        )
    )


def _is_amount(table: str, ours: str) -> bool:
    """Whether a column turns its sign in a credit note."""
    column = next((column for column in TABLES[table].columns if column.name == ours), None)
    return ours == "freight" or (column is not None and column.kind == Kind.DECIMAL and ours != "exchange_rate")


def _by_kind_column(con: Any, part: Part, derived: dict[str, str], typed_rows: str) -> CreditNotes | None:
    """The values of a column of kinds that are known for credit notes, by the mapping or as words.

    Raises
    ------
    AnswerNeededError
        Where words of debit and credit make most lines credit notes: credit is the customer's side of a sale in some ledgers.
    """
    lines = {word: count for word, count in lines_by_word(con, derived, typed_rows).items() if word}
    said = {word.casefold(): kind for word, kind in part.entry.kinds.items()}
    kinds = kinds_of([*lines, *part.entry.kinds])
    credit = [word for word in lines if said.get(word.casefold(), kinds[word]) == CREDIT_NOTE]
    if not said and credit and all(map(is_side, lines)) and 2 * sum(lines[word] for word in credit) > sum(lines.values()):
        _ask_side(part, lines, credit)
    return CreditNotes(column=part.proposal.theirs("kind") or "", values=tuple(credit)) if credit else None


def _ask_side(part: Part, lines: dict[str, int], credit: Sequence[str]) -> None:
    """Ask on which side of the ledger credit notes stand: likely on that of the fewer lines, or on none if all stand on one."""
    theirs = part.proposal.theirs("kind") or ""
    others = [word for word in lines if word not in credit]
    choices = [
        choice(" and ".join(values) or "none of them", kinds={word: CREDIT_NOTE if word in values else INVOICE for word in lines})
        for values in ([others, credit, []] if others else [[], credit])
    ]
    evidence = f"{theirs}: {', '.join(f'{value} on {count:,}' for value, count in lines.items())} lines"
    raise AnswerNeededError(
        Question(f"sides: {part.where}", f"{part.where}: which values of {theirs} are credit notes?", (evidence,), tuple(choices)),
    )


def _by_total(con: Any, parts: Sequence[Part], derived: dict[str, str], typed_rows: str) -> CreditNotes:
    """Documents with a negative total; with a positive one where price × quantity shows that amounts are written with the other sign.

    Raises
    ------
    AnswerNeededError
        Where most lines and their sum are negative, as sales are in the ledger.
    """
    part, net = parts[0], derived["net_value"]
    negative, lines, amount = con.execute(
        f"SELECT count(*) FILTER ({net} < 0), count(*) FILTER ({net} <> 0), coalesce(sum({net}), 0) FROM ({typed_rows})"
    ).fetchone()
    of_credit_notes = _begin_as_credit_notes(con, derived, typed_rows)
    if lines and not negative and (said := "the numbers of all documents" if of_credit_notes else _called_credit_notes(parts)):
        _ask_whether_credit_notes(part, said, lines)
    if 2 * negative <= lines or amount >= 0:
        return CreditNotes(negative=True)
    what = _in_words(part)
    written = "as a ledger writes them" if part.table == "sale_lines" else "written as money that goes out"
    sentence = f"{part.where}: {negative:,} of {lines:,} amounts are negative. Are they returns, or {what} {written}?"
    choices = (choice(f"{what}: all signs are turned", credit_notes="positive"), choice("returns and credit notes", credit_notes="negative"))
    evidence = (f"their sum is {amount:,.2f}", *(["all numbers begin as those of credit notes do"] if of_credit_notes else []))
    raise AnswerNeededError(Question(f"sign: {part.where}", sentence, evidence, choices[::-1] if of_credit_notes else choices))


def _ask_whether_credit_notes(part: Part, said: str, lines: int) -> None:
    """Ask about a file that may be one of credit notes alone, all written with positive amounts."""
    what = _in_words(part)
    sentence = f"{part.where}: {said} may say that all of it is credit notes, and all amounts are positive. Are they credit notes, or {what}?"
    choices = (choice("credit notes: all signs are turned", credit_notes="positive"), choice(what, credit_notes="negative"))
    raise AnswerNeededError(Question(f"sign: {part.where}", sentence, (f"{lines:,} lines, none negative",), choices))


def _called_credit_notes(parts: Sequence[Part]) -> str:
    """The heading, or the name of the file or sheet, that calls all of it credit notes; "" where none does."""
    part = parts[0]
    headings = [theirs for ours in ("document", "date") if (theirs := part.proposal.theirs(ours))]
    names = [name for name in (part.raw.sheet, Path(part.raw.file).stem) if name and all(name in (one.raw.sheet, Path(one.raw.file).stem) for one in parts)]
    return next((f'"{name}"' for name in (*headings, *names) if names_credit_notes(name)), "")


def _begin_as_credit_notes(con: Any, derived: dict[str, str], typed_rows: str) -> bool:
    """Whether the numbers of all documents begin as those of credit notes do."""
    if "document" not in derived:
        return False
    prefix = f"lower(regexp_extract({derived['document']}, '^[A-Za-z]*'))"
    prefixes = con.execute(f"SELECT DISTINCT {prefix} FROM ({typed_rows}) WHERE {derived['document']} IS NOT NULL LIMIT {len(CREDIT_PREFIXES) + 1}").fetchall()
    return bool(prefixes) and all(one in CREDIT_PREFIXES for (one,) in prefixes)


def _in_words(part: Part) -> str:
    return "sales" if part.table == "sale_lines" else "purchases"


def _has_negative(con: Any, derived: dict[str, str], typed_rows: str) -> bool:
    found: bool | None = con.execute(f"SELECT bool_or({derived['net_value']} < 0) FROM ({typed_rows})").fetchone()[0]
    return bool(found)


def _turned(con: Any, parts: Sequence[Part], derived: dict[str, str], typed_rows: str) -> dict[str, str]:
    """Sales or purchases that are written as negative amounts, positive; what stands beside them with the opposite sign, as a quantity may, stays."""
    say(parts, f"{_in_words(parts[0]).capitalize()} are written as negative amounts: they are turned.")
    against = _written_against_net(con, derived, typed_rows, "true")
    derived = derived | {ours: f"(-{derived[ours]})" for ours in derived if _is_amount(parts[0].table, ours) and ours not in against}
    return _discounted_again(con, derived, typed_rows) if "list_value" in against else derived


def _discounted_again(con: Any, derived: dict[str, str], typed_rows: str) -> dict[str, str]:
    """The discount as list value less net value, after only one of them was turned."""
    if "discount" not in derived:
        return derived
    ((_, kind, *_),) = con.execute(f"DESCRIBE SELECT {derived['discount']} AS discount FROM ({typed_rows})").fetchall()
    return derived | {"discount": f"TRY_CAST({derived['list_value']} - {derived['net_value']} AS {kind})"}


def _by_prefix(con: Any, parts: Sequence[Part], derived: dict[str, str], typed_rows: str) -> CreditNotes | None:
    """Letters that begin the numbers of nearly all negative lines, and of hardly any other."""
    net = derived["net_value"]
    never_negative = net == named("net_value") and not any(part.stated["net_value"].has_negative for part in parts if "net_value" in part.stated)
    if "document" not in derived or (never_negative and "net_value" in parts[0].stated):
        return None
    sql = f"SELECT regexp_extract({derived['document']}, '^[A-Za-z]+') AS prefix, count(*), count(*) FILTER ({net} < 0) FROM ({typed_rows}) GROUP BY 1"
    rows = con.execute(sql).fetchall()
    negative = sum(below for _, _, below in rows)
    if not negative or len(rows) < 2:
        return None
    prefix, lines, below = max(rows, key=lambda r: r[2])
    return CreditNotes(prefix=prefix) if prefix and below >= lines * _CREDIT_SHARE and below >= negative * _CREDIT_SHARE else None


def _by_positive_prefix(con: Any, part: Part, derived: dict[str, str], typed_rows: str) -> CreditNotes | None:
    """Documents whose numbers begin as those of credit notes, the fewer ones, and whose amounts are all positive: they are, if their quantities are negative.

    Raises
    ------
    AnswerNeededError
        Where nothing but the beginning of their numbers says so.
    """
    if part.table != "sale_lines" or "document" not in derived:
        return None
    net, quantity = derived["net_value"], derived.get("quantity", "NULL")
    sql = f"""SELECT regexp_extract({derived["document"]}, '^[A-Za-z]*') AS prefix, count(*), count(*) FILTER ({net} < 0), count(*) FILTER ({quantity} < 0),
        count(DISTINCT {derived["document"]}), min({derived["document"]}), sum({net}) FROM ({typed_rows}) WHERE {derived["document"]} IS NOT NULL GROUP BY 1"""
    rows = con.execute(sql).fetchall()
    documents = sum(row[4] for row in rows)
    others = {row[0].casefold() for row in rows}
    for prefix, lines, negative, returned, many, example, amount in sorted(rows):
        seldom = 2 * many < documents and (len(prefix) > 1 or others <= {"", prefix.casefold()})
        if prefix.casefold() not in CREDIT_PREFIXES or negative or not amount or not seldom:
            continue
        how = CreditNotes(prefix=prefix)
        if returned == lines:
            return how
        are = "document has a number" if many == 1 else "documents have numbers"
        sentence = f"{part.where}: {many:,} {are} that begin{'s' * (many == 1)} with {prefix} ({example}), as of credit notes, and positive amounts."
        choices = (choice("they are credit notes", credit_notes=how.as_setting), choice("they are invoices", credit_notes="negative"))
        evidence = f"{prefix}: {lines:,} line{'s' * (lines != 1)}, {amount:,.2f}, none negative"
        raise AnswerNeededError(Question(f"kind: {part.where}", sentence, (evidence,), choices))
    return None
