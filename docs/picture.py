"""Draws `docs/picture.svg`: the bridge of the simulated company, as the README shows it. Run it again when the charts or the company change."""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from pathlib import Path

import goodterms
from goodterms.analysis.result import Bridge, BridgeStep
from goodterms.charts.bridge import bridge_chart, is_cut
from goodterms.charts.markup import text
from goodterms.charts.printed import PrintedBridge, printed_bridge
from goodterms.demo import build_company

WIDTH, HEIGHT, LABELS, TITLE = 960, 270, 156, 84
STYLE = """
svg {
  --pos: #0a6b62; --pos-fill: #19897d; --neg: #b23a0e; --neg-fill: #dd6232; --tot-fill: #4a5460;
  --text: #15181c; --text-2: #454c55; --line-2: #d5d9de; --paper: #ffffff;
}
@media (prefers-color-scheme: dark) {
  svg {
    --pos: #45c4b5; --pos-fill: #2fa899; --neg: #ff9466; --neg-fill: #e8743f; --tot-fill: #8b95a1;
    --text: #eceef1; --text-2: #b4bbc4; --line-2: #343b44; --paper: #14171c;
  }
}
text { font: 12px Inter, system-ui, sans-serif; fill: var(--text-2) }
.paper { fill: var(--paper) } .title { font-size: 18px; font-weight: 600; fill: var(--text) } .label { text-anchor: end }
.axis, .conn { stroke: var(--line-2); shape-rendering: crispEdges } .brk line { stroke: var(--paper); stroke-width: 2.5 }
.wf text { text-anchor: middle; font-weight: 500 } .tot text { fill: var(--text) } .pos text { fill: var(--pos) } .neg text { fill: var(--neg) }
.tot .mark { fill: var(--tot-fill) } .pos .mark { fill: var(--pos-fill) } .neg .mark { fill: var(--neg-fill) }
"""


def told_short(bridge: Bridge) -> Bridge:
    """The same bridge with all steps of cost to serve in two bars: what a unit of work costs, and how much of it there was."""
    steps = {step.step: step for step in bridge.steps if not step.step.endswith((": rate", ": activity"))}
    for ending, label in ((": rate", "Cost to serve: per unit of work"), (": activity", "Cost to serve: amount of work")):
        steps[ending] = BridgeStep(ending, label, sum(step.amount for step in bridge.steps if step.step.endswith(ending)))
    return replace(bridge, steps=tuple(steps.values()))


def drawn(bridge: PrintedBridge, sentence: str, below_it: str) -> str:
    """The chart with its title above and slanted labels below, as one picture that stands alone."""
    chart = re.match(r"<svg.*?</svg>", bridge_chart(bridge), re.DOTALL)[0]
    chart = re.sub(r'<rect class="hit"[^>]*/>| tabindex="0"| aria-label="[^"]*"| data-points', "", chart)  # a picture answers no pointer and no key
    chart = chart.replace('width="100%"', f'y="{TITLE}" width="{WIDTH}"', 1)
    names = [bridge.earlier, *(step.label for step in bridge.steps), bridge.later]
    share = WIDTH / len(names)
    below = TITLE + HEIGHT + 14
    labels = "".join(
        f'<text class="label" transform="translate({(i + 0.6) * share:.1f} {below}) rotate(-38)">{text(name)}</text>' for i, name in enumerate(names)
    )
    whole = TITLE + HEIGHT + LABELS
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-70 0 {WIDTH + 90} {whole}" role="img">',
            f"<title>{text(sentence)}</title>",
            f"<style>{STYLE}</style>",
            f'<rect class="paper" x="-70" width="{WIDTH + 90}" height="{whole}" rx="8"/>',
            f'<text class="title" x="-46" y="38">{text(sentence)}</text>',
            f'<text x="-46" y="60">{text(below_it)}</text>',
            chart,
            labels,
            "</svg>\n",
        ]
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        company = build_company(Path(folder))
        reading = goodterms.read(
            company.sale_files, costs=[company.costs], activities=[company.activities], products=[company.products], customers=[company.customers]
        )
        result = goodterms.analyse(reading, policy=goodterms.Policy.load(company.policy))
    bridge = printed_bridge(told_short(result.bridge))
    title = result.answer.rpartition(", from ")[0]
    subtitle = f"{bridge.measure.capitalize()} of the simulated company that make demo builds{'; the axis is cut' if is_cut(bridge) else ''}."
    Path(__file__).with_suffix(".svg").write_text(drawn(bridge, title, subtitle), encoding="utf-8")
