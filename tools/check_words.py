"""One word, one thing: compares the public names of the code with docs/words.md.

The check fails for a name that means two things, for a name with a word that is Prefect's, and
for a word of the document that no name of the code uses.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORDS = ROOT / "docs" / "words.md"
LAYERS = ("models", "rules", "queries", "services", "adapters", "web", "flows", "cli")
PREFECTS = frozenset({"task", "flow", "deployment"})
"""Words that mean Prefect's things, and that names outside flows/ and cli/ must not use."""
STARTS_PREFECT = frozenset({"flows", "cli"})


@dataclass(frozen=True)
class Name:
    """A public class, function, module or script, or a value of an enumeration."""

    kind: str
    text: str
    path: Path

    @property
    def layer(self) -> str:
        return self.path.parts[0]

    @property
    def words(self) -> set[str]:
        """The words of the name in small letters, the same for `ReviewBatch` and `review_batch`."""
        apart = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", self.text)
        return set(apart.lower().split("_"))


def main() -> None:
    names = list(read_names(ROOT))
    faults = [*said_twice(names), *prefects(names), *unused(names, WORDS.read_text("utf-8"))]
    for fault in faults:
        print(fault)
    sys.exit(bool(faults))


def read_names(root: Path) -> Iterator[Name]:
    for layer in LAYERS:
        for path in sorted((root / layer).rglob("*.py")):
            place = path.relative_to(root)
            yield Name("module", path.stem, place)
            yield Name("room", path.parent.name, place)
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name[0] != "_":
                    kind = "class" if isinstance(node, ast.ClassDef) else "function"
                    yield Name(kind, node.name, place)
                    yield from (Name("value", text, place) for text in _values(node))
    for path in sorted((root / "web" / "static").rglob("*.js")):
        yield from (Name("script", text, path) for text in (path.stem, path.parent.name))


def _values(node: ast.ClassDef | ast.FunctionDef) -> Iterator[str]:
    """The names of a class's values, which are in capitals."""
    for inner in node.body:
        target = inner.targets[0] if isinstance(inner, ast.Assign) else None
        if isinstance(target, ast.Name) and target.id.isupper():
            yield target.id


def said_twice(names: list[Name]) -> Iterator[str]:
    """A sentence for each class name and each query name that stands twice."""
    known: dict[str, list[Path]] = defaultdict(list)
    for name in names:
        if name.kind == "class" or (name.kind == "function" and name.layer == "queries"):
            known[name.text].append(name.path)
    for text, paths in sorted(known.items()):
        if len(paths) > 1:
            yield f"{text} means {len(paths)} things: {', '.join(map(str, paths))}"


def prefects(names: list[Name]) -> Iterator[str]:
    for name in names:
        if name.layer not in STARTS_PREFECT and name.words & PREFECTS:
            yield f"{name.path}: {name.text} uses a word of Prefect's"


def unused(names: list[Name], document: str) -> Iterator[str]:
    """A sentence for each word of the document's tables that no name of the code has."""
    used = set[str]().union(*(name.words for name in names))
    for word in documented(document):
        parts = {part.removesuffix("s") for part in re.split(r"[ -]", word)}
        if not parts <= {used_word.removesuffix("s") for used_word in used}:
            yield f"docs/words.md: no name of the code says {word!r}"


def documented(document: str) -> Iterator[str]:
    """The words in the first column of every table of the document."""
    for line in document.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 3 and cells[1] not in ("in code", "---"):
            yield from (word.strip() for word in re.split(r"[,/]", cells[1]))


if __name__ == "__main__":
    main()
