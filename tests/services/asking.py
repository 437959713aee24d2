"""Reads the services: which functions the edges call, which of them write, which ask the table."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EDGES = ("web", "cli", "flows")
WRITING = {"insert", "update", "delete", "insert_into"}
"""What makes a statement that writes."""
KEEPING = {"add", "add_all", "delete", "flush"}
"""Methods of a session that write."""
ASKING = {"require", "may"}

Name = tuple[str, str]
"""Module and function."""


@dataclass
class Function:
    """What one function of a service says."""

    actor: bool
    writes: bool
    asks: bool
    calls: set[Name] = field(default_factory=set)


def read_services(root: Path = ROOT) -> dict[Name, Function]:
    """Every function of the services, with what it does itself and through those it calls."""
    sources = {module_of(path, root): path.read_text() for path in paths(root, "services")}
    return read(sources)


def read(sources: Mapping[str, str]) -> dict[Name, Function]:
    """The same of modules given as text."""
    found: dict[Name, Function] = {}
    for module, text in sources.items():
        tree = ast.parse(text)
        known = {**_defined(tree, module), **_imported(tree)}
        constants = _writing_constants(tree)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                found[module, node.name] = _function(node, known, constants)
    _spread(found)
    return found


def called_by_edges(root: Path = ROOT, edges: Iterable[str] = EDGES) -> set[Name]:
    """Functions of services that a page, a command or a flow names."""
    named: set[Name] = set()
    for path in (path for edge in edges for path in paths(root, edge)):
        tree = ast.parse(path.read_text())
        imported = _imported(tree)
        named |= set(_resolved(tree, imported))
        named |= set(imported.values())
    return named


def paths(root: Path, folder: str) -> list[Path]:
    return sorted((root / folder).rglob("*.py"))


def module_of(path: Path, root: Path) -> str:
    return ".".join(path.relative_to(root).with_suffix("").parts)


def _function(node: ast.FunctionDef, known: Mapping[str, Name], constants: set[str]) -> Function:
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    methods = {
        part.attr
        for part in ast.walk(node)
        if isinstance(part, ast.Attribute)
        and isinstance(part.value, ast.Name)
        and part.value.id == "session"
    }
    return Function(
        actor=any(argument.arg == "actor" for argument in node.args.kwonlyargs),
        writes=bool(methods & KEEPING or names & (WRITING | constants)),
        asks=bool(names & ASKING),
        calls=set(_resolved(node, known)),
    )


def _spread(found: dict[Name, Function]) -> None:
    """A function writes, and asks, when one that it calls does."""
    before = -1
    while before != (before := sum(function.writes + function.asks for function in found.values())):
        for function in found.values():
            called = [found[name] for name in function.calls if name in found]
            function.writes |= any(inner.writes for inner in called)
            function.asks |= any(inner.asks for inner in called)


def _defined(tree: ast.Module, module: str) -> dict[str, Name]:
    return {
        node.name: (module, node.name) for node in tree.body if isinstance(node, ast.FunctionDef)
    }


def _imported(tree: ast.Module) -> dict[str, Name]:
    """Name here → module and name there; of a module, its package and its name."""
    return {
        alias.asname or alias.name: (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("services.")
        for alias in node.names
    }


def _resolved(tree: ast.AST, known: Mapping[str, Name]) -> Iterator[Name]:
    """The functions that are named inside `tree`: `f`, or `module.f`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in known:
            yield known[node.id]
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            package = known.get(node.value.id)
            if package:
                yield ".".join(package), node.attr


def _writing_constants(tree: ast.Module) -> set[str]:
    """Statements that are built once: `_SET_ONE = update(…)`."""
    return {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and _names(node.value) & WRITING
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def unasked(found: Mapping[Name, Function], acts: Iterable[Name]) -> list[str]:
    """The acts that write without a keyword `actor`, or without asking the table."""
    return sorted(
        ".".join(name)
        for name in acts
        if name in found and found[name].writes and not (found[name].actor and found[name].asks)
    )
