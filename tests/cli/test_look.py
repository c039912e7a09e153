"""The main job, from the shell."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path


def files_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_look_answers_and_leaves_a_report(goodterms, invoices, costs, policy):
    ran = goodterms("look", invoices, "--costs", costs, "--policy", policy)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[-1] == "Report: goodterms-report/report.html"
    assert Path("goodterms-report/report.html").is_file()
    assert files_in(Path()) == ["costs.csv", "goodterms-report", "invoices.csv", "policy.toml"]


def test_look_prints_in_the_order_of_the_report(goodterms, invoices, costs, policy):
    printed = goodterms("look", invoices, "--costs", costs, "--policy", policy).out.lower()
    places = [printed.index(word) for word in ("net sales", "whale", "ann", "nails", "order desk")]
    assert places[0] < places[1]
    assert printed.index("whale") < printed.rindex("order desk")


def test_json_is_alone_on_stdout_and_exact(goodterms, invoices, costs, policy):
    ran = goodterms("look", invoices, "--costs", costs, "--policy", policy, "--json", "--out", "elsewhere")
    assert ran.code == 0
    told = json.loads(ran.out, parse_float=Decimal)
    bridge = told["bridge"]
    assert sum(Decimal(step["amount"]) for step in bridge["steps"]) == Decimal(bridge["end"]) - Decimal(bridge["start"])
    assert Path("elsewhere/report.html").is_file()


def test_json_is_the_same_in_a_process_of_its_own(goodterms, alone, invoices):
    assert json.loads(goodterms("look", invoices, "--json").out) == json.loads(alone("look", invoices, "--json").out)


def test_cost_without_a_driver_is_done_with_loss(goodterms, invoices, costs):
    ran = goodterms("look", invoices, "--costs", costs)
    assert ran.code == 1
    assert "unassigned" in ran.out.lower()


def test_a_rejected_row_is_done_with_loss_and_given_back(goodterms, invoices):
    text = invoices.read_text("utf-8").splitlines()
    text[5] = text[5].replace("30.00", "thirty").replace("700.00", "a lot")
    invoices.write_text("\n".join(text) + "\n", "utf-8")
    ran = goodterms("look", invoices)
    assert ran.code == 1
    assert "row 6" in ran.out
    labels = [line.partition(": ") for line in ran.out.splitlines() if line.endswith((".csv", ".xlsx"))]
    assert [(said, Path(file).name) for said, _, file in labels] == [
        ("Rejected rows", "invoices.rejected.csv"),
        ("What is wrong", "invoices.problems.xlsx"),
    ]
    rejected = [path for path in Path("goodterms-report").iterdir() if "rejected" in path.name]
    assert len(rejected) == 1
    assert "a lot" in rejected[0].read_text("utf-8")


def test_rejected_rows_mended_in_the_report_are_read_and_kept(goodterms, invoices):
    whole = invoices.read_text("utf-8")
    invoices.write_text(whole.replace("30.00", "thirty", 1).replace("700.00", "a lot", 1), "utf-8")
    assert goodterms("look", invoices, "--write-map", "map.toml").out.count("Rejected rows: ") == 1
    given_back = Path("goodterms-report/invoices.rejected.csv")
    mended = given_back.read_text("utf-8").replace("thirty", "30.00").replace("a lot", "700.00")
    given_back.write_text(mended, "utf-8")
    ran = goodterms("look", invoices, given_back, "--map", "map.toml", "--write-map", "map.toml", "--json")
    told, kept = json.loads(ran.out), Path("goodterms-report/invoices.rejected.mine.csv")
    assert sum(file["accepted"] for file in told["files"]) == len(whole.splitlines()) - 1
    assert kept.read_text("utf-8") == mended
    assert f"stays as {kept}" in ran.err
    again = goodterms("look", invoices, kept, "--map", "map.toml", "--json")
    assert json.loads(again.out)["bridge"] == told["bridge"]
    assert kept.read_text("utf-8") == mended
    assert "is as Goodterms wrote it" in goodterms("look", invoices, given_back).err


def test_how_many_rejected_rows_came_mended_is_said_and_nothing_more_is_asked(goodterms, invoices):
    text = invoices.read_text("utf-8").splitlines()
    text[5], text[9] = (",".join([*text[row].split(",")[:-1], "a lot"]) for row in (5, 9))
    whole = invoices.read_text("utf-8").splitlines()
    invoices.write_text("\n".join(text) + "\n", "utf-8")
    mend = "Mend rejected rows in their file, save it beside the file that they come from, and look again with both."
    assert mend in goodterms("look", invoices).out
    for rows, mended in (([whole[5], text[9]], 1), ([whole[5], whole[9]], 2)):
        Path("invoices.rejected.csv").write_text("\n".join([whole[0], *rows]) + "\n", "utf-8")
        ran = goodterms("look", invoices, "invoices.rejected.csv")
        assert ran.code == 1
        assert f"Rejected in invoices.csv: 2. Mended in invoices.rejected.csv: {mended}.\n" in ran.out
        assert (mend in ran.out) == (mended == 1)


def test_a_mapping_that_was_written_reads_the_same(goodterms, invoices):
    first = goodterms("look", invoices, "--write-map", "understood.toml", "--json")
    second = goodterms("look", invoices, "--map", "understood.toml", "--json")
    assert (first.code, second.code) == (0, 0)
    assert json.loads(first.out)["bridge"] == json.loads(second.out)["bridge"]


def test_a_folder_with_other_files_is_refused_before_any_work(goodterms, invoices):
    Path("mine").mkdir()
    Path("mine/notes.txt").write_text("mine")
    ran = goodterms("look", invoices, "--out", "mine")
    assert ran.code == 2
    assert "holds notes.txt, which Goodterms did not write" in ran.err
    assert files_in(Path("mine")) == ["notes.txt"]


def test_errors_that_do_not_depend_on_each_other_are_said_together(goodterms, folder):
    Path("policy.toml").write_text("version = 1\nfrobnicate = true\n")
    ran = goodterms("look", "absent.csv", "--policy", "policy.toml", "--periods", "2012", "soon")
    assert ran.code == 4
    assert '"soon" is not a period' in ran.err
    assert "policy.toml, line 2" in ran.err
    assert "absent.csv" in ran.err
    assert files_in(folder) == ["policy.toml"]
