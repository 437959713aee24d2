"""The shape of the code in figures: `make shape`.

Prints the sizes of functions, files and packages, the modules of each room, the arrows between
rooms, how many tests and assertions there are, and the sizes of the scripts of the pages.
"""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from tools.script_shape import script_sizes

ROOT = Path(__file__).resolve().parent.parent
CODE = ("adapters", "cli", "flows", "models", "queries", "rules", "services", "web")
ROOMED = ("web", "services", "queries", "rules")
LONG_FILE = 400
"""From more lines on a file is long."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One file and its syntax tree."""

    path: Path
    lines: int
    tree: ast.Module

    @property
    def layer(self) -> str:
        return self.path.parts[0]

    @property
    def room(self) -> str:
        """The folder below the layer; empty for a module directly in its layer."""
        return self.path.parts[1] if len(self.path.parts) > 2 else ""


def read_modules(*folders: str) -> list[Module]:
    """Every module of these folders except empty ones (`__init__.py`)."""
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    texts = {path: path.read_text(encoding="utf-8") for path in paths}
    return [
        Module(path.relative_to(ROOT), text.count("\n"), ast.parse(text))
        for path, text in texts.items()
        if text.strip()
    ]


def main() -> None:
    code, tests = read_modules(*CODE), read_modules("tests")
    figures = sizes(code) | lengths(code, tests) | counts(tests) | script_sizes()
    for name, value in figures.items():
        print(f"{name:<36} {value}")
    for layer in ROOMED:
        inside = [module for module in code if module.layer == layer]
        rooms = Counter(module.room or "(none)" for module in inside)
        arrows = arrows_between(inside)
        print(
            f"\n{layer}: {len(rooms)} rooms, {len(arrows)} arrows, {sum(arrows.values())} imports"
        )
        print("  modules: " + ", ".join(f"{room} {count}" for room, count in sorted(rooms.items())))
        print("  arrows:  " + ", ".join(f"{a} → {b} {n}" for (a, b), n in sorted(arrows.items())))


def sizes(code: list[Module]) -> dict[str, object]:
    """Figures about functions and their parameters."""
    functions = [function for module in code for function in functions_in(module)]
    lines = [lines_of(function) for function in functions]
    longest = max(functions, key=count_parameters)
    return {
        "function lines, median": median(lines),
        "function lines, 95th percentile": round(quantiles(lines, n=20)[-1]),
        "function lines, longest": max(lines),
        "longest parameter list": f"{count_parameters(longest)} ({longest.name})",
        "public docstrings": f"{100 * share_of_docstrings(code):.0f} %",
    }


def lengths(code: list[Module], tests: list[Module]) -> dict[str, object]:
    """Figures about files and packages."""
    packages = Counter(module.path.parent for module in code)
    fullest, modules = packages.most_common(1)[0]
    product, tested = (sum(module.lines for module in part) for part in (code, tests))
    return {
        f"files over {LONG_FILE} lines": sum(module.lines > LONG_FILE for module in code),
        "modules in the fullest package": f"{modules} ({fullest})",
        "lines of code, of tests": f"{product}, {tested} ({tested / product:.2f})",
    }


def counts(tests: list[Module]) -> dict[str, object]:
    """Figures about tests and assertions."""
    nodes = [node for module in tests for node in ast.walk(module.tree)]
    called = Counter(name_of(node.func) for node in nodes if isinstance(node, ast.Call))
    functions = [node for node in nodes if isinstance(node, Function)]
    return {
        "test functions": sum(function.name.startswith("test_") for function in functions),
        "assert statements": sum(isinstance(node, ast.Assert) for node in nodes),
        "expect() and raises()": called["expect"] + called["raises"],
    }


def functions_in(module: Module) -> Iterator[Function]:
    return (node for node in ast.walk(module.tree) if isinstance(node, Function))


def lines_of(function: Function) -> int:
    """The number of lines from the `def` to the end of the body, without decorators."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def count_parameters(function: Function) -> int:
    """The number of parameters without `self` and `cls`."""
    given = function.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    starred = [parameter for parameter in (given.vararg, given.kwarg) if parameter]
    own = [parameter for parameter in named if parameter.arg not in ("self", "cls")]
    return len(own) + len(starred)


def share_of_docstrings(code: list[Module]) -> float:
    """The share of public functions and classes with a docstring, in modules and public classes."""
    public = [node for module in code for node in public_in(module.tree)]
    return sum(ast.get_docstring(node) is not None for node in public) / len(public)


def public_in(tree: ast.Module | ast.ClassDef) -> Iterator[Function | ast.ClassDef]:
    for node in tree.body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public_in(node)


def arrows_between(modules: Iterable[Module]) -> Counter[tuple[str, str]]:
    """(room, room) → number of imports by the first from the second, inside one layer."""
    arrows: Counter[tuple[str, str]] = Counter()
    for module in modules:
        for target in imported(module.tree):
            layer, _, rest = target.partition(".")
            room = rest.partition(".")[0]
            if layer == module.layer and "" not in (room, module.room) and room != module.room:
                arrows[module.room, room] += 1
    return arrows


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def name_of(called: ast.expr) -> str:
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""


if __name__ == "__main__":
    main()
