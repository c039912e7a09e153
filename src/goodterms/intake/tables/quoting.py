"""Would a program have written these cells so? Quotes are set by a rule, and a form that breaks every rule is not how the file was written."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from goodterms.intake.tables.records import Form

_PLAIN = re.compile(r"[\w.-]+")
"""What no program quotes unless it quotes the whole column."""


def explains(form: Form, records: Iterable[Sequence[str]], texts: Iterable[str]) -> bool:
    """Say whether a program that writes by this form could have written the records as they stand.

    It quotes all cells of a column, or only those that need it: not one plain word among others, and one alone is no rule where other columns are bare.

    Examples
    --------
    >>> records, texts = [["Name", "Net"], ["Ann", "1"], ["Bob", "2"]], ["Name,Net", "'Ann',1", "Bob,2"]
    >>> explains(Form(",", "'"), records, texts)
    False
    >>> explains(Form(",", '"'), [["Name", "Net"], ["'Ann'", "1"], ["Bob", "2"]], texts)
    True
    """
    needless: Counter[int] = Counter()
    bare: set[int] = set()
    for number, (cells, text) in enumerate(zip(records, texts, strict=True)):
        quoted = _quoted(form, cells, text)
        if quoted is None:
            return False
        for place, (cell, is_quoted) in enumerate(zip(cells, quoted, strict=True)):
            if not number or not any(map(str.isalpha, cell)):
                continue  # a header may be quoted otherwise than what stands below it, and so may numbers
            if not is_quoted:
                bare.add(place)
            elif _PLAIN.fullmatch(cell):
                needless[place] += 1
    return not any(place in bare or (times == 1 and bare) for place, times in needless.items())


def quotes_all(form: Form, records: Iterable[Sequence[str]], texts: Iterable[str]) -> bool:
    """Say whether every cell with something in it stands between quotes of this form, which no chance brings about.

    >>> quotes_all(Form(",", "'"), [["Name", "Net"], ["Ann", "1"]], ["'Name','Net'", "'Ann','1'"])
    True
    """
    read = ((cells, _quoted(form, cells, text)) for cells, text in zip(records, texts, strict=True))
    return all(quoted is not None and all(is_quoted or not cell for cell, is_quoted in zip(cells, quoted, strict=True)) for cells, quoted in read)


def unwrapped(line: str) -> str:
    r"""Return a line without the quotes around all of it; a line that is not so quoted stays as it is.

    >>> unwrapped('"1;""Ann; Bob"";2"\r\n'), unwrapped('"1";"2"\n')
    ('1;"Ann; Bob";2\r\n', '"1";"2"\n')
    """
    text = line.rstrip("\r\n")
    inner = text[1:-1].replace('""', "")
    if len(text) < 2 or text[0] != '"' or text[-1] != '"' or '"' in inner:
        return line
    return text[1:-1].replace('""', '"') + line[len(text) :]


def are_wrapped(lines: Sequence[str], delimiters: Sequence[str]) -> bool:
    r"""Say whether each line stands in quotes as a whole, as a spreadsheet saves a file that it took for one column, and has delimiters within.

    >>> are_wrapped(['"Customer;Net"\n', '"Ann;1,50"\n'], ";"), are_wrapped(['"Customer"\n', '"Ann"\n'], ";")
    (True, False)
    """
    filled = [line for line in lines if line.strip()]
    bare = [unwrapped(line) for line in filled]
    return bool(filled) and all(map(str.__ne__, filled, bare)) and any(all(sign in line for line in bare) for sign in delimiters)


def _quoted(form: Form, cells: Sequence[str], text: str) -> list[bool] | None:
    """Which cells of a record are quoted; ``None`` where writing them by the form gives another text."""
    place = 0
    found = []
    for number, cell in enumerate(cells):
        if number:
            if not text.startswith(form.delimiter, place):
                return None
            place += len(form.delimiter)
        bare, within = _written(form, cell)
        after = place + len(within)
        if form.quote and text.startswith(within, place) and (after == len(text) or text.startswith(form.delimiter, after)):
            found.append(True)
            place = after
        elif bare is not None and text.startswith(bare, place):
            found.append(False)
            place += len(bare)
        else:
            return None
    return found if place == len(text) else None


def _written(form: Form, cell: str) -> tuple[str | None, str]:
    """A cell as it is written without quotes (``None``: it cannot be) and within quotes."""
    if form.quote is None:
        return (None if form.delimiter in cell else cell), ""
    needs = form.delimiter in cell or cell.startswith(form.quote) or "\n" in cell or "\r" in cell
    if form.escape:
        within = cell.replace(form.escape, form.escape * 2).replace(form.quote, form.escape + form.quote)
        return (None if needs or form.escape in cell or form.quote in cell else cell), f"{form.quote}{within}{form.quote}"
    return (None if needs else cell), f"{form.quote}{cell.replace(form.quote, form.quote * 2)}{form.quote}"
