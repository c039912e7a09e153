"""A thousand files that nobody should send, each read in a process of its own: never a crash, always a sentence, within the memory of a small machine.

A file is drawn from its number alone. One that failed is read again with ``GOODTERMS_TORTURE=1 .venv/bin/python -m pytest tests/torture -k hostile-17-``.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.measured import measured
from tests.torture import results
from tests.torture.hostile_files import hostile

COMMAND = Path(sys.executable).with_name("goodterms")
FILES = 1_000
A_GROUP = 25
SLICE = (*range(1, 13), 334, 363, 448, 683, 771)
MOST_MIB = 512
CODES = {
    0: "read",
    1: "read, with problems named",
    2: "refused: wrong call",
    3: "asked about",
    4: "refused",
}


def ends_well(number, folder):
    """Look at a file: the exit code is one of those that are promised, what is said names the file, and memory is bounded. Return what was measured."""
    kind, ending, data = hostile(number)
    file = folder / f"{kind}-{number}{ending}"
    file.write_bytes(data)
    begin = time.monotonic()
    code, out, err, peak = measured(COMMAND, "look", file.name, "--out", f"out-{number}", cwd=folder)
    seconds = time.monotonic() - begin
    said = f"file {number} ({kind}, {len(data):,} bytes), exit code {code}, {peak} MiB: {err[-2_000:]}"
    assert code in CODES, said
    assert "Traceback" not in out + err, said
    assert peak <= MOST_MIB, said
    assert code in {0, 1} or file.stem in err, said
    file.unlink()
    return {"number": number, "kind": kind, "code": code, "peak": peak, "seconds": seconds}


def section_of(files):
    """What the campaign found, for the page."""
    worst = {figure: max(files, key=lambda file: file[figure]) for figure in ("peak", "seconds")}
    peak, seconds = (f"({file['kind']}-{file['number']})" for file in worst.values())
    seen = Counter((file["kind"], file["code"]) for file in files)
    at_a_time = os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")
    return [
        "## Hostile files",
        "",
        f"`make torture` on {datetime.now(UTC).date()}: {len(files):,} hostile files, drawn from the numbers 1 to {FILES:,}, each looked at in a process",
        f"of its own: every one ended in a sentence. The largest process took {worst['peak']['peak']} MiB {peak}; {MOST_MIB} are allowed. The slowest took",
        f"{worst['seconds']['seconds']:.1f} s {seconds}, {at_a_time} at a time on {os.cpu_count()} cores, Python {platform.python_version()}.",
        "",
        f"| files | {' | '.join(CODES.values())} |",
        f"|---|{'---:|' * len(CODES)}",
        *(f"| {kind} | {' | '.join(str(seen[kind, code]) for code in CODES)} |" for kind in sorted({file["kind"] for file in files})),
    ]


@pytest.fixture
def finished(tmp_path_factory):
    return results.finished_folder(tmp_path_factory, "hostile")


@pytest.mark.parametrize("number", SLICE)
def test_a_hostile_file_ends_in_a_sentence(number, tmp_path):
    ends_well(number, tmp_path)


@pytest.mark.torture
@pytest.mark.parametrize("first", [pytest.param(first, id=f"hostile-{first}-") for first in range(1, FILES + 1, A_GROUP)])
def test_every_hostile_file_ends_in_a_sentence(first, tmp_path, finished):
    groups = results.finished_groups(finished, first, [ends_well(number, tmp_path) for number in range(first, first + A_GROUP)])
    if len(groups) == FILES // A_GROUP:
        results.keep("hostile", section_of([file for group in groups for file in group]))
