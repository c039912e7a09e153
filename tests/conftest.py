"""What every test may ask for, and what a skipped test means."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")  # how fast a machine is decides no test

REAL_STRICT = os.environ.get("GOODTERMS_REAL_STRICT") == "1"
BROWSER_STRICT = os.environ.get("GOODTERMS_REQUIRE_BROWSER") == "1"


def pytest_collection_modifyitems(config, items):
    """Leave the long campaigns to `make torture`."""
    if os.environ.get("GOODTERMS_TORTURE") == "1":
        return
    campaigns = [item for item in items if item.get_closest_marker("torture")]
    config.hook.pytest_deselected(items=campaigns)
    items[:] = [item for item in items if item not in campaigns]


def pytest_collection_finish(session):
    """What was collected stays until the end: the search for what may go need not pass through thousands of tests each time."""
    gc.collect()
    gc.freeze()


def _fail_if_skipped(report, *, real, browser):
    """Turn a skipped test into a failed one where its absence would hide something."""
    if not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    if REAL_STRICT and real:
        report.outcome = "failed"
        report.longrepr = f"make real fails on anything skipped: {reason}"
    elif BROWSER_STRICT and browser:
        report.outcome = "failed"
        report.longrepr = f"GOODTERMS_REQUIRE_BROWSER=1 fails a browser test that is skipped: {reason}"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """In `make real` a skipped test on outside data is a failed one, and in `.ci/run` a skipped browser test is."""
    outcome = yield
    real, browser = (item.get_closest_marker(name) or name in item.path.parts for name in ("real", "browser"))
    _fail_if_skipped(outcome.get_result(), real=real, browser=browser)


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector):
    """The same for a whole module that skips itself."""
    outcome = yield
    parts = collector.path.parts
    _fail_if_skipped(outcome.get_result(), real="real" in parts, browser="browser" in parts)


class _NamesFailures:
    """A failure is named when it happens, also where tests run side by side: a whole run takes long."""

    def __init__(self, plugins):
        self.plugins = plugins

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.plugins.get_plugin("terminalreporter").write_line(f"\n{report.when} failed: {report.nodeid}")


def pytest_configure(config):
    """Names failures where a terminal is written to, which no worker does."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_NamesFailures(config.pluginmanager))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of outside data that GOODTERMS_REAL_DATA names."""
    named = os.environ.get("GOODTERMS_REAL_DATA")
    if not named or not Path(named).is_dir():
        pytest.skip("GOODTERMS_REAL_DATA names no folder of outside data")
    return Path(named)
