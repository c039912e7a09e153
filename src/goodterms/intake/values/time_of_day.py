"""The time behind a day in a cell, which changes nothing about the day: ``10:20``, ``T10:20:00+02:00``, ``klo 10.20``, ``um 10:20 Uhr``, ``10:20 AM CET``."""

from __future__ import annotations

_WORD = r"(?i:klo|kl|um|om|at|à|às|a las|alle ore|alle|ore|o godz|o)\.?"
_CLOCK = r"[0-9]{1,2}(?:[:.]| ?h ?)[0-9]{2}(?:[:.][0-9]{2}(?:[.,:][0-9]+)?)?(?: ?(?i:[ap]\.?m\.?|uhr|h))?"
_ZONE = r"\(?(?:[A-Za-z]+/[A-Za-z_/]+|[A-Za-z]{1,5})?(?:[+-][0-9]{1,2}(?::?[0-9]{2})?)?\)?"
TIME = rf"(?:(?:,? +(?:{_WORD} *)?|T){_CLOCK}(?: ?{_ZONE}){{0,2}}(?:\[[A-Za-z_/]+\])?)?"
"""The regular expression of a time behind a day, or of nothing, for Python and the engine alike.

The day as it stands in the cell is a document's own: a zone of time never moves it.
"""
END_OF_DAY = " ,T"
"""The signs that a time may begin with: a day that is written in digits has none of them."""
