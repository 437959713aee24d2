"""Fixtures of the whole suite: the small tree of 50 units, on both databases."""

import csv
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel

import models
from tests.databases import BACKENDS, fresh_engine

SAMPLE_UNITS = Path(__file__).parent / "samples" / "units-sample.csv"
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""A Monday morning in Hohhot, the time tests give unless they need another."""
LEVELS = {
    "region": ("自治区", "Region"),
    "league": ("盟市", "League/city"),
    "banner": ("旗县区", "Banner/county"),
    "township": ("苏木乡镇街道", "Township"),
    "village": ("嘎查村社区", "Village"),
}


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Contents of files go by the name of their argument and a number, not by their bytes.

    A zip holds the time it was packed at, and processes that name a test differently run none.
    """
    return argname if isinstance(val, bytes) else None


def fill_tree(session: Session) -> None:
    """The five levels and the 50 units of the sample, numbered depth first."""
    for rank, (code, (name, name_en)) in enumerate(LEVELS.items()):
        session.add(models.Level(code=code, rank=rank, name=name, name_en=name_en))
    session.flush()
    rows = list(csv.DictReader(SAMPLE_UNITS.open(encoding="utf-8-sig")))
    lower: dict[str, list[dict]] = {}
    for row in rows:
        lower.setdefault(row["parent_code"], []).append(row)
    counter = 0

    def number(row: dict, parent: int | None) -> None:
        nonlocal counter
        counter += 1
        unit = models.Unit(
            code=row["code"], name=row["name"], level=row["level"], kind=row["kind"],
            parent_id=parent, lft=counter, rgt=0,
        )  # fmt: skip
        session.add(unit)
        session.flush()
        for child in lower.get(row["code"], []):
            number(child, unit.id)
        counter += 1
        unit.rgt = counter
        session.add(unit)

    number(lower[""][0], None)
    session.flush()


@pytest.fixture(scope="session", params=BACKENDS)
def engine(request, tmp_path_factory) -> Iterator[Engine]:
    """A database that holds the sample tree and nothing else; tests leave it so."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    folder = tmp_path_factory.mktemp("database")
    with fresh_engine(request.param, folder, f"jieli_test_{worker}_{os.getpid()}") as engine:
        SQLModel.metadata.create_all(engine)
        with Session(engine) as session:
            fill_tree(session)
            session.commit()
        yield engine


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose work is rolled back after the test."""
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            yield session
        outer.rollback()


@pytest.fixture
def now() -> datetime:
    return NOW
