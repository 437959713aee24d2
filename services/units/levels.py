"""Levels: the layers of the tree are defined."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import case, delete, insert, update
from sqlmodel import Session, SQLModel, col, select

from models import Account, Level
from queries.units.units import list_levels
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.sentences.refusal import N_, Refusal
from rules.units.levels import DEFAULT_LEVELS, LevelRow


def define_levels(
    session: Session, levels: Sequence[LevelRow] = DEFAULT_LEVELS, *, actor: Account | None
) -> bool:
    """Replace the levels by these, given from the top down; True when anything changed.

    A level that is left out is removed. Raises `Refusal` when units, measures or assignments use a
    level that would be removed.
    """
    require(actor, Right.SHAPE_TREE, Subject())
    present = list_levels(session)
    if [(level.code, level.name, level.name_en) for level in present] == [*levels]:
        return False
    kept = {level.code for level in levels}
    _remove(session, [level for level in present if level.code not in kept])
    before = {level.code for level in present}
    # Ranks are unique. All ranks first move out of the way, so that levels can change places.
    session.execute(update(Level).values(rank=-1 - col(Level.rank)))
    rows = [{**level._asdict(), "rank": rank} for rank, level in enumerate(levels)]
    _update(session, [row for row in rows if row["code"] in before])
    added = [row for row in rows if row["code"] not in before]
    if added:
        session.execute(insert(Level), added)
    session.expire_all()
    return True


def _update(session: Session, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    values = {
        column: case({row["code"]: row[column] for row in rows}, value=Level.code)
        for column in ("rank", "name", "name_en")
    }
    kept = col(Level.code).in_([row["code"] for row in rows])
    session.execute(update(Level).where(kept).values(**values))


def _remove(session: Session, levels: Sequence[Level]) -> None:
    if not levels:
        return
    codes = [level.code for level in levels]
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            if not any(key.column is Level.__table__.c.code for key in column.foreign_keys):  # type: ignore[attr-defined]
                continue
            used = session.execute(select(column).where(column.in_(codes)).limit(1)).scalar()
            if used is not None:
                name = next(level.name for level in levels if level.code == used)
                raise Refusal(N_("层级“%(name)s”正在使用，不能删除。"), name=name)
    session.execute(delete(Level).where(col(Level.code).in_(codes)))
