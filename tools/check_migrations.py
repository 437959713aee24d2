"""Fails when migrations and models differ. `--write NAME` adds the missing migration.

A migration does for good what it did on the day it was written: it imports nothing of the
product, whose rules change, and carries its own copy of what it needs.
"""

import ast
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from alembic import command
from alembic.util import CommandError
from sqlalchemy import Engine

from adapters.database import make_engine
from adapters.migrations import make_config, migrate

ROOT = Path(__file__).resolve().parent.parent
VERSIONS = "migrations/versions"


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'migrations.db'}")
        migrate(engine)
        if arguments[:1] == ["--write"]:
            return _write(engine, " ".join(arguments[1:]) or "change")
        return _check(engine)


def _write(engine: Engine, name: str) -> int:
    with engine.connect() as connection:
        config = make_config()
        config.attributes["connection"] = connection
        command.revision(config, name, autogenerate=True)
    return 0


def _check(engine: Engine) -> int:
    changing = list(imports_of_the_product(ROOT))
    for sentence in changing:
        print(sentence, file=sys.stderr)
    return _compare(engine) or bool(changing)


def imports_of_the_product(root: Path) -> Iterator[str]:
    """A sentence for each import of the product's own code by a migration."""
    packages = {path.parent.name for path in root.glob("*/__init__.py")}
    for path in sorted((root / VERSIONS).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for name in _imported(node):
                if name.split(".")[0] in packages:
                    yield (
                        f"{path.relative_to(root)} imports {name}, which changes. "
                        "A migration carries its own copy of what it needs."
                    )


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def _compare(engine: Engine) -> int:
    with engine.connect() as connection:
        config = make_config()
        config.attributes["connection"] = connection
        try:
            command.check(config)
        except CommandError as error:
            print(f"The migrations do not give what models/ say: {error}", file=sys.stderr)
            print("Run: make migration NAME=what_changed", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
