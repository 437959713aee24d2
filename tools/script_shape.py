"""The sizes of the scripts of the pages, for `make shape`."""

from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from calmjs.parse import es5
from calmjs.parse.asttypes import ExprStatement, FuncBase, FunctionCall, GroupingOp
from calmjs.parse.walkers import Walker

from tools.check_scripts import FOLDER


def script_sizes(folder: Path = FOLDER) -> dict[str, object]:
    """Lines of the script files, and lines of their functions."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in folder.rglob("*.js")}
    lines = {name: text.count("\n") for name, text in texts.items()}
    functions = [length for text in texts.values() for length in function_lines(text)]
    longest = max(lines, key=lines.__getitem__)
    return {
        "scripts, their lines": f"{len(lines)}, {sum(lines.values())}",
        "lines a script, median": median(lines.values()),
        "lines a script, 95th percentile": round(quantiles(lines.values(), n=20)[-1]),
        "lines a script, longest": f"{lines[longest]} ({longest})",
        "functions of scripts": len(functions),
        "lines a script function, median": median(functions),
        "lines a script function, 95th perc.": round(quantiles(functions, n=20)[-1]),
        "lines a script function, longest": max(functions),
    }


def function_lines(script: str) -> Iterator[int]:
    """The lines of each function, from the word `function` to the closing brace.

    The function that a whole script is wrapped in does not count: it is the file again.
    """
    tree = es5(script)
    wrappers = {id(called) for statement in tree.children() if (called := _called(statement))}
    for function in Walker().filter(tree, lambda node: isinstance(node, FuncBase)):
        if id(function) not in wrappers:
            yield function.getpos("}", 0)[1] - function.getpos("function", 0)[1] + 1


def _called(statement: Any) -> Any:
    """The function that a statement calls at once: `(function () { … })();`."""
    if not isinstance(statement, ExprStatement):
        return None
    call = statement.expr
    while isinstance(call, GroupingOp):
        call = call.expr
    if not isinstance(call, FunctionCall):
        return None
    function = call.identifier
    while isinstance(function, GroupingOp):
        function = function.expr
    return function if isinstance(function, FuncBase) else None
