"""Each invoice against its own totals, to the cent, with the arithmetic in the sentence; and what a person should look at before it counts."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, localcontext

from goodterms.facts.money import cents, in_words, total
from goodterms.intake.documents.fields import ASK_SENDER, WIDE
from goodterms.intake.documents.invoice import Invoice, Line, allowances_of, charges_of
from goodterms.intake.documents.xml_values import places_of
from goodterms.intake.mapping.currency_code import WHOLE_UNITS
from goodterms.intake.values.agreement import A_CENT
from goodterms.intake.values.document_type import PREPAYMENTS, Kind
from goodterms.problems import Origin, Problem, Severity


def problems_of(invoice: Invoice) -> list[Problem]:
    """Return what is wrong with an invoice, or worth a look; a rejected one takes no part."""
    origin = Origin(invoice.file)
    with localcontext(WIDE):
        said = [
            Problem("document-does-not-add-up", severity, origin, sentence=f"The {invoice} does not add up: {sentence}", action=ASK_SENDER)
            for severity, sentence in _sums(invoice)
        ]
        return [*_of_kind(invoice, origin), *said, *_of_prices(invoice)]


def _of_kind(invoice: Invoice, origin: Origin) -> Iterator[Problem]:
    if invoice.kind is Kind.OTHER:
        named = f"has the type {invoice.type_code}" if invoice.type_code else "names no type"
        sentence = f"The {invoice} {named}, which is no invoice, credit note or correction that is known here: nothing is sold by it."
        yield Problem("not-an-invoice", Severity.REJECTED, origin, seen=invoice.type_code, sentence=sentence, action="Leave the document out.")
    elif invoice.kind is Kind.CREDIT_NOTE and invoice.net < 0 and not invoice.signs_as_written:
        sentence = f"The {invoice} has a negative total ({in_words(invoice.net)}), though a credit note of this format is written with positive amounts."
        action = "It is counted as money given back. If it takes an earlier credit note back, enter it as an invoice."
        yield Problem("negative-credit-note", Severity.WARNING, origin, sentence=sentence, action=action)
    elif invoice.kind is Kind.CORRECTION and invoice.net > 0:
        of = f" of {', '.join(invoice.corrects)}" if invoice.corrects else ""
        sentence = f"The {invoice}{of} has a positive total ({in_words(invoice.net)}): it may replace the whole invoice, which would then count twice."
        yield Problem("positive-correction", Severity.WARNING, origin, sentence=sentence, action="Look whether the first invoice was credited.")
    if invoice.type_code in PREPAYMENTS:
        sentence = f"The {invoice} asks for a payment in advance of {in_words(invoice.net)}: the last invoice may state the same sales again."
        yield Problem("prepayment", Severity.WARNING, origin, sentence=sentence, action="Look at the last invoice of the order.")


def _sums(invoice: Invoice) -> Iterator[tuple[Severity, str]]:
    """Yield each sum that differs from what the document states, by a cent or more."""
    stated = invoice.totals
    lines, charges, allowances = total(line.net for line in invoice.lines), charges_of(invoice.adjustments), allowances_of(invoice.adjustments)
    tax = stated.tax if stated.tax is not None else total(part.amount for part in invoice.taxes)
    exclusive = stated.tax_exclusive if stated.tax_exclusive is not None else invoice.net
    inclusive = stated.tax_inclusive if stated.tax_inclusive is not None else exclusive + tax
    prepaid, rounding = stated.prepaid or Decimal(0), stated.rounding or Decimal(0)
    adjusted = "".join(f" {sign} {in_words(amount)} {what}" for sign, amount, what in (("−", allowances, "allowances"), ("+", charges, "charges")) if amount)
    of_lines = f"{in_words(lines)} of its lines{adjusted} come to" if adjusted else "its lines come to"
    to_pay = f"{in_words(inclusive)} with tax − {in_words(prepaid)} prepaid + {in_words(rounding)} rounding"
    tax_parts = total(part.amount for part in invoice.taxes)
    sums = (
        (stated.lines, lines, "its lines come to {found}, and it states {stated} as their total", Severity.REJECTED),
        (stated.allowances, allowances, "its allowances come to {found}, and it states {stated} as their total", Severity.REJECTED),
        (stated.charges, charges, "its charges come to {found}, and it states {stated} as their total", Severity.REJECTED),
        (stated.tax_exclusive, invoice.net, f"{of_lines} {{found}}, and it states {{stated}} as the total without tax", Severity.REJECTED),
        (stated.tax if invoice.taxes else None, tax_parts, "its taxes by rate come to {found}, and it states {stated} as the tax", Severity.REJECTED),
        (
            stated.tax_inclusive,
            exclusive + tax,
            f"{in_words(exclusive)} without tax + {in_words(tax)} tax come to {{found}}, and it states {{stated}} as the total with tax",
            Severity.REJECTED,
        ),
        (
            None if invoice.stands_for_lines else stated.payable,
            inclusive - prepaid + rounding,
            f"{to_pay} come to {{found}}, and it states {{stated}} as payable",
            Severity.WARNING,
        ),
    )
    for says, found, sentence, severity in sums:
        if says is not None and cents(says) != cents(found):
            difference = f" (difference {in_words(cents(found) - cents(says))})."
            yield severity, sentence.format(found=in_words(found), stated=in_words(says)) + difference


def _of_prices(invoice: Invoice) -> Iterator[Problem]:
    """Yield one problem for all lines whose price × quantity is another amount than the line's; the amount leads."""
    apart = [line for line in invoice.lines if not price_holds(line, invoice.currency)]
    if apart:
        first = apart[0]
        of = f" ÷ {first.base_quantity}" if first.base_quantity != 1 else ""
        adjusted = "".join(f" {sign} {in_words(amount)}" for sign, amount in (("−", first.allowances), ("+", first.charges)) if amount)
        many = f"{len(apart)} lines" if len(apart) > 1 else "a line"
        sentence = (
            f"The {invoice} has {many} whose price × quantity is not the amount: {first.quantity} × {first.price}{of}{adjusted} "
            f"= {in_words(by_price(first) or Decimal(0))}, stated {in_words(first.net)}. The amount counts, the price takes no part."
        )
        yield Problem("price-does-not-hold", Severity.WARNING, Origin(invoice.file, row=first.row), sentence=sentence, rows=len(apart))


def by_price(line: Line) -> Decimal | None:
    """Return what price × quantity comes to after the line's allowances and charges; ``None`` where it names no price or quantity."""
    if line.price is None or line.quantity is None:
        return None
    return line.quantity * line.price / line.base_quantity + line.charges - line.allowances


def price_holds(line: Line, currency: str) -> bool:
    """Whether price × quantity is the line's amount, but for the rounding of the amount, and of a price that is written in cents or finer."""
    found = by_price(line)
    if found is None or line.price is None or line.quantity is None:
        return True
    places = places_of(line.price)
    of_price = abs(line.quantity / line.base_quantity) * Decimal(5).scaleb(-places - 1) if places >= 2 else Decimal(0)
    of_amount = Decimal("0.5") if currency in WHOLE_UNITS else A_CENT
    return abs(found - line.net) <= of_amount + of_price
