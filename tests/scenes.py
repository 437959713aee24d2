"""Scenes: what many tests start from, built and committed once a process and database.

`@scene` makes a fixture of a builder. A test that asks for it, or for a fixture that does, works on
a database in which it has been built, and its work is rolled back. It gets what the builder
returned: ids, not objects. A test has one scene; without any it starts from the sample tree.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel

from tests.databases import fresh_engine
from tests.sample_tree import fill_tree

UNITS = "units"
"""The scene with the sample tree and nothing else."""
_builders: dict[str, Callable[[Session], Any]] = {UNITS: lambda session: None}


@dataclass(frozen=True)
class Scene:
    """A database with a scene in it, and what its builder returned."""

    engine: Engine
    made: Any


@dataclass
class Scenes:
    """The scenes of one kind of database, each built when a test first asks for it."""

    backend: str
    folder: Path
    closing: ExitStack
    built: dict[str, Scene] = field(default_factory=dict)

    def of(self, fixtures: Iterable[str]) -> Scene:
        """The scene of a test with these fixtures."""
        asked = [name for name in fixtures if name in _builders]
        assert len(asked) <= 1, f"a test starts from one scene, not from {asked}"
        name = asked[0] if asked else UNITS
        if name not in self.built:
            self.built[name] = self._build(name)
        return self.built[name]

    def _build(self, name: str) -> Scene:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        database = f"jieli_{name}_{worker}_{os.getpid()}"
        engine = self.closing.enter_context(fresh_engine(self.backend, self.folder, database))
        SQLModel.metadata.create_all(engine)
        with Session(engine) as session:
            fill_tree(session)
            made = _builders[name](session)
            session.commit()
        return Scene(engine, made)


@contextmanager
def opened(backend: str, folder: Path) -> Iterator[Scenes]:
    """The scenes; their databases are dropped at the end."""
    with ExitStack() as closing:
        yield Scenes(backend, folder, closing)


def scene(build: Callable[[Session], Any]) -> Any:
    """The fixture that gives what `build` returned."""
    name = build.__name__
    assert name not in _builders, f"two scenes are called {name}"
    _builders[name] = build

    @pytest.fixture(name=name)
    def made(scenes: Scenes) -> Any:
        return scenes.of([name]).made

    made.__doc__ = build.__doc__
    return made
