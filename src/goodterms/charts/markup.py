"""Markup made of elements: what is written into a page is escaped here, once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

_EMPTY = frozenset({"rect", "line", "circle", "path", "meta", "input", "br"})


def element(name: str, /, *inside: str, **attributes: str | int | bool | None) -> str:
    """An element. ``inside`` is markup (put text through :func:`text`); attributes are escaped, left out where None or False, bare where True.

    Examples
    --------
    >>> element("td", text("a < b"), class_="num", data_tip='"x"', hidden=False)
    '<td class="num" data-tip="&quot;x&quot;">a &lt; b</td>'
    >>> element("rect", x="5%", rx=1)
    '<rect x="5%" rx="1"/>'
    """
    said = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(str(value))}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    return f"<{name}{said}/>" if name in _EMPTY else f"<{name}{said}>{''.join(inside)}</{name}>"


def text(words: object) -> str:
    """Text as markup: whatever it holds, it is shown and never obeyed.

    Examples
    --------
    >>> text("</script><b>")
    '&lt;/script&gt;&lt;b&gt;'
    """
    return escape(str(words))


def unseen(words: object) -> str:
    """Text for those who listen instead of look."""
    return element("span", text(words), class_="sr")


def head(inside: str, css: str = "") -> str:
    """The head of a column."""
    return element("th", inside, scope="col", class_=css or None)


def row_head(inside: str, css: str = "") -> str:
    """The head of a row."""
    return element("th", inside, scope="row", class_=css or None)


def cell(inside: str, css: str = "") -> str:
    """A cell."""
    return element("td", inside, class_=css or None)


def figure_cell(words: str, css: str = "") -> str:
    """A cell that holds a figure: to the right, in figures of one width."""
    return cell(text(words), f"num {css}".strip())


def table(caption: str, heads: Iterable[str], rows: Sequence[str], *, css: str = "t") -> str:
    """A table; ``rows`` are whole ``tr`` elements. The caption is for those who listen: a heading stands above for the rest."""
    body = "".join(rows)
    return element("table", element("caption", text(caption), class_="sr"), element("thead", element("tr", *heads)), element("tbody", body), class_=css)
