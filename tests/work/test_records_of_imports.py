"""Which records imports make and settle: places, names that are keys, parties of documents, one numbering of customers and suppliers; and all of it undone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.installations import NOW

import goodterms
from goodterms.errors import ChangedMeanwhileError
from goodterms.facts.engine import connect
from goodterms.register.address import Address
from goodterms.register.counterparty import Counterparty, Ownership, StageChange
from goodterms.register.imported import Import
from goodterms.register.run import CounterpartyFigures, CurrentRun, Run
from goodterms.register.source_key import SourceKey
from goodterms.register.terms import Terms
from goodterms.work import run_analysis as run_of
from goodterms.work.close_period import ClosedMonthError, close
from goodterms.work.dump import Compared, dump_lines, snapshot
from goodterms.work.import_files import DryRunChangedError, abandon, prepare, publish
from goodterms.work.installation import acting
from goodterms.work.run_analysis import run_analysis
from goodterms.work.stored import live_files, store
from goodterms.work.undo_import import prepare_undoing, undo
from goodterms.work.users import add_user, tie_key
from goodterms.work.writing import writing

ENGINE = connect()
HEAD = "Invoice;Line;Date;Customer;Net"


def dump():
    with snapshot() as using:
        return [line.decode() for line in dump_lines(ENGINE, Compared.STATE, using=using)]


@pytest.fixture
def bring(installation, tmp_path):
    def bring(text, *, customers="", mapping=None, name="sales.csv", at=NOW, **how):
        file = tmp_path / name
        file.write_text(text, "utf-8")
        more = tmp_path / "customers.csv"
        more.write_text(customers, "utf-8")
        reading = goodterms.read([file], customers=[more] if customers else [], mapping=mapping)
        run = prepare(reading, by=acting(""), at=at, **how)
        return publish(run, reading.facts.engine, by=acting(""), at=at)

    return bring


def live(columns):
    return ENGINE.con.execute(f"SELECT {columns} FROM ({store().rows_of(live_files('sale_lines').values())}) ORDER BY ALL").fetchall()


PLACES = {"version": 1, "file": [{"columns": {"Place": "place_key"}}]}


def test_delivery_places_are_addresses_of_their_customers(bring):
    before = dump()
    number = bring(f"{HEAD};Place\n1;1;2024-01-15;C1;5,00;1\n2;1;2024-01-15;C2;6,00;1\n3;1;2024-01-16;C1;6,00;2\n", mapping=PLACES).number
    found = Address.objects.visible().order_by("counterparty__name", "name").values_list("counterparty__name", "name", "kind", "source_keys__key")
    assert list(found) == [("C1", "1", "delivery", "1"), ("C1", "2", "delivery", "2"), ("C2", "1", "delivery", "1")]
    undo(number, ENGINE, by=acting(""), at=NOW)
    assert dump() == before


def test_a_name_that_is_the_key_stands_in_no_file_of_facts(bring, installation):
    before = dump()
    text = f"{HEAD}\n1;1;2024-01-15;Ann Virtanen;5,00\n2;1;2024-02-15;Bob Oy;6,00\n3;1;2024-02-16;Ann Virtanen;7,00\n"
    number = bring(text).number
    words = dict(SourceKey.objects.filter(kind="customers").values_list("said", "key"))
    assert set(words) == {"Ann Virtanen", "Bob Oy"}
    assert live("document, customer_key") == [("1", words["Ann Virtanen"]), ("2", words["Bob Oy"]), ("3", words["Ann Virtanen"])]
    assert not [file for file in (installation / "facts").rglob("*.parquet") if b"Virtanen" in file.read_bytes()]
    assert sorted(Counterparty.objects.values_list("name", "unnamed")) == [("Ann Virtanen", False), ("Bob Oy", False)]
    assert bring(text).changes_nothing
    looked = goodterms.analyse(goodterms.read([installation.parent / "sales.csv"]))
    _, result = run_analysis(connect(), by=acting(""), at=NOW)
    assert result.tables["customers"].to_pylist() == looked.tables["customers"].to_pylist()
    assert CounterpartyFigures.objects.count() == 2
    undo(number + 1, ENGINE, by=acting(""), at=NOW)
    undo(number, ENGINE, by=acting(""), at=NOW)
    CurrentRun.objects.update(run=None)
    Run.objects.all().delete()
    assert dump() == before


def test_two_that_prepare_one_name_give_it_one_word(bring, tmp_path):
    readings = []
    for number, name in enumerate(("a.csv", "b.csv")):
        (tmp_path / name).write_text(f"{HEAD}\n{number};1;2024-01-15;Ann Oy;5,00\n", "utf-8")
        readings.append(goodterms.read([tmp_path / name]))
    runs = [prepare(reading, by=acting(""), at=NOW) for reading in readings]
    abandon(runs[0].number)
    publish(runs[1], readings[1].facts.engine, by=acting(""), at=NOW)
    assert [(key,) for key in SourceKey.objects.filter(kind="customers", said="Ann Oy").values_list("key", flat=True)] == live("customer_key")
    assert Counterparty.objects.visible().get().name == "Ann Oy"


BOTH = "Invoice;Line;Date;Supplier;Net\n9;1;2024-01-15;10;5,00\n"


@pytest.mark.parametrize("same", [True, False])
@pytest.mark.parametrize("first", [0, 1])
def test_customer_10_and_supplier_10_are_one_where_the_mapping_says_so(installation, tmp_path, same, first):
    before = dump()
    sales, purchases = tmp_path / "sales.csv", tmp_path / "purchases.csv"
    sales.write_text(f"{HEAD}\n1;1;2024-01-15;10;5,00\n", "utf-8")
    purchases.write_text(BOTH, "utf-8")
    mapping = {"version": 1, **({"same_keys": ["customers", "suppliers"]} if same else {})}
    numbers = []
    for files in (([sales], []), ([], [purchases])):
        reading = goodterms.read(files[0], purchases=files[1], mapping=mapping)
        run = prepare(reading, by=acting(""), at=NOW)
        numbers.append(publish(run, reading.facts.engine, by=acting(""), at=NOW).number)
    found = sorted(Counterparty.objects.visible().values_list("is_customer", "is_supplier"))
    assert found == ([(True, True)] if same else [(False, True), (True, False)])
    undo(numbers[first], ENGINE, by=acting(""), at=NOW)
    assert list(Counterparty.objects.visible().values_list("is_customer", "is_supplier")) == [(first == 1, first == 0)]
    undo(numbers[1 - first], ENGINE, by=acting(""), at=NOW)
    assert dump() == before


def test_a_customer_file_that_only_renames_is_published_and_the_dry_run_counts_it(bring):
    sales = f"{HEAD}\n1;1;2024-01-15;C1;5,00\n2;1;2024-01-15;C2;5,00\n"
    bring(sales, customers="Customer;Name;Payment days\nC1;Ann Oy;14\n")
    run = bring(sales, customers="Customer;Name;Payment days\nC1;Ann Oyj;14\nC2;Bob Oy;7\n")
    assert (run.changes_nothing, run.new_records, run.changed_records) == (False, {"customers": 0}, {"customers": 2})
    assert sorted(Counterparty.objects.values_list("name", flat=True)) == ["Ann Oyj", "Bob Oy"]
    assert bring(sales, customers="Customer;Name;Payment days\nC1;Ann Oyj;14\nC2;Bob Oy;7\n").changes_nothing


def test_what_a_person_set_stays_and_the_dry_run_says_so(bring, installation):
    bring(f"{HEAD}\n1;1;2024-01-15;C1;5,00\n", customers="Customer;Name;Payment days\nC1;Ann Oy;14\n")
    with writing("change", by=acting(""), at=NOW) as now:
        now.change(Counterparty.objects.get(), name="Ann & Co")
        now.change(Terms.objects.get(), payment_days=60)
    run = bring(f"{HEAD}\n1;1;2024-01-15;C1;5,00\n", customers="Customer;Name;Payment days\nC1;Ann Oyj;21\n")
    assert run.kept == ("Ann & Co: name is Ann & Co as a person set it, and stays; the files say Ann Oyj.",)
    assert (Counterparty.objects.get().name, Terms.objects.get().payment_days) == ("Ann & Co", 60)


def test_documents_of_closed_months_are_left_out_when_asked(bring):
    bring(f"{HEAD}\n1;1;2024-01-15;C1;5,00\n2;1;2024-02-15;C1;6,00\n")
    close([date(2024, 1, 1)], ENGINE, by=acting(""), at=NOW)
    changed = f"{HEAD}\n1;1;2024-01-15;C1;5,50\n2;1;2024-02-15;C1;6,60\n3;1;2024-01-20;C9;1,00\n4;1;2024-03-01;C2;2,00\n"
    with pytest.raises(ClosedMonthError, match=r"sale lines 1 1 \(2024-01\), sale lines 3 1 \(2024-01\)"):
        bring(changed)
    abandon(Import.objects.latest("number").number)
    run = bring(changed, open_only=True)
    assert run.left_out["sale_lines"].select(["document", "customer_key"]).to_pylist() == [
        {"document": "1", "customer_key": "C1"},
        {"document": "3", "customer_key": "C9"},
    ]
    assert [(document, str(net)) for document, net in live("document, net_value")] == [("1", "5.0000"), ("2", "6.6000"), ("4", "2.0000")]
    assert set(SourceKey.objects.visible().values_list("key", flat=True)) == {"C1", "C2"}


def test_documents_that_another_source_brought_too_are_said(bring):
    text = f"{HEAD}\n1;1;2024-01-15;C1;5,00\n2;1;2024-02-15;C1;6,00\n"
    bring(text, name="erp.csv")
    run = bring(text.replace("6,00", "6,10"), name="shop.csv")
    assert (run.met_twice, run.tables["sale_lines"].new) == (1, 2)


def test_undoing_shows_first_what_goes_and_what_stays(bring):
    number = bring(f"{HEAD}\n1;1;2024-01-15;C1;5,00\n1;2;2024-01-15;C2;5,00\n2;1;2024-02-15;C3;6,00\n").number
    bring(f"{HEAD}\n9;1;2024-03-15;C3;6,00\n")
    with writing("change", by=acting(""), at=NOW) as now:
        now.change(Counterparty.objects.get(name="C2"), website="https://example.com")
    before = dump()
    undoing = prepare_undoing(number, ENGINE, by=acting(""))
    assert (undoing.months, undoing.going, undoing.staying, undoing.closed) == (2, {"customers": 1}, ("C2",), ())
    assert dump() == before
    undo(number, ENGINE, by=acting(""), at=NOW)
    assert sorted(Counterparty.objects.values_list("name", flat=True)) == ["C2", "C3"]


def test_customers_are_owned_by_whom_their_managers_key_is_tied_to(bring):
    anna = add_user("anna@example.com", name="Anna", role="manager", by=acting(""), at=NOW)
    head = "Customer;Name;Manager\n"
    first = bring(f"{HEAD}\n1;1;2024-01-15;C1;5,00\n", customers=f"{head}C1;Ann Oy;M1\n").number
    untied = dump()
    assert Counterparty.objects.get().manager is None
    assert tie_key("M1", "anna@example.com", by=acting(""), at=NOW) == 1
    assert list(Ownership.objects.values_list("manager", "since", "until")) == [(anna.pk, NOW.date(), None)]
    later = NOW + timedelta(days=3)
    second = bring(f"{HEAD}\n1;1;2024-01-15;C1;5,00\n", customers=f"{head}C1;Ann Oy;M2\n", at=later).number
    assert list(Ownership.objects.values_list("manager", "since", "until")) == [(anna.pk, NOW.date(), later.date())]
    assert Counterparty.objects.get().manager is None
    undo(second, ENGINE, by=acting(""), at=NOW)
    assert Counterparty.objects.get().manager == anna
    tie_key("M1", "", by=acting(""), at=NOW)
    assert dump() == untied
    undo(first, ENGINE, by=acting(""), at=NOW)
    assert not Ownership.objects.exists()


def test_a_run_sets_stages_with_their_history_as_of_the_last_sale_day(bring):
    bring(f"{HEAD}\n1;1;2025-01-15;C1;5,00\n2;1;2026-10-15;C2;5,00\n3;1;2026-05-01;C3;5,00\n")
    run, _ = run_analysis(connect(), by=acting(""), at=NOW)
    assert dict(Counterparty.objects.values_list("name", "stage")) == {"C1": "lost", "C2": "active", "C3": "dormant"}
    assert set(Counterparty.objects.values_list("stage_as_of", flat=True)) == {date(2026, 10, 15)}
    assert dict(CounterpartyFigures.objects.values_list("counterparty__name", "last_sale"))["C1"] == date(2025, 1, 15)
    number = bring(f"{HEAD}\n4;1;2026-10-15;C1;5,00\n").number
    run_analysis(connect(), by=acting(""), at=NOW)
    undo(number, ENGINE, by=acting(""), at=NOW)
    last, _ = run_analysis(connect(), by=acting(""), at=NOW)
    changes = StageChange.objects.filter(counterparty__name="C1").order_by("run").values_list("before", "after", "run")
    assert list(changes) == [("lead", "lost", run.number), ("lost", "active", run.number + 1), ("active", "lost", last.number)]


def test_runs_are_kept_for_90_days_but_named_closed_and_last_ones_of_months(bring):
    bring(f"{HEAD}\n1;1;2024-01-15;C1;5,00\n")
    days = {"plain": 0, "named": 1, "last of its month": 2}
    runs = {name: run_analysis(connect(), kept_as="board" if name == "named" else "", by=acting(""), at=NOW + timedelta(days=n))[0] for name, n in days.items()}
    closed, _ = run_analysis(connect(), by=acting(""), at=NOW + timedelta(days=40))
    close([date(2024, 1, 1)], ENGINE, by=acting(""), at=NOW)
    last, _ = run_analysis(connect(), by=acting(""), at=NOW + timedelta(days=41))
    now, _ = run_analysis(connect(), by=acting(""), at=NOW + timedelta(days=400))
    assert set(Run.objects.values_list("pk", flat=True)) == {runs["named"].pk, runs["last of its month"].pk, closed.pk, last.pk, now.pk}
    assert set(CounterpartyFigures.objects.values_list("run", flat=True)) == set(Run.objects.values_list("pk", flat=True))


def test_an_import_that_is_published_late_does_not_beat_a_newer_one(bring, installation, tmp_path):
    bring(f"{HEAD}\n1;1;2024-01-15;C1;20,00\n")
    (tmp_path / "sales.csv").write_text(f"{HEAD}\n1;1;2024-01-15;C1;30,00\n", "utf-8")
    reading = goodterms.read([tmp_path / "sales.csv"])
    late = prepare(reading, by=acting(""), at=NOW)
    bring(f"{HEAD}\n1;1;2024-01-15;C1;20,00\n1;2;2024-01-15;C1;5,00\n")
    publish(late, reading.facts.engine, by=acting(""), at=NOW)
    assert [(document, line, str(net)) for document, line, net in live("document, line, net_value")] == [("1", "1", "20.0000"), ("1", "2", "5.0000")]


def test_what_is_agreed_is_what_is_published(bring, tmp_path):
    (tmp_path / "sales.csv").write_text(f"{HEAD}\n1;1;2024-01-15;C1;30,00\n", "utf-8")
    reading = goodterms.read([tmp_path / "sales.csv"])
    shown = prepare(reading, by=acting(""), at=NOW)
    bring(f"{HEAD}\n1;1;2024-01-15;C1;20,00\n")
    with pytest.raises(DryRunChangedError) as changed:
        publish(shown, reading.facts.engine, as_shown=True, by=acting(""), at=NOW)
    assert (shown.tables["sale_lines"].new, changed.value.run.months) == (1, {"sale_lines": ()})


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("Payment days", "40000"),
        ("Payment days", "-5"),
        ("Country", "X" * 120),
        ("Credit limit", "1000,00005"),
        ("Name", "N" * 400),
        ("Segment", "S" * 150),
    ],
)
def test_what_no_field_takes_stops_nothing(bring, head, row):
    number = bring(f"{HEAD}\n1;1;2024-01-15;C1;5,00\n", customers=f"Customer;{head}\nC1;{row}\n").number
    bring(f"{HEAD}\n2;1;2024-01-15;C1;5,00\n")
    undo(number, ENGINE, by=acting(""), at=NOW)


def test_a_persons_identity_code_is_in_no_name_and_no_facts(bring, installation):
    bring(f"{HEAD}\n1;1;2024-01-15;131052-308t;5,00\n2;1;2024-01-15;C2;5,00\n", customers="Customer;Name\nC2;Matti 131052-308T\n")
    assert "Matti" in set(Counterparty.objects.values_list("name", flat=True))
    assert not [name for name in Counterparty.objects.values_list("name", flat=True) if "131052" in name]
    assert not [file for file in (installation / "facts").rglob("*.parquet") if b"131052" in file.read_bytes()]


def test_a_key_that_was_tied_stays_tied_when_its_import_is_undone(bring):
    add_user("anna@example.com", name="Anna", role="manager", by=acting(""), at=NOW)
    text, customers = f"{HEAD}\n1;1;2024-01-15;C1;5,00\n", "Customer;Name;Manager\nC1;Ann Oy;M1\n"
    number = bring(text, customers=customers).number
    tie_key("M1", "anna@example.com", by=acting(""), at=NOW)
    undo(number, ENGINE, by=acting(""), at=NOW)
    bring(text, customers=customers)
    assert Counterparty.objects.get().manager.name == "Anna"


def test_who_looked_before_an_import_does_not_write_over_it(bring):
    bring(f"{HEAD}\n1;1;2024-01-15;C1;5,00\n", customers="Customer;Name\nC1;Ann Oy\n")
    looked = Counterparty.objects.get()
    bring(f"{HEAD}\n2;1;2024-01-15;C1;5,00\n", customers="Customer;Name\nC1;Ann Oyj\n")
    with pytest.raises(ChangedMeanwhileError, match="name is Ann Oyj now"), writing("change", by=acting(""), at=NOW) as now:
        now.change(looked, seen=looked.version, name="Ann & Co")


def test_a_run_of_older_facts_is_not_shown_in_place_of_one_of_newer(bring, monkeypatch):
    bring(f"{HEAD}\n1;1;2024-01-15;C1;5,00\n")
    real = run_of.keep_figures

    def meanwhile(*given):
        monkeypatch.setattr(run_of, "keep_figures", real)
        bring(f"{HEAD}\n2;1;2024-02-15;C1;7,00\n")
        run_analysis(connect(), by=acting(""), at=NOW)
        real(*given)

    monkeypatch.setattr(run_of, "keep_figures", meanwhile)
    older, _ = run_analysis(connect(), by=acting(""), at=NOW)
    shown = CurrentRun.objects.get().run
    assert (older.facts_version < shown.facts_version, shown.as_of) == (True, date(2024, 2, 15))
