"""Fails when the migrations and the models differ; `--write NAME` adds the missing one."""

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.util import CommandError
from sqlalchemy import Engine

from adapters.database import make_engine
from adapters.migrations import make_config, migrate


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
