"""Whether a lock of the data folder is held, asked without making or changing a file."""

import fcntl
from pathlib import Path

DISPATCHER = "dispatcher.lock"
"""In the data folder; a dispatcher holds it as long as it lives."""


def is_held(lock: Path) -> bool:
    """Whether some process holds the lock now; the kernel frees it with the process."""
    try:
        with lock.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False
