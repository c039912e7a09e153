"""Currencies: which one amounts are in, at which rate, brought to the reporting one."""
