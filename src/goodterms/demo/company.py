"""The simulated company: a wholesaler whose sales grow while its profit falls, in the files that it would have, and the truth about it apart."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from goodterms.demo.activities import make_activities
from goodterms.demo.calendar import make_calendar
from goodterms.demo.costs import make_costs
from goodterms.demo.customers import make_customers
from goodterms.demo.files import write_activities, write_costs, write_customers, write_products, write_sale_files
from goodterms.demo.orders import make_orders
from goodterms.demo.parameters import Parameters, parameters_as_toml, read_parameters
from goodterms.demo.policy import policy_toml
from goodterms.demo.products import make_products
from goodterms.demo.sale_lines import make_sale_lines
from goodterms.demo.simulation import Simulation, simulation
from goodterms.demo.truth import make_truth, write_truth
from goodterms.errors import UsageError

FEWEST_LINES, MOST_LINES = 1_000, 10_000_000


@dataclass(frozen=True)
class Company:
    """Where a simulated company's files are. ``lines`` counts the sale lines that were made, credit notes included; ``truth`` is a folder of its own."""

    folder: Path
    sale_files: tuple[Path, ...]
    costs: Path
    activities: Path
    products: Path
    customers: Path
    policy: Path
    truth: Path
    lines: int
    seed: int

    def moved_to(self, folder: Path) -> Company:
        """The same company after its folder was moved."""
        return replace(
            self,
            folder=folder,
            sale_files=tuple(folder / file.name for file in self.sale_files),
            **{name: folder / getattr(self, name).name for name in ("costs", "activities", "products", "customers", "policy", "truth")},
        )


def build_company(
    folder: Path,
    *,
    lines: int = 100_000,
    seed: int = 1,
    parameters: Parameters | None = None,
    sale_format: Literal["as exported", "parquet"] = "as exported",
    progress: Callable[[str], None] | None = None,
    threads: int | None = None,
) -> Company:
    """Make a company of about ``lines`` sale lines and write its files into a folder. The same seed, size and parameters make the same files.

    Parameters
    ----------
    folder
        Where the files go; made if it is not there. Files of the same names are replaced.
    lines
        About how many sale lines, credit notes included: 1,000 to 10,000,000.
    seed
        Which company.
    parameters
        From :func:`read_parameters`; the company's own (*normal*) where none are given.
    sale_format
        ``"as exported"``: sale lines as CSV (semicolons, decimal commas, cp1252) with the last months as a workbook, everything else as CSV.
        ``"parquet"``: sale lines, one file a year, and activities as Parquet: for large companies.
    progress
        Is told what is being done.
    threads
        How many threads work on it; all cores where none is given. The company does not depend on it.

    Raises
    ------
    UsageError
        When ``lines`` lies outside its range, the seed is negative or ``sale_format`` is none of these.
    """
    if not FEWEST_LINES <= lines <= MOST_LINES:
        raise UsageError(f"A simulated company has from {FEWEST_LINES:,} to {MOST_LINES:,} sale lines; {lines:,} were asked for.")
    if seed < 0:
        raise UsageError(f"A seed is 0 or more; {seed} was given.")
    if sale_format not in {"as exported", "parquet"}:
        raise UsageError(f'sale_format is "as exported" or "parquet"; "{sale_format}" was given.')
    parameters = parameters or read_parameters()
    truth = folder / "truth"
    truth.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix=".making-", dir=folder) as workplace,
        simulation(parameters, lines=lines, seed=seed, workplace=Path(workplace), progress=progress or _say_nothing, threads=threads) as making,
    ):
        policy = _make(making)
        return _write(making, folder, truth, policy, parameters, seed=seed, as_parquet=sale_format == "parquet")


def _make(making: Simulation) -> str:
    """All tables, each from those before it; returns the text of the policy."""
    making.progress("products and customers")
    make_calendar(making)
    make_products(making)
    make_customers(making)
    making.progress("orders")
    make_orders(making)
    making.progress("sale lines")
    make_sale_lines(making)
    making.progress("activities and costs")
    make_activities(making)
    plan = make_costs(making)
    making.progress("the truth")
    make_truth(making)
    return policy_toml(making, plan)


def _write(making: Simulation, folder: Path, truth: Path, policy: str, parameters: Parameters, *, seed: int, as_parquet: bool) -> Company:
    """All files."""
    lines = making.figure("SELECT count(*) FROM sale_lines")
    making.progress("files")
    policy_file = folder / "policy.toml"
    policy_file.write_text(policy, "utf-8")
    write_truth(making, truth, seed=seed, lines=lines)
    (truth / "parameters.toml").write_text(parameters_as_toml(parameters), "utf-8")
    return Company(
        folder=folder,
        sale_files=write_sale_files(making, folder, as_parquet=as_parquet),
        costs=write_costs(making, folder),
        activities=write_activities(making, folder, as_parquet=as_parquet),
        products=write_products(making, folder),
        customers=write_customers(making, folder),
        policy=policy_file,
        truth=truth,
        lines=lines,
        seed=seed,
    )


def _say_nothing(_: str) -> None:
    """Nobody listens."""
