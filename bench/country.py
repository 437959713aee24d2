"""A synthetic tree as large as the whole country: copies of the shipped tree below one unit."""

from collections.abc import Iterator

from sqlalchemy import Engine
from sqlmodel import Session

from adapters.tables import read_table_file
from bench.databases import transaction
from bench.sample import NOW
from queries.units.units import list_levels
from rules.units.levels import DEFAULT_LEVELS, LevelRow
from rules.units.unit_choice import (
    EXCLUSION_HEADS,
    TAG_HEADS,
    How,
    UnitChoice,
    read_exclusions,
    read_tag_rules,
)
from rules.units.unit_list import UNIT_HEADS, UnitList, UnitRow, read_units
from services.units.levels import define_levels
from services.units.shipped_tree import EXCLUSIONS, TAGS, UNITS
from services.units.unit_choice import apply_exclusions, apply_tags
from services.units.units import import_units

COUNTRY_UNITS = 665_277
WHOLE_COPIES = 41
TOP = LevelRow("country", "国家", "Country")
ROOT_CODE = "00"


def fill_country(engine: Engine) -> None:
    """Import 665,277 units on six levels, with the shipped tree's fan-out, tags and exclusions."""
    with transaction(engine) as session:
        define_levels(session, (TOP, *DEFAULT_LEVELS), actor=None)
        import_units(session, _list_units(session), actor=None, now=NOW)
        rules = read_tag_rules(read_table_file(TAGS, TAG_HEADS).lines)
        tags = [rule._replace(choice=chosen) for rule in rules for chosen in _copied(rule.choice)]
        apply_tags(session, tags, actor=None)
        exclusions = read_exclusions(read_table_file(EXCLUSIONS, EXCLUSION_HEADS).lines)
        apply_exclusions(
            session, [chosen for choice in exclusions for chosen in _copied(choice)], actor=None
        )


def _list_units(session: Session) -> UnitList:
    shipped = read_units(read_table_file(UNITS, UNIT_HEADS).lines, list_levels(session)).rows
    rows = [shipped[0]._replace(code=ROOT_CODE, name="全国", level=TOP.code)]
    while len(rows) < COUNTRY_UNITS:
        number = len(rows) // len(shipped)
        rows += [_copy(row, number) for row in shipped[: COUNTRY_UNITS - len(rows)]]
    return UnitList(rows, frozenset({"code", "name", "level", "parent_code", "kind"}))


def _copy(row: UnitRow, number: int) -> UnitRow:
    above = f"{number:02d}{row.parent_code}" if row.parent_code else ROOT_CODE
    return row._replace(code=f"{number:02d}{row.code}", parent_code=above)


def _copied(choice: UnitChoice) -> Iterator[UnitChoice]:
    """The choice in every copy that is whole. A choice that names no code holds for all copies."""
    if choice.how is not How.CODE:
        yield choice
        return
    for number in range(WHOLE_COPIES):
        yield choice._replace(value=f"{number:02d}{choice.value}")
