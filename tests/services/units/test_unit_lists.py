from sqlmodel import Session, select

from models import Unit
from queries.units.units import list_levels
from rules.units.unit_list import read_units
from services.units.unit_lists import rehearse
from tests.building import get_unit
from tests.conftest import NOW
from tests.present import present
from tests.sample_tree import SAMPLE_UNITS

MOVED = "150402005000"
"""A township of the sample."""


def test_a_rehearsal_tells_what_would_change_and_keeps_nothing(session: Session) -> None:
    lines = SAMPLE_UNITS.read_text(encoding="utf-8-sig").splitlines()
    rows = [(number, line.split(",")) for number, line in enumerate(lines, start=1)]
    banners = select(Unit.code).where(Unit.level == "banner", Unit.code != f"{MOVED[:6]}000000")
    other = present(session.exec(banners).first())
    for _, cells in rows:
        if cells[0] == MOVED:
            cells[3] = other
    before = get_unit(session, MOVED).parent_id
    result = rehearse(session, read_units(rows, list_levels(session)), actor=None, now=NOW)
    assert (result.moved, result.changed, result.ended) == (1, 1, 0)
    assert get_unit(session, MOVED).parent_id == before
