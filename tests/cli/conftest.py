"""The command as a user runs it, and a small company to run it on."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.measured import measured

from goodterms.cli.main import exit_code_of

COMMAND = Path(sys.executable).with_name("goodterms")


@dataclass(frozen=True)
class Ran:
    """What a command left: its exit code, what it printed, and its largest memory where it ran on its own."""

    code: int
    out: str
    err: str
    peak_mib: int = 0


def _sentences(err):
    """What was said on stderr, without the progress that a slow machine makes worth saying."""
    return re.sub(r"^.* … \d+ s\n", "", err, flags=re.MULTILINE)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder that the command stands in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def goodterms(folder, capsys):
    """Run a command inside this process."""

    def run(*arguments):
        capsys.readouterr()
        code = exit_code_of([str(argument) for argument in arguments])
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return Ran(code, said.out, _sentences(said.err))

    return run


@pytest.fixture
def alone(folder):
    """Run a command in a process of its own, as a shell does, and measure its memory."""

    def run(*arguments, **environment):
        code, out, err, peak = measured(COMMAND, *map(str, arguments), cwd=folder, **environment)
        assert "Traceback" not in out + err
        return Ran(code, out, _sentences(err), peak)

    return run


@pytest.fixture
def invoices(folder):
    """Two years of Ann, who pays well, and Bob, who returns everything."""
    lines = ["Invoice,Line,Date,Customer,Product,Quantity,Net sales,Cost"]
    for year, price in ((2022, 100), (2023, 96)):
        for month in range(1, 13):
            document = f"{year}{month:02d}"
            lines += [
                f"{document}1,1,{year}-{month:02d}-15,Ann,Nails,10,{10 * price}.00,700.00",
                f"{document}1,2,{year}-{month:02d}-15,Ann,Glue,2,50.00,30.00",
                f"{document}2,1,{year}-{month:02d}-20,Bob,Nails,5,{5 * price}.00,350.00",
                f"{document}3,1,{year}-{month:02d}-28,Bob,Nails,-5,{-5 * price}.00,-350.00",
            ]
    file = folder / "invoices.csv"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file


@pytest.fixture
def costs(folder):
    """Picking and an order desk, each month."""
    rows = [f"{year}-{month:02d},4000,Warehouse,Picking,{60 + year - 2022}.00\n" for year in (2022, 2023) for month in range(1, 13)]
    rows += [f"{year}-{month:02d},4100,Sales office,Order desk,40.00\n" for year in (2022, 2023) for month in range(1, 13)]
    file = folder / "costs.csv"
    file.write_text("Period,Account,Account name,Pool,Amount\n" + "".join(rows), "utf-8")
    return file


@pytest.fixture
def policy(folder):
    """Picking by lines, the order desk by orders."""
    file = folder / "policy.toml"
    file.write_text(
        'version = 1\n\n[[policy]]\nfrom = 2022-01-01\n\n[[policy.pool]]\nname = "Picking"\ndriver = "lines"\nstep = "picking"\n\n'
        '[[policy.pool]]\nname = "Order desk"\ndriver = "orders"\nstep = "order handling"\n',
        "utf-8",
    )
    return file
