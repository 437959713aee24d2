"""Fails when vulture finds unused code in the product, its tools and its measurements.

A name in a template counts as a use. Columns of tables stay, whoever reads them.
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
"""Folders that are read for what they use, while their own names are not checked."""
BY_DECORATOR = (
    "@router.*", "@*.command*", "@*.callback*", "@flow*", "@task*", "@field_validator*",
    "@model_validator*", "@_phrase*",
)  # fmt: skip
"""Decorators whose functions are called by FastAPI, Typer, Prefect, pydantic or a table."""
STAYS = {
    "model_config": "pydantic reads it",
    "load_bytecode": "Jinja calls it",
    "dump_bytecode": "Jinja calls it",
    "trace": "an argument that Python's signal handlers are given",
    "on_end": "the form's parser calls it",
    "find_person_data": "tests ask it about words alone",
}
"""Unused name → why it stays."""


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
    """The texts outside Python that name Python objects."""
    pages = sorted((root / "templates").rglob("*.html"))
    files = [*pages, root / "prefect.yaml", root / "pyproject.toml"]
    return "\n".join(path.read_text(encoding="utf-8") for path in files if path.exists())


if __name__ == "__main__":
    main()
