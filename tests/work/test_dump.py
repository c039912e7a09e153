"""The canonical dump: equal where two installations hold the same, whatever way they came to it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from django.apps import apps
from django.db import models
from tests.installations import NOW

import goodterms
from goodterms.facts.engine import connect
from goodterms.register.counterparty import Counterparty
from goodterms.register.custom_field import CustomField, CustomValue
from goodterms.register.imported import Import
from goodterms.work.dump import FACTS, Compared, dump_lines, dumped, fields_of, snapshot
from goodterms.work.import_files import prepare, publish
from goodterms.work.installation import acting
from goodterms.work.undo_import import undo
from goodterms.work.writing import writing

ENGINE = connect()
HEAD = "Invoice;Line;Date;Customer;Product;Quantity;Net\n"
FIRST = f"{HEAD}1;1;2024-01-15;C1;P1;2;20,00\n1;2;2024-01-15;C1;P2;1;5,00\n2;1;2024-02-03;C2;P1;1;10,00\n"
MENDED = f"{HEAD}1;2;2024-01-15;C1;P2;1;6,00\n3;1;2024-02-09;C3;P1;4;40,00\n"
AGAIN = f"{HEAD}1;2;2024-03-15;C1;P2;1;7,00\n2;1;2024-02-03;C2;P1;1;10,00\n"
CUSTOMERS = "Customer;Name;Segment;Payment days\nC1;Ann Oy;A;14\nC2;Bob Oy;B;30\n"
RENAMED = "Customer;Name;Segment;Payment days\nC1;Ann Oyj;A;21\nC4;Cleo Oy;C;7\n"


@pytest.fixture
def bring(installation, tmp_path):
    def bring(sales, customers="", at=NOW):
        (tmp_path / "sales.csv").write_text(sales, "utf-8")
        (tmp_path / "customers.csv").write_text(customers, "utf-8")
        reading = goodterms.read([tmp_path / "sales.csv"], customers=[tmp_path / "customers.csv"] if customers else [])
        return publish(prepare(reading, by=acting(""), at=at), reading.facts.engine, by=acting(""), at=at).number

    return bring


def take_back(number):
    undo(number, ENGINE, by=acting(""), at=NOW)


def dump(of=Compared.STATE):
    with snapshot() as using:
        return [line.decode() for line in dump_lines(ENGINE, of, using=using)]


def test_a_dump_has_a_line_a_row_with_plain_values(installation, bring):
    bring(FIRST)
    with writing("make field", by=acting(""), at=NOW) as now:
        field = now.create(CustomField, key="height", label_en="Height", object="counterparty", type="number")
        now.create(CustomValue, field=field, object_id=Counterparty.objects.get(name="C1").pk, number=Decimal("1.8500"))
    rows = [json.loads(line) for line in dump()]
    (value,) = [row["row"] for row in rows if row["table"] == "register.CustomValue"]
    assert (value["number"], value["field"], value["text"]) == ("1.85", str(field.pk), None)
    assert [row["row"]["name"] for row in rows if row["table"] == "register.Counterparty"].sort() == ["C1", "C2"].sort()
    facts = [(row["row"]["table"], row["row"]["month"], row["row"]["rows"]) for row in rows if row["table"] == FACTS]
    assert facts == [("sale_lines", "2024-01-01", 2), ("sale_lines", "2024-02-01", 1)]


def test_every_model_and_field_is_dumped_unless_it_is_left_out_by_name():
    """What is left out of a backup, model by model; whatever else the register gets is in."""
    left = {model._meta.label for model in apps.get_models(include_auto_created=True)} - {model._meta.label for model in dumped(Compared.BACKUP)}
    assert {name for name in left if name.startswith("register.")} == {"register.Job", "register.Lease", "register.Searched"}
    for model in dumped(Compared.BACKUP):
        lost = {field.name for field in model._meta.concrete_fields} - {field.name for field in fields_of(model, Compared.BACKUP)}
        assert lost <= {"id"}
        assert not lost or isinstance(model._meta.pk, models.AutoField | models.BigAutoField)


def test_no_row_names_a_key_that_a_database_counts():
    counted = {model for model in dumped(Compared.BACKUP) if model._meta.pk.name == "id" and isinstance(model._meta.pk, models.AutoField | models.BigAutoField)}
    named = {field.related_model for model in dumped(Compared.BACKUP) for field in fields_of(model, Compared.BACKUP) if field.is_relation}
    assert named & counted == set()


def test_an_undone_import_leaves_no_trace_in_the_state(bring):
    before = dump()
    take_back(bring(FIRST, CUSTOMERS))
    assert dump() == before
    bring(FIRST, CUSTOMERS)
    before = dump()
    take_back(bring(MENDED, RENAMED))
    assert dump() == before


def test_a_record_is_of_the_day_of_the_first_import_that_stands(bring):
    days = [NOW + timedelta(days=day) for day in range(3)]
    second = bring(MENDED, RENAMED, at=days[1])
    alone = dump()
    third = bring(AGAIN, at=days[2])
    both = dump()
    take_back(third)
    take_back(second)
    first = bring(FIRST, CUSTOMERS, at=days[0])
    second, third = bring(MENDED, RENAMED, at=days[1]), bring(AGAIN, at=days[2])
    take_back(first)
    assert dump() == both
    take_back(third)
    assert dump() == alone


def test_the_same_files_twice_are_the_same_state(bring):
    bring(FIRST, CUSTOMERS)
    before = dump()
    bring(FIRST, CUSTOMERS)
    assert dump() == before


def test_a_prepared_import_is_in_no_state_but_in_a_backup(bring, tmp_path):
    bring(FIRST)
    state, backup = dump(), dump(Compared.BACKUP)
    (tmp_path / "sales.csv").write_text(MENDED, "utf-8")
    prepare(goodterms.read([tmp_path / "sales.csv"]), by=acting(""), at=NOW)
    assert dump() == state
    assert dump(Compared.BACKUP) != backup


THREE = ((FIRST, CUSTOMERS), (MENDED, RENAMED), (AGAIN, CUSTOMERS))


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_three_imports_undone_in_any_order_are_each_time_the_state_of_those_that_stand(bring, order):
    """Each state is compared with that of the same imports made alone: by undoing the others before any correction came."""
    empty = dump()
    expected = {(): empty}
    for standing in ((order[1], order[2]), (order[2],)):
        numbers = [bring(*THREE[place]) for place in sorted(standing)]
        expected[tuple(sorted(standing))] = dump()
        for number in reversed(numbers):
            take_back(number)
        assert dump() == empty
    numbers = [bring(*texts) for texts in THREE]
    left = [0, 1, 2]
    for place in order:
        take_back(numbers[place])
        left.remove(place)
        assert dump() == expected[tuple(left)]
    assert set(Import.objects.values_list("state", flat=True)) == {"undone"}


def test_a_record_that_a_person_works_with_stays_in_the_state(bring):
    number = bring(FIRST)
    ann = Counterparty.objects.get(name="C1")
    with writing("name", by=acting(""), at=NOW) as now:
        now.change(ann, website="https://ann.example", kept_fields=["website"])
    take_back(number)
    (row,) = [json.loads(line)["row"] for line in dump() if '"register.Counterparty"' in line]
    assert (row["name"], row["website"], row["created_on"]) == ("C1", "https://ann.example", str(date(2026, 11, 2)))
