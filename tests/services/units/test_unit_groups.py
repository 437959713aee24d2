"""Units that are alike, counted below each unit."""

from collections import Counter

import pytest
from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from models import Account, GroupCount, Level, Tag, Unit, UnitGroup, UnitTag
from queries.campaigns.addressees import addressed, in_scope
from queries.campaigns.measures import list_reach
from queries.campaigns.reach import count_reach_below, list_reach_by_level
from queries.units.units import below, current
from rules.units.unit_choice import How, UnitChoice
from services.units import group_changes
from services.units.unit_choice import apply_exclusions
from services.units.unit_edits import tag_units
from services.units.unit_groups import count_groups, count_groups_once, lacks_groups
from tests.answering import account_of
from tests.building import (
    BANNER,
    LEAGUE,
    OTHER_VILLAGE,
    REGION,
    TOWNSHIP,
    VILLAGE,
    get_unit,
    make_measure,
)
from tests.conftest import NOW
from tests.counting import statements
from tests.scenes import scene

ADDRESSEES = [
    (("village", ""),),
    (("village", "border"),),
    (("village", "border"), ("village", "pastoral")),
    (("banner", ""), ("village", "pastoral")),
    (("township", "border"), ("league", "")),
]


@scene
def tagged_here_and_there(session: Session) -> int:
    """Tags on units of every level, and a township that takes no assignments."""
    session.add_all(Tag(code=tag, name=tag, name_en=tag) for tag in ("border", "pastoral"))
    session.flush()
    for unit in session.exec(select(Unit)).all():
        tags = [tag for tag, every in (("border", 3), ("pastoral", 4)) if unit.id % every == 0]
        session.add_all(UnitTag(unit_id=unit.id, tag=tag) for tag in tags)
    choice = UnitChoice(1, How.CODE, TOWNSHIP, True)
    apply_exclusions(session, [choice], actor=None)
    return len(ADDRESSEES)


@pytest.mark.parametrize("addressees", ADDRESSEES)
def test_the_groups_say_what_a_walk_over_all_units_says(
    session: Session, tagged_here_and_there: int, addressees: tuple[tuple[str, str], ...]
) -> None:
    measure = make_measure(session, account_of(session, REGION), addressees=addressees)
    for code in (REGION, LEAGUE, BANNER):
        unit = get_unit(session, code)
        there = [below(unit), current()]
        rows = session.exec(
            select(
                Unit.level, Unit.takes_assignments, addressed(Unit, measure.id),
                in_scope(Unit, measure.id),
            ).where(*there)
        ).all()  # fmt: skip
        answering = Counter(level for level, takes, answers, _ in rows if takes and answers)
        passing = Counter(level for level, _, answers, reached in rows if reached and not answers)
        left_out = Counter(level for level, takes, answers, _ in rows if answers and not takes)
        for found in list_reach_by_level(session, measure.id, unit):
            level = found.level.code
            assert found[1:] == (answering[level], passing[level], left_out[level])
        counted = count_reach_below(session, measure.id, unit)
        assert counted.all == sum(reached for *_, reached in rows)
    by_level = {row.level: (row.answering, row.passing_on) for row in list_reach(session, measure)}
    region = get_unit(session, REGION)
    expected = {
        row.level.code: row[1:3] for row in list_reach_by_level(session, measure.id, region)
    }
    assert by_level == {level: counts for level, counts in expected.items() if any(counts)}


def test_a_tag_given_on_a_page_is_counted_at_once(session: Session) -> None:
    office = account_of(session, REGION)
    session.add(Tag(code="border", name="边境", name_en="Border"))
    measure = make_measure(session, office, addressees=(("village", "border"),), confirmed=False)
    region = get_unit(session, REGION)
    assert count_reach_below(session, measure.id, region) == (0, 0)
    village = get_unit(session, VILLAGE)
    tag_units(session, [village], ["border"], carrying=True, actor=office, now=NOW)
    assert count_reach_below(session, measure.id, region) == (1, 4)


def test_whom_a_measure_reaches_is_read_from_the_counts(session: Session) -> None:
    measure = make_measure(session, account_of(session, REGION))
    region = get_unit(session, REGION)
    with statements(session) as sent:
        list_reach(session, measure)
        list_reach_by_level(session, measure.id, region)
    assert len(sent) == 6
    assert not any("unit.lft" in statement or "FROM unit " in statement for statement in sent)


def counts(session: Session) -> dict[tuple[object, ...], int]:
    """(Unit, what its group's units share) → how many of the group lie below the unit."""
    rows = session.execute(select(GroupCount, UnitGroup).join(UnitGroup))
    return {
        (count.unit_id, group.level, group.takes_assignments, group.tags, group.below): count.units
        for count, group in rows
    }


def test_after_a_change_of_tags_the_counts_are_those_of_a_count_from_nothing(
    session: Session, tagged_here_and_there: int
) -> None:
    office = account_of(session, REGION)
    units = [get_unit(session, code) for code in (VILLAGE, TOWNSHIP, LEAGUE, REGION)]
    for chosen, tags, carrying in (
        (units[:1], ["border"], True), (units[:1], ["border"], False),
        (units, ["border", "pastoral"], False), (units[1:3], ["pastoral"], True),
        (units, ["border"], True),
    ):  # fmt: skip
        before = counts(session)
        tag_units(session, chosen, tags, carrying=carrying, actor=office, now=NOW)
        found = counts(session)
        count_groups(session)
        assert found == counts(session)
        assert found != before


def test_a_change_of_tags_walks_through_no_tree_and_costs_the_same_for_one_unit_and_for_many(
    session: Session, tagged_here_and_there: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_changes, "count_groups", None)
    office, sent = account_of(session, REGION), []
    units = [get_unit(session, code) for code in (VILLAGE, OTHER_VILLAGE, BANNER, LEAGUE)]
    for chosen, carrying in ((units[:1], True), (units, True), (units, False)):
        tag_units(session, chosen, ["border"], carrying=not carrying, actor=office, now=NOW)
        with statements(session) as log:
            tag_units(session, chosen, ["border"], carrying=carrying, actor=office, now=NOW)
        sent.append(len(log))
    assert max(sent) - min(sent) <= 1  # a group that is new is one more
    assert max(sent) <= 20


def test_an_older_database_is_counted_once(session: Session) -> None:
    wanted = select(GroupCount.unit_id, GroupCount.units).order_by(
        col(GroupCount.unit_id), col(GroupCount.group_id)
    )
    before = session.exec(wanted).all()
    assert before
    assert not lacks_groups(session)
    for table in (GroupCount, UnitGroup):
        session.execute(delete(table))
    assert lacks_groups(session)
    count_groups_once(session)
    assert session.exec(wanted).all() == before


def test_counting_takes_the_same_statements_for_any_tree(session: Session) -> None:
    with statements(session) as sent:
        count_groups(session)
    assert len(sent) == 6
    assert session.exec(select(func.count()).select_from(Level)).one() == 5


def test_no_unit_without_lower_units_is_counted_for(session: Session) -> None:
    lowest = select(Unit.id).where(Unit.level == "village")
    counted = select(GroupCount).where(col(GroupCount.unit_id).in_(lowest))
    assert session.exec(counted).all() == []
    assert isinstance(account_of(session, REGION), Account)
