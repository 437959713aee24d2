"""Every way of rolling up says what the answers say, at every level, reported and reviewed."""

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from sqlmodel import Session, col, select

from models import Assignment, Measure, Unit
from queries.assignments.rolled_figures import list_figures
from queries.reports.report_data import get_report_rows
from rules.dates.calendar import local_date
from rules.forms.form_check import check_form
from rules.forms.form_fields import dump_form
from rules.reports.report import snapshots
from services.assignments.roll_up import recount
from services.review.reviews import approve
from tests.answering import account_of, released_measures, send
from tests.building import REGION, TOWNSHIP, assignment_of, get_unit, make_form
from tests.conftest import NOW
from tests.counting import statements
from tests.scenes import scene

WAYS = [{"value": "a", "label": "集中"}, {"value": "b", "label": "入户"}]
FIELDS: list[dict[str, Any]] = [
    {"name": "total", "label": "户数", "type": "integer", "rollup": "sum"},
    {"name": "mean", "label": "每户花费", "type": "decimal", "rollup": "mean"},
    {"name": "low", "label": "最低气温", "type": "decimal", "rollup": "min"},
    {"name": "high", "label": "最高气温", "type": "decimal", "rollup": "max"},
    {"name": "done", "label": "完成日期", "type": "date", "rollup": "count"},
    {"name": "way", "label": "形式", "type": "select_one", "choices": WAYS, "rollup": "share"},
    {"name": "ways", "label": "办法", "type": "select_multiple", "choices": WAYS,
     "rollup": "share"},
    {"name": "place", "label": "地点", "type": "text", "rollup": "list"},
    {"name": "news", "label": "最新情况", "type": "text", "rollup": "latest"},
    {"name": "visits", "label": "走访", "type": "repeat", "rollup": "count"},
    {"name": "cost", "label": "花费", "type": "decimal", "within": "visits", "rollup": "sum"},
    {"name": "twice", "label": "加倍", "type": "calculate", "calculation": "${total} * 2",
     "rollup": "sum"},
]  # fmt: skip
ANSWERS = [
    {"total": ["3"], "mean": ["1.5"], "low": ["-3"], "high": ["10.5"], "done": ["2026-11-20"],
     "way": ["a"], "ways": ["a", "b"], "place": ["东沟"], "news": ["已通电"],
     "visits.0.cost": ["1.25"], "visits.1.cost": ["2"]},
    {"total": ["4"], "mean": ["2"], "low": ["-7.5"], "high": ["4"], "way": ["b"], "ways": ["b"],
     "place": ["西沟"], "news": ["已通水"]},
    {"total": ["0"], "mean": ["2"], "done": ["2026-11-21"], "way": ["b"],
     "visits.0.cost": ["0.5"]},
]  # fmt: skip


@scene
def every_kind_asked(session: Session) -> tuple[int | None, int | None]:
    """The ids of two measures, of which one has been answered."""
    form = make_form(session, account_of(session, REGION), dump_form(check_form(FIELDS)))
    measure, answered = released_measures(session, {"form": form}, {"form": form})
    answer_all(session, answered)
    return measure.id, answered.id


@pytest.fixture
def measure(session: Session, every_kind_asked: tuple[int | None, int | None]) -> Measure:
    """Nobody has answered it."""
    return session.get_one(Measure, every_kind_asked[0])


@pytest.fixture
def answered(session: Session, every_kind_asked: tuple[int | None, int | None]) -> Measure:
    """All three have answered, minute after minute; the first two are approved."""
    return session.get_one(Measure, every_kind_asked[1])


@pytest.fixture
def villages(session: Session, measure: Measure) -> list[Any]:
    return villages_of(session, measure)


def villages_of(session: Session, measure: Measure) -> list[Any]:
    """Three villages of different leagues, or at least townships, in the order of the tree."""
    chosen = session.exec(
        select(Unit)
        .join(Assignment, col(Assignment.unit_id) == Unit.id)
        .where(Assignment.measure_id == measure.id, Assignment.lowest)
        .order_by(col(Unit.lft))
    ).all()
    return [chosen[0], chosen[1], chosen[-1]]


def answer_all(session: Session, measure: Measure) -> None:
    for number, (unit, typed) in enumerate(
        zip(villages_of(session, measure), ANSWERS, strict=True)
    ):
        sent = send(
            session, assignment_of(session, measure, unit.code), typed,
            actor=account_of(session, unit.code), now=NOW + timedelta(minutes=number),
        )  # fmt: skip
        if number < 2:
            above = session.get_one(Unit, unit.parent_id)
            approve(session, sent.id, actor=account_of(session, above.code), now=NOW)


def lines(session: Session, measure: Measure, code: str = REGION) -> dict[str, Any]:
    unit = get_unit(session, code)
    found = list_figures(session, measure.id, "once", unit.id)
    return {total.key: (total.reported, total.reported_count, total.reviewed, total.reviewed_count)
            for total in found}  # fmt: skip


def test_every_kind_says_what_was_answered(session: Session, answered: Measure) -> None:
    mean = (Decimal("5.5") / 3).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert lines(session, answered) == {
        "total": ("7", 3, "7", 2),
        "mean": (str(mean), 3, "1.75", 2),
        "low": ("-7.5", 2, "-7.5", 2),
        "high": ("10.5", 2, "10.5", 2),
        "done": ("2", 2, "1", 1),
        "way=a": ("1", 3, "1", 2),
        "way=b": ("2", 3, "1", 2),
        "ways=a": ("1", 2, "1", 2),
        "ways=b": ("2", 2, "2", 2),
        "visits": ("3", 2, "2", 1),
        "cost": ("3.75", 2, "3.25", 1),
        "twice": ("14", 3, "14", 2),
    }


def test_shares_are_of_those_who_answered(session: Session, answered: Measure) -> None:
    unit = get_unit(session, REGION)
    shares = {
        figure.key: (figure.reported_share, figure.reviewed_share)
        for figure in list_figures(session, answered.id, "once", unit.id)
        if figure.choice
    }
    assert shares == {
        "way=a": ("33.3%", "50.0%"), "way=b": ("66.6%", "50.0%"),
        "ways=a": ("50.0%", "50.0%"), "ways=b": ("100.0%", "100.0%"),
    }  # fmt: skip


def test_a_township_sees_its_own_villages_only(
    session: Session, answered: Measure, villages: list[Any]
) -> None:
    assert villages[-1].parent_id != villages[0].parent_id
    above = session.get_one(Unit, villages[-1].parent_id)
    found = lines(session, answered, above.code)
    assert found["total"] == ("0", 1, "0", 0)
    assert found["mean"] == ("2", 1, "", 0)
    assert "low" not in found


def test_recounting_from_nothing_changes_no_line(session: Session, answered: Measure) -> None:
    before = {code: lines(session, answered, code) for code in (REGION, TOWNSHIP)}
    recount(session, answered.id, "once")
    session.expire_all()
    assert {code: lines(session, answered, code) for code in before} == before


def test_a_report_prints_the_same_figures_and_lists_the_answers(
    session: Session, answered: Measure, villages: list[Any]
) -> None:
    unit = get_unit(session, REGION)
    rows = get_report_rows(session, answered.campaign_id, [unit.id], as_of=local_date(NOW))
    measure = snapshots(rows)[unit.id]["measures"][0]
    printed = {
        figure["field"]: (figure["reported"], figure["reported_units"], figure["reviewed"],
                       figure["reviewed_units"])
        for figure in measure["figures"]
    }  # fmt: skip
    assert printed == lines(session, answered)
    below = {figure["field"]: figure["lower"] for figure in measure["figures"]}
    lows = {row["reported"] for row in below["low"] if row["reported"]}
    assert min(lows, key=Decimal) == "-7.5"
    told = [(unit["name"], unit["label"], unit["text"]) for unit in measure["narratives"]["lower"]]
    assert (villages[0].name, "地点", "东沟") in told
    assert (villages[1].name, "地点", "西沟") in told
    assert [line for line in told if line[1] == "最新情况"] == [
        (villages[1].name, "最新情况", "已通水")
    ]


def test_figures_cost_the_same_however_many_have_answered(
    session: Session, measure: Measure, villages: list[Any]
) -> None:
    def cost() -> int:
        unit = get_unit(session, REGION)
        with statements(session) as made:
            list_figures(session, measure.id, "once", unit.id)
        return len(made)

    costs = set()
    for unit, typed in zip(villages, ANSWERS, strict=True):
        send(
            session, assignment_of(session, measure, unit.code), typed,
            actor=account_of(session, unit.code),
        )  # fmt: skip
        costs.add(cost())
    assert costs == {3}
