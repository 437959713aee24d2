"""Serves the web application in processes that cost a fork: `python -m tests.web.warm_server`.

Reads lines. `start` forks a process that serves as `web.serving` does and answers with its id;
`wait` answers with the exit code of the last one (-9: killed) when it has ended. Importing the
application takes seconds of processor time, which a server that is killed and started again
need not spend each time.
"""

import os
import sys

from adapters.settings import get_settings
from web.app import app
from web.serving import serve
from web.warming import compile_templates


def main() -> None:
    """Carry out orders until there are no more."""
    compile_templates()
    pid = 0
    for line in sys.stdin:
        if line.strip() == "wait":
            answer(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
            continue
        pid = os.fork()
        if pid == 0:
            serve(app, get_settings())
            return
        answer(pid)


def answer(number: int) -> None:
    """One line for who ordered, written at once."""
    os.write(sys.stdout.fileno(), f"{number}\n".encode())


if __name__ == "__main__":
    main()
