"""Units are changed and tagged on pages, with history; an import writes the same history."""

from collections.abc import Sequence

import pytest
from sqlmodel import Session, col, select

from models import Role, Unit, UnitEvent, UnitFact
from queries.units.unit_history import list_unit_changes
from queries.units.units import list_levels, list_lower, list_tags_of
from rules.accounts.permissions import NotAllowed
from rules.sentences.refusal import Refusal
from rules.units.unit_facts import UnitFacts, read_facts
from rules.units.unit_list import read_units
from services.units.unit_edits import edit_unit, make_tag, tag_units
from services.units.units import import_units
from tests.building import BANNER, LEAGUE, OTHER_LEAGUE, REGION, TOWNSHIP, get_unit, make_account
from tests.conftest import NOW
from tests.counting import statements
from tests.sample_tree import SAMPLE_UNITS

CHANGED = UnitFacts("红山新区", "区", "0476-8822", "hongshan@example.gov.cn")


def changes(session: Session, unit: Unit) -> Sequence[tuple[UnitFact, str, str]]:
    return [(row.fact, row.before, row.after) for row in list_unit_changes(session, unit.id)]


def test_an_office_above_renames_a_unit_and_its_history_says_so(session: Session) -> None:
    unit, office = get_unit(session, BANNER), make_account(session, LEAGUE, Role.OFFICE)
    was = unit.name, unit.kind
    assert edit_unit(session, unit, CHANGED, actor=office, now=NOW)
    assert UnitFacts(unit.name, unit.kind, unit.telephone, unit.email) == CHANGED
    assert set(changes(session, unit)) >= {
        (UnitFact.NAME, was[0], "红山新区"), (UnitFact.TELEPHONE, "", "0476-8822"),
    }  # fmt: skip
    assert list_unit_changes(session, unit.id)[0].by == get_unit(session, LEAGUE).name
    assert not edit_unit(session, unit, CHANGED, actor=office, now=NOW)


def test_the_office_of_the_unit_itself_changes_its_telephone_only(session: Session) -> None:
    unit, own = get_unit(session, BANNER), make_account(session, BANNER, Role.OFFICE)
    facts = UnitFacts(unit.name, unit.kind, "8822")
    assert edit_unit(session, unit, facts, actor=own, now=NOW)
    with pytest.raises(NotAllowed, match="上级单位的综合办公室"):
        edit_unit(session, unit, facts._replace(name="别名"), actor=own, now=NOW)


@pytest.mark.parametrize(("code", "role"), [(OTHER_LEAGUE, Role.OFFICE), (LEAGUE, Role.CLERK)])
def test_neither_another_branch_nor_a_clerk_changes_a_unit(
    session: Session, code: str, role: Role
) -> None:
    unit, actor = get_unit(session, BANNER), make_account(session, code, role)
    with pytest.raises(NotAllowed):
        edit_unit(session, unit, CHANGED, actor=actor, now=NOW)
    with pytest.raises(NotAllowed):
        tag_units(session, [unit], ["border"], carrying=True, actor=actor, now=NOW)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("", "", ""), "名称"),
        (("名" * 121, "", ""), "最多 120 个字"),
        (("名", "类" * 41, ""), "最多 40 个字"),
        (("名", "", "张三 0476"), "电话"),
    ],
)
def test_what_cannot_be_kept_is_refused(typed: tuple[str, str, str], words: str) -> None:
    with pytest.raises(Refusal, match=words):
        read_facts(*typed)


def test_many_units_are_tagged_and_untagged_in_as_many_statements_as_few(session: Session) -> None:
    office = make_account(session, REGION, Role.OFFICE)
    tag = make_tag(session, "第九批", actor=office)
    units = [
        *list_lower(session, get_unit(session, REGION)),
        *list_lower(session, get_unit(session, BANNER)),
    ]
    counts = []
    for some in (units[:1], units):
        with statements(session) as sent:
            tag_units(session, some, [tag], carrying=True, actor=office, now=NOW)
        counts.append(len(sent))
    assert counts[0] == counts[1]
    assert all(tag in {known.code for known in list_tags_of(session, unit)} for unit in units)
    assert tag_units(session, units, [tag], carrying=False, actor=office, now=NOW) == len(units)
    assert tag_units(session, units, [tag], carrying=False, actor=office, now=NOW) == 0
    assert changes(session, units[0])[:2] == [
        (UnitFact.TAG, "第九批", ""), (UnitFact.TAG, "", "第九批"),
    ]  # fmt: skip


def test_only_the_top_makes_new_tags_and_an_unknown_one_is_refused(session: Session) -> None:
    office = make_account(session, LEAGUE, Role.OFFICE)
    with pytest.raises(Exception):  # noqa: B017, PT011 (NotFound: nobody learns what exists)
        make_tag(session, "新标签", actor=office)
    unit = get_unit(session, BANNER)
    with pytest.raises(Refusal, match="没有“新标签”"):
        tag_units(session, [unit], ["新标签"], carrying=True, actor=office, now=NOW)


def test_an_ended_unit_stays_as_it_was(session: Session) -> None:
    unit, office = get_unit(session, TOWNSHIP), make_account(session, REGION, Role.OFFICE)
    unit.valid_to = NOW.date()
    with pytest.raises(Refusal, match="已经撤销"):
        edit_unit(session, unit, CHANGED, actor=office, now=NOW)


def test_an_import_writes_the_same_history_and_none_for_what_stays(session: Session) -> None:
    text = SAMPLE_UNITS.read_text(encoding="utf-8-sig")
    old = get_unit(session, BANNER).name
    lines = [line.split(",")[:5] for line in text.replace(old, "红山新区").splitlines()]
    units = read_units(enumerate(lines, start=1), list_levels(session))
    import_units(session, units, actor=make_account(session, REGION, Role.OFFICE), now=NOW)
    unit = get_unit(session, BANNER)
    assert changes(session, unit) == [(UnitFact.NAME, old, "红山新区")]
    touched = session.exec(select(col(UnitEvent.unit_id)).distinct()).all()
    assert len(touched) <= 3
