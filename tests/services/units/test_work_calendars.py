"""Calendars are changed, and open due dates follow: told before, never shortened in silence."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func
from sqlmodel import Session, col, select

from models import (
    Account,
    CalendarChange,
    DayKind,
    DueMove,
    DueMoveKind,
    Measure,
    Message,
    Tag,
    UnitTag,
    WorkCalendar,
)
from queries.assignments.calendar_effects import list_effects
from queries.units.calendars import (
    get_calendar_of,
    get_calendars,
    get_proposed,
    note_digest,
)
from rules.dates.calendar import PUBLISHED, local_date
from rules.sentences.refusal import Refusal
from rules.units.calendar_list import DayRow
from services.assignments.calendar_moves import follow_change
from services.assignments.recounts import list_wrong_totals
from services.units.work_calendars import change_days, keep_calendars, make_calendar
from tests.answering import account_of
from tests.building import (
    BANNER,
    LEAGUE,
    OTHER_VILLAGE,
    REGION,
    TOWNSHIP,
    VILLAGE,
    assignment_of,
    get_unit,
    make_measure,
    release_down,
)
from tests.conftest import NOW
from tests.counting import statements

HOLIDAY, MAKE_UP = date(2026, 12, 16), date(2026, 12, 19)
TODAY = local_date(NOW)
OFF = {HOLIDAY: DayRow(HOLIDAY, DayKind.DAY_OFF, "临时放假")}
ON = {MAKE_UP: DayRow(MAKE_UP, DayKind.WORKING_DAY, "补班")}


@pytest.fixture
def office(session: Session) -> Account:
    return account_of(session, REGION)


@pytest.fixture
def plain(session: Session) -> WorkCalendar:
    return keep_calendars(session, actor=None, now=NOW)


def put_in(
    session: Session, calendar: WorkCalendar, days: dict[date, DayRow], *, shortens: bool = False
) -> CalendarChange:
    office = account_of(session, REGION)
    change = change_days(session, calendar.id, dict(days), shortens=shortens, actor=office, now=NOW)
    assert change is not None
    return change


def follow(session: Session, size: int = 100, now: datetime = NOW) -> list[int]:
    moved = []
    while (part := follow_change(session, now=now, size=size)) is not None:
        moved.append(part)
    session.expire_all()
    return moved


def dates(session: Session, measure: Measure, codes: Iterable[str]) -> list[date]:
    return [assignment_of(session, measure, code).due_on for code in codes]


def moves(session: Session) -> int:
    return session.exec(select(func.count(col(DueMove.id)))).one()


BELOW = (LEAGUE, BANNER, TOWNSHIP, VILLAGE)


def test_the_first_calendar_is_what_is_published_and_changes_nothing(
    session: Session, plain: WorkCalendar
) -> None:
    held = get_calendars(session).plain
    assert (held.days, held.known_until) == (PUBLISHED.days, PUBLISHED.known_until)
    assert keep_calendars(session, actor=None, now=NOW).id == plain.id
    assert follow(session) == []


def test_a_day_that_is_taken_back_is_as_any_other_of_its_weekday(
    session: Session, plain: WorkCalendar, office: Account
) -> None:
    put_in(session, plain, OFF)
    assert not get_calendars(session).plain.is_workday(HOLIDAY)
    change = change_days(session, plain.id, {HOLIDAY: None}, actor=office, now=NOW)
    assert change is not None
    assert get_calendars(session).plain.is_workday(HOLIDAY)
    assert change_days(session, plain.id, {HOLIDAY: None}, actor=office, now=NOW) is None


def test_a_make_up_day_put_in_later_gives_time_and_every_unit_is_told(
    session: Session, measure: Measure, plain: WorkCalendar
) -> None:
    before = dates(session, measure, BELOW)
    with statements(session) as sent:
        put_in(session, plain, ON)
    assert len(sent) < 15
    moved = follow(session)
    after = dates(session, measure, BELOW)
    assert before[0] == after[0] == date(2026, 12, 20), "the issuer's own date stays"
    assert [new > old for old, new in zip(before[1:], after[1:], strict=True)] == [True] * 3
    told = session.exec(select(Message)).all()
    kinds = {move.kind for move in session.exec(select(DueMove))}
    assert sum(moved) == len(told) == moves(session)
    assert kinds == {DueMoveKind.CALENDAR}
    assert list_wrong_totals(session) == []


def test_a_holiday_never_shortens_in_silence(
    session: Session, measure: Measure, plain: WorkCalendar
) -> None:
    before = dates(session, measure, BELOW)
    put_in(session, plain, OFF)
    assert sum(follow(session)) == 0
    assert dates(session, measure, BELOW) == before
    assert session.exec(select(CalendarChange.done_at)).all()[-1] is not None


def test_dates_come_earlier_where_the_office_says_so_and_never_before_today(
    session: Session, measure: Measure, plain: WorkCalendar
) -> None:
    before = dates(session, measure, BELOW)
    put_in(session, plain, OFF, shortens=True)
    late = NOW + timedelta(days=18)
    assert sum(follow(session, now=late)) > 0
    after = dates(session, measure, BELOW)
    assert before[2:] == [date(2026, 12, 15), date(2026, 12, 11)]
    assert after[2:] == [date(2026, 12, 14), local_date(late)], "the rule gives the day before"


def test_the_preview_counts_what_the_change_then_does(
    session: Session, measure: Measure, plain: WorkCalendar
) -> None:
    proposed = get_proposed(session, plain.id, {MAKE_UP: True}, PUBLISHED.known_until.year)
    with statements(session) as sent:
        effects = list_effects(session, get_calendars(session), proposed, TODAY)
    assert len(sent) <= 4
    assert all(group.gains for group in effects)
    put_in(session, plain, ON)
    assert sum(group.units for group in effects) == sum(follow(session))


def test_what_is_killed_between_and_inside_parts_ends_as_if_never_killed(
    session: Session, measure: Measure, plain: WorkCalendar
) -> None:
    put_in(session, plain, ON)
    assert follow_change(session, now=NOW, size=4) == 4
    killed = session.begin_nested()
    follow_change(session, now=NOW, size=4)
    killed.rollback()
    session.expire_all()
    assert sum(follow(session, size=5)) > 4
    rows = session.exec(select(DueMove.assignment_id)).all()
    assert len(rows) == len(set(rows)), "nothing moves twice"
    assert follow(session) == []


def test_a_part_costs_the_same_for_one_and_for_many(
    session: Session, measure: Measure, plain: WorkCalendar
) -> None:
    put_in(session, plain, ON)
    costs = []
    for size in (1, 10, 10):
        session.expire_all()
        with statements(session) as sent:
            follow_change(session, now=NOW, size=size)
        costs.append(len(sent))
    assert costs[1] == costs[2] < 30


def test_a_date_that_was_set_apart_stays(
    session: Session, measure: Measure, plain: WorkCalendar
) -> None:
    village = assignment_of(session, measure, VILLAGE)
    village.due_on = apart = date(2026, 12, 9)
    session.flush()
    put_in(session, plain, ON)
    follow(session)
    assert assignment_of(session, measure, VILLAGE).due_on == apart


def test_two_changes_one_after_the_other_are_followed_in_order(
    session: Session, measure: Measure, plain: WorkCalendar, office: Account
) -> None:
    before = dates(session, measure, BELOW)
    put_in(session, plain, ON)
    follow_change(session, now=NOW, size=4)
    change_days(session, plain.id, {MAKE_UP: None}, shortens=True, actor=office, now=NOW)
    follow(session)
    assert dates(session, measure, BELOW) == before


def test_a_school_has_days_off_of_its_own_in_one_statement(
    session: Session, office: Account
) -> None:
    """One calendar for everybody is what others got wrong."""
    session.add(Tag(code="school", name="学校", name_en="School"))
    session.flush()
    for code in (VILLAGE, OTHER_VILLAGE):
        session.add(UnitTag(unit_id=get_unit(session, code).id, tag="school"))
    ordinary = make_measure(session, office, due_rule="workdays:5")
    release_down(session, ordinary, office)
    school = make_calendar(session, "学校日历", "school", actor=office, now=NOW)
    holidays = {day: DayRow(day, DayKind.DAY_OFF, "放假") for day in (TODAY + timedelta(1),)}
    put_in(session, school, holidays)
    second = make_measure(session, office, due_rule="workdays:5")
    release_down(session, second, office)
    ends = dates(session, second, (VILLAGE, "150402005003"))
    assert ends == [date(2026, 12, 1), date(2026, 11, 30)]
    assert sum(follow(session)) == 2
    assert dates(session, ordinary, (VILLAGE, "150402005003")) == ends
    assert get_calendar_of(session, get_unit(session, VILLAGE).id).name == "学校日历"


def test_of_two_calendars_of_a_unit_the_first_one_counts(session: Session, office: Account) -> None:
    unit = get_unit(session, VILLAGE)
    for tag in ("a", "b"):
        session.add(Tag(code=tag, name=tag, name_en=tag))
        session.flush()
        session.add(UnitTag(unit_id=unit.id, tag=tag))
        make_calendar(session, f"日历{tag}", tag, actor=office, now=NOW)
    assert get_calendar_of(session, unit.id).name == "日历a"


def test_another_process_sees_the_change_with_who_is_signed_in(
    session: Session, plain: WorkCalendar
) -> None:
    change = put_in(session, plain, OFF)
    note_digest(session, None)
    assert get_calendars(session).plain.is_workday(HOLIDAY), "as it was told"
    note_digest(session, change.digest)
    assert not get_calendars(session).plain.is_workday(HOLIDAY)


def test_a_year_becomes_known(session: Session, plain: WorkCalendar, office: Account) -> None:
    change_days(session, plain.id, {}, until=2027, actor=office, now=NOW)
    assert get_calendars(session).plain.known_until == date(2027, 12, 31)
    assert get_calendars(session).plain.is_workday(date(2027, 5, 3)) is True


@pytest.mark.parametrize(
    ("name", "tag", "told"),
    [("", "border", "名称"), ("边境", "no such tag", "标签"), ("长" * 41, "border", "名称")],
)
def test_a_calendar_needs_a_name_and_a_tag(
    session: Session, office: Account, name: str, tag: str, told: str
) -> None:
    with pytest.raises(Refusal, match=told):
        make_calendar(session, name, tag, actor=office, now=NOW)


def test_a_tag_has_one_calendar(session: Session, office: Account) -> None:
    session.add(Tag(code="border", name="边境", name_en="Border"))
    session.flush()
    make_calendar(session, "边境", "border", actor=office, now=NOW)
    with pytest.raises(Refusal, match="已经有日历"):
        make_calendar(session, "边境二", "border", actor=office, now=NOW)
    assert session.exec(select(func.count(col(WorkCalendar.id)))).one() == 2
