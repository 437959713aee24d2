"""What Python's search for garbage leaves alone: all that is there from the beginning to the end.

The search goes through everything that is alive. Modules and collected tests are a million objects
that never die; going through them again and again took a fifth of the suite's processor time.
"""

import gc
from collections.abc import Iterator
from typing import Any

import pytest

MADE_BETWEEN = 50_000
"""A search begins when so many more objects were made than dropped. Python's own number is 700."""

gc.disable()  # while everything is imported and collected


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """From here on garbage is searched for among what is made from here on."""
    yield
    gc.freeze()
    gc.set_threshold(MADE_BETWEEN)
    gc.callbacks.append(_leave_survivors_alone)
    gc.enable()


def _leave_survivors_alone(phase: str, found: dict[str, Any]) -> None:
    """What has outlived a search through everything is not gone through again."""
    if phase == "stop" and found["generation"] == 2:
        gc.freeze()
