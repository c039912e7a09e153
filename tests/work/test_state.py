"""One screen on what an installation holds, what waits and what is late."""

from __future__ import annotations

from datetime import timedelta

from tests.installations import NOW

import goodterms
from goodterms.facts.engine import connect
from goodterms.register.audit import AuditHead
from goodterms.register.company_text import TextKind
from goodterms.work.check_audit import head_of
from goodterms.work.company_text import load
from goodterms.work.import_files import prepare, publish
from goodterms.work.installation import acting
from goodterms.work.run_analysis import run_analysis
from goodterms.work.state import lines_of_state
from goodterms.work.users import add_user

SOURCES = '[source.erp]\npattern = "invoices-*.csv"\nrhythm_days = 10\n\n[source.shop]\nrhythm_days = 1\n'


def bring(folder, name, text):
    file = folder / name
    file.write_text(text, "utf-8")
    reading = goodterms.read([file])
    publish(prepare(reading, by=acting(""), at=NOW), reading.facts.engine, by=acting(""), at=NOW)


def lines(home, *, days=0, by=None):
    found = [line.partition(" ") for line in lines_of_state(home, by=by or acting(""), at=NOW + timedelta(days=days))]
    return {name: said.strip() for name, _, said in found if name in {"Late", "Figures", "Managers", "Counterparties"}}


def test_the_head_of_the_audit_is_said_as_check_takes_it(installation):
    said = next(line for line in lines_of_state(installation, by=acting(""), at=NOW) if line.startswith("Audit"))
    head = AuditHead.objects.get()
    assert head_of(said.removeprefix("Audit")) == (head.number, head.digest)


def test_late_files_old_figures_and_managers_without_a_user_are_said(installation, tmp_path):
    load(TextKind.SOURCES, SOURCES, by=acting(""), at=NOW)
    assert lines(installation)["Late"] == "shop: no file has come yet"
    bring(tmp_path, "invoices-2024.csv", "Invoice;Date;Customer;Manager;Net\n1;2024-01-15;C1;M1;5,00\n")
    bring(tmp_path, "shop.csv", "Invoice;Date;Customer;Net\n9;2024-01-15;C1;5,00\n")
    assert lines(installation) == {
        "Counterparties": "1",
        "Figures": "none yet: goodterms run",
        "Managers": "1 of the files are tied to no user: goodterms users untied",
    }
    run_analysis(connect(), by=acting(""), at=NOW)
    bring(tmp_path, "invoices-2025.csv", "Invoice;Date;Customer;Manager;Net\n2;2024-02-15;C1;M1;5,00\n")
    later = lines(installation, days=2)
    assert later["Late"] == "shop: the last file came on 2026-11-02, and one is expected every 1 days"
    assert later["Figures"].endswith("(the facts have changed since: goodterms run)")
    assert "Late" not in lines(installation, days=1)
    mia = add_user("mia@example.com", name="Mia", role="manager", by=acting(""), at=NOW)
    assert set(lines(installation, by=mia)) == {"Counterparties", "Figures"}
