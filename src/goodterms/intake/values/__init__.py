"""Typing by vote: how the numbers, dates, flags and keys of a column are written."""
