"""The tree that comes with the product: Inner Mongolia (data/README.md)."""

from datetime import datetime

from sqlmodel import Session

from adapters.root import ROOT
from adapters.tables import read_table_file
from models import Account
from queries.units.units import list_levels
from rules.units.unit_choice import EXCLUSION_HEADS, TAG_HEADS, read_exclusions, read_tag_rules
from rules.units.unit_list import UNIT_HEADS, read_units
from services.units.levels import define_levels
from services.units.unit_choice import apply_exclusions, apply_tags
from services.units.units import ImportResult, import_units

DATA = ROOT / "data"
UNITS = DATA / "units-inner-mongolia.csv"
TAGS = DATA / "tags-inner-mongolia.csv"
EXCLUSIONS = DATA / "exclusions-inner-mongolia.csv"


def import_shipped_tree(session: Session, *, actor: Account | None, now: datetime) -> ImportResult:
    """Import five levels and 15,938 units with tags, and mark those that take no assignments."""
    define_levels(session, actor=actor)
    units = read_units(read_table_file(UNITS, UNIT_HEADS).lines, list_levels(session))
    result = import_units(session, units, actor=actor, now=now)
    apply_tags(session, read_tag_rules(read_table_file(TAGS, TAG_HEADS).lines), actor=actor)
    apply_exclusions(
        session, read_exclusions(read_table_file(EXCLUSIONS, EXCLUSION_HEADS).lines), actor=actor
    )
    return result
