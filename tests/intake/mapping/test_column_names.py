"""What companies call their columns: headings of common exports, and what is said where a heading is not known."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from goodterms.errors import AnswerNeededError
from goodterms.facts.columns import CREDIT_NOTE, TABLES
from goodterms.intake import read
from goodterms.intake.mapping.column_names import headings, meanings, normalised
from goodterms.problems import Severity

D = Decimal


def rows(reading, columns):
    return reading.facts.engine.con.execute(f"SELECT {columns} FROM sale_lines ORDER BY row").fetchall()


@pytest.mark.parametrize(
    ("heading", "ours"),
    [
        ("Veroton yht.", "net_value"),
        ("Veroton yhteensä", "net_value"),
        ("Net", "net_value"),
        ("Net amount (EUR)", "net_value"),
        ("Rivisumma (veroton)", "net_value"),
        ("Summa, ALV 0 %", "net_value"),
        ("Belopp exkl. moms", "net_value"),
        ("Sales Amount (Actual)", "net_value"),
        ("LineTotal", "net_value"),
        ("Yks.", "unit"),
        ("Unit of Measure Code", "unit"),
        ("Verollinen yhteensä", "gross_value"),
        ("DocNum", "document"),
        ("CardCode", "customer_key"),
        ("CardName", "customer_name"),
        ("As.nro", "customer_key"),
        ("Sell-to Customer No.", "customer_key"),
        ("ItemCode", "product_key"),
        ("InventoryItemCode", "product_key"),
        ("Product/Service", "product_key"),
        ("UnitAmount", "unit_price"),
        ("À-hinta (veroton)", "unit_price"),
        ("DiscPrcnt", "discount_rate"),
        ("Line Discount %", "discount_rate"),
        ("Salesperson Code", "manager_key"),
        ("Sales Employee", "manager_key"),
        ("Unit Cost (LCY)", "unit_cost"),
        ("Kate €", "margin"),
        ("Myyntikate", "margin"),
        ("Gross Profit", "margin"),
        ("Täckningsbidrag", "margin"),
        ("TB", "margin"),
        ("Rechnungsnummer", "document"),
        ("Belegdatum", "date"),
        ("Kundennr.", "customer_key"),
        ("Kunde", "customer_key"),
        ("Art.-Nr.", "product_key"),
        ("Bezeichnung", "product_name"),
        ("Menge", "quantity"),
        ("Einzelpreis", "unit_price"),
        ("Nettobetrag", "net_value"),
        ("USt", "tax"),
        ("Währung", "currency"),
        ("N° facture", "document"),
        ("Code client", "customer_key"),
        ("Référence article", "product_key"),
        ("Qté", "quantity"),
        ("P.U. HT", "unit_price"),
        ("Montant HT", "net_value"),
        ("Montant TTC", "gross_value"),
        ("Date d'échéance", "due_date"),
        ("Nº factura", "document"),
        ("Fecha", "date"),
        ("Base imponible", "net_value"),
        ("% Dto", "discount_rate"),
        ("Codice cliente", "customer_key"),
        ("Imponibile", "net_value"),
        ("Q.tà", "quantity"),
        ("Factuurnummer", "document"),
        ("Klantnaam", "customer_name"),
        ("Bedrag excl. btw", "net_value"),
        ("Bilagsdato", "date"),
        ("Beløb ekskl. moms", "net_value"),
        ("Beløp eks. mva", "net_value"),
        ("Kundenavn", "customer_name"),
        ("Nr faktury", "document"),
        ("Ilość", "quantity"),
        ("Wartość netto", "net_value"),
        ("Kod kontrahenta", "customer_key"),
        ("Billing Document", "document"),
        ("Sold-to party", "customer_key"),
        ("Account Ref", "customer_key"),
        ("Num", "document"),
        ("Name", "customer_name"),
        ("ContactName", "customer_name"),
        ("Company (Billing)", "customer_name"),
        ("Billing Name", "customer_name"),
        ("A/C Ref", "customer_key"),
        ("Item(Product/Service)", "product_key"),
        ("Lineitem sku", "product_key"),
        ("Custom label", "product_key"),
        ("Item title", "product_name"),
        ("Item Desc", "product_name"),
        ("ItemQuantity", "quantity"),
        ("Lineitem quantity", "quantity"),
        ("Quantity (- Refund)", "quantity"),
        ("Items sold", "quantity"),
        ("Usage unit", "unit"),
        ("Item Price", "unit_price"),
        ("ItemRate", "unit_price"),
        ("Lineitem price", "unit_price"),
        ("Item Total", "net_value"),
        ("ItemAmount", "net_value"),
        ("Ale", "discount"),
        ("Ale €", "discount"),
        ("Ale-%", "discount_rate"),
        ("Discount(%)", "discount_rate"),
        ("Lineitem discount", "discount"),
        ("Item Tax %", "tax_rate"),
        ("Item Tax Amount", "tax"),
        ("Impuestos", "tax"),
        ("Summe brutto", "gross_value"),
        ("Shipping Charge", "freight"),
        ("Created (UTC)", "date"),
        ("Sale date", "date"),
        ("Sales record number", "order_number"),
    ],
)
def test_headings_of_common_exports_are_known(heading, ours):
    known = meanings("sale_lines")
    plain = normalised(heading)
    found = known.get(plain) or known[" ".join(word for word in plain.split() if word not in {"€", "eur"})]
    assert found[0].ours == ours


EXPORTS = {
    "Invoice Date,Invoice Number,Customer ID,Customer Name,SubTotal,Total,Item Name,SKU,Quantity,Item Price,Discount,Item Total,Item Tax %": [
        "2024-01-05,INV-1,7,Acme Ltd,32.00,38.08,Lamp,L1,1,10.00,0,10.00,19",
        "2024-01-05,INV-1,7,Acme Ltd,32.00,38.08,Desk,D1,2,11.00,0,22.00,19",
    ],
    "InvoiceNo,Customer,InvoiceDate,Item(Product/Service),ItemDescription,ItemQuantity,ItemRate,ItemAmount,ItemTaxAmount": [
        "INV-1,Acme Ltd,2024-01-05,L1,Lamp,1,10.00,10.00,1.90",
        "INV-1,Acme Ltd,2024-01-05,D1,Desk,2,11.00,22.00,4.18",
    ],
    "*ContactName,*InvoiceNumber,*InvoiceDate,Total,InventoryItemCode,*Description,*Quantity,*UnitAmount,LineAmount,*AccountCode,TaxAmount": [
        "Acme Ltd,INV-1,2024-01-05,38.08,L1,Lamp,1,10.00,10.00,200,1.90",
        "Acme Ltd,INV-1,2024-01-05,38.08,D1,Desk,2,11.00,22.00,200,4.18",
        "Bolt & Co,INV-2,2024-01-06,0.00,D1,Desk,0,11.00,0.00,200,0.00",
    ],
    "Name,Billing Name,Created at,Subtotal,Taxes,Total,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku": [
        "#1,Acme Ltd,2024-01-05,32.00,6.08,38.08,1,Lamp,10.00,L1",
        "#1,,2024-01-05,,,,2,Desk,11.00,D1",
    ],
    "Laskun numero;Laskun pvm;Asiakkaan nimi;Tuotekoodi;Tuotteen nimi;Määrä;Yksikköhinta;Ale-%;Veroton summa;ALV-%": [
        "1;5.1.2024;Acme Oy;L1;Lamppu;1;10,00;0;10,00;19",
        "1;5.1.2024;Acme Oy;D1;Pöytä;2;11,00;0;22,00;19",
    ],
    "A/C Ref,Name,Invoice No,Invoice Date,Product Code,Description,Quantity,Unit Price,Net Amount,Tax Amount": [
        "ACME,Acme Ltd,1,2024-01-05,L1,Lamp,1,10.00,10.00,1.90",
        "ACME,Acme Ltd,1,2024-01-05,D1,Desk,2,11.00,22.00,4.18",
    ],
}


@pytest.mark.parametrize("headings", EXPORTS, ids=["Zoho", "QuickBooks", "Xero", "Shopify", "Netvisor", "Sage"])
def test_invoices_of_common_systems_are_read_without_a_question(write, headings):
    reading = read([write("s.csv", "\n".join([headings, *EXPORTS[headings]]) + "\n")])
    assert [net for (net,) in rows(reading, "net_value")][:2] == [D(10), D(22)]
    assert rows(reading, "product_key, quantity")[:2] == [("L1", D(1)), ("D1", D(2))]
    assert rows(reading, "document IS NOT NULL, date, customer_key IN ('7', 'Acme Ltd', 'Acme Oy', 'ACME')")[0][::2] == (True, True)
    assert not [problem for problem in reading.problems if problem.severity == Severity.WARNING]


@pytest.mark.parametrize("heading", ["Kate %", "Kate-%", "Katekate", "Gross margin %", "TB %", "TG"])
def test_a_margin_per_cent_is_no_margin(heading):
    assert normalised(heading) not in meanings("sale_lines")


# Keys under headings that nobody knows ----------------------------------------------------------------------------------------------------------------------


KEYED = "Invoice;Date;Product;Frobs;Store ID;Net amount\n1;2023-01-05;P;C01;1;10,00\n2;2023-01-06;P;C02;2;20,00\n3;2023-01-07;P;C01;1;30,00\n"


@pytest.mark.parametrize(("place", "found"), [(0, ["C01", "C02", "C01"]), (1, ["1", "2", "1"]), (2, [None, None, None])])
def test_a_customer_is_asked_for_where_columns_may_hold_one(write, place, found):
    with pytest.raises(AnswerNeededError, match="no column is known as the customer") as error:
        read([write("s.csv", KEYED)])
    (question,) = error.value.questions
    assert [choice.said for choice in question.choices] == ["Frobs (for example C01)", "Store ID (for example 1)", "none: no customer is named"]
    mapping = {"version": 1, "file": [{"match": "s.csv", **question.choices[place].settings}]}
    assert [key for (key,) in rows(read([write("s.csv", KEYED)], mapping=mapping), "customer_key")] == found


def test_products_and_documents_that_may_be_there_are_named(write):
    text = KEYED.replace("Invoice", "Thing").replace("Product", "Customer")
    problems = [(p.code, p.origin.column, p.sentence) for p in read([write("s.csv", text)]).problems]
    assert problems == [
        ("no-document", "Frobs", "No column is known as the number of the document: Frobs and Store ID may be it."),
        ("no-product", "Frobs", "No column is known as the product: Frobs and Store ID may be it."),
    ]


def test_files_without_such_columns_are_not_asked(write):
    reading = read([write("s.csv", "Invoice;Date;Region;Rush;Price group;Net amount\n1;2023-01-05;North;x;1,5;10,00\n2;2023-01-06;North;;1,5;20,00\n")])
    assert reading.problems == ()


def test_a_column_of_numbers_of_something_is_not_offered_as_the_amount(write):
    with pytest.raises(AnswerNeededError, match="no column is known as the amount") as error:
        read([write("s.csv", "Invoice;Date;Customer no;Store ID;Frobs\n1;2023-01-05;1;7;10,00\n2;2023-01-06;1;7;20,00\n")])
    assert [choice.said for choice in error.value.questions[0].choices] == ["Frobs (for example 10,00)"]


@pytest.mark.parametrize(("heading", "values", "found"), [("Num", "78", ["7", "8"]), ("No", "12", [None, None])])
def test_a_number_of_nothing_is_the_documents_unless_it_counts_the_lines(write, heading, values, found):
    text = f"{heading};Date;Customer;Net amount\n" + "".join(f"{one};2023-01-05;Ann;10,00\n" for one in values)
    assert [key for (key,) in rows(read([write("s.csv", text)]), "document")] == found


# Cost from margin -------------------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("heading", ["Kate €", "Margin", "Gross margin", "Täckningsbidrag", "TB", "GP"])
def test_cost_is_net_value_less_margin_exactly(write, heading):
    head = f"Invoice;Date;Customer;Net amount;{heading};{heading.replace(' €', '')} %"
    text = f"{head}\n1;2023-01-31;Ann;120,10;40,05;33,3\n2;2023-01-31;Bob;10,00;-2,5;-25\n3;2023-01-31;Cy;5,00;;\n"
    reading = read([write("s.csv", text)])
    assert rows(reading, "product_cost") == [(D("80.05"),), (D("12.5"),), (None,)]
    assert f"Product cost is net value less {heading}." in reading.files[0].said


def test_cost_that_the_file_states_leads(write):
    reading = read([write("s.csv", "Date;Customer;Net amount;Cost;Margin\n2023-01-31;Ann;100,5;60,5;1\n")])
    assert rows(reading, "product_cost") == [(D("60.5"),)]
    assert "Margin is not used: the file states the cost." in reading.files[0].said


def test_margin_with_positive_credit_notes_is_turned_with_them(write):
    text = "Invoice;Type;Date;Customer;Net amount;Margin\n1;Invoice;2023-01-31;Ann;100,5;40,5\n2;Credit note;2023-01-31;Ann;60,5;20,5\n"
    assert rows(read([write("s.csv", text)]), "product_cost, kind") == [(D(60), "invoice"), (D(-40), CREDIT_NOTE)]


def test_margin_that_may_be_per_cent_is_asked(write):
    path = write("s.csv", "Date;Customer;Net amount;Margin\n2023-01-31;Ann;5000,5;35,5\n2023-01-31;Bob;20,5;40,1\n2023-01-31;Cy;700,5;38,1\n")
    with pytest.raises(AnswerNeededError) as error:
        read([path])
    assert [choice.line for choice in error.value.questions[0].choices] == ['"Margin" = "margin"', '"Margin" = "-"']
    said = {"version": 1, "file": [{"match": "s.csv", "columns": {"Margin": "margin"}}]}
    assert rows(read([path], mapping=said), "product_cost") == [(D(4965),), (D("-19.6"),), (D("662.4"),)]


def test_margin_with_signs_of_per_cent_is_kept_as_an_attribute(write):
    reading = read([write("s.csv", "Date;Customer;Net amount;Margin\n2023-01-31;Ann;50,5;35,5 %\n")])
    assert rows(reading, "product_cost") == [(None,)]


# A net value that is not known by its name ------------------------------------------------------------------------------------------------------------------

WITH_DISCOUNT = "Date;Customer;Quantity;Unit price;Discount %;{}\n"


def test_columns_of_numbers_that_may_be_the_net_value_are_named(write):
    path = write("s.csv", WITH_DISCOUNT.format("Points;Frobs") + "2023-01-31;Ann;2;10,50;10;7,5;1,25\n2023-01-31;Bob;4;5,25;0;3,5;2,25\n")
    with pytest.raises(AnswerNeededError) as error:
        read([path])
    (question,) = error.value.questions
    assert "Points and Frobs are columns of numbers without a meaning yet: one of them may be the net value." in question.sentence
    assert [choice.line for choice in question.choices][-2:] == ['"Points" = "net_value"', '"Frobs" = "net_value"']


@pytest.mark.parametrize("nets", [("21,00", "21,00"), ("18,90", "21,00")], ids=["price after the discount", "price before it"])
def test_the_column_that_price_and_quantity_make_is_proposed_first(write, nets):
    first, second = nets
    path = write("s.csv", WITH_DISCOUNT.format("Frobs") + f"2023-01-31;Ann;2;10,50;10;{first}\n2023-01-31;Bob;4;5,25;0;{second}\n")
    with pytest.raises(AnswerNeededError) as error:
        read([path])
    assert error.value.questions[0].choices[0].line == '"Frobs" = "net_value"'
    reading = read([path], mapping=write("map.toml", error.value.mapping))
    assert rows(reading, "net_value") == [(D(first.replace(",", ".")),), (D(second.replace(",", ".")),)]


def test_a_further_column_that_equals_the_worked_out_net_value_is_said(write):
    text = "Date;Customer;Quantity;Unit price;Frobs\n2023-01-31;Ann;3;1,333;4,00\n2023-01-31;Bob;4;5,25;21,00\n"
    (problem,) = [p for p in read([write("s.csv", text)]).problems if p.code == "perhaps-net-value"]
    assert (problem.origin.column, problem.action) == ("Frobs", 'If it is, say so in the mapping: "Frobs" = "net_value".')
    other = text.replace("4,00", "40,00")
    assert not [p for p in read([write("t.csv", other)]).problems if p.code == "perhaps-net-value"]


# The page that lists them -----------------------------------------------------------------------------------------------------------------------------------

PAGE = (Path(__file__).parents[3] / "docs" / "concepts" / "headings.md").read_text("utf-8")
RANKS = ("", "General:", "Only where nothing better is there:")


def listed(table):
    """Our columns of a table as the page lists them: what each is, and its headings by rank."""
    (section,) = (section for section in PAGE.split("\n## ")[1:] if f'`table = "{table}"`' in section)
    found = {}
    for ours, text in re.findall(r"^### `([a-z_]+)`\n\n((?:(?!###).*\n?)+)", section, re.MULTILINE):
        meaning, *lines = [line for line in text.splitlines() if line]
        known = [[]]
        for line in lines:
            if line in RANKS:
                known += [[] for _ in range(RANKS.index(line) + 1 - len(known))]
            else:
                known[-1] += line.removeprefix("- ").split(", ")
        found[ours] = meaning, known if lines else []
    return found


@pytest.mark.parametrize("table", ["sale_lines", "costs", "activities", "customers", "products", "suppliers", "purchase_lines"])
def test_the_page_lists_every_column_with_its_meaning_and_headings(table):
    page = listed(table)
    known = {ours: [sorted(names, key=lambda name: (normalised(name), name)) for names in ranked] for ours, ranked in headings(table).items()}
    assert {ours: ranked for ours, (_, ranked) in page.items()} == known
    meaning = {column.name: column.meaning for column in TABLES[table].columns}
    assert {ours: said for ours, (said, _) in page.items() if ours in meaning} == {ours: meaning[ours] for ours in page if ours in meaning}
    assert all(said for said, _ in page.values())
    assert max(map(len, PAGE.splitlines())) < 200
