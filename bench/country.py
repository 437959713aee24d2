"""A synthetic tree as large as the whole country: copies of the shipped tree below one unit."""

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
from services.units.units import import_units

COUNTRY_UNITS = 665_277
TOP = LevelRow("country", "国家", "Country")
ROOT_CODE = "00"


def fill_country(engine: Engine) -> None:
    """Import 665,277 units on six levels, with the shipped tree's fan-out, and its tags and
    exclusions as far as they go by code, kind and name."""
    with transaction(engine) as session:
        define_levels(session, (TOP, *DEFAULT_LEVELS), actor=None)
        import_units(session, _list_units(session), actor=None, now=NOW)


def _list_units(session: Session) -> UnitList:
    listed = read_units(read_table_file(UNITS, UNIT_HEADS).lines, list_levels(session)).rows
    rules = read_tag_rules(read_table_file(TAGS, TAG_HEADS).lines)
    left_out = read_exclusions(read_table_file(EXCLUSIONS, EXCLUSION_HEADS).lines)
    shipped = [
        row._replace(
            tags=tuple({rule.tag for rule in rules if _fits(row, rule.choice)}),
            takes_assignments=not any(_fits(row, choice) for choice in left_out),
        )
        for row in listed
    ]
    rows = [shipped[0]._replace(code=ROOT_CODE, name="全国", level=TOP.code)]
    while len(rows) < COUNTRY_UNITS:
        number = len(rows) // len(shipped)
        rows += [_copy(row, number) for row in shipped[: COUNTRY_UNITS - len(rows)]]
    return UnitList(rows, frozenset(UnitRow._fields) - {"line", "telephone"})


def _fits(row: UnitRow, choice: UnitChoice) -> bool:
    """Whether the unit has the code, kind or part of the name; a banner's code begins the codes of
    all units below it."""
    code = row.code.startswith(choice.value.removesuffix("000000"))
    fits = {How.CODE: code, How.KIND: row.kind == choice.value, How.NAME: choice.value in row.name}
    return fits.get(choice.how, False)


def _copy(row: UnitRow, number: int) -> UnitRow:
    above = f"{number:02d}{row.parent_code}" if row.parent_code else ROOT_CODE
    return row._replace(code=f"{number:02d}{row.code}", parent_code=above)
