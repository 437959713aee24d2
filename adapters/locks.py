"""Whether a lock of the data folder is held. Asking neither makes nor changes a file."""

import fcntl
from pathlib import Path

DISPATCHER = "dispatcher.lock"
"""The lock in the data folder that a dispatcher holds as long as it lives."""


def is_held(lock: Path) -> bool:
    """Whether some process holds the lock now. The kernel frees a lock when its process ends."""
    try:
        with lock.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False
