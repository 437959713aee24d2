import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session, SQLModel, col, func, select

from models import Unit, UnitTag
from queries.units.unit_groups import count_by_level
from queries.units.units import carrying, get_root, get_unit, list_above
from services.units.shipped_tree import import_shipped_tree
from services.units.units import ImportResult
from tests.conftest import NOW
from tests.counting import statements
from tests.databases import BACKENDS, fresh_engine


@pytest.fixture(scope="module", params=BACKENDS)
def shipped(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Session, ImportResult, int]]:
    """A session on a database that holds the whole tree, and what importing it cost."""
    folder: Path = tmp_path_factory.mktemp("shipped")
    with fresh_engine(request.param, folder, f"jieli_test_shipped_tree_{os.getpid()}") as engine:
        SQLModel.metadata.create_all(engine)
        with Session(engine) as session:
            with statements(session) as sent:
                result = import_shipped_tree(session, actor=None, now=NOW)
            yield session, result, len(sent)


def test_every_unit_of_inner_mongolia_is_imported_in_few_statements(
    shipped: tuple[Session, ImportResult, int],
) -> None:
    session, result, sent = shipped
    assert result == ImportResult(listed=15_938, added=15_938, changed=0, moved=0, ended=0)
    assert count_by_level(session, get_root(session)) == {
        "region": 1, "league": 12, "banner": 108, "township": 1_225, "village": 14_592,
    }  # fmt: skip
    assert sent < 65


def test_the_numbers_of_the_tree_are_whole(shipped: tuple[Session, ImportResult, int]) -> None:
    session, _, _ = shipped
    root = get_root(session)
    assert (root.lft, root.rgt) == (1, 2 * 15_938)
    path = list_above(session, get_unit(session, "152525201201"))
    assert [unit.name for unit in path] == [
        "内蒙古自治区", "锡林郭勒盟", "东乌珠穆沁旗", "萨麦苏木",
    ]  # fmt: skip


def test_twenty_banners_are_border_with_all_below_them(
    shipped: tuple[Session, ImportResult, int],
) -> None:
    session, _, _ = shipped
    border = session.exec(select(Unit).where(carrying("border"), Unit.level == "banner")).all()
    assert len(border) == 20
    below = sum((unit.rgt - unit.lft + 1) // 2 for unit in border)
    carried = session.exec(
        select(func.count()).select_from(UnitTag).where(UnitTag.tag == "border")
    ).one()
    assert carried == below


def test_dummy_villages_and_custodial_institutions_take_no_assignments(
    shipped: tuple[Session, ImportResult, int],
) -> None:
    session, _, _ = shipped
    taking = select(Unit.name).where(col(Unit.takes_assignments).is_(True))
    for word in ("监狱", "戒毒所", "有限公司"):
        assert session.exec(taking.where(col(Unit.name).contains(word))).all() == []
    assert session.exec(taking.where(col(Unit.kind).startswith("虚拟"))).all() == []
    prison_bureau = get_unit(session, "152223401000")
    inside = taking.where(col(Unit.lft).between(prison_bureau.lft, prison_bureau.rgt))
    assert session.exec(inside).all() == []
    assert len(session.exec(taking).all()) == 15_938 - 302


def test_a_township_whose_villages_are_all_dummies_still_takes_assignments(
    shipped: tuple[Session, ImportResult, int],
) -> None:
    session, _, _ = shipped
    township = session.exec(select(Unit).where(Unit.name == "五当沟街道")).one()
    lower = session.exec(select(Unit).where(Unit.parent_id == township.id)).all()
    assert township.takes_assignments
    assert not any(unit.takes_assignments for unit in lower)


def test_the_planner_knows_the_tree_after_the_import(
    shipped: tuple[Session, ImportResult, int],
) -> None:
    session, _, _ = shipped
    kind = session.get_bind().dialect.name
    if kind == "sqlite":
        known = session.connection().exec_driver_sql(
            "SELECT max(CAST(stat AS INTEGER)) FROM sqlite_stat1 WHERE tbl = 'unit'"
        )
    else:
        known = session.connection().exec_driver_sql(
            "SELECT reltuples FROM pg_class WHERE relname = 'unit'"
        )
    assert known.scalar_one() > 15_000
