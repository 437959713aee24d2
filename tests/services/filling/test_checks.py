from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from models import Assignment, Draft, Flag, FlagKind, Measure, Submission, TextPrint, Unit
from queries.filling.answer_sheets import get_answer_sheet
from rules.filling.checks.flags import marks
from rules.filling.sheet_answers import SheetAnswers
from services.filling.checks import find_flags
from services.filling.recalls import recall
from services.filling.sendings import Asked, Faulty, Sent
from services.review.reviews import return_
from tests.answering import account_of, arrived, released_measure, send, send_key, try_to_send
from tests.building import TOWNSHIP, VILLAGE, assignment_of, get_unit, make_form
from tests.conftest import NOW
from tests.counting import statements

LATER = NOW + timedelta(hours=1)
STORY = (
    "村干部对辖区内八十五户居民逐户走访，排查取暖安全隐患，发现隐患3处，已当场整改2处，"
    "其余1处限期三日内整改到位，并发放宣传单，签订责任书，建立台账，明确专人负责。"
)


def villages(session: Session, measure: Measure) -> list[Assignment]:
    """The villages' assignments, those below the same township next to each other."""
    return list(
        session.exec(
            select(Assignment)
            .join(Unit, col(Unit.id) == Assignment.unit_id)
            .where(Assignment.measure_id == measure.id, Assignment.lowest)
            .order_by(col(Unit.lft))
        )
    )


def fill(
    session: Session, assignment: Assignment, confirmed: str | None = None, **typed: str
) -> Sent | Faulty | Asked:
    account = account_of(session, session.get_one(Unit, assignment.unit_id).code)
    return try_to_send(
        session,
        assignment.id,
        {name: [value] for name, value in typed.items()},
        send_key=send_key(),
        confirmed=confirmed,
        actor=account,
        now=NOW,
    )


def kinds(outcome: Sent | Faulty | Asked) -> list[str]:
    return [flag.kind for flag in arrived(outcome).submission.flags]


def move_all_below(session: Session, assignments: list[Assignment]) -> None:
    """Let all of them stand below the same assignment: the sample's townships are small."""
    for assignment in assignments:
        assignment.parent_id = assignments[0].parent_id
        session.add(assignment)
    session.flush()


def test_a_number_far_from_eight_siblings_is_flagged(session: Session, measure: Measure) -> None:
    assignments = villages(session, measure)[:10]
    move_all_below(session, assignments)
    for place, assignment in enumerate(assignments[:8]):
        assert kinds(fill(session, assignment, checked=str(40 + place))) == []
    odd = arrived(fill(session, assignments[8], checked="4500"))
    assert odd.submission.flags == (
        Flag(FlagKind.SIBLINGS, "checked", value="4500", other="43.5", count=8),
    )
    assert odd.submission.flag_count == 1
    assert kinds(fill(session, assignments[9], checked="60")) == []


def test_where_few_siblings_have_reported_the_level_below_the_unit_above_is_asked(
    session: Session, measure: Measure
) -> None:
    assignments = villages(session, measure)
    above = session.get_one(Assignment, assignments[0].parent_id).parent_id
    cousins = [
        assignment
        for assignment in assignments
        if session.get_one(Assignment, assignment.parent_id).parent_id == above
    ]
    others = [assignment for assignment in assignments if assignment not in cousins]
    for township in {assignment.parent_id for assignment in others[: 9 - len(cousins)]}:
        session.get_one(Assignment, township).parent_id = above
    session.flush()
    near = [
        assignment
        for assignment in assignments
        if session.get_one(Assignment, assignment.parent_id).parent_id == above
    ]
    assert len({assignment.parent_id for assignment in near[:9]}) > 1
    for assignment in near[1:9]:
        fill(session, assignment, checked="50")
    assert kinds(fill(session, near[0], checked="5000")) == [FlagKind.SIBLINGS]


def test_all_zeros_are_flagged_and_sent_all_the_same(session: Session, measure: Measure) -> None:
    assignment = villages(session, measure)[0]
    assert kinds(fill(session, assignment, checked="0", spent="0")) == [FlagKind.ALL_ZERO]


def test_a_text_copied_below_the_same_unit_is_flagged_without_being_shown(
    session: Session, measure: Measure
) -> None:
    assignments = villages(session, measure)[:4]
    move_all_below(session, assignments)
    fill(session, assignments[0], checked="1", note=STORY)
    fill(
        session,
        assignments[1],
        checked="1",
        note="合作社出了两台铲车清雪，党员轮流给老人送饭送煤" * 2,
    )
    copied = arrived(
        fill(session, assignments[2], checked="1", note=STORY.replace("八十五", "六十二"))
    )
    assert copied.submission.flags == (Flag(FlagKind.SIMILAR_TEXT, "note", count=1),)
    third = arrived(fill(session, assignments[3], checked="1", note="我村：" + STORY))
    assert third.submission.flags == (Flag(FlagKind.SIMILAR_TEXT, "note", count=2),)


def test_a_text_that_was_taken_back_or_replaced_is_no_longer_compared(
    session: Session, measure: Measure
) -> None:
    assignments = villages(session, measure)[:3]
    move_all_below(session, assignments)
    first, second, third = assignments
    fill(session, first, checked="1", note=STORY)
    recall(session, first.id, actor=account_of(session, _code(session, first)), now=NOW)
    assert kinds(fill(session, second, checked="1", note=STORY)) == []
    recall(session, second.id, actor=account_of(session, _code(session, second)), now=NOW)
    fill(session, second, checked="1", note="短。")
    assert session.exec(select(TextPrint)).all() == []
    assert kinds(fill(session, third, checked="1", note=STORY)) == []


def _code(session: Session, assignment: Assignment) -> str:
    return session.get_one(Unit, assignment.unit_id).code


def test_texts_below_different_units_are_not_compared(session: Session, measure: Measure) -> None:
    assignments = villages(session, measure)
    other = next(
        assignment for assignment in assignments if assignment.parent_id != assignments[0].parent_id
    )
    fill(session, assignments[0], checked="1", note=STORY)
    assert kinds(fill(session, other, checked="1", note=STORY)) == []


# Recurring measures


def earlier(session: Session, assignment: Assignment, period: str, **answers: str) -> Assignment:
    """An answer of the same unit for an earlier period, sent through the same door."""
    values = assignment.model_dump(exclude={"id"})
    past = Assignment(**{**values, "period": period})
    session.add(past)
    session.flush()
    assert isinstance(fill(session, past, **answers), Sent)
    return past


@pytest.fixture
def monthly(session: Session, measure: Measure) -> Assignment:
    assignment = assignment_of(session, measure, VILLAGE)
    assignment.period = "202611"
    session.add(assignment)
    session.flush()
    return assignment


def test_a_number_far_from_the_last_period_is_flagged(
    session: Session, monthly: Assignment
) -> None:
    earlier(session, monthly, "202609", checked="1300")
    earlier(session, monthly, "202610", checked="12")
    assert arrived(fill(session, monthly, checked="1200")).submission.flags == (
        Flag(FlagKind.LAST_PERIOD, "checked", value="1200", other="12"),
    )


def test_a_number_with_a_history_of_such_changes_is_not_flagged(
    session: Session, monthly: Assignment
) -> None:
    for period, checked in {
        "202607": "900",
        "202608": "100",
        "202609": "950",
        "202610": "110",
    }.items():
        earlier(session, monthly, period, checked=checked)
    assert kinds(fill(session, monthly, checked="930")) == []


def test_only_periods_before_count(session: Session, monthly: Assignment) -> None:
    earlier(session, monthly, "202612", checked="12")
    assert kinds(fill(session, monthly, checked="1200")) == []


def test_the_numbers_of_last_month_once_more_are_flagged(session: Session) -> None:
    fields = [
        {"name": name, "label": label, "type": "integer", "rollup": "sum"}
        for name, label in {"a": "排查户数", "b": "发现隐患", "c": "整改隐患"}.items()
    ]
    office = account_of(session, "150000000000")
    measure = released_measure(session, form=make_form(session, office, fields))
    assignment = assignment_of(session, measure, VILLAGE)
    assignment.period = "202611"
    earlier(session, assignment, "202610", a="12", b="7", c="5")
    assert kinds(fill(session, assignment, a="12", b="7", c="5")) == [FlagKind.COPIED]


# Asking


def test_a_question_is_asked_once_and_never_stops_the_form(
    session: Session, measure: Measure
) -> None:
    assignment = villages(session, measure)[0]
    asked = fill(session, assignment, "", checked="0", spent="0")
    assert isinstance(asked, Asked)
    assert [flag.kind for flag in asked.flags] == [FlagKind.ALL_ZERO]
    assert session.exec(select(Submission)).all() == []
    assert session.get_one(Draft, assignment.id).answers == {"checked": ["0"], "spent": ["0"]}
    sent = arrived(fill(session, assignment, marks(asked.flags), checked="0", spent="0"))
    assert kinds(sent) == [FlagKind.ALL_ZERO]


def test_another_odd_number_is_another_question(session: Session, monthly: Assignment) -> None:
    earlier(session, monthly, "202610", checked="12")
    asked = fill(session, monthly, "", checked="1200")
    assert isinstance(asked, Asked)
    assert isinstance(fill(session, monthly, marks(asked.flags), checked="1300"), Asked)


def test_nobody_is_asked_where_nothing_is_odd(session: Session, measure: Measure) -> None:
    assert kinds(fill(session, villages(session, measure)[0], "", checked="12")) == []


def test_what_was_confirmed_before_a_return_is_not_asked_again_unless_it_was_returned(
    session: Session, monthly: Assignment
) -> None:
    past = earlier(session, monthly, "202610", checked="12", spent="5")
    past.parent_id = None
    first = arrived(fill(session, monthly, checked="1200", spent="5")).submission
    township = account_of(session, TOWNSHIP)
    return_(session, first.id, reason="投入资金有误", fields=["spent"], actor=township, now=NOW)
    second = arrived(fill(session, monthly, "", checked="1200", spent="6"))
    assert kinds(second) == [FlagKind.LAST_PERIOD]
    return_(
        session, second.submission.id, reason="户数请核实", fields=["checked"], actor=township,
        now=NOW,
    )  # fmt: skip
    assert isinstance(fill(session, monthly, "", checked="1200", spent="6"), Asked)


# Cost


def test_checks_cost_the_same_few_statements_whatever_is_around(
    session: Session, measure: Measure
) -> None:
    assignments = villages(session, measure)
    move_all_below(session, assignments)
    values = {"checked": 12, "spent": "3.5", "note": STORY}
    sheet = get_answer_sheet(session, assignments[-1].id)
    with statements(session) as alone:
        find_flags(session, SheetAnswers(sheet, values))
    for assignment in assignments[:-1]:
        send(session, assignment, {"checked": ["12"], "note": [STORY]},
             actor=account_of(session, _code(session, assignment)))  # fmt: skip
    sheet = get_answer_sheet(session, assignments[-1].id)
    with statements(session) as crowded:
        flags = find_flags(session, SheetAnswers(sheet, values))
    assert [flag.kind for flag in flags] == [FlagKind.SIMILAR_TEXT]
    assert len(crowded) <= len(alone) <= 3


def test_a_form_without_numbers_and_texts_costs_nothing(session: Session) -> None:
    office = account_of(session, "150000000000")
    form = make_form(session, office, [{"name": "done", "label": "完成日期", "type": "date"}])
    measure = released_measure(session, form=form)
    sheet = get_answer_sheet(session, assignment_of(session, measure, VILLAGE).id)
    with statements(session) as sent:
        assert find_flags(session, SheetAnswers(sheet, {"done": "2026-11-20"})) == []
    assert sent == []


def test_the_issuing_unit_has_nothing_beside_it(session: Session, measure: Measure) -> None:
    sheet = get_answer_sheet(session, assignment_of(session, measure, "150000000000").id)
    assert sheet.assignment.parent_id is None
    assert find_flags(session, SheetAnswers(sheet, {"narrative": STORY})) == []
    assert get_unit(session, "150000000000").id == sheet.unit.id


@pytest.mark.parametrize("fields", [["checked"], []])
def test_what_was_returned_and_is_sent_again_as_it_was_is_asked_about(
    session: Session, measure: Measure, fields: list[str]
) -> None:
    assignment = villages(session, measure)[0]
    first = arrived(fill(session, assignment, checked="12", note="走访")).submission
    unit = session.get_one(Unit, session.get_one(Unit, assignment.unit_id).parent_id)
    reviewer = account_of(session, unit.code)
    return_(session, first.id, reason="户数请核实", fields=fields, actor=reviewer, now=NOW)
    asked = fill(session, assignment, "", checked="12", note="走访")
    assert isinstance(asked, Asked)
    assert [(flag.kind, flag.field) for flag in asked.flags] == [
        (FlagKind.UNCHANGED, fields[0] if fields else "")
    ]
    assert kinds(fill(session, assignment, marks(asked.flags), checked="13", note="走访")) == []
