"""Checking: whatever was tampered with is found and named, and the rest stays readable."""

from __future__ import annotations

import hashlib
import shutil
from datetime import date

import pytest
from django.db import connection, transaction
from tests.installations import NOW

import goodterms
from goodterms.cli.main import exit_code_of
from goodterms.errors import UsageError
from goodterms.facts.engine import connect
from goodterms.facts.store import Store
from goodterms.register.audit import AuditEntry, AuditHead, AuditValue
from goodterms.register.counterparty import Counterparty
from goodterms.register.imported import ClosedPeriod, FactsFile
from goodterms.work.check import check
from goodterms.work.check_audit import head_of
from goodterms.work.close_period import close
from goodterms.work.import_files import live_files, prepare, publish, store
from goodterms.work.installation import acting
from goodterms.work.kept_months import cubes
from goodterms.work.run_analysis import run_analysis
from goodterms.work.writing import digest_of, writing

ENGINE = connect()
SALES = "Invoice;Line;Date;Customer;Product;Quantity;Net;Currency\n1;1;2024-01-15;C1;P1;2;20,00;EUR\n2;1;2024-02-03;C2;P1;1;10,50;EUR\n"


@pytest.fixture
def ann(installation):
    """A counterparty that was renamed twice."""
    with writing("make", by=acting(""), at=NOW) as now:
        found = now.create(Counterparty, name="Ann Oy", is_customer=True, created_on=date(2026, 11, 2))
    for name in ("Ann Oyj", "Ann Ltd"):
        with writing("rename", by=acting(""), at=NOW) as now:
            now.change(found, name=name)
    return found


@pytest.fixture
def sold(installation, tmp_path):
    file = tmp_path / "sales.csv"
    file.write_text(SALES, "utf-8")
    reading = goodterms.read([file])
    return publish(prepare(reading, by=acting(""), at=NOW), reading.facts.engine, by=acting(""), at=NOW)


def found():
    return check(ENGINE, by=acting("")).found


def test_a_whole_installation_is_whole(ann, sold):
    head = AuditHead.objects.get()
    said = check(ENGINE, by=acting(""), elsewhere=(head.number, head.digest))
    assert said.found == ()
    assert said.said[0] == f"Audit: {head.number} entries, head {head.number}:{head.digest}; 0 values were erased."


def test_a_changed_entry_is_named(ann):
    AuditEntry.objects.filter(number=3).update(reason="nobody asked")
    (sentence,) = found()
    assert sentence.startswith("Audit entry 3 (rename, 2026-11-02 09:00 UTC) is not as it was written or does not follow entry 2: it was changed, or")


@pytest.mark.parametrize("number", [1, 3])
def test_a_removed_entry_is_named(ann, number):
    AuditValue.objects.filter(entry=number).delete()
    AuditEntry.objects.filter(number=number).delete()
    assert found() == (f"Audit entry {number} is missing.",)


def test_a_removed_end_is_named(ann):
    AuditValue.objects.filter(entry__gte=3).delete()
    AuditEntry.objects.filter(number__gte=3).delete()
    assert found() == ("Audit entries 3 to 4 are missing.",)


def test_a_removed_end_with_its_head_is_found_against_a_head_kept_elsewhere(ann):
    kept = AuditHead.objects.get()
    before = AuditEntry.objects.get(number=3)
    AuditValue.objects.filter(entry=4).delete()
    AuditEntry.objects.filter(number=4).delete()
    AuditHead.objects.update(number=3, digest=before.digest)
    assert found() == ()
    assert check(ENGINE, by=acting(""), elsewhere=(kept.number, kept.digest)).found == (
        "The audit ends with entry 3, and the head kept elsewhere is of entry 4: the end was taken off.",
    )


def inserted(number, before):
    entry = AuditEntry(number=number, at=NOW, user=acting("").pk, verb="rename", object="counterparty", object_id="0" * 32)
    entry.digest = digest_of(entry, before)
    entry.save(force_insert=True)


def test_an_entry_put_in_is_named(ann):
    """Behind the head; or between two, with the later ones renumbered and all but one digest worked out anew."""
    inserted(5, AuditEntry.objects.get(number=4).digest)
    assert found() == ("The audit goes on to entry 5, and its head is of entry 4: entries were put in behind it.",)
    AuditEntry.objects.filter(number=5).delete()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE register_auditvalue SET entry_id = 5 WHERE entry_id = 4")
        cursor.execute("UPDATE register_auditentry SET number = 5 WHERE number = 4")
    inserted(4, AuditEntry.objects.get(number=3).digest)
    AuditHead.objects.update(number=5)
    assert [sentence.split(" is not")[0] for sentence in found()] == ["Audit entry 5 (rename, 2026-11-02 09:00 UTC)"]


def test_a_chain_written_anew_is_found_against_a_head_kept_elsewhere(ann):
    kept = AuditHead.objects.get()
    digest = AuditEntry.objects.get(number=2).digest
    for entry in AuditEntry.objects.filter(number__gte=3).order_by("number"):
        entry.reason = "as always"
        entry.digest = digest = digest_of(entry, digest)
        entry.save()
    AuditHead.objects.update(digest=digest)
    assert found() == ()
    (sentence,) = check(ENGINE, by=acting(""), elsewhere=(kept.number, kept.digest)).found
    assert sentence.endswith(f"has the digest {digest}, and the head kept elsewhere says {kept.digest}: the audit was written anew.")


def test_a_changed_head_is_named(ann):
    AuditHead.objects.update(digest="ab" * 32)
    assert found() == (f"The head of the audit, 4:{'ab' * 32}, is not the digest of its last entry: one of them was changed.",)
    AuditHead.objects.all().delete()
    assert found() == ("The audit has no head: the row that names its last entry was removed.",)


def test_swapped_values_are_named(ann):
    """The value alone, or the value with its salt: neither is the one whose digest the entry has."""
    of_3, of_4 = AuditValue.objects.get(entry=3, is_after=True), AuditValue.objects.get(entry=4, is_after=True)
    expected = tuple(
        f"Audit entry {number} (rename, 2026-11-02 09:00 UTC): the value of name after the change is not the one that was written." for number in (3, 4)
    )
    AuditValue.objects.filter(pk=of_3.pk).update(value=of_4.value)
    AuditValue.objects.filter(pk=of_4.pk).update(value=of_3.value)
    assert found() == expected
    AuditValue.objects.filter(pk=of_3.pk).update(salt=bytes(of_4.salt))
    AuditValue.objects.filter(pk=of_4.pk).update(salt=bytes(of_3.salt))
    assert found() == expected


def test_a_value_put_in_is_named(ann):
    AuditValue.objects.create(entry_id=3, field="owner", is_after=True, salt=b"1" * 32, value="Bob")
    assert found() == ("Audit entry 3 (rename, 2026-11-02 09:00 UTC): a value of owner after the change was put in, which the entry does not have.",)


def test_a_value_is_erased_where_an_entry_says_so_and_missing_elsewhere(ann):
    with writing("erase", by=acting(""), at=NOW, reason="asked to") as now:
        now.erase(AuditEntry.objects.get(number=3), "name")
    AuditValue.objects.filter(entry=4, is_after=True).delete()
    said = check(ENGINE, by=acting(""))
    assert said.said[0].endswith("2 values were erased.")
    assert said.found == ("Audit entry 4 (rename, 2026-11-02 09:00 UTC): the value of name after the change is missing, and no entry says that it was erased.",)


def test_a_head_that_is_none_is_refused():
    with pytest.raises(UsageError, match="12 is no head of an audit"):
        head_of("12")


def test_a_deleted_file_of_facts_is_named_with_what_it_held_and_the_rest_is_readable(sold):
    january, february = (live_files("sale_lines")[date(2024, month, 1)] for month in (1, 2))
    store().path_of(january).unlink()
    gone = f"its file {store().path_of(january)} has gone."
    assert found() == (
        f"Sale lines of 2024-01 (1 row), live since version 1: {gone}",
        f"Sale lines of 2024-01 (1 row), as import {sold.number} brought them: {gone}",
    )
    assert ENGINE.con.execute(f"SELECT document FROM ({store().rows_of([february])})").fetchall() == [("2",)]


def test_an_altered_byte_of_a_file_is_found(sold):
    february = live_files("sale_lines")[date(2024, 2, 1)]
    file = store().path_of(february)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    assert hashlib.sha256(content).hexdigest() != february
    assert found() == (
        f"Sale lines of 2024-02 (1 row), live since version 1: its file {file} was altered.",
        f"Sale lines of 2024-02 (1 row), as import {sold.number} brought them: its file {file} was altered.",
    )


def closed(month):
    close([month], ENGINE, by=acting(""), at=NOW)
    return ClosedPeriod.objects.get()


def test_a_closed_month_comes_to_what_it_came_to(sold):
    sums = closed(date(2024, 2, 1)).sums
    assert sums == {"sale_lines": {"rows": 1, "sums": {"EUR": "10.5"}, "file": live_files("sale_lines")[date(2024, 2, 1)]}}
    assert found() == ()
    ClosedPeriod.objects.update(sums={"sale_lines": sums["sale_lines"] | {"sums": {"EUR": "11"}}})
    file = sums["sale_lines"]["file"][:12]
    assert found() == (
        f"Closed month 2024-02: sale lines come to 1 rows, 10.5 EUR in file {file} now, and came to 1 rows, 11 EUR in file {file} when it was closed.",
    )


def test_a_closed_month_that_lost_its_rows_is_named(sold):
    closed(date(2024, 2, 1))
    FactsFile.objects.filter(month=date(2024, 2, 1)).delete()
    assert found()[0].startswith("Closed month 2024-02: sale lines come to nothing now, and came to 1 rows, 10.5 EUR")


def test_a_closed_month_whose_file_has_gone_is_named_once(sold):
    sums = closed(date(2024, 2, 1)).sums
    store().path_of(sums["sale_lines"]["file"]).unlink()
    assert all("has gone" in sentence for sentence in found())


@pytest.fixture
def shown(sold):
    """A run, with what it keeps."""
    return run_analysis(ENGINE, by=acting(""), at=NOW)[0]


def flip(file):
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def test_an_altered_kept_month_is_named_and_worked_out_anew(shown):
    assert check(ENGINE, by=acting("")).said[-1] == f"Kept by runs: {len(cubes().with_what_they_are_made_of(shown.cubes.values()))} months, 1 key maps."
    name = shown.cubes["2024-02-01"]
    file = min(cubes().path_of(name).glob("*.parquet"))
    flip(file)
    assert found() == (f"What 2024-02 came to in run {shown.number}: {file} was altered. The next run works out anew what it needs of it.",)
    again, _ = run_analysis(ENGINE, by=acting(""), at=NOW)
    assert (again.cubes["2024-02-01"], found()) == (name, ())


def test_a_kept_month_that_has_gone_is_named_and_no_damage(shown):
    shutil.rmtree(cubes().path_of(shown.cubes["2024-02-01"]))
    key_map = Store(cubes().folder).path_of(shown.key_map)
    flip(key_map)
    assert found() == (f"Which key was whose in run {shown.number}: its file {key_map} was altered. The next run works out anew what it needs of it.",)
    key_map.unlink()
    said = check(ENGINE, by=acting(""))
    assert said.found == ()
    gone = f"What 2024-02 came to in run {shown.number}; Which key was whose in run {shown.number} has gone: the next run works out anew what it needs of it."
    assert said.said[-1].endswith(gone)
    shutil.rmtree(cubes().folder)
    assert check(ENGINE, by=acting("")).found == ()


def test_the_command_says_what_it_found_and_leaves_with_1(ann, installation, capsys):
    head = AuditHead.objects.get()
    assert exit_code_of(["check", "--home", str(installation), "--head", f"{head.number}:{head.digest}"]) == 0
    assert capsys.readouterr().out.endswith("Whole.\n")
    AuditEntry.objects.filter(number=3).update(reason="nobody asked")
    assert exit_code_of(["check", "--home", str(installation)]) == 1
    assert "Audit entry 3 (rename, 2026-11-02 09:00 UTC) is not as it was written" in capsys.readouterr().out
    assert exit_code_of(["check", "--home", str(installation), "--head", "4"]) == 2
