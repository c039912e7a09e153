"""A plain export read of itself, with every question answered in some way, and read again with the mapping that this wrote: the same facts, and no question."""

from __future__ import annotations

import csv
import io
import tomllib
from decimal import Decimal as D  # noqa: N817

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from goodterms.errors import AnswerNeededError, UnreadableFileError
from goodterms.facts.engine import connect
from goodterms.facts.sql_text import named
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered

CENT = D("0.01")
MOST_QUESTIONS = 8
EXAMPLES = 15
HEADINGS = {
    "document": ("Invoice no", "Rechnungsnummer", "Laskun nro", "Number"),
    "order": ("Order number", "Bestellnummer"),
    "date": ("Date", "Belegdatum", "Päivä"),
    "customer": ("Customer", "Kunde", "Asiakas"),
    "product": ("Item", "Artikel", "Tuote", "SKU"),
    "quantity": ("Quantity", "Menge", "Määrä"),
    "price": ("Price", "Unit price", "Einzelpreis", "EP", "Yksikköhinta"),
    "list": ("List price", "Listenpreis"),
    "discount": ("Discount", "Rabatt", "Alennus"),
    "discount %": ("Discount %", "Rabatt %"),
    "tax": ("VAT", "Tax", "MwSt", "Tax amount"),
    "tax %": ("VAT %", "MwSt %"),
    "net": ("Net amount", "Netto", "Line total", "Amount"),
    "gross": ("Total", "Brutto", "Summe", "GP"),
    "freight": ("Shipping", "Freight", "Rahti"),
    "cost": ("Cost", "Unit cost", "EK-Preis"),
    "margin": ("Margin", "Gross profit"),
    "kind": ("Type", "Belegart"),
    "weight": ("Weight", "Gewicht"),
    "currency": ("Currency", "Währung"),
    "total": ("Invoice total", "Order total", "Rechnungssumme"),
    "note": ("Remark", "Region"),
}


@st.composite
def exports(draw):
    """A plain export: columns of a line in any order under usual headings, with amounts that hold; returned with how it is written."""
    has = {name: draw(st.booleans()) for name in ("price", "list", "net", "gross", "freight", "cost", "margin", "kind", "weight", "currency", "total", "note")}
    reduction, tax = draw(st.sampled_from(["", "discount", "discount %"])), draw(st.sampled_from(["", "tax", "tax %"]))
    with_tax, per_line, positive = draw(st.booleans()), draw(st.booleans()), draw(st.booleans())
    number = draw(st.sampled_from(["document", "order", "both"]))
    rows = []
    for document in range(draw(st.integers(3, 12))):
        credit = has["kind"] and document % 5 == 4
        lines = []
        for line in range(draw(st.integers(1, 3))):
            quantity = D(draw(st.integers(1, 9)))
            listed = D(draw(st.integers(100, 99_999))) * CENT
            rate = D(draw(st.sampled_from([0, 5, 10, 25]))) if reduction else D(0)
            value = (listed * quantity).quantize(CENT)
            off = (value * rate / 100).quantize(CENT)
            net = value - off
            of_tax = (net * D(draw(st.sampled_from([24, 14]))) / 100).quantize(CENT) if tax else D(0)
            percent = (of_tax * 100 / net).quantize(D(1)) if net else D(0)
            way = -1 if credit and not positive else 1
            price = listed if has["list"] is False or not rate else (net / quantity).quantize(CENT)
            lines.append({
                "document": f"{2023_000 + document}", "order": f"S{500 + document}", "date": f"2023-{1 + document % 12:02d}-{10 + line:02d}",
                "customer": f"Customer {document % 3}", "product": f"P-{line}{document % 4}", "quantity": way * quantity,
                "price": (price * (1 + percent / 100)).quantize(CENT) if with_tax and tax else price, "list": listed, "discount": way * off, "discount %": rate,
                "tax": way * of_tax, "tax %": percent, "net": way * net, "gross": way * (net + of_tax), "freight": D(8) + line * per_line,
                "cost": (listed * D("0.6")).quantize(CENT), "margin": way * (net * D("0.3")).quantize(CENT), "kind": "Credit note" if credit else "Invoice",
                "weight": quantity * D("1.250"), "currency": "EUR", "note": f"N{line}",
            })  # fmt: skip
        total = sum((line["gross"] for line in lines), D(0))
        rows += [line | {"total": total} for line in lines]
    columns = ["date", "customer", "product", *(["document"] if number != "order" else []), *(["order"] if number != "document" else [])]
    columns += ["quantity", *(name for name, there in has.items() if there), *filter(None, (reduction, tax))]
    columns = draw(st.permutations(columns))
    names = {name: draw(st.sampled_from(HEADINGS[name])) for name in columns}
    file = io.StringIO()
    out = csv.writer(file, delimiter=";", lineterminator="\n")
    out.writerow(names[name] for name in columns)
    out.writerows([[str(row[name]) for name in columns] for row in rows])
    return file.getvalue(), draw(st.lists(st.integers(0, 9), min_size=MOST_QUESTIONS, max_size=MOST_QUESTIONS))


@pytest.fixture(scope="module")
def engine():
    return connect()


def read_to_the_end(path, engine, picks):
    """The reading with each question answered by a drawn choice; ``None`` where an answer leads to a refusal, as a wrong one may."""
    text = ""
    for pick in picks:
        try:
            return read([path], mapping=tomllib.loads(text) if text else None, engine=engine)
        except (AnswerNeededError, UnreadableFileError) as error:
            if not isinstance(error, AnswerNeededError):
                return None
            choices = [option for option in error.questions[0].choices if option.changes]
            if not choices:
                return None
            text = answered(text, choices[pick % len(choices)])
    return None


def facts_of(reading):
    con, found = reading.facts.engine.con, {}
    for table in reading.facts.tables:
        columns = sorted(name for name, *_ in con.execute(f"DESCRIBE {table}").fetchall())
        found[table] = columns, con.execute(f"SELECT {', '.join(map(named, columns))} FROM {table} ORDER BY ALL").fetchall()
    return found


@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(export=exports())
def test_the_written_mapping_gives_the_same_facts(export, tmp_path, engine):
    text, picks = export
    path = tmp_path / "sales.csv"
    path.write_text(text, encoding="utf-8")
    first = read_to_the_end(path, engine, picks)
    assume(first is not None)
    facts, mapping = facts_of(first), first.mapping.as_toml()
    again = read([path], mapping=tomllib.loads(mapping), engine=engine)
    assert facts_of(again) == facts, mapping


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Rush\n" + "".join(f"{i},2023-01-31,Ann,100,{i % 2}\n" for i in range(10)), "Rush\n10,2023-02-28,Ann,100,x\n11,2023-02-28,Ann,100,2\n"),
        ("Customer number\n1,2023-01-31,Ann,1.5,17850.0\n", "Customer number\n2,2023-02-28,Ann,1.5,17850\n3,2023-02-28,Bob,1.5,C1\n"),
        ("Freight\n1,2023-01-31,Ann,50,8\n1,2023-01-31,Ann,60,8\n", "Freight\n2,2023-02-28,Ann,50,9\n"),
    ],
    ids=["kind of a further column", "keys with a zero", "freight"],
)
def test_files_of_one_source_are_read_together_where_the_mapping_has_an_entry_for_each(write, engine, first, second):
    files = [write("a.csv", f"Invoice,Date,Customer,Net amount,{first}"), write("b.csv", f"Invoice,Date,Customer,Net amount,{second}")]
    reading = read(files, engine=engine)
    facts, mapping = facts_of(reading), reading.mapping.as_toml()
    assert mapping.count("[[file]]") == len(files)
    assert facts_of(read(files, mapping=tomllib.loads(mapping), engine=engine)) == facts
