"""What is deleted goes with what belongs to it, and every table that could point to it is named."""

import ast
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import Session, SQLModel, func

import models
from adapters.root import ROOT
from models import Measure, MeasureStatus, TroubleKind, WorkName
from rules.sentences.refusal import Refusal
from services.campaigns.deletions import GOES_ALONG
from services.campaigns.measures import GateChoice, delete_measure
from services.campaigns.schedules import schedule_release
from services.campaigns.troubles import Sighted, note_more
from services.forms.form_drafts import KeptForm, keep_form_draft
from tests.building import make_account, make_campaign, make_measure, release_down
from tests.conftest import NOW

SERVICES = ROOT / "services"
STAYS = {
    "measure": {
        "hand_down": "of a released measure, which is refused",
        "assignment": "of a released measure, which is refused",
        "tally": "of a released measure, which is refused",
        "coverage_day": "of a released measure, which is refused",
        "total": "of a released measure, which is refused",
    },
    "level": dict.fromkeys(
        (
            "unit",
            "addressee",
            "measure_gate",
            "tally",
            "assignment",
            "hand_down_step",
            "unit_group",
        ),
        "looked for in every table, and refused",
    ),
    "notice_file": {"notice_file": "all files of a notice go in one statement"},
    "unit_group": {"group_count": "all counts are deleted before all groups"},
    "review_batch": {"review": "a batch is deleted only when it decided nothing"},
}
"""Table whose rows services delete → every table that points to it and does not go along: why its
rows are never in the way."""


def deleted_tables() -> set[str]:
    """The tables whose rows are deleted anywhere in the services."""
    found: set[str] = set()
    for file in SERVICES.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call):
                found |= _deleted(node)
    return found


def _deleted(call: ast.Call) -> set[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    place = {"delete": 0, "delete_rows": 1}.get(name)
    if place is None or len(call.args) <= place:
        return set()
    said = ast.unparse(call.args[place]).removesuffix(".__table__")
    if said in {"table", "Table"}:  # of a loop over tables that hold parts of assignments
        return set()
    named = getattr(models, said, None) or getattr(
        models, "".join(part.capitalize() for part in said.split("_")), None
    )
    return {"review_batch"} if said == "batch" else {named.__tablename__}  # type: ignore[union-attr]


def pointing_to(name: str) -> set[str]:
    return {
        table.name
        for table in SQLModel.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == name
    }


def test_every_table_that_can_point_to_a_deleted_row_is_named() -> None:
    deleted = deleted_tables() | {table for along in GOES_ALONG.values() for table in along}
    assert {"measure", "level", "review_batch", "schedule", "form_draft"} <= deleted
    for name in deleted:
        named = GOES_ALONG.get(name, frozenset()) | STAYS.get(name, {}).keys()
        assert pointing_to(name) == named, name


def test_a_confirmed_measure_is_deleted_with_all_that_goes_along(session: Session) -> None:
    office = make_account(session)
    campaign = make_campaign(session, office)
    gates = {"league": GateChoice()}
    measure = make_measure(session, office, campaign, gates=gates)
    other = make_measure(session, office, campaign, gates=gates)
    for drafted in (measure, other):
        schedule_release(session, drafted, NOW + timedelta(days=1), actor=office, now=NOW)
        kept = KeptForm(drafted.id, target=0, base_id=None, latest=0, content={})
        keep_form_draft(session, kept, going_on=False, actor=office, now=NOW)
        late = Sighted(
            f"run {drafted.id}", TroubleKind.LATE, WorkName.HAND_DOWN, measure_id=drafted.id
        )
        note_more(session, [late], now=NOW)
    measure_id = measure.id
    delete_measure(session, measure, actor=office)
    assert session.get(Measure, measure_id) is None
    for name in GOES_ALONG["measure"]:
        table = SQLModel.metadata.tables[name]
        of = select(func.count()).select_from(table)
        assert session.execute(of.where(table.c.measure_id == measure_id)).scalar() == 0, name
        assert session.execute(of.where(table.c.measure_id == other.id)).scalar(), name


@pytest.mark.parametrize("status", [MeasureStatus.RELEASED, MeasureStatus.WITHDRAWN])
def test_what_was_handed_down_is_never_deleted(session: Session, status: MeasureStatus) -> None:
    office = make_account(session)
    measure = make_measure(session, office)
    release_down(session, measure, office)
    measure.status = status
    with pytest.raises(Refusal):
        delete_measure(session, measure, actor=office)
