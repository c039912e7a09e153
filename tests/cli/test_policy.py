"""Checking a policy from the shell: what each pool is shared by, at which rate, and what stays unassigned."""

from __future__ import annotations

from pathlib import Path


def test_every_pool_is_said_with_its_rate(goodterms, invoices, costs, policy):
    ran = goodterms("policy", "check", policy, invoices, "--costs", costs)
    assert (ran.code, ran.err) == (0, "")
    desk = [line.split() for line in ran.out.splitlines() if line.startswith("Order desk")]
    assert len(desk) == 2
    assert all(len(words) >= 6 for words in desk)
    assert "0.00 stays unassigned" in ran.out
    assert not Path("goodterms-report").exists()


def test_a_pool_that_the_policy_does_not_name_is_said_with_what_it_costs(goodterms, invoices, costs, policy):
    costs.write_text(costs.read_text("utf-8") + "2023-01,4900,Office,Fax machine,12.50\n", "utf-8")
    ran = goodterms("policy", "check", policy, invoices, "--costs", costs)
    assert ran.code == 1
    assert "12.50 stays unassigned" in ran.out
    assert 'The policy says nothing of the pool "Fax machine"' in ran.out.replace("\n", " ")


def test_a_pool_below_zero_is_said(goodterms, invoices, costs, policy):
    costs.write_text(costs.read_text("utf-8") + "2023-01,4900,Office,Fax machine,-12.50\n", "utf-8")
    assert "Below zero: Fax machine." in goodterms("policy", "check", policy, invoices, "--costs", costs).out
    assert "Below zero" not in goodterms("policy", "check", policy, invoices).out


def test_a_policy_that_cannot_be_meant_is_refused_before_anything_is_read(goodterms, invoices, costs, policy):
    policy.write_text(policy.read_text("utf-8").replace("driver", "drivr", 1), "utf-8")
    ran = goodterms("policy", "check", policy, invoices, "--costs", costs)
    assert ran.code == 2
    assert "drivr" in ran.err
