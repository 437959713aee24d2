"""Web processes and dispatchers that cost a fork: `python -m tests.warm_parts`.

Reads names, such as `web-2` or `dispatcher`, and answers each with the id of a process that works
as `jieli run` would have it work. The web processes take newcomers from one socket, whose port is
`JIELI_WEB_PORT`. Importing the application and Prefect takes seconds of processor time, which four
processes need not spend each.
"""

import os
import sys
from pathlib import Path

from adapters.listening import listening
from adapters.machines import PROGRAM
from adapters.settings import get_settings
from flows import dispatch
from web.app import app
from web.serving import serve


def main() -> None:
    """Carry out orders until there are no more."""
    settings = get_settings()
    listener = listening(settings.host, settings.web_port)
    for line in sys.stdin:
        name = line.strip()
        pid = os.fork()
        if pid:
            os.write(sys.stdout.fileno(), f"{pid}\n".encode())
            continue
        os.environ[PROGRAM] = name
        if name.startswith("web"):
            serve(app, settings, listener, Path(settings.data_dir / f"{name}.ready"))
        else:
            dispatch.main(name)
        return


if __name__ == "__main__":
    main()
