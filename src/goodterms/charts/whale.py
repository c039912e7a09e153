"""The whale curve as a picture: cumulative profit over customers ranked best to worst."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from goodterms.analysis.result import Whale
from goodterms.charts.drawing import Scale, hit, marked, path, plot, stretched, tick_below, ticks, tip, written
from goodterms.charts.figures import NBSP, counted, percent, short_money
from goodterms.charts.markup import element, figure_cell, head, row_head, table, text
from goodterms.facts.money import cents, in_words

_HEIGHT = 246
_TOP, _BOTTOM = 18, _HEIGHT - 24
_WALKED = 24
"""How many points carry their figure; a curve of 400 has too many to walk."""


def whale_title(whale: Whale) -> str:
    """What the curve says, in one sentence."""
    making = f"{counted(whale.peak_rank, 'customer')} make{'s' if whale.peak_rank == 1 else ''}"
    if not whale.losers:
        return f"No customer loses money: {making} {short_money(whale.peak)} of {whale.measure}"
    losing = short_money(-whale.losses)
    if not whale.peak_rank:
        return f"No customer earns: {counted(whale.losers, 'customer')} lose{'s' if whale.losers == 1 else ''} {losing}"
    taking = f"{whale.losers:,} take{'s' if whale.losers == 1 else ''} {losing} away"
    near = whale.peak_share is not None and whale.peak_share < Decimal("1.1")
    made = short_money(whale.peak) if whale.peak_share is None else f"{percent(whale.peak_share, places=1 if near else 0)} of the {whale.measure}"
    return f"{making} {made}, {taking}"


def whale_chart(whale: Whale, earlier: Whale | None = None, *, currency: str | None = None) -> str:
    """Draw the curve, with the earlier period's in grey. x is the share of customers, y money: the picture stands where the total is a loss too."""
    if not whale.points or not whale.customers:
        return ""
    curves = [w for w in (earlier, whale) if w and w.points]
    levels = [0.0, *(float(amount) for w in curves for _rank, amount in w.points)]
    at = ticks(min(levels), max(levels))
    y = Scale(at[0], at[-1], _BOTTOM, _TOP)
    curve = _places(whale, y)
    peak = max(range(len(curve)), key=lambda i: whale.points[i - 1][1] if i else Decimal(0))
    shapes = [_area("pos", curve[: peak + 1], y(0)), _area("neg", curve[peak:], y(0))]
    if earlier and earlier.points:
        shapes.append(element("path", class_="line last", d=path(_places(earlier, y))))
    shapes += [element("path", class_=f"line {css}", d=path(part)) for css, part in (("pos", curve[: peak + 1]), ("neg", curve[peak:])) if len(part) > 1]
    places = ((0, "start"), (20, "middle"), (40, "middle odd"), (60, "middle"), (80, "middle odd"), (100, "end"))
    inside = [
        stretched(shapes, _HEIGHT),
        marked(*curve[peak], short_money(whale.peak), above=True),
        marked(*curve[-1], short_money(whale.total), above=curve[-1][1] > _BOTTOM - 26) if peak < len(curve) - 1 else "",
        *(tick_below(share, _HEIGHT - 4, f"{share}{NBSP}%", css) for share, css in places),
        *_hits(whale),
    ]
    money = f" in {currency}" if currency else ""
    label = f"Whale curve of {whale.period}: cumulative {whale.measure}{money}, customers from best to worst. {whale_title(whale)}. Arrow keys walk the points."
    return plot(at, y, short_money, inside, height=_HEIGHT, label=label)


def _places(whale: Whale, y: Scale) -> list[tuple[float, float]]:
    return [(0.0, y(0)), *((rank / whale.customers * 100, y(amount)) for rank, amount in whale.points)]


def _area(css: str, part: Sequence[tuple[float, float]], zero: float) -> str:
    closed = f"{path(part)}L{written(part[-1][0])},{written(zero)}L{written(part[0][0])},{written(zero)}Z"
    return element("path", class_=f"fill {css}", d=closed)


def _hits(whale: Whale) -> list[str]:
    walked: Sequence[tuple[int, Decimal]] = whale.points
    if len(walked) > _WALKED:
        walked = [walked[round(i * (len(walked) - 1) / (_WALKED - 1))] for i in range(_WALKED)]
    width = 100 / len(walked)
    return [
        hit(
            max(0, min(100 - width, rank / whale.customers * 100 - width / 2)),
            width,
            _BOTTOM,
            tip(f"The best {counted(rank, 'customer')}", in_words(cents(amount))),
        )
        for rank, amount in walked
    ]


def whale_figures(whale: Whale) -> list[tuple[str, str]]:
    """The curve's figures, each with its name: what stands beside the picture and in the terminal."""
    flat = whale.customers - whale.peak_rank - whale.losers
    figures = [
        ("Customers", f"{whale.customers:,}"),
        (f"Total {whale.measure}", in_words(cents(whale.total))),
        *([("Own group, not on the curve", in_words(cents(whale.own_group)))] if whale.own_group else []),
        ("Peak of the curve", in_words(cents(whale.peak))),
        ("Peak as a share of the total", percent(whale.peak_share) if whale.peak_share is not None else "none: the total is not above 0"),
        ("Customers up to the peak", f"{whale.peak_rank:,}"),
        *([("Customers at zero", f"{flat:,}")] if flat > 0 else []),
        ("Customers below zero" if whale.measure == "net sales" else "Customers that lose money", f"{whale.losers:,}"),
        ("Their sum" if whale.measure == "net sales" else "What they lose", in_words(cents(whale.losses))),
        ("Loss as a share of the peak", percent(whale.loss_share)),
    ]
    if whale.hhi is not None:
        figures.append(("Concentration of sales (HHI)", f"{whale.hhi:.4f}"))
    return figures


def whale_table(whale: Whale, earlier: Whale | None, *, caption: str) -> str:
    """The curve's figures of both periods as a table."""
    columns = [w for w in (earlier, whale) if w]
    by_column = [dict(whale_figures(w)) for w in columns]
    names = list(dict.fromkeys(name for figures in reversed(by_column) for name in figures))
    rows = [element("tr", row_head(text(name)), *(figure_cell(figures.get(name, "")) for figures in by_column)) for name in names]
    return table(caption, [head("Figure"), *(head(text(w.period), "num") for w in columns)], rows, css="t plain")
