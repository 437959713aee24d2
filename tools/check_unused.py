"""Code nobody uses goes: what vulture finds unused in the product, its tools and its measurements.

A template uses what it names; columns of tables are kept for what they record.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from vulture import Vulture

ROOT = Path(__file__).resolve().parent.parent
CODE = (
    "adapters", "bench", "cli", "flows", "migrations/env.py", "queries", "rules", "services",
    "tools", "web",
)  # fmt: skip
CALLED_BY_NAME = ("models",)
"""Read for what it uses; its columns are not looked for."""
BY_DECORATOR = (
    "@router.*", "@*.command*", "@*.callback*", "@flow*", "@task*", "@field_validator*",
    "@model_validator*", "@_phrase*",
)  # fmt: skip
"""What these register is called by FastAPI, Typer, Prefect, pydantic or a table."""
STAYS = {
    "model_config": "pydantic reads it",
    "trace": "an argument that Python's signal handlers are given",
    "on_end": "the form's parser calls it",
    "find_person_data": "tests ask it about words alone",
}
"""Name → why it is no fault."""


def main() -> None:
    found = list(unused(ROOT))
    for fault in found:
        print(fault)
    sys.exit(bool(found))


def unused(root: Path, code: tuple[str, ...] = CODE) -> Iterator[str]:
    """A sentence for each name that nothing uses."""
    vulture = Vulture(ignore_decorators=list(BY_DECORATOR))
    read = (*code, *CALLED_BY_NAME)
    vulture.scavenge([str(root / name) for name in read if (root / name).exists()])
    named = set(re.findall(r"\w+", _elsewhere(root)))
    for item in vulture.get_unused_code(min_confidence=60):
        path = Path(item.filename).resolve().relative_to(root.resolve())
        kept = item.typ == "attribute" or item.name in STAYS or item.name in named
        if not kept and path.parts[0] not in CALLED_BY_NAME:
            yield f"{path}:{item.first_lineno}: nothing uses {item.name} ({item.typ})"


def _elsewhere(root: Path) -> str:
    """What is written outside of Python and names what stands in it."""
    pages = sorted((root / "templates").rglob("*.html"))
    files = [*pages, root / "prefect.yaml", root / "pyproject.toml"]
    return "\n".join(path.read_text(encoding="utf-8") for path in files if path.exists())


if __name__ == "__main__":
    main()
