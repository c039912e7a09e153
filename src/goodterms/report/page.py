"""The page: one file that says why profit moved, through whom, and where the money goes. It needs nothing from any network."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import date
from functools import lru_cache
from importlib.resources import files as resources
from typing import TYPE_CHECKING

from goodterms.analysis.result import Result
from goodterms.charts.bridge import MOST_BARS
from goodterms.charts.markup import element, text
from goodterms.report.answer import answer_section
from goodterms.report.bridge import bridge_section
from goodterms.report.culprits import culprits_section
from goodterms.report.edition import Edition
from goodterms.report.families import families_section
from goodterms.report.files_read import files_section
from goodterms.report.listing import Listing, listing_of, listing_section, pools_data
from goodterms.report.months import months_section
from goodterms.report.pools import pools_section, rates_section
from goodterms.report.silences import silences_section
from goodterms.report.waterfall import waterfall_section
from goodterms.report.whale import whale_section

if TYPE_CHECKING:
    from goodterms.intake import Reading

_CONTENTS = {
    "answer": "The answer",
    "bridge": "Why it moved",
    "like-for-like": "Like for like",
    "waterfall": "Where the money goes",
    "whale": "Who makes the profit",
    "months": "Month by month",
    "families": "Product families",
    "worst-customers": "Ten customers",
    "worst-products": "Ten products",
    "customers": "All customers",
    "products": "All products",
    "pools": "Cost pools",
    "rates": "How costs are shared",
    "missing": "Not in the data",
    "notices": "Worth knowing",
    "files": "Files read",
}
_MARK = '<svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true"><rect width="24" height="24" rx="6"/><path d="M7 16v-4M12 16V8M17 16v-6"/></svg>'
LARGEST = 3_000_000
"""So many bytes a page has at most."""
_ROWS = (10_000, 5_000, 2_500, 1_000, 300)
"""How many rows a list carries: as many as the page has room for, those with the largest effect."""
_EARLY_SCRIPT = 'document.documentElement.className="js"'


def report_page(result: Result, reading: Reading | None = None) -> str:
    """The whole page as text."""
    edition = Edition(result)
    for rows in _ROWS:
        page = _page(edition, reading, rows)
        if len(page.encode()) <= LARGEST:
            break
    return page


def _page(edition: Edition, reading: Reading | None, rows: int) -> str:
    """The page, with so many rows in each list at most."""
    result = edition.result
    listings = [listing_of(parties, edition, rows) for parties in (edition.customers, edition.products) if parties is not None]
    cards = [
        bridge_section(edition),
        waterfall_section(edition),
        whale_section(edition),
        months_section(edition),
        families_section(edition),
        culprits_section(edition),
        *(listing_section(listing, edition) for listing in listings),
        pools_section(edition),
        rates_section(edition),
        silences_section(edition),
        files_section(reading),
    ]
    inside = answer_section(edition) + element("div", *cards, class_="cards") + _end(result)
    return _document(edition, inside, _data(edition, listings))


def _data(edition: Edition, listings: list[Listing]) -> str:
    """What the script reads, as JSON that cannot end its own element."""
    always = {"customer": [c.key for c in edition.result.customers], "product": [c.key for c in edition.result.products]}
    data = {
        "earlier": edition.earlier,
        "later": edition.later,
        "base": edition.base,
        "margin": "Margin" if edition.result.measure != "net sales" else "Sales",
        "bridge": [step.label for step in edition.bridge.steps] if edition.bridge else [],
        "pools": pools_data(edition),
        "lists": [listing.data(edition, listing.parties.details(always[listing.kind])) for listing in listings],
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _end(result: Result) -> str:
    """What stands beside the page."""
    workbook = element("a", "tables.xlsx", href="tables.xlsx")
    tables = element("p", "Beside this page: ", workbook, ", and every table at full precision as CSV and Parquet in the folder tables.")
    sold = result.figures.get("last_sale_day")
    until = f" Sale lines until {sold:%-d %B %Y}." if isinstance(sold, date) else ""
    rounding = "Cents are made once: end points first, parts by largest remainder to what is printed, so that whoever adds up finds no gap."
    return element("footer", tables, element("p", text(f"{rounding}{until}")), element("p", text(f"Goodterms {_version()}")), class_="end")


def _version() -> str:
    from importlib.metadata import version  # noqa: PLC0415  (reads the disk)

    return version("goodterms")


@lru_cache(maxsize=1)
def _style() -> str:
    """The stylesheet, without comments and indentation."""
    sheets = [(resources("goodterms.report") / "report.css"), (resources("goodterms.charts") / "charts.css")]
    whole = "\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
    columns = "".join(f"\n.cols-{n}{{grid-template-columns:repeat({n},minmax(0,1fr))}}" for n in range(2, MOST_BARS + 1))
    return re.sub(r"\n\s*", "\n", re.sub(r"/\*.*?\*/", "", whole + columns, flags=re.DOTALL)).strip()


@lru_cache(maxsize=1)
def _script() -> str:
    """The script, without indentation."""
    whole = (resources("goodterms.report") / "report.js").read_text(encoding="utf-8")
    return re.sub(r"\n\s+", "\n", re.sub(r"^/\*.*?\*/\n", "", whole, flags=re.MULTILINE)).strip()


def _hash(inline: str) -> str:
    """What the policy names an inline style or script by."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()}'"


def _document(edition: Edition, inside: str, data: str) -> str:
    style, script = _style(), _script()
    policy = f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(_EARLY_SCRIPT)} {_hash(script)}; base-uri 'none'; form-action 'none'"
    periods = f"{edition.later} against {edition.earlier}" if edition.earlier else edition.later
    head = [
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="generator", content="Goodterms"),
        element("title", text(f"{edition.result.answer} ({periods})")),
        element("style", style),
        element("script", _EARLY_SCRIPT),
    ]
    there = [(place, name) for place, name in _CONTENTS.items() if f'id="{place}"' in inside]
    contents = element("nav", *(element("a", text(name), href=f"#{place}") for place, name in there), class_="side", aria_label="Contents")
    actions = [
        element("button", "Light or dark", type="button", class_="btn", data_theme_toggle=True),
        element("button", "Print", type="button", class_="btn optional", data_print=True),
    ]
    top = element(
        "header",
        element("span", _MARK, "Goodterms", class_="brand"),
        element("span", text(periods), class_="periods"),
        element("div", *actions, class_="acts scripted"),
        class_="top",
    )
    body = [
        element("a", "Skip to the answer", class_="skip", href="#main"),
        top,
        element("div", contents, element("main", inside, id="main", tabindex=-1), class_="shell"),
        element("div", id="tip", hidden=True),
        element("div", id="live", class_="sr", aria_live="polite"),
        element("script", data, type="application/json", id="data"),
        element("script", script),
    ]
    return f'<!doctype html>\n<html lang="en"><head>{"".join(head)}</head><body>{"".join(body)}</body></html>\n'
