"""A process that looks at a record, waits until it is told to go on, changes fields of it, and prints what came of that."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from goodterms.work.installation import acting, open_installation

open_installation(Path(sys.argv[1]))

from goodterms.errors import ChangedMeanwhileError  # noqa: E402  (Django is set up)
from goodterms.register.counterparty import Counterparty  # noqa: E402
from goodterms.work.writing import writing  # noqa: E402


def main():
    record = Counterparty.objects.get(pk=sys.argv[2])
    tell("looked")
    sys.stdin.readline()
    try:
        with writing("rename", by=acting(""), at=datetime.now(UTC)) as now:
            now.change(record, **json.loads(sys.argv[3]))
    except ChangedMeanwhileError as error:
        tell(json.dumps({"refused": error.fields, "said": str(error)}))
    else:
        tell(json.dumps({"refused": None}))


def tell(what):
    sys.stdout.write(what + "\n")
    sys.stdout.flush()


main()
