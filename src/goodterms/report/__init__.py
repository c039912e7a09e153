"""Press: a result published as one self-contained page, as tables, as text in a terminal and as JSON.

Cents are made here, once (:mod:`goodterms.charts.printed`); tables and JSON keep full precision.
"""

from goodterms.report.publish import write_report

__all__ = ["write_report"]
