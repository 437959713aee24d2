"""Fails when a document names a file, module, make target, command or link that is not there."""

import importlib.util
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from typer.main import get_command

from cli.main import app

ROOT = Path(__file__).resolve().parent.parent
LAYERS = (
    "adapters", "bench", "cli", "flows", "models", "queries", "rules", "services", "tests",
    "tools", "web",
)  # fmt: skip
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
PATH = re.compile(rf"(?:{'|'.join(LAYERS)}|docs|data|samples|templates|locale)/[\w./*{{}},-]*")
DOTTED = re.compile(rf"(?:{'|'.join(LAYERS)})(?:\.\w+)+")
TARGET = re.compile(r"^([a-z]+):", re.MULTILINE)
FENCED = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
MADE = re.compile(r"^(?:.*[|;&] *)?make ([a-z]+)\b", re.MULTILINE)
CALLED = re.compile(r"(?:^|/bin/)jieli ([a-z][a-z-]*)\b", re.MULTILINE)


def main() -> None:
    faults = [
        f"{path.relative_to(ROOT)}: {fault}"
        for path in documents()
        for fault in faults_in(path.read_text(encoding="utf-8"), path.parent)
    ]
    for fault in faults:
        print(fault)
    sys.exit(bool(faults))


def documents() -> list[Path]:
    """All documents except the changes, which tell of earlier states."""
    own = [path for path in ROOT.glob("*.md") if path.name != "CHANGELOG.md"]
    return sorted([*own, *(ROOT / "docs").rglob("*.md")])


def faults_in(text: str, folder: Path) -> Iterator[str]:
    """A sentence for each thing that `text`, a document in `folder`, names and that is missing."""
    for link in sorted(set(LINK.findall(text))):
        if "://" not in link and not link.startswith("mailto:") and not (folder / link).exists():
            yield f"the link to {link} leads nowhere"
    spans = sorted(set(CODE.findall(text)))
    yield from _uncalled([*spans, *FENCED.findall(text)])
    for said in spans:
        if PATH.fullmatch(said) and not _is_file(said):
            yield f"there is no {said}"
        elif DOTTED.fullmatch(said) and not _is_name(said):
            yield f"no module has {said}"


def _uncalled(commands: list[str]) -> Iterator[str]:
    """A sentence for each make target and `jieli` command that is not there."""
    targets = set(TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")))
    known = set(get_command(app).commands)  # type: ignore[attr-defined]
    for pattern, names, what in ((MADE, targets, "make"), (CALLED, known, "jieli")):
        called = {name for command in commands for name in pattern.findall(command)}
        yield from (f"{what} knows no {name}" for name in sorted(called - names))


def _is_file(said: str) -> bool:
    name = said.rstrip("/")
    return (ROOT / name).exists() or any(ROOT.glob(re.sub(r"\{[^}]*\}", "*", name)))


def _is_name(said: str) -> bool:
    """Whether `said` is the name of a module, or a name in a module or class."""
    parts = said.split(".")
    for length in range(len(parts), 0, -1):
        module = ".".join(parts[:length])
        if _is_module(module):
            return _has(import_module(module), parts[length:])
    return False


def _is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _has(found: object, names: list[str]) -> bool:
    for name in names:
        annotated = name in getattr(found, "__annotations__", {})
        if not hasattr(found, name) and not annotated:
            return False
        found = getattr(found, name, None)
    return True


if __name__ == "__main__":
    main()
