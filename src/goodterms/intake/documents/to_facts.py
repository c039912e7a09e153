"""Invoices as facts: our own are sale lines, our suppliers' are purchase lines, and whoever stands on them is known by a key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from goodterms.facts.columns import CREDIT_NOTE, CUSTOMERS, INVOICE, MONEY_DIGITS, MONEY_PLACES, PRODUCTS, PURCHASE_LINES, SALE_LINES, SUPPLIERS, Table
from goodterms.facts.money import cents, total
from goodterms.intake.documents.check import price_holds, problems_of
from goodterms.intake.documents.fields import ASK_SENDER, WIDE
from goodterms.intake.documents.invoice import Invoice, Line, allowances_of, charges_of
from goodterms.intake.documents.party import Identifies, OwnCompany, Party
from goodterms.intake.documents.spread import spread, spread_tax
from goodterms.intake.documents.xml_values import fits
from goodterms.problems import Origin, Problem, Severity

Row = dict[str, Any]
"""A row of a table of facts: all of its columns, ``None`` where the document says nothing."""
OF_CUSTOMER = (Identifies.NUMBER, Identifies.VAT, Identifies.BUSINESS_ID, Identifies.LOCATION, Identifies.ADDRESS, Identifies.TAX_NUMBER)
"""What a customer's key is: our own number of it, where the invoice names one."""
OF_SUPPLIER = (Identifies.VAT, Identifies.BUSINESS_ID, Identifies.LOCATION, Identifies.ADDRESS, Identifies.TAX_NUMBER, Identifies.NUMBER)
_LAST_PLACE = Decimal(1).scaleb(-MONEY_PLACES)


@dataclass(frozen=True)
class KnownParty:
    """Who stands behind a key of the facts, for the register: as the latest document names it."""

    role: str
    """"customer" or "supplier"."""
    key: str
    party: Party
    day: date
    """The date of that document."""
    file: str
    row: int


@dataclass(frozen=True)
class DocumentFacts:
    """What invoices say, with exactly the columns of the tables of facts.

    Attributes
    ----------
    sale_lines, purchase_lines
        The lines of our own invoices and of our suppliers'. ``charges`` of a sale line are apart; those of a purchase are part of its net value.
    customers, suppliers, products
        What the documents say of them, as the latest has it.
    parties
        Customers and suppliers with all of their identifiers, address and contact.
    accepted, problems
        The documents that count, and what is wrong with the others and worth a look at these.
    """

    sale_lines: tuple[Row, ...]
    purchase_lines: tuple[Row, ...]
    customers: tuple[Row, ...]
    suppliers: tuple[Row, ...]
    products: tuple[Row, ...]
    parties: tuple[KnownParty, ...]
    accepted: tuple[Invoice, ...]
    problems: tuple[Problem, ...]


def facts_of(invoices: Iterable[Invoice], own: OwnCompany, *, source: str | None = None) -> DocumentFacts:
    """Check invoices, tell sales from purchases by our own identifiers, and make rows of facts of those that hold.

    Parameters
    ----------
    invoices
        In the order of their files, which decides the order of rows.
    own
        Our own company.
    source
        The system that numbers our own invoices. A supplier numbers its own: the source of its lines is its key.
    """
    with localcontext(WIDE):
        return _facts_of(invoices, own, source)


def _facts_of(invoices: Iterable[Invoice], own: OwnCompany, source: str | None) -> DocumentFacts:
    sales: list[Row] = []
    purchases: list[Row] = []
    accepted: list[Invoice] = []
    problems: list[Problem] = []
    known: dict[tuple[str, str], list[KnownParty]] = {}
    products: dict[str, tuple[Invoice, Row]] = {}
    for invoice in invoices:
        is_sale, is_purchase = own.sides(invoice.seller, invoice.buyer)
        found = [*problems_of(invoice), *_of_sides(invoice, own, is_sale, is_purchase)]
        rows = list(_sale_rows(invoice, source) if is_sale else _purchase_rows(invoice))
        found += _of_size(invoice, rows)
        problems += found
        if any(problem.severity is Severity.REJECTED for problem in found):
            continue
        accepted.append(invoice)
        (sales if is_sale else purchases).extend(rows)
        who = _known_party(invoice, is_sale=is_sale)
        known.setdefault((who.role, who.key), []).append(who)
        if is_sale:
            _keep_products(products, invoice, rows)
    parties = tuple(max(of, key=lambda who: (who.day, who.file, who.row)) for of in known.values())
    problems += [problem for of in known.values() for problem in _of_shared_keys(of)]
    customers, suppliers = (tuple(_master_row(table, role, who) for who in parties if who.role == role and who.key) for table, role in _MASTERS)
    of_products = tuple(row for _, row in products.values())
    return DocumentFacts(tuple(sales), tuple(purchases), customers, suppliers, of_products, parties, tuple(accepted), tuple(problems))


# Who --------------------------------------------------------------------------------------------------------------------------------------------------------


def _of_sides(invoice: Invoice, own: OwnCompany, sells: bool, buys: bool) -> Iterator[Problem]:  # noqa: FBT001  (the two sides, in their order)
    """Yield what is wrong with who sells to whom."""
    if sells == buys:
        ours = ", ".join(own.identifiers)
        between = f"{invoice.seller} sells and {invoice.buyer} buys"
        sentence = f"The {invoice} is of our own company on both sides: {between}." if sells else f"The {invoice} is none of ours ({ours}): {between}."
        action = "Leave it out: nothing is sold to others by it." if sells else "If it is ours, name the identifier that it uses for us; else leave it out."
        code = "own-company-on-both-sides" if sells else "neither-seller-nor-buyer"
        yield Problem(code, Severity.REJECTED, Origin(invoice.file), sentence=sentence, action=action)
    if (invoice.buyer if sells else invoice.seller).personal:
        sentence = f"The {invoice} names its {'buyer' if sells else 'seller'} by a personal identity code, which is not kept."
        yield Problem("personal-identity-code", Severity.NOTICE, Origin(invoice.file), sentence=sentence)


def _of_size(invoice: Invoice, rows: Sequence[Row]) -> Iterator[Problem]:
    """Yield a problem where the amounts of a line come to more digits than facts hold."""
    for row in rows:
        if not all(fits(value) for value in row.values() if isinstance(value, Decimal)):
            sentence = f"The {invoice} has a line whose amounts come to more than {MONEY_DIGITS} digits."
            yield Problem("amount-too-large", Severity.REJECTED, Origin(invoice.file, row=row["row"]), sentence=sentence, action=ASK_SENDER)
            return


def _known_party(invoice: Invoice, *, is_sale: bool) -> KnownParty:
    party, order = (invoice.buyer, OF_CUSTOMER) if is_sale else (invoice.seller, _of_supplier(invoice))
    return KnownParty("customer" if is_sale else "supplier", party.key(order), party, invoice.date, invoice.file, invoice.lines[0].row)


def _of_shared_keys(seen: Sequence[KnownParty]) -> Iterator[Problem]:
    """Yield a warning where one key stands for two companies."""
    by_vat: dict[str, KnownParty] = {}
    for who in seen:
        if vat := who.party.of(Identifies.VAT):
            by_vat.setdefault(vat, who)
    if len(by_vat) > 1:
        names = " and ".join(f"{who.party.name or 'no name'} ({vat}, {who.file})" for vat, who in list(by_vat.items())[:3])
        first = next(iter(by_vat.values()))
        sentence = f"The {first.role} number {first.key} stands for {len(by_vat)} companies: {names}. They count as one {first.role}."
        yield Problem(
            "key-of-two-companies", Severity.WARNING, Origin(first.file, row=first.row), sentence=sentence, action="Look which of the numbers is right."
        )


# Rows ---------------------------------------------------------------------------------------------------------------------------------------------------------


def _row(table: Table, **said: Any) -> Row:
    """A row with all columns of its table; empty text is null, and zero has no sign."""
    blank: Row = dict.fromkeys(table.column_names)
    for name, value in said.items():
        if isinstance(value, Decimal):
            blank[name] = value + 0
        elif value != "":
            blank[name] = value
    return blank


def _sale_rows(invoice: Invoice, source: str | None) -> Iterator[Row]:
    sign = invoice.direction
    for number, line, amounts in _lines(invoice):
        net = sign * amounts.net
        discount = sign * amounts.discount
        says_list = discount or line.list_price is not None
        yield _row(
            SALE_LINES,
            source=source,
            **_of_document(invoice, line, number),
            customer_key=invoice.buyer.key(OF_CUSTOMER),
            payer_key=_payer_key(invoice),
            place_key=invoice.delivery_place,
            product_key=_sold_product(line),
            quantity=None if line.quantity is None else sign * line.quantity,
            unit=line.unit,
            list_value=net + discount if says_list and fits(net + discount) else None,
            discount=discount,
            net_value=net,
            tax=None if amounts.tax is None else sign * amounts.tax,
            charges=sign * amounts.charges,
            order_number=invoice.seller_order_number or line.order_number or invoice.order_number,
            delivery_document=line.delivery_document or invoice.delivery_document,
        )


def _purchase_rows(invoice: Invoice) -> Iterator[Row]:
    sign, supplier = invoice.direction, invoice.seller.key(_of_supplier(invoice))
    for number, line, amounts in _lines(invoice):
        yield _row(
            PURCHASE_LINES,
            source=supplier,
            **_of_document(invoice, line, number),
            supplier_key=supplier,
            product_key=_bought_product(line, supplier),
            quantity=None if line.quantity is None else sign * line.quantity,
            unit=line.unit,
            net_value=sign * (amounts.net + amounts.charges),
            tax=None if amounts.tax is None else sign * amounts.tax,
        )


def _of_supplier(invoice: Invoice) -> tuple[Identifies, ...]:
    """What the supplier's key is: its own identifiers; in our books our number of it, as for customers."""
    return OF_CUSTOMER if invoice.numbers_are_ours else OF_SUPPLIER


def _of_document(invoice: Invoice, line: Line, number: str) -> Row:
    return {
        "date": invoice.date,
        "document": invoice.number,
        "line": number,
        "kind": CREDIT_NOTE if invoice.gives_back else INVOICE,
        "currency": invoice.currency,
        "due_date": invoice.due_date,
        "file": invoice.file,
        "row": line.row,
    }


def _payer_key(invoice: Invoice) -> str:
    """The key of who pays, where another than the buyer."""
    key = invoice.payer.key(OF_CUSTOMER) if invoice.payer else ""
    return "" if key == invoice.buyer.key(OF_CUSTOMER) else key


def _sold_product(line: Line) -> str:
    return line.product_id or line.standard_product_id or line.product_name


def _bought_product(line: Line, supplier: str) -> str:
    """Our own number of the product, or the one that all use; the supplier's own number is kept apart from ours by the supplier's key."""
    return line.buyer_product_id or line.standard_product_id or (f"{supplier}: {theirs}" if (theirs := line.product_id or line.product_name) else "")


_MASTERS = ((CUSTOMERS, "customer"), (SUPPLIERS, "supplier"))


def _master_row(table: Table, role: str, who: KnownParty) -> Row:
    return _row(table, **{f"{role}_key": who.key}, name=who.party.name, country=who.party.country, file=who.file, row=who.row)


def _keep_products(products: dict[str, tuple[Invoice, Row]], invoice: Invoice, rows: Sequence[Row]) -> None:
    """Keep what the latest document says of each product."""
    for line, row in zip(invoice.lines, rows, strict=True):
        key = row["product_key"]
        if key and (key not in products or products[key][0].date <= invoice.date):
            products[key] = (invoice, _row(PRODUCTS, product_key=key, name=line.product_name, unit=line.unit, file=invoice.file, row=line.row))


# Amounts ----------------------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Amounts:
    """The amounts of a line with its shares of the document's, with the document's signs: list value − discount = net; charges and tax come on top."""

    net: Decimal
    discount: Decimal
    charges: Decimal
    tax: Decimal | None


def _lines(invoice: Invoice) -> Iterator[tuple[str, Line, _Amounts]]:
    """Yield each line with its number and amounts."""
    values = [line.net for line in invoice.lines]
    less, more = spread(allowances_of(invoice.adjustments), values), spread(charges_of(invoice.adjustments), values)
    taxes = _taxes(invoice, [value - off + on for value, off, on in zip(values, less, more, strict=True)])
    for number, line, off, on, tax in zip(_line_numbers(invoice), invoice.lines, less, more, taxes, strict=True):
        amounts = _Amounts(line.net - line.charges - off, line.allowances + off + _price_discount(line, invoice.currency), line.charges + on, tax)
        yield number, line, amounts


def _line_numbers(invoice: Invoice) -> list[str]:
    """The lines' own numbers, where each has one of its own; else they are counted."""
    numbers = [line.number for line in invoice.lines]
    return numbers if all(numbers) and len(set(numbers)) == len(numbers) else [str(place) for place in range(1, len(numbers) + 1)]


def _price_discount(line: Line, currency: str) -> Decimal:
    """The discount that is inside the price: list price − price, × quantity, made once at 4 places; 0 where price × quantity is not the line's amount."""
    if line.list_price is None or line.price is None or line.quantity is None or not price_holds(line, currency):
        return Decimal(0)
    listed, priced = line.quantity * line.list_price / line.list_base_quantity, line.quantity * line.price / line.base_quantity
    discount = (listed - priced).quantize(_LAST_PLACE, ROUND_HALF_UP)
    return discount if discount * line.quantity > 0 and fits(discount) else Decimal(0)


def _taxes(invoice: Invoice, values: Sequence[Decimal]) -> list[Decimal | None]:
    """The tax of each line: as the lines state it where that comes to the document's, else the tax of each rate over the lines of that rate."""
    stated = [line.tax_amount for line in invoice.lines]
    whole = invoice.totals.tax
    if whole is None and not invoice.taxes:
        return list(stated)
    if whole is not None and None not in stated and cents(total(tax for tax in stated if tax is not None)) == cents(whole):
        return list(stated)
    if not invoice.taxes:
        return list(spread_tax(whole or Decimal(0), values))
    found = [Decimal(0)] * len(values)
    for part in invoice.taxes:
        places = [place for place, line in enumerate(invoice.lines) if line.tax == part.tax] or list(range(len(values)))
        for place, share in zip(places, spread_tax(part.amount, [values[place] for place in places]), strict=True):
            found[place] += share
    return list(found)
