"""A card of the page: a heading that says what was found, what is measured, and the picture or table under it."""

from __future__ import annotations

from goodterms.charts.markup import element, text


def card(place: str, title: str, note: str, *body: str, wide: int = 12, footer: str = "", beside: str = "") -> str:
    """A card.

    Parameters
    ----------
    place
        Its name in the page: the table of contents leads there.
    wide
        How many of twelve columns it takes.
    footer
        One sentence on what to read from it, as markup.
    beside
        What stands right of the heading, as markup.
    """
    said = element("div", element("h2", text(title), id=f"h-{place}"), element("p", text(note)) if note else "")
    foot = element("div", footer, class_="foot") if footer else ""
    return element("section", element("header", said, beside), *body, foot, class_=f"card w{wide}", id=place, aria_labelledby=f"h-{place}")


def switch() -> str:
    """The choice between picture and table; without scripts both are shown."""
    buttons = [
        element("button", name, type="button", data_show=name.lower(), aria_pressed="true" if name == "Chart" else "false") for name in ("Chart", "Table")
    ]
    return element("div", *buttons, class_="seg", role="group", aria_label="Show as")


def chart_and_table(chart: str, twin: str) -> str:
    """A picture and its table; narrow screens and those who choose it see the table."""
    return element("div", element("div", chart, class_="as-chart"), element("div", twin, class_="as-table"), class_="both")


def scrolled(inside: str, label: str) -> str:
    """A table that may be wider than its card: it scrolls by itself, and by keyboard."""
    return element("div", inside, class_="tw", tabindex=0, role="group", aria_label=label)


def sums_in(currency: str | None) -> str:
    """How the unit of sums is said."""
    return f"in {currency}" if currency else "in the currency of the files"
