"""The migrations give what the models say, on both databases."""

import os
from pathlib import Path

import pytest
from alembic import command

from adapters.migrations import make_config, migrate
from tests.databases import BACKENDS, fresh_engine


@pytest.mark.parametrize("backend", BACKENDS)
def test_migrating_an_empty_database_twice_gives_what_the_models_say(
    backend: str, tmp_path: Path
) -> None:
    with fresh_engine(backend, tmp_path, f"jieli_test_migrations_{os.getpid()}") as engine:
        migrate(engine)
        migrate(engine)
        with engine.connect() as connection:
            config = make_config()
            config.attributes["connection"] = connection
            command.check(config)  # raises when a table or column differs
