"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

STRICT = os.environ.get("GOODTERMS_REAL_STRICT") == "1"


def pytest_collection_modifyitems(config, items):
    """Leave the long campaigns to `make torture`."""
    if os.environ.get("GOODTERMS_TORTURE") == "1":
        return
    kept = [item for item in items if not item.get_closest_marker("torture")]
    config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("torture")])
    items[:] = kept


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """In `make real` a skipped test is a failed one."""
    outcome = yield
    report = outcome.get_result()
    if STRICT and report.skipped and item.get_closest_marker("real"):
        report.outcome = "failed"
        report.longrepr = f"make real fails on anything skipped: {report.longrepr}"


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of outside data that GOODTERMS_REAL_DATA names."""
    named = os.environ.get("GOODTERMS_REAL_DATA")
    if not named or not Path(named).is_dir():
        pytest.skip("GOODTERMS_REAL_DATA names no folder of outside data")
    return Path(named)
