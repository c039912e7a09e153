"""What the cells of one row, or of two that stand one above the other, say about a header: names, groups over names, units, a title."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

Cells = Sequence[str]
MISSING = frozenset({"n/a", "na", "#n/a", "-", "--", "–", "—", "none", "null", "nan", "nil", "unknown", "tbc", "?"})
"""What people and programs write where there is no value."""
NO_VALUE = MISSING | {".", "..", "...", "*", "x"}
_UNIT = re.compile(r"[\[(].{1,12}[\])]|[A-Z]{3}|[%€$£‰#°]C?|[€$£]/\w{1,6}")
_UNIT_WORDS = """
eur usd sek nok dkk gbp kpl pcs pc st ea each kg g t l ml dl m cm mm km m2 m3 m² m³ h hrs min s d pv days pvm pct percent prosenttia procent units
text string varchar char int integer number numeric decimal float double date datetime boolean bool euro euroa € k€ t€ eur/kg eur/kpl kwh mwh lb lbs
"""
_UNITS = frozenset(_UNIT_WORDS.split())


def goes_on(cells: Cells, seen: Cells, kinds: Mapping[int, str]) -> bool:
    """Say whether a row is more of the header above it: words alone ("Restated"), and only in columns of numbers or dates."""
    said = [place for place, kind in enumerate(seen) if kind]
    text = all(seen[place] == "text" and cells[place].strip().casefold() not in NO_VALUE for place in said)
    return bool(said) and text and all(kinds.get(place) in {"number", "date"} for place in said)


def names_all_but_first(cells: Cells, width: int, kinds: Mapping[int, str]) -> bool:
    """Say whether the first column alone has no name, as where R writes names of rows: names that repeat then stand over one kind, and otherwise do not.

    >>> names_all_but_first(["x", "x", "Load"], 4, {1: "number", 2: "number", 3: "number"})
    True
    """
    if len(cells) != width - 1:
        return False
    left, right = ({(name, kinds.get(place + shift)) for place, name in enumerate(cells)} for shift in (0, 1))
    return len(right) == len(set(cells)) < len(left)


def is_again(names: Cells, row: Cells) -> bool:
    """Say whether a row is a header met again: most of its cells are the names."""
    return 2 * sum(bool(name) and name == cell for name, cell in zip(names, row, strict=False)) > sum(bool(name) for name in names)


def are_units(cells: Cells) -> bool:
    """Say whether a row has nothing but units ("kg", "EUR", "[m²]") or names of types.

    >>> are_units(["", "kg", "EUR"])
    True
    """
    said = [cell for cell in stripped(cells) if cell]
    return bool(said) and all(_UNIT.fullmatch(cell) or cell.casefold() in _UNITS for cell in said)


def complete_each_other(over: Cells, under: Cells) -> bool:
    """Say whether groups of the upper row stand over names of the lower one: some upper cells are empty, and most columns have a name in one of the two."""
    pairs = list(zip(stripped(over), stripped(under), strict=False))
    return any(not above and name for above, name in pairs) and sum(bool(above or name) for above, name in pairs) >= 0.7 * len(pairs)


def grouped(over: Cells, under: Cells) -> list[str]:
    """Set the group that stands over a name, or the last one to its left, before it.

    >>> grouped(["Customer", "2012", ""], ["", "sales", "margin"])
    ['Customer', '2012 sales', '2012 margin']
    """
    names = []
    group = ""
    for above, name in zip(stripped(over), stripped(under), strict=False):
        group = above or group
        names.append(f"{group} {name}".strip() if name else above)
    return names


def adds_names(over: Cells, names: Cells) -> bool:
    """Say whether a row above a header belongs to it: it names columns that have no name yet, or tells those of the same name apart.

    >>> adds_names(["", "2013", "2012"], ["Segment", "Total", "Total"]), adds_names(["Printed", "2013"], ["Segment", "Total"])
    (True, False)
    """
    above, below = stripped(over), stripped(names)
    if len(above) != len(below) or sum(map(bool, above)) < 2 or (above[0] and below[0]):
        return False
    named = any(group and not name for group, name in zip(above, below, strict=True))
    return named or len(set(grouped(above, below))) > len(set(below))


def is_title(over: Cells, under: Cells) -> bool:
    """Say whether the cells of a row above a header are no groups of it: they stand side by side from the left, and every column has a name of its own.

    >>> is_title(["Report", "2012"], ["Invoice", "Date", "Net"]), is_title(["Document", "", "Sale"], ["Number", "Date", "Net"])
    (True, False)
    """
    return all(over) and all(under) and len(set(under)) == len(under)


def shown(cells: Cells) -> str:
    """Return a row as it is shown to a person: filled cells on one line, cut where it is long."""
    text = " | ".join(cell for cell in stripped(cells) if cell)
    return text if len(text) <= 100 else f"{text[:97]}…"


def stripped(cells: Cells) -> list[str]:
    """Return the cells without space around them, each on one line."""
    return [" ".join(cell.split()) for cell in cells]


def cut(cells: Cells) -> list[str]:
    """Return the cells without the empty ones at the end."""
    left = stripped(cells)
    while left and not left[-1]:
        left.pop()
    return left
