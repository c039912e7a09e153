"""A thousand files that nobody should send, each read in a process of its own: never a crash, always a sentence, within the memory of a small machine.

A file is drawn from its number alone. One that failed is read again with ``GOODTERMS_TORTURE=1 .venv/bin/python -m pytest tests/torture -k hostile-17-``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.measured import measured
from tests.torture.hostile_files import hostile

COMMAND = Path(sys.executable).with_name("goodterms")
FILES = 1_000
A_GROUP = 25
SLICE = (*range(1, 13), 363, 683, 771)
MOST_MIB = 512
CODES = {0, 1, 2, 3, 4}


def ends_well(number, folder):
    """Look at a file: the exit code is one of those that are promised, what is said names the file, and memory is bounded."""
    kind, ending, data = hostile(number)
    file = folder / f"{kind}-{number}{ending}"
    file.write_bytes(data)
    code, out, err, peak = measured(COMMAND, "look", file.name, "--out", f"out-{number}", cwd=folder)
    said = f"file {number} ({kind}, {len(data):,} bytes), exit code {code}, {peak} MiB: {err[-2_000:]}"
    assert code in CODES, said
    assert "Traceback" not in out + err, said
    assert peak <= MOST_MIB, said
    assert code in {0, 1} or file.stem in err, said
    file.unlink()


@pytest.mark.parametrize("number", SLICE)
def test_a_hostile_file_ends_in_a_sentence(number, tmp_path):
    ends_well(number, tmp_path)


@pytest.mark.torture
@pytest.mark.parametrize("first", [pytest.param(first, id=f"hostile-{first}-") for first in range(1, FILES + 1, A_GROUP)])
def test_every_hostile_file_ends_in_a_sentence(first, tmp_path):
    for number in range(first, first + A_GROUP):
        ends_well(number, tmp_path)
