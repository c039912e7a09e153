"""What the pages show is what happens: their commands have the options, their policies are valid, their worked examples come out."""

from __future__ import annotations

import re
import shlex
from decimal import Decimal
from pathlib import Path

import pytest

import goodterms
from goodterms.cli.main import exit_code_of
from goodterms.facts.money import cents
from goodterms.facts.policy import Policy
from goodterms.intake.mapping.mapping_file import Mapping

HOUSE = Path(__file__).parent.parent
PAGES = [HOUSE / "README.md", *sorted((HOUSE / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(page, language):
    return [text for named, text in BLOCK.findall(page.read_text("utf-8")) if named == language]


COMMANDS = sorted(
    {
        (page.relative_to(HOUSE).as_posix(), re.split(r"\s{2,}|\s>\s", line.strip())[0].removeprefix(".venv/bin/"))
        for page in PAGES
        for text in blocks(page, "")
        for line in text.splitlines()
        if re.match(r"(\.venv/bin/)?goodterms ", line)
    }
)


@pytest.mark.parametrize(("page", "command"), COMMANDS)
def test_a_command_of_a_page_has_its_options(page, command, capsys):
    _, *arguments = shlex.split(command)
    is_group = arguments[0] in {"policy", "users", "fields", "sources"} and arguments[1:2] and not arguments[1].startswith("-")
    names = arguments[: 2 if is_group else 1]
    assert exit_code_of([*names, "--help"]) == 0
    known = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
    assert {argument for argument in arguments if argument.startswith("--")} <= known


@pytest.mark.parametrize("page", [page for page in PAGES if any("[[policy]]" in text for text in blocks(page, "toml"))], ids=lambda page: page.name)
def test_a_policy_of_a_page_is_valid(page):
    for text in blocks(page, "toml"):
        if "[[policy]]" in text:
            assert Policy.read(text).pool_names


def test_the_mapping_of_a_page_is_valid(tmp_path):
    (text,) = blocks(HOUSE / "docs" / "concepts" / "mapping.md", "toml")
    (tmp_path / "mapping.toml").write_text(text, "utf-8")
    assert Mapping.load(tmp_path / "mapping.toml")


def test_the_worked_bridge_of_its_page_comes_out(tmp_path, monkeypatch):
    """Two products go on, one is dropped, one is launched, and everything that can go wrong with margin does."""
    monkeypatch.chdir(tmp_path)
    page = HOUSE / "docs" / "concepts" / "bridge.md"
    Path("sales.csv").write_text(blocks(page, "csv")[0], "utf-8")
    header, _, row = re.search(r"^\| new families .*\n.*\n.*$", page.read_text("utf-8"), re.MULTILINE)[0].splitlines()
    told = dict(zip(_cells(header), (Decimal(cell.replace("−", "-").replace(",", "")) for cell in _cells(row)), strict=True))
    bridge = goodterms.analyse(goodterms.read("sales.csv"), periods=("2023", "2024"), physical=True).bridge
    price = sum(step.amount for step in bridge.steps if step.step.startswith("price"))
    found = {name: cents({"price": price, "change": bridge.change}.get(name, bridge.amount(name))) for name in told}
    assert found == told
    assert sum(told.values()) == 2 * told["change"]


def _cells(row):
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_the_library_example_of_the_readme_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [f"{year}{month:02d},{year}-{month:02d}-28,Ann,Nails,10,{year}.00,700.00" for year in (2023, 2024) for month in range(1, 13)]
    Path("invoices.csv").write_text("\n".join(["Invoice,Date,Customer,Product,Quantity,Net sales,Cost", *rows]) + "\n", "utf-8")
    Path("costs.csv").write_text("Period,Account,Pool,Amount\n2023-01,4000,Picking,60.00\n2024-01,4000,Picking,60.00\n", "utf-8")
    Path("policy.toml").write_text('version = 1\n[[policy]]\nfrom = 2023-01-01\n[[policy.pool]]\nname = "Picking"\ndriver = "lines"\n', "utf-8")
    shown = {}
    exec(blocks(HOUSE / "README.md", "python")[0], shown)  # noqa: S102  (our own page)
    result = shown["result"]
    assert result.bridge.change == Decimal(12)
    assert result.answer
    assert result.tables["customers"].num_rows == 1


def test_the_trial_balance_of_the_page_comes_to_the_net_profit_that_it_says(tmp_path):
    """docs/how-to/trial-balance.md, by its own files."""
    page = HOUSE / "docs" / "how-to" / "trial-balance.md"
    invoices, costs = (tmp_path / "invoices.csv", tmp_path / "trial-balance.csv")
    for file, text in zip((invoices, costs), blocks(page, "csv"), strict=True):
        file.write_text(text, "utf-8")
    (policy,) = blocks(page, "toml")
    result = goodterms.analyse(goodterms.read(invoices, costs=costs), periods=("2024-01", "2024-02"), policy=Policy.read(policy))
    profit = {row["customer"]: (row["net_profit_earlier"], row["net_profit_later"]) for row in result.tables["customers"].to_pylist()}
    assert profit == {"Ann": (350, 392), "Bob": (100, 96)}
    rows = {row.step: (row.earlier, row.later) for row in result.waterfall}
    assert rows["net_profit"] == (450, 488)
    assert (rows["sustaining"], rows["excluded"], rows["after_all_cost"]) == ((-50, -50), (-10, -10), (390, 428))
    assert not result.has_unassigned
