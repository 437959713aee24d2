from dataclasses import replace
from datetime import date, datetime
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from models import ONCE, Assignment, Tally, Unit, UnitTag
from queries.units.units import get_root, get_unit, list_levels, list_lower, list_tags_of, within
from rules.units.unit_list import UnitList, UnitRow, read_units
from services.assignments.roll_up import recount
from services.units.units import ImportResult, import_units
from tests.building import (
    BANNER,
    LEAGUE,
    OTHER_LEAGUE,
    REGION,
    TOWNSHIP,
    VILLAGE,
    make_account,
    make_measure,
    release_down,
)
from tests.conftest import NOW
from tests.counting import statements
from tests.sample_tree import SAMPLE_UNITS


def read_sample(session: Session) -> UnitList:
    text = SAMPLE_UNITS.read_text(encoding="utf-8-sig")
    lines = [(number, line.split(",")) for number, line in enumerate(text.splitlines(), start=1)]
    return read_units(lines, list_levels(session))


@pytest.fixture
def sample(session: Session) -> UnitList:
    """The list the sample tree was made from."""
    return read_sample(session)


def row(code: str, parent: str, level: str, name: str = "新单位", **more: Any) -> UnitRow:
    return UnitRow(0, code, name, level, parent, **{"kind": "", "tags": (),
                   "takes_assignments": True, "telephone": "", **more})  # fmt: skip


def without(listed: UnitList, *codes: str) -> UnitList:
    return replace(listed, rows=[row for row in listed.rows if row.code not in codes])


def changed(listed: UnitList, code: str, **values: Any) -> UnitList:
    rows = [row._replace(**values) if row.code == code else row for row in listed.rows]
    return replace(listed, rows=rows)


def tree(session: Session) -> dict[str, tuple[Any, ...]]:
    session.expire_all()
    return {
        unit.code: (unit.id, unit.name, unit.parent_id, unit.lft, unit.rgt, unit.valid_to)
        for unit in session.exec(select(Unit)).all()
    }


def test_the_same_list_again_changes_nothing(session: Session, sample: UnitList) -> None:
    before = tree(session)
    assert import_units(session, sample, actor=None, now=NOW) == ImportResult(50, 0, 0, 0, 0)
    assert tree(session) == before


def test_a_new_unit_stands_in_the_tree_from_today(session: Session, sample: UnitList) -> None:
    rows = [*sample.rows, row("150402005999", TOWNSHIP, "village")]
    result = import_units(session, replace(sample, rows=rows), actor=None, now=NOW)
    assert (result.listed, result.added, result.changed) == (51, 1, 0)
    unit = get_unit(session, "150402005999")
    township = get_unit(session, TOWNSHIP)
    assert list_lower(session, township)[-1] == unit
    assert township.lft < unit.lft < unit.rgt < township.rgt
    assert unit.valid_from == date(2026, 11, 23)


def test_a_renamed_unit_keeps_its_id(session: Session, sample: UnitList) -> None:
    before = get_unit(session, BANNER).id
    result = import_units(session, changed(sample, BANNER, name="新红山区"), actor=None, now=NOW)
    assert (result.added, result.changed, result.moved) == (0, 1, 0)
    unit = get_unit(session, BANNER)
    assert (unit.id, unit.name) == (before, "新红山区")


def test_a_moved_unit_takes_all_below_it_along(session: Session, sample: UnitList) -> None:
    result = import_units(
        session, changed(sample, BANNER, parent_code=OTHER_LEAGUE), actor=None, now=NOW
    )
    assert (result.changed, result.moved) == (1, 1)
    other, village = get_unit(session, OTHER_LEAGUE), get_unit(session, VILLAGE)
    assert village in session.exec(select(Unit).where(within(other))).all()
    assert get_unit(session, BANNER) not in list_lower(session, get_unit(session, LEAGUE))


def test_totals_stay_where_they_were_when_a_unit_moves(session: Session, sample: UnitList) -> None:
    owner = make_account(session, REGION)
    measure = make_measure(session, owner)
    release_down(session, measure, owner)
    before = tallies(session)
    swapped = changed(sample, BANNER, parent_code=OTHER_LEAGUE)
    swapped = changed(swapped, "152502000000", parent_code=LEAGUE)
    swapped = changed(swapped, TOWNSHIP, parent_code="152502000000")
    import_units(session, swapped, actor=None, now=NOW)
    assert tallies(session) == before
    recount(session, measure.id, ONCE)
    assert tallies(session) == before


def tallies(session: Session) -> dict[tuple[Any, ...], int]:
    """Issued assignments below each unit; rows that count nothing left out."""
    counted = session.execute(
        select(col(Tally.unit_id), col(Tally.level), col(Tally.due_on), col(Tally.issued)).where(
            Tally.issued != 0
        )
    )
    return {(unit, level, due): issued for unit, level, due, issued in counted}


def test_a_unit_left_out_ends_and_keeps_its_assignments(session: Session, sample: UnitList) -> None:
    owner = make_account(session, REGION)
    release_down(session, make_measure(session, owner), owner)
    held = len(session.exec(select(Assignment.id)).all())
    result = import_units(session, without(sample, VILLAGE), actor=None, now=NOW)
    assert (result.ended, result.changed) == (1, 0)
    village = get_unit(session, VILLAGE)
    assert village.valid_to == date(2026, 11, 23)
    assert not village.takes_assignments
    township = get_unit(session, TOWNSHIP)
    assert township.lft < village.lft < township.rgt
    assert village not in list_lower(session, township)
    assert len(session.exec(select(Assignment.id)).all()) == held


def test_an_ended_unit_ends_once_and_comes_back(session: Session, sample: UnitList) -> None:
    fewer = without(sample, VILLAGE)
    import_units(session, fewer, actor=None, now=NOW)
    assert import_units(session, fewer, actor=None, now=NOW).ended == 0
    assert import_units(session, sample, actor=None, now=NOW).changed == 1
    village = get_unit(session, VILLAGE)
    assert (village.valid_to, village.takes_assignments) == (None, True)


def test_a_new_top_takes_over_from_the_old_one(session: Session, sample: UnitList) -> None:
    rows = [
        row("15", "", "region", "新自治区"),
        *(line._replace(parent_code="15") if line.parent_code == REGION else line
          for line in without(sample, REGION).rows),
    ]  # fmt: skip
    result = import_units(session, replace(sample, rows=rows), actor=None, now=NOW)
    assert (result.added, result.moved, result.ended) == (1, 2, 1)
    root = get_root(session)
    assert root.code == "15"
    assert len(session.exec(select(Unit).where(within(root))).all()) == 50


def test_a_column_the_file_lacks_leaves_what_is_known(session: Session, sample: UnitList) -> None:
    unit = get_unit(session, VILLAGE)
    unit.takes_assignments = False
    session.flush()
    bare = replace(sample, columns=frozenset({"code", "name", "level", "parent_code"}))
    assert import_units(session, changed(bare, VILLAGE, kind=""), actor=None, now=NOW).changed == 0
    unit = get_unit(session, VILLAGE)
    assert (unit.kind, unit.takes_assignments) == ("社区", False)


def test_a_telephone_stays_where_the_list_has_no_column_for_it(
    session: Session, sample: UnitList
) -> None:
    called = changed(sample, VILLAGE, telephone="0476-123")
    with_column = replace(called, columns=sample.columns | {"telephone"})
    assert import_units(session, with_column, actor=None, now=NOW).changed == 1
    assert get_unit(session, VILLAGE).telephone == "0476-123"
    assert import_units(session, sample, actor=None, now=NOW).changed == 0
    added = row("150402005999", TOWNSHIP, "village", telephone="0476-5")
    rows = [*sample.rows, added]
    import_units(session, replace(with_column, rows=rows), actor=None, now=NOW)
    assert get_unit(session, "150402005999").telephone == "0476-5"
    assert get_unit(session, VILLAGE).telephone == ""


def test_tags_of_the_file_replace_those_of_the_listed_units(
    session: Session, sample: UnitList
) -> None:
    tagged = replace(sample, columns=sample.columns | {"tags"})
    first = changed(changed(tagged, VILLAGE, tags=("边境", "牧区")), BANNER, tags=("边境",))
    import_units(session, first, actor=None, now=NOW)
    assert [tag.code for tag in list_tags_of(session, get_unit(session, VILLAGE))] == [
        "牧区", "边境",
    ]  # fmt: skip
    import_units(session, changed(tagged, VILLAGE, tags=("牧区",)), actor=None, now=NOW)
    carried = session.exec(select(UnitTag.tag)).all()
    assert list(carried) == ["牧区"]
    import_units(session, sample, actor=None, now=NOW)
    assert session.exec(select(UnitTag.tag)).all() == ["牧区"]


def test_statements_do_not_grow_with_the_units(session: Session, sample: UnitList) -> None:
    more = [row(f"n{number}", TOWNSHIP, "village") for number in range(500)]
    with statements(session) as few:
        import_units(session, replace(sample, rows=[*sample.rows, more[0]]), actor=None, now=NOW)
    with statements(session) as many:
        import_units(session, replace(sample, rows=[*sample.rows, *more]), actor=None, now=NOW)
    assert len(many) == len(few) <= 12


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    gone=st.sets(st.integers(1, 49), max_size=12),
    new=st.lists(st.integers(0, 49), max_size=8),
    order=st.randoms(use_true_random=False),
)
def test_after_any_imports_an_interval_holds_exactly_the_units_below(
    session: Session, gone: set[int], new: list[int], order: Random
) -> None:
    """The law of the numbering, with units left out, added and shuffled."""
    with session.begin_nested() as kept:
        sample = read_sample(session)
        dropped: set[str] = set()
        for place, line in enumerate(sample.rows):
            if place in gone or line.parent_code in dropped:
                dropped.add(line.code)
        rows = [line for line in sample.rows if line.code not in dropped]
        parents = [rows[place % len(rows)] for place in new]
        rows += [
            row(f"n{number}", parent.code, "village")
            for number, parent in enumerate(parents)
            if parent.level != "village"
        ]
        order.shuffle(rows)
        import_units(session, replace(sample, rows=rows), actor=None, now=datetime.now(NOW.tzinfo))
        check_law(session)
        kept.rollback()


def check_law(session: Session) -> None:
    units = session.exec(select(Unit).order_by(col(Unit.lft))).all()
    parents = {unit.id: unit.parent_id for unit in units}
    assert sorted(n for unit in units for n in (unit.lft, unit.rgt)) == list(
        range(1, 2 * len(units) + 1)
    )
    for upper in units:
        inside = {unit.id for unit in units if upper.lft < unit.lft < upper.rgt}
        assert inside == {unit.id for unit in units if _is_above(parents, upper.id, unit.id)}


def _is_above(parents: dict[int, int | None], upper: int, unit: int) -> bool:
    above: int | None = parents[unit]
    while above is not None and above != upper:
        above = parents[above]
    return above is not None
