"""Where the campaigns keep what their last whole run found: each in a section of its own of ``bench/RESULTS.md``."""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path

LOAD_BEFORE = os.getloadavg()[0]
RESULTS = Path(__file__).parents[2] / "bench" / "RESULTS.md"
HEAD = "# Results\n\nWhat the last runs found. Each section is written by its run.\n"


def finished_folder(tmp_path_factory, campaign):
    """The folder of this run, shared by its processes, where each group that holds leaves its counts."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / campaign
    folder.mkdir(exist_ok=True)
    return folder


def finished_groups(folder, number, counts):
    """Leave the counts of a group, and return those of all groups that have finished, in order."""
    part = folder / f"{number}.part"
    part.write_text(json.dumps(counts), "utf-8")
    part.rename(folder / f"{number}.json")
    return [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"), key=lambda path: int(path.stem))]


def ran():
    """When and where a campaign ran, for its page, and what else the machine had to do."""
    at_a_time = os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")
    return (
        f"`make torture` on {datetime.now(UTC).date()}, {at_a_time} at a time on {os.cpu_count()} cores, Python {platform.python_version()};"
        f" the load of the machine was {LOAD_BEFORE:.1f} before it and"
        f" {os.getloadavg()[2]:.1f} over the last quarter of an hour, its own among it."
    )


def with_section(text, name, section):
    """The text with the campaign's section in place of its last one, or at the end; what stands outside its marks stays."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    own = f"{begin}\n{section}\n{end}"
    before, found, rest = text.partition(begin)
    return before + own + rest.partition(end)[2] if found else f"{text.rstrip()}\n\n{own}\n"


def keep(name, lines):
    """Write the section of a campaign."""
    RESULTS.write_text(with_section(RESULTS.read_text("utf-8") if RESULTS.exists() else HEAD, name, "\n".join(lines)), "utf-8")
