"""Scenes: what many tests start from, built and committed once a run and kind of database.

The process that first needs a scene builds it; every process works on a copy of its own.

`@scene` makes a fixture of a builder. A test that asks for it, or for a fixture that does, works on
a database in which it has been built, and its work is rolled back. It gets what the builder
returned: ids, not objects. A test has one scene; without any it starts from the sample tree.
"""

import fcntl
import os
import pickle
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from adapters.database import make_engine
from tests.databases import absent, drop_databases, make_database
from tests.sample_tree import make_tree

ORIGINAL = "jieli_scene_"
"""Begins the names of the databases that others are copied from."""
COPY = "jieli_copy_"
"""Begins the names of the databases tests work on."""
UNITS = "units"
"""The scene with the sample tree and nothing else."""
_builders: dict[str, Callable[[Session], Any]] = {UNITS: make_tree}


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
    """Of this process."""
    shared: Path
    """Of all processes of the run."""
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
        original, made = self._original(name)
        copy = f"{COPY}{name}{own_end()}"
        engine = make_engine(make_database(self.backend, self.folder, copy, original))
        self.closing.callback(engine.dispose)
        return Scene(engine, made)

    def _original(self, name: str) -> tuple[str, Any]:
        """The URL of the scene's first database, and what its builder returned."""
        known = self.shared / f"{self.backend}-{name}.pickle"
        with locked(known.with_suffix(".lock")):
            if not known.exists():
                known.write_bytes(pickle.dumps(self._build_original(name)))
            found: tuple[str, Any] = pickle.loads(known.read_bytes())
        return found

    def _build_original(self, name: str) -> tuple[str, Any]:
        """Kept for the other processes; `forget_originals` drops it."""
        original = f"{ORIGINAL}{name}_{run_of(self.shared)}"
        tree = "" if name == UNITS else self._original(UNITS)[0]
        try:
            url = make_database(self.backend, self.shared, original, tree)
        except OperationalError as error:
            absent(self.backend, str(error.orig))
        engine = make_engine(url)
        with Session(engine) as session:
            made = _builders[name](session)
            session.commit()
        engine.dispose()
        return url, made


@contextmanager
def opened(backend: str, folder: Path, shared: Path) -> Iterator[Scenes]:
    """The scenes; this process's copies are dropped at the end."""
    with ExitStack() as closing:
        if backend == "postgresql":
            closing.callback(drop_databases, COPY, own_end())
        yield Scenes(backend, folder, shared, closing)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process of the run at a time; a killed one holds up nobody."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def own_end() -> str:
    """What tells the copies of this process from those of another on the same server."""
    return f"_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"


def run_of(shared: Path) -> str:
    """What tells the databases of this run from those of another on the same server."""
    return f"{crc32(str(shared).encode()):08x}"


def forget_originals(shared: Path) -> None:
    """Drop the first databases of this run's scenes on PostgreSQL; the folder goes by itself."""
    if any(shared.glob("postgresql-*.pickle")):
        drop_databases(ORIGINAL, run_of(shared))


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
