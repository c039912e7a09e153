"""A process that writes to an installation for some seconds, one small transaction after another, and prints how many, the longest, and what failed."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from goodterms.work.installation import acting, open_installation

open_installation(Path(sys.argv[1]))

from django.db import DatabaseError  # noqa: E402  (Django is set up)

from goodterms.register.counterparty import Counterparty  # noqa: E402
from goodterms.work.writing import writing  # noqa: E402


def main():
    number, until = int(sys.argv[2]), time.monotonic() + float(sys.argv[3])
    by, done, longest, failed = acting(""), 0, 0.0, []
    today = datetime.now(UTC).date()
    while time.monotonic() < until:
        begun = time.monotonic()
        try:
            with writing("write", by=by, at=datetime.now(UTC)) as now:
                now.create(Counterparty, name=f"Writer {number} {done}", is_customer=True, created_on=today)
            done += 1
        except DatabaseError as error:
            failed.append(repr(error))
        longest = max(longest, time.monotonic() - begun)
    sys.stdout.write(json.dumps({"done": done, "longest": longest, "failed": failed[:3]}))


main()
