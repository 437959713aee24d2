from sqlmodel import Session, col, select

from models import Unit
from tests.present import present


def test_the_sample_tree_is_numbered_depth_first(session: Session) -> None:
    units = session.exec(select(Unit).order_by(col(Unit.lft))).all()
    assert len(units) == 50
    assert units[0].rgt == 100
    for unit in units[1:]:
        parent = present(session.get(Unit, unit.parent_id))
        assert parent.lft < unit.lft < unit.rgt < parent.rgt
