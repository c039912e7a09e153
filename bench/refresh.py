"""A run of an installation, and its refresh after one month was corrected; in a process of its own for its memory.

``python refresh.py COMPANY HOME`` prints one JSON object: seconds, the names of what months came to, sums to compare.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from goodterms.work.installation import acting, init, open_installation

AT = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
CORRECTED = "2025-06"
LINES_CORRECTED = 500
UNTIL_THE_CUBE = ("counting documents once", "summing sale lines", "sharing costs", "building the cube")
"""The steps of an analysis that make the cube; what follows is made from it."""
MEMORY = "8GB"


def imported(files: list[Path], **more: list[Path]) -> None:
    """Import files as a person would."""
    import goodterms  # noqa: PLC0415  (Django is set up first)
    from goodterms.work.import_files import prepare, publish  # noqa: PLC0415  (Django is set up first)

    reading = goodterms.read(files, **more)
    publish(prepare(reading, by=acting(""), at=AT), reading.facts.engine, by=acting(""), at=AT)


def correction(company: Path) -> Path:
    """Some lines of one month, each a unit of money dearer, of orders that no other month has a part of: so one month alone is changed by it."""
    file = company / "correction" / f"invoices-{CORRECTED[:4]}.parquet"  # of the same source
    file.parent.mkdir()
    month = "strftime(\"Invoice date\", '%Y-%m')"
    months = f'count(DISTINCT {month}) OVER (PARTITION BY "Order")'
    lines = f"SELECT * FROM read_parquet('{company}/invoices-*.parquet') QUALIFY {months} = 1 AND {month} = '{CORRECTED}'"
    dearer = '* REPLACE ("Net amount" + 1 AS "Net amount", "List value" + 1 AS "List value")'
    duckdb.execute(f'COPY (SELECT {dearer} FROM ({lines}) ORDER BY "Invoice", "Line" LIMIT {LINES_CORRECTED}) TO \'{file}\' (FORMAT parquet)')
    return file


def timed(policy: Any, *, keeps: bool = True) -> dict[str, Any]:
    """A whole run and its parts, in seconds; or an analysis that keeps nothing."""
    import goodterms  # noqa: PLC0415  (Django is set up first)
    from goodterms.facts.engine import connect  # noqa: PLC0415  (Django is set up first)
    from goodterms.work.facts_of_company import facts_of_company  # noqa: PLC0415  (Django is set up first)
    from goodterms.work.run_analysis import run_analysis  # noqa: PLC0415  (Django is set up first)

    begin = time.perf_counter()
    engine = connect(memory_limit=MEMORY)
    run, result = run_analysis(engine, policy=policy, by=acting(""), at=AT) if keeps else (None, goodterms.analyse(facts_of_company(engine), policy=policy))
    whole = time.perf_counter() - begin
    seconds = dict(result.figures["seconds"])
    named = [name for name in seconds if name in UNTIL_THE_CUBE or name.startswith("sharing ")]
    rows = {row["step"]: str(row["later"]) for row in result.tables["waterfall"].to_pylist()}
    engine.disconnect()
    return {"cube": sum(seconds[name] for name in named), "whole": whole, "parts": seconds, "cubes": run.cubes if run else {}, "found": rows}


def main(company: Path, home: Path) -> None:
    """Import, run, correct, run again, and analyse anew."""
    init(home, at=AT)
    open_installation(home)
    import goodterms  # noqa: PLC0415  (Django is set up first)

    policy = goodterms.Policy.load(company / "policy.toml")
    more = {name: [next(company.glob(f"{name}.*"))] for name in ("costs", "activities", "products", "customers")}
    imported(sorted(company.glob("invoices-*.parquet")), **more)
    print("imported", file=sys.stderr)
    full = timed(policy)
    print("full", full["cube"], full["whole"], full["parts"], file=sys.stderr)
    imported([correction(company)])
    refresh = timed(policy)
    print("refresh", refresh["cube"], refresh["whole"], refresh["parts"], file=sys.stderr)
    scratch = timed(policy, keeps=False)
    print("scratch", scratch["cube"], scratch["whole"], scratch["parts"], file=sys.stderr)
    changed = [month for month, name in refresh["cubes"].items() if full["cubes"].get(month) != name]
    size = sum(file.stat().st_size for file in (home / "cubes").rglob("*.parquet"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    told = {"full": full, "refresh": refresh, "scratch": scratch, "changed": changed, "months": len(refresh["cubes"]), "size": size, "peak_gib": peak}
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
