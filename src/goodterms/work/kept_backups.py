"""Which backups are kept: the newest so many of a kind of name; and from which day on something erased is in none of them."""

from __future__ import annotations

import json
import re
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from goodterms.facts.store import write_whole

BACKUPS = "backups.jsonl"
_HALF = timedelta(hours=24)


def note_backup(keys: Path, made_at: datetime) -> None:
    """Write down where the keys of a backup lie."""
    _write([*_noted(), {"keys": str(keys.absolute()), "made_at": made_at.isoformat()}])


def remove_older(file: Path, keep: int, *, at: datetime) -> list[str]:
    """Keep a backup and the newest others whose names differ from it in their digits alone, and remove the older ones with their keys; say what was done.

    The one that was written last is the newest, whatever a clock that was set back says.
    The keys go first: without them nobody reads the originals. What killed backups left half-written more than a day ago goes too.
    """
    alike = re.compile(r"\d+".join(map(re.escape, re.split(r"\d+", file.name))))
    made = {path: _made_at(path) for path in file.parent.iterdir() if alike.fullmatch(path.name)}
    said = [f"{path} is no backup that can be read, and was left." for path, when in sorted(made.items()) if when is None]
    newest = sorted(((when, path) for path, when in made.items() if when), key=lambda one: (one[1] == file, one), reverse=True)
    removed = set()
    for _, path in reversed(newest[keep:]):
        keys = path.with_name(f"{path.name}.keys").absolute()
        if keys.exists():
            keys.unlink()
            removed.add(keys)
        path.unlink(missing_ok=True)
        said.append(f"Removed {path} and its keys.")
    for half in file.parent.glob(".*.part"):
        name = half.name.removeprefix(".").removesuffix(".part").removesuffix(".keys")
        if alike.fullmatch(name) and half.stat().st_mtime < (at - _HALF).timestamp():
            half.unlink(missing_ok=True)
    oldest = min((when for when, _ in newest[:keep]), default=at)
    return said + _forget(removed, file.parent.absolute(), alike, oldest)


def _forget(removed: set[Path], folder: Path, alike: re.Pattern[str], oldest: datetime) -> list[str]:
    """Forget the keys of backups that are kept no longer; say which of them are not where they were written, so that a person removes them."""
    said, kept = [], []
    for line in _noted():
        keys = Path(line["keys"])
        is_older = keys.parent == folder and alike.fullmatch(keys.name.removesuffix(".keys")) and datetime.fromisoformat(line["made_at"]) < oldest
        if keys not in removed and (not is_older or keys.exists()):
            kept.append(line)
        elif keys not in removed:
            said.append(f"{keys} is not where it was written, and its backup is kept no longer: remove it where it was moved to.")
    _write(kept)
    return said


def line_of_erasures() -> str:
    """Say before when something must have been erased to be in no keys of a backup."""
    noted = _noted()
    there = [line for line in noted if Path(line["keys"]).exists()]
    moved = len(noted) - len(there)
    also = f"; {moved:,} moved key file{'s are' if moved != 1 else ' is'} not counted" if moved else ""
    if not there:
        return f"complete: no keys of a backup are where they were written{also}" if moved else "complete: no backup was made"
    oldest = min(there, key=lambda line: datetime.fromisoformat(line["made_at"]))
    return f"complete of what was erased before {datetime.fromisoformat(oldest['made_at']):%Y-%m-%d %H:%M} UTC: the oldest keys are {oldest['keys']}{also}"


def noted_text() -> str:
    """The list as it goes with a backup."""
    file: Path = settings.GOODTERMS_HOME / BACKUPS
    return file.read_text("utf-8") if file.exists() else ""


def _noted() -> list[dict[str, Any]]:
    found = []
    for line in noted_text().splitlines():
        try:
            said = json.loads(line)
            datetime.fromisoformat(said["made_at"])
            found.append({"keys": str(said["keys"]), "made_at": said["made_at"]})
        except (ValueError, TypeError, KeyError):
            continue
    return found


def _write(lines: list[dict[str, Any]]) -> None:
    write_whole(settings.GOODTERMS_HOME / BACKUPS, "".join(json.dumps(line) + "\n" for line in lines))


def _made_at(file: Path) -> datetime | None:
    """When a backup was made; None where the file is none."""
    try:
        with zipfile.ZipFile(file) as archive:
            return datetime.fromisoformat(json.loads(archive.read("backup.json"))["made_at"])
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError):
        return None
