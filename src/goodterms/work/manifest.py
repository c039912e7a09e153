"""The manifest: a file that names what the facts are made of, for who reads them without the register, and against a register that was set back."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from django.conf import settings

from goodterms.facts.store import write_whole
from goodterms.register.audit import AuditEntry, AuditHead
from goodterms.register.imported import FactsFile, FactsVersion

MANIFEST = "manifest.json"


def write_manifest() -> None:
    """Write what the register says now, in one step: a reader sees the whole file of before or the whole new one."""
    said = {"version": _version(), "files": _files(), "audit": AuditHead.objects.values("number", "digest").get()}
    if said["version"] != _version():
        return  # another published meanwhile, and writes it
    write_whole(settings.GOODTERMS_HOME / MANIFEST, json.dumps(said, indent=1))


def mend_manifest() -> None:
    """Write the manifest anew where it lags behind the register, because a process ended in between, or is not whole; one that is ahead is left for `check`."""
    written, version = _written(), _version()
    if written is None or written["version"] < version or (written["version"] == version and written["files"] != _files()):
        with suppress(OSError):  # a folder that may not be written, or is full
            write_manifest()


def check_manifest() -> list[str]:
    """Say, a sentence each, where the manifest knows more than the register."""
    written = _written()
    if written is None:
        return []
    found, version, head = [], _version(), written["audit"]
    if written["version"] > version:
        ahead = f"{settings.GOODTERMS_HOME / MANIFEST} is of version {written['version']:,} of the facts, and the register of version {version:,}"
        found.append(f"{ahead}: the register was set back. Restore a backup; where it is meant so, remove the file.")
    entry = AuditEntry.objects.filter(number=head["number"]).first()
    if head["number"] and (entry is None or entry.digest != head["digest"]):
        found.append(f"The manifest was written at the head {head['number']}:{head['digest']} of the audit, which is not there: the audit was written anew.")
    return found


def _version() -> int:
    return FactsVersion.objects.order_by("-number")[0].number


def _files() -> list[dict[str, Any]]:
    live = FactsFile.objects.filter(until=None).order_by("table", "month")
    files = [{"table": f.table, "month": f.month and f.month.isoformat(), "sha256": f.sha256, "rows": f.rows} for f in live]
    return sorted(files, key=lambda file: (file["table"], file["month"] or ""))


def _written() -> dict[str, Any] | None:
    """The manifest as it is; None where there is none that can be read."""
    try:
        said = json.loads((settings.GOODTERMS_HOME / MANIFEST).read_text("utf-8"))
        return {
            "version": int(said["version"]),
            "files": list(said["files"]),
            "audit": {"number": int(said["audit"]["number"]), "digest": said["audit"]["digest"]},
        }
    except (OSError, ValueError, KeyError, TypeError):
        return None
