"""A mapping as the text of a TOML file that a person can read and mend."""

from __future__ import annotations

from collections.abc import Mapping as Settings
from typing import Any

from goodterms.intake.mapping.column_names import LEFT_OUT
from goodterms.intake.mapping.file_mapping import FileMapping
from goodterms.intake.mapping.words import VERSION

HEAD = f"""# What Goodterms understood of these files. Mend it and pass it again with --map.
# Under [file.columns] stand the file's own names on the left and ours on the right; "{LEFT_OUT}" leaves a column out.
version = {VERSION}
"""


def quoted(text: str) -> str:
    r"""A text as TOML writes it.

    Examples
    --------
    >>> print(quoted('Net "alv 0"'))
    "Net \"alv 0\""
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return '"' + "".join(sign if sign >= " " and sign != "\x7f" else f"\\u{ord(sign):04x}" for sign in escaped) + '"'


def as_value(value: Any) -> str:
    """A text, whole number, list or flat table as TOML writes it on one line."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(as_value(v) for v in value)}]"
    if isinstance(value, Settings):
        return "{ " + ", ".join(f"{_key(key)} = {as_value(v)}" for key, v in value.items()) + " }" if value else "{}"
    return str(value)


def zeros_setting(setting: str, said: str) -> str:
    """The line above the first ``[[file]]`` that says what leading zeros of a kind of keys mean.

    Examples
    --------
    >>> zeros_setting("customers", "same"), zeros_setting("shop:customers", "different")
    ('leading_zeros.customers = "same"', 'leading_zeros."shop:customers" = "different"')
    """
    return f"leading_zeros.{_key(setting)} = {quoted(said)}"


def _key(name: str) -> str:
    return name if name and all(sign.isascii() and (sign.isalnum() or sign in "_-") for sign in name) else quoted(name)


def entry_as_toml(entry: FileMapping) -> str:
    """An entry as the text of a mapping."""
    lines = ["[[file]]", f"match = {quoted(entry.match)}"]
    lines += [f"{key} = {quoted(getattr(entry, key))}" for key in ("sheet", "keys", "table", "source", "source_column") if getattr(entry, key)]
    lines += [f"{key} = {as_value(getattr(entry, key))}" for key in ("dialect", "constants") if getattr(entry, key)]
    if entry.credit_notes:
        lines.append(f"credit_notes = {as_value(entry.credit_notes.as_setting)}")
    lines += [f"{key} = {as_value(getattr(entry, key))}" for key in ("kinds", "totals", "costs", "periods") if getattr(entry, key)]
    lines += [f"{key} = {as_value(getattr(entry, key))}" for key in ("fill_down", "first_line", "left_out") if getattr(entry, key) is not None]
    if entry.ragged:
        lines.append(f"ragged = {as_value(entry.ragged)}")
    if entry.documents:
        lines.append(f"documents = {quoted(entry.documents)}")
    if entry.columns or not (entry.documents or entry.joins):
        lines += ["", "[file.columns]"]
    lines += [*(f"{quoted(theirs)} = {quoted(ours)}" for theirs, ours in entry.columns.items())]
    for join in entry.joins:
        lines += ["", "[[file.join]]", f"match = {quoted(join.match)}", *([f"sheet = {quoted(join.sheet)}"] if join.sheet else [])]
        lines += [f"{key} = {as_value(getattr(join, key))}" for key in ("dialect", "ragged") if getattr(join, key)]
        lines += [f"on = {as_value(join.on)}", f"columns = {as_value(join.columns)}"]
    return "\n".join(lines) + "\n"
