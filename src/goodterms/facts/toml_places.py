"""Where each key of a TOML file stands, so that an error in a policy can name its line."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field

Path = tuple[str | int, ...]
"""A key as a walk from the top: ``("policy", 0, "pool", 2, "driver")``; numbers count tables of an array, from 0."""


def line_of(places: Mapping[Path, int], path: Path) -> int:
    r"""The line of a key, or of the nearest table around it; 1 where nothing of it was written.

    Examples
    --------
    >>> places = toml_places("version = 1\n[[policy]]\nfrom = 2012-01-01\n")
    >>> line_of(places, ("policy", 0, "from")), line_of(places, ("policy", 0, "currency"))
    (3, 2)
    """
    while path and path not in places:
        path = path[:-1]
    return places.get(path, 1)


def toml_places(text: str) -> dict[Path, int]:
    """Give the line, from 1, of every table and key of a text that ``tomllib`` accepts.

    The parser of the standard library keeps no lines; this walks the same text once more and looks only at keys, headers and where values end.
    """
    walk = _Walk(text.replace("\r\n", "\n"))
    walk.document()
    return walk.places


@dataclass
class _Walk:
    """A walk over a valid text: ``at`` is the next character, ``places`` what was found."""

    text: str
    at: int = 0
    places: dict[Path, int] = field(default_factory=dict)
    array_lengths: dict[Path, int] = field(default_factory=dict)

    def document(self) -> None:
        """All statements, each a header or a key with its value."""
        table: Path = ()
        self.skip_blank()
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.key_and_value(table)
            self.skip_blank()

    def header(self) -> Path:
        """``[a.b]`` or ``[[a.b]]``: the path of the table that begins here."""
        line, is_array = self.line, self.text.startswith("[[", self.at)
        self.at += 2 if is_array else 1
        *above, last = self.dotted_key()
        self.at += 2 if is_array else 1
        path: Path = ()
        for key in above:
            path = self.in_newest((*path, key))
        path = (*path, last)
        if is_array:
            self.array_lengths[path] = self.array_lengths.get(path, 0) + 1
        self.places.setdefault(path, line)
        path = self.in_newest(path)
        self.places.setdefault(path, line)
        return path

    def in_newest(self, path: Path) -> Path:
        """The path itself, or the newest table of it where it is an array of tables."""
        length = self.array_lengths.get(path)
        return (*path, length - 1) if length else path

    def key_and_value(self, table: Path) -> None:
        """``a.b = value``."""
        line, path = self.line, table
        for key in self.dotted_key():
            path = (*path, key)
            self.places.setdefault(path, line)
        self.at += 1
        self.value(path)

    def dotted_key(self) -> list[str]:
        """``a."b c".d``, up to the sign that ends it."""
        keys = []
        while True:
            self.skip_spaces()
            begin = self.at
            if self.text[begin] in "\"'":
                self.skip_string()
                keys.append(str(tomllib.loads(f"key = {self.text[begin : self.at]}")["key"]))
            else:
                while self.text[self.at].isalnum() or self.text[self.at] in "_-":
                    self.at += 1
                keys.append(self.text[begin : self.at])
            self.skip_spaces()
            if self.text[self.at] != ".":
                return keys
            self.at += 1

    def value(self, path: Path) -> None:
        """A value; inside arrays and inline tables the walk goes on."""
        self.skip_spaces()
        sign = self.text[self.at]
        if sign in "\"'":
            self.skip_string()
        elif sign in "[{":
            self.inside(path, closing="]" if sign == "[" else "}")
        else:
            while self.at < len(self.text) and self.text[self.at] not in ",]}#\n":
                self.at += 1

    def inside(self, path: Path, closing: str) -> None:
        """The values of an array or the keys of an inline table."""
        self.at += 1
        count = 0
        self.skip_blank()
        while self.text[self.at] != closing:
            if closing == "}":
                self.key_and_value(path)
            else:
                self.places.setdefault((*path, count), self.line)
                self.value((*path, count))
                count += 1
            self.skip_blank()
            if self.text[self.at] == ",":
                self.at += 1
                self.skip_blank()
        self.at += 1

    def skip_string(self) -> None:
        """A string of any of the four kinds."""
        quote = self.text[self.at]
        fence = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        self.at += len(fence)
        while not self.text.startswith(fence, self.at):
            self.at += 2 if quote == '"' and self.text[self.at] == "\\" else 1
        self.at += len(fence)
        while len(fence) == 3 and self.text.startswith(quote, self.at):
            self.at += 1  # up to two quotes may stand before the fence: they belong to the text

    def skip_spaces(self) -> None:
        """Spaces and tabs."""
        while self.at < len(self.text) and self.text[self.at] in " \t":
            self.at += 1

    def skip_blank(self) -> None:
        """Spaces, line ends and comments."""
        while self.at < len(self.text):
            if self.text[self.at] in " \t\n":
                self.at += 1
            elif self.text[self.at] == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            else:
                return

    @property
    def line(self) -> int:
        """The line of the next character."""
        return self.text.count("\n", 0, self.at) + 1
