"""What `tests/scheduling.py` asks of pytest-xdist, which brings no types."""

import pytest

class LoadFileScheduling:
    def __init__(self, config: pytest.Config, log: object = None) -> None: ...
    def _split_scope(self, nodeid: str) -> str: ...
