"""The simulated company, from the shell."""

from __future__ import annotations

from pathlib import Path


def test_demo_builds_a_company_and_says_why_its_profit_fell(goodterms):
    ran = goodterms("demo", "--lines", 2_000, "--seed", 7)
    assert ran.code == 0
    assert ran.out.splitlines()[-1] == "Report: goodterms-demo/report/report.html"
    assert Path("goodterms-demo/report/report.html").is_file()
    assert Path("goodterms-demo/company/policy.toml").is_file()


def test_demo_twice_is_the_same_and_replaces(goodterms):
    first = goodterms("demo", "--lines", 2_000)
    assert goodterms("demo", "--lines", 2_000).out == first.out
