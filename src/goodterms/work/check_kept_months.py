"""Verifying what runs keep of months and keys: all of it is derived, so what is altered or gone, the next run works out anew as far as it needs it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from goodterms.facts.store import Store
from goodterms.register.run import Run, RunState
from goodterms.work.kept_months import cubes

_MOST_SAID = 20
_ANEW = "the next run works out anew what it needs of it."


@dataclass(frozen=True)
class KeptChecked:
    """What was seen of what runs keep: how much, with what has gone, in a sentence; and what was altered, a sentence each."""

    said: str
    found: tuple[str, ...]


def check_kept_months() -> KeptChecked:
    """Verify what the runs name; that it has gone is no damage, since a backup leaves it out and its folder may be deleted."""
    named: dict[str, str] = {}
    key_maps: dict[str, str] = {}
    for number, of_run, key_map in Run.objects.filter(state=RunState.READY).order_by("number").values_list("number", "cubes", "key_map"):
        named |= {name: f"What {month[:7]} came to in run {number}" for month, name in sorted(of_run.items()) if name not in named}
        key_maps.setdefault(key_map, f"Which key was whose in run {number}")
    kept, store = cubes(), Store(cubes().folder)
    there = kept.with_what_they_are_made_of(named) | {name for name in named if _is_there(kept.path_of(name))}
    gone = [what for name, what in named.items() if name not in there]
    altered = [f"{named.get(name, 'What a kept month was made of')}: {damage}" for name in sorted(there) if (damage := kept.damage_of(name))]
    for name, what in key_maps.items():
        if not _is_there(store.path_of(name)):
            gone.append(what)
        elif damage := store.damage_of(name):
            altered.append(f"{what}: {damage}")
    more = f" and {len(gone) - _MOST_SAID:,} more" if len(gone) > _MOST_SAID else ""
    said = f"Kept by runs: {len(there):,} months, {len(key_maps):,} key maps."
    if gone:
        said += f" {'; '.join(gone[:_MOST_SAID])}{more} has gone: {_ANEW}"
    return KeptChecked(said, tuple(f"{sentence} {_ANEW[0].upper()}{_ANEW[1:]}" for sentence in altered))


def _is_there(place: Path) -> bool:
    try:
        return place.exists()
    except OSError:  # a folder that may not be entered: what is wrong is said of the file
        return True
