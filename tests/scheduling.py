"""Which process of the run gets which tests."""

from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

FLOWS = "tests/flows/"
OWN = FLOWS + "test_processes.py"
"""Starts an installation of its own."""


class ByServer(LoadFileScheduling):
    """A file's tests stay in one process, as do all that use one Prefect server.

    A second server costs half a minute of processor time to start and some of it all along.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return FLOWS if file.startswith(FLOWS) and file != OWN else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByServer | None:
    """For the way `make test` runs; any other is left to pytest-xdist."""
    return ByServer(config, log) if config.getoption("dist") == "loadfile" else None
