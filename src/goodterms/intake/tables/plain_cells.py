"""Cells without what programs put around them: the spaces of word processors and web pages, which nobody sees, and Excel's ``="007"`` for a text of digits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from goodterms.facts.sql_text import text_of
from goodterms.intake.tables.raw_table import RawTable, named_header, new_name

_ODD = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u202f\u205f\u2060\u3000\ufeff"
_SPACES = f"[{_ODD}]"
SIGNS = (*_ODD, '="')
"""What a text without which has plain cells only."""


def with_plain_cells(engine: Any, raw: RawTable) -> RawTable:
    """Return the table without such spaces at the ends of its cells, and with the text alone of ``="007"``.

    Else a customer with such a space behind its number would be another customer.
    """
    texts = [place for place, native in zip(raw.columns, raw.native, strict=True) if native in {None, "text", "mixed"}]
    if not texts:
        return raw
    odd = text_of(f"^{_SPACES}|{_SPACES}$")
    has = [f"bool_or((strlen({c}) <> length({c}) AND regexp_matches({c}, {odd})) OR starts_with({c}, '=\"'))" for c in texts]
    found = engine.con.execute(f"SELECT {', '.join(has)} FROM {raw.name}").fetchone()
    cells = [f"{_plain(place)} AS {place}" for place, is_odd in zip(texts, found, strict=True) if is_odd]
    if not cells:
        return raw
    name = new_name()
    engine.con.execute(f"CREATE TEMP VIEW {name} AS SELECT * REPLACE ({', '.join(cells)}) FROM {raw.name}")
    return replace(raw, name=name, header=named_header(map(_unwrapped, raw.header), len(raw.header)))


def _plain(place: str) -> str:
    ends = text_of(f"^(?:\\s|{_SPACES})+|(?:\\s|{_SPACES})+$")
    cell = f"regexp_replace({place}, {ends}, '', 'g')"
    return f"nullif(regexp_replace({cell}, '^=\"(.*)\"$', '\\1'), '')"


def _unwrapped(name: str) -> str:
    """The text alone of ``="Invoice"``.

    >>> _unwrapped('="Invoice"'), _unwrapped("Invoice")
    ('Invoice', 'Invoice')
    """
    return name[2:-1] if name.startswith('="') and name.endswith('"') else name
