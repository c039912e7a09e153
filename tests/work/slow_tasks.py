"""Tasks for tests of workers: they write what they do into a file, and a note that only the current attempt may write."""

from __future__ import annotations

import time
from pathlib import Path

from django.utils import timezone
from django_tasks import task

from goodterms.register.user import User
from goodterms.work.writing import writing


@task()
def write_and_note(*, by, file, seconds=0.0):
    with Path(file).open("a") as stream:
        stream.write("begun\n")
    time.sleep(seconds)
    with writing("note", by=User.objects.get(pk=by), at=timezone.now()) as now:
        now.note("test", Path(file).name)
    return "noted"
