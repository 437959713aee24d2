"""Fails when a script of the pages is not plain ES5, which old phones run (decision 0019)."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from calmjs.parse import es5
from calmjs.parse.exceptions import ECMASyntaxError

FOLDER = Path(__file__).resolve().parent.parent / "web" / "static"
CONTINUED = re.compile(r"\\$", re.MULTILINE)


def main() -> None:
    faults = [
        f"{path.relative_to(FOLDER.parent.parent)}: {fault}"
        for path in sorted(FOLDER.rglob("*.js"))
        for fault in faults_of(path.read_text(encoding="utf-8"))
    ]
    for fault in faults:
        print(fault)
    sys.exit(bool(faults))


def faults_of(script: str) -> Iterator[str]:
    """A sentence for each thing that old phones do not understand or the server does not serve."""
    try:
        es5(script)
    except ECMASyntaxError as fault:
        yield f"not ES5: {fault}"
    if CONTINUED.search(script):
        yield "a text goes over the end of a line, which web.edge.pages.static_files would break"


if __name__ == "__main__":
    main()
