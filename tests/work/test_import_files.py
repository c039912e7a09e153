"""Importing and undoing: the same as if only what stands had ever been imported."""

from __future__ import annotations

from itertools import permutations

import pytest
from tests.installations import NOW

import goodterms
from goodterms.facts.engine import connect
from goodterms.register.counterparty import Counterparty
from goodterms.register.imported import FactsFile, FactsVersion, Import
from goodterms.register.source_key import SourceKey
from goodterms.work.import_files import prepare, publish
from goodterms.work.installation import acting
from goodterms.work.stored import live_files, store
from goodterms.work.undo_import import undo
from goodterms.work.writing import writing

ENGINE = connect()
FIRST = "Invoice;Line;Date;Customer;Product;Quantity;Net\n1;1;2024-01-15;C1;P1;2;20,00\n1;2;2024-01-15;C1;P2;1;5,00\n2;1;2024-02-03;C2;P1;1;10,00\n"
MENDED = "Invoice;Line;Date;Customer;Product;Quantity;Net\n1;2;2024-01-15;C1;P2;1;6,00\n3;1;2024-02-09;C3;P1;4;40,00\n"
AGAIN = "Invoice;Line;Date;Customer;Product;Quantity;Net\n1;2;2024-03-15;C1;P2;1;7,00\n2;1;2024-02-03;C2;P1;1;10,00\n"


@pytest.fixture
def bring(installation, tmp_path):
    def bring(text, name="invoices.csv"):
        file = tmp_path / name
        file.write_text(text, "utf-8")
        reading = goodterms.read([file])
        run = prepare(reading, by=acting(""), at=NOW)
        return publish(run, reading.facts.engine, by=acting(""), at=NOW)

    return bring


def live_rows():
    files = list(live_files("sale_lines").values())
    if not files:
        return []
    return ENGINE.con.execute(f"SELECT document, line, date::VARCHAR, customer_key, net_value::DOUBLE FROM ({store().rows_of(files)}) ORDER BY ALL").fetchall()


def test_import_publishes_facts_and_makes_the_records_that_they_name(bring):
    run = bring(FIRST)
    assert (run.tables["sale_lines"].new, run.new_records) == (3, {"customers": 2, "products": 2})
    assert live_rows()[0] == ("1", "1", "2024-01-15", "C1", 20.0)
    assert sorted(SourceKey.objects.values_list("kind", "key")) == [("customers", "C1"), ("customers", "C2"), ("products", "P1"), ("products", "P2")]


def test_the_same_file_again_changes_nothing(bring):
    bring(FIRST)
    files, version = list(FactsFile.objects.values_list("sha256", flat=True)), FactsVersion.objects.count()
    again = bring(FIRST)
    assert again.changes_nothing
    assert (list(FactsFile.objects.values_list("sha256", flat=True)), FactsVersion.objects.count()) == (files, version)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_imports_that_correct_each_other_are_undone_in_every_order(bring, order):
    texts = (FIRST, MENDED, AGAIN)
    numbers = [bring(text).number for text in texts]
    for place in order:
        undo(numbers[place], ENGINE, by=acting(""), at=NOW)
        standing = [text for number, text in zip(numbers, texts, strict=True) if Import.objects.get(number=number).state == "published"]
        rows = {}
        for text in standing:
            for line in text.splitlines()[1:]:
                invoice, number, day, customer, _product, _quantity, net = line.split(";")
                rows[invoice, number] = (invoice, number, day, customer, float(net.replace(",", ".")))
        assert live_rows() == sorted(rows.values())
        assert set(SourceKey.objects.filter(kind="customers").values_list("key", flat=True)) == {row[3] for row in rows.values()}


CUSTOMERS = "Customer;Name;Segment;Payment days\nC1;Ann Oy;A;14\nC2;Bob Oy;B;30\n"
RENAMED = "Customer;Name;Segment;Payment days\nC1;Ann Oyj;A;21\n"


@pytest.fixture
def bring_customers(installation, tmp_path):
    def bring(text):
        file = tmp_path / "customers.csv"
        file.write_text(text, "utf-8")
        sales = tmp_path / "sales.csv"
        sales.write_text(FIRST, "utf-8")
        reading = goodterms.read([sales], customers=[file])
        run = prepare(reading, by=acting(""), at=NOW)
        return publish(run, reading.facts.engine, by=acting(""), at=NOW)

    return bring


def named():
    found = Counterparty.objects.order_by("source_keys__key").values_list("source_keys__key", "name", "unnamed", "segment__key", "terms__payment_days")
    return [tuple(row) for row in found]


def test_customers_are_called_what_the_latest_standing_import_calls_them(bring_customers, bring):
    bring(FIRST)
    assert named() == [("C1", "C1", True, None, None), ("C2", "C2", True, None, None)]
    first = bring_customers(CUSTOMERS).number
    second = bring_customers(RENAMED).number
    assert named() == [("C1", "Ann Oyj", False, "A", 21), ("C2", "Bob Oy", False, "B", 30)]
    undo(second, ENGINE, by=acting(""), at=NOW)
    assert named() == [("C1", "Ann Oy", False, "A", 14), ("C2", "Bob Oy", False, "B", 30)]
    undo(first, ENGINE, by=acting(""), at=NOW)
    assert named() == [("C1", "C1", True, None, None), ("C2", "C2", True, None, None)]


def test_what_a_person_set_no_import_changes(bring_customers):
    bring_customers(CUSTOMERS)
    ann = Counterparty.objects.get(name="Ann Oy")
    with writing("rename", by=acting(""), at=NOW) as now:
        now.change(ann, name="Ann & Co", kept_fields=["name"])
    bring_customers(RENAMED)
    assert named()[0] == ("C1", "Ann & Co", False, "A", 21)
