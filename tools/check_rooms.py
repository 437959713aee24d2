"""Fails when a module lies in no room (docs/architecture.md).

A room is the folder of one noun, the same in every layer. The check also fails when a room of the
pages imports the routes of another room.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = frozenset(
    {
        "accounts",
        "assignments",
        "campaigns",
        "filling",
        "forms",
        "messages",
        "reports",
        "review",
        "units",
        "workbooks",
    }
)
"""The rooms. docs/architecture.md says what is in each."""
MORE = {
    "web": {"edge"},
    "templates/pages": {"edge"},
    "tests/web": {"edge"},
    "rules": {"dates", "sentences"},
    "tests/rules": {"dates", "sentences"},
}
"""Layer → the rooms that only this layer has."""
LAYERS = ("web", "services", "queries", "rules")
OUTSIDE = {"web/app.py", "web/serving.py", "web/warming.py"}
"""The modules in which all rooms come together."""


def main() -> None:
    faults = [*misplaced(ROOT), *foreign_routes(ROOT)]
    for fault in faults:
        print(fault)
    sys.exit(bool(faults))


def misplaced(root: Path) -> Iterator[str]:
    """A sentence for each module, page and test that lies in no room."""
    for layer in LAYERS:
        yield from _outside(root, layer, "*.py")
        yield from _outside(root, f"tests/{layer}", "test_*.py")
    yield from _outside(root, "templates/pages", "*.html")


def _outside(root: Path, layer: str, pattern: str) -> Iterator[str]:
    rooms = ROOMS | MORE.get(layer, set())
    for path in sorted((root / layer).rglob(pattern)):
        place = path.relative_to(root / layer)
        name = str(path.relative_to(root))
        room = place.parts[0] if len(place.parts) > 1 else ""
        if room not in rooms and path.name != "__init__.py" and name not in OUTSIDE:
            yield f"{name} lies in no room; {layer} has {', '.join(sorted(rooms))}."


def foreign_routes(root: Path) -> Iterator[str]:
    """A sentence for each import of a module with routes into another room of the pages."""
    trees = {
        path.relative_to(root): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted((root / "web").rglob("*.py"))
    }
    routes = {".".join(path.with_suffix("").parts) for path in trees if _has_routes(trees[path])}
    for path, tree in trees.items():
        if str(path) in OUTSIDE:
            continue
        for name in sorted(set(_imported(tree)) & routes):
            if name.split(".")[1] not in ("edge", path.parts[1]):
                yield f"{path} imports {name}, which has the routes of another room."


def _has_routes(tree: ast.Module) -> bool:
    made = (node.value for node in tree.body if isinstance(node, ast.Assign))
    return any(
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Name)
        and value.func.id == "APIRouter"
        for value in made
    )


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


if __name__ == "__main__":
    main()
