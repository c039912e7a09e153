"""Words as a search compares them: without case, accents and punctuation, so that *sahko* finds Sähkö."""

from __future__ import annotations

import re
import unicodedata

ACCENTS = "\u0300-\u036f"
"""Marks that stand apart from their letters once a text is decomposed."""
BETWEEN_WORDS = "\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb-\u00bf\u2000-\u206f"
SPELT = {"ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "đ": "d", "ð": "d", "þ": "th", "œ": "oe", "ı": "i"}  # noqa: RUF001
"""Letters that do not come apart, and how those who lack them write them."""
_ACCENTS = re.compile(f"[{ACCENTS}]")
_BETWEEN = re.compile(f"[{BETWEEN_WORDS}]+")
_SPELT = str.maketrans(SPELT)


def folded(text: str | None) -> str:
    """Return the words of a text, each after a space.

    >>> folded("Sähkö-Åke Oy (0201256-6)"), folded("ŁÓDŹ  & Cie."), folded(None)
    (' sahko ake oy 0201256 6', ' lodz cie', '')
    """
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text or "")).lower().translate(_SPELT)
    words = _BETWEEN.sub(" ", plain).strip()
    return f" {words}" if words else ""
