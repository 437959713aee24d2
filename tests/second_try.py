"""A second try, at once, for tests that drive a browser or real processes, and no others.

A file says so by `pytestmark = REAL`. Such a test depends on other programs' time, too; still a
first failure is a fault of the test or of the product, to be found: every second try is named at
the end of the run, with both outcomes.
"""

from typing import Any

import pytest

REAL = pytest.mark.real
MOST_SAID = 160
"""Characters of the first failure that the closing lines repeat."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One more try for what is marked."""
    for item in items:
        if item.get_closest_marker("real"):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What was tried a second time: its name, how it failed first, how it ended."""
    tried = {report.nodeid: report for report in terminalreporter.stats.get("rerun", [])}
    if not tried:
        return
    failed = {
        report.nodeid
        for kind in ("failed", "error")
        for report in terminalreporter.stats.get(kind, [])
    }
    terminalreporter.section("tried a second time: find out why")
    for name, first in tried.items():
        ended = "failed" if name in failed else "passed"
        terminalreporter.line(f"{name}: first {said(first)}; then {ended}")


def said(report: Any) -> str:
    """In which part the test failed, and the last line of what it said."""
    lines = [line for line in str(report.longrepr).splitlines() if line.startswith("E ")]
    last = lines[0][1:].strip() if lines else str(report.longrepr).strip().splitlines()[-1]
    return f"failed in {report.when} ({last[:MOST_SAID]})"
