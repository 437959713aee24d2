"""Units: a whole list is imported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, update
from sqlmodel import Session, col, select

from adapters.database import refresh_statistics
from models import Account, Level, Tag, Unit, UnitFact, UnitTag
from queries.units.units import list_tags
from queries.units.visibility import find_unit_of
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.dates.calendar import local_date
from rules.units.tree import number_tree
from rules.units.unit_list import UnitList, UnitRow
from services.units.unit_groups import count_groups
from services.units.unit_history import ChangedFact, in_words, record

MOST_NAMED = 10_000
"""The most moved units whose totals are redone alone. A statement takes only so many values
(SQLite 32,766); with more moved units all totals are redone."""

MANY = 1000
"""From so many listed units on, the statistics for the database's planner are renewed."""

_UNITS = Unit.__table__  # type: ignore[attr-defined]
_FACTS = ("name", "level", "parent_id", "kind", "telephone", "takes_assignments", "valid_to")
"""The columns that an import may change, besides the numbers in the tree."""


@dataclass(frozen=True)
class ImportResult:
    """What an import did, as numbers of units."""

    listed: int
    """Units of the file."""
    added: int
    changed: int
    """Known units of which anything but the numbering changed, with those that moved."""
    moved: int
    """Known units that now stand under another unit. The units below them moved along."""
    ended: int
    """Units that are no longer listed. Their `valid_to` is set, and they take no assignments."""


def import_units(
    session: Session, units: UnitList, *, actor: Account | None, now: datetime
) -> ImportResult:
    """Make the tree what the list says. Units are matched by code; the number of statements is
    constant.

    Known units keep their id, and with the id everything that refers to them. Units that are not in
    the list end and stay where they are, so that last year's assignments read as they did. A unit
    that a later list names again is current again. A column that the file does not have (kind,
    telephone, tags, takes_assignments) leaves the known values. The whole tree is renumbered. The
    answers of moved units stay in the totals of the units to which they were reported.
    """
    require(actor, Right.IMPORT_UNITS, Subject(), at=find_unit_of(session, actor))
    session.flush()
    ranks = lock_tree(session)
    known = {row.code: row for row in session.execute(select(*_UNITS.columns)).all()}
    today = local_date(now)
    numbers = _number(units.rows, known)
    ids = {code: row.id for code, row in known.items()}
    added = _insert_new(session, units, ids, ranks, numbers, today if known else None)
    changes = _changes(units, known, ids, today)
    moved = [
        new["unit"] for code, new in changes.items() if new["parent_id"] != known[code].parent_id
    ]
    _update_facts(session, changes)
    names = {ids[row.code]: row.name for row in units.rows}
    record(session, _changed_facts(known, changes, names), actor=actor, now=now)
    _update_numbers(session, known, numbers)
    if "tags" in units.columns:
        changed = _replace_tags(session, units.rows, ids)
        old = {row.id for row in known.values()}
        record(session, [row for row in changed if row.unit_id in old], actor=actor, now=now)
    if len(units.rows) >= MANY:
        refresh_statistics(session, len(units.rows), Unit, UnitTag)
    count_groups(session)
    session.expire_all()
    listed = {row.code for row in units.rows}
    return ImportResult(
        listed=len(units.rows),
        added=added,
        changed=sum(code in listed for code in changes),
        moved=len(moved),
        ended=sum(code not in listed for code in changes),
    )


def lock_tree(session: Session) -> dict[str, int]:
    """Code of a level → rank. The levels are locked, so that of two who change the tree one
    waits."""
    wanted = select(Level.code, Level.rank).order_by(col(Level.rank))
    rows = session.execute(wanted.with_for_update(key_share=True)).all()
    return {row.code: row.rank for row in rows}


def _number(rows: Sequence[UnitRow], known: Mapping[str, Row[Any]]) -> dict[str, tuple[int, int]]:
    """Code → (lft, rgt), for the listed units in their order and then for the others."""
    parents = {row.code: row.parent_code for row in rows}
    code_of = {row.id: code for code, row in known.items()}
    gone = (row for row in known.values() if row.code not in parents)
    for row in sorted(gone, key=lambda row: row.lft):
        parents[row.code] = code_of.get(row.parent_id, "")
    places = {code: place for place, code in enumerate(parents)}
    numbers = number_tree([places.get(parent) for parent in parents.values()])
    return dict(zip(parents, numbers, strict=True))


def _insert_new(
    session: Session,
    units: UnitList,
    ids: dict[str, int],
    ranks: Mapping[str, int],
    numbers: Mapping[str, tuple[int, int]],
    valid_from: date | None,
) -> int:
    """Insert the units that `ids` does not have, from the top level down, and add their ids to
    `ids`.

    Returns how many units were inserted.
    """
    by_level: dict[str, list[UnitRow]] = {level: [] for level in ranks}
    for row in units.rows:
        if row.code not in ids:
            by_level[row.level].append(row)
    for level, rows in by_level.items():
        if not rows:
            continue
        session.execute(
            insert(_UNITS),
            [
                {
                    "code": row.code, "name": row.name, "level": row.level, "kind": row.kind,
                    "telephone": row.telephone,
                    "parent_id": ids.get(row.parent_code),
                    "lft": numbers[row.code][0], "rgt": numbers[row.code][1],
                    "takes_assignments": row.takes_assignments, "valid_from": valid_from,
                    "valid_to": None,
                }
                for row in rows
            ],
        )  # fmt: skip
        stored = select(Unit.code, Unit.id).where(Unit.level == level)
        for code, unit_id in session.execute(stored).all():
            ids.setdefault(code, unit_id)
    return sum(len(rows) for rows in by_level.values())


def _changes(
    units: UnitList, known: Mapping[str, Row[Any]], ids: Mapping[str, int], today: date
) -> dict[str, dict[str, Any]]:
    """Code of a known unit → its facts that differ from the stored ones."""
    changes: dict[str, dict[str, Any]] = {}
    gone = dict(known)
    for row in units.rows:
        old = gone.pop(row.code, None)
        if old is not None:
            new = _facts(row, old, units.columns, ids)
            if any(getattr(old, fact) != new[fact] for fact in _FACTS):
                changes[row.code] = new
    for code, old in gone.items():
        if old.valid_to is None:
            new = {fact: getattr(old, fact) for fact in _FACTS}
            changes[code] = {**new, "takes_assignments": False, "valid_to": today}
    return {code: {**new, "unit": known[code].id} for code, new in changes.items()}


def _facts(
    row: UnitRow, old: Row[Any], columns: frozenset[str], ids: Mapping[str, int]
) -> dict[str, Any]:
    stays = "takes_assignments" not in columns and old.valid_to is None
    return {
        "name": row.name,
        "level": row.level,
        "parent_id": ids.get(row.parent_code),
        "kind": row.kind if "kind" in columns else old.kind,
        "telephone": row.telephone if "telephone" in columns else old.telephone,
        "takes_assignments": old.takes_assignments if stays else row.takes_assignments,
        "valid_to": None,
    }


def _changed_facts(
    known: Mapping[str, Row[Any]], changes: Mapping[str, dict[str, Any]], names: Mapping[int, str]
) -> list[ChangedFact]:
    """What the history says of the changes. `names`: id of a unit → its name."""
    called = {row.id: row.name for row in known.values()} | dict(names)
    told = {"parent_id": lambda value: called.get(value, "")}
    return [
        ChangedFact(new["unit"], UnitFact(fact), *map(told.get(fact, in_words), values))
        for code, new in changes.items()
        for fact in _FACTS
        if (values := (getattr(known[code], fact), new[fact])) and values[0] != values[1]
    ]


def _update_facts(session: Session, changes: Mapping[str, dict[str, Any]]) -> None:
    if changes:
        wanted = update(_UNITS).where(_UNITS.c.id == bindparam("unit"))
        session.execute(
            wanted.values({fact: bindparam(fact) for fact in _FACTS}), list(changes.values())
        )


def _update_numbers(
    session: Session, known: Mapping[str, Row[Any]], numbers: Mapping[str, tuple[int, int]]
) -> None:
    renumbered = [
        {"unit": row.id, "left": numbers[code][0], "right": numbers[code][1]}
        for code, row in known.items()
        if (row.lft, row.rgt) != numbers[code]
    ]
    if renumbered:
        wanted = update(_UNITS).where(_UNITS.c.id == bindparam("unit"))
        session.execute(wanted.values(lft=bindparam("left"), rgt=bindparam("right")), renumbered)


def _replace_tags(
    session: Session, rows: Sequence[UnitRow], ids: Mapping[str, int]
) -> list[ChangedFact]:
    """Give the listed units exactly the tags of the file, and return what has changed. A tag that
    is not known is made."""
    codes = {name: tag.code for tag in list_tags(session) for name in (tag.name, tag.code)}
    new = {tag for row in rows for tag in row.tags} - set(codes)
    if new:
        session.execute(
            insert(Tag), [{"code": tag, "name": tag, "name_en": tag} for tag in sorted(new)]
        )
    wanted = {(ids[row.code], codes.get(tag, tag)) for row in rows for tag in row.tags}
    listed = {ids[row.code] for row in rows}
    present = {
        (unit_id, tag)
        for unit_id, tag in session.execute(select(UnitTag.unit_id, UnitTag.tag)).all()
        if unit_id in listed
    }
    return store_tags(session, present - wanted, wanted - present)


def store_tags(
    session: Session, fewer: set[tuple[int, str]], more: set[tuple[int, str]]
) -> list[ChangedFact]:
    """Take tags away and add others, as ids of units with codes of tags; what the history says of
    it."""
    if fewer:
        session.connection().execute(
            delete(UnitTag).where(
                col(UnitTag.unit_id) == bindparam("unit"), col(UnitTag.tag) == bindparam("name")
            ),
            [{"unit": unit_id, "name": tag} for unit_id, tag in sorted(fewer)],
        )
    if more:
        session.execute(
            insert(UnitTag), [{"unit_id": unit_id, "tag": tag} for unit_id, tag in sorted(more)]
        )
    names = {tag.code: tag.name for tag in list_tags(session)}
    return [
        *(ChangedFact(unit, UnitFact.TAG, names.get(tag, tag), "") for unit, tag in sorted(fewer)),
        *(ChangedFact(unit, UnitFact.TAG, "", names.get(tag, tag)) for unit, tag in sorted(more)),
    ]
