"""One import in a process of its own: a file is read, prepared and published in a new installation, and a correction of one month after it.

``python bench/importing.py DIR FILE`` makes the installation in DIR and prints the seconds of each step as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import goodterms
from goodterms.work.installation import acting, init, open_installation


def main(home: Path, file: Path) -> dict[str, Any]:
    """Import the file, then its last rows with another amount; return rows and seconds."""
    at = datetime.now(UTC)
    init(home, database="", at=at)
    open_installation(home)
    from goodterms.work.import_files import prepare, publish  # noqa: PLC0415  (the register's models are there once the installation is open)

    told: dict[str, Any] = {}
    head, *rows = file.read_bytes().splitlines(keepends=True)
    correction = file.parent / "correction" / file.name  # of the same source
    correction.parent.mkdir()
    correction.write_bytes(head + b"".join(rows[-20_000:]).replace(b";1,00;", b";1,01;"))
    for name, path in (("whole", file), ("correction", correction)):
        begin = time.perf_counter()
        reading = goodterms.read(path)
        read = time.perf_counter()
        run = prepare(reading, by=acting(""), at=at)
        prepared = time.perf_counter()
        publish(run, reading.facts.engine, by=acting(""), at=at)
        done = time.perf_counter()
        told[name] = {"rows": reading.accepted, "read": read - begin, "prepare": prepared - read, "publish": done - prepared}
    return told


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))
