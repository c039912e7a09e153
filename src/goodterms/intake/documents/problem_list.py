"""The problems of a file as they are found: each with its place, and where thousands are alike, the first ones and how many more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from goodterms.problems import Origin, Problem, Severity

MOST_REJECTED = 1_000
"""So many rejected rows of a file are said one by one for the same reason; the rest are counted."""
MOST_ALIKE = 20
"""So many other problems of a kind."""


class ProblemList:
    """Problems in the order in which they were found.

    Examples
    --------
    >>> found = ProblemList()
    >>> found.add(Problem("no-day", Severity.NOTICE, Origin("a.xml", row=row), sentence="It has no day.") for row in range(1, 24))
    >>> [str(problem) for problem in found.said()][-2:]
    ['a.xml, row 20: It has no day.', 'a.xml: 3 more like "It has no day." are not listed.']
    """

    def __init__(self) -> None:
        self._listed: list[Problem] = []
        self._first: dict[tuple[str, str], Problem] = {}
        self._times: Counter[tuple[str, str]] = Counter()
        self._rows: Counter[tuple[str, str]] = Counter()

    def add(self, problems: Iterable[Problem]) -> None:
        """Take problems in."""
        for problem in problems:
            kind = (problem.code, problem.origin.file)
            self._times[kind] += 1
            if self._times[kind] <= (MOST_REJECTED if problem.severity == Severity.REJECTED else MOST_ALIKE):
                self._listed.append(problem)
            else:
                self._first.setdefault(kind, problem)
                self._rows[kind] += problem.rows

    def said(self) -> tuple[Problem, ...]:
        """The problems, and one more for each kind of which not all are listed."""
        more = [
            Problem(
                code,
                self._first[code, file].severity,
                Origin(file),
                sentence=f'{rows:,} more like "{self._first[code, file].sentence or self._first[code, file].expected}" are not listed.',
                rows=rows,
            )
            for (code, file), rows in self._rows.items()
        ]
        return (*self._listed, *more)
